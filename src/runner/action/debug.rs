//! `debug`: says something.

use super::context::Context;
use crate::model::Value;
use crate::playbook::{Debug, Saying};
use crate::runner::ansible_words;
use crate::runner::task_result::TaskResult;
use crate::template::{TemplateError, text_of};

/// How deep a value may be nested of which something is wrong.
const MOST_DEEP: usize = 50;

/// What Ansible says where nothing is said.
const UNSAID: &str = "Hello world!";

pub(super) fn perform<K>(debug: &Debug, context: &Context<'_, K>) -> TaskResult {
    if debug.verbosity > u64::from(context.scope.verbosity()) {
        let skipped = TaskResult { skipped: true, ..TaskResult::default() };
        return skipped.with("skipped_reason", "Verbosity threshold not met.");
    }
    let scope = context.scope.shared();
    match &debug.saying {
        None => saying(UNSAID.to_owned()).with("msg", UNSAID),
        Some(Saying::Message(value)) => match context.templar.fill_unless_omitted(value, &scope) {
            Ok(None) => saying(UNSAID.to_owned()).with("msg", UNSAID),
            Ok(Some(value)) => saying(text_of(&value)).with("msg", value),
            Err(error) => TaskResult::unfilled("debug", "msg", error),
        },
        Some(Saying::Variable(expression)) => {
            let name = &expression.text;
            match context.templar.evaluate(name, &scope) {
                Ok(value) => {
                    let result = saying(format!("{name}: {}", text_of(&value)));
                    result.with(name, value)
                }
                Err(error) => {
                    let mut errors = 0;
                    let value = match scope.get(name) {
                        Some(value @ (Value::List(_) | Value::Map(_))) => {
                            marked(&value, 0, &mut errors, &|leaf| {
                                context.templar.fill(leaf, &scope)
                            })
                        }
                        _ => mark(&error, &mut errors),
                    };
                    saying(format!("{name}: {error}")).with(name, value)
                }
            }
        }
    }
}

/// A value of which something cannot be filled in, with what is wrong in the place of that.
fn marked(
    value: &Value,
    depth: usize,
    errors: &mut usize,
    fill: &dyn Fn(&Value) -> Result<Value, TemplateError>,
) -> Value {
    match value {
        Value::List(_) | Value::Map(_) if depth > MOST_DEEP => {
            mark(&TemplateError::new("the value is nested too deep"), errors)
        }
        Value::List(items) => {
            let item = |item| marked(item, depth + 1, errors, fill);
            Value::List(items.iter().map(item).collect())
        }
        Value::Map(map) => {
            let field = |(name, field): (&String, _)| {
                (name.clone(), marked(field, depth + 1, errors, fill))
            };
            Value::Map(map.iter().map(field).collect())
        }
        leaf => fill(leaf).unwrap_or_else(|error| mark(&error, errors)),
    }
}

/// As Ansible marks what is wrong.
fn mark(error: &TemplateError, errors: &mut usize) -> Value {
    *errors += 1;
    Value::Unsafe(format!("<< error {errors} - {} >>", ansible_words::mistake(error)))
}

fn saying(text: String) -> TaskResult {
    TaskResult { message: Some(text), is_said: true, ..TaskResult::default() }
}
