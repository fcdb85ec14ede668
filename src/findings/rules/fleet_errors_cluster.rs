//! One error that gathers in one release or one group of the inventory.

use indexmap::IndexMap;

use crate::findings::device::DeviceFacts;
use crate::findings::fleet::FleetFacts;
use crate::findings::naming::{NAMED, names};
use crate::findings::rule::{Check, Observation, Rule};
use crate::model::{Action, Severity, TokenStatus};

/// So many FortiGates of a set must show the error.
const TROUBLED: usize = 5;
/// With so many FortiGates outside the set it can be compared.
const OTHERS: usize = 10;
/// The error must be so many times as frequent as outside.
const TIMES: usize = 4;

const ERRORS: [TokenStatus; 4] = [
    TokenStatus::ProvisionTimeout,
    TokenStatus::AlreadyActivated,
    TokenStatus::ActivationError,
    TokenStatus::Locked,
];

pub const RULE: Rule = Rule {
    id: "fleet-errors-cluster",
    title: "One error gathers in one place",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "One error status is much more frequent among the FortiGates of one FortiOS release \
        or one group of the inventory than among the others: at least five of them show it, they are \
        at least half of the set, and their share is at least four times that of the other \
        FortiGates, of which there are at least ten. Counted are FortiGates with tokens whose token \
        server is not in doubt, the units of a cluster once. For each status only the set with the \
        greatest share is named, and the finding stands under the first of its hosts.",
    remedy: "Look for what the set has in common, a release, a path or a roll-out, before the tokens \
        are mended one by one.",
    needs: &[],
    check: Check::Fleet(check),
};

/// Some FortiGates, and those among them that show an error.
#[derive(Default)]
struct Share<'a> {
    all: usize,
    troubled: Vec<&'a DeviceFacts>,
}

impl<'a> Share<'a> {
    fn count(&mut self, device: &'a DeviceFacts, troubled: bool) {
        self.all += 1;
        self.troubled.extend(troubled.then_some(device));
    }

    /// `fleet` is the share of the whole fleet.
    fn stands_out(&self, fleet: &Share<'_>) -> bool {
        let (all, troubled) = (self.all, self.troubled.len());
        let others = fleet.all - all;
        let troubled_others = fleet.troubled.len() - troubled;
        troubled >= TROUBLED
            && 2 * troubled >= all
            && others >= OTHERS
            && troubled * others >= TIMES * troubled_others * all
    }
}

fn check(fleet: &FleetFacts) -> Vec<Observation> {
    let units: Vec<&DeviceFacts> = fleet
        .distinct_units()
        .filter(|device| device.tokens().next().is_some() && !device.server_reach().is_doubtful())
        .collect();
    ERRORS.iter().filter_map(|error| gathering(&units, error)).collect()
}

fn gathering(units: &[&DeviceFacts], error: &TokenStatus) -> Option<Observation> {
    let mut fleet = Share::default();
    let mut sets: IndexMap<String, Share<'_>> = IndexMap::new();
    for &device in units {
        let troubled = device.tokens().any(|(_, token)| token.token.status == *error);
        fleet.count(device, troubled);
        for set in sets_of(device) {
            sets.entry(set).or_default().count(device, troubled);
        }
    }
    // Of equal shares the first counts.
    let (name, set) =
        sets.iter().filter(|(_, set)| set.stands_out(&fleet)).reduce(|best, next| {
            let greater = next.1.troubled.len() * best.1.all > best.1.troubled.len() * next.1.all;
            if greater { next } else { best }
        })?;
    Some(Observation {
        subject: Some(error.as_str().to_owned()),
        message: format!(
            "{} of {} FortiGates {name} show \"{error}\", and {} of {} others: {}.",
            set.troubled.len(),
            set.all,
            fleet.troubled.len() - set.troubled.len(),
            fleet.all - set.all,
            names(set.troubled.iter().map(|device| device.entry.host.as_str()))
        ),
        remedy: "Look for what these FortiGates have in common, a release, a path or a roll-out, \
                 before the tokens are mended one by one."
            .to_owned(),
        evidence: set
            .troubled
            .iter()
            .take(NAMED)
            .filter_map(|device| {
                let (sheet, token) =
                    device.tokens().find(|(_, token)| token.token.status == *error)?;
                Some(device.evidence(sheet, token))
            })
            .collect(),
    })
}

/// What a FortiGate has in common with others, in words.
fn sets_of(device: &DeviceFacts) -> impl Iterator<Item = String> {
    let version = device.system.as_ref().map(|system| system.version.as_str());
    let release =
        version.filter(|text| !text.is_empty()).map(|text| format!("with FortiOS {text}"));
    let groups = device.entry.groups.iter().map(|group| format!("in the group {group}"));
    release.into_iter().chain(groups)
}
