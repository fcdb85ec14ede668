//! The run in numbers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};

use super::{DeviceView, FailureGroup, FindingView, Text};
use crate::findings::{FleetFacts, RULES};
use crate::model::{TokenKind, TokenStatus};

/// What a reader should see first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub hosts: HostSummary,
    pub tokens: TokenSummary,
    pub findings: FindingSummary,
    /// Why hosts were not examined, the most frequent cause first.
    pub failures: Vec<FailureGroup>,
}

/// Coverage. `examined`, `failed`, `unreachable`, `not_attempted`, `interrupted` and `unfinished`
/// add up to `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostSummary {
    pub total: usize,
    pub examined: usize,
    pub failed: usize,
    pub unreachable: usize,
    pub not_attempted: usize,
    pub interrupted: usize,
    /// Neither finished nor interrupted: the process was killed, or is still at it.
    pub unfinished: usize,
    /// All but the examined ones.
    pub not_examined: usize,
    /// Something was read, but perhaps not all. Counted above too.
    pub partial: usize,
    /// The token server is not reachable, or in an unknown state. Counted above too.
    pub low_confidence: usize,
}

/// The tokens of the fleet. A token that several FortiGates or VDOMs show is counted once, with
/// the gravest status that one of them shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenSummary {
    /// Different serials.
    pub total: usize,
    /// Rows of all token tables, which is the length of `tokens`.
    pub rows: usize,
    /// With the status `new`.
    pub spare: usize,
    /// With the status `provisioning`.
    pub pending: usize,
    /// The statuses that FortiOS documents first, in the order of their life; then others, the
    /// most frequent first.
    pub by_status: Vec<StatusCount>,
    pub by_kind: Vec<KindCount>,
}

/// How many tokens have a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    pub status: Text,
    /// `spare`, `pending`, `in_use`, `trouble` or `unknown`.
    pub class: &'static str,
    pub count: usize,
    pub rows: usize,
}

/// How many tokens are of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    pub kind: &'static str,
    pub count: usize,
    pub rows: usize,
}

/// The findings in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingSummary {
    pub total: usize,
    pub by_action: ActionCounts,
    pub by_severity: SeverityCounts,
    /// Rules that fired, in the order of `tokenfleet explain`.
    pub by_rule: Vec<RuleCount>,
    pub low_confidence: usize,
    /// Those with `same_as`, which are nothing more to do. Counted above too.
    pub repeated: usize,
    /// Those under `muted`, which are counted nowhere else.
    pub muted: usize,
}

/// Findings by who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ActionCounts {
    pub total: usize,
    pub reprovision: usize,
    pub support_ticket: usize,
    pub attention: usize,
    pub none: usize,
}

/// Findings by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeverityCounts {
    pub critical: usize,
    pub error: usize,
    pub warning: usize,
    pub info: usize,
}

/// How often a rule fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    pub rule: Text,
    pub title: Text,
    pub action: &'static str,
    pub severity: &'static str,
    pub count: usize,
    /// On how many hosts.
    pub hosts: usize,
}

impl Summary {
    /// Counts these findings alone.
    pub(super) fn only(&mut self, findings: &[FindingView]) {
        let muted = self.findings.muted;
        self.findings = FindingSummary { muted, ..FindingSummary::of(findings) };
    }

    pub(super) fn new(
        facts: &FleetFacts,
        devices: &[DeviceView],
        findings: &[FindingView],
    ) -> Self {
        Self {
            hosts: HostSummary::of(devices),
            tokens: TokenSummary::of(facts),
            findings: FindingSummary::of(findings),
            failures: FailureGroup::all_of(devices),
        }
    }
}

impl HostSummary {
    fn of(devices: &[DeviceView]) -> Self {
        let mut hosts = Self { total: devices.len(), ..Self::default() };
        for device in devices {
            let counter = match device.outcome {
                "examined" => &mut hosts.examined,
                "failed" => &mut hosts.failed,
                "unreachable" => &mut hosts.unreachable,
                "not_attempted" => &mut hosts.not_attempted,
                "interrupted" => &mut hosts.interrupted,
                _ => &mut hosts.unfinished,
            };
            *counter += 1;
            hosts.partial += usize::from(device.partial);
            hosts.low_confidence += usize::from(device.low_confidence);
        }
        hosts.not_examined = hosts.total - hosts.examined;
        hosts
    }
}

/// Counts of different tokens and of rows.
#[derive(Default)]
struct Tally {
    count: usize,
    rows: usize,
}

