//! From an action to the file that does it.

use super::asking::Device;
use super::context::Context;
use super::{assert, cli, collect, debug, set_fact};
use crate::model::{HostFailure, Value};
use crate::playbook::Action;
use crate::runner::port::{Clock, Transport};
use crate::runner::task_result::TaskResult;

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
