//! `debug`: says something.

use super::context::Context;
use crate::model::Value;
use crate::playbook::{Debug, Saying};
use crate::runner::ansible_words;
use crate::runner::task_result::TaskResult;
use crate::template::text_of;

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
                    let value = format!("<< error 1 - {} >>", ansible_words::mistake(&error));
                    saying(format!("{name}: {error}")).with(name, Value::Unsafe(value))
                }
            }
        }
    }
}

fn saying(text: String) -> TaskResult {
    TaskResult { message: Some(text), is_said: true, ..TaskResult::default() }
}
