//! `tokenfleet run` over the lab, through the binary: the whole way from inventory to reports.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use desk::Desk;
use serde_json::Value as Json;
use tokenfleet::findings::RULES;
use tokenfleet::lab::{Expected, Fault, Fleet, Hosting, Serving, inventory_text, known_hosts_text};

const AUDIT: &str = "playbooks/fortitoken-audit.yml";
const LAB: [&str; 3] = [AUDIT, "-i", "inventories/lab"];

fn lab() -> Fleet {
    Fleet::new(Fleet::CHARACTERS, Fleet::SEED)
}

fn text<'j>(json: &'j Json, field: &str) -> &'j str {
    json[field].as_str().unwrap_or_default()
}

/// Everything about a token that a row of a report shows.
type Row = (String, String, String, String, i64, String);

fn held(fleet: &Fleet, is_examined: impl Fn(&str) -> bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for device in fleet.devices().iter().filter(|device| is_examined(&device.name)) {
        for vdom in device.readable_vdoms() {
            for token in &vdom.tokens {
                rows.push((
                    device.name.clone(),
                    if device.has_vdoms() { vdom.name.clone() } else { String::new() },
                    device.serial.clone(),
                    token.serial.clone(),
                    token.drift,
                    token.status.to_owned(),
                ));
            }
        }
    }
    rows
}

/// Holds outcomes and findings against what the fleet itself says must come out.
fn compare(report: &Json, expected: &Expected) {
    let outcomes: Vec<(String, String)> = report["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| (text(device, "host").to_owned(), text(device, "outcome").to_owned()))
        .collect();
    let told: Vec<_> =
        expected.outcomes.iter().map(|(h, o)| (h.clone(), (*o).to_owned())).collect();
    assert_eq!(outcomes, told);

    let mut findings: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            (
                text(finding, "host").to_owned(),
                finding["vdom"].as_str().map(str::to_owned),
                finding["token"].as_str().map(str::to_owned),
                text(finding, "rule").to_owned(),
                text(finding, "action").to_owned(),
            )
        })
        .collect();
    findings.sort();
    let wanted: Vec<_> = expected
        .findings
        .iter()
        .map(|f| {
            (
                f.host.clone(),
                f.vdom.clone(),
                f.token.clone(),
                f.rule.to_owned(),
                f.action.as_str().to_owned(),
            )
        })
        .collect();
    assert_eq!(findings, wanted);
}

