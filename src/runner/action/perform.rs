//! From an action to the file that does it.

use super::context::Context;
use super::{assert, cli, collect, debug, fail, set_fact};
use crate::model::{HostFailure, Value};
use crate::playbook::Action;
use crate::runner::link::Link;
use crate::runner::port::{Clock, Connector};
use crate::runner::task_result::TaskResult;

/// Does what the action says. The second part are the facts that it sets.
///
/// # Errors
/// The device is not reached, or the session with it is lost. Every other trouble is in the result.
pub(in crate::runner) async fn perform<C: Connector, K: Clock>(
    action: &Action,
    context: &Context<'_, K>,
    link: &mut Link<'_, C, K>,
) -> Result<(TaskResult, Vec<(String, Value)>), HostFailure> {
    let nothing = Vec::new;
    Ok(match action {
        Action::Collect(collect) => {
            (collect::perform(*collect, context, link.device().await?).await?, nothing())
        }
        Action::Cli(cli) => (cli::perform(cli, context, link).await?, nothing()),
        Action::Assert(assert) => (assert::perform(assert, context), nothing()),
        Action::SetFact(facts) => set_fact::perform(facts, context),
        Action::Debug(debug) => (debug::perform(debug, context), nothing()),
        Action::Fail(message) => (fail::perform(message.as_ref(), context), nothing()),
        // What it does is up to the walk through the play.
        Action::Meta(_) => (TaskResult::default(), nothing()),
    })
}
