//! One licence on several FortiGates.

use indexmap::IndexMap;

use crate::findings::configuration::Configuration;
use crate::findings::device::DeviceFacts;
use crate::findings::fleet::FleetFacts;
use crate::findings::naming::{NAMED, names};
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::sheet::{TokenFacts, TokenSheet};
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "fleet-licence-spread",
    title: "One licence on several FortiGates",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "Mobile tokens of one licence (`EFTM…`) are configured on FortiGates that are not \
        members of one cluster. A licence belongs to one FortiGate or cluster and moves as a whole, \
        so that its tokens can be provisioned on one of them at best. It may be left over from a \
        replacement or a restored configuration. The finding stands under the first of them.",
    remedy: "See in FortiCare which FortiGate the licence is registered to, and delete its tokens on \
        the others.",
    needs: &[],
    check: Check::Fleet(check),
};

type Place<'a> = (&'a DeviceFacts, &'a TokenSheet, &'a TokenFacts);

fn check(fleet: &FleetFacts) -> Vec<Observation> {
    // One token of each unit stands for the unit.
    let mut licences: IndexMap<&str, IndexMap<usize, Place<'_>>> = IndexMap::new();
    for (unit, device) in fleet.units().iter().zip(fleet.devices()) {
        if is_of_unknown_cluster(device) {
            continue;
        }
        for (sheet, token) in device.tokens() {
            let trial = token.configuration.as_ref().is_some_and(Configuration::is_trial);
            if let Some(licence) = token.license().filter(|_| !trial) {
                let units = licences.entry(licence).or_default();
                units.entry(*unit).or_insert((device, sheet, token));
            }
        }
    }
    licences.retain(|_, units| units.len() > 1);
    licences.iter().map(|(licence, units)| spread(licence, units)).collect()
}

/// A member of a cluster that did not say who the others are.
fn is_of_unknown_cluster(device: &DeviceFacts) -> bool {
    let clustered = device.system.as_ref().is_some_and(|system| system.ha.clustered);
    clustered && device.ha.as_ref().is_none_or(|ha| ha.members.len() < 2)
}

fn spread(licence: &str, units: &IndexMap<usize, Place<'_>>) -> Observation {
    let hosts = names(units.values().map(|(device, ..)| device.entry.host.as_str()));
    Observation {
        subject: Some(licence.to_owned()),
        message: format!(
            "Tokens of the licence {licence} are on {} FortiGates that are not one cluster: {hosts}.",
            units.len()
        ),
        remedy: format!(
            "See in FortiCare which FortiGate {licence} is registered to, and delete its tokens on \
             the others. Customer Service can move a whole licence, one that was shipped on or \
             after 2025-08-04 for an RMA alone."
        ),
        evidence: units
            .values()
            .take(NAMED)
            .flat_map(|(device, sheet, token)| device.configuration_evidence(sheet, token))
            .collect(),
    }
}