impl TokenSummary {
    fn of(facts: &FleetFacts) -> Self {
        let mut gravest: HashMap<&str, &TokenStatus> = HashMap::new();
        let mut statuses: IndexMap<&TokenStatus, Tally> = IndexMap::new();
        let mut kinds: IndexMap<TokenKind, Tally> = IndexMap::new();
        for (serial, row) in
            facts.devices().flat_map(|device| &device.sheets).flat_map(|sheet| &sheet.tokens)
        {
            let status = &row.token.status;
            statuses.entry(status).or_default().rows += 1;
            let kind = kinds.entry(row.token.kind).or_default();
            kind.rows += 1;
            match gravest.entry(serial) {
                Entry::Vacant(place) => {
                    kind.count += 1;
                    place.insert(status);
                }
                Entry::Occupied(mut place) if gravity(status) > gravity(place.get()) => {
                    place.insert(status);
                }
                Entry::Occupied(_) => {}
            }
        }
        for status in gravest.values() {
            statuses.entry(status).or_default().count += 1;
        }
        // A status sorts as its variant stands in the type; one that is not known by its text.
        statuses.sort_by(|a, a_tally, b, b_tally| {
            let unknown = |status: &TokenStatus| matches!(status, TokenStatus::Other(_));
            match unknown(a) && unknown(b) {
                true => b_tally.rows.cmp(&a_tally.rows).then_with(|| a.cmp(b)),
                false => a.cmp(b),
            }
        });
        kinds.sort_keys();
        let count = |status: &TokenStatus| statuses.get(status).map_or(0, |tally| tally.count);
        Self {
            total: gravest.len(),
            rows: statuses.values().map(|tally| tally.rows).sum(),
            spare: count(&TokenStatus::New),
            pending: count(&TokenStatus::Provisioning),
            by_status: statuses
                .iter()
                .map(|(status, tally)| StatusCount {
                    status: Text::new(status.as_str()),
                    class: status_class(status),
                    count: tally.count,
                    rows: tally.rows,
                })
                .collect(),
            by_kind: kinds
                .iter()
                .map(|(kind, tally)| KindCount {
                    kind: kind.as_str(),
                    count: tally.count,
                    rows: tally.rows,
                })
                .collect(),
        }
    }
}

/// `spare`, `pending`, `in_use`, `trouble` or `unknown`.
pub fn status_class(status: &TokenStatus) -> &'static str {
    match status {
        TokenStatus::New => "spare",
        TokenStatus::Provisioning => "pending",
        TokenStatus::Active | TokenStatus::Provisioned => "in_use",
        TokenStatus::ProvisionTimeout
        | TokenStatus::AlreadyActivated
        | TokenStatus::ActivationError
        | TokenStatus::Locked => "trouble",
        TokenStatus::Other(_) => "unknown",
    }
}

/// Which of several statuses of one token a reader must know of.
fn gravity(status: &TokenStatus) -> usize {
    const RISING: [&str; 5] = ["spare", "in_use", "pending", "unknown", "trouble"];
    let class = status_class(status);
    RISING.iter().position(|known| *known == class).unwrap_or(0)
}

impl FindingSummary {
    fn of(findings: &[FindingView]) -> Self {
        let mut severities = SeverityCounts::default();
        let mut rules: IndexMap<&Text, (&FindingView, usize, IndexSet<&Text>)> = IndexMap::new();
        for finding in findings {
            *match finding.severity {
                "critical" => &mut severities.critical,
                "error" => &mut severities.error,
                "warning" => &mut severities.warning,
                _ => &mut severities.info,
            } += 1;
            let (_, count, hosts) =
                rules.entry(&finding.rule).or_insert_with(|| (finding, 0, IndexSet::new()));
            *count += 1;
            hosts.insert(&finding.host);
        }
        let place = |id: &Text| RULES.iter().position(|rule| rule.id == id.as_str());
        rules.sort_by_key(|id, _| place(id).unwrap_or(RULES.len()));
        Self {
            total: findings.len(),
            by_action: ActionCounts::of(findings),
            by_severity: severities,
            by_rule: rules
                .into_values()
                .map(|(first, count, hosts)| RuleCount {
                    rule: first.rule.clone(),
                    title: first.title.clone(),
                    action: first.action,
                    severity: first.severity,
                    count,
                    hosts: hosts.len(),
                })
                .collect(),
            low_confidence: findings.iter().filter(|finding| finding.low_confidence).count(),
            repeated: findings.iter().filter(|finding| finding.same_as.is_some()).count(),
            muted: 0,
        }
    }
}

impl ActionCounts {
    pub(super) fn of<'a>(findings: impl IntoIterator<Item = &'a FindingView>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            counts.total += 1;
            *match finding.action {
                "reprovision" => &mut counts.reprovision,
                "support_ticket" => &mut counts.support_ticket,
                "attention" => &mut counts.attention,
                _ => &mut counts.none,
            } += 1;
        }
        counts
    }
}