#[test]
fn the_lab_is_audited_right_in_every_row() {
    let desk = Desk::new();
    let outcome = desk.audit(&LAB);
    assert_eq!(outcome.code, 2 | 4 | 8, "{}", outcome.err);
    let fleet = lab();
    let expected = fleet.expected();
    let report = desk.json();

    compare(&report, &expected);

    let examined: BTreeSet<&str> = expected
        .outcomes
        .iter()
        .filter(|(_, o)| *o == "examined")
        .map(|(h, _)| h.as_str())
        .collect();
    let rows: Vec<Row> = report["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|token| examined.contains(text(token, "host")))
        .map(|token| {
            (
                text(token, "host").to_owned(),
                text(token, "vdom").to_owned(),
                text(token, "device_serial").to_owned(),
                text(token, "serial").to_owned(),
                token["drift"].as_i64().unwrap(),
                text(token, "status").to_owned(),
            )
        })
        .collect();
    assert_eq!(rows, held(&fleet, |name| examined.contains(name)));
}

/// That an audit says all this and nothing else is held by
/// `the_lab_is_audited_right_in_every_row` and `a_fleet_that_is_cut_off_has_one_critical_finding`.
#[test]
fn the_lab_shows_each_rule_firing_and_staying_silent() {
    let (whole, cut_off) = (lab().expected(), Fleet::new(8, Fleet::SEED).cut_off().expected());
    for rule in RULES {
        let hosts = |expected: &Expected| -> BTreeSet<String> {
            let found = expected.findings.iter().filter(|finding| finding.rule == rule.id);
            found.map(|finding| finding.host.clone()).collect()
        };
        let found = hosts(&whole);
        assert!(!found.is_empty() || !hosts(&cut_off).is_empty(), "{} never fires", rule.id);
        let examined = whole.outcomes.iter().filter(|(_, outcome)| *outcome == "examined");
        let silent = examined.filter(|(host, _)| !found.contains(host)).count();
        assert!(silent > 0, "{} always fires", rule.id);
    }
}

#[test]
fn each_token_has_its_owner() {
    let desk = Desk::new();
    desk.audit(&[AUDIT, "-i", "inventories/lab", "-l", "fgt-sea-01,fgt-del-01,fgt-vie-01"]);
    let fleet = lab();
    let mut wanted = BTreeMap::new();
    for name in ["fgt-sea-01", "fgt-del-01", "fgt-vie-01"] {
        let device = fleet.device(name).unwrap();
        for vdom in device.readable_vdoms() {
            for user in &vdom.users {
                if let Some(token) = &user.token {
                    wanted
                        .entry((name, token.clone()))
                        .or_insert_with(Vec::new)
                        .push(user.name.clone());
                }
            }
        }
        for administrator in &device.administrators {
            if let Some(token) = &administrator.token {
                wanted
                    .entry((name, token.clone()))
                    .or_insert_with(Vec::new)
                    .push(administrator.name.clone());
            }
        }
    }
    assert!(wanted.len() > 5);
    let report = desk.json();
    for token in report["tokens"].as_array().unwrap() {
        let key = (text(token, "host"), text(token, "serial").to_owned());
        let owner = token["owner"].as_str().unwrap_or_default();
        match wanted.get(&key) {
            Some(names) => {
                assert!(names.iter().all(|name| owner.contains(name.as_str())), "{token}")
            }
            None => assert_eq!(owner, "", "{token}"),
        }
    }
}

#[test]
fn the_summary_fits_a_screen_and_says_where_the_reports_are() {
    let desk = Desk::new();
    let outcome = desk.audit(&LAB);
    assert!(outcome.out.lines().count() <= 24, "{}", outcome.out);
    assert!(outcome.out.lines().all(|line| line.chars().count() <= 80), "{}", outcome.out);
    assert!(outcome.out.contains("66"), "{}", outcome.out);
    let last = outcome.err.lines().last().unwrap();
    assert!(last.starts_with("Reports in ") && last.contains("report.html"), "{last}");
}

#[test]
fn what_devices_send_harms_no_reader() {
    let desk = Desk::new();
    let outcome = desk.audit(&[AUDIT, "-i", "inventories/lab", "-l", "fgt-sin-02", "-vv"]);
    let mut texts = vec![("stdout".to_owned(), outcome.out), ("stderr".to_owned(), outcome.err)];
    for (path, bytes) in desk.files() {
        if path.starts_with(desk.path("reports")) {
            let name = path.to_string_lossy().into_owned();
            if !name.ends_with(".xlsx") {
                texts.push((name, String::from_utf8(bytes).unwrap()));
            }
        }
    }
    assert!(texts.len() > 6);
    for (name, text) in &texts {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{name} has control characters");
    }
    let page = desk.report("report.html");
    for tag in ["<script>alert", "<img src=x", "<b>owned"] {
        assert!(!page.contains(tag), "{tag} is in the page");
    }
    for table in ["tokens.csv", "findings.csv", "devices.csv", "users.csv", "summary.csv"] {
        let mut reader =
            csv::Reader::from_reader(fs::File::open(desk.path("reports").join(table)).unwrap());
        for cell in reader
            .records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            let is_number = cell.parse::<f64>().is_ok();
            assert!(
                is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{table}: {cell}"
            );
        }
    }
}

