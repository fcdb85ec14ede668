//! How many hosts go at a time, as the first line of a run says, and with few open files.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic)]
#![cfg(unix)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/lab_process.rs"]
mod lab_process;

use std::process::Command;

use desk::{Desk, Outcome};
use lab_process::LabProcess;

/// Runs a command after `ulimit` with these arguments.
fn limited(desk: &Desk, limit: &str, arguments: &[&str]) -> Outcome {
    let plain = desk.command(&[]);
    let program = plain.get_program().to_owned();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")]).arg(program);
    shell.args(arguments).env_clear().envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))));
    shell.current_dir(env!("CARGO_MANIFEST_DIR"));
    desk.finish(&mut shell)
}

/// A play that asks nobody anything, over so many hosts.
fn quiet(desk: &Desk, hosts: usize) -> (String, String) {
    let play =
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: {msg: here}\n  reports: []\n";
    let hosts: String = (0..hosts).map(|number| format!("fw{number}\n")).collect();
    (desk.file("play.yml", play), desk.file("hosts.ini", &hosts))
}

#[test]
fn a_number_that_nobody_gave_follows_from_the_cores() {
    let desk = Desk::new();
    let (play, hosts) = quiet(&desk, 1_001);
    let first = |flags: &[&str]| {
        let mut arguments = vec!["run", &play, "-i", &hosts, "--store", "none"];
        arguments.extend(flags);
        let ran = desk.run(&arguments);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.err.lines().next().unwrap_or_default().to_owned()
    };
    let cores = std::thread::available_parallelism().unwrap().get();
    let (forks, many) = ((cores * 250).min(1_000), if cores == 1 { "core" } else { "cores" });
    assert_eq!(
        first(&[]),
        format!(
            "1001 hosts, {forks} at a time, for {cores} {many} (`--forks` asks for another number)"
        )
    );
    assert_eq!(first(&["-f", "3"]), "1001 hosts, 3 at a time");
    assert_eq!(first(&["--limit", "fw7"]), "1 hosts, 1 at a time");
}

#[test]
fn a_low_limit_of_open_files_is_raised() {
    let desk = Desk::new();
    let (play, hosts) = quiet(&desk, 30);
    let arguments = ["run", &play, "-i", &hosts, "--store", "none"];
    let ran = limited(&desk, "-Sn 40", &arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.starts_with("30 hosts, 30 at a time\n"), "{}", ran.err);
}

#[test]
fn with_few_open_files_fewer_hosts_go_at_a_time_and_all_are_examined() {
    let lab = LabProcess::uniform(30, 2);
    for (limit, forks) in [("-n 72", 8), ("-n 40", 1)] {
        let desk = Desk::new();
        let (reports, store) = (desk.path("reports"), desk.path("runs.db"));
        let ran = limited(
            &desk,
            limit,
            &[
                "run",
                "playbooks/fortitoken-audit.yml",
                "-i",
                &lab.path("hosts.yml"),
                "--known-hosts",
                &lab.path("known_hosts"),
                "-o",
                reports.to_str().unwrap(),
                "--store",
                store.to_str().unwrap(),
            ],
        );
        let files = &limit[3..];
        let said = format!(
            "note: {forks} hosts at a time instead of 30, since this process may open {files} files; \
             raise the hard limit (`ulimit -Hn`) for more\n30 hosts, {forks} at a time\n"
        );
        assert!(ran.err.starts_with(&said), "{}", ran.err);
        assert_eq!(desk.json()["summary"]["hosts"]["examined"], 30, "{limit}: {}", ran.err);
    }
}
