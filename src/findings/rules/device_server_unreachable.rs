//! The FortiGate does not reach its token server.

use crate::findings::Need;
use crate::findings::device::DeviceFacts;
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::server::ServerReach;
use crate::model::{Action, Severity};

/// What must be in order for a FortiGate to reach the token server.
pub(super) const CONNECTIVITY: &str = "check DNS and Internet access of the management VDOM, that \
    the FortiGate and all members of its cluster are registered in FortiCare, and that it reaches \
    fds1.fortinet.com, directregistration.fortinet.com and globalftm.fortinet.net";

pub const RULE: Rule = Rule {
    id: "device-server-unreachable",
    title: "Token server not reachable",
    severity: Severity::Error,
    action: Action::Attention,
    explanation: "The FortiGate says `Token server status: unreachable`. Without the token server \
        no token can be activated, provisioned or checked, and what the FortiGate shows of its \
        tokens may be stale: its other findings have low confidence until this is mended. Usual \
        causes are a unit that is not registered, an evaluation VM, and a management VDOM without \
        DNS or Internet access.",
    remedy: "Restore the connection: check DNS and Internet access of the management VDOM and the \
        registration of every unit in FortiCare, then audit again.",
    needs: &[Need::Server],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let reach = device.server_reach();
    (reach == ServerReach::Unreachable).then(|| Observation {
        subject: None,
        message: "The FortiGate does not reach its token server, so what it shows of its tokens \
                  may be stale."
            .to_owned(),
        remedy: format!("Restore the connection first: {CONNECTIVITY}. Then audit again."),
        evidence: device.server_evidence(reach),
    })
}