#[test]
fn no_secret_is_in_any_output() {
    let desk = Desk::new();
    let outcome = desk.audit(&[AUDIT, "-i", "inventories/lab", "-vv"]);
    let mut secrets = lab().secrets();
    secrets.push(Hosting::PASSWORD.to_owned());
    secrets.push(Hosting::WRONG_PASSWORD.to_owned());
    assert!(secrets.len() > 50);
    let mut files = desk.files();
    assert!(files.iter().any(|(path, _)| path.ends_with("runs.db")), "the store is not here");
    // What is pressed is looked into.
    let workbook = files.iter().find(|(path, _)| path.ends_with("report.xlsx"));
    files.push(("report.xlsx, opened".into(), cells(&workbook.unwrap().1).into_bytes()));
    files.push(("stdout".into(), outcome.out.into_bytes()));
    files.push(("stderr".into(), outcome.err.into_bytes()));
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(&bytes);
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{} holds a secret", path.display());
        }
    }
}

/// Every cell of a workbook.
fn cells(bytes: &[u8]) -> String {
    use calamine::Reader;
    let bytes = std::io::Cursor::new(bytes.to_vec());
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
    let sheets = book.worksheets();
    let rows = sheets.iter().flat_map(|(_, sheet)| sheet.rows().collect::<Vec<_>>());
    let text: String = rows.flatten().map(|cell| format!("{cell}\n")).collect();
    assert!(text.contains("FTKMOB"), "the tokens are not in the workbook");
    text
}

#[test]
fn an_old_run_gives_the_same_reports() {
    let desk = Desk::new();
    let first = desk.audit(&LAB);
    let read = |folder: &str| -> BTreeMap<String, Vec<u8>> {
        let root = desk.path(folder);
        let files = desk.files().into_iter();
        files
            .filter_map(|(path, bytes)| {
                let path = path.strip_prefix(&root).ok()?.to_string_lossy().into_owned();
                Some((path, bytes))
            })
            .collect()
    };
    let again = desk.path("again");
    let second = desk.run(&["report", "latest", "-o", again.to_str().unwrap()]);
    assert_eq!((second.code, &second.out), (first.code, &first.out));
    assert!(read("reports").len() > 8);
    assert_eq!(read("reports"), read("again"));
}

#[test]
fn tables_are_written_as_their_reader_wants_them() {
    let desk = Desk::new();
    let limit = ["-l", "fgt-sin-02,fgt-sea-01"];
    desk.audit(&[LAB.as_slice(), &limit].concat());
    let rows = |folder: &str, table: &str, delimiter: u8| -> Vec<Vec<String>> {
        let bytes = fs::read(desk.path(folder).join(table)).unwrap();
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder.has_headers(false).delimiter(delimiter).from_reader(bytes);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    for (name, delimiter) in [(",", b','), (";", b';'), ("tab", b'\t')] {
        let folder = format!("as {name}");
        let output = desk.path(&folder);
        let output = output.to_str().unwrap();
        desk.run(&["report", "latest", "--csv-delimiter", name, "--csv-bom", "-o", output]);
        for table in ["tokens.csv", "findings.csv", "devices.csv", "users.csv", "summary.csv"] {
            let bytes = fs::read(desk.path(&folder).join(table)).unwrap();
            assert!(bytes.starts_with("\u{feff}".as_bytes()), "{table}");
            let (usual, other) = (rows("reports", table, b','), rows(&folder, table, delimiter));
            assert_eq!(usual.len(), other.len(), "{table}");
            // What guards a text against being a formula depends on the delimiter.
            let bare = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
                rows.iter().map(|row| row.iter().map(|c| c.replace('\'', "")).collect()).collect()
            };
            assert_eq!(bare(&usual), bare(&other), "{table}");
        }
    }
    let refused = desk.run(&["report", "latest", "--csv-delimiter", "|"]);
    assert!(refused.err.contains("[possible values: ,, ;, tab]"), "{}", refused.err);
}

