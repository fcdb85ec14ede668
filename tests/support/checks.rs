//! What must hold for any input at all. The same functions run for a moment in `cargo test`
//! (`tests/fuzz_checks.rs`) and for hours under `cargo fuzz` (`fuzz/`).
#![allow(dead_code, reason = "each fuzz target uses one of them")]

use std::time::Duration;

use tokenfleet::fortios::command::Command;
use tokenfleet::fortios::parse::PARSERS;
use tokenfleet::fortios::prompt::Prompt;
use tokenfleet::fortios::session::{Limits, Reach, Session, SessionEvent, VdomName};
use tokenfleet::inventory::{
    Form, InventorySource, ScriptAnswers, Sources, Style, explain, graph, hosts_to_ask_for, list,
    load,
};
use tokenfleet::model::{InputIssue, SourceFile};
use tokenfleet::playbook;
use tokenfleet::ssh::KnownHosts;
use tokenfleet::template::Templar;
use tokenfleet::vault::{Envelope, VaultError};
use tokenfleet::yaml;

/// A check, and the name of its fuzz target.
type NamedCheck = (&'static str, fn(&[u8]));

pub const CHECKS: [NamedCheck; 10] = [
    ("session", session),
    ("parsers", parsers),
    ("prompt", prompt),
    ("ini", ini),
    ("yaml", yaml_nodes),
    ("csv", csv),
    ("script", script),
    ("playbook", playbook_text),
    ("known_hosts", known_hosts),
    ("vault", vault),
];

/// What a device does.
enum Act {
    Sends(Vec<u8>),
    /// Nothing, for so long.
    Waits(Duration),
}

/// Up to 0x7f: so many bytes follow; above: silence, in steps of 5 ms.
fn acts(data: &[u8]) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut rest = data;
    while let [head, tail @ ..] = rest {
        rest = tail;
        if *head >= 0x80 {
            acts.push(Act::Waits(Duration::from_millis(5 * u64::from(head - 0x7f))));
            continue;
        }
        let (bytes, tail) = rest.split_at(usize::from(*head).min(rest.len()));
        rest = tail;
        acts.push(Act::Sends(bytes.to_vec()));
    }
    acts
}

/// What came of a session, as far as it may not depend on the cuts.
#[derive(Debug, PartialEq)]
struct Talk {
    events: Vec<String>,
    written: Vec<u8>,
}

fn talk(acts: &[Act], is_cut: bool) -> Talk {
    let limits = Limits { login: Duration::from_secs(5), vdoms: 50, ..Limits::default() };
    let mut session = Session::new(limits);
    let mut commands = vec![
        (Command::USER_LOCAL, Reach::Vdom("a".to_owned())),
        (Command::FORTITOKEN_INFO, Reach::EveryVdom),
    ];
    let mut now = Duration::ZERO;
    let mut talk = Talk { events: Vec::new(), written: Vec::new() };
    let mut attend = |session: &mut Session, now: Duration| {
        talk.written.extend(session.take_output());
        while let Some(event) = session.next_event() {
            match &event {
                SessionEvent::Ready(_) | SessionEvent::Done => match commands.pop() {
                    Some((command, reach)) => session.submit(&command, reach, now),
                    None => session.leave(now),
                },
                SessionEvent::Answered(_)
                | SessionEvent::NotRun(_)
                | SessionEvent::Left
                | SessionEvent::Failed(_) => {}
            }
            talk.events.push(match event {
                SessionEvent::Failed(failure) => format!("failed at {}", failure.stage),
                event => format!("{event:?}"),
            });
            talk.written.extend(session.take_output());
        }
    };
    for act in acts {
        match act {
            Act::Sends(bytes) => {
                let size = if is_cut { 1 } else { bytes.len().max(1) };
                for piece in bytes.chunks(size) {
                    session.receive(piece, now);
                    attend(&mut session, now);
                }
            }
            Act::Waits(time) => {
                let until = now + *time;
                while let Some(deadline) = session.deadline().filter(|at| *at <= until) {
                    now = now.max(deadline);
                    session.elapse(now);
                    attend(&mut session, now);
                }
                now = until;
            }
        }
    }
    session.hang_up(now);
    attend(&mut session, now);
    talk
}

/// However a stream is cut, the session does the same; and it writes nothing but what it may.
pub fn session(data: &[u8]) {
    let acts = acts(data);
    let whole = talk(&acts, false);
    assert_eq!(whole, talk(&acts, true), "the cuts make a difference");
    let ends = |event: &&String| event.starts_with("failed") || *event == "Left";
    assert_eq!(whole.events.iter().filter(ends).count(), 1, "{:?}", whole.events);
    let written = String::from_utf8(whole.written).expect("only ASCII is sent");
    for line in written.split('\r') {
        // Single keys stand before the line that was typed next.
        assert!(
            (0..line.len().min(64) + 1).any(|keys| {
                line[..keys].bytes().all(|key| b" an".contains(&key)) && may_send(&line[keys..])
            }),
            "{line:?} was sent"
        );
    }
}

