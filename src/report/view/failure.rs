//! Why hosts were not examined.

use indexmap::IndexMap;
use serde::Serialize;

use super::{DeviceView, Text};
use crate::model::HostOutcome;

/// Why one host was not examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureView {
    /// How far it had come: `resolve`, `connect`, `handshake`, `host_key`, `authenticate`,
    /// `login`, `vdom`, `command`, `parse`, `task`; `None` where nothing went wrong with it.
    pub stage: Option<&'static str>,
    pub message: Text,
    pub remedy: Text,
    pub command: Option<Text>,
    pub vdom: Option<Text>,
}

impl FailureView {
    /// `None` for a host that was examined.
    pub(super) fn new(outcome: Option<&HostOutcome>) -> Option<Self> {
        let without_stage = |message: &str, remedy: &str| Self {
            stage: None,
            message: Text::new(message),
            remedy: Text::new(remedy),
            command: None,
            vdom: None,
        };
        let again = "Run again for this host.";
        Some(match outcome {
            Some(HostOutcome::Examined) => return None,
            Some(HostOutcome::Failed { failure } | HostOutcome::Unreachable { failure }) => Self {
                stage: Some(failure.stage.as_str()),
                message: Text::from(&failure.message),
                remedy: Text::from(&failure.remedy),
                command: Text::maybe(failure.command.as_ref()),
                vdom: Text::maybe(failure.vdom.as_ref()),
            },
            Some(HostOutcome::NotAttempted { reason, remedy }) => {
                without_stage(reason, remedy.as_deref().unwrap_or(again))
            }
            Some(HostOutcome::Interrupted) => {
                without_stage("interrupted while it was being examined", again)
            }
            None => without_stage("the run ended before this host was finished", again),
        })
    }
}

/// Hosts that were not examined for one and the same cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureGroup {
    /// `failed`, `unreachable`, `not_attempted`, `interrupted` or `unfinished`.
    pub outcome: &'static str,
    pub stage: Option<&'static str>,
    pub message: Text,
    /// That of the first host.
    pub remedy: Text,
    /// How many hosts.
    pub count: usize,
    pub hosts: Vec<Text>,
}

impl FailureGroup {
    /// The most frequent first; equally frequent ones in inventory order. Together they hold
    /// every host that was not examined, once.
    pub(super) fn all_of(devices: &[DeviceView]) -> Vec<Self> {
        let mut groups: IndexMap<_, Self> = IndexMap::new();
        for device in devices {
            let Some(failure) = &device.failure else { continue };
            let group = groups
                .entry((device.outcome, failure.stage, &failure.message))
                .or_insert_with(|| Self {
                    outcome: device.outcome,
                    stage: failure.stage,
                    message: failure.message.clone(),
                    remedy: failure.remedy.clone(),
                    count: 0,
                    hosts: Vec::new(),
                });
            group.count += 1;
            group.hosts.push(device.host.clone());
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}
