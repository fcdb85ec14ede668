//! `assert`: conditions that must hold.

use super::context::Context;
use crate::model::{HostFailure, Stage, Value};
use crate::playbook::Assert;
use crate::runner::task_result::TaskResult;

pub(super) fn perform<K>(assert: &Assert, context: &Context<'_, K>) -> TaskResult {
    let scope = context.scope.shared();
    for expression in &assert.that {
        let text = &expression.text;
        match context.templar.evaluate(text, &scope) {
            Ok(Value::Bool(true)) => {}
            Ok(other) => {
                let message = match (&assert.fail_msg, &other) {
                    (Some(template), Value::Bool(false)) => said(context, &template.text),
                    (None, Value::Bool(false)) => format!("assertion failed: {text}"),
                    (_, other) => format!("`{text}` is {}, not true or false", other.kind()),
                };
                let remedy = "The playbook asserts this: see what the device answered.";
                let result = match &assert.fail_msg {
                    None => TaskResult::default().with("msg", "Assertion failed"),
                    Some(_) => TaskResult::default().with("msg", Value::Unsafe(message.clone())),
                };
                let failure = HostFailure::new(Stage::Task, message, remedy);
                return TaskResult { failure: Some(failure), ..result }
                    .with("assertion", text.as_str())
                    .with("evaluated_to", other);
            }
            Err(error) => {
                let context = "Error while evaluating conditional: ";
                return TaskResult::mistaken(&format!("`that: {text}`"), context, error);
            }
        }
    }
    let message = match &assert.success_msg {
        Some(template) => said(context, &template.text),
        None => "All assertions passed".to_owned(),
    };
    TaskResult { message: (!assert.quiet).then_some(message), ..TaskResult::default() }
}

/// The message, or what is wrong with it.
fn said<K>(context: &Context<'_, K>, template: &str) -> String {
    context.text(template).unwrap_or_else(|error| format!("{template} ({error})"))
}
