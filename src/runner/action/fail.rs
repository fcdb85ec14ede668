//! `fail`: fails, and says why.

use super::context::Context;
use crate::model::{HostFailure, Stage, Value};
use crate::playbook::Template;
use crate::runner::task_result::TaskResult;

pub(super) fn perform<K>(message: Option<&Template>, context: &Context<'_, K>) -> TaskResult {
    let message = match message.map(|message| context.text_or_none(&message.text)) {
        None | Some(Ok(None)) => "Failed as requested from task".to_owned(),
        Some(Ok(Some(message))) => message,
        Some(Err(error)) => return TaskResult::unfilled("fail", "msg", error),
    };
    let remedy = "The playbook fails here on purpose: see its conditions.";
    let msg = Value::Unsafe(message.clone());
    TaskResult::failed(HostFailure::new(Stage::Task, message, remedy)).with("msg", msg)
}
