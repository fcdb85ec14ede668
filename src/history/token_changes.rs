//! Tokens that came, went or changed.

use super::device_changes::push_field;
use super::{Field, Known, KnownStates, Moment, TokenState};

/// What became of one token. A token is its serial number, wherever it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenChange {
    pub kind: TokenChangeKind,
    pub serial: String,
    /// The first of those that show it, or showed it last.
    pub host: String,
    /// Where it shows, or showed last: between commas.
    pub places: String,
    /// The status that it has, or had last.
    pub status: String,
    /// What is another: `status`, `owner`, `place`.
    pub fields: Vec<Field>,
    /// The run that saw it last, where that is not the later one.
    pub seen: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenChangeKind {
    New,
    Changed,
    /// All hosts that showed it were read whole, and show it no more.
    Gone,
    /// Its host is no longer in the inventory.
    Left,
}

impl TokenChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Left => "left",
        }
    }
}

type Rows = [(TokenState, usize)];

impl TokenChange {
    pub(super) fn all(
        (before, states_before): (&Known, &KnownStates),
        (after, states_after): (&Known, &KnownStates),
    ) -> Vec<Self> {
        let mut changes = Vec::new();
        for (serial, now) in &states_after.tokens {
            let seen = seen(after, now);
            match states_before.tokens.get(serial) {
                None => changes.push(of(TokenChangeKind::New, serial, now, Vec::new(), seen)),
                // Nearly all are as they were.
                Some(then) if is_same(then, now) => {}
                Some(then) => {
                    let fields = fields(then, now);
                    if !fields.is_empty() {
                        changes.push(of(TokenChangeKind::Changed, serial, now, fields, seen));
                    }
                }
            }
        }
        for (serial, then) in &states_before.tokens {
            if !states_after.tokens.contains_key(serial)
                && let Some(kind) = lost(before, after, then)
            {
                changes.push(of(kind, serial, then, Vec::new(), None));
            }
        }
        changes.sort_by(|a, b| (a.kind, &a.serial).cmp(&(b.kind, &b.serial)));
        changes
    }
}

fn is_same(then: &Rows, now: &Rows) -> bool {
    then.len() == now.len() && then.iter().zip(now).all(|((then, _), (now, _))| then == now)
}

/// How a token was lost; `None`: perhaps it was not, since not all of its hosts were read whole.
fn lost(before: &Known, after: &Known, then: &Rows) -> Option<TokenChangeKind> {
    if then.iter().all(|(row, _)| !after.hosts.contains_key(&row.host)) {
        return Some(TokenChangeKind::Left);
    }
    let is_read = |(row, run): &(TokenState, usize)| {
        let Some(host) = after.hosts.get(&row.host) else { return true };
        let whole = host.whole.and_then(|run| after.runs.get(run)).map(|run| run.started);
        whole > before.runs.get(*run).map(|run| run.started)
    };
    then.iter().all(is_read).then_some(TokenChangeKind::Gone)
}

fn seen(known: &Known, rows: &Rows) -> Option<Moment> {
    let last = rows.iter().map(|(_, run)| *run).min().filter(|run| *run > 0)?;
    known.runs.get(last).map(Moment::of)
}

fn of(
    kind: TokenChangeKind,
    serial: &str,
    rows: &Rows,
    fields: Vec<Field>,
    seen: Option<Moment>,
) -> TokenChange {
    TokenChange {
        kind,
        serial: serial.to_owned(),
        host: rows.first().map_or_else(String::new, |(row, _)| row.host.clone()),
        places: joined(rows, |row| Some(row.place())).unwrap_or_default(),
        status: joined(rows, |row| Some(row.status.clone())).unwrap_or_default(),
        fields,
        seen,
    }
}

fn fields(then: &Rows, now: &Rows) -> Vec<Field> {
    let mut fields = Vec::new();
    let status = |rows| joined(rows, |row| Some(row.status.clone()));
    push_field(&mut fields, "status", status(then), status(now));
    // An owner that is not known is no other owner.
    let owner = |rows: &Rows| match rows.iter().any(|(row, _)| row.owner.is_none()) {
        true => None,
        false => Some(joined(rows, |row| row.owner.clone()).unwrap_or_default()),
    };
    if let (Some(then), Some(now)) = (owner(then), owner(now)) {
        push_field(&mut fields, "owner", Some(then), Some(now));
    }
    let place = |rows| joined(rows, |row| Some(row.place()));
    push_field(&mut fields, "place", place(then), place(now));
    fields
}

/// What its rows say, each once, in the order of the alphabet.
fn joined(rows: &Rows, what: impl Fn(&TokenState) -> Option<String>) -> Option<String> {
    let mut all: Vec<String> = rows.iter().filter_map(|(row, _)| what(row)).collect();
    all.sort();
    all.dedup();
    (!all.is_empty()).then(|| all.join(", "))
}
