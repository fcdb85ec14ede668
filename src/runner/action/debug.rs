//! `debug`: says something.

use super::context::Context;
use crate::model::Value;
use crate::playbook::Debug;
use crate::runner::task_result::{TaskResult, mistake};

pub(super) fn perform<K>(debug: &Debug, context: &Context<'_, K>) -> TaskResult {
    let scope = context.scope.shared();
    match debug {
        Debug::Message(value) => match context.templar.fill(value, &scope) {
            Ok(value) => saying(text_of(&value)).with("msg", value),
            Err(error) => TaskResult::failed(mistake("`msg`", error)),
        },
        Debug::Variable(expression) => {
            let name = &expression.text;
            match context.templar.evaluate(name, &scope) {
                Ok(value) => {
                    let result = saying(format!("{name}: {}", text_of(&value)));
                    result.with(name, value)
                }
                Err(error) => saying(format!("{name}: VARIABLE IS NOT DEFINED!: {error}")),
            }
        }
    }
}

fn saying(text: String) -> TaskResult {
    TaskResult { message: Some(text), ..TaskResult::default() }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Unsafe(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
