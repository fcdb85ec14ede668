//! How many instructions fixed pieces of work take, beside what they took: `just bench-check`, or
//! `cargo bench --bench instructions`. It needs valgrind, whose callgrind counts them: unlike
//! seconds they are the same on a busy machine, to a percent or so.
//!
//! The check fails where a piece takes over a tenth more than `benches/instructions.csv` says.
//! `INSTRUCTIONS=write` writes that file anew; say in the commit why.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, clippy::panic)]

#[path = "support/fleet.rs"]
mod fleet;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::sink;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use tokenfleet::findings::{FleetFacts, evaluate};
use tokenfleet::fortios::command::Command as Question;
use tokenfleet::fortios::parse;
use tokenfleet::fortios::session::{Limits, Reach, Session, SessionEvent};
use tokenfleet::inventory::{InventorySource, Sources, load};
use tokenfleet::model::{ReportRequest, ReportSource, SourceFile, Table};
use tokenfleet::report::{Renderer, View, default_templates};
use tokenfleet::ssh::KnownHosts;
use tokenfleet::template::TemplateSet;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.csv");

/// Units in those pieces of work that are about a fleet, and tokens of each.
const DEVICES: usize = 40;
const TOKENS: usize = 50;

/// How much more than before is too much, in percent.
const MOST_PERCENT: i64 = 10;

/// A piece of work: made ready once, then done as often as is asked.
type Work = Box<dyn FnMut()>;

