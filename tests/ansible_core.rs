//! Held against the real thing: ansible-core 2.19 from PyPI, in a virtual environment of its own.
//!
//! Without Python or without PyPI the tests say that they were skipped. `TOKENFLEET_ANSIBLE=full`
//! compares with 600 inventories and playbooks instead of 40, `TOKENFLEET_ANSIBLE=600:1000` with those of the
//! seeds 600 to 999, and `TOKENFLEET_ANSIBLE=7,600:1000` with that of seed 7 too.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

#[path = "support/ansible_core.rs"]
mod ansible_core;
#[path = "support/chance.rs"]
mod chance;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/inventory_generator.rs"]
mod inventory_generator;
#[path = "support/odd_inventories.rs"]
mod odd_inventories;
#[path = "support/playbook_cases.rs"]
mod playbook_cases;
#[path = "support/playbook_generator.rs"]
mod playbook_generator;
#[path = "support/playbook_stream.rs"]
mod playbook_stream;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ansible_core::{Answer, Call, Played, answers, played, python};
use desk::Desk;
use inventory_generator::{PATTERN_HOSTS, generate, pattern};

/// The forms of a listing that are compared.
const FORMS: [&[&str]; 5] = [
    &["--list"],
    &["--list", "--yaml"],
    &["--list", "--export"],
    &["--graph"],
    &["--graph", "--vars"],
];

/// The seeds whose inventories and playbooks are compared.
fn seeds() -> Vec<u64> {
    let named = std::env::var("TOKENFLEET_ANSIBLE");
    let ranges = match named.as_deref() {
        Ok("full") => "0:600",
        Ok(ranges) => ranges,
        Err(_) => "0:40",
    };
    let seeds = ranges.split(',').flat_map(|range| match range.split_once(':') {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => range.parse().unwrap()..range.parse::<u64>().unwrap() + 1,
    });
    seeds.collect()
}

/// What we say to a call that ansible-inventory answered.
fn ours(desk: &Desk, call: &Call) -> Answer {
    let mut arguments = vec!["inventory"];
    arguments.extend(call.arguments.iter().map(String::as_str));
    let outcome = desk.finish(desk.command(&arguments).current_dir(&call.folder));
    match outcome.code {
        0 => Answer::Out(outcome.out),
        _ => Answer::Error(outcome.err),
    }
}

/// The first line in which two texts differ.
fn difference(ours: &str, theirs: &str) -> String {
    let mut lines = ours.lines().zip(theirs.lines()).enumerate();
    match lines.find(|(_, (a, b))| a != b) {
        Some((at, (a, b))) => format!("line {}:\n  ours   {a}\n  theirs {b}", at + 1),
        None => format!("{} lines against {}", ours.lines().count(), theirs.lines().count()),
    }
}

/// Asks both, and tells every difference. Most of the inventories are to be such.
fn compare(python: &Path, calls: &[Call]) {
    let compared = ask(python, calls);
    assert!(compared * 10 >= calls.len() * 7, "only {compared} of {} are inventories", calls.len());
}

/// Asks both, tells every difference, and gives how many calls neither refused.
fn ask(python: &Path, calls: &[Call]) -> usize {
    let desk = Desk::new();
    let (mut told, mut compared) = (Vec::new(), 0);
    for (call, theirs) in calls.iter().zip(answers(python, calls)) {
        let what = format!("{} {:?}", call.folder.display(), call.arguments);
        match (ours(&desk, call), theirs) {
            (Answer::Out(ours), Answer::Out(theirs)) => {
                compared += 1;
                if ours.trim_end() != theirs.trim_end() {
                    told.push(format!("{what}: {}", difference(&ours, &theirs)));
                }
            }
            (Answer::Error(_), Answer::Error(_)) => {}
            // Ansible reads the variables of a group only when it wants them.
            (Answer::Error(error), Answer::Out(_)) if error.contains("_vars/") => {}
            (Answer::Error(error), Answer::Out(_)) => {
                told.push(format!("{what}: only we refuse it: {error}"));
            }
            // A graph needs no plaintext, and gets none here.
            (Answer::Out(_), Answer::Error(error)) if error.contains("no vault secrets") => {}
            (Answer::Out(_), Answer::Error(error)) => {
                told.push(format!("{what}: only Ansible refuses it: {error}"));
            }
        }
    }
    assert!(told.is_empty(), "{} of {} differ\n{}", told.len(), calls.len(), told.join("\n"));
    compared
}

