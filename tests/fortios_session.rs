//! Recorded sessions, played byte for byte: what the device sends, what the session must write,
//! and what it reports. The reports are snapshots; the bytes stand in the recordings.
//!
//! A recording holds `< BYTES` (received), `> BYTES` (written, exactly), `x` (the device closes),
//! `! run WHERE COMMAND` (submitted in this order, one after the other) and `# remarks`. After
//! the last command the session leaves.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a recording that cannot be read is a failed test"
)]

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use tokenfleet::fortios::command::Command;
use tokenfleet::fortios::session::{Limits, Reach, Session, SessionEvent};

#[derive(Debug, Clone)]
enum Line {
    Received(Vec<u8>),
    Written(Vec<u8>),
    Closed,
}

#[derive(Debug, Clone, Default)]
struct Recording {
    name: String,
    lines: Vec<Line>,
    commands: VecDeque<(Reach, Command)>,
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'r') => b'\r',
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'x') => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&digits, 16).unwrap()
            }
            other => panic!("unknown escape {other:?} in {text:?}"),
        });
    }
    bytes
}

fn reach(word: &str) -> Reach {
    match word {
        "current" => Reach::Current,
        "global" => Reach::Global,
        "every" => Reach::EveryVdom,
        other => Reach::Vdom(other.strip_prefix("vdom:").unwrap().to_owned()),
    }
}

fn read(path: &Path) -> Recording {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut recording = Recording { name, ..Recording::default() };
    for line in fs::read_to_string(path).unwrap().lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("<", bytes) => recording.lines.push(Line::Received(unescape(bytes))),
            (">", bytes) => recording.lines.push(Line::Written(unescape(bytes))),
            ("x", _) => recording.lines.push(Line::Closed),
            ("!", run) => {
                let (place, command) = run.strip_prefix("run ").unwrap().split_once(' ').unwrap();
                recording.commands.push_back((reach(place), Command::parse(command).unwrap()));
            }
            ("#" | "", _) => {}
            other => panic!("{}: what is {other:?}?", path.display()),
        }
    }
    recording
}

fn recordings() -> Vec<Recording> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fortios/sessions");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The device's side and the caller's, in a time that passes only while nothing is under way.
struct Player {
    session: Session,
    now: Duration,
    commands: VecDeque<(Reach, Command)>,
    written: Vec<u8>,
    events: Vec<SessionEvent>,
    over: bool,
}

impl Player {
    fn new(recording: &Recording) -> Self {
        Self {
            session: Session::new(Limits::default()),
            now: Duration::ZERO,
            commands: recording.commands.clone(),
            written: Vec::new(),
            events: Vec::new(),
            over: false,
        }
    }

    /// Takes output and events, and does what a caller does upon them.
    fn attend(&mut self) {
        self.written.extend(self.session.take_output());
        while let Some(event) = self.session.next_event() {
            match &event {
                SessionEvent::Ready(_) | SessionEvent::Done => match self.commands.pop_front() {
                    Some((reach, command)) => self.session.submit(&command, reach, self.now),
                    None => self.session.leave(self.now),
                },
                SessionEvent::Left | SessionEvent::Failed(_) => self.over = true,
                SessionEvent::Answered(_) | SessionEvent::NotRun(_) => {}
            }
            self.events.push(event);
            self.written.extend(self.session.take_output());
        }
    }

    /// Lets time pass until the session wrote as much as was expected, or is over.
    fn wait(&mut self, expected: usize) {
        self.attend();
        while self.written.len() < expected && !self.over {
            let deadline = self.session.deadline().expect("the session waits for nothing");
            self.now = self.now.max(deadline);
            self.session.elapse(self.now);
            self.attend();
        }
    }
}

/// Plays a recording; each run of received bytes is cut by `cut`, which gets the bytes and
/// returns the lengths of the pieces.
fn play(recording: &Recording, mut cut: impl FnMut(&[u8]) -> Vec<usize>) -> Vec<SessionEvent> {
    let mut player = Player::new(recording);
    player.attend();
    for line in &recording.lines {
        match line {
            Line::Received(bytes) => {
                let mut rest = bytes.as_slice();
                for length in cut(bytes) {
                    let (piece, tail) = rest.split_at(length.min(rest.len()));
                    player.session.receive(piece, player.now);
                    player.attend();
                    rest = tail;
                }
                player.session.receive(rest, player.now);
                player.attend();
            }
            Line::Written(expected) => {
                player.wait(expected.len());
                assert_eq!(
                    String::from_utf8_lossy(&player.written),
                    String::from_utf8_lossy(expected),
                    "{}: {:#?}",
                    recording.name,
                    player.events.last()
                );
                player.written.clear();
            }
            Line::Closed => {
                player.session.hang_up(player.now);
                player.attend();
            }
        }
    }
    player.wait(1);
    assert_eq!(String::from_utf8_lossy(&player.written), "", "{}", recording.name);
    player.events
}

