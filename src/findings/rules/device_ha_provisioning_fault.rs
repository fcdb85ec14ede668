//! A release that cannot provision mobile tokens in a cluster.

use crate::findings::Need;
use crate::findings::device::DeviceFacts;
use crate::findings::rule::{Check, Observation, Rule};
use crate::findings::sheet::TokenFacts;
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "device-ha-provisioning-fault",
    title: "FortiOS 7.4.9 in a cluster: provisioning may fail",
    severity: Severity::Warning,
    action: Action::Attention,
    explanation: "A known fault of FortiOS 7.4.9: in a cluster, provisioning of a mobile token fails \
        when its licence is registered to a unit that is not the current primary (\"token does not \
        belong to product\"). Tokens that are activated already go on working.",
    remedy: "Make the unit that the licence is registered to the primary while tokens are \
        provisioned, or install a release without the fault.",
    needs: &[Need::Status, Need::Tokens],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let system = device.system.as_ref()?;
    if system.version != "7.4.9" || !system.ha.clustered {
        return None;
    }
    let mobile = |token: &TokenFacts| token.is_mobile();
    let (sheet, token) = device.tokens().find(|(_, token)| mobile(token))?;
    Some(Observation {
        subject: None,
        message:
            "FortiOS 7.4.9 in a cluster may fail to provision mobile tokens: it does when the \
                  licence is registered to a unit that is not the primary."
                .to_owned(),
        remedy: "Before a token is provisioned, see in FortiCare which unit has the licence and \
                 make it the primary, or install a release without the fault."
            .to_owned(),
        evidence: vec![device.evidence(sheet, token)],
    })
}
