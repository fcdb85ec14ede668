//! The store in PostgreSQL: the same as in a file, and it may go away for a while.
//!
//! The long versions are ignored, and run by hand: `cargo test --test postgres -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test, and one that says what it did"
)]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/lab_process.rs"]
mod lab_process;
#[path = "support/office.rs"]
mod office;
#[path = "support/postgres.rs"]
mod postgres;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use authority::certify;
use desk::Desk;
use office::{AUDIT, Office, differing, id_of, kill, loss, started};
use postgres::{PASSWORD, Postgres};
use tokenfleet::model::{RunEvent, RunRecord};

/// An office whose store is in this server.
fn office(postgres: &Postgres, devices: usize, latency: u32) -> Office {
    Office { store: postgres.url(), ..Office::new(devices, latency) }
}

#[test]
fn a_run_is_kept_resumed_and_reported_as_in_a_file() {
    let Some(postgres) = Postgres::start() else { return };
    let office = office(&postgres, 6, 10);
    let undisturbed = office.run(&[]);
    assert_eq!(undisturbed.code & 5, 0, "{}", undisturbed.err);
    let expected = office.report();

    let first = office.start(AUDIT, &["-f", "2"], 2);
    let refused = office.run(&[]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains(" is at 6 of these 6 hosts: "), "{}", refused.err);
    kill(first);
    let resumed = office.run(&["--resume", "latest"]);
    assert_eq!(resumed.code, undisturbed.code, "{}", resumed.err);
    assert_eq!(differing(&office.report(), &expected), None);
    let events = office.events();
    let parts = started(&events);
    assert_eq!(parts.len(), 2);
    assert!(parts[1].len() < 6);

    let again = office.again(&id_of(&events));
    assert_eq!(again.code, undisturbed.code, "{}", again.err);
    assert_eq!(differing(&office.report(), &expected), None);
    // Long answers are packed there too.
    assert_ne!(postgres.sql("SELECT COUNT(*) FROM events WHERE packed IS NOT NULL"), "0");
    for (path, bytes) in office.desk.files() {
        let is_in = bytes.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
        assert!(!is_in, "{}", path.display());
    }
}

/// Both sentences of the refusal to use a store.
fn refusal(url: &str) -> String {
    let desk = Desk::new();
    let outcome = desk.run(&["report", "latest", "--store", url]);
    assert_eq!(outcome.code, 1);
    assert!(!outcome.err.contains(PASSWORD), "{}", outcome.err);
    let lines = outcome.err.lines().filter(|line| line.trim() != "|").take(2);
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_cannot_be_used_is_refused_without_a_word_of_the_password() {
    let Some(mut postgres) = Postgres::start() else { return };
    let (url, shown) = (postgres.url(), postgres.shown());
    assert_eq!(
        refusal(&url),
        format!(
            "error: the store `{shown}` holds no run\n = help: run a playbook first, or name another store"
        )
    );
    postgres.sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'later', TRUE, '', 0); \
         INSERT INTO runs (id, started, version, playbook, inventories, hosts) \
         VALUES ('a', 1, '7.0.0', 'a.yml', '[]', 1)",
    );
    assert_eq!(
        refusal(&url),
        format!(
            "error: the store `{shown}` was written by a newer tokenfleet (7.0.0)\n = help: use \
             tokenfleet 7.0.0 or later, or name another store"
        )
    );
    postgres
        .sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE bookmarks (url TEXT)");
    assert_eq!(
        refusal(&url),
        format!(
            "error: `{shown}` is not a store: it is the database of another program\n = help: name an \
             empty database or schema: nothing in this one was changed"
        )
    );
    assert_eq!(postgres.sql("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"), "1");
    let unreachable = "see that it is up and can be reached from here";
    for (url, wanted) in [
        (
            url.replace("anna:", "anna:wrong-"),
            format!(
                "error: the store `{shown}` lets nobody in: password authentication failed for user \
                 \"anna\"\n = help: check user and password, in its URL, `PGPASSWORD` or ~/.pgpass"
            ),
        ),
        (
            format!("{url}?sslmode=require"),
            format!(
                "error: the store `{shown}` cannot be reached safely: server does not support TLS\n = \
                 help: name the authority that signed for the server with \
                 `?sslmode=verify-full&sslrootcert=FILE`, or do without a check: `?sslmode=prefer`"
            ),
        ),
        (
            format!("postgres://anna:{PASSWORD}@[x/y"),
            "error: the store `postgres://anna@[x/y` is of a kind that this version cannot open\n = \
             help: name a file, or write sqlite://PATH or postgres://USER@HOST/DATABASE"
                .to_owned(),
        ),
    ] {
        assert_eq!(refusal(&url), wanted);
    }
    postgres.take_down();
    assert_eq!(
        refusal(&url),
        format!(
            "error: the store `{shown}` cannot be reached: Connection refused (os error 111)\n = help: \
             {unreachable}"
        )
    );
}

