//! A replaced FortiGate beside the unit before it.

use serde::Serialize;

use super::run::time;
use super::{DeviceView, OwnerView, Text, Texts};
use crate::findings::{
    Completeness, FleetFacts, ReplacedToken, Replacement, State, TokenFacts, TokenSheet,
};
use crate::model::{HostName, RunRecord, Severity};

/// One host before and after its swap. Only a run that is compared with another has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplacementView {
    pub host: Text,
    /// `complete`, `open`, `lost` or `unknown`.
    pub verdict: &'static str,
    /// The verdict in a sentence.
    pub answer: Text,
    /// How grave that is; `None`: it is complete.
    pub severity: Option<&'static str>,
    /// Id of the run before the swap.
    pub baseline: Text,
    /// Its start.
    pub baseline_started: Text,
    /// Serial of the FortiGate in that run.
    pub old_serial: Option<Text>,
    /// Serial of the FortiGate in this run.
    pub device_serial: Option<Text>,
    pub old_model: Option<Text>,
    pub model: Option<Text>,
    pub old_version: Option<Text>,
    /// Of FortiOS: `7.4.8`.
    pub version: Option<Text>,
    /// As in `devices`.
    pub server: &'static str,
    pub low_confidence: bool,
    /// Why the comparison cannot be trusted, or not wholly.
    pub doubts: Vec<Text>,
    /// How many tokens fare how; no row for none.
    pub states: Vec<ReplacementStateView>,
    /// Those of before in their order, then those that came with the swap.
    pub tokens: Vec<ReplacedTokenView>,
}

/// How many tokens fare alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplacementStateView {
    pub state: &'static str,
    pub count: usize,
    pub explanation: Text,
}

/// One token in both runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplacedTokenView {
    pub host: Text,
    pub old_serial: Option<Text>,
    pub device_serial: Option<Text>,
    pub serial: Text,
    pub kind: &'static str,
    /// `lost`, `unread`, `trouble`, `activate`, `works`, `spare` or `new`.
    pub state: &'static str,
    pub old_vdom: Option<Text>,
    pub vdom: Option<Text>,
    /// `None` where the token was not there.
    pub old_status: Option<Text>,
    pub status: Option<Text>,
    pub old_owner: Option<Text>,
    pub owner: Option<Text>,
    /// The first e-mail address of its owners, of today's or of before.
    pub email: Option<Text>,
}

/// A token as one of the two runs shows it.
type Side<'a> = Option<(&'a TokenSheet, &'a TokenFacts)>;

impl ReplacementView {
    /// `baseline` and `before` are of the run before the swap.
    pub(super) fn new(
        device: &DeviceView,
        baseline: &RunRecord,
        before: &FleetFacts,
        after: &FleetFacts,
        host: &HostName,
    ) -> Option<Self> {
        let compared = Replacement::compare(before.device(host), after.device(host)?);
        let old = compared.before.and_then(|before| before.system.as_ref());
        let old_serial = Text::maybe(compared.before.and_then(|before| before.serial()));
        let token = |token| ReplacedTokenView::new(device, old_serial.as_ref(), token);
        Some(Self {
            host: device.host.clone(),
            verdict: compared.completeness.as_str(),
            answer: Text::new(&answer(&compared)),
            severity: compared.completeness.severity().map(Severity::as_str),
            baseline: Text::from(&baseline.header.id),
            baseline_started: time(baseline.header.started),
            old_model: Text::maybe(old.map(|system| &system.model)),
            old_version: Text::maybe(old.map(|system| &system.version)),
            device_serial: device.device_serial.clone(),
            model: device.model.clone(),
            version: device.version.clone(),
            server: device.server,
            low_confidence: device.low_confidence,
            doubts: Text::list(&compared.doubts()),
            states: State::ALL
                .into_iter()
                .map(|state| (state, compared.count(state)))
                .filter(|(_, count)| *count > 0)
                .map(|(state, count)| ReplacementStateView {
                    state: state.as_str(),
                    count,
                    explanation: Text::new(state.explanation()),
                })
                .collect(),
            tokens: compared.tokens.iter().filter_map(token).collect(),
            old_serial,
        })
    }
}

fn answer(compared: &Replacement<'_>) -> String {
    let tokens = |count: usize| match count {
        1 => "1 token".to_owned(),
        count => format!("{count} tokens"),
    };
    let open = compared.count(State::Activate) + compared.count(State::Trouble);
    match compared.completeness {
        Completeness::Complete => {
            "Complete: every token of before the swap is there, and works or is spare.".to_owned()
        }
        Completeness::Open => format!("Not finished: {} left to see to.", tokens(open)),
        Completeness::Lost => {
            format!(
                "Not complete: {} of before the swap missing.",
                tokens(compared.count(State::Lost))
            )
        }
        Completeness::Unknown => {
            "Not known: one of the two runs did not read this host's tokens, or not all of them."
                .to_owned()
        }
    }
}

impl ReplacedTokenView {
    fn new(
        device: &DeviceView,
        old_serial: Option<&Text>,
        compared: &ReplacedToken<'_>,
    ) -> Option<Self> {
        let (_, shown) = compared.after.or(compared.before)?;
        let vdom = |side: Side<'_>| Text::maybe(side.and_then(|(sheet, _)| sheet.vdom.as_ref()));
        let status = |side: Side<'_>| side.map(|(_, facts)| Text::new(facts.token.status.as_str()));
        let owner = |side: Side<'_>| {
            side.and_then(|(_, facts)| OwnerView::text(&facts.owners, &mut Texts::default()))
        };
        let sides = [compared.after, compared.before];
        let mut owners = sides.iter().flatten().flat_map(|(_, facts)| &facts.owners);
        Some(Self {
            host: device.host.clone(),
            old_serial: old_serial.cloned(),
            device_serial: device.device_serial.clone(),
            serial: Text::new(&shown.token.serial),
            kind: shown.token.kind.as_str(),
            state: compared.state.as_str(),
            old_vdom: vdom(compared.before),
            vdom: vdom(compared.after),
            old_status: status(compared.before),
            status: status(compared.after),
            old_owner: owner(compared.before),
            owner: owner(compared.after),
            email: Text::maybe(owners.find_map(|owner| owner.email.as_ref())),
        })
    }
}
