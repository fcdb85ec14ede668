//! The tables of a run: columns and rows, whatever they are written as.

use std::borrow::Cow;

use super::Text;
use super::measure::measures;
use super::view::{
    ChangeView, ChangesView, DeviceView, EvidenceView, FindingView, HaMemberView, HaView,
    OwnerView, ReplacedTokenView, TicketView, TokenView, UserView, View,
};
use crate::model::Table;

/// One column of a table of `R`.
struct Column<R> {
    name: &'static str,
    cell: fn(&R) -> Cell<'_>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    /// UTC, as the view has it: `2026-11-24T03:15:00Z`.
    Time(&'a Text),
    Whole(i64),
    Decimal(f64),
    Flag(bool),
    Empty,
}

const fn column<R>(name: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
    Column { name, cell }
}

/// A row is a [`Measure`](super::measure::Measure).
const SUMMARY: [&str; 4] = ["key", "value", "unit", "meaning"];

const TOKENS: &[Column<TokenView>] = &[
    column("host", |row| (&row.host).into()),
    column("device_serial", |row| (&row.device_serial).into()),
    column("vdom", |row| (&row.vdom).into()),
    column("serial", |row| (&row.serial).into()),
    column("kind", |row| row.kind.into()),
    column("status", |row| (&row.status).into()),
    column("drift", |row| Cell::Whole(row.drift)),
    column("owner", |row| (&row.owner).into()),
    column("owner_kind", |row| owners(&row.owners, |owner| Some(owner.kind))),
    column("email", |row| owners(&row.owners, |owner| owner.email.as_deref())),
    column("phone", |row| owners(&row.owners, |owner| owner.phone.as_deref())),
    column("low_confidence", |row| Cell::Flag(row.low_confidence)),
    column("license", |row| (&row.license).into()),
    column("trial", |row| row.trial.map_or(Cell::Empty, Cell::Flag)),
    column("configured_lock", |row| row.configured_lock.map_or(Cell::Empty, Cell::Flag)),
    column("activation_expires", |row| {
        row.activation_expires.as_ref().map_or(Cell::Empty, Cell::Time)
    }),
];

const FINDINGS: &[Column<FindingView>] = &[
    column("rule", |row| (&row.rule).into()),
    column("action", |row| row.action.into()),
    column("severity", |row| row.severity.into()),
    column("host", |row| (&row.host).into()),
    column("device_serial", |row| (&row.device_serial).into()),
    column("vdom", |row| (&row.vdom).into()),
    column("token", |row| (&row.token).into()),
    column("kind", |row| row.kind.map_or(Cell::Empty, Cell::from)),
    column("status", |row| (&row.status).into()),
    column("drift", |row| row.drift.map_or(Cell::Empty, Cell::Whole)),
    column("owner", |row| (&row.owner).into()),
    column("message", |row| (&row.message).into()),
    column("remedy", |row| (&row.remedy).into()),
    column("low_confidence", |row| Cell::Flag(row.low_confidence)),
    column("same_as", |row| (&row.same_as).into()),
    column("evidence", |row| joined(row.evidence.iter().map(evidence), " / ")),
    column("muted_until", |row| row.muted.as_ref().map_or(Cell::Empty, |m| (&m.until).into())),
    column("muted_because", |row| row.muted.as_ref().map_or(Cell::Empty, |m| (&m.because).into())),
    column("change", |row| row.change.map_or(Cell::Empty, Cell::from)),
    column("since", |row| row.since.as_ref().map_or(Cell::Empty, Cell::Time)),
    column("since_run", |row| (&row.since_run).into()),
    column("or_earlier", |row| Cell::Flag(row.or_earlier)),
];

const DEVICES: &[Column<DeviceView>] = &[
    column("host", |row| (&row.host).into()),
    column("address", |row| (&row.address).into()),
    column("groups", |row| joined(&row.groups, ", ")),
    column("outcome", |row| row.outcome.into()),
    column("stage", |row| {
        row.failure.as_ref().and_then(|failure| failure.stage).map_or(Cell::Empty, Cell::from)
    }),
    column("failure", |row| {
        row.failure.as_ref().map_or(Cell::Empty, |failure| (&failure.message).into())
    }),
    column("remedy", |row| {
        row.failure.as_ref().map_or(Cell::Empty, |failure| (&failure.remedy).into())
    }),
    column("partial", |row| Cell::Flag(row.partial)),
    column("gaps", |row| joined(&row.gaps, " / ")),
    column("model", |row| (&row.model).into()),
    column("version", |row| (&row.version).into()),
    column("build", |row| (&row.build).into()),
    column("device_serial", |row| (&row.device_serial).into()),
    column("hostname", |row| (&row.hostname).into()),
    column("vdom_mode", |row| (&row.vdom_mode).into()),
    column("vdoms", |row| joined(&row.vdoms, ", ")),
    column("ha_mode", |row| row.ha.as_ref().map_or(Cell::Empty, |ha| (&ha.mode).into())),
    column("ha_role", |row| row.ha.as_ref().and_then(|ha| ha.role).map_or(Cell::Empty, Cell::from)),
    column("ha_members", |row| members(row.ha.as_ref())),
    column("same_unit", |row| joined(&row.same_unit, ", ")),
    column("server", |row| row.server.into()),
    column("low_confidence", |row| Cell::Flag(row.low_confidence)),
    column("tokens", |row| row.tokens.map_or(Cell::Empty, |tokens| tokens.total.into())),
    column("spare", |row| row.tokens.map_or(Cell::Empty, |tokens| tokens.spare.into())),
    column("pending", |row| row.tokens.map_or(Cell::Empty, |tokens| tokens.pending.into())),
    column("reprovision", |row| row.findings.reprovision.into()),
    column("support_ticket", |row| row.findings.support_ticket.into()),
    column("attention", |row| row.findings.attention.into()),
    column("duration_s", |row| row.duration_s.map_or(Cell::Empty, Cell::Decimal)),
];

const USERS: &[Column<UserView>] = &[
    column("host", |row| (&row.host).into()),
    column("device_serial", |row| (&row.device_serial).into()),
    column("vdom", |row| (&row.vdom).into()),
    column("name", |row| (&row.name).into()),
    column("kind", |row| row.kind.into()),
    column("profile", |row| (&row.profile).into()),
    column("enabled", |row| Cell::Flag(row.enabled)),
    column("two_factor", |row| (&row.two_factor).into()),
    column("token", |row| (&row.token).into()),
    column("token_status", |row| (&row.token_status).into()),
    column("email", |row| (&row.email).into()),
    column("phone", |row| (&row.phone).into()),
    column("low_confidence", |row| Cell::Flag(row.low_confidence)),
];

const TICKETS: &[Column<TicketView>] = &[
    column("to", |row| row.to.into()),
    column("cause", |row| (&row.cause).into()),
    column("subject", |row| (&row.subject).into()),
    column("host", |row| (&row.host).into()),
    column("device_serial", |row| (&row.device_serial).into()),
    column("hostname", |row| (&row.hostname).into()),
    column("model", |row| (&row.model).into()),
    column("version", |row| (&row.version).into()),
    column("build", |row| (&row.build).into()),
    column("ha_members", |row| members(row.ha.as_ref())),
    column("same_unit", |row| joined(&row.same_unit, ", ")),
    column("server", |row| row.server.into()),
    column("low_confidence", |row| Cell::Flag(row.low_confidence)),
    column("partial", |row| Cell::Flag(row.partial)),
    column("token_count", |row| row.findings.iter().filter(|f| f.token.is_some()).count().into()),
    column("tokens", |row| joined(row.findings.iter().flat_map(|f| &f.token), ", ")),
];

const REPLACEMENTS: &[Column<ReplacedTokenView>] = &[
    column("host", |row| (&row.host).into()),
    column("old_device_serial", |row| (&row.old_serial).into()),
    column("device_serial", |row| (&row.device_serial).into()),
    column("serial", |row| (&row.serial).into()),
    column("kind", |row| row.kind.into()),
    column("state", |row| row.state.into()),
    column("old_vdom", |row| (&row.old_vdom).into()),
    column("vdom", |row| (&row.vdom).into()),
    column("old_status", |row| (&row.old_status).into()),
    column("status", |row| (&row.status).into()),
    column("old_owner", |row| (&row.old_owner).into()),
    column("owner", |row| (&row.owner).into()),
    column("email", |row| (&row.email).into()),
];

const CHANGES: &[Column<ChangeView>] = &[
    column("what", |row| row.what.into()),
    column("change", |row| row.change.into()),
    column("host", |row| (&row.host).into()),
    column("place", |row| (&row.place).into()),
    column("token", |row| (&row.token).into()),
    column("rule", |row| (&row.rule).into()),
    column("subject", |row| (&row.subject).into()),
    column("severity", |row| (&row.severity).into()),
    column("field", |row| row.field.map_or(Cell::Empty, Cell::from)),
    column("before", |row| (&row.before).into()),
    column("after", |row| (&row.after).into()),
    column("because", |row| (&row.because).into()),
    column("since", |row| row.since.as_ref().map_or(Cell::Empty, Cell::Time)),
    column("since_run", |row| (&row.since_run).into()),
    column("or_earlier", |row| Cell::Flag(row.or_earlier)),
    column("seen", |row| row.seen.as_ref().map_or(Cell::Empty, Cell::Time)),
    column("seen_run", |row| (&row.seen_run).into()),
];

fn evidence(line: &EvidenceView) -> String {
    let place = line.vdom.as_ref().map_or_else(String::new, |vdom| format!(" in {vdom}"));
    format!("{} `{}`{place}, line {}: {}", line.host, line.command, line.line, line.text)
}

fn members(ha: Option<&HaView>) -> Cell<'_> {
    joined(ha.into_iter().flat_map(|ha| &ha.members).map(member), ", ")
}

