//! What a task may do.

mod assert;
mod cli;
mod collect;
mod debug;
mod include;
mod include_vars;
mod meta;
pub(in crate::playbook) mod set_fact;

use indexmap::IndexMap;

use super::Template;
use crate::model::Value;

pub use assert::Assert;
pub use cli::Cli;
pub use collect::Collect;
pub use debug::{Debug, Saying};
pub use include::Include;
pub use include_vars::IncludeVars;
pub use meta::Meta;

/// An action with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Asks the device for something that tokenfleet understands.
    Collect(Collect),
    /// Any read-only command.
    Cli(Cli),
    Assert(Assert),
    /// Variables for the tasks and plays to come; values may hold templates.
    SetFact(IndexMap<String, Value>),
    Debug(Debug),
    /// Fails, and says why.
    Fail(Option<Template>),
    Meta(Meta),
    Include(Include),
    IncludeVars(IncludeVars),
}

impl Action {
    /// The name under which events and messages speak of it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Collect(collect) => collect.name(),
            Self::Cli(_) => "cli",
            Self::Assert(_) => "assert",
            Self::SetFact(_) => "set_fact",
            Self::Debug(_) => "debug",
            Self::Fail(_) => "fail",
            Self::Meta(_) => "meta",
            Self::Include(_) => "include_tasks",
            Self::IncludeVars(_) => "include_vars",
        }
    }

    /// Whether it asks the device, so that a session is needed.
    pub fn needs_device(&self) -> bool {
        matches!(self, Self::Collect(_) | Self::Cli(_))
    }
}
