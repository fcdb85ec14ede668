//! One task.

use crate::model::{nearest, nearest_hint};
use crate::playbook::{Action, Expression, Task};
use crate::yaml::Node;

use super::actions::{self, ActionRow};
use super::inherited::Inherited;
use super::keywords::{self, Level, Sifted};
use super::{Parameters, Reader, foreign, repeat, retry};

pub(super) fn read(
    index: usize,
    node: &Node,
    outer: &Inherited,
    reader: &mut Reader<'_>,
) -> Option<Task> {
    let Some(entries) = node.as_map() else {
        let message = format!("a task must be a mapping, not {}", node.kind());
        reader.refuse(
            node,
            message,
            "write `- ACTION: PARAMETERS`, such as `- cli: get system status`",
        );
        return None;
    };
    let keys = Sifted::of(entries, Level::Task, reader);
    let name = keys.get("name").and_then(|node| reader.template("name", node));
    let own = outer.with(&keys, reader);
    let repeat = repeat::read(&keys, reader);
    let retry = retry::read(&keys, reader);
    let register = keys.get("register").and_then(|node| reader.variable_name("register", node));
    let failed_when = conditions("failed_when", &keys, reader);
    let changed_when = conditions("changed_when", &keys, reader);
    let (written, action) = action(node, entries, &keys, reader)?;
    Some(Task {
        index,
        name: name.map_or(written, |name| name.text),
        action,
        when: own.when,
        repeat,
        retry,
        register,
        ignore_errors: own.ignore_errors,
        ignore_unreachable: own.ignore_unreachable,
        timeout: own.timeout,
        failed_when,
        changed_when,
        tags: own.tags,
        vars: own.vars,
        no_log: own.no_log,
        place: node.place.clone(),
    })
}

/// An empty list says nothing, as in Ansible, and not that it always holds.
fn conditions(key: &str, keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Option<Vec<Expression>> {
    let conditions = keys.get(key).map(|node| reader.conditions(key, node))?;
    (!conditions.is_empty()).then_some(conditions)
}

/// The action, and its name as it was written.
fn action(
    node: &Node,
    entries: &[(Node, Node)],
    keys: &Sifted<'_>,
    reader: &mut Reader<'_>,
) -> Option<(String, Action)> {
    let mut found: Option<(&'static ActionRow, &Node, &Node)> = None;
    let mut unknown = Vec::new();
    for (key, value) in &keys.others {
        match (actions::by_name(&key.key_text()), found) {
            (None, _) => unknown.push(key),
            (Some(row), None) => found = Some((row, key, value)),
            (Some(row), Some((first, ..))) => reader.refuse(
                key,
                format!("this task has two actions, `{}` and `{}`", first.name, row.name),
                "begin another task with `- `",
            ),
        }
    }
    let has_unknown = !unknown.is_empty();
    for key in unknown {
        refuse_unknown(key, found.map(|(row, ..)| row), reader);
    }
    let Some((row, key, value)) = found else {
        // Whoever wrote `block` or `shell` meant no other action.
        let is_meant = |(key, _): &(Node, Node)| keywords::replaces_action(&key.key_text());
        if !has_unknown && !entries.iter().any(is_meant) {
            let first = entries.first().map_or(node, |(key, _)| key);
            let hint = format!("the actions are `{}`", actions::names().join("`, `"));
            reader.refuse(first, "the task has no action", hint);
        }
        return None;
    };
    let parameters = Parameters::read(row, key, value, keys.get("args"), reader);
    Some((key.key_text(), (row.read)(&parameters, reader)?))
}

fn refuse_unknown(key: &Node, action: Option<&ActionRow>, reader: &mut Reader<'_>) {
    let name = key.key_text();
    let names = actions::names();
    if let Some(action) = action
        && action.parameters.is_some_and(|known| known.contains(&name.as_str()))
    {
        let hint = format!("`{name}` is a parameter of `{}`: indent it below", action.name);
        return reader.report(keywords::unknown(key, Level::Task, &names).hint(hint));
    }
    if let Some(foreign) = foreign::module(&name) {
        return reader.refuse(key, foreign.message, foreign.hint);
    }
    if name.starts_with("with_") {
        let hint = "write `loop:`, or one of the other loops";
        return reader.report(keywords::of_ansible(key, &name).hint(hint));
    }
    let short = name.rsplit('.').next().unwrap_or(&name);
    let is_keyword = keywords::is_near_keyword(&name)
        || [Level::Play, Level::Block].iter().any(|at| keywords::by_name(&name, *at).is_some());
    if action.is_some() || is_keyword && nearest(short, &names).is_none() {
        return reader.report(keywords::unknown(key, Level::Task, &names));
    }
    reader.refuse(key, format!("unknown action `{name}`"), nearest_hint(short, &names));
}
