//! Findings that came, went or changed.

use super::{FindingState, Known, KnownFinding, Moment};

/// What became of one trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingChange {
    pub kind: FindingChangeKind,
    pub because: Option<Because>,
    /// As the later of the two runs that knows it shows it.
    pub finding: FindingState,
    /// Where it shows, and where it showed before where that is another place.
    pub places: String,
    pub places_before: Option<String>,
    /// Where it is another one.
    pub severity_before: Option<String>,
    /// From when on it was never seen to be gone; of what is gone, until then.
    pub since: Moment,
    /// It may have begun before the earliest run that is kept.
    pub may_be_older: bool,
    /// The run that saw it last, where that is not the later one.
    pub seen: Option<Moment>,
}

/// The order is the order in which a reader wants to know of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingChangeKind {
    New,
    /// It is there still, elsewhere or in another severity.
    Changed,
    /// All hosts that showed it were read whole, and show it no more.
    Gone,
    /// The host that showed it was not read, or not whole: it counts as being there still.
    NotSeen,
    /// The rule that found it is another one, or judges by other limits.
    NotJudged,
    Muted,
    /// Its host is no longer in the inventory.
    Left,
}

/// Why something is new, or not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    RuleIsNew,
    RuleChanged,
    RuleIsGone,
    LimitsChanged,
    /// What the rule rests on was not read this time.
    NotJudged,
    /// No earlier run has seen its host.
    HostIsNew,
    /// It was muted before.
    NoLongerMuted,
}

/// Rules that draw their line where a variable of the host says.
const JUDGE_BY_LIMITS: [&str; 4] =
    ["device-clock-drift", "device-spare-tokens", "token-activation-expiring", "token-drift"];

impl FindingChangeKind {
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Changed,
        Self::Gone,
        Self::NotSeen,
        Self::NotJudged,
        Self::Muted,
        Self::Left,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::NotSeen => "not_seen",
            Self::NotJudged => "not_judged",
            Self::Muted => "muted",
            Self::Left => "left",
        }
    }
}

impl Because {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RuleIsNew => "the rule is new",
            Self::RuleChanged => "the rule has changed",
            Self::RuleIsGone => "the rule is no longer there",
            Self::LimitsChanged => "its limits have changed",
            Self::NotJudged => "what the rule rests on was not read",
            Self::HostIsNew => "no earlier run has seen the host",
            Self::NoLongerMuted => "no longer muted",
        }
    }
}

impl FindingChange {
    pub(super) fn all(before: &Known, after: &Known) -> Vec<Self> {
        let mut changes = Vec::new();
        for (identity, now) in &after.findings {
            let then = before.findings.get(identity);
            changes.extend(of_now(before, after, then, now));
        }
        for (identity, then) in &before.findings {
            if !after.findings.contains_key(identity) && !then.is_muted() {
                changes.extend(of_then(before, after, then));
            }
        }
        changes.sort_by_key(|change| change.kind);
        changes
    }
}

fn of_now(
    before: &Known,
    after: &Known,
    then: Option<&KnownFinding>,
    now: &KnownFinding,
) -> Option<FindingChange> {
    let new = now.first()?;
    let change = |kind, because| change(after, now, kind, because);
    let was_open = then.is_some_and(|then| !then.is_muted());
    if now.is_muted() {
        return if was_open { change(FindingChangeKind::Muted, None) } else { None };
    }
    let Some(then) = then else {
        return change(FindingChangeKind::New, why_new(before, after, new));
    };
    if then.is_muted() {
        return change(FindingChangeKind::New, Some(Because::NoLongerMuted));
    }
    if !now.is_seen() {
        return change(FindingChangeKind::NotSeen, None);
    }
    let old = then.first()?;
    let (places, places_before) = (places(now), places(then));
    // What is about the fleet stands under the first host concerned, whichever that is.
    let moved = !new.is_of_fleet() && places != places_before;
    let severity_before = (old.severity != new.severity).then(|| old.severity.clone());
    if !moved && severity_before.is_none() {
        return None;
    }
    let places_before = moved.then_some(places_before);
    Some(FindingChange {
        places_before,
        severity_before,
        ..change(FindingChangeKind::Changed, None)?
    })
}

