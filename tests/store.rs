//! What the store is there for: nothing is lost, and nobody is in another's way.
//!
//! The long versions are ignored, and run by hand: `cargo test --test store -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test, and one that says what it did"
)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/lab_process.rs"]
mod lab_process;
#[path = "support/office.rs"]
mod office;

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use office::{AUDIT, Office, differing, id_of, kill, loss, started};
use sqlx::{ConnectOptions, Executor, SqliteConnection};
use tokenfleet::model::{RunEvent, RunRecord};

/// Kills runs at so many moments, now and then the one that goes on with them too, and holds what
/// comes out against the run that nobody disturbed.
fn kill_often(times: usize) {
    let office = Office::new(12, 4);
    let begun = Instant::now();
    let undisturbed = office.run(&[]);
    let whole = begun.elapsed();
    let expected = office.report();
    let chance = || RandomState::new().hash_one(0) % 1000;
    let mut resumed = 0;
    for number in 0..times {
        fs::remove_dir_all(office.desk.path("reports")).unwrap();
        let kills = if number % 3 == 2 { 2 } else { 1 };
        let runs = office.runs();
        let mut has_begun = false;
        let mut moments = Vec::new();
        for _ in 0..kills {
            let moment = whole.mul_f64(chance() as f64 / 1000.0);
            moments.push(moment);
            let more: &[&str] = if has_begun { &["--resume", "latest"] } else { &[] };
            let mut command = office.command(AUDIT, more);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let child = command.spawn().unwrap();
            let before = Instant::now();
            sleep(moment.saturating_sub(before.elapsed()));
            kill(child);
            has_begun = office.runs() > runs;
        }
        let more: &[&str] = if has_begun { &["--resume", "latest"] } else { &[] };
        let outcome = office.run(more);
        assert_eq!(outcome.code, undisturbed.code, "{moments:?}\n{}", outcome.err);
        let found = differing(&office.report(), &expected);
        assert_eq!(found, None, "killed after {moments:?}");
        resumed += usize::from(started(&office.events()).len() > 1);
    }
    println!("{resumed} of {times} runs were resumed to the same report");
    assert!(resumed * 2 > times, "{resumed} of {times}");
}

#[test]
fn a_run_that_was_killed_is_resumed_to_the_same_report() {
    kill_often(6);
}

#[test]
#[ignore = "takes ten minutes"]
fn a_run_that_was_killed_at_any_moment_is_resumed_to_the_same_report() {
    kill_often(200);
}

#[test]
fn only_what_was_not_examined_is_examined_again() {
    let office = Office::new(10, 20);
    kill(office.start(AUDIT, &["-f", "2"], 4));
    let before = RunRecord::from_events(office.events()).unwrap();
    let is_done = |record: &RunRecord| {
        let done = record.hosts.values().filter(|host| host.outcome.is_some());
        done.map(|host| host.entry.host.to_string()).collect::<BTreeSet<_>>()
    };
    let done = is_done(&before);
    assert!(!done.is_empty() && done.len() < 10, "{done:?}");
    let outcome = office.run(&["--resume", &before.header.id[..16]]);
    let left = 10 - done.len();
    let told = format!("resuming run {}: {left} of 10 hosts are left\n", before.header.id);
    assert!(outcome.err.starts_with(&told), "{}", outcome.err);
    let events = office.events();
    let parts = started(&events);
    assert_eq!(parts.len(), 2);
    assert!(parts[1].is_disjoint(&done));
    let record = RunRecord::from_events(events).unwrap();
    assert_eq!(is_done(&record).len(), 10);
    // The outcome of what was examined before is that of then.
    for host in &done {
        assert_eq!(record.hosts[host.as_str()], before.hosts[host.as_str()]);
    }
    assert!(office.run(&["--resume", "latest"]).err.contains(": 0 of 10 hosts are left\n"));
}