/// Its name, and how it is made ready.
type Named = (&'static str, fn() -> Work);

/// Every piece.
const WORKS: [Named; 13] = [
    ("parse tokens", || parsing(1, |text| drop(black_box(parse::fortitoken_info(text))))),
    ("parse users", || parsing(2, |text| drop(black_box(parse::user_local(text))))),
    ("parse configuration", || parsing(4, |text| drop(black_box(parse::user_fortitoken(text))))),
    ("session", || Box::new(session)),
    ("events as JSON", || {
        let events = fleet::events(1, TOKENS);
        Box::new(move || drop(black_box(serde_json::to_string(&events).unwrap())))
    }),
    ("fold of events", || Box::new(|| drop(black_box(fleet::record(DEVICES, TOKENS))))),
    ("facts", || {
        let record = fleet::record(DEVICES, TOKENS);
        Box::new(move || drop(black_box(FleetFacts::from_record(&record))))
    }),
    ("rules", || {
        let facts = FleetFacts::from_record(&fleet::record(DEVICES, TOKENS));
        Box::new(move || drop(black_box(evaluate(&facts))))
    }),
    ("view", || {
        let record = fleet::record(DEVICES, TOKENS);
        let facts = FleetFacts::from_record(&record);
        let findings = evaluate(&facts);
        Box::new(move || drop(black_box(View::new(&record, &facts, &findings))))
    }),
    ("templates", || rendering(|source| matches!(source, ReportSource::Template(_)))),
    ("tables", || {
        rendering(|source| matches!(source, ReportSource::Csv(Table::Tokens | Table::Users)))
    }),
    ("report.json", || rendering(|source| *source == ReportSource::Json)),
    ("files of others", files_of_others),
];

fn parsing(answer: usize, parse: fn(&str)) -> Work {
    let (_, text) = &fleet::answers(1, TOKENS)[answer];
    let text = text.clone();
    Box::new(move || parse(&text))
}

/// One unit, from its prompt to `exit`, as the machine without I/O goes through it.
fn session() {
    let prompt = "fgt # ";
    let answers = fleet::answers(1, TOKENS);
    let questions = [Question::FORTITOKEN_INFO, Question::USER_LOCAL, Question::USER_FORTITOKEN];
    let mut questions = questions.iter();
    let mut session = Session::new(Limits::default());
    let mut now = Duration::ZERO;
    session.receive(prompt.as_bytes(), now);
    loop {
        while let Some(event) = session.next_event() {
            match event {
                SessionEvent::Ready(_) | SessionEvent::Done => match questions.next() {
                    Some(question) => session.submit(question, Reach::Current, now),
                    None => session.leave(now),
                },
                SessionEvent::Left => return,
                SessionEvent::Failed(failure) => panic!("{failure}"),
                SessionEvent::Answered(_) | SessionEvent::NotRun(_) => {}
            }
        }
        let output = String::from_utf8(session.take_output()).unwrap();
        if let Some(line) = output.strip_suffix('\r') {
            let answer = answers.iter().find(|(command, _)| *command == line);
            let answer = answer.map_or("Unknown action 0\n", |(_, text)| text);
            let said = format!("{line}\n{answer}\n").replace('\n', "\r\n") + prompt;
            for part in said.as_bytes().chunks(1_400) {
                session.receive(part, now);
            }
        }
        now += Duration::from_secs(1);
        session.elapse(now);
    }
}

/// The usual reports of that kind, from the view to their bytes.
fn rendering(is_meant: fn(&ReportSource) -> bool) -> Work {
    let record = fleet::record(DEVICES, TOKENS);
    let facts = FleetFacts::from_record(&record);
    let view = Arc::new(View::new(&record, &facts, &evaluate(&facts)));
    let templates = TemplateSet::new(default_templates(), record.header.started).unwrap();
    Box::new(move || {
        let mut renderer = Renderer::new(&view, &templates);
        for request in ReportRequest::usual().iter().filter(|request| is_meant(&request.source)) {
            for document in renderer.render(request).unwrap() {
                document.content.write_to(&mut sink()).unwrap();
            }
        }
    })
}

/// An inventory and the host keys of a thousand units.
fn files_of_others() -> Work {
    let inventory: String =
        (0..1_000).map(|n| format!("fw{n} ansible_host=192.0.2.1 site=s{}\n", n % 9)).collect();
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMZ3CkKK2fNh2WNNPwZcrD5MxTkOlVDNZbrV1UYq1lYy";
    let keys: String = (0..1_000).map(|n| format!("fw{n} {key}\n")).collect();
    let source = InventorySource::File(SourceFile::new("hosts.ini", inventory));
    let sources = Sources { inventories: vec![source], ..Sources::default() };
    let keys = SourceFile::new("known_hosts", keys);
    Box::new(move || {
        let loaded = load(&sources);
        assert_eq!(loaded.inventory.hosts().len(), 1_000);
        let mut known = KnownHosts::default();
        assert!(known.read(&keys).is_empty() && known.len() == 1_000);
    })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, name, times] = arguments.as_slice()
        && flag == "--work"
    {
        let (_, make) = WORKS.iter().find(|(known, _)| known == name).unwrap();
        let mut work = make();
        (0..times.parse::<u32>().unwrap()).for_each(|_| work());
        return ExitCode::SUCCESS;
    }
    let baseline = read_baseline();
    let mut found = BTreeMap::new();
    let mut is_worse = false;
    println!("{:<20} {:>14} {:>14} {:>8}", "work", "instructions", "before", "change");
    for (name, _) in WORKS {
        // What makes it ready, and the start of the process, is in both.
        let counted = (instructions(name, 6) - instructions(name, 1)) / 5;
        let before = baseline.get(name).copied();
        let percent = before.map(|before| (counted - before) * 100 / before.max(1));
        let told = |number: Option<i64>| number.map_or("-".to_owned(), |n| n.to_string());
        println!("{name:<20} {counted:>14} {:>14} {:>7}%", told(before), told(percent));
        is_worse |= percent.is_some_and(|percent| percent > MOST_PERCENT);
        found.insert(name, counted);
    }
    if env::var("INSTRUCTIONS").is_ok_and(|wish| wish == "write") {
        let lines = found.iter().map(|(name, counted)| format!("{name},{counted}\n"));
        fs::write(BASELINE, lines.collect::<String>()).unwrap();
        return ExitCode::SUCCESS;
    }
    if is_worse {
        println!("a piece of work takes over {MOST_PERCENT} % more than before");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn read_baseline() -> BTreeMap<String, i64> {
    let text = fs::read_to_string(BASELINE).unwrap_or_default();
    let row = |line: &str| {
        let (name, counted) = line.rsplit_once(',')?;
        Some((name.to_owned(), counted.parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

/// Those of a process that does a piece of work so many times.
fn instructions(name: &str, times: u32) -> i64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args(["--work", name, &times.to_string()])
        .output()
        .unwrap_or_else(|error| panic!("valgrind is needed to count instructions: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let counted = said.lines().find_map(|line| line.split_once("Collected : ")?.1.parse().ok());
    counted.unwrap_or_else(|| panic!("{name}: {said}"))
}
