//! No FortiGate of the fleet reaches its token server.

use crate::findings::fleet::FleetFacts;
use crate::findings::naming::NAMED;
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::server::ServerReach;
use crate::model::{Action, Severity};

use super::device_server_unreachable::CONNECTIVITY;

/// In a smaller fleet each FortiGate may have its own reason.
const MANY: usize = 5;

pub const RULE: Rule = Rule {
    id: "fleet-server-unreachable",
    title: "No FortiGate reaches its token server",
    severity: Severity::Critical,
    action: Action::Attention,
    explanation: "At least nine of ten FortiGates that say anything of their token server say that \
        it is unreachable, and at least five do; the units of a cluster count as one. So many do not \
        break at once: it is the path that they share (DNS, proxy, Internet access, a filter before \
        them) or Fortinet's service, not the tokens. No status in this run is to be trusted.",
    remedy: "Mend the path first and audit again; re-provision nothing and open no ticket before.",
    needs: &[],
    check: Check::Fleet(check),
};

fn check(fleet: &FleetFacts) -> Vec<Observation> {
    let said: Vec<_> = fleet
        .distinct_units()
        .filter(|device| device.server_reach() != ServerReach::Unsaid)
        .collect();
    let cut_off: Vec<_> =
        said.iter().filter(|device| device.server_reach() == ServerReach::Unreachable).collect();
    if cut_off.len() < MANY || 10 * cut_off.len() < 9 * said.len() {
        return Vec::new();
    }
    vec![Observation {
        subject: None,
        message: format!(
            "{} of {} FortiGates do not reach their token server: it is the path or the service, \
             not the tokens.",
            cut_off.len(),
            said.len()
        ),
        remedy: format!(
            "Look for what they share: {CONNECTIVITY}. Audit again before anything is provisioned \
             or a ticket is opened."
        ),
        evidence: cut_off
            .iter()
            .take(NAMED)
            .flat_map(|device| device.server_evidence(ServerReach::Unreachable).into_iter().take(1))
            .collect(),
    }]
}
