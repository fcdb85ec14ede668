//! The turns of a loop: what each of them sees, and what they come to together.

use super::ansible_words;
use super::task_result::{Inclusion, Mishap, TaskResult};
use crate::model::{HostFailure, Stage, Value};
use crate::playbook::{Extended, HostScope, Lookup, Loop};
use crate::template::Templar;

/// The most items of a loop each of which sees all others: the memory grows with the square.
const MOST_EXTENDED: usize = 1000;

/// One turn: the item, and what else a task sees in it.
pub(super) struct Turn {
    pub variables: Vec<(String, Value)>,
}

/// The turns of a loop, or the result of a task whose loop cannot be made.
pub(super) fn turns(
    repeat: &Loop,
    scope: &HostScope,
    templar: &Templar,
) -> Result<Vec<Turn>, Box<TaskResult>> {
    let filled = templar.fill(&repeat.items, &scope.shared());
    let filled = filled.map_err(|error| Box::new(TaskResult::mistaken("`loop`", "", error)))?;
    let type_name = ansible_words::type_name(&filled);
    let items = repeat.lookup.items(filled, &scope.shelves()).map_err(|wrong| {
        let failure = HostFailure::new(
            Stage::Task,
            format!("the loop cannot be made: {wrong}"),
            "Give it a list; `| dict2items` makes one of a mapping.",
        );
        let msg = format!("The `loop` value must resolve to a 'list', not '{type_name}'.");
        let result = TaskResult { mishap: Mishap::Loop, ..TaskResult::failed(failure) };
        Box::new(match repeat.lookup {
            Lookup::List => result.with("msg", Value::Unsafe(msg)),
            _ => result,
        })
    })?;
    if repeat.extended.is_some_and(|extended| extended.has_all) && items.len() > MOST_EXTENDED {
        return Err(Box::new(TaskResult::failed(HostFailure::new(
            Stage::Task,
            format!("`extended` keeps {} items for each of them", items.len()),
            "Set `extended_allitems: false` in `loop_control`.",
        ))));
    }
    let turn = |index: usize| {
        let item = (repeat.variable.clone(), items[index].clone());
        let position = repeat.index_variable.clone().map(|name| (name, number(index)));
        let loops = repeat
            .extended
            .map(|extended| ("ansible_loop".to_owned(), position_of(index, &items, extended)));
        let names = [
            ("ansible_loop_var", Some(&repeat.variable)),
            ("ansible_index_var", repeat.index_variable.as_ref()),
        ];
        let names = names
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::Unsafe(value?.clone()))));
        Turn { variables: [item].into_iter().chain(position).chain(loops).chain(names).collect() }
    };
    Ok((0..items.len()).map(turn).collect())
}

fn number(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `ansible_loop`
fn position_of(index: usize, items: &[Value], extended: Extended) -> Value {
    let left = items.len() - index;
    let mut fields = vec![
        ("index", number(index + 1)),
        ("index0", number(index)),
        ("first", Value::Bool(index == 0)),
        ("last", Value::Bool(left == 1)),
        ("length", number(items.len())),
        ("revindex", number(left)),
        ("revindex0", number(left - 1)),
    ];
    if extended.has_all {
        fields.insert(0, ("allitems", Value::List(items.to_vec())));
    }
    let neighbour = |at: Option<usize>| at.and_then(|at| items.get(at)).cloned();
    fields.extend(neighbour(index.checked_add(1)).map(|item| ("nextitem", item)));
    fields.extend(neighbour(index.checked_sub(1)).map(|item| ("previtem", item)));
    Value::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The result of a loop: that of each turn under `results`.
pub(super) fn gathered(turns: Vec<(Turn, Value, TaskResult)>) -> TaskResult {
    let mut whole = TaskResult {
        skipped: turns.iter().all(|(.., result)| result.skipped),
        changed: turns.iter().any(|(.., result)| result.changed),
        gave_up: turns.iter().any(|(.., result)| result.gave_up),
        ..TaskResult::default()
    };
    let mut said = Vec::new();
    let mut results = Vec::new();
    let mut failures = Vec::new();
    for (item, (turn, value, result)) in turns.into_iter().enumerate() {
        let Value::Map(mut fields) = value else { continue };
        // Nor does Ansible say of the item of an include whether it changed something.
        if !result.inclusions.is_empty() {
            fields.shift_remove("changed");
        }
        fields.extend(turn.variables);
        results.push(Value::Map(fields));
        said.extend(result.message);
        let inclusions = result.inclusions.into_iter();
        whole.inclusions.extend(inclusions.map(|inclusion| Inclusion { item, ..inclusion }));
        whole.facts.extend(result.facts);
        whole.variables.extend(result.variables);
        whole.mail.extend(result.mail);
        whole.delegate = whole.delegate.or(result.delegate);
        if result.mishap == Mishap::File {
            whole.mishap = Mishap::File;
        }
        failures.extend(result.failure);
    }
    let failed = failures.len();
    let text = match (failed, whole.skipped) {
        (0, true) => "All items skipped",
        (0, false) if !whole.gave_up => "All items completed",
        _ => "One or more items failed",
    };
    let mut failures = failures.into_iter();
    whole.failure = failures.next().map(|mut first| {
        if failed > 1 {
            first.message = format!("{} (and {} more items failed)", first.message, failed - 1);
        }
        first
    });
    whole.message = (!said.is_empty()).then(|| said.join("\n"));
    let skipped = Value::Bool(whole.skipped);
    whole.with("results", Value::List(results)).with("skipped", skipped).with("msg", text)
}
