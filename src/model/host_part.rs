//! A part of the hosts of a run.

use std::collections::HashSet;

use super::HostName;

/// Some hosts of a run, or all: what a rule or a mute holds for, looked up once for each thing that
/// is judged.
#[derive(Debug, Clone)]
pub struct HostPart<'a>(Option<HashSet<&'a HostName>>);

impl<'a> HostPart<'a> {
    /// These hosts; `None`: all of the run.
    pub fn of(hosts: Option<&'a [HostName]>) -> Self {
        Self(hosts.map(|hosts| hosts.iter().collect()))
    }

    pub fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether there are none of these hosts.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_some_and(HashSet::is_empty)
    }

    pub fn contains(&self, host: &HostName) -> bool {
        self.0.as_ref().is_none_or(|hosts| hosts.contains(host))
    }
}