fn member(member: &HaMemberView) -> String {
    match member.role {
        Some(role) => format!("{} ({role})", member.serial),
        None => member.serial.to_string(),
    }
}

/// What the owners of a token have, one beside the other.
fn owners<'a>(owners: &'a [OwnerView], what: fn(&'a OwnerView) -> Option<&'a str>) -> Cell<'a> {
    joined(owners.iter().filter_map(what), ", ")
}

fn joined<'a, T: AsRef<str>>(texts: impl IntoIterator<Item = T>, between: &str) -> Cell<'a> {
    let mut all = String::new();
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            all.push_str(between);
        }
        all.push_str(text.as_ref());
    }
    if all.is_empty() { Cell::Empty } else { Cell::Text(all.into()) }
}

/// The names of a table's columns, in order.
pub fn columns(table: Table) -> Vec<&'static str> {
    fn names<R>(columns: &[Column<R>]) -> Vec<&'static str> {
        columns.iter().map(|column| column.name).collect()
    }
    match table {
        Table::Summary => SUMMARY.to_vec(),
        Table::Devices => names(DEVICES),
        Table::Tokens => names(TOKENS),
        Table::Findings => names(FINDINGS),
        Table::Users => names(USERS),
        Table::Tickets => names(TICKETS),
        Table::Replacements => names(REPLACEMENTS),
        Table::Changes => names(CHANGES),
    }
}

