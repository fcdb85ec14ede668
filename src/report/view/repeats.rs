//! Findings that two hosts have in common.

use std::collections::HashMap;

use crate::findings::FleetFacts;
use crate::model::{Finding, HostName};

/// What makes two findings of one unit the same: rule, VDOM and token; where they are about no
/// token, what they say.
type Key<'a> = (usize, &'a str, Option<&'a str>, &'a str);

/// Remembers which host had a finding first. The members of a cluster show the same tokens
/// and accounts, and what is wrong with one is one thing to do.
pub(super) struct Repeats<'a> {
    units: HashMap<&'a HostName, usize>,
    first: HashMap<Key<'a>, &'a HostName>,
}

impl<'a> Repeats<'a> {
    pub(super) fn new(facts: &'a FleetFacts) -> Self {
        let hosts = facts.devices().map(|device| &device.entry.host);
        Self { units: hosts.zip(facts.units().iter().copied()).collect(), first: HashMap::new() }
    }

    /// Another host of the same unit that had this finding before.
    pub(super) fn first_with(&mut self, finding: &'a Finding) -> Option<&'a HostName> {
        let unit = *self.units.get(&finding.host)?;
        let subject = finding.token.as_deref().unwrap_or(&finding.message);
        let key = (unit, finding.rule.as_str(), finding.vdom.as_deref(), subject);
        let first = *self.first.entry(key).or_insert(&finding.host);
        (first != &finding.host).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, Severity};
    use crate::report::example::example_record;

    fn finding(host: &str, message: &str) -> Finding {
        Finding {
            rule: "device-spare-tokens".into(),
            title: "Many licences idle".into(),
            severity: Severity::Info,
            action: Action::Attention,
            host: HostName::from(host),
            device_serial: None,
            vdom: None,
            token: None,
            subject: None,
            message: message.to_owned(),
            remedy: String::new(),
            low_confidence: false,
            evidence: vec![],
        }
    }

    #[test]
    fn members_of_a_cluster_that_say_the_same_say_it_once() {
        let facts = FleetFacts::from_record(&example_record());
        let mut repeats = Repeats::new(&facts);
        let found = [
            finding("fgt-fra-01", "Ten are spare."),
            finding("fgt-fra-02", "Ten are spare."),
            finding("fgt-fra-02", "Nine are spare."),
            finding("fgt-lon-01", "Ten are spare."),
        ];
        let repeated: Vec<_> = found.iter().map(|finding| repeats.first_with(finding)).collect();
        assert_eq!(repeated, [None, Some(&HostName::from("fgt-fra-01")), None, None]);
    }
}
