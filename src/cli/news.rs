//! What is new at a run since a notification told of an earlier one.

use std::collections::{HashMap, HashSet};

use crate::cli::memory::Memory;
use crate::findings::explain;
use crate::history::{
    DeviceChange, DeviceChangeKind, FindingChange, FindingChangeKind, FindingState,
};
use crate::model::{InputIssue, Severity};
use crate::notification::{Changes, ToldFinding};
use crate::report::{FindingView, Text, View};
use crate::store::Store;

/// The outcome of a host of which all was asked.
pub(super) const EXAMINED: &str = "examined";

/// Whether it is worth telling.
pub(super) fn is_grave(severity: &str, least: Severity) -> bool {
    severity.parse::<Severity>().is_ok_and(|severity| severity >= least)
}

/// What is new at the run of `view` since `told` was told of, the id of a run; of the hosts of this run
/// alone. A run that is no longer in the store has the oldest of its line in its place, and where there is
/// none, everything is new. `None`: it was told of a later run, which this one was before.
pub(super) async fn news(
    store: &Store,
    told: Option<&str>,
    view: &View,
    least: Severity,
) -> Result<Option<Changes>, InputIssue> {
    let run = view.run.id.as_str();
    let mut memory = Memory::of(store).await?;
    let place = |id: &str| memory.runs().iter().position(|known| known.id == id);
    let before = match told.map(|told| (told, place(told))) {
        Some((_, before)) if before.is_some() && before < place(run) => return Ok(None),
        Some((told, Some(_))) => Some(told.to_owned()),
        Some((_, None)) => {
            let line = memory.line_of(run);
            line.last().map(|oldest| oldest.id.clone()).filter(|oldest| oldest != run)
        }
        None => None,
    };
    let changes = memory.changes(before.as_deref(), run).await?;
    let hosts: HashSet<&str> = view.devices.iter().map(|device| &*device.host).collect();
    let is_told = |change: &&FindingChange| {
        let FindingChange { finding, severity_before, .. } = change;
        let was_grave = severity_before.as_ref().is_some_and(|before| is_grave(before, least));
        let is_news = match change.kind {
            FindingChangeKind::New | FindingChangeKind::Gone => true,
            FindingChangeKind::Changed => severity_before.is_some() && !was_grave,
            _ => false,
        };
        is_news && is_grave(&finding.severity, least) && hosts.contains(finding.host.as_str())
    };
    let (gone, new): (Vec<_>, Vec<_>) = (changes.findings.iter().filter(is_told))
        .partition(|change| change.kind == FindingChangeKind::Gone);
    let report: HashMap<_, _> = view.findings.iter().map(|found| (key(found), found)).collect();
    let all = |changes: Vec<&FindingChange>| {
        changes.into_iter().map(|change| in_words(&change.finding, &report)).collect()
    };
    let mut news = Changes { new: all(new), gone: all(gone), lost: Vec::new(), back: Vec::new() };
    let of_hosts: HashMap<&str, &DeviceChange> =
        changes.devices.iter().map(|change| (change.host.as_str(), change)).collect();
    for device in &view.devices {
        let was_examined = of_hosts.get(&*device.host).and_then(|change| was_examined(change));
        match (was_examined, device.outcome == EXAMINED) {
            (Some(true), false) => news.lost.push(device.host.to_string()),
            (Some(false), true) => news.back.push(device.host.to_string()),
            _ => {}
        }
    }
    Ok(Some(news))
}

/// Whether a host had been examined whose outcome is another now. One that is new ought to be.
fn was_examined(change: &DeviceChange) -> Option<bool> {
    let outcome = change.fields.iter().find(|field| field.name == "outcome");
    let new = (change.kind == DeviceChangeKind::New).then_some(true);
    outcome.map(|outcome| outcome.before == EXAMINED).or(new)
}

/// What is to be told where nothing was before.
pub(super) fn everything(view: &View, least: Severity) -> Changes {
    let grave = view.findings.iter().filter(|found| is_grave(found.severity, least));
    let lost = view.devices.iter().filter(|device| device.outcome != EXAMINED);
    Changes {
        new: grave.map(shown).collect(),
        lost: lost.map(|device| device.host.to_string()).collect(),
        ..Changes::default()
    }
}

/// Which finding of a view it is: rule, host, VDOM, token and subject.
type Key<'a> = [&'a str; 5];

fn key(found: &FindingView) -> Key<'_> {
    [&found.rule, &found.host, part(&found.vdom), part(&found.token), part(&found.subject)]
}

fn part(text: &Option<Text>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// In the words of the report, where it has the finding.
fn in_words(state: &FindingState, report: &HashMap<Key<'_>, &FindingView>) -> ToldFinding {
    let FindingState { rule, host, vdom, token, subject, .. } = state;
    if let Some(found) = report.get(&[rule.as_str(), host, vdom, token, subject]) {
        return shown(found);
    }
    let title = explain(&state.rule).map_or(state.rule.as_str(), |rule| rule.title);
    let parts = [title, &state.token, &state.subject];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ToldFinding {
        rule: state.rule.clone(),
        severity: state.severity.clone(),
        host: state.host.clone(),
        vdom: some(&state.vdom),
        token: some(&state.token),
        message: parts.join(": "),
    }
}

fn shown(found: &FindingView) -> ToldFinding {
    ToldFinding {
        rule: found.rule.to_string(),
        severity: found.severity.to_owned(),
        host: found.host.to_string(),
        vdom: found.vdom.as_ref().map(ToString::to_string),
        token: found.token.as_ref().map(ToString::to_string),
        message: found.message.to_string(),
    }
}
