//! The run in numbers, one a line.

use std::borrow::Cow;

use super::table::Cell;
use super::view::{Summary, View};
use crate::findings::RULES;
use crate::model::{TokenKind, TokenStatus};

/// A row of the summary table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure<'a> {
    /// Stays the same from run to run and from release to release: `tokens_status_locked`.
    pub key: Cow<'a, str>,
    pub value: Cell<'a>,
    /// What is counted; the time zone of a time, and `s` for seconds.
    pub unit: &'static str,
    /// For a reader who does not know the key.
    pub meaning: Cow<'a, str>,
}

/// Every documented status, with its part of the key.
const STATUSES: [(&str, TokenStatus); 8] = [
    ("new", TokenStatus::New),
    ("active", TokenStatus::Active),
    ("provisioning", TokenStatus::Provisioning),
    ("provisioned", TokenStatus::Provisioned),
    ("provision_timeout", TokenStatus::ProvisionTimeout),
    ("already_activated", TokenStatus::AlreadyActivated),
    ("activation_error", TokenStatus::ActivationError),
    ("locked", TokenStatus::Locked),
];

const KINDS: [(TokenKind, &str); 5] = [
    (TokenKind::Mobile, "FortiToken Mobile"),
    (TokenKind::HardwareBound, "Hardware tokens that are bound to a FortiGate (FTK200, FTK220)"),
    (TokenKind::HardwareSeedCd, "Hardware tokens with a seed file (FTK211)"),
    (TokenKind::Hardware, "Hardware tokens of other models"),
    (TokenKind::Unknown, "Serials that are not those of a FortiToken"),
];

/// The key of a status; `unknown` for one that FortiOS does not document.
pub(super) fn status_key(status: &str) -> &'static str {
    let found = STATUSES.iter().find(|(_, known)| known.as_str() == status);
    found.map_or("unknown", |(key, _)| key)
}

/// The keys of all statuses.
pub(super) fn status_keys() -> impl Iterator<Item = &'static str> {
    STATUSES.iter().map(|(key, _)| *key).chain(["unknown"])
}

/// All measures of a run, also those that are 0, so that the rows of two runs can be compared.
pub(super) fn measures(view: &View) -> Vec<Measure<'_>> {
    let mut measures = of_the_run(view);
    measures.extend(of_hosts(&view.summary));
    measures.extend(of_tokens(&view.summary));
    measures.extend(of_users(view));
    measures.extend(of_findings(view));
    measures.extend(of_tickets(view));
    measures
}

fn of_the_run(view: &View) -> Vec<Measure<'_>> {
    let run = &view.run;
    let measure = |key, value, unit, meaning: &'static str| Measure {
        key: Cow::Borrowed(key),
        value,
        unit,
        meaning: meaning.into(),
    };
    vec![
        measure("run_id", (&run.id).into(), "", "The run that this table is of"),
        measure("run_started", Cell::Time(&run.started), "UTC", "When it began"),
        measure(
            "run_finished",
            run.finished.as_ref().map_or(Cell::Empty, Cell::Time),
            "UTC",
            "When it ended; empty where it did not come to its end",
        ),
        measure(
            "run_duration_s",
            run.duration_s.map_or(Cell::Empty, Cell::Decimal),
            "s",
            "How long it took",
        ),
        measure("run_interrupted", Cell::Flag(run.interrupted), "", "Whether it was interrupted"),
    ]
}

fn count<'a>(
    key: impl Into<Cow<'a, str>>,
    value: usize,
    unit: &'static str,
    meaning: impl Into<Cow<'a, str>>,
) -> Measure<'a> {
    Measure { key: key.into(), value: value.into(), unit, meaning: meaning.into() }
}

fn of_hosts(summary: &Summary) -> Vec<Measure<'static>> {
    let hosts = &summary.hosts;
    [
        ("hosts_total", hosts.total, "FortiGates of the run"),
        ("hosts_examined", hosts.examined, "Examined"),
        ("hosts_failed", hosts.failed, "They answered, but a task failed"),
        ("hosts_unreachable", hosts.unreachable, "No session came about"),
        ("hosts_not_attempted", hosts.not_attempted, "Nothing was sent to them"),
        ("hosts_interrupted", hosts.interrupted, "Interrupted while they were being examined"),
        ("hosts_unfinished", hosts.unfinished, "The run ended before they were finished"),
        ("hosts_partial", hosts.partial, "Perhaps not all was read; counted above too"),
        (
            "hosts_low_confidence",
            hosts.low_confidence,
            "The token server is not reached, or that is not clear; counted above too",
        ),
    ]
    .map(|(key, value, meaning)| count(key, value, "FortiGates", meaning))
    .into()
}