#[test]
fn what_has_changed_since_is_pointed_out() {
    let office = Office::new(4, 20);
    let playbook = fs::read_to_string(AUDIT).unwrap();
    let path = office.desk.file("audit.yml", &playbook);
    kill(office.start(&path, &["-f", "1"], 0));
    office.desk.file("audit.yml", &format!("{playbook}\n# changed\n"));
    let more = ["--resume", "latest", "-l", "!fgt-fra-01"];
    let outcome = office.desk.finish(&mut office.command(&path, &more));
    let id = id_of(&office.events());
    let told = "warning: the playbook changed before the run was resumed; the limit, the tags or other \
                flags changed before the run was resumed; 1 hosts of the run were left out when it was \
                resumed\n |\n = help: what was examined before stays as it was found; to have all of \
                one cast, begin a new run, without `--resume`\n\n1 warning\n";
    assert!(outcome.err.starts_with(told), "{}", outcome.err);
    let resuming = format!("resuming run {id}: 3 of 4 hosts are left\n");
    assert!(outcome.err.contains(&resuming), "{}", outcome.err);
    let report = office.desk.json();
    assert_eq!(report["run"]["id"], id.as_str());
    assert_eq!(report["run"]["notes"].as_array().unwrap().len(), 3);
    let left_out = &report["devices"][0];
    assert_eq!(
        (&left_out["host"], &left_out["outcome"]),
        (&"fgt-fra-01".into(), &"not_attempted".into())
    );
}

#[test]
fn hosts_that_go_in_step_are_examined_again_together() {
    let office = Office::new(4, 20);
    let text = "- hosts: all
  serial: 1
  tasks:
    - fortitoken_info:
      register: tokens
    - debug: {msg: \"{{ ansible_play_hosts_all | map('extract', hostvars, 'tokens') | list | length }}\"}
";
    let path = office.desk.file("step.yml", text);
    kill(office.start(&path, &[], 2));
    let outcome = office.desk.finish(&mut office.command(&path, &["--resume", "latest"]));
    assert!(outcome.err.contains(": 4 of 4 hosts are left\n"), "{}", outcome.err);
    assert_eq!(started(&office.events())[1].len(), 4);
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    let office = Office::new(2, 0);
    let refused = |playbook: &str, more: &[&str]| {
        let outcome = office.desk.finish(&mut office.command(playbook, more));
        assert_eq!(outcome.code, 1);
        outcome.err.lines().filter(|line| line.len() > 2).take(2).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        refused(AUDIT, &["--resume", "latest"]),
        "error: the store holds no run of `playbooks/fortitoken-audit.yml` to go on with\n \
         = help: begin one, without `--resume`"
    );
    let own = office.desk.file("own.yml", "- hosts: all\n  tasks:\n    - fortitoken_info:\n");
    office.desk.finish(&mut office.command(&own, &[]));
    let id = id_of(&office.events());
    assert_eq!(
        refused(AUDIT, &["--resume", &id]),
        format!(
            "error: the run `{id}` is one of `{own}`, not of `playbooks/fortitoken-audit.yml`\n \
             = help: name its playbook, or begin a new run, without `--resume`"
        )
    );
    let (playbook, hosts) = (AUDIT, office.lab.path("hosts.yml"));
    let none =
        office.desk.run(&["run", playbook, "-i", &hosts, "--store", "none", "--resume", &id]);
    assert!(
        none.err.starts_with("error: `--store none` holds no run to go on with\n"),
        "{}",
        none.err
    );
}

#[test]
fn two_runs_of_a_playbook_on_the_same_hosts_do_not_overlap() {
    let office = Office::new(6, 60);
    let first = office.start(AUDIT, &["-f", "1", "-l", "all[0:3]"], 0);
    let process = first.id();
    let Some(RunEvent::RunStarted { run }) = office.events().into_iter().next() else { panic!() };
    let since = run.started.strftime("%Y-%m-%d %H:%M:%S UTC");
    for more in [&[][..], &["--resume", "latest"]] {
        let refused = office.run(more);
        assert_eq!(refused.code, 1);
        let message = refused.err.lines().next().unwrap();
        let is_at = if more.is_empty() {
            " of `playbooks/fortitoken-audit.yml` is at 4 of these 6 hosts"
        } else {
            " goes on"
        };
        let (_, holder) = message.split_once(": ").unwrap().1.split_once(": ").unwrap();
        assert!(message.starts_with(&format!("error: the run {}{is_at}: ", run.id)), "{message}");
        assert!(holder.ends_with(&format!(", process {process}, since {since}")), "{message}");
    }
    // Others of the fleet are not in the way, nor is another playbook.
    assert_eq!(office.run(&["-l", "all[4:5]"]).code & 1, 0);
    let own = office.desk.file("own.yml", "- hosts: all[0]\n  tasks:\n    - fortitoken_info:\n");
    assert_eq!(office.desk.finish(&mut office.command(&own, &[])).code & 1, 0);
    kill(first);
    // A dead process holds nothing.
    let after = office.run(&[]);
    assert!(after.err.starts_with("6 hosts, 6 at a time\n"), "{}", after.err);
}

#[test]
fn a_run_waits_for_another_when_it_is_told_to() {
    let office = Office::new(3, 5);
    let mut first = office.start(AUDIT, &["-f", "1"], 0);
    let second = office.run(&["--lock-wait", "2m"]);
    let first = first.wait().unwrap();
    let told = "waiting for its end, for 120 s at most\n3 hosts, 3 at a time\n";
    assert!(second.err.contains(told), "{}", second.err);
    assert_eq!((first.code(), second.code), (Some(second.code), second.code));
}

/// Another program that has the file of the store open.
fn other(office: &Office, act: impl AsyncFnOnce(SqliteConnection)) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&office.store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = options.busy_timeout(Duration::from_secs(60));
        act(options.connect().await.unwrap()).await;
    });
}

