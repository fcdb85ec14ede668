//! `assert`: conditions that must hold.

use super::context::Context;
use crate::model::{HostFailure, Stage, Value};
use crate::playbook::Assert;
use crate::runner::task_result::{TaskResult, condition_of};

pub(super) fn perform<K>(assert: &Assert, context: &Context<'_, K>) -> TaskResult {
    let scope = context.scope.shared();
    for expression in &assert.that {
        let text = &expression.text;
        match context.templar.evaluate(text, &scope) {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Bool(false)) => {
                let (message, msg) = match &assert.fail_msg {
                    Some(template) => {
                        let said = said(context, &template.text);
                        (said.clone(), Value::Unsafe(said))
                    }
                    None => (format!("assertion failed: {text}"), "Assertion failed".into()),
                };
                let remedy = "The playbook asserts this: see what the device answered.";
                let failure = HostFailure::new(Stage::Task, message, remedy);
                return TaskResult { is_said: !assert.quiet, ..TaskResult::failed(failure) }
                    .with("msg", msg)
                    .with("assertion", condition_of(text))
                    .with("evaluated_to", Value::Bool(false));
            }
            Ok(other) => {
                let message = format!("`{text}` is {}, not true or false", other.kind());
                let hint = "Compare it with something, or test it: `x is defined`.";
                return TaskResult::not_boolean(message, hint, &other);
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
    let result = TaskResult::default().with("msg", Value::Unsafe(message.clone()));
    TaskResult { message: (!assert.quiet).then_some(message), is_said: !assert.quiet, ..result }
}

/// The message, or what is wrong with it.
fn said<K>(context: &Context<'_, K>, template: &str) -> String {
    context.text(template).unwrap_or_else(|error| format!("{template} ({error})"))
}
