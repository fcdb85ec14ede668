//! What a task may do.

mod assert;
mod cli;
mod collect;
mod debug;
pub(in crate::playbook) mod set_fact;

use indexmap::IndexMap;

use crate::model::Value;

pub use assert::Assert;
pub use cli::Cli;
pub use collect::Collect;
pub use debug::Debug;

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
        }
    }
}
