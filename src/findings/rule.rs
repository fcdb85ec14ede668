//! What a rule is.

use jiff::Timestamp;

use super::device::DeviceFacts;
use super::fleet::FleetFacts;
use super::need::Need;
use super::sheet::{TokenFacts, TokenSheet};
use crate::model::{Action, Evidence, Severity, TokenStatus};

/// One thing that the audit looks for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `token-provision-timeout`: what findings, flags and `tokenfleet explain` call it. Never
    /// changes.
    pub id: &'static str,
    /// A few words for headings.
    pub title: &'static str,
    pub severity: Severity,
    pub action: Action,
    /// What the rule means and how such a state comes about.
    pub explanation: &'static str,
    /// What to do, in general. A finding's own remedy is more precise.
    pub remedy: &'static str,
    /// Without which its silence on a device means nothing. Empty for rules about the fleet.
    pub needs: &'static [Need],
    pub check: Check,
}

impl Rule {
    /// Whether a device without such a finding is in order, as far as this rule goes.
    pub fn is_judged_on(&self, device: &DeviceFacts) -> bool {
        self.needs.iter().all(|need| need.is_met(device))
    }
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Once per device.
    Device(fn(&DeviceFacts) -> Option<Observation>),
    /// Once per token of each VDOM of each device.
    Token(fn(&TokenCase<'_>) -> Option<Observation>),
    /// Once per run, for what no single device can tell. A finding stands under the host of its
    /// first line of evidence, which is the first of those concerned; its message names others.
    Fleet(fn(&FleetFacts) -> Vec<Observation>),
}

/// One token, and everything around it.
#[derive(Debug, Clone, Copy)]
pub struct TokenCase<'a> {
    pub fleet: &'a FleetFacts,
    pub device: &'a DeviceFacts,
    pub sheet: &'a TokenSheet,
    pub token: &'a TokenFacts,
}

impl TokenCase<'_> {
    pub fn serial(&self) -> &str {
        &self.token.token.serial
    }

    /// The FortiGate's serial in words, for a remedy.
    pub fn device_serial(&self) -> &str {
        self.device.serial().unwrap_or("(not read)")
    }

    /// The end of the activation code, where the token waits for its activation.
    pub fn activation_ends(&self) -> Option<Timestamp> {
        let waits = self.token.token.status == TokenStatus::Provisioning;
        self.token.configuration.as_ref().filter(|_| waits)?.activation_expires()
    }

    /// The line of the token's configuration.
    pub fn configuration_evidence(&self) -> Option<Evidence> {
        self.device.configuration_evidence(self.sheet, self.token)
    }

    /// A finding that rests on the token's own line.
    pub fn observe(&self, message: String, remedy: impl Into<String>) -> Observation {
        let evidence = vec![self.device.evidence(self.sheet, self.token)];
        Observation { subject: None, message, remedy: remedy.into(), evidence }
    }
}

/// That a rule fired, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// As in [`crate::model::Finding`].
    pub subject: Option<String>,
    /// What is the case, one sentence with a full stop.
    pub message: String,
    /// What to do, one or two sentences.
    pub remedy: String,
    /// At least one line.
    pub evidence: Vec<Evidence>,
}
