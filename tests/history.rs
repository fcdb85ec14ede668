//! Runs compared with those before them, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use desk::{Desk, Outcome};
use serde_json::Value as Json;
use tokenfleet::lab::{Device, Fleet, Hosting, inventory_text, known_hosts_text};

const TASKS: &str = "- name: Audit\n  hosts: all\n  tasks:\n    - fortios_facts:\n    - fortitoken_info:\n    - fortitoken_owners:\n    - fortitoken_config:\n";

/// Two FortiGates of the lab, for tests that change them from night to night.
struct Nights {
    desk: Desk,
    playbook: String,
    devices: Vec<Device>,
}

impl Nights {
    fn new() -> Self {
        let desk = Desk::new();
        let lab = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
        let devices = ["fgt-mia-01", "fgt-sea-01"].map(|name| lab.device(name).unwrap().clone());
        let playbook = desk.file("audit.yml", TASKS);
        Self { desk, playbook, devices: devices.into() }
    }

    /// One night; hosts that are `away` do not answer.
    async fn run(&self, away: &[&str], more: &[&str]) -> Outcome {
        let serving = Fleet::of(self.devices.clone()).serve(&Hosting::default()).await.unwrap();
        let mut inventory = inventory_text(&serving);
        for host in away {
            let line = format!("{host}:");
            let (before, after) = inventory.split_once(&line).unwrap();
            let after = after.replacen("ansible_port: ", "ansible_port: 1 # ", 1);
            inventory = format!("{before}{line}{after}");
        }
        let hosts = self.desk.file("hosts.yml", &inventory);
        let known = self.desk.file("known_hosts", &known_hosts_text(&serving));
        let mut arguments =
            vec![self.playbook.as_str(), "-i", &hosts, "--known-hosts", &known, "--report", "json"];
        arguments.extend(more);
        let outcome = tokio::task::block_in_place(|| self.desk.audit(&arguments));
        serving.shutdown().await;
        outcome
    }

    fn ids(&self) -> Vec<String> {
        let told = self.desk.run(&["history", "--format", "json"]);
        let runs: Json = serde_json::from_str(&told.out).unwrap();
        runs.as_array().unwrap().iter().map(|r| r["run"].as_str().unwrap().to_owned()).collect()
    }

    /// Told without what differs from one run of the test to the next.
    fn told(&self, arguments: &[&str]) -> String {
        let outcome = self.desk.run(arguments);
        let mut text = outcome.out + &outcome.err;
        for (number, id) in self.ids().iter().rev().enumerate() {
            text = text.replace(id, &format!("RUN{number:<18}", number = number + 1));
        }
        text = text.replace(&self.playbook, "audit.yml");
        let time = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d").unwrap();
        let took = regex::Regex::new(r"\b\d+ s\b").unwrap();
        took.replace_all(&time.replace_all(&text, "YYYY-MM-DD HH:MM"), "N s").into_owned()
    }

