//! From an action to the file that does it.

use super::context::Context;
use super::{assert, cli, collect, debug, fail, include, set_fact};
use crate::model::HostFailure;
use crate::playbook::Action;
use crate::runner::link::Link;
use crate::runner::port::{Clock, Connector};
use crate::runner::task_result::TaskResult;

/// Does what the action says.
///
/// # Errors
/// The device is not reached, or the session with it is lost. Every other trouble is in the result.
pub(in crate::runner) async fn perform<C: Connector, K: Clock>(
    action: &Action,
    context: &Context<'_, K>,
    link: &mut Link<'_, C, K>,
) -> Result<TaskResult, HostFailure> {
    Ok(match action {
        Action::Collect(collect) => {
            collect::perform(*collect, context, link.device().await?).await?
        }
        Action::Cli(cli) => cli::perform(cli, context, link).await?,
        Action::Assert(assert) => assert::perform(assert, context),
        Action::SetFact(facts) => set_fact::perform(facts, context),
        Action::Debug(debug) => debug::perform(debug, context),
        Action::Fail(message) => fail::perform(message.as_ref(), context),
        Action::Include(include) => include::tasks(include, context),
        Action::IncludeVars(include) => include::variables(include, context),
        // What it does is up to the walk through the play.
        Action::Meta(_) => TaskResult::default(),
    })
}
