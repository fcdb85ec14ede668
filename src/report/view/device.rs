//! One host of the inventory.

use serde::Serialize;

use super::run::seconds;
use super::{ActionCounts, FailureView, Found, HaView, SshView, Text};
use crate::findings::{DeviceFacts, RULES, ServerReach};
use crate::model::{HostRecord, TokenStatus, VdomMode};

/// A FortiGate, examined or not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeviceView {
    pub host: Text,
    /// `address:port`
    pub address: Text,
    pub groups: Vec<Text>,
    /// `examined`, `failed`, `unreachable`, `not_attempted`, `interrupted` or `unfinished`.
    pub outcome: &'static str,
    /// Why it was not examined; `None` exactly when it was.
    pub failure: Option<FailureView>,
    /// What the connection agreed on; `None` where none came about.
    pub ssh: Option<SshView>,
    /// Something was read, but perhaps not all.
    pub partial: bool,
    /// Why not all.
    pub gaps: Vec<Text>,
    /// `FortiGate-60F`
    pub model: Option<Text>,
    /// Of FortiOS: `7.4.8`.
    pub version: Option<Text>,
    pub build: Option<Text>,
    pub device_serial: Option<Text>,
    /// As the FortiGate calls itself.
    pub hostname: Option<Text>,
    /// `disabled`, `multiple`, `split-task`, or as printed.
    pub vdom_mode: Option<Text>,
    /// Empty without VDOMs.
    pub vdoms: Vec<Text>,
    /// `None` for a unit that stands alone.
    pub ha: Option<HaView>,
    /// Other hosts of the inventory that are this very FortiGate or members of its cluster; the
    /// first eight.
    pub same_unit: Vec<Text>,
    /// Whether it reaches its token server: `reachable`, `unreachable`, `unclear` (it said another
    /// word) or `unsaid`.
    pub server: &'static str,
    /// It does not reach its token server, or said another word: what it shows may be stale.
    pub low_confidence: bool,
    /// `None` where no token table was read, which is not the same as none in it.
    pub tokens: Option<DeviceTokens>,
    pub findings: ActionCounts,
    /// Built-in rules about a FortiGate or its tokens that could not be judged here, since what they
    /// rest on was not read, or the limit that they draw is not set.
    pub unjudged: Vec<&'static str>,
    /// Seconds from its start to its end.
    pub duration_s: Option<f64>,
}

/// How many tokens a FortiGate shows, over all its VDOMs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DeviceTokens {
    pub total: usize,
    /// With the status `new`.
    pub spare: usize,
    /// With the status `provisioning`.
    pub pending: usize,
}

impl DeviceView {
    pub(super) fn new(
        facts: &DeviceFacts,
        record: Option<&HostRecord>,
        same_unit: Vec<Text>,
        found: &[Found<'_>],
    ) -> Self {
        let entry = &facts.entry;
        let system = facts.system.as_ref();
        let count = |status: &TokenStatus| {
            facts.tokens().filter(|(_, token)| token.token.status == *status).count()
        };
        let reach = facts.server_reach();
        let not_empty = |text: &&String| !text.is_empty();
        Self {
            host: Text::from(&entry.host),
            address: Text::from(&entry.address),
            groups: Text::list(&entry.groups),
            outcome: facts.outcome.as_ref().map_or("unfinished", |outcome| outcome.as_str()),
            failure: FailureView::new(facts.outcome.as_ref()),
            ssh: record.and_then(|record| record.negotiated.as_ref()).map(SshView::new),
            partial: facts.is_partial(),
            gaps: Text::list(&facts.gaps),
            model: Text::maybe(system.map(|system| &system.model).filter(not_empty)),
            version: Text::maybe(system.map(|system| &system.version).filter(not_empty)),
            build: Text::maybe(system.and_then(|system| system.build.as_ref())),
            device_serial: Text::maybe(facts.serial()),
            hostname: Text::maybe(system.map(|system| &system.hostname).filter(not_empty)),
            vdom_mode: system.map(|system| mode(&system.vdom_mode)),
            vdoms: Text::list(&facts.vdoms),
            ha: HaView::new(facts),
            same_unit,
            server: match reach {
                ServerReach::Reachable => "reachable",
                ServerReach::Unsaid => "unsaid",
                ServerReach::Unclear => "unclear",
                ServerReach::Unreachable => "unreachable",
            },
            low_confidence: reach.is_doubtful(),
            tokens: (!facts.sheets.is_empty()).then(|| DeviceTokens {
                total: facts.tokens().count(),
                spare: count(&TokenStatus::New),
                pending: count(&TokenStatus::Provisioning),
            }),
            findings: ActionCounts::of(found.iter().map(|(_, view)| *view)),
            unjudged: (RULES.iter())
                .filter(|rule| !rule.is_judged_on(facts))
                .map(|rule| rule.id)
                .collect(),
            duration_s: record.and_then(|record| Some(seconds(record.started?, record.finished?))),
        }
    }
}

fn mode(mode: &VdomMode) -> Text {
    Text::new(match mode {
        VdomMode::Disabled => "disabled",
        VdomMode::Multiple => "multiple",
        VdomMode::SplitTask => "split-task",
        VdomMode::Other(text) => text,
    })
}