#[test]
fn json_on_standard_output_is_the_report() {
    let desk = Desk::new();
    let arguments = [AUDIT, "-i", "inventories/lab", "-l", "fgt-lon-01", "--format", "json"];
    let outcome = desk.audit(&arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let printed: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(printed, desk.json());
    assert_eq!(printed["devices"].as_array().unwrap().len(), 1);
}

#[test]
fn the_exit_code_tells_the_causes_apart() {
    let desk = Desk::new();
    for (limit, fail_on, code) in [
        ("fgt-lon-01", "info", 0),
        ("fgt-mnl-01", "error", 2),
        ("fgt-bkk-01", "error", 4),
        ("fgt-vie-01", "error", 8),
        ("fgt-vie-01", "critical", 0),
        ("fgt-bkk-01,fgt-mnl-01", "error", 6),
    ] {
        let outcome =
            desk.audit(&[AUDIT, "-i", "inventories/lab", "-l", limit, "--fail-on", fail_on]);
        assert_eq!(outcome.code, code, "{limit} {fail_on}: {}", outcome.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_plan_reaches_a_device() {
    let fleet = Fleet::new(300, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let desk = Desk::new();
    let hosts = desk.file("hosts.yml", &inventory_text(&serving));
    desk.file(
        "group_vars/all.yml",
        "ansible_timeout: 5\nansible_command_timeout: 5\nfortitoken_drift_limit: 3\n",
    );
    let known = desk.file("known_hosts", &known_hosts_text(&serving));
    let outcome =
        tokio::task::block_in_place(|| desk.audit(&[AUDIT, "-i", &hosts, "--known-hosts", &known]));
    assert_eq!(outcome.code, 14, "{}", outcome.err);
    assert_eq!(serving.harm(), []);
    compare(&desk.json(), &fleet.expected());
    let plan = [
        "get system status",
        "diagnose sys vd list",
        "get system vdom-property",
        "diagnose fortitoken info",
        "get system ha status",
        "show user local",
        "show user fortitoken",
        "show system admin",
        "config global",
        "config vdom",
        "end",
        "exit",
        "",
    ];
    for device in fleet.devices() {
        let journal = serving.journal(&device.name).unwrap();
        let listed: BTreeSet<String> = device
            .vdoms
            .iter()
            .flat_map(|vdom| {
                let confirm = format!("diagnose sys vd list | grep name={}", vdom.name);
                let or = format!("get system vdom-property | grep {}", vdom.name);
                let edit = format!("edit {}", vdom.name);
                let asked = ["diagnose fortitoken info", "show user local", "show user fortitoken"];
                asked
                    .map(|command| format!("sudo {} {command}", vdom.name))
                    .into_iter()
                    .chain([confirm, or, edit])
            })
            .collect();
        for line in &journal.lines {
            assert!(
                plan.contains(&line.as_str()) || listed.contains(line),
                "{} was sent `{line}`",
                device.name
            );
        }
        assert!(journal.refused <= 1, "{} refused {} logins", device.name, journal.refused);
        assert!(journal.shells <= 1, "{} had {} sessions", device.name, journal.shells);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_is_cut_off_has_one_critical_finding() {
    let fleet = Fleet::new(8, Fleet::SEED).cut_off();
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let desk = Desk::new();
    let hosts = desk.file("hosts.yml", &inventory_text(&serving));
    desk.file("group_vars/all.yml", "fortitoken_drift_limit: 3\n");
    let known = desk.file("known_hosts", &known_hosts_text(&serving));
    let outcome =
        tokio::task::block_in_place(|| desk.audit(&[AUDIT, "-i", &hosts, "--known-hosts", &known]));
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let report = desk.json();
    compare(&report, &fleet.expected());
    let critical: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| text(finding, "severity") == "critical")
        .map(|finding| text(finding, "rule"))
        .collect();
    assert_eq!(critical, ["fleet-server-unreachable"]);
}

/// Waits until the run has said that it goes on, then does something to it.
fn disturb(desk: &Desk, signal: &str) -> (String, i32) {
    let reports = desk.path("reports");
    let mut arguments = vec!["run"];
    arguments.extend(LAB);
    arguments.extend(["-o", reports.to_str().unwrap()]);
    let child = desk.start(&arguments);
    let begun = Instant::now();
    // Some units hang for five seconds, so that the run is still under way.
    std::thread::sleep(Duration::from_millis(2500));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30));
    (String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap_or(-1))
}

#[test]
fn an_interrupted_run_writes_what_it_knows() {
    let desk = Desk::new();
    let (err, code) = disturb(&desk, "-INT");
    assert_eq!(code, 130, "{err}");
    let report = desk.json();
    assert_eq!(report["devices"].as_array().unwrap().len(), Fleet::CHARACTERS);
    let outcomes: Vec<&str> =
        report["devices"].as_array().unwrap().iter().map(|d| text(d, "outcome")).collect();
    assert!(outcomes.contains(&"interrupted"), "{outcomes:?}");
    assert!(outcomes.contains(&"examined"), "{outcomes:?}");
}

#[test]
fn the_second_interrupt_waits_for_nothing_and_loses_nothing() {
    let desk = Desk::new();
    let reports = desk.path("reports");
    let mut arguments = vec!["run", "-vv"];
    arguments.extend(LAB);
    arguments.extend(["-o", reports.to_str().unwrap()]);
    // Nobody reads what it says, which must not keep it from hearing the signals.
    let mut child = desk.start(&arguments);
    std::thread::sleep(Duration::from_millis(2500));
    for _ in 0..2 {
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let live = desk.json();
    let again = desk.path("again");
    let outcome = desk.run(&["report", "latest", "-o", again.to_str().unwrap()]);
    assert_eq!(outcome.code, 130, "{}", outcome.err);
    let stored: Json =
        serde_json::from_str(&fs::read_to_string(again.join("report.json")).unwrap()).unwrap();
    assert_eq!(live, stored);
    assert_eq!(live["run"]["interrupted"], true);
}

#[test]
fn what_a_killed_run_examined_is_in_the_store() {
    let desk = Desk::new();
    let (_, code) = disturb(&desk, "-KILL");
    assert_eq!(code, -1);
    let reports = desk.path("reports");
    let outcome = desk.run(&["report", "latest", "-o", reports.to_str().unwrap()]);
    assert_eq!(outcome.code, 130, "{}", outcome.err);
    let report = desk.json();
    let examined = report["devices"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|device| text(device, "outcome") == "examined")
        .count();
    assert!(examined > 20, "{examined}");
    assert_eq!(report["devices"].as_array().unwrap().len(), Fleet::CHARACTERS);
}

#[test]
fn the_plan_can_be_looked_at_without_a_packet() {
    let desk = Desk::new();
    let hosts = desk.run(&["run", AUDIT, "-i", "inventories/lab", "-l", "apac", "--list-hosts"]);
    assert_eq!(hosts.code, 0, "{}", hosts.err);
    assert!(
        hosts.out.contains("    hosts (") && hosts.out.contains("      fgt-syd-01\n"),
        "{}",
        hosts.out
    );
    let tasks = desk.run(&["run", AUDIT, "-i", "inventories/lab", "--list-tasks"]);
    assert!(tasks.out.contains("TAGS: ["), "{}", tasks.out);
    assert_eq!(desk.run(&["run", AUDIT, "-i", "inventories/lab", "--syntax-check"]).code, 0);
    assert!(!desk.path("reports").exists());
}

#[test]
fn bad_input_is_told_before_anything_is_done() {
    let desk = Desk::new();
    let play = "- hosts: all\n  tasks: [{fortitoken_info: }]\n";
    let good = desk.file("good.yml", play);
    let hosts = desk.file("hosts.ini", "fw1 ansible_host=192.0.2.1\n");
    let blocked = desk.file("blocked", "");
    let own = desk.file("mine/own.txt", "{{ sumary.hosts.total }}");
    let own = std::path::Path::new(&own);
    for (name, arguments, word) in [
        ("no inventory", vec![good.as_str(), "-i", "nowhere"], "nowhere"),
        ("no playbook", vec!["nowhere.yml", "-i", &hosts], "nowhere.yml"),
        ("an empty inventory", vec![&good, "-i", &desk.file("empty.yml", "")], "empty.yml"),
        ("no YAML", vec![&desk.file("bad.yml", "- hosts: [a\n"), "-i", &hosts], "bad.yml"),
        ("nobody matches", vec![&good, "-i", &hosts, "-l", "nobody"], "nobody"),
        (
            "no host in the play",
            vec![&desk.file("none.yml", &play.replace("all", "none")), "-i", &hosts],
            "none",
        ),
        ("no such flag", vec![&good, "-i", &hosts, "--nonsense"], "--nonsense"),
        ("a folder that is a file", vec![&good, "-i", &hosts, "-o", &blocked], "blocked"),
        ("a store that is none", vec![&good, "-i", &hosts, "--store", &hosts], "hosts.ini"),
        (
            "an unknown variable in a template",
            vec![
                &desk.file("own/play.yml", &format!("{play}  reports: [{{template: own.txt}}]\n")),
                "-i",
                &hosts,
                "--templates",
                own.parent().unwrap().to_str().unwrap(),
            ],
            "own.txt:1:4",
        ),
        (
            "a template that is not there",
            vec![
                &desk.file("odd/play.yml", &format!("{play}  reports: [{{template: mine.txt}}]\n")),
                "-i",
                &hosts,
            ],
            "mine.txt",
        ),
        (
            "two hosts with one address",
            vec![
                &good,
                "-i",
                &desk.file("two.ini", "fw1 ansible_host=192.0.2.1\nfw2 ansible_host=192.0.2.1\n"),
            ],
            "are one device",
        ),
        ("no drift limit", vec![&good, "-i", &hosts, "-e", "fortitoken_drift_limit=low"], "drift"),
        (
            "no hours",
            vec![&good, "-i", &hosts, "-e", "fortitoken_expiry_hours=soon"],
            "whole number",
        ),
        (
            "a unit that the lab has not",
            vec![&good, "-i", &hosts, "-e", "ansible_connection=lab"],
            "fw1",
        ),
    ] {
        let mut all = vec!["run"];
        all.extend(arguments);
        if !all.contains(&"-o") {
            all.extend(["-o", "target/never"]);
        }
        let outcome = desk.run(&all);
        assert_eq!(outcome.code, 1, "{name}: {}", outcome.err);
        assert!(outcome.err.contains(word), "{name}: {}", outcome.err);
        assert!(outcome.err.contains("error:"), "{name}: {}", outcome.err);
        assert_eq!(outcome.out, "", "{name}");
    }
}

#[test]
fn reading_an_old_run_makes_no_store() {
    let desk = Desk::new();
    let store = desk.path("typo.db");
    let outcome = desk.run(&["report", "latest", "--store", store.to_str().unwrap()]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("there is no store"), "{}", outcome.err);
    assert!(!store.exists());
}

#[test]
fn a_unit_of_the_sha_1_era_is_examined_where_the_inventory_allows_it() {
    let desk = Desk::new();
    let one = [AUDIT, "-i", "inventories/lab", "-l", "fgt-khh-01,fgt-lon-01", "-vv"];
    let outcome = desk.audit(&one);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    let device = |desk: &Desk, host: &str| -> Json {
        let devices = desk.json()["devices"].as_array().unwrap().clone();
        devices.into_iter().find(|device| text(device, "host") == host).unwrap()
    };
    let old = device(&desk, "fgt-khh-01");
    let message = text(&old["failure"], "message");
    for part in ["it offers diffie-hellman-group14-sha1", "it offers hmac-sha1"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(text(&old["failure"], "remedy").contains("ssh_legacy: true"), "{old}");
    assert_eq!(old["ssh"], Json::Null);

    let outcome = desk.audit(&[&one[..], &["-e", "ssh_legacy=true"]].concat());
    let old = device(&desk, "fgt-khh-01");
    assert_eq!(text(&old, "outcome"), "examined", "{}", outcome.err);
    assert_eq!(
        old["ssh"],
        serde_json::json!({
            "server": "SSH-2.0-lab",
            "key_exchange": "diffie-hellman-group14-sha1",
            "host_key": "ssh-ed25519",
            "cipher": "aes128-cbc",
            "mac": "hmac-sha1",
        })
    );
    // Whoever knows better is not spoken to in the old way.
    let ssh = &device(&desk, "fgt-lon-01")["ssh"];
    assert_eq!(text(ssh, "key_exchange"), "curve25519-sha256");
    let line = "fgt-khh-01: SSH-2.0-lab: diffie-hellman-group14-sha1, ssh-ed25519, aes128-cbc, ";
    assert!(outcome.err.contains(line), "{}", outcome.err);
    let notes = desk.json()["run"]["notes"].to_string();
    assert!(notes.contains("2 hosts may use SSH algorithms of the SHA-1 era"), "{notes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_reaches_three_devices_of_five_hundred() {
    let fleet = Fleet::new(500, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let desk = Desk::new();
    let hosts = desk.file("hosts.yml", &inventory_text(&serving));
    let known = desk.file("known_hosts", &known_hosts_text(&serving));
    let wrong = "{ansible_password: wrong-password, ansible_timeout: 5}";
    let arguments = [AUDIT, "-i", &hosts, "--known-hosts", &known, "-e", wrong];
    let outcome = tokio::task::block_in_place(|| desk.audit(&arguments));
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    let refused: Vec<String> = (fleet.devices().iter())
        .filter(|device| serving.journal(&device.name).unwrap().refused > 0)
        .map(|device| device.name.clone())
        .collect();
    assert_eq!(refused.len(), 3, "{refused:?}");

    let report = desk.json();
    let devices = report["devices"].as_array().unwrap();
    assert_eq!(devices.len(), 500);
    for device in devices {
        let host = text(device, "host");
        let message = text(&device["failure"], "message");
        if refused.iter().any(|name| name == host) {
            assert_eq!(text(device, "outcome"), "unreachable");
            assert_eq!(message, "the device refused the password of `auditor`");
        } else if text(device, "outcome") == "not_attempted" {
            let names = message.strip_prefix("credential refused by ").unwrap();
            let mut names: Vec<String> = names.split(", ").map(str::to_owned).collect();
            names.sort_by_key(|name| devices.iter().position(|d| text(d, "host") == name));
            assert_eq!(names, refused);
            assert!(text(&device["failure"], "remedy").contains("`auditor`"), "{device}");
        } else {
            // Those that fail before anybody asks for a password.
            let stage = text(&device["failure"], "stage");
            assert!(["connect", "handshake"].contains(&stage), "{device}");
        }
    }
    assert!(report["summary"]["hosts"]["not_attempted"].as_u64().unwrap() > 490, "{report}");
}

/// A unit that takes its time for a login, before twenty-five that do not: the two inventories
/// and the known keys as files of the desk.
async fn behind_a_slow_one(desk: &Desk, slow_login: Duration) -> ([Serving; 2], [String; 3]) {
    let hosting = Hosting { slow_login, ..Hosting::default() };
    let slow = Fleet::faulty(1, 1, &[Fault::SlowLogin]).serve(&hosting).await.unwrap();
    let rest = Fleet::new(25, Fleet::SEED).serve(&Hosting::default()).await.unwrap();
    let known = known_hosts_text(&slow) + &known_hosts_text(&rest);
    let files = [
        desk.file("slow.yml", &inventory_text(&slow)),
        desk.file("rest.yml", &inventory_text(&rest)),
        desk.file("known_hosts", &known),
    ];
    ([slow, rest], files)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_login_at_first_holds_up_nobody_for_long() {
    let desk = Desk::new();
    let (_servings, [slow, rest, known]) = behind_a_slow_one(&desk, Duration::from_secs(12)).await;
    // The slow one begins before the others.
    let known = ["--known-hosts", &known, "-T", "20", "--ramp", "4"];
    let arguments = [&[AUDIT, "-i", &slow, "-i", &rest], &known[..]].concat();
    let outcome = tokio::task::block_in_place(|| desk.audit(&arguments));
    let report = desk.json();
    let examined: Vec<_> = (report["devices"].as_array().unwrap().iter())
        .filter(|device| text(device, "outcome") == "examined")
        .map(|device| (text(device, "host"), device["duration_s"].as_f64().unwrap()))
        .collect();
    assert!(examined[0].0.contains("slow-login") && examined[0].1 >= 12.0, "{examined:?}");
    assert!(examined.len() > 15, "{examined:?} {}", outcome.err);
    assert!(examined[1..].iter().all(|(_, seconds)| *seconds < 9.0), "{examined:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_login_at_first_does_not_let_a_wrong_password_through() {
    let desk = Desk::new();
    let (servings, [slow, rest, known]) = behind_a_slow_one(&desk, Duration::from_secs(5)).await;
    // One time limit that the slow one meets, and one that it does not: then it refuses unheard.
    for limit in ["8", "2"] {
        let before = refusals(&servings);
        let wrong = ["-e", "ansible_password=wrong-password", "-T", limit, "--ramp", "4"];
        let arguments = [AUDIT, "-i", &slow, "-i", &rest, "--known-hosts", &known];
        let arguments = [&arguments[..], &wrong].concat();
        let outcome = tokio::task::block_in_place(|| desk.audit(&arguments));
        assert_eq!(outcome.code, 4, "{}", outcome.err);
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert!(refusals(&servings) - before <= 3, "{}", refusals(&servings));
        let report = desk.json().to_string();
        assert!(report.contains("credential refused by fgt-"), "{report}");
        let is_told = report.contains("; login undecided by fgt-slow-login-001");
        assert_eq!(is_told, limit == "2", "{report}");
    }
}

/// Logins that were refused, by all units.
fn refusals(servings: &[Serving]) -> usize {
    let names = |serving: &Serving| -> Vec<String> {
        serving.devices().iter().map(|device| device.name.clone()).collect()
    };
    servings
        .iter()
        .flat_map(|serving| names(serving).into_iter().map(move |name| (serving, name)))
        .map(|(serving, name)| serving.journal(&name).unwrap().refused)
        .sum()
}

#[test]
fn how_many_refusals_are_too_many_can_be_said() {
    let desk = Desk::new();
    let wrong = "ansible_password=wrong-password";
    let one = [AUDIT, "-i", "inventories/lab", "-l", "emea", "-e", wrong];
    let outcome = desk.audit(&[&one[..], &["--max-refused-logins", "1", "-v"]].concat());
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    assert_eq!(outcome.err.matches("refused the password").count(), 1, "{}", outcome.err);
    assert!(
        outcome.err.contains("]: not attempted: credential refused by fgt-"),
        "{}",
        outcome.err
    );
}

#[test]
fn exit_zero_leaves_only_what_is_not_reported() {
    let desk = Desk::new();
    let play = desk.file("a.yml", "- hosts: fgt-fra-01\n  tasks: [{fail: {msg: no}}]\n");
    let arguments = [play.as_str(), "-i", "inventories/lab", "--store", "none"];
    assert_eq!(desk.audit(&arguments).code, 2);
    assert_eq!(desk.audit(&[&arguments[..], &["--exit-zero"]].concat()).code, 0);
    let missing = desk.audit(&["none.yml", "-i", "inventories/lab", "--exit-zero"]);
    assert_eq!(missing.code, 1);
}