/// The events as a person reads them.
fn describe(events: &[SessionEvent]) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            SessionEvent::Ready(survey) => {
                let _ = writeln!(
                    text,
                    "ready: {} {} {}, prompt {}{}, global {}, VDOMs {:?}, not examined {:?}, \
                     {} transcripts",
                    survey.status.model,
                    survey.status.version,
                    survey.status.serial,
                    survey.name,
                    if survey.restricted { " (restricted)" } else { "" },
                    survey.global,
                    survey.vdoms,
                    survey.not_examined,
                    survey.transcripts.len(),
                );
                if let Some(confined) = &survey.confined {
                    let _ = writeln!(text, "    {confined}");
                }
            }
            SessionEvent::Answered(transcript) => {
                assert!(!transcript.truncated);
                let _ = writeln!(
                    text,
                    "answered: {} in {:?}, refusal {:?}",
                    transcript.command, transcript.vdom, transcript.refusal
                );
                for line in transcript.text.lines() {
                    let _ = writeln!(text, "    | {line}");
                }
            }
            SessionEvent::NotRun(failure) => {
                let _ = writeln!(text, "not run: {failure} [{}]", failure.stage);
            }
            SessionEvent::Failed(failure) => {
                let _ =
                    writeln!(text, "failed: {failure} [{}]\n    {}", failure.stage, failure.remedy);
            }
            SessionEvent::Done => text.push_str("done\n"),
            SessionEvent::Left => text.push_str("left\n"),
        }
    }
    text
}

#[test]
fn recordings_play_to_the_byte_and_report_the_same() {
    for recording in recordings() {
        let events = play(&recording, |_| Vec::new());
        insta::assert_snapshot!(recording.name.clone(), describe(&events));
    }
}

#[test]
fn single_bytes_report_the_same() {
    for recording in recordings() {
        let whole = play(&recording, |_| Vec::new());
        assert_eq!(play(&recording, |bytes| vec![1; bytes.len()]), whole, "{}", recording.name);
    }
}

