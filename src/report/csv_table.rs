//! The tables that a spreadsheet opens.

use std::borrow::Cow;

use super::Text;
use super::view::{
    DeviceView, EvidenceView, FindingView, HaMemberView, OwnerView, TokenView, View,
};
use crate::model::Table;

/// One column of a table of `R`.
struct Column<R> {
    name: &'static str,
    cell: fn(&R) -> Cell<'_>,
}

/// What stands in a cell.
enum Cell<'a> {
    Text(Cow<'a, str>),
    Whole(i64),
    Decimal(f64),
    Flag(bool),
    Empty,
}

const fn column<R>(name: &'static str, cell: fn(&R) -> Cell<'_>) -> Column<R> {
    Column { name, cell }
}

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
    column("ha_members", |row| joined(row.ha.iter().flat_map(|ha| &ha.members).map(member), ", ")),
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

fn evidence(line: &EvidenceView) -> String {
    let place = line.vdom.as_ref().map_or_else(String::new, |vdom| format!(" in {vdom}"));
    format!("{} `{}`{place}, line {}: {}", line.host, line.command, line.line, line.text)
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
        Table::Tokens => names(TOKENS),
        Table::Findings => names(FINDINGS),
        Table::Devices => names(DEVICES),
    }
}

/// A table as RFC 4180 has it: a header, lines that end in CR LF, quotes where they are needed;
/// UTF-8. There is no byte order mark: it would become part of the first column's name for most
/// programs.
pub(super) fn csv(view: &View, table: Table) -> Result<String, csv::Error> {
    match table {
        Table::Tokens => write(TOKENS, &view.tokens),
        Table::Findings => write(FINDINGS, &view.findings),
        Table::Devices => write(DEVICES, &view.devices),
    }
}

fn write<R>(columns: &[Column<R>], rows: &[R]) -> Result<String, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.name))?;
    for row in rows {
        for column in columns {
            writer.write_field((column.cell)(row).text().as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Cell<'_> {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => harmless(text),
            Self::Whole(number) => number.to_string().into(),
            Self::Decimal(number) => number.to_string().into(),
            Self::Flag(flag) => if *flag { "true" } else { "false" }.into(),
            Self::Empty => "".into(),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a Text> for Cell<'a> {
    fn from(text: &'a Text) -> Self {
        Self::Text(text.as_str().into())
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

/// A text that no spreadsheet takes for a formula: `'` goes before one that could be. Where the
/// system's separator is `;`, a spreadsheet makes several cells of one text; so `'` goes behind a
/// `;` too. Numbers of our own never come here, so that a drift of -2 stays a number.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.split(';').any(begins_formula) {
        return text.into();
    }
    let parts = text.split(';').map(|part| match begins_formula(part) {
        true => format!("'{part}"),
        false => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";").into()
}

/// Blanks and quotes before it do not help, and neither does full width.
fn begins_formula(text: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || c == '"';
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(blank).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula() {
        for text in [
            "=1+1",
            "+49 151 23",
            "-2",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "  =1",
            "\"=1\"",
            "\u{a0}=1",
            "＝1",
            "－1",
        ] {
            assert_eq!(harmless(text), format!("'{text}"), "{text:?}");
        }
        for text in ["fgt-01", "a=b", "alice@example.com", "", " ", "1-2", "a; b", "'=1"] {
            assert!(matches!(harmless(text), Cow::Borrowed(_)), "{text:?}");
        }
        assert_eq!(harmless("a; =1;-b"), "a;' =1;'-b");
    }

    #[test]
    fn a_number_stays_a_number() {
        assert_eq!(Cell::Whole(-2).text(), "-2");
        assert_eq!(Cell::Text("-2".into()).text(), "'-2");
    }
}
