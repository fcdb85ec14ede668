//! `loop:` and `loop_control:` of a task.

use crate::model::Value;
use crate::playbook::Loop;
use crate::template::is_template;
use crate::yaml::Node;

use super::Reader;
use super::keywords::of_ansible;

const CONTROLS: [&str; 3] = ["loop_var", "index_var", "label"];

/// Controls that Ansible knows besides.
const OTHERS: [&str; 4] = ["pause", "extended", "extended_allitems", "break_when"];

pub(super) fn read(
    items: Option<&Node>,
    control: Option<&Node>,
    reader: &mut Reader<'_>,
) -> Option<Loop> {
    let control = control.map(|node| (node, entries(node, reader)));
    let Some(node) = items else {
        if let Some((node, _)) = control {
            reader.report(
                node.warning("`loop_control` stands without a `loop`")
                    .hint("write `loop:`, or leave it out"),
            );
        }
        return None;
    };
    let value = |name: &str| {
        let entries = control.iter().flat_map(|(_, entries)| *entries);
        entries.clone().find(|(key, _)| key.key_text() == name).map(|(_, value)| value)
    };
    let items = self::items(node, reader)?;
    let mut name = |key: &str| {
        let node = value(key)?;
        reader.variable_name(key, node)
    };
    let (variable, index_variable) = (name("loop_var"), name("index_var"));
    let label = value("label").and_then(|node| reader.template("label", node));
    Some(Loop {
        items,
        variable: variable.unwrap_or_else(|| "item".to_owned()),
        index_variable,
        label,
        place: node.place.clone(),
    })
}

/// A list, or the template of one.
fn items(node: &Node, reader: &mut Reader<'_>) -> Option<Value> {
    let is_list = node.as_list().is_some();
    if is_list || node.as_text().is_some_and(is_template) {
        return Some(reader.value(node));
    }
    let hint = match node.as_map() {
        Some(_) => "write a list, or a template with `| dict2items`",
        None => "write a list, or a template of one: `loop: \"{{ devices }}\"`",
    };
    reader.refuse(node, format!("`loop` must be a list, not {}", node.kind()), hint);
    None
}

fn entries<'n>(node: &'n Node, reader: &mut Reader<'_>) -> &'n [(Node, Node)] {
    if node.is_null() {
        return &[];
    }
    for (key, _) in node.as_map().into_iter().flatten() {
        let name = key.key_text();
        if OTHERS.contains(&name.as_str()) {
            let hint = format!("leave it out: known are `{}`", CONTROLS.join("`, `"));
            reader.report(of_ansible(key, &name).hint(hint));
        }
    }
    let known: Vec<&str> = CONTROLS.into_iter().chain(OTHERS).collect();
    reader.fields("`loop_control`", node, &known).unwrap_or_default()
}
