//! `set_fact`: variables for what follows.

use indexmap::IndexMap;

use super::context::Context;
use crate::model::Value;
use crate::runner::task_result::TaskResult;

/// All of them or none.
pub(super) fn perform<K>(facts: &IndexMap<String, Value>, context: &Context<'_, K>) -> TaskResult {
    let scope = context.scope.shared();
    let mut set = Vec::new();
    for (name, value) in facts {
        match context.templar.fill_unless_omitted(value, &scope) {
            Ok(None) => {}
            Ok(Some(value)) => set.push((name.clone(), value)),
            Err(error) => return TaskResult::unfilled("set_fact", name, error),
        }
    }
    let facts = Value::Map(set.iter().cloned().collect());
    TaskResult { facts: set, ..TaskResult::default() }.with("ansible_facts", facts)
}
