//! The session machine against the shells of the lab, without a network and in a time that passes
//! only while nobody speaks: cut anywhere, the same events; and very many VDOMs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use tokenfleet::fortios::command::Command;
use tokenfleet::fortios::session::{Limits, Reach, Session, SessionEvent};
use tokenfleet::lab::{Device, Fault, Firmware, Fleet, Journal, Shell, Step, Vdom};

/// What came of a conversation.
struct Talk {
    events: Vec<SessionEvent>,
    journal: Journal,
}

/// Leads a whole session; each run of bytes from the device arrives in pieces of these lengths.
fn talk(device: &Device, lengths: &[usize]) -> Talk {
    let journal = Arc::new(Mutex::new(Journal::default()));
    let mut shell = Shell::new(Arc::new(device.clone()), journal.clone(), Some(24));
    let mut session =
        Session::new(Limits { command: Duration::from_secs(20), ..Limits::default() });
    let mut commands = vec![
        (Command::SYSTEM_ADMIN, Reach::Global),
        (Command::USER_LOCAL, Reach::EveryVdom),
        (Command::FORTITOKEN_INFO, Reach::EveryVdom),
    ];
    let mut lengths = lengths.iter().copied().cycle();
    let mut now = Duration::ZERO;
    let mut events = Vec::new();
    let mut steps = shell.open();
    loop {
        for step in std::mem::take(&mut steps) {
            let bytes = match step {
                Step::Write(bytes) | Step::Drip(bytes) => bytes,
                Step::Flood { .. } | Step::Think => continue,
                Step::Close | Step::Cut => {
                    session.hang_up(now);
                    break;
                }
            };
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let length = lengths.next().unwrap_or(rest.len()).clamp(1, rest.len());
                let (piece, tail) = rest.split_at(length);
                session.receive(piece, now);
                rest = tail;
            }
        }
        let mut is_over = false;
        while let Some(event) = session.next_event() {
            match &event {
                SessionEvent::Ready(_) | SessionEvent::Done => match commands.pop() {
                    Some((command, reach)) => session.submit(&command, reach, now),
                    None => session.leave(now),
                },
                SessionEvent::Left | SessionEvent::Failed(_) => is_over = true,
                SessionEvent::Answered(_) | SessionEvent::NotRun(_) => {}
            }
            events.push(event);
        }
        let output = session.take_output();
        if !output.is_empty() {
            steps = shell.receive(&output);
        } else if let Some(deadline) = session.deadline() {
            now = now.max(deadline);
            session.elapse(now);
        }
        if is_over {
            let journal = journal.lock().unwrap().clone();
            return Talk { events, journal };
        }
    }
}

/// Every character of the lab, and a unit of each fault.
fn units() -> Vec<Device> {
    let cast = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
    let faulty = Fleet::faulty(Fault::ALL.len(), 1, &Fault::ALL);
    let units = cast.devices().iter().chain(faulty.devices());
    // The conversation of these does not end at the shell.
    let elsewhere = [Fault::Floods, Fault::LinuxServer, Fault::FortiManager];
    units.filter(|unit| unit.fault.is_none_or(|f| !elsewhere.contains(&f))).cloned().collect()
}

#[test]
fn single_bytes_of_every_unit_tell_the_same() {
    for unit in units() {
        assert_eq!(talk(&unit, &[1]).events, talk(&unit, &[]).events, "{}", unit.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_anywhere_in_every_unit_tell_the_same(lengths in prop::collection::vec(1usize..40, 1..30)) {
        for unit in units() {
            let cut = talk(&unit, &lengths);
            prop_assert_eq!(cut.events, talk(&unit, &[]).events, "{}", unit.name);
        }
    }
}

/// A unit with so many VDOMs.
fn divided(count: usize, firmware: Firmware) -> Device {
    let mut unit = Fleet::new(Fleet::CHARACTERS, Fleet::SEED).device("fgt-ams-01").unwrap().clone();
    unit.firmware = firmware;
    unit.vdoms.truncate(40);
    while unit.vdoms.len() < count {
        let name = format!("customer-{}", unit.vdoms.len());
        unit.vdoms.push(Vdom { name, ..Vdom::default() });
    }
    unit
}

#[test]
fn two_hundred_and_fifty_vdoms_are_each_asked_once() {
    // By `sudo` a VDOM costs one line for each command, by `edit` seven: each is
    // listed once more right before.
    for (firmware, lines) in [(Firmware::V7_4_8, 500..520), (Firmware::V6_0_18, 3500..3520)] {
        let unit = divided(250, firmware);
        let talk = talk(&unit, &[]);
        assert_eq!(talk.events.last(), Some(&SessionEvent::Left), "{firmware}");
        for command in ["diagnose fortitoken info", "show user local"] {
            let asked: Vec<&str> = talk
                .events
                .iter()
                .filter_map(|event| match event {
                    SessionEvent::Answered(answer) if answer.command == command => {
                        assert_eq!(answer.refusal, None);
                        answer.vdom.as_deref()
                    }
                    _ => None,
                })
                .collect();
            let held: Vec<&str> = unit.vdoms.iter().map(|vdom| vdom.name.as_str()).collect();
            assert_eq!(asked, held, "{firmware}");
        }
        assert_eq!(talk.journal.harm, [""; 0]);
        assert!(lines.contains(&talk.journal.lines.len()), "{}", talk.journal.lines.len());
    }
}