#[test]
fn a_server_is_trusted_when_an_authority_that_is_named_signed_for_its_name() {
    let desk = Desk::new();
    let (ours, strange) = (desk.path("ours"), desk.path("strange"));
    fs::create_dir_all(&ours).unwrap();
    fs::create_dir_all(&strange).unwrap();
    if !certify(&ours, "localhost") || !certify(&strange, "localhost") {
        println!("skipped: openssl is needed for a test of TLS");
        return;
    }
    let Some(postgres) = Postgres::start_with_tls(&ours) else { return };
    let url =
        |host: &str, more: &str| format!("{}?{more}", postgres.url().replace("127.0.0.1", host));
    let root = |folder: &Path| format!("sslrootcert={}", folder.join("ca.pem").display());
    let full = format!("sslmode=verify-full&{}", root(&ours));

    let office = Office { store: url("localhost", &full), ..Office::new(2, 0) };
    let outcome = office.run(&[]);
    assert_eq!(outcome.code & 5, 0, "{}", outcome.err);
    let encrypted = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                     WHERE application_name = 'tokenfleet'";
    let seen = office.with_store(async |_| postgres.sql(encrypted));
    assert_eq!(seen, "t");
    let verified = |more: &str| url("localhost", &format!("sslmode=verify-full&{more}"));
    let other = "sslmode=verify-full&sslrootcert=";
    let authority = "name the authority that signed for the server with \
                     `?sslmode=verify-full&sslrootcert=FILE`, or do without a check: `?sslmode=prefer`";
    let missing = desk.path("none.pem").display().to_string();
    for (host, url, cause, remedy) in [
        (
            "127.0.0.1",
            url("127.0.0.1", &full),
            "invalid peer certificate: certificate not valid for name \"127.0.0.1\"; certificate is only \
             valid for DnsName(\"localhost\")",
            "name the server as its certificate does, or do without a check of names: \
             `?sslmode=verify-ca&sslrootcert=FILE`",
        ),
        (
            "localhost",
            verified(&root(&strange)),
            "invalid peer certificate: UnknownIssuer",
            authority,
        ),
        ("localhost", verified("x=y"), "invalid peer certificate: UnknownIssuer", authority),
        (
            "localhost",
            url("localhost", &format!("{other}{missing}")),
            &format!("`{missing}` cannot be read: No such file or directory (os error 2)"),
            authority,
        ),
    ] {
        let shown = postgres.shown().replace("127.0.0.1", host);
        assert_eq!(
            refusal(&url),
            format!(
                "error: the store `{shown}` cannot be reached safely: {cause}\n = help: {remedy}"
            )
        );
    }
    let shown = postgres.shown().replace("127.0.0.1", "localhost");
    assert_eq!(
        refusal(&url("localhost", "sslmode=verify")),
        format!(
            "error: the store `{shown}` cannot be opened as its URL says: unknown value \"verify\" for \
             `ssl_mode`\n = help: mend what stands behind the `?` of its URL"
        )
    );
    // Who asks for less gets less.
    for less in [format!("sslmode=verify-ca&{}", root(&ours)), "sslmode=require".to_owned()] {
        let outcome = desk.run(&["history", "--store", &url("127.0.0.1", &less)]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
    }
}

#[test]
fn what_is_known_of_runs_is_the_same_as_in_a_file() {
    let Some(postgres) = Postgres::start() else { return };
    let office = office(&postgres, 12, 0);
    let desk = &office.desk;
    let asked = |store: &str, arguments: &[&str]| {
        let mut command = desk.command(arguments);
        let outcome = desk.finish(command.env("TOKENFLEET_STORE", store));
        (outcome.code, outcome.out, outcome.err)
    };
    let of_server = |arguments: &[&str]| asked(&office.store, arguments);
    office.run(&["--baseline", "previous", "--report", "json"]);
    let first = id_of(&office.events());
    office.run(&[
        "-l",
        "!fgt-fra-01",
        "--baseline",
        "previous",
        "--only-changes",
        "--fail-on",
        "info",
    ]);
    let second = id_of(&office.events());
    let changes = desk.json()["changes"].clone();
    assert_eq!((&changes["baseline"], &changes["only"]), (&first.as_str().into(), &true.into()));
    assert_eq!(changes["counts"]["findings_new"], 0);
    office.run(&["--baseline", &first[..16]]);
    assert_eq!(desk.json()["trend"]["runs"].as_array().unwrap().len(), 3);

    // Both runs move into a file.
    let file = desk.path("file.db").to_str().unwrap().to_owned();
    for run in [&first, &second, "latest"] {
        let moved = desk.path("run.tokenfleet").to_str().unwrap().to_owned();
        let (code, _, err) = of_server(&["store", "export", run, "-o", &moved]);
        assert_eq!(code, 0, "{err}");
        let (code, _, err) = asked(&file, &["store", "import", &moved]);
        assert_eq!(code, 0, "{err}");
        let (code, _, err) = of_server(&["store", "import", &moved]);
        assert_eq!(code, 0);
        assert!(err.ends_with(" is in the store already: nothing was changed\n"), "{err}");
    }
    let (_, _, err) = asked(&file, &["history"]);
    assert_eq!(err, "note: 3 runs are summarised for the first time\n");
    let token = desk.json()["tokens"][0]["serial"].as_str().unwrap().to_owned();
    for arguments in [
        &["history"][..],
        &["history", "-n", "2", "--format", "csv"],
        &["history", "--format", "json"],
        &["history", "--host", "fgt-fra-01"],
        &["history", "--token", &token],
        &["diff"],
        &["diff", &first, &second, "--format", "json"],
        &["diff", "previous", "latest", "--format", "markdown", "--exit-code"],
        &["diff", &second, &first],
        &[
            "report",
            "latest",
            "--only-changes",
            "--format",
            "json",
            "-o",
            desk.path("x").to_str().unwrap(),
        ],
        &["store", "check"],
        &["store", "prune", "--keep-runs", "1", "--dry-run"],
    ] {
        let (code, out, err) = of_server(arguments);
        assert!(code & 1 == 0 && !out.is_empty(), "{arguments:?}: {err}");
        assert_eq!((code, out, err), asked(&file, arguments), "{arguments:?}");
    }
    let (code, out, err) = of_server(&["store", "prune", "--keep-runs", "1"]);
    assert_eq!((code, out.lines().last(), err.as_str()), (0, Some("2 of 3 runs removed"), ""));
    assert_eq!(of_server(&["history"]).1.matches("fortitoken-audit").count(), 1);
    for table in ["runs", "parts", "summaries", "snapshots"] {
        assert_eq!(postgres.sql(&format!("SELECT COUNT(*) FROM {table}")), "1", "{table}");
    }
    let (code, _, err) = of_server(&["report", &first]);
    assert_eq!(code, 1);
    assert!(err.contains(&format!("holds no run `{first}`")), "{err}");
    // What cannot be read is told, and what was made of it made anew.
    postgres.sql("UPDATE snapshots SET states = '\\x00'");
    let (code, out, _) = of_server(&["store", "check"]);
    assert!(code == 0 && out.ends_with("0 unreadable, 0 unfinished; 1 summarised anew\n"), "{out}");
    postgres.sql("UPDATE events SET body = '{\"event\":\"moon\"}', packed = NULL WHERE kind = 'host_finished'");
    let (code, out, _) = of_server(&["store", "check"]);
    assert!(code == 1 && out.starts_with("unreadable: event "), "{out}");
}

/// Has trouble with the server in the middle of a run, and holds what comes out against the run that
/// nobody disturbed.
fn disturb(trouble: impl FnOnce(&mut Postgres)) {
    let Some(mut postgres) = Postgres::start() else { return };
    let office = office(&postgres, 12, 60);
    let undisturbed = office.run(&[]);
    let expected = office.report();
    let outcome = office.disturb(&["-f", "3"], 3, || trouble(&mut postgres));
    let told = "; what is found waits for it, for two minutes at most\n";
    assert!(outcome.err.contains(told), "{}", outcome.err);
    assert!(outcome.err.contains("The store is back: nothing was lost.\n"), "{}", outcome.err);
    assert_eq!(outcome.code, undisturbed.code, "{}", outcome.err);
    assert_eq!(differing(&office.report(), &expected), None);
    let events = office.events();
    let record = RunRecord::from_events(events.clone()).unwrap();
    assert!(record.finished.is_some());
    assert_eq!(record.hosts.values().filter(|host| host.outcome.is_some()).count(), 12);
    // The store has what the reports were made of.
    fs::remove_dir_all(office.desk.path("reports")).unwrap();
    office.again(&id_of(&events));
    assert_eq!(differing(&office.report(), &expected), None);
}

fn take_away(seconds: u64) {
    disturb(|postgres| {
        postgres.take_down();
        sleep(Duration::from_secs(seconds));
        postgres.bring_up();
    });
}

#[test]
fn a_server_that_is_away_for_a_while_costs_nothing() {
    take_away(7);
}

#[test]
#[ignore = "takes a minute"]
fn a_server_that_is_away_for_half_a_minute_costs_nothing() {
    take_away(30);
}

#[test]
#[ignore = "takes a minute"]
fn a_server_that_says_nothing_for_half_a_minute_costs_nothing() {
    disturb(|postgres| {
        postgres.stand_still(true);
        sleep(Duration::from_secs(30));
        postgres.stand_still(false);
    });
}

#[test]
#[ignore = "takes three minutes"]
fn a_server_that_does_not_come_back_is_given_up_in_bounded_time() {
    let Some(mut postgres) = Postgres::start() else { return };
    let office = office(&postgres, 12, 60);
    let undisturbed = office.run(&[]);
    let expected = office.report();
    let begun = Instant::now();
    let outcome = office.disturb(&["-f", "3"], 3, || postgres.take_down());
    let took = begun.elapsed().as_secs();
    println!("given up after {took} s\n{}", outcome.err);
    assert!((120..170).contains(&took), "{took} s");
    // The reports of now are whole, but for what earlier runs would add.
    assert_eq!(outcome.code, undisturbed.code | 1, "{}", outcome.err);
    assert_eq!(office.desk.json()["summary"]["hosts"]["total"], 12);
    postgres.bring_up();
    let id = id_of(&office.events());
    let told = loss(&outcome.err, &id);
    let shown = postgres.shown();
    let wanted = format!(
        "error: this run is not whole in the store, which has N of its 12 hosts: the store `{shown}` \
         cannot be reached: no connection came about in time\n = help: see that it is up and can be \
         reached from here; then the same command with `--resume RUN` examines the other N again; the \
         reports of now have all hosts, but are compared with no earlier run"
    );
    assert_eq!(told, wanted);
    let resumed = office.run(&["--resume", &id]);
    assert_eq!(resumed.code, undisturbed.code, "{}", resumed.err);
    assert_eq!(differing(&office.report(), &expected), None);
}

/// How often each host was begun, and how often it came to an outcome that counts.
fn visits(events: &[RunEvent]) -> BTreeMap<String, (usize, usize)> {
    let mut visits: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for event in events {
        match event {
            RunEvent::HostStarted { host, .. } => {
                visits.entry(host.to_string()).or_default().0 += 1
            }
            RunEvent::HostFinished { host, outcome, .. } if outcome.is_final() => {
                visits.entry(host.to_string()).or_default().1 += 1;
            }
            _ => {}
        }
    }
    visits
}

/// Lets eight processes share the hosts, kills three of them, and holds what comes out against the run
/// of one.
fn share(devices: usize) {
    let Some(postgres) = Postgres::start() else { return };
    let office = office(&postgres, devices, 30);
    let undisturbed = office.run(&[]);
    let expected = office.report();
    fs::remove_dir_all(office.desk.path("reports")).unwrap();

    let more = ["--claim", "--run-id", "nightly-7", "-f", "4"];
    let mut runners: Vec<_> = (0..8).map(|_| office.listen(AUDIT, &more, 0)).collect();
    for number in 0..3 {
        sleep(Duration::from_millis(300 + 200 * number));
        kill(runners.remove(0).0);
    }
    let ends = runners
        .into_iter()
        .map(|(mut run, said)| (run.wait().unwrap().code().unwrap(), said.join().unwrap()));
    let (codes, said): (Vec<i32>, Vec<String>) = ends.unzip();
    // The one that ended the run tells of its findings too.
    assert_eq!(
        codes.iter().filter(|code| **code == undisturbed.code).count(),
        1,
        "{codes:?} {said:#?}"
    );
    let is_part = |code: &i32| *code == undisturbed.code || *code & 0b1001 == 0;
    assert!(codes.iter().all(is_part), "{codes:?} {said:#?}");
    assert_eq!(differing(&office.report(), &expected), None);

    let events = office.events();
    assert_eq!(id_of(&events), "nightly-7");
    let visits = visits(&events);
    assert_eq!(visits.len(), devices);
    assert!(visits.values().all(|(_, outcomes)| *outcomes == 1), "{visits:?}");
    let twice = visits.values().filter(|(begun, _)| *begun > 1).count();
    println!("{devices} devices, {twice} begun again after their process was killed");
    assert!(twice <= 3 * 4, "{visits:?}");
    // Who comes too late has nothing to do, and does not begin another run.
    let late = office.run(&["--claim"]);
    assert_eq!(
        (late.code, late.err.as_str()),
        (0, "run nightly-7 is over: nothing is left to examine\n")
    );
}

#[test]
fn processes_share_a_run_and_take_over_from_those_that_die() {
    share(40);
}

#[test]
#[ignore = "takes minutes"]
fn eight_processes_share_two_thousand_devices() {
    share(2000);
}

#[test]
fn a_part_that_is_not_whole_in_the_store_writes_no_report_and_says_how_to_go_on() {
    let Some(postgres) = Postgres::start() else { return };
    let office = office(&postgres, 12, 60);
    let undisturbed = office.run(&[]);
    let expected = office.report();
    fs::remove_dir_all(office.desk.path("reports")).unwrap();
    let more = ["--claim", "--run-id", "nightly-7", "-f", "3"];
    let away = || drop(postgres.sql("ALTER TABLE events RENAME TO away"));
    let outcome = office.disturb(&more, 3, away);
    assert_eq!(outcome.code & 0b1001, 1, "{}", outcome.err);
    let told = "then examine the others again, with the same command and `--run-id nightly-7`\n";
    assert!(outcome.err.contains(told), "{}", outcome.err);
    assert!(!outcome.err.contains("other processes"), "{}", outcome.err);
    assert!(!office.desk.path("reports/report.json").exists());
    postgres.sql("ALTER TABLE away RENAME TO events");
    let again = office.run(&more);
    assert_eq!(again.code, undisturbed.code, "{}", again.err);
    assert_eq!(differing(&office.report(), &expected), None);
    assert!(visits(&office.events()).values().all(|(_, outcomes)| *outcomes == 1));
}

#[test]
fn shards_make_one_run() {
    let Some(postgres) = Postgres::start() else { return };
    // Slow enough that the third is not done before it is killed.
    let office = office(&postgres, 12, 60);
    office.run(&[]);
    let expected = office.report();
    fs::remove_dir_all(office.desk.path("reports")).unwrap();
    // The third is killed, and begun again by whoever looks after it.
    kill(office.start(AUDIT, &["--shard", "3/3", "-f", "1"], 1));
    let first = office.run(&["--shard", "1/3"]);
    let told = "other processes have the rest of run ";
    assert!(first.err.contains(told), "{}", first.err);
    assert!(!office.desk.path("reports/report.json").exists());
    let pods = office
        .desk
        .finish(office.command(AUDIT, &["--shard", "job/3"]).env("JOB_COMPLETION_INDEX", "1"));
    assert!(pods.err.contains("shard 2 of 3 has "), "{}", pods.err);
    let last = office.run(&["--shard", "3/3"]);
    assert!(!last.err.contains(told), "{}", last.err);
    assert_eq!(differing(&office.report(), &expected), None);
    let events = office.events();
    // What the one that was killed had not kept by then is nowhere.
    assert!((3..=4).contains(&started(&events).len()));
    assert!(visits(&events).values().all(|(_, outcomes)| *outcomes == 1));
    // Another night, another run.
    office.run(&["--shard", "1/3"]);
    assert_ne!(id_of(&office.events()), id_of(&events));
    // Runs of another cast are not joined.
    let id = id_of(&events);
    let refused = office.run(&["--shard", "1/3", "--run-id", &id, "-l", "all[0:5]"]);
    let message = format!(
        "error: the run {id} is one of another cast: the limit, the tags or other flags differ\n |\n \
         = help: give all processes of a run the same playbook, inventory and flags, or this one \
         another `--run-id`\n"
    );
    assert!(refused.err.starts_with(&message), "{}", refused.err);
}