fn why_new(before: &Known, after: &Known, new: &FindingState) -> Option<Because> {
    let rules = |known: &Known| known.runs.first()?.rules.get(&new.rule).cloned();
    match (rules(before), rules(after)) {
        _ if before.runs.is_empty() => return None,
        (None, _) => return Some(Because::RuleIsNew),
        (then, now) if then != now => return Some(Because::RuleChanged),
        _ => {}
    }
    match before.hosts.get(&new.host) {
        Some(host) if host.seen.is_some() => {
            (has_other_limits(before, after, new)).then_some(Because::LimitsChanged)
        }
        _ => Some(Because::HostIsNew),
    }
}

fn of_then(before: &Known, after: &Known, then: &KnownFinding) -> Option<FindingChange> {
    let old = then.first()?;
    let change = |kind, because| change(before, then, kind, because);
    let rules = |known: &Known| known.runs.first()?.rules.get(&old.rule).cloned();
    let (rule_then, rule_now) = (rules(before), rules(after));
    if rule_now.is_none() {
        return change(FindingChangeKind::NotJudged, Some(Because::RuleIsGone));
    }
    let hosts: Vec<&str> = then.rows.iter().flat_map(|(row, _)| row.hosts()).collect();
    if hosts.iter().all(|host| !after.hosts.contains_key(*host)) {
        return change(FindingChangeKind::Left, None);
    }
    // Only a host that was read whole since then can show that it is gone.
    let when_seen = before.runs.get(then.seen()).map(|run| run.started);
    let is_read = |host: &&str| {
        let Some(host) = after.hosts.get(*host) else { return true };
        let whole = host.whole.and_then(|run| after.runs.get(run)).map(|run| run.started);
        whole > when_seen
    };
    if !hosts.iter().all(is_read) {
        return Some(FindingChange {
            seen: Some(Moment::of(before.runs.get(then.seen())?)),
            ..change(FindingChangeKind::NotSeen, None)?
        });
    }
    if rule_then != rule_now {
        return change(FindingChangeKind::NotJudged, Some(Because::RuleChanged));
    }
    if has_other_limits(before, after, old) {
        return change(FindingChangeKind::NotJudged, Some(Because::LimitsChanged));
    }
    let is_unjudged =
        |host: &&str| after.hosts.get(*host).is_some_and(|host| host.unjudged.contains(&old.rule));
    if hosts.iter().any(is_unjudged) {
        return change(FindingChangeKind::NotJudged, Some(Because::NotJudged));
    }
    change(FindingChangeKind::Gone, None)
}

fn has_other_limits(before: &Known, after: &Known, found: &FindingState) -> bool {
    let limits = |known: &Known| known.hosts.get(&found.host).map(|host| host.limits.clone());
    JUDGE_BY_LIMITS.contains(&&*found.rule) && limits(before) != limits(after)
}

/// `of`: what knows `found`.
fn change(
    of: &Known,
    found: &KnownFinding,
    kind: FindingChangeKind,
    because: Option<Because>,
) -> Option<FindingChange> {
    let seen = found.seen();
    Some(FindingChange {
        kind,
        because,
        finding: found.first()?.clone(),
        places: places(found),
        places_before: None,
        severity_before: None,
        since: Moment::of(of.runs.get(found.since)?),
        may_be_older: found.may_be_older(),
        seen: if seen == 0 { None } else { of.runs.get(seen).map(Moment::of) },
    })
}

fn places(found: &KnownFinding) -> String {
    let places: Vec<String> = found.rows.iter().map(|(row, _)| row.place()).collect();
    places.join(", ")
}
