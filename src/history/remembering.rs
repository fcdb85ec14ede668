//! What is remembered, as reports show it.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{
    Changes, Counts, DeviceChangeKind, FindingChange, FindingChangeKind, FindingState, Known,
    Moment, TokenChangeKind,
};
use crate::findings::explain;
use crate::model::TokenStatus;
use crate::report::{
    ChangeCounts, ChangeView, ChangesView, FindingView, Text, TrendRun, TrendStatus, TrendView,
    View, status_class,
};

/// One run of a trend.
#[derive(Debug, Clone)]
pub struct TrendPoint {
    pub run: String,
    pub started: Timestamp,
    /// Whether it came to its end without an interruption.
    pub complete: bool,
    pub counts: Counts,
}

/// Tells each finding of a view how long it has lasted. `known` is what is known at the view's run.
pub fn remember(view: &mut View, known: &Known) {
    for found in view.findings.iter_mut().chain(&mut view.muted) {
        let trouble = identities(found).find_map(|identity| known.findings.get(&identity));
        let Some(trouble) = trouble else { continue };
        let Some(run) = known.runs.get(trouble.since) else { continue };
        found.since = Some(time(run.started));
        found.since_run = Some(Text::from(&run.id));
        found.or_earlier = trouble.may_be_older();
    }
}

/// Tells each finding of a view what it is against an earlier run, and the view all that changed.
pub fn compare(view: &mut View, changes: &Changes) {
    let kinds: HashMap<String, FindingChangeKind> =
        changes.findings.iter().map(|change| (change.finding.identity(), change.kind)).collect();
    for found in &mut view.findings {
        let kind = identities(found).find_map(|identity| kinds.get(&identity));
        found.change = Some(match kind {
            Some(FindingChangeKind::New) => "new",
            Some(FindingChangeKind::Changed) => "changed",
            _ => "known",
        });
    }
    view.changes = Some(changes.view());
}

/// What the identity of a finding may be: whether it is about the fleet, the view does not say.
fn identities(found: &FindingView) -> impl Iterator<Item = String> {
    let text = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
    let state = |fleet| FindingState {
        rule: found.rule.to_string(),
        severity: String::new(),
        action: String::new(),
        host: found.host.to_string(),
        vdom: text(&found.vdom),
        token: text(&found.token).to_ascii_uppercase(),
        subject: text(&found.subject),
        muted: false,
        fleet,
    };
    [state(Vec::new()).identity(), state(vec![String::new()]).identity()].into_iter()
}

/// The last runs in numbers, the oldest first.
pub fn trend(points: &[TrendPoint]) -> TrendView {
    let mut statuses: IndexMap<&str, Vec<usize>> = IndexMap::new();
    for (at, point) in points.iter().enumerate() {
        for (status, count) in &point.counts.tokens.by_status {
            statuses.entry(status).or_insert_with(|| vec![0; points.len()])[at] = *count;
        }
    }
    statuses.sort_by(|a, _, b, _| TokenStatus::parse(a).cmp(&TokenStatus::parse(b)));
    let runs = points.iter().map(|point| TrendRun {
        run: Text::from(&point.run),
        started: time(point.started),
        complete: point.complete,
        hosts: point.counts.hosts.total,
        examined: point.counts.hosts.examined,
        tokens: point.counts.tokens.total,
        findings: point.counts.findings,
    });
    let statuses = statuses.into_iter().map(|(status, counts)| TrendStatus {
        status: Text::new(status),
        class: status_class(&TokenStatus::parse(status)),
        most: counts.iter().copied().max().unwrap_or(0).max(1),
        counts,
    });
    TrendView { runs: runs.collect(), statuses: statuses.collect() }
}

impl Changes {
    /// The changes as reports have them.
    pub fn view(&self) -> ChangesView {
        let mut rows = Vec::new();
        self.push_devices(&mut rows);
        self.push_findings(&mut rows);
        self.push_tokens(&mut rows);
        ChangesView {
            baseline: self.before.as_ref().map(|before| Text::from(&before.run)),
            baseline_started: self.before.as_ref().map(|before| time(before.at)),
            run: Text::from(&self.after.run),
            run_started: time(self.after.at),
            only: false,
            notes: self.notes.iter().map(Text::from).collect(),
            counts: self.counts(),
            rows,
        }
    }