#[test]
fn received_runs_joined_report_the_same() {
    for recording in recordings() {
        let whole = play(&recording, |_| Vec::new());
        let mut joined = recording.clone();
        joined.lines.clear();
        for line in &recording.lines {
            match (joined.lines.last_mut(), line) {
                (Some(Line::Received(before)), Line::Received(bytes)) => before.extend(bytes),
                _ => joined.lines.push(line.clone()),
            }
        }
        assert_eq!(play(&joined, |_| Vec::new()), whole, "{}", recording.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn cuts_anywhere_report_the_same(lengths in prop::collection::vec(1usize..12, 1..40)) {
        for recording in recordings() {
            let whole = play(&recording, |_| Vec::new());
            let mut lengths = lengths.iter().cycle().copied();
            let pieces = play(&recording, |bytes| {
                lengths.by_ref().take(bytes.len()).collect()
            });
            prop_assert_eq!(pieces, whole, "{}", recording.name);
        }
    }

    #[test]
    fn nothing_that_a_device_sends_panics_or_draws_more_than_the_list(
        chunks in prop::collection::vec(
            prop_oneof![
                Just(b"fgt # ".to_vec()),
                Just(b"fgt (global) # ".to_vec()),
                Just(b"\r\n".to_vec()),
                Just(b"--More-- ".to_vec()),
                Just(b"(Press 'a' to accept):".to_vec()),
                Just(b"get system status\r\r\n".to_vec()),
                Just(b"config global\r\r\n".to_vec()),
                Just(b"Version: FortiGate-60F v7.4.8,build1 (GA)\r\n".to_vec()),
                Just(b"Serial-Number: FGT60F0000000001\r\n".to_vec()),
                Just(b"Virtual domain configuration: multiple\r\n".to_vec()),
                Just(b"name=x;y/x index=0\r\nname=a/a index=1\r\n".to_vec()),
                Just(b"Continue? (y/n)".to_vec()),
                prop::collection::vec(any::<u8>(), 0..20),
            ],
            0..60,
        ),
    ) {
        let mut player = Player::new(&Recording::default());
        player.commands.push_back((
            Reach::EveryVdom,
            Command::parse("diagnose fortitoken info").unwrap(),
        ));
        for chunk in chunks {
            player.session.receive(&chunk, player.now);
            player.attend();
            player.now += Duration::from_millis(25);
            player.session.elapse(player.now);
            player.attend();
        }
        const ALLOWED: [&str; 16] = [
            "diagnose sys vd list | grep name=a", "get system vdom-property | grep a",
            "", "get system status", "diagnose sys vd list", "get system vdom-property",
            "diagnose fortitoken info", "config global", "config vdom", "edit a", "end", "exit",
            " ", "a", "n", "an",
        ];
        let written = String::from_utf8(player.written).unwrap();
        for line in written.split('\r') {
            let line = line.trim_start_matches([' ', 'a', 'n']);
            prop_assert!(ALLOWED.contains(&line), "{line:?}");
        }
    }
}

#[test]
fn the_limits_hold() {
    let mut session = Session::new(Limits { session_bytes: 1000, ..Limits::default() });
    session.receive(&[b'x'; 1001], Duration::ZERO);
    let Some(SessionEvent::Failed(failure)) = session.next_event() else { panic!("no failure") };
    assert_eq!(failure.message, "the device sent more than 1000 bytes");
    assert_eq!(session.deadline(), None);
}

/// A device that answers `get system status` and then one command without end.
fn endless(limits: Limits, page: &[u8], pages: usize) -> (Player, usize) {
    let mut player = Player::new(&Recording::default());
    player.session = Session::new(limits);
    player.commands.push_back((Reach::Current, Command::parse("show").unwrap()));
    player.session.receive(b"fgt # ", player.now);
    player.wait("get system status\r".len());
    player.session.receive(
        b"get system status\r\r\nVersion: FortiGate-60F v7.4.8,build1 (GA)\r\nSerial-Number: \
          FGT60F0000000001\r\nVirtual domain configuration: disable\r\n\r\nfgt # ",
        player.now,
    );
    player.written.clear();
    player.wait("show\r".len());
    player.session.receive(b"show\r\r\n", player.now);
    let mut sent = 0;
    while sent < pages && !player.over {
        player.written.clear();
        player.session.receive(page, player.now);
        if page.ends_with(b"--More-- ") {
            player.wait(1);
        }
        sent += 1;
    }
    (player, sent)
}

#[test]
fn a_long_answer_is_cut_and_marked() {
    let limits = Limits { answer_bytes: 1000, ..Limits::default() };
    let (mut player, _) = endless(limits, b"config system interface\r\n", 1000);
    player.session.receive(b"fgt # ", player.now);
    player.wait(1);
    let transcript = player.events.iter().find_map(|event| match event {
        SessionEvent::Answered(transcript) => Some(transcript.clone()),
        _ => None,
    });
    let transcript = transcript.unwrap();
    assert!(transcript.truncated && transcript.text.len() < 1000);
    assert!(transcript.text.ends_with("config system interface"));
}

#[test]
fn pages_without_end_end_the_session() {
    let limits = Limits { pages: 50, ..Limits::default() };
    let (player, sent) = endless(limits, b"one more\r\n--More-- ", 1000);
    assert_eq!(sent, 51);
    let Some(SessionEvent::Failed(failure)) = player.events.last() else { panic!("no failure") };
    assert_eq!(failure.message, "the answer has more than 50 pages");
}

#[test]
fn a_slow_drip_ends_at_the_command_limit() {
    let (mut player, _) = endless(Limits::default(), b"", 1);
    let begun = player.now;
    while !player.over {
        player.now += Duration::from_secs(5);
        player.session.receive(b"x\r\n", player.now);
        player.session.elapse(player.now);
        player.attend();
    }
    assert_eq!(player.now - begun, Limits::default().command);
}

#[test]
fn leaving_in_the_midst_of_an_answer_sends_nothing() {
    let (mut player, _) = endless(Limits::default(), b"config", 1);
    player.written.clear();
    player.session.leave(player.now);
    player.attend();
    assert_eq!(player.events.last(), Some(&SessionEvent::Left));
    assert!(player.written.is_empty() && player.session.deadline().is_none());
}