fn may_send(line: &str) -> bool {
    let asked = |command: &str| ["diagnose fortitoken info", "show user local"].contains(&command);
    let in_vdom = |rest: &str| {
        rest.split_once(' ')
            .is_some_and(|(name, command)| VdomName::from_listed(name).is_some() && asked(command))
    };
    let by_itself = [
        "",
        "get system status",
        "diagnose sys vd list",
        "get system vdom-property",
        "config global",
        "config vdom",
        "end",
        "exit",
    ];
    by_itself.contains(&line)
        || asked(line)
        || ["diagnose sys vd list | grep name=", "get system vdom-property | grep "].iter().any(
            |ask| line.strip_prefix(ask).is_some_and(|name| VdomName::from_listed(name).is_some()),
        )
        || line.strip_prefix("edit ").is_some_and(|name| VdomName::from_listed(name).is_some())
        || line.strip_prefix("sudo ").is_some_and(in_vdom)
}

/// A parser ends, gives an object with the lines that it did not understand, and none of what it
/// gives steers a terminal.
pub fn parsers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for parser in PARSERS {
        let result = (parser.run)(&text);
        let unparsed = result["unparsed"].as_array().expect(parser.name);
        assert!(unparsed.len() <= text.split('\n').count(), "{}", parser.name);
        assert!(result.get("error").is_none_or(|error| error.is_string()), "{}", parser.name);
    }
}

/// What is read from a prompt is part of it, and a prompt is of the device that it names.
pub fn prompt(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in text.lines() {
        let Some(prompt) = Prompt::parse(line) else { continue };
        assert!(prompt.same_device(&prompt) && line.contains(&prompt.name), "{prompt:?}");
        let role = prompt.role.as_ref().map_or(String::new(), |role| format!("({role})"));
        let context = prompt.context.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        let sign = if prompt.restricted { '$' } else { '#' };
        let again = format!("{}{role}{context} {sign} ", prompt.name);
        assert_eq!(Prompt::parse(&again), Some(prompt), "{line:?} {again:?}");
    }
}

/// Every issue stands in the text that it is about.
fn check_places(issues: &[InputIssue], text: &str) {
    // A carriage return alone ends a line of YAML as well.
    let lines = text.split(['\n', '\r']).count() + 1;
    for issue in issues {
        assert!(!issue.message.is_empty());
        if let Some(place) = &issue.place {
            assert!(place.line >= 1 && place.line as usize <= lines, "{issue}");
            assert!(place.column >= 1 && issue.width >= 1, "{issue}");
        }
    }
}

fn inventory(name: &str, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    source(InventorySource::File(SourceFile::new(name, &*text)), &text);
}

fn source(source: InventorySource, text: &str) {
    let loaded = load(&Sources { inventories: vec![source], ..Sources::default() });
    check_places(&loaded.issues, text);
    let inventory = &loaded.inventory;
    for host in inventory.hosts() {
        let _ = inventory.groups_of(host.as_str());
    }
    if loaded.has_errors() {
        return;
    }
    let hosts: Vec<_> = inventory.hosts().take(20).cloned().collect();
    for (form, export) in [(Form::Json, false), (Form::Yaml, false), (Form::Yaml, true)] {
        list(inventory, &hosts, Style { form, export });
    }
    assert!(hosts.iter().all(|host| explain(inventory, host.as_str(), None).is_ok()));
    assert!(graph(inventory, "all", hosts.len() < 20).is_ok());
}

pub fn ini(data: &[u8]) {
    inventory("hosts", data);
}

pub fn yaml_nodes(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed = yaml::parse(&SourceFile::new("any.yml", &*text));
    check_places(&parsed.issues, &text);
    inventory("hosts.yml", data);
}

pub fn csv(data: &[u8]) {
    inventory("hosts.csv", data);
}

/// The answer of an inventory script, to `--list` and to each `--host`.
pub fn script(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let list = SourceFile::new("inv --list", &*text);
    let hosts = hosts_to_ask_for(&list).into_iter().map(|host| (host, list.clone())).collect();
    source(InventorySource::Script(ScriptAnswers { script: "inv".into(), list, hosts }), &text);
}

pub fn playbook_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let templar = Templar::new(jiff::Timestamp::UNIX_EPOCH);
    let checked = playbook::check(&SourceFile::new("play.yml", &*text), &templar);
    check_places(&checked.issues, &text);
    let has_errors = checked.issues.iter().any(InputIssue::is_error);
    assert_eq!(checked.playbook.is_none(), has_errors);
}

pub fn known_hosts(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut known = KnownHosts::default();
    let issues = known.read(&SourceFile::new("known_hosts", &*text));
    check_places(&issues, &text);
    assert!(known.len() + issues.len() <= text.split('\n').count() * 2);
}

pub fn vault(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Err(VaultError::Malformed { line, column, .. }) = Envelope::parse(&text) {
        let place = text.split('\n').nth(line as usize - 1);
        assert!(line == 2 || place.is_some_and(|line| line.chars().count() >= column as usize - 1));
    }
}