    fn push_devices(&self, rows: &mut Vec<ChangeView>) {
        for change in &self.devices {
            let row = ChangeView {
                place: Text::from(&change.host),
                ..row("device", change.kind.as_str(), &change.host)
            };
            let row = seen(row, change.seen.as_ref());
            if change.fields.is_empty() {
                rows.push(row.clone());
            }
            for field in &change.fields {
                let failover = change.is_failover && field.name == "serial";
                rows.push(ChangeView {
                    field: Some(field.name),
                    before: Some(Text::from(&field.before)),
                    after: Some(Text::from(&field.after)),
                    because: failover.then(|| Text::new("another member of its cluster answered")),
                    ..row.clone()
                });
            }
        }
    }

    fn push_findings(&self, rows: &mut Vec<ChangeView>) {
        for change in &self.findings {
            let FindingChange { finding, .. } = change;
            let text = |text: &str| (!text.is_empty()).then(|| Text::new(text));
            let title = explain(&finding.rule).map_or(&*finding.rule, |rule| rule.title);
            let row = ChangeView {
                place: Text::from(&change.places),
                because: change.because.map(|because| Text::new(because.as_str())),
                token: text(&finding.token),
                rule: text(&finding.rule),
                title: text(title),
                subject: text(&finding.subject),
                severity: text(&finding.severity),
                since: Some(time(change.since.at)),
                since_run: Some(Text::from(&change.since.run)),
                or_earlier: change.may_be_older,
                ..row("finding", change.kind.as_str(), &finding.host)
            };
            let row = seen(row, change.seen.as_ref());
            let moved =
                change.places_before.as_ref().map(|before| ("place", before, &change.places));
            let severity = change
                .severity_before
                .as_ref()
                .map(|before| ("severity", before, &finding.severity));
            if moved.is_none() && severity.is_none() {
                rows.push(row.clone());
            }
            for (field, before, after) in moved.into_iter().chain(severity) {
                rows.push(ChangeView {
                    field: Some(field),
                    before: text(before),
                    after: text(after),
                    ..row.clone()
                });
            }
        }
    }

    fn push_tokens(&self, rows: &mut Vec<ChangeView>) {
        for change in &self.tokens {
            let status = Some(Text::from(&change.status));
            let row = ChangeView {
                place: Text::from(&change.places),
                token: Some(Text::from(&change.serial)),
                ..row("token", change.kind.as_str(), &change.host)
            };
            let row = seen(row, change.seen.as_ref());
            match change.kind {
                TokenChangeKind::New => {
                    rows.push(ChangeView { field: Some("status"), after: status, ..row });
                }
                TokenChangeKind::Gone | TokenChangeKind::Left => {
                    rows.push(ChangeView { field: Some("status"), before: status, ..row });
                }
                TokenChangeKind::Changed => {
                    rows.extend(change.fields.iter().map(|field| ChangeView {
                        field: Some(field.name),
                        before: Some(Text::from(&field.before)),
                        after: Some(Text::from(&field.after)),
                        ..row.clone()
                    }));
                }
            }
        }
    }

    fn counts(&self) -> ChangeCounts {
        let device =
            |kind: DeviceChangeKind| self.devices.iter().filter(|row| row.kind == kind).count();
        let token =
            |kind: TokenChangeKind| self.tokens.iter().filter(|row| row.kind == kind).count();
        ChangeCounts {
            findings_new: self.count(FindingChangeKind::New),
            findings_changed: self.count(FindingChangeKind::Changed),
            findings_gone: self.count(FindingChangeKind::Gone),
            findings_not_seen: self.count(FindingChangeKind::NotSeen),
            findings_not_judged: self.count(FindingChangeKind::NotJudged),
            findings_muted: self.count(FindingChangeKind::Muted),
            findings_left: self.count(FindingChangeKind::Left),
            devices_new: device(DeviceChangeKind::New),
            devices_changed: device(DeviceChangeKind::Changed),
            devices_left: device(DeviceChangeKind::Left),
            tokens_new: token(TokenChangeKind::New),
            tokens_changed: token(TokenChangeKind::Changed),
            tokens_gone: token(TokenChangeKind::Gone),
            tokens_left: token(TokenChangeKind::Left),
        }
    }
}

fn row(what: &'static str, change: &'static str, host: &str) -> ChangeView {
    ChangeView {
        what,
        change,
        because: None,
        host: Text::new(host),
        place: Text::new(""),
        token: None,
        rule: None,
        title: None,
        subject: None,
        severity: None,
        field: None,
        before: None,
        after: None,
        since: None,
        since_run: None,
        or_earlier: false,
        seen: None,
        seen_run: None,
    }
}

fn seen(row: ChangeView, seen: Option<&Moment>) -> ChangeView {
    ChangeView {
        seen: seen.map(|seen| time(seen.at)),
        seen_run: seen.map(|seen| Text::from(&seen.run)),
        ..row
    }
}

fn time(at: Timestamp) -> Text {
    Text::new(&at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
