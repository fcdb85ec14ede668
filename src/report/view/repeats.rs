//! Findings that two hosts have in common.

use std::collections::HashMap;

use crate::findings::FleetFacts;
use crate::model::{Finding, HostName};

/// What makes two findings of one unit the same: rule, VDOM and token.
type Key<'a> = (usize, &'a str, Option<&'a str>, &'a str);

/// Remembers which host had a finding first. The members of a cluster show the same tokens, and
/// what is wrong with one is one thing to do.
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
        let token = finding.token.as_deref()?;
        let key = (unit, finding.rule.as_str(), finding.vdom.as_deref(), token);
        let first = *self.first.entry(key).or_insert(&finding.host);
        (first != &finding.host).then_some(first)
    }
}