fn of_tokens(summary: &Summary) -> Vec<Measure<'_>> {
    let tokens = &summary.tokens;
    let mut measures = vec![
        count(
            "tokens_total",
            tokens.total,
            "tokens",
            "Different tokens; one that several show is one",
        ),
        count("tokens_rows", tokens.rows, "rows", "Rows of the table of tokens"),
        count("tokens_spare", tokens.spare, "tokens", "In no use"),
        count(
            "tokens_pending",
            tokens.pending,
            "tokens",
            "Waiting for their users to activate them",
        ),
    ];
    for (key, status) in &STATUSES {
        let found = tokens.by_status.iter().find(|found| &*found.status == status.as_str());
        let number = found.map_or(0, |found| found.count);
        measures.push(count(format!("tokens_status_{key}"), number, "tokens", status.as_str()));
    }
    let unknown = tokens.by_status.iter().filter(|found| found.class == "unknown");
    let number = unknown.map(|found| found.count).sum();
    measures.push(count("tokens_status_unknown", number, "tokens", "any other status"));
    for (kind, meaning) in KINDS {
        let found = tokens.by_kind.iter().find(|found| found.kind == kind.as_str());
        let number = found.map_or(0, |found| found.count);
        measures.push(count(format!("tokens_kind_{kind}"), number, "tokens", meaning));
    }
    measures
}

fn of_users(view: &View) -> Vec<Measure<'static>> {
    let counted = |is_meant: fn(&super::UserView) -> bool| {
        view.users.iter().filter(|user| is_meant(user)).count()
    };
    [
        ("users_total", counted(|_| true), "Rows of the table of users"),
        ("users_local", counted(|user| user.kind == "local_user"), "Local users among them"),
        (
            "users_administrators",
            counted(|user| user.kind == "administrator"),
            "Administrators among them",
        ),
        ("users_with_token", counted(|user| user.token.is_some()), "With a token"),
    ]
    .map(|(key, value, meaning)| count(key, value, "users", meaning))
    .into()
}

fn of_findings(view: &View) -> Vec<Measure<'_>> {
    let findings = &view.summary.findings;
    let (action, severity) = (findings.by_action, findings.by_severity);
    let mut measures: Vec<Measure<'_>> = [
        ("findings_total", findings.total, "All findings"),
        ("findings_action_reprovision", action.reprovision, "A user must activate again"),
        ("findings_action_support_ticket", action.support_ticket, "For a ticket at Fortinet"),
        ("findings_action_attention", action.attention, "For an administrator of the FortiGate"),
        ("findings_action_none", action.none, "Nothing to do"),
        ("findings_severity_critical", severity.critical, "Critical"),
        ("findings_severity_error", severity.error, "Errors: somebody cannot log in"),
        ("findings_severity_warning", severity.warning, "Warnings"),
        ("findings_severity_info", severity.info, "Worth knowing"),
        ("findings_low_confidence", findings.low_confidence, "May be stale; counted above too"),
        (
            "findings_repeated",
            findings.repeated,
            "The same on another member of a cluster; counted above too",
        ),
        ("findings_muted", findings.muted, "Muted in the playbook; not counted above"),
    ]
    .map(|(key, value, meaning)| count(key, value, "findings", meaning))
    .into();
    let known = RULES.iter().map(|rule| (rule.id, rule.title));
    let own = view.run.rules.iter().map(|id| (&**id, &**id));
    for (id, title) in known.chain(own) {
        let found = findings.by_rule.iter().find(|rule| &*rule.rule == id);
        let (number, title) = found.map_or((0, title), |rule| (rule.count, &rule.title));
        let key = format!("findings_rule_{}", id.replace('-', "_"));
        measures.push(count(key, number, "findings", title));
    }
    measures
}

fn of_tickets(view: &View) -> Vec<Measure<'static>> {
    let to = |whom: &str| view.tickets.iter().filter(|ticket| ticket.to == whom).count();
    [
        ("tickets_total", view.tickets.len(), "One for each FortiGate and cause"),
        ("tickets_to_support", to("support"), "For Fortinet's technical support"),
        ("tickets_to_customer_service", to("customer_service"), "For Fortinet's Customer Service"),
    ]
    .map(|(key, value, meaning)| count(key, value, "tickets", meaning))
    .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::example_view;

    #[test]
    fn a_key_stands_for_one_measure() {
        let view = example_view();
        let measures = measures(&view);
        let keys: BTreeSet<_> = measures.iter().map(|measure| &measure.key).collect();
        assert_eq!(keys.len(), measures.len());
        let is_plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(keys.iter().all(|key| key.chars().all(is_plain)), "{keys:?}");
    }

    #[test]
    fn measures_of_one_thing_add_up() {
        let view = example_view();
        let measures = measures(&view);
        let sum = |start: &str| -> i64 {
            let of_it = measures.iter().filter(|measure| measure.key.starts_with(start));
            of_it.map(|measure| if let Cell::Whole(n) = measure.value { n } else { 0 }).sum()
        };
        assert!(sum("tokens_total") > 0);
        assert_eq!(sum("tokens_status_"), sum("tokens_total"));
        assert_eq!(sum("tokens_kind_"), sum("tokens_total"));
        assert_eq!(sum("findings_rule_"), sum("findings_total"));
        assert_eq!(sum("findings_action_"), sum("findings_total"));
        assert_eq!(sum("findings_severity_"), sum("findings_total"));
    }
}
