//! An event as the table of events holds it.

use std::io::Read;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::model::RunEvent;

/// From this length on (bytes) a body is packed: shorter ones gain nothing, and stay readable to
/// people with a database's own tools.
const PACKED_FROM: usize = 512;

/// Speed counts: the next levels take twice the time for a tenth of the size.
const LEVEL: i32 = 1;

/// The longest body that is unpacked (bytes): a damaged store must not fill the memory. Answers are
/// cut far below this.
const LONGEST: u64 = 256 << 20;

/// One row of `events`.
#[derive(Debug)]
pub(super) struct Row {
    pub host: Option<String>,
    kind: &'static str,
    body: Body,
    /// Whether it says that a host has its outcome, which no other process can better.
    pub is_outcome: bool,
    /// Of the end of the run: when it was, and whether it was interrupted.
    pub ending: Option<(Timestamp, bool)>,
}

impl Row {
    /// What it takes in memory, about (bytes).
    pub fn size(&self) -> usize {
        let body = match &self.body {
            Body::Plain(text) => text.len(),
            Body::Packed(bytes) => bytes.len(),
        };
        size_of::<Self>() + self.host.as_ref().map_or(0, String::len) + body
    }
}

#[derive(Debug)]
enum Body {
    Plain(String),
    Packed(Vec<u8>),
}

/// Makes rows of events; one for many, since a compressor is dear to make.
pub(super) struct Packer {
    compressor: Option<zstd::bulk::Compressor<'static>>,
}

impl Packer {
    pub fn new() -> Self {
        // Without a compressor everything stays as it is.
        Self { compressor: zstd::bulk::Compressor::new(LEVEL).ok() }
    }

    pub fn row(&mut self, event: &RunEvent) -> Result<Row, serde_json::Error> {
        let (kind, host) = match event {
            RunEvent::RunStarted { .. } => ("run_started", None),
            RunEvent::PartStarted { .. } => ("part_started", None),
            RunEvent::HostStarted { host, .. } => ("host_started", Some(host)),
            RunEvent::HostConnected { host, .. } => ("host_connected", Some(host)),
            RunEvent::CommandAnswered { host, .. } => ("command_answered", Some(host)),
            RunEvent::TaskFinished { host, .. } => ("task_finished", Some(host)),
            RunEvent::HostFinished { host, .. } => ("host_finished", Some(host)),
            RunEvent::RunFinished { .. } => ("run_finished", None),
        };
        let body = self.body(serde_json::to_string(event)?);
        let ending = match event {
            RunEvent::RunFinished { at, interrupted } => Some((*at, *interrupted)),
            _ => None,
        };
        let is_outcome =
            matches!(event, RunEvent::HostFinished { outcome, .. } if outcome.is_final());
        Ok(Row { host: host.map(ToString::to_string), kind, body, is_outcome, ending })
    }

    fn body(&mut self, text: String) -> Body {
        let compressor = self.compressor.as_mut().filter(|_| text.len() >= PACKED_FROM);
        match compressor.and_then(|compressor| compressor.compress(text.as_bytes()).ok()) {
            Some(packed) => Body::Packed(packed),
            None => Body::Plain(text),
        }
    }
}

/// Rows of one statement. SQLite looks for each of its parameters among all of them.
const ROWS: usize = 32;

/// Inserts `rows` as the events of a part of a run, from number `first` on. Those that are there
/// already stay: a commit may have been done though its answer was lost.
pub(super) async fn insert_rows(
    connection: &mut AnyConnection,
    run: &str,
    part: i64,
    first: i64,
    rows: &[&Row],
) -> Result<(), sqlx::Error> {
    for (some, first) in rows.chunks(ROWS).zip((first..).step_by(ROWS)) {
        insert_some(connection, run, part, first, some).await?;
    }
    Ok(())
}

async fn insert_some(
    connection: &mut AnyConnection,
    run: &str,
    part: i64,
    first: i64,
    rows: &[&Row],
) -> Result<(), sqlx::Error> {
    let mut sql =
        "INSERT INTO events (run_id, part, seq, host, kind, body, packed) VALUES ".to_owned();
    for number in 0..rows.len() {
        let comma = if number > 0 { ", " } else { "" };
        let [seq, host, kind, body, packed] = [3, 4, 5, 6, 7].map(|column| column + number * 5);
        sql.push_str(&format!("{comma}($1, $2, ${seq}, ${host}, ${kind}, ${body}, ${packed})"));
    }
    sql.push_str(" ON CONFLICT (run_id, part, seq) DO NOTHING");
    let insert = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
    let mut insert = insert.bind(run).bind(part);
    for (row, seq) in rows.iter().zip(first..) {
        let (plain, packed) = match &row.body {
            Body::Plain(text) => (Some(text.as_str()), None),
            Body::Packed(bytes) => (None, Some(bytes.as_slice())),
        };
        insert = insert.bind(seq).bind(row.host.as_deref()).bind(row.kind).bind(plain).bind(packed);
    }
    insert.execute(connection).await?;
    Ok(())
}

/// The event of a row with its `body` and `packed`. The outer error is the database's, the inner
/// one says why the event cannot be read.
pub(super) fn event_of(row: &AnyRow) -> Result<Result<RunEvent, String>, sqlx::Error> {
    if let Some(body) = row.try_get::<Option<&str>, _>("body")? {
        return Ok(serde_json::from_str(body).map_err(|error| error.to_string()));
    }
    let packed: &[u8] = row.try_get("packed")?;
    let text = unpacked(packed).map_err(|error| error.to_string());
    Ok(text.and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string())))
}

fn unpacked(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    zstd::stream::read::Decoder::with_buffer(packed)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HostName, Transcript};

    fn answer(text: &str) -> RunEvent {
        let transcript = Transcript {
            command: "diagnose fortitoken info".to_owned(),
            vdom: None,
            text: text.into(),
            elapsed_ms: 12,
            truncated: false,
            refusal: None,
        };
        RunEvent::CommandAnswered { host: HostName::new("fgt-1"), transcript }
    }

    fn packed(event: &RunEvent) -> Vec<u8> {
        match Packer::new().row(event).unwrap().body {
            Body::Packed(bytes) => bytes,
            Body::Plain(_) => Vec::new(),
        }
    }

    #[test]
    fn a_long_answer_is_packed_and_a_short_one_left_readable() {
        let short = Packer::new().row(&answer("no token")).unwrap();
        assert!(matches!(&short.body, Body::Plain(text) if text.contains("no token")));
        let line = "FTK2005H3N8AP3E5  active  0x0  provisioned\n";
        let long = answer(&line.repeat(50));
        let packed = packed(&long);
        assert!((1..300).contains(&packed.len()), "{}", packed.len());
        let text = unpacked(&packed).unwrap();
        assert_eq!(serde_json::from_slice::<RunEvent>(&text).unwrap(), long);
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        let event = answer(&"x".repeat(PACKED_FROM));
        let packed = packed(&event);
        for cut in 0..packed.len() {
            let read = unpacked(&packed[..cut]);
            let text = read.and_then(|text| Ok(serde_json::from_slice::<RunEvent>(&text)?));
            assert!(text.is_err(), "{cut}");
        }
    }
}
