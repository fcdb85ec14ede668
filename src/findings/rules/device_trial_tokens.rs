//! Free tokens that somebody logs in with.

use crate::findings::Need;
use crate::findings::configuration::Configuration;
use crate::findings::device::DeviceFacts;
use crate::findings::naming::{NAMED, names, number};
use crate::findings::rule::{Check, Observation, Rule};
use crate::model::{Action, Severity};

pub const RULE: Rule = Rule {
    id: "device-trial-tokens",
    title: "Trial tokens in use",
    severity: Severity::Info,
    action: Action::Attention,
    explanation: "Each FortiGate has two free mobile tokens (licence `FTMTRIAL…`). They do not \
        expire, but they belong to the unit and go with it: they cannot be moved to a replacement, \
        and a cluster has one pair, tied to one of its units.",
    remedy: "Give users who must not lose their access a licensed token.",
    needs: &[Need::Tokens, Need::Configuration],
    check: Check::Device(check),
};

fn check(device: &DeviceFacts) -> Option<Observation> {
    let trial: Vec<_> = device
        .tokens()
        .filter(|(_, token)| token.is_in_use())
        .filter(|(_, token)| token.configuration.as_ref().is_some_and(Configuration::is_trial))
        .collect();
    (!trial.is_empty()).then(|| Observation {
        subject: None,
        message: format!(
            "{} of the free trial licence in use, which goes with this FortiGate: {}.",
            number(trial.len(), "token"),
            names(trial.iter().map(|(_, token)| &token.token.serial))
        ),
        remedy: "Give their users a licensed token before the FortiGate is replaced.".to_owned(),
        evidence: trial
            .iter()
            .take(NAMED)
            .map(|(sheet, token)| device.evidence(sheet, token))
            .collect(),
    })
}