/// The rows of a table: as many cells in each as there are columns.
pub(super) fn rows<'a>(
    view: &'a View,
    table: Table,
) -> Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a> {
    fn of<'a, R>(
        columns: &'static [Column<R>],
        rows: &'a [R],
    ) -> Box<dyn Iterator<Item = Vec<Cell<'a>>> + 'a> {
        Box::new(rows.iter().map(|row| columns.iter().map(|column| (column.cell)(row)).collect()))
    }
    match table {
        Table::Summary => Box::new(measures(view).into_iter().map(|measure| {
            let (key, meaning) = (Cell::Text(measure.key), Cell::Text(measure.meaning));
            vec![key, measure.value, measure.unit.into(), meaning]
        })),
        Table::Devices => of(DEVICES, &view.devices),
        Table::Tokens => of(TOKENS, &view.tokens),
        Table::Findings => Box::new(of(FINDINGS, &view.findings).chain(of(FINDINGS, &view.muted))),
        Table::Users => of(USERS, &view.users),
        Table::Tickets => of(TICKETS, &view.tickets),
        Table::Changes => Box::new(view.changes.iter().flat_map(change_rows)),
        Table::Replacements => Box::new(view.replacements.iter().flat_map(|host| {
            let cells = |row| REPLACEMENTS.iter().map(|column| (column.cell)(row)).collect();
            host.tokens.iter().map(cells)
        })),
    }
}

/// The rows of the table of changes.
pub(super) fn change_rows(changes: &ChangesView) -> impl Iterator<Item = Vec<Cell<'_>>> {
    let cells = |row| CHANGES.iter().map(|column| (column.cell)(row)).collect();
    changes.rows.iter().map(cells)
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }
}

impl<'a> From<&'a Text> for Cell<'a> {
    fn from(text: &'a Text) -> Self {
        text.as_str().into()
    }
}

impl<'a> From<&'a Option<Text>> for Cell<'a> {
    fn from(text: &'a Option<Text>) -> Self {
        text.as_ref().map_or(Self::Empty, Self::from)
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
