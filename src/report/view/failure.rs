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
    /// Where it differs in addresses, names of hosts and numbers, these are `…`.
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
            let pattern = pattern(&failure.message, device);
            let key = (device.outcome, failure.stage, pattern.clone());
            let group = groups.entry(key).or_insert_with(|| Self {
                outcome: device.outcome,
                stage: failure.stage,
                message: failure.message.clone(),
                remedy: failure.remedy.clone(),
                count: 0,
                hosts: Vec::new(),
            });
            if group.message != failure.message {
                group.message = pattern;
            }
            group.count += 1;
            group.hosts.push(device.host.clone());
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

/// A message without what one host has and another has not: its name, addresses and numbers.
fn pattern(message: &Text, device: &DeviceView) -> Text {
    let address = device.address.rsplit_once(':').map_or(&*device.address, |(name, _)| name);
    let mut pattern = String::with_capacity(message.len());
    let is_part = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    let mut rest: &str = message;
    while let Some(c) = rest.chars().next() {
        let word = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        if word.is_empty() {
            pattern.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let bare = word.trim_end_matches([':', '.']);
        if bare == &*device.host || bare == address || is_number_or_address(bare) {
            pattern.push('…');
            pattern.push_str(&word[bare.len()..]);
        } else {
            pattern.push_str(word);
        }
        rest = &rest[word.len()..];
    }
    Text::new(&pattern)
}

fn is_number_or_address(word: &str) -> bool {
    let is_v6 = word.matches(':').count() > 1;
    let of_either = |c: char| match is_v6 {
        true => c.is_ascii_hexdigit() || ":.".contains(c),
        false => c.is_ascii_digit() || ":.".contains(c),
    };
    !word.is_empty() && word.chars().all(of_either)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example_view;

    #[test]
    fn one_cause_on_many_hosts_is_one_cause() {
        let mut devices = example_view().devices;
        devices.retain(|device| &*device.host == "fgt-par-01");
        devices.resize(3, devices[0].clone());
        let mut group = |messages: [&str; 3]| {
            for (device, message) in devices.iter_mut().zip(messages) {
                if let Some(failure) = &mut device.failure {
                    failure.message = message.into();
                }
            }
            let groups = FailureGroup::all_of(&devices);
            groups.iter().map(|group| (group.count, group.message.to_string())).collect::<Vec<_>>()
        };
        let same = "no answer within 10 s";
        assert_eq!(group([same; 3]), [(3, same.to_owned())]);
        assert_eq!(
            group([
                "192.0.2.1 port 22 refused the connection",
                "2001:db8::a1 port 22 refused the connection",
                "fgt-par-01.example.net port 2222 refused the connection",
            ]),
            [(3, "… port … refused the connection".to_owned())]
        );
        assert_eq!(
            group(["refused: `8278: Unknown action 0`", "refused: `93: Unknown action 0`", "lost"]),
            [(2, "refused: `…: Unknown action …`".to_owned()), (1, "lost".to_owned())]
        );
    }
}
