//! A run as one file: what `tokenfleet store export` writes and `import` takes.
//!
//! Lines of JSON, compressed by zstd: first what the file is, then one event a line.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use crate::model::{RunEvent, RunHeader};

/// Number of the form.
const FORM: u64 = 1;

/// The longest text that is unpacked (bytes): no file may fill the memory.
const LONGEST: u64 = 4 << 30;

/// Speed counts: the file is written once and read once.
const LEVEL: i32 = 3;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    /// The form; the name says what the file is.
    tokenfleet_run: u64,
    /// Version of the tokenfleet that wrote the file.
    version: String,
    run: String,
    events: usize,
}

/// Why a file is no run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RunFileError {
    /// Something else altogether.
    Foreign,
    /// Of a form that only this version, or a later one, knows.
    Newer(String),
    /// A sentence without a full stop.
    Damaged(String),
}

/// The bytes of the file. `events` begin with that of `header`.
pub(super) fn pack(header: &RunHeader, events: &[RunEvent]) -> std::io::Result<Vec<u8>> {
    let heading = Heading {
        tokenfleet_run: FORM,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run: header.id.clone(),
        events: events.len(),
    };
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    encoder.include_checksum(true)?;
    serde_json::to_writer(&mut encoder, &heading)?;
    encoder.write_all(b"\n")?;
    // Of a file that was cut it can be read what it was.
    encoder.flush()?;
    for event in events {
        serde_json::to_writer(&mut encoder, event)?;
        encoder.write_all(b"\n")?;
    }
    encoder.finish()
}

/// The run of such a file: its header, and its events, of which the first is the header's.
pub(super) fn unpack(bytes: &[u8]) -> Result<(RunHeader, Vec<RunEvent>), RunFileError> {
    let mut unpacked = Vec::new();
    let decoder = zstd::Decoder::with_buffer(bytes).map_err(|_| RunFileError::Foreign)?;
    let read = decoder.take(LONGEST).read_to_end(&mut unpacked);
    let text = String::from_utf8_lossy(&unpacked);
    let (heading, rest) = text.split_once('\n').unwrap_or_default();
    let Ok(heading) = serde_json::from_str::<Heading>(heading) else {
        return Err(RunFileError::Foreign);
    };
    if heading.tokenfleet_run > FORM {
        return Err(RunFileError::Newer(heading.version));
    }
    if let Err(error) = read {
        return Err(RunFileError::Damaged(format!("it cannot be unpacked to its end ({error})")));
    }
    let mut events = Vec::with_capacity(heading.events.min(rest.len() / 16));
    for (number, line) in (1..).zip(rest.lines()) {
        match serde_json::from_str(line) {
            Ok(event) => events.push(event),
            Err(error) => {
                let version = &heading.version;
                return Err(RunFileError::Damaged(format!(
                    "event {number}, written by tokenfleet {version}, cannot be read ({error})"
                )));
            }
        }
    }
    if events.len() != heading.events {
        let (told, there) = (heading.events, events.len());
        return Err(RunFileError::Damaged(format!("it holds {there} of its {told} events")));
    }
    match events.first() {
        Some(RunEvent::RunStarted { run }) if run.id == heading.run => Ok((run.clone(), events)),
        _ => Err(RunFileError::Damaged("its run has no beginning".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn run() -> (RunHeader, Vec<RunEvent>) {
        let header = RunHeader {
            id: "20261124T031500Z-7f3a".to_owned(),
            version: "0.1.0".to_owned(),
            playbook: "audit.yml".to_owned(),
            inventories: vec![],
            limit: None,
            started: Timestamp::UNIX_EPOCH,
            hosts: vec![],
            notes: vec![],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        };
        let end = RunEvent::RunFinished { at: Timestamp::UNIX_EPOCH, interrupted: false };
        (header.clone(), vec![RunEvent::RunStarted { run: header }, end])
    }

    fn packed(text: &str) -> Vec<u8> {
        zstd::encode_all(text.as_bytes(), 1).unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let (header, events) = run();
        let bytes = pack(&header, &events).unwrap();
        assert_eq!(unpack(&bytes).unwrap(), (header, events));
    }

    #[test]
    fn whatever_is_cut_or_turned_is_refused() {
        let (header, events) = run();
        let bytes = pack(&header, &events).unwrap();
        for end in 0..bytes.len() {
            assert!(unpack(&bytes[..end]).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut turned = bytes.clone();
            turned[at] ^= 0x10;
            // A bit of the frame's header that means nothing changes nothing.
            assert!(unpack(&turned).is_err() || unpack(&turned) == unpack(&bytes), "{at}");
        }
    }

    #[test]
    fn what_is_something_else_is_told_apart() {
        let heading = |form: u64, events: usize| {
            format!(
                "{{\"tokenfleet_run\":{form},\"version\":\"7.0.0\",\"run\":\"a\",\"events\":{events}}}\n"
            )
        };
        assert_eq!(unpack(b"hello"), Err(RunFileError::Foreign));
        assert_eq!(unpack(&packed("hello\nworld\n")), Err(RunFileError::Foreign));
        assert_eq!(unpack(&packed(&heading(2, 0))), Err(RunFileError::Newer("7.0.0".to_owned())));
        let damaged = |text: &str| RunFileError::Damaged(text.to_owned());
        assert_eq!(unpack(&packed(&heading(1, 3))), Err(damaged("it holds 0 of its 3 events")));
        assert_eq!(unpack(&packed(&heading(1, 0))), Err(damaged("its run has no beginning")));
    }
}