/// Locks the store in the middle of a run, for so many seconds, and holds what comes out against the run
/// that nobody disturbed.
fn lock(seconds: u64) {
    let office = Office::new(12, 60);
    let undisturbed = office.run(&[]);
    let expected = office.report();
    let begun = Instant::now();
    let outcome = office.disturb(&["-f", "3"], 3, || {
        other(&office, async |mut other| {
            other.execute("BEGIN EXCLUSIVE").await.unwrap();
            sleep(Duration::from_secs(seconds));
            other.execute("ROLLBACK").await.unwrap();
        });
    });
    println!(
        "locked for {seconds} s, done after {:.1} s\n{}",
        begun.elapsed().as_secs_f64(),
        outcome.err
    );
    assert_eq!(outcome.code, undisturbed.code, "{}", outcome.err);
    // Nobody is told of a lock that is over within ten seconds.
    assert_eq!(outcome.err.contains("is in use by another process; what is found"), seconds > 10);
    assert_eq!(outcome.err.contains("The store is back: nothing was lost.\n"), seconds > 10);
    assert_eq!(differing(&office.report(), &expected), None);
    let events = office.events();
    let record = RunRecord::from_events(events.clone()).unwrap();
    assert_eq!(record.hosts.values().filter(|host| host.outcome.is_some()).count(), 12);
    fs::remove_dir_all(office.desk.path("reports")).unwrap();
    office.again(&id_of(&events));
    assert_eq!(differing(&office.report(), &expected), None);
}

#[test]
fn a_store_that_another_process_locks_for_a_while_has_everything() {
    lock(3);
}

#[test]
#[ignore = "takes a minute"]
fn a_store_that_another_process_locks_for_half_a_minute_has_everything() {
    lock(30);
}

#[test]
fn a_run_that_is_not_whole_in_the_store_says_how_to_go_on() {
    let office = Office::new(12, 60);
    let undisturbed = office.run(&[]);
    let expected = office.report();
    // What does not pass by itself is not waited for.
    let rename = |from: &str, to: &str| {
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        other(&office, async |mut other| {
            other.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
        });
    };
    let notify = office.desk.file("n.yml", "- name: nobody\n  command: [\"false\"]\n");
    let more = ["-f", "3", "--notify", &notify];
    let outcome = office.disturb(&more, 4, || rename("events", "away"));
    assert_eq!(outcome.code, undisturbed.code | 1, "{}", outcome.err);
    let hosts = office.desk.json()["summary"]["hosts"].clone();
    assert_eq!(hosts["total"], 12);
    rename("away", "events");
    let id = id_of(&office.events());
    let wanted = format!(
        "error: this run is not whole in the store, which has N of its 12 hosts: the store `{}` failed: \
         no such table: events\n = help: check the file, its folder and its disk, or name another \
         store; then the same command with `--resume RUN` examines the other N again; the reports of now \
         have all hosts, but are compared with no earlier run",
        office.store
    );
    assert_eq!(loss(&outcome.err, &id), wanted);
    let kept = RunRecord::from_events(office.events()).unwrap();
    let kept = kept.hosts.values().filter(|host| host.outcome.is_some()).count();
    assert!(
        outcome.err.contains(&format!(" which has {kept} of its 12 hosts: ")),
        "{}",
        outcome.err
    );
    let resumed = office.run(&["--resume", &id]);
    assert!(
        resumed.err.contains(&format!(": {} of 12 hosts are left\n", 12 - kept)),
        "{}",
        resumed.err
    );
    assert_eq!(resumed.code, undisturbed.code, "{}", resumed.err);
    assert_eq!(differing(&office.report(), &expected), None);
}
