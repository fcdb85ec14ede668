//! From an action to the file that does it.

use super::asking::Device;
use super::{assert, cli, collect, debug, set_fact};
use crate::model::{HostFailure, Value};
use crate::playbook::{Action, HostScope};
use crate::runner::port::{Clock, Transport};
use crate::runner::reporter::Reporter;
use crate::runner::task_result::TaskResult;
use crate::template::{Templar, TemplateError};

/// What an action may see.
pub(in crate::runner) struct Context<'a, K> {
    pub scope: &'a HostScope,
    pub templar: &'a Templar,
    pub reporter: &'a Reporter<'a, K>,
    /// `no_log`: what the device answers is not reported.
    pub is_hidden: bool,
}

impl<K> Context<'_, K> {
    /// A text with its templates filled in.
    pub fn text(&self, text: &str) -> Result<String, TemplateError> {
        Ok(match self.templar.fill(&Value::text(text), &self.scope.shared())? {
            Value::Text(text) | Value::Unsafe(text) => text,
            Value::Null => String::new(),
            other => serde_json::to_string(&other).unwrap_or_default(),
        })
    }
}

/// Does what the action says. The second part are the facts that it sets.
///
/// # Errors
/// The session with the device is lost. Every other trouble is in the result.
pub(in crate::runner) async fn perform<K: Clock, T: Transport>(
    action: &Action,
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<(TaskResult, Vec<(String, Value)>), HostFailure> {
    let nothing = Vec::new;
    Ok(match action {
        Action::Collect(collect) => (collect::perform(*collect, context, device).await?, nothing()),
        Action::Cli(cli) => (cli::perform(cli, context, device).await?, nothing()),
        Action::Assert(assert) => (assert::perform(assert, context), nothing()),
        Action::SetFact(facts) => set_fact::perform(facts, context),
        Action::Debug(debug) => (debug::perform(debug, context), nothing()),
    })
}
