//! One finding.

use serde::Serialize;

use super::{OwnerView, Text, Texts};
use crate::findings::{FleetFacts, TokenFacts};
use crate::model::{Evidence, Finding, HostName, Mute};

/// One thing that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingView {
    pub rule: Text,
    /// The rule in a few words.
    pub title: Text,
    /// `reprovision`, `support_ticket`, `attention` or `none`.
    pub action: &'static str,
    /// `critical`, `error`, `warning` or `info`.
    pub severity: &'static str,
    /// Of a finding about the whole fleet, the first host concerned; the message names others.
    pub host: Text,
    /// Serial of the FortiGate.
    pub device_serial: Option<Text>,
    pub vdom: Option<Text>,
    /// Serial of the token; `None` for a finding about the FortiGate or the fleet. So are
    /// the next four.
    pub token: Option<Text>,
    pub kind: Option<&'static str>,
    pub status: Option<Text>,
    pub drift: Option<i64>,
    pub owner: Option<Text>,
    /// What it is about, where neither the host nor a token says so: an account, a licence, a
    /// status.
    pub subject: Option<Text>,
    pub message: Text,
    pub remedy: Text,
    /// The FortiGate does not reach its token server, or does not say: this may be stale.
    pub low_confidence: bool,
    /// An earlier host that is the same FortiGate or a member of its cluster, and has the same
    /// finding on the same token, or on itself in the same words: it is one thing to do.
    pub same_as: Option<Text>,
    pub evidence: Vec<EvidenceView>,
    /// By what it is muted; only those under `muted` are.
    pub muted: Option<MutedView>,
    /// What it is against the earlier run that this one is compared with: `new`, `changed` or
    /// `known`; `None` without such a run.
    pub change: Option<&'static str>,
    /// When the run began from which on it was never seen to be gone; `None` without a store.
    pub since: Option<Text>,
    /// Id of that run.
    pub since_run: Option<Text>,
    /// It may have begun before the earliest run that is kept.
    pub or_earlier: bool,
}

/// Why a finding is not told, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MutedView {
    /// The last day: `2027-01-31`.
    pub until: Text,
    pub because: Text,
}

/// The line on which a finding rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceView {
    pub host: Text,
    pub device_serial: Option<Text>,
    pub vdom: Option<Text>,
    pub command: Text,
    /// Line of the command's answer, counted from 1.
    pub line: usize,
    pub text: Text,
}

impl FindingView {
    /// `texts`: those of all findings of a run, since what is said of one is said of many.
    pub(super) fn new(
        fleet: &FleetFacts,
        finding: &Finding,
        same_as: Option<&HostName>,
        texts: &mut Texts,
    ) -> Self {
        let token = token_of(fleet, finding);
        Self {
            rule: texts.text(&finding.rule),
            title: texts.text(&finding.title),
            action: finding.action.as_str(),
            severity: finding.severity.as_str(),
            host: texts.text(finding.host.as_str()),
            device_serial: texts.maybe(finding.device_serial.as_ref()),
            vdom: texts.maybe(finding.vdom.as_ref()),
            token: Text::maybe(finding.token.as_ref()),
            kind: token.map(|facts| facts.token.kind.as_str()),
            status: token.map(|facts| texts.text(facts.token.status.as_str())),
            drift: token.map(|facts| facts.token.drift),
            owner: token.and_then(|facts| OwnerView::text(&facts.owners, texts)),
            subject: Text::maybe(finding.subject.as_ref()),
            message: Text::from(&finding.message),
            remedy: texts.text(&finding.remedy),
            low_confidence: finding.low_confidence,
            same_as: same_as.map(|host| texts.text(host.as_str())),
            evidence: finding.evidence.iter().map(|line| EvidenceView::new(line, texts)).collect(),
            muted: None,
            change: None,
            since: None,
            since_run: None,
            or_earlier: false,
        }
    }
}

impl MutedView {
    pub(super) fn new(mute: &Mute) -> Self {
        Self { until: Text::new(&mute.until.to_string()), because: Text::from(&mute.because) }
    }
}

/// The token that a finding is about.
pub(super) fn token_of<'a>(fleet: &'a FleetFacts, finding: &Finding) -> Option<&'a TokenFacts> {
    let serial = finding.token.as_ref()?.to_ascii_uppercase();
    let sheets = &fleet.device(&finding.host)?.sheets;
    sheets.iter().find(|sheet| sheet.vdom == finding.vdom)?.tokens.get(serial.as_str())
}

impl EvidenceView {
    pub(super) fn new(evidence: &Evidence, texts: &mut Texts) -> Self {
        Self {
            host: texts.text(evidence.host.as_str()),
            device_serial: texts.maybe(evidence.device_serial.as_ref()),
            vdom: texts.maybe(evidence.vdom.as_ref()),
            command: texts.text(&evidence.command),
            line: evidence.line,
            text: Text::from(&evidence.text),
        }
    }
}
