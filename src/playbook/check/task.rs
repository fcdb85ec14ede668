//! One task.

use std::sync::Arc;

use crate::model::{InputIssue, nearest, nearest_hint};
use crate::playbook::{Action, Delegate, Expression, Flag, Step, Task, Template};
use crate::yaml::Node;

use super::actions::{self, ActionRow, Reading};
use super::block::Steps;
use super::inherited::Inherited;
use super::keywords::{self, Level, Sifted};
use super::{Parameters, Reader, foreign, include, old_form, repeat, retry};

/// A task; or, where it imports some, those.
pub(super) fn read(
    node: &Node,
    outer: &Inherited,
    steps: &mut Steps,
    reader: &mut Reader<'_>,
) -> Vec<Step> {
    let Some(entries) = node.as_map() else {
        let message = format!("a task must be a mapping, not {}", node.kind());
        reader.refuse(
            node,
            message,
            "write `- ACTION: PARAMETERS`, such as `- cli: get system status`",
        );
        return Vec::new();
    };
    let keys = Sifted::of(entries, Level::Task, reader);
    let name = keys.get("name").and_then(|node| reader.template("name", node));
    let own = outer.with(&keys, reader);
    let repeat = repeat::read(&keys, reader);
    let retry = retry::read(&keys, reader);
    let register = keys.get("register").and_then(|node| reader.variable_name("register", node));
    let failed_when = conditions("failed_when", &keys, reader);
    let changed_when = conditions("changed_when", &keys, reader);
    let Some((row, key, value)) = row(node, entries, &keys, reader) else {
        steps.number();
        return Vec::new();
    };
    let parameters = Parameters::read(row, &key, &value, keys.get("args"), reader);
    let action = match row.read {
        Reading::Import => return include::import(&keys, &parameters, &own, steps, reader),
        Reading::Include => {
            include::include(&keys, &parameters, outer, reader).map(Action::Include)
        }
        Reading::Alone(read) => read(&parameters, reader),
    };
    let index = steps.number();
    let Some(action) = action else { return Vec::new() };
    let is_local = keys.get("local_action").is_some();
    let localhost = || Template { text: "localhost".to_owned(), place: node.place.clone() };
    let to = own.delegate_to.or_else(|| is_local.then(localhost));
    if let Some(to) = to.as_ref().filter(|_| action.needs_device()) {
        let message = format!("`{}` asks the device itself, and nobody else", action.name());
        let issue = InputIssue::error(message)
            .at(to.place.clone(), 1)
            .hint("write a play for that host: a report tells of each what its own session said");
        reader.report(issue);
    }
    let is_of_all = matches!(&action, Action::Meta(meta) if meta.is_of_all());
    let task = Task {
        index,
        is_named: name.is_some(),
        name: name.map_or_else(|| key.key_text(), |name| name.text),
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
        run_once: if is_of_all { Flag::Is(true) } else { own.run_once },
        any_errors_fatal: own.any_errors_fatal,
        throttle: own.throttle,
        delegate: to.map(|to| Delegate { to, facts: own.delegate_facts }),
        tags: own.tags,
        vars: own.vars,
        no_log: own.no_log,
        place: node.place.clone(),
    };
    vec![Step::Task(Arc::new(task))]
}

/// An empty list says nothing, as in Ansible, and not that it always holds.
fn conditions(key: &str, keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Option<Vec<Expression>> {
    let conditions = keys.get(key).map(|node| reader.conditions(key, node))?;
    (!conditions.is_empty()).then_some(conditions)
}

/// The action, its key, and what stands behind it.
fn row<'n>(
    node: &'n Node,
    entries: &'n [(Node, Node)],
    keys: &Sifted<'n>,
    reader: &mut Reader<'_>,
) -> Option<(&'static ActionRow, Node, Node)> {
    let mut found: Option<(&'static ActionRow, Node, Node)> = None;
    let mut unknown = Vec::new();
    let indirect = ["action", "local_action"].into_iter().filter_map(|key| keys.get(key));
    let indirect: Vec<_> = indirect.filter_map(|node| old_form::read(node, reader)).collect();
    let direct = keys.others.iter().map(|(key, value)| (key.clone(), value.clone()));
    for (key, value) in direct.chain(indirect) {
        match (actions::by_name(&key.key_text()), &found) {
            (None, _) => unknown.push(key),
            (Some(row), None) => found = Some((row, key, value)),
            (Some(row), Some((first, ..))) => reader.refuse(
                &key,
                format!("this task has two actions, `{}` and `{}`", first.name, row.name),
                "begin another task with `- `",
            ),
        }
    }
    let has_unknown = !unknown.is_empty();
    for key in unknown {
        refuse_unknown(&key, found.as_ref().map(|(row, ..)| *row), reader);
    }
    // Whoever wrote `rescue` or `shell` meant no other action.
    let is_meant = |(key, _): &(Node, Node)| keywords::replaces_action(&key.key_text());
    let is_indirect = keys.get("action").or(keys.get("local_action")).is_some();
    if found.is_none() && !has_unknown && !is_indirect && !entries.iter().any(is_meant) {
        let first = entries.first().map_or(node, |(key, _)| key);
        let hint = format!("the actions are `{}`", actions::names().join("`, `"));
        reader.refuse(first, "the task has no action", hint);
    }
    found
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