/// One call for each form, and two for a host.
fn calls(folder: &Path, sources: &[String], host: Option<&str>) -> Vec<Call> {
    let named: Vec<String> = sources.iter().flat_map(|s| ["-i".to_owned(), s.clone()]).collect();
    let call = |form: &[&str]| Call {
        folder: folder.to_owned(),
        arguments: named.iter().cloned().chain(form.iter().map(|f| (*f).to_owned())).collect(),
    };
    let host = host.into_iter();
    let of_host =
        host.flat_map(|host| [call(&["--host", host]), call(&["--host", host, "--yaml"])]);
    FORMS.into_iter().map(call).chain(of_host).collect()
}

#[test]
fn inventories_by_chance_are_listed_as_ansible_lists_them() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for seed in seeds() {
        let generated = generate(seed);
        let home = folder.path().join(seed.to_string());
        for (path, text) in &generated.files {
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            if path.extension().is_some_and(|ending| ending == "sh") {
                fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        all.extend(calls(&home, &generated.sources, generated.host.as_deref()));
    }
    if std::env::var_os("TOKENFLEET_KEEP").is_some() {
        let _ = folder.keep();
    }
    compare(&python, &all);
}

/// A folder with one inventory, and a call that lists it with these flags.
fn listing(folder: &Path, flags: &[&str]) -> Call {
    let arguments = ["-i", "hosts", "--list"].iter().chain(flags);
    Call {
        folder: folder.to_owned(),
        arguments: arguments.map(|argument| (*argument).to_owned()).collect(),
    }
}

#[test]
fn patterns_by_chance_mean_the_hosts_that_ansible_means() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hosts"), PATTERN_HOSTS).unwrap();
    let limits = seeds().into_iter().map(|seed| format!("--limit={}", pattern(seed)));
    let calls: Vec<Call> = limits.map(|limit| listing(folder.path(), &[&limit])).collect();
    compare(&python, &calls);
}

#[test]
fn extra_variables_are_read_as_ansible_reads_them() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hosts"), "fw1\nfw2 a=1\n").unwrap();
    fs::write(folder.path().join("vars.yml"), "a: 0644\nb: [yes, 1:30]\n").unwrap();
    let calls: Vec<Call> = [
        "a=1",
        "a=p#ss b=2",
        "a='x y' b=\"z\"",
        "a={{ 1 + 2 }} b=3",
        "a=it\\'s",
        "a=x\\ny",
        "a=",
        "a==b",
        "{a: 1, b: yes}",
        "{\"a\": 1e3}",
        "{a: }",
        "@vars.yml",
        "a='b'c",
        "a=b'c d'e",
        "a=\\x41\\u00e9",
        "a=C:\\temp",
        "a=\"x\\\"y\"",
        "a='x\ny' b=3",
        "a={# c d #}",
        "a=\"[1, 2]\"",
    ]
    .iter()
    .map(|extra| listing(folder.path(), &["-e", extra, "-e", "last=1"]))
    .collect();
    compare(&python, &calls);
}

#[test]
fn odd_inventories_are_listed_or_refused_as_ansible_does() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut calls = Vec::new();
    for (ending, texts) in [("ini", odd_inventories::INI), ("yml", odd_inventories::YAML)] {
        for (number, text) in texts.iter().enumerate() {
            let ending = if text.starts_with("{\"") { "json" } else { ending };
            let name = format!("{number}.{ending}");
            fs::write(folder.path().join(&name), text).unwrap();
            let arguments = ["-i", &name, "--list"].map(str::to_owned).into();
            calls.push(Call { folder: folder.path().to_owned(), arguments });
        }
    }
    ask(&python, &calls);
}

