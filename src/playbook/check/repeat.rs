//! The loop of a task, and its `loop_control:`.

use std::time::Duration;

use crate::playbook::{Extended, Lookup, Loop};
use crate::template::is_template;
use crate::yaml::Node;

use super::Reader;
use super::keywords::Sifted;

const CONTROLS: [&str; 7] =
    ["loop_var", "index_var", "label", "pause", "extended", "extended_allitems", "break_when"];

/// The longest pause between two items, in seconds.
const LONGEST_PAUSE: f64 = 86_400.0;

pub(super) fn read(keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Option<Loop> {
    let control = keys.get("loop_control");
    let control = control.map(|node| (node, entries(node, reader)));
    let mut loops = Lookup::KEYS.iter().filter_map(|(key, lookup)| {
        let node = keys.get(key)?;
        Some((*key, *lookup, node))
    });
    let Some((key, lookup, node)) = loops.next() else {
        if let Some((node, _)) = control {
            reader.report(
                node.warning("`loop_control` stands without a `loop`")
                    .hint("write `loop:`, or leave it out"),
            );
        }
        return None;
    };
    if let Some((second, _, node)) = loops.next() {
        let message = format!("this task has two loops, `{key}` and `{second}`");
        reader.refuse(node, message, "write one, or `with_nested` for each with each");
    }
    let value = |name: &str| {
        let entries = control.iter().flat_map(|(_, entries)| *entries);
        entries.clone().find(|(key, _)| key.key_text() == name).map(|(_, value)| value)
    };
    let items = is_usable(key, lookup, node, reader).then(|| reader.value(node))?;
    let mut name = |key: &str| {
        let node = value(key)?;
        reader.variable_name(key, node)
    };
    let (variable, index_variable) = (name("loop_var"), name("index_var"));
    let label = value("label").and_then(|node| reader.template("label", node));
    let pause = value("pause").and_then(|node| pause(node, reader)).unwrap_or_default();
    let mut flag = |key: &str| value(key).and_then(|node| reader.boolean(key, node));
    let (extended, all) = (flag("extended"), flag("extended_allitems"));
    let break_when = value("break_when").map(|node| reader.conditions("break_when", node));
    Some(Loop {
        lookup,
        items,
        variable: variable.unwrap_or_else(|| "item".to_owned()),
        index_variable,
        label,
        pause,
        extended: (extended == Some(true)).then(|| Extended { has_all: all.unwrap_or(true) }),
        break_when: break_when.unwrap_or_default(),
        place: node.place.clone(),
    })
}

/// `loop` takes a list or the template of one; the others make lists of more.
fn is_usable(key: &str, lookup: Lookup, node: &Node, reader: &mut Reader<'_>) -> bool {
    let text = node.as_text().is_some_and(|text| !text.trim().is_empty());
    let is_list = node.as_list().is_some();
    let is_good = match lookup {
        Lookup::List if key == "loop" => is_list || node.as_text().is_some_and(is_template),
        Lookup::Dict => text || is_list || node.as_map().is_some(),
        Lookup::Items
        | Lookup::IndexedItems
        | Lookup::Flattened
        | Lookup::Sequence
        | Lookup::FirstFound => !node.is_null(),
        _ => text || is_list,
    };
    if is_good {
        return true;
    }
    let (message, hint) = match lookup {
        Lookup::List => (
            format!("`{key}` must be a list, not {}", node.kind()),
            match node.as_map() {
                Some(_) => "write a list, or a template with `| dict2items`".to_owned(),
                None => {
                    format!("write a list, or a template of one: `{key}: \"{{{{ devices }}}}\"`")
                }
            },
        ),
        _ => (
            format!("`{key}` cannot go over {}", node.kind()),
            "give it a list, or the template of one".to_owned(),
        ),
    };
    reader.refuse(node, message, hint);
    false
}

fn pause(node: &Node, reader: &mut Reader<'_>) -> Option<Duration> {
    let seconds = node.scalar_text().and_then(|text| text.trim().parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..=LONGEST_PAUSE).contains(seconds));
    if seconds.is_none() {
        let message = format!("`pause` must be a number of seconds, not {}", node.kind());
        reader.refuse(node, message, "write a number, such as `pause: 0.5`");
    }
    seconds.map(Duration::from_secs_f64)
}

fn entries<'n>(node: &'n Node, reader: &mut Reader<'_>) -> &'n [(Node, Node)] {
    if node.is_null() {
        return &[];
    }
    reader.fields("`loop_control`", node, &CONTROLS).unwrap_or_default()
}
