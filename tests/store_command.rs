//! `tokenfleet store`, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use desk::{Desk, Outcome};
use serde_json::Value as Json;

/// Audits a FortiGate of the lab; its id.
fn audit(desk: &Desk, host: &str) -> String {
    let playbook = "playbooks/fortitoken-audit.yml";
    let outcome = desk.audit(&[playbook, "-i", "inventories/lab", "-l", host]);
    assert_eq!(outcome.code & 1, 0, "{}", outcome.err);
    let runs: Json = serde_json::from_str(&desk.run(&["history", "--format", "json"]).out).unwrap();
    runs[0]["run"].as_str().unwrap().to_owned()
}

/// Both streams and the code, with ids and paths replaced.
fn told(desk: &Desk, outcome: &Outcome, ids: &[&String]) -> (i32, String) {
    let mut text = format!("{}{}", outcome.out, outcome.err);
    for (number, id) in ids.iter().enumerate() {
        text = text.replace(*id, &format!("RUN{}", number + 1));
    }
    text = text.replace(desk.path("").to_str().unwrap(), "");
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d").unwrap();
    (outcome.code, time.replace_all(&text, "TIME").into_owned())
}

#[test]
fn a_run_moves_from_one_store_to_another_as_one_file() {
    let desk = Desk::new();
    let run = audit(&desk, "fgt-mex-01");
    let file = desk.path("run.tokenfleet");
    let file = file.to_str().unwrap();
    let say = |outcome: &Outcome| told(&desk, outcome, &[&run]);
    let exported = desk.run(&["store", "export", "latest", "-o", file]);
    let (code, text) = say(&exported);
    let count = text.split(' ').nth(3).unwrap().to_owned();
    assert_eq!((code, text), (0, format!("run RUN1 with {count} events in run.tokenfleet\n")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let other = desk.path("other.db");
    let store = ["--store", other.to_str().unwrap()];
    let import = || desk.run(&[&["store", "import", file][..], &store].concat());
    assert_eq!(say(&import()), (0, format!("run RUN1 with {count} events is in the store\n")));
    assert_eq!(
        say(&import()),
        (0, "run RUN1 is in the store already: nothing was changed\n".to_owned())
    );
    let folder = desk.path("again");
    let again = ["report", "latest", "-o", folder.to_str().unwrap()];
    assert_eq!(desk.run(&[&again[..], &store].concat()).code & 1, 0);
    for name in ["report.html", "tokens.csv", "findings.csv", "report.json"] {
        let read = fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read, desk.report(name), "{name}");
    }
}

#[test]
fn a_file_that_is_no_whole_run_is_refused() {
    let desk = Desk::new();
    let run = audit(&desk, "fgt-mex-01");
    let path = desk.path("run.tokenfleet");
    desk.run(&["store", "export", &run, "-o", path.to_str().unwrap()]);
    let whole = fs::read(&path).unwrap();
    let import = |bytes: &[u8]| {
        fs::write(desk.path("file"), bytes).unwrap();
        let outcome = desk.run(&["store", "import", desk.path("file").to_str().unwrap()]);
        told(&desk, &outcome, &[&run])
    };
    assert_eq!(
        import(b"hello"),
        (1, "error: `file` is no run that tokenfleet exported\n |\n = help: `tokenfleet store export RUN -o FILE` writes such a file\n\n1 error\n".to_owned())
    );
    let (code, text) = import(&whole[..whole.len() - 9]);
    assert_eq!(code, 1);
    assert!(
        text.starts_with("error: `file` is damaged: it cannot be unpacked to its end ("),
        "{text}"
    );
    assert!(text.ends_with(
        "help: export the run anew, or copy the file again; nothing was imported\n\n1 error\n"
    ));
    // The same id with something else in it.
    let mut text = String::from_utf8(zstd::decode_all(&whole[..]).unwrap()).unwrap();
    text = text.replacen("\"interrupted\":false", "\"interrupted\":true", 1);
    let other = zstd::encode_all(text.as_bytes(), 1).unwrap();
    assert_eq!(
        import(&other),
        (1, "error: the store holds another run `RUN1`\n |\n = help: nothing was imported: name another store\n\n1 error\n".to_owned())
    );
    let newer = text.replacen(
        "\"tokenfleet_run\":1,\"version\":\"0.1.0\"",
        "\"tokenfleet_run\":2,\"version\":\"7.0.0\"",
        1,
    );
    assert_eq!(
        import(&zstd::encode_all(newer.as_bytes(), 1).unwrap()),
        (1, "error: `file` was written by a newer tokenfleet (7.0.0)\n |\n = help: use tokenfleet 7.0.0 or later\n\n1 error\n".to_owned())
    );
}

#[test]
fn old_runs_are_removed_when_nothing_says_to_keep_them() {
    let desk = Desk::new();
    let first = audit(&desk, "fgt-mex-01");
    let second = audit(&desk, "fgt-mex-01");
    let prune = |more: &[&str]| {
        let outcome = desk.run(&[&["store", "prune"][..], more].concat());
        told(&desk, &outcome, &[&first, &second])
    };
    assert_eq!(prune(&["--keep", "90d"]), (0, "0 of 2 runs removed\n".to_owned()));
    let line = "RUN1  TIME UTC  playbooks/fortitoken-audit.yml\n";
    let dry = prune(&["--keep-runs", "1", "--dry-run"]);
    assert_eq!(dry, (0, format!("{line}1 of 2 runs would be removed\n")));
    assert_eq!(prune(&["--keep-runs", "1"]), (0, format!("{line}1 of 2 runs removed\n")));
    assert_eq!(desk.run(&["report", &first]).code, 1);
    assert_eq!(desk.run(&["history"]).out.matches("fortitoken-audit").count(), 1);
    assert_eq!(
        prune(&["--keep", "90x"]),
        (1, "error: `90x` is no age\n |\n = help: write a number with h, d or w for hours, days or weeks: `--keep 90d`\n\n1 error\n".to_owned())
    );
    assert_eq!(desk.run(&["store", "prune"]).code, 1);
}

#[test]
fn a_store_is_checked_event_by_event_and_mended_where_it_can_be() {
    let desk = Desk::new();
    let run = audit(&desk, "fgt-mex-01");
    let check = || told(&desk, &desk.run(&["store", "check"]), &[&run]);
    let (code, text) = check();
    let count = text.split(' ').nth(3).unwrap().to_owned();
    assert_eq!(
        (code, text),
        (0, format!("1 run with {count} events: 0 unreadable, 0 unfinished\n"))
    );
    let database = desk.path(".local/share/tokenfleet/runs.db");
    let sql = |text: &'static str| {
        use sqlx::{ConnectOptions, Executor};
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            options.connect().await.unwrap().execute(text).await.unwrap();
        });
    };
    sql("UPDATE snapshots SET states = x'00'");
    assert_eq!(
        check(),
        (0, format!("1 run with {count} events: 0 unreadable, 0 unfinished; 1 summarised anew\n"))
    );
    sql("UPDATE runs SET finished = NULL; DELETE FROM events WHERE kind = 'run_finished'");
    let (code, text) = check();
    assert_eq!(code, 0);
    assert!(
        text.starts_with(
            "unfinished: run RUN1 of TIME UTC is under way, or its process was killed\n"
        ),
        "{text}"
    );
    assert!(desk.run(&["history"]).out.contains("unfinished"));
    sql(
        "UPDATE events SET body = '{\"event\":\"moon\"}', packed = NULL WHERE kind = 'host_finished'",
    );
    let (code, text) = check();
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("unreadable: event "), "{text}");
}
