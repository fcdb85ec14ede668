//! What earlier runs add to the example.

use super::text::Text;
use super::view::{
    ChangeCounts, ChangeView, ChangesView, SeverityCounts, TrendRun, TrendStatus, TrendView, View,
};

const BEFORE: &str = "20261123T031500Z-11aa";
const BEFORE_STARTED: &str = "2026-11-23T03:15:00Z";

/// The example, compared with the night before.
pub(super) fn with_history(mut view: View) -> View {
    for (index, found) in view.findings.iter_mut().enumerate() {
        found.change = Some(["new", "known", "changed"][index % 3]);
        found.since = Some(Text::new(BEFORE_STARTED));
        found.since_run = Some(Text::new(BEFORE));
        found.or_earlier = index % 2 == 1;
    }
    let (run, started) = (view.run.id.clone(), view.run.started.clone());
    view.changes = Some(ChangesView {
        baseline: Some(Text::new(BEFORE)),
        baseline_started: Some(Text::new(BEFORE_STARTED)),
        run: run.clone(),
        run_started: started.clone(),
        only: false,
        notes: vec![Text::new("the limits differ, no limit before and `emea` after")],
        counts: ChangeCounts {
            findings_new: 1,
            findings_not_seen: 1,
            devices_changed: 1,
            tokens_changed: 1,
            ..ChangeCounts::default()
        },
        rows: rows(),
    });
    let night = |run: Text, started: Text, examined: usize| TrendRun {
        run,
        started,
        complete: examined == 6,
        hosts: 6,
        examined,
        tokens: 10,
        findings: SeverityCounts { critical: 0, error: 9, warning: 1, info: 0 },
    };
    let status = |status: &str, class: &'static str, counts: [usize; 2]| TrendStatus {
        status: Text::new(status),
        class,
        most: counts[0].max(counts[1]).max(1),
        counts: counts.to_vec(),
    };
    view.trend = TrendView {
        runs: vec![night(Text::new(BEFORE), Text::new(BEFORE_STARTED), 6), night(run, started, 3)],
        statuses: vec![
            status("provisioned", "in_use", [4, 1]),
            status("provision timeout", "trouble", [0, 2]),
        ],
    };
    view
}

fn rows() -> Vec<ChangeView> {
    let text = |text: &str| Some(Text::new(text));
    let row = |what, change, host: &str, place: &str| ChangeView {
        what,
        change,
        because: None,
        host: Text::new(host),
        place: Text::new(place),
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
    };
    vec![
        ChangeView {
            field: Some("outcome"),
            before: text("examined"),
            after: text("unreachable"),
            seen: text(BEFORE_STARTED),
            seen_run: text(BEFORE),
            ..row("device", "changed", "fgt-par-01", "fgt-par-01")
        },
        ChangeView {
            because: text("no longer muted"),
            token: text("FTKMOB0000000001"),
            rule: text("token-provision-timeout"),
            title: text("Not activated in time"),
            severity: text("error"),
            since: text(BEFORE_STARTED),
            since_run: text(BEFORE),
            or_earlier: true,
            ..row("finding", "new", "fgt-fra-01", "fgt-fra-01 (root), fgt-fra-02 (root)")
        },
        ChangeView {
            rule: text("fleet-licence-spread"),
            title: text("One licence on several FortiGates"),
            subject: text("EFTM000000000009"),
            severity: text("warning"),
            since: text(BEFORE_STARTED),
            since_run: text(BEFORE),
            seen: text(BEFORE_STARTED),
            seen_run: text(BEFORE),
            ..row("finding", "not_seen", "fgt-par-01", "fgt-par-01")
        },
        ChangeView {
            token: text("FTKMOB0000000002"),
            field: Some("status"),
            before: text("new"),
            after: text("provisioning"),
            ..row("token", "changed", "fgt-fra-01", "fgt-fra-01 (root), fgt-fra-02 (root)")
        },
    ]
}