    fn status(&mut self, device: usize, token: usize, status: &'static str) -> String {
        let token = &mut self.devices[device].vdoms[0].tokens[token];
        token.status = status;
        token.serial.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_in_three_nights() {
    let mut nights = Nights::new();
    nights.run(&[], &[]).await;
    let locked = nights.status(0, 1, "locked");
    let moved = nights.devices[1].vdoms[0].tokens.remove(0);
    nights.devices[0].vdoms[0].tokens.push(moved);
    nights.devices[0].serial = "FG100FTK99000001".to_owned();
    nights.run(&[], &[]).await;
    insta::assert_snapshot!("what_changed_in_a_night", nights.told(&["diff"]));
    insta::assert_snapshot!("the_runs", nights.told(&["history"]));
    insta::assert_snapshot!("a_token_over_the_runs", nights.told(&["history", "--token", &locked]));
    insta::assert_snapshot!(
        "a_host_over_the_runs",
        nights.told(&["history", "--host", "fgt-mia-01"])
    );

    // What is not reached is not repaired, whatever becomes of it meanwhile.
    nights.status(0, 1, "provisioned");
    nights.run(&["fgt-mia-01"], &[]).await;
    let told = nights.told(&["diff"]);
    insta::assert_snapshot!("a_night_without_an_answer", told);
    let outcome = nights.desk.run(&["diff", "--format", "json", "--exit-code"]);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let json: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(json["counts"]["findings_gone"], 0);
    assert!(nights.told(&["history", "--token", &locked]).contains("not seen  locked"));
    nights.run(&[], &[]).await;
    let json: Json =
        serde_json::from_str(&nights.desk.run(&["diff", "--format", "json"]).out).unwrap();
    let rows = json["rows"].as_array().unwrap();
    let gone = rows.iter().find(|row| row["change"] == "gone").unwrap();
    assert_eq!((&gone["token"], &gone["rule"]), (&Json::from(locked), &"token-locked".into()));
    assert_eq!(gone["since_run"], nights.ids()[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_in_which_nothing_happened_is_silent() {
    let nights = Nights::new();
    let first = nights.run(&[], &["--only-changes", "--fail-on", "info"]).await;
    assert_eq!(first.code, 8, "{}", first.err);
    assert!(
        first.out.contains("Only what is new or changed since nothing: there is no earlier run")
    );
    let second = nights.run(&[], &["--only-changes", "--fail-on", "info"]).await;
    assert_eq!(second.code, 0, "{}", second.err);
    assert!(second.out.contains("2 of 2 FortiGates examined\n"), "{}", second.out);
    assert!(second.out.contains("0 new, 0 changed, 0 gone, 0 not seen since "), "{}", second.out);
    let json = nights.desk.json();
    assert_eq!(json["changes"]["only"], true);
    for list in ["findings", "tokens", "users", "tickets", "reprovision"] {
        assert_eq!(json[list], Json::Array(vec![]), "{list}");
    }
    assert_eq!(json["devices"].as_array().unwrap().len(), 2);
    assert_eq!(json["trend"]["runs"].as_array().unwrap().len(), 2);
    let outcome = nights.desk.run(&["diff", "--exit-code"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.out.ends_with("\nNothing is different.\n"), "{}", outcome.out);

    // Again from the store, byte for byte, and once more with all that is known.
    let page = nights.desk.report("report.html");
    assert!(page.contains("Nothing new."), "{page}");
    let again = nights.desk.path("again");
    let again = again.to_str().unwrap();
    nights.desk.run(&["report", "latest", "--only-changes", "-o", again]);
    for name in ["report.html", "report.md", "findings.csv", "tokens.csv"] {
        let read = fs::read_to_string(nights.desk.path("again").join(name)).unwrap();
        assert_eq!(read, nights.desk.report(name), "{name}");
    }
    let whole = nights.desk.run(&["report", "latest", "-o", again, "--fail-on", "info"]);
    assert_eq!(whole.code, 8);
    let table = fs::read_to_string(nights.desk.path("again/findings.csv")).unwrap();
    assert!(table.lines().skip(1).all(|line| line.contains(",known,")), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_told_and_counts_alone() {
    let mut nights = Nights::new();
    nights.run(&[], &[]).await;
    let locked = nights.status(0, 1, "locked");
    let outcome = nights.run(&[], &["--only-changes", "--fail-on", "warning"]).await;
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let json = nights.desk.json();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (&findings[0]["token"], &findings[0]["change"]),
        (&locked.as_str().into(), &"new".into())
    );
    let tokens: Vec<_> =
        json["tokens"].as_array().unwrap().iter().map(|token| &token["serial"]).collect();
    assert_eq!(tokens, [&Json::from(locked)]);
    assert_eq!(json["summary"]["findings"]["total"], 1);
}

/// What a notification told of changes, by the messages of what is new and gone, and the names of hosts
/// that were lost and are back; `None`: it told nothing.
fn changes_told(nights: &Nights) -> Option<[Vec<String>; 4]> {
    let file = nights.desk.path("told.json");
    let told: Json = serde_json::from_str(&fs::read_to_string(&file).ok()?).unwrap();
    fs::remove_file(file).unwrap();
    let list = |name: &str| {
        let list = told["notification"]["changes"][name].as_array().unwrap().iter();
        let text = |one: &Json| one["message"].as_str().or(one.as_str()).unwrap().to_owned();
        list.map(text).collect()
    };
    Some(["new", "gone", "lost", "back"].map(list))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_tells_what_is_new_since_it_told_something() {
    let mut nights = Nights::new();
    let told = nights.desk.path("told.json");
    let command = format!(
        "command: {{argv: [sh, -c, \"cat > {}\"], template: notification.json}}",
        told.display()
    );
    let notify =
        nights.desk.file("n.yml", &format!("- name: file\n  severity: info\n  {command}\n"));
    let night = async |nights: &Nights, away: &[&str], more: &[&str]| {
        let outcome = nights.run(away, &[&["--notify", &notify][..], more].concat()).await;
        assert_eq!(outcome.code & 1, 0, "{}", outcome.err);
        changes_told(nights)
    };
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let [new, gone, lost, back] = night(&nights, &[], &[]).await.unwrap();
    let count = nights.desk.json()["findings"].as_array().unwrap().len();
    assert_eq!((new.len(), gone.len(), lost.len(), back.len()), (count, 0, 0, 0));
    assert!(count > 0);
    assert_eq!(night(&nights, &[], &[]).await, None);

    // Who is not reached keeps what it had, and is not told of it anew.
    let lost = [vec![], vec![], names(&["fgt-mia-01"]), vec![]];
    assert_eq!(night(&nights, &["fgt-mia-01"], &[]).await, Some(lost));
    assert_eq!(
        night(&nights, &["fgt-mia-01"], &["--only-changes", "--baseline", "previous"]).await,
        None
    );
    let back = [vec![], vec![], vec![], names(&["fgt-mia-01"])];
    assert_eq!(
        night(&nights, &[], &["--only-changes", "--baseline", "previous"]).await,
        Some(back)
    );

    // So does a rule that cannot be judged for a night.
    let tasks =
        "- name: Audit\n  hosts: all\n  tasks:\n    - fortios_facts:\n    - fortitoken_info:\n";
    nights.desk.file("audit.yml", tasks);
    assert_eq!(night(&nights, &[], &[]).await, None);
    let judged = nights.desk.json()["findings"].as_array().unwrap().len();
    assert!(judged < count, "{judged} of {count}");
    nights.desk.file("audit.yml", TASKS);
    assert_eq!(night(&nights, &[], &[]).await, None);
    let outcome = nights.desk.run(&["diff", "--exit-code"]);
    assert_eq!((outcome.code, outcome.out.lines().last()), (0, Some("Nothing is different.")));

    // A token takes its trouble along.
    let locked = nights.status(0, 1, "locked");
    let [new, ..] = night(&nights, &[], &[]).await.unwrap();
    assert!(new.iter().any(|message| message.contains("locked")), "{new:?}");
    let moved = nights.devices[0].vdoms[0].tokens.remove(1);
    nights.devices[1].vdoms[0].tokens.push(moved);
    let told = night(&nights, &[], &[]).await;
    assert!(
        told.as_ref().is_none_or(|[new, gone, ..]| {
            !new.iter()
                .chain(gone)
                .any(|message| message.contains(&locked) && message.contains("locked"))
        }),
        "{told:?}"
    );
    // The run that it told of is not there any more: the oldest that is has its place.
    nights.run(&[], &[]).await;
    nights.desk.run(&["store", "prune", "--keep-runs", "1"]);
    nights.devices[1].vdoms[0].tokens.last_mut().unwrap().status = "provisioned";
    let [_, gone, ..] = night(&nights, &[], &[]).await.unwrap();
    assert!(gone.iter().any(|message| message.ends_with(&format!(": {locked}"))), "{gone:?}");
}

#[test]
fn what_cannot_be_compared_is_told_with_a_remedy() {
    let desk = Desk::new();
    let store = desk.path("none.db");
    let store = store.to_str().unwrap();
    for (arguments, told) in [
        (
            &["history", "--store", store][..],
            "error: there is no store `STORE`\n |\n = help: name the store that the run was kept in with `--store`\n\n1 error\n",
        ),
        (
            &["diff", "--store", store],
            "error: there is no store `STORE`\n |\n = help: name the store that the run was kept in with `--store`\n\n1 error\n",
        ),
    ] {
        let outcome = desk.run(arguments);
        assert_eq!((outcome.code, outcome.err.replace(store, "STORE")), (1, told.to_owned()));
    }
    let run = |limit: &str| {
        let playbook = "playbooks/fortitoken-audit.yml";
        let outcome =
            desk.audit(&[playbook, "-i", "inventories/lab", "-l", limit, "--store", store]);
        assert_eq!(outcome.code & 1, 0, "{}", outcome.err);
    };
    run("fgt-mex-01");
    let outcome = desk.run(&["diff", "--store", store]);
    let id = outcome.err.split('`').nth(1).unwrap().to_owned();
    assert_eq!(
        (outcome.code, outcome.err.replace(&id, "RUN")),
        (1, "error: the store holds no earlier run of the same playbook and inventories as `RUN`\n |\n = help: name the two runs by their ids; `tokenfleet history` lists them\n\n1 error\n".to_owned())
    );
    for (arguments, told) in [
        (
            &["history", "--playbook", "audit.yml"][..],
            "error: the store holds no run of the playbook `audit.yml`\n |\n = help: as they were given: playbooks/fortitoken-audit.yml\n\n1 error\n",
        ),
        (
            &["history", "--host", "fgt-mex-02"],
            "error: none of the 1 last runs knows a host `fgt-mex-02`\n |\n = help: did you mean `fgt-mex-01`?\n\n1 error\n",
        ),
        (
            &["history", "--token", "FTKMOB0000000000"],
            "error: none of the 1 last runs shows a token `FTKMOB0000000000`\n |\n = help: write its whole serial number; `-n` looks further back\n\n1 error\n",
        ),
    ] {
        let outcome = desk.run(&[arguments, &["--store", store]].concat());
        assert_eq!((outcome.code, outcome.err.as_str()), (1, told));
    }
}
