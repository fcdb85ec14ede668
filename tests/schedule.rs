//! `tokenfleet schedule`: what it writes for systemd, cron and Kubernetes, and what it refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use desk::{Desk, Outcome};

/// A folder with all that an audit reads.
fn workplace() -> Desk {
    let desk = Desk::new();
    desk.file("audit.yml", "- hosts: all\n  tasks: [{fortitoken_info: }]\n");
    desk.file("hosts.ini", "fw1\n");
    desk.file("known_hosts", "");
    desk.file("vault-pass", "not-a-secret\n");
    fs::set_permissions(desk.path(""), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(desk.path("vault-pass"), Permissions::from_mode(0o600)).unwrap();
    desk
}

const AUDIT: [&str; 6] = ["run", "audit.yml", "-i", "hosts.ini", "--known-hosts", "known_hosts"];

/// `schedule` in the workplace, with what it says of paths made the same everywhere.
fn schedule(desk: &Desk, flags: &[&str], command: &[&str]) -> Outcome {
    let mut arguments = vec!["schedule"];
    arguments.extend(flags);
    if !command.is_empty() {
        arguments.push("--");
        arguments.extend(command);
    }
    let mut outcome = desk.finish(desk.command(&arguments).current_dir(desk.path("")));
    let folder = fs::canonicalize(desk.path("")).unwrap();
    let program = fs::canonicalize(env!("CARGO_BIN_EXE_tokenfleet")).unwrap();
    for (path, name) in [(program, "PROGRAM"), (folder, "FOLDER")] {
        outcome.out = outcome.out.replace(path.to_str().unwrap(), name);
        outcome.err = outcome.err.replace(path.to_str().unwrap(), name);
    }
    outcome
}

#[test]
fn a_service_reads_its_secrets_as_credentials_and_can_reach_little_else() {
    let desk = workplace();
    let mut command = AUDIT.to_vec();
    command.extend(["--vault-password-file", "vault-pass", "-e", "a=5% of $x \"y\""]);
    let flags = ["install", "nightly", "--at", "15 3 * * mon-fri", "--splay", "30m", "--print"];
    let printed = schedule(&desk, &flags, &command);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    insta::assert_snapshot!(printed.out);
}

#[test]
fn cron_gets_a_line() {
    let desk = workplace();
    let mut command = AUDIT.to_vec();
    command.extend(["--vault-id", "prod@vault-pass", "-l", "it's 5%"]);
    let flags = ["install", "a", "--at", "03:15", "--engine", "cron", "--splay", "1m"];
    let mut flags = flags.to_vec();
    let printed = schedule(&desk, &flags, &command);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    let line = "15 03 * * * cd FOLDER && TOKENFLEET_SPLAY=60s PROGRAM run audit.yml -i hosts.ini \
                --known-hosts known_hosts --vault-id prod@FOLDER/vault-pass -l 'it'\\''s 5\\%'\n";
    assert_eq!(printed.out, line);
    flags.extend(["--time-zone", "Asia/Tokyo"]);
    assert_eq!(schedule(&desk, &flags, &command).out, format!("CRON_TZ=Asia/Tokyo\n{line}"));
}

#[test]
fn kubernetes_gets_a_cron_job() {
    let desk = workplace();
    let mut command = AUDIT.to_vec();
    command.extend(["--private-key", "vault-pass"]);
    let flags =
        ["install", "nightly", "--at", "03:15", "--engine", "kubernetes", "--time-zone", "Etc/UTC"];
    let printed = schedule(&desk, &flags, &command);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    insta::assert_snapshot!(printed.out);
}

#[test]
fn what_would_fail_at_night_is_refused_by_day() {
    let desk = workplace();
    fs::set_permissions(desk.path("hosts.ini"), Permissions::from_mode(0o600)).unwrap();
    let refused = schedule(
        &desk,
        &["install", "nightly", "--at", "03:15", "--print"],
        &["run", "audit.yml", "-i", "hosts.ini", "-k", "-J"],
    );
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert_eq!(
        refused.err,
        "error: `-k` asks, and nobody is there to answer\n |\n = help: name a file: \
         `--vault-password-file FILE`, and keep passwords in the vault\n\nerror: `-J` asks, and \
         nobody is there to answer\n |\n = help: name a file: `--vault-password-file FILE`, and \
         keep passwords in the vault\n\nerror: `hosts.ini` may not be read by the user that exists \
         only while the audit runs\n |\n = help: let everybody read it and enter its folders \
         (secrets in it belong into the vault), or run as a user of this machine: `--as \
         USER`\n\nwarning: a user that exists only while the audit runs knows no host keys\n |\n = \
         help: name the file: `--known-hosts FILE`, unless the inventory does\n\n3 errors, 1 \
         warning\n"
    );
    for (command, cause) in [
        (
            ["run", "audit.yml", "--forks"],
            "the command to schedule cannot be used: a value is required for '--forks <N>' but none was supplied",
        ),
        (["lab", "--devices", "5"], "`lab` is not to be scheduled"),
    ] {
        let refused = schedule(&desk, &["install", "a", "--at", "03:15", "--print"], &command);
        assert_eq!(refused.err.lines().next().unwrap(), format!("error: {cause}"));
        assert_eq!(refused.code, 1);
    }
    let refused = schedule(&desk, &["install", "Nightly", "--at", "25:00"], &AUDIT);
    assert!(
        refused.err.contains("up to 40 lower-case letters, digits and hyphens"),
        "{}",
        refused.err
    );
    let refused = schedule(&desk, &["install", "a", "--at", "25:00"], &AUDIT);
    assert!(refused.err.contains("for '--at <TIME>': `25` is no hour: 0 to 23"), "{}", refused.err);
}

#[test]
fn what_is_installed_is_shown_and_removed() {
    let desk = workplace();
    let folder = desk.path("units");
    let units = folder.to_str().unwrap();
    let none = schedule(&desk, &["show", "--units", units], &[]);
    assert_eq!((none.code, none.err.as_str()), (0, "nothing is scheduled in FOLDER/units\n"));

    let flags =
        ["install", "nightly", "--at", "15 3 1,15 * fri", "--as", "auditor", "--units", units];
    let installed = schedule(&desk, &flags, &AUDIT);
    assert_eq!(
        installed.err,
        "written: FOLDER/units/tokenfleet-nightly.service\nwritten: \
         FOLDER/units/tokenfleet-nightly.timer\n"
    );
    // Once more is no harm.
    assert_eq!(schedule(&desk, &flags, &AUDIT).code, 0);
    let shown = schedule(&desk, &["show", "--units", units], &[]);
    assert_eq!(
        shown.out,
        "nightly: *-*-01,15 03:15:00 and Fri *-*-* 03:15:00\n    PROGRAM run audit.yml -i \
         hosts.ini --known-hosts known_hosts\n"
    );
    let shown = schedule(&desk, &["show", "nightly", "--units", units], &[]);
    assert!(shown.out.contains("User=auditor") && shown.out.contains("Persistent=true"));

    let other = schedule(&desk, &["remove", "weekly", "--units", units], &[]);
    assert_eq!(
        other.err,
        "error: no schedule `weekly` is installed\n |\n = help: installed: nightly\n\n1 error\n"
    );
    assert_eq!(schedule(&desk, &["remove", "nightly", "--units", units], &[]).code, 0);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn units_of_others_stay() {
    let desk = workplace();
    desk.file("units/tokenfleet-mine.timer", "[Timer]\nOnCalendar=daily\n");
    let units = desk.path("units");
    let flags = ["install", "mine", "--at", "@daily", "--units", units.to_str().unwrap()];
    desk.file("units/tokenfleet-mine.service", "[Service]\n");
    let refused = schedule(&desk, &flags, &AUDIT);
    assert_eq!(
        refused.err,
        "error: `FOLDER/units/tokenfleet-mine.service` was not written by tokenfleet\n |\n = help: \
         choose another name for the schedule\n\n1 error\n"
    );
    let removed = schedule(&desk, &["remove", "mine", "--units", units.to_str().unwrap()], &[]);
    assert_eq!(removed.code, 1);
    assert_eq!(fs::read_dir(&units).unwrap().count(), 2);
}

/// systemd's own opinion; without it, it is skipped aloud.
#[test]
fn systemd_takes_the_units_and_finds_little_exposed() {
    if !Path::new("/usr/bin/systemd-analyze").exists() {
        eprintln!("skipped: there is no systemd-analyze here");
        return;
    }
    let desk = workplace();
    let units = desk.path("units");
    let mut command = AUDIT.to_vec();
    command.extend(["--vault-password-file", "vault-pass"]);
    let flags = [
        "install",
        "nightly",
        "--at",
        "*/20 3 1,15 * fri",
        "--time-zone",
        "Europe/Vienna",
        "--units",
        units.to_str().unwrap(),
    ];
    assert_eq!(schedule(&desk, &flags, &command).code, 0);
    let analyze = |arguments: &[&str]| {
        let mut all = Command::new("/usr/bin/systemd-analyze");
        let output = all.args(arguments).current_dir(&units).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    };
    let files = ["./tokenfleet-nightly.service", "./tokenfleet-nightly.timer"];
    let (is_right, said) = analyze(&[&["verify", "--recursive-errors=no"], &files[..]].concat());
    let ours: Vec<_> = said.lines().filter(|line| line.contains("tokenfleet-nightly")).collect();
    assert!(is_right && ours.is_empty(), "{said}");
    // A service that is exposed by 2.0 of 10 or more is refused.
    let (is_safe, said) = analyze(&["security", "--offline=true", "--threshold=20", files[0]]);
    assert!(is_safe, "{said}");
}

#[test]
fn a_run_may_wait_by_chance_but_a_look_does_not() {
    let desk = Desk::new();
    let play = desk.file("a.yml", "- hosts: fgt-fra-01\n  tasks: [{debug: {msg: hello}}]\n");
    let arguments = [play.as_str(), "-i", "inventories/lab", "--store", "none", "--splay", "1s"];
    let ran = desk.audit(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.starts_with("waiting for 0 s of at most 1\n"), "{}", ran.err);
    let looked = desk.audit(&[&arguments[..], &["--list-hosts"]].concat());
    assert!(!looked.err.contains("waiting"), "{}", looked.err);
}
