//! `set_fact`: variables for what follows.

use indexmap::IndexMap;

use super::context::Context;
use crate::model::Value;
use crate::runner::task_result::{TaskResult, mistake};

/// All of them or none.
pub(super) fn perform<K>(
    facts: &IndexMap<String, Value>,
    context: &Context<'_, K>,
) -> (TaskResult, Vec<(String, Value)>) {
    let scope = context.scope.shared();
    let mut set = Vec::new();
    for (name, value) in facts {
        match context.templar.fill(value, &scope) {
            Ok(value) => set.push((name.clone(), value)),
            Err(error) => {
                let failure = mistake(&format!("the fact `{name}`"), error);
                return (TaskResult::failed(failure), Vec::new());
            }
        }
    }
    let facts = Value::Map(set.iter().cloned().collect());
    (TaskResult::default().with("ansible_facts", facts), set)
}