#[test]
fn shipped_inventories_are_listed_as_ansible_lists_them() {
    let Some(python) = python() else { return };
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut all = calls(&root.join("inventories"), &["example".to_owned()], Some("fgt-lon-core"));
    for case in fs::read_dir(root.join("tests/fixtures/inventory")).unwrap() {
        let folder = case.unwrap().path();
        let sources: Vec<String> =
            ["inventory", "hosts.ini", "hosts.yml", "hosts.yaml", "hosts.json"]
                .into_iter()
                .filter(|name| folder.join(name).exists())
                .map(str::to_owned)
                .collect();
        if sources.is_empty() {
            continue;
        }
        let mut calls = calls(&folder, &sources, None);
        if folder.ends_with("types-yaml") {
            // Its keys are of many types, by which Python sorts, or refuses to.
            calls.retain(|call| !call.arguments.iter().any(|a| a == "--yaml" || a == "--vars"));
        }
        all.extend(calls);
    }
    compare(&python, &all);
}

/// Writes the files of a playbook, and gives the call that plays it.
fn playing(folder: &Path, files: &[(&str, &str)], play: &str, flags: &[&str]) -> Call {
    for (path, text) in files.iter().copied().chain([("play.yml", play)]) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let arguments = ["-i", "hosts", "play.yml"].iter().chain(flags);
    Call {
        folder: folder.to_owned(),
        arguments: arguments.map(|argument| (*argument).to_owned()).collect(),
    }
}

/// Has each playbook played by both, and tells every difference.
fn play_all(python: &Path, calls: &[Call]) {
    let desk = Desk::new();
    let reports = desk.path("reports");
    let mut told = Vec::new();
    for (call, theirs) in calls.iter().zip(played(python, calls)) {
        let mut arguments = vec!["run"];
        arguments.extend(call.arguments.iter().map(String::as_str));
        arguments.extend(["--format", "ansible", "-o", reports.to_str().unwrap()]);
        let ours = desk.finish(desk.command(&arguments).current_dir(&call.folder));
        let ours = Played { out: ours.out, error: ours.err, code: ours.code };
        if std::env::var_os("TOKENFLEET_KEEP").is_some() {
            for (name, said) in [("ours", &ours), ("theirs", &theirs)] {
                let text =
                    format!("{}\n{}\n{}", playbook_stream::settled(said), said.code, said.error);
                fs::write(call.folder.join(name), text).unwrap();
            }
        }
        let (a, b) = (playbook_stream::settled(&ours), playbook_stream::settled(&theirs));
        if ours.code != theirs.code || a != b {
            let at = call.folder.display();
            told.push(format!("{at}: {} and {}, {}", ours.code, theirs.code, difference(&a, &b)));
        }
    }
    assert!(told.is_empty(), "{} of {} differ\n{}", told.len(), calls.len(), told.join("\n"));
}

/// The files that every playbook has beside it.
fn beside() -> Vec<(&'static str, &'static str)> {
    let other = [("other.yml", playbook_cases::OTHER)];
    playbook_cases::FILES.into_iter().chain(other).collect()
}

#[test]
fn playbooks_do_what_they_do_in_ansible() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let cases = playbook_cases::CASES.iter().enumerate().map(|(number, case)| {
        playing(&folder.path().join(format!("{number:02}")), &beside(), case.play, case.flags)
    });
    let calls: Vec<Call> = cases.collect();
    if std::env::var_os("TOKENFLEET_KEEP").is_some() {
        let _ = folder.keep();
    }
    play_all(&python, &calls);
}

#[test]
fn playbooks_by_chance_do_what_they_do_in_ansible() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let calls: Vec<Call> = seeds()
        .into_iter()
        .map(|seed| {
            let play = playbook_generator::playbook(seed);
            playing(&folder.path().join(seed.to_string()), &beside(), &play, &[])
        })
        .collect();
    if std::env::var_os("TOKENFLEET_KEEP").is_some() {
        let _ = folder.keep();
    }
    play_all(&python, &calls);
}
