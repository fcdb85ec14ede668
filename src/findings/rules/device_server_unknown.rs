//! The FortiGate does not say clearly whether it reaches its token server.

use crate::findings::Need;
use crate::findings::device::DeviceFacts;
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::server::ServerReach;
use crate::model::{Action, Severity};

use super::device_server_unreachable::CONNECTIVITY;

pub const RULE: Rule = Rule {
    id: "device-server-unknown",
    title: "Token server in an unknown state",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "The word behind `Token server status:` is neither `reachable` nor `unreachable`. \
        `unknown` is what a unit says that has not asked the server yet, or that has no use for \
        it; other words are not documented. What the FortiGate shows of its tokens may be stale.",
    remedy: "Check the FortiGate's connection to the token server and audit again.",
    needs: &[Need::Server],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let reach = device.server_reach();
    if reach != ServerReach::Unclear {
        return None;
    }
    let (_, server) = device.server_said(reach).next()?;
    Some(Observation {
        subject: None,
        message: format!(
            "The FortiGate gives the state of its token server as \"{}\".",
            server.state.as_str()
        ),
        remedy: format!(
            "Find out whether it reaches the server: {CONNECTIVITY}. Then audit again."
        ),
        evidence: device.server_evidence(reach),
    })
}
