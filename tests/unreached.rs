//! What was not reached, or not asked anything, never looks examined: through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, Outcome};

/// Nobody listens there.
const DEAD: &str = "fw1 ansible_host=127.0.0.1 ansible_port=1 ansible_user=u ansible_password=p\n";
const REFUSED: &str = "127.0.0.1 port 1 refused the connection";

struct Told {
    outcome: Outcome,
    /// Of each FortiGate in the report: name, outcome, cause.
    devices: Vec<(String, String, String)>,
}

impl Told {
    fn cause_is(&self, outcome: &str, cause: &str) -> bool {
        self.devices.iter().all(|(_, is, why)| is == outcome && why == cause)
    }
}

fn run(inventory: &str, play: &str) -> Told {
    let desk = Desk::new();
    let inventory = match inventory {
        "inventories/lab" => inventory.to_owned(),
        text => desk.file("hosts.ini", text),
    };
    let play = desk.file("play.yml", play);
    let outcome = desk.audit(&[&play, "-i", &inventory, "-v"]);
    let json = desk.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let devices = json["devices"].as_array().unwrap();
    let told = devices
        .iter()
        .map(|d| (text(&d["host"]), text(&d["outcome"]), text(&d["failure"]["message"])))
        .collect();
    Told { outcome, devices: told }
}

fn states(told: &Told) -> Vec<&str> {
    told.devices.iter().map(|(_, outcome, _)| outcome.as_str()).collect()
}

#[test]
fn a_device_that_is_passed_over_as_unreachable_is_unreachable() {
    let plays = [
        // Before the first task, and no task asks.
        "- hosts: all\n  gather_facts: true\n  ignore_unreachable: true\n  tasks: [{debug: {msg: here}}]\n",
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - cli: get system status\n      ignore_unreachable: true\n    \
         - debug: {msg: here}\n",
        "- hosts: all\n  tasks:\n    - fortitoken_info:\n    - debug: {msg: here}\n  ignore_unreachable: true\n",
        // In another play.
        "- hosts: all\n  gather_facts: true\n  ignore_unreachable: true\n  tasks: [{debug: {msg: first}}]\n\
         - hosts: all\n  strategy: linear\n  tasks: [{debug: {msg: here}}]\n",
    ];
    for play in plays {
        let told = run(DEAD, play);
        let (out, err) = (&told.outcome.out, &told.outcome.err);
        assert!(told.cause_is("unreachable", REFUSED), "{play}{:?}", told.devices);
        assert_eq!(told.outcome.code, 4, "{play}{out}{err}");
        assert!(err.contains("ok: [fw1] => debug: here"), "{play}{err}");
        assert!(out.contains(REFUSED), "{play}{out}");
        assert!(out.contains("unreachable=1") && !out.contains("partial"), "{play}{out}");
    }
}

#[test]
fn who_comes_back_and_is_not_asked_again_was_not_reached() {
    let inventory = format!("{DEAD}{}", DEAD.replace("fw1", "fw2").replace("port=1", "port=2"));
    let play = "- hosts: all\n  gather_facts: false\n  tasks:\n    - cli: get system status\n      \
                when: inventory_hostname == 'fw1'\n    - meta: clear_host_errors\n    - debug: {msg: here}\n";
    let told = run(&inventory, play);
    assert_eq!(states(&told), ["unreachable", "not_attempted"]);
    assert_eq!(told.devices[0].2, REFUSED);
    assert!(told.outcome.err.contains("ok: [fw1] => debug: here"), "{}", told.outcome.err);
}

#[test]
fn what_follows_from_a_device_that_was_not_reached_has_that_cause() {
    let play = "- hosts: all\n  gather_facts: false\n  tasks:\n    - cli: get system status\n      ignore_unreachable: true\n      \
                register: answer\n    - assert: {that: \"'Version' in answer.stdout\"}\n";
    let told = run(DEAD, play);
    assert!(told.cause_is("unreachable", REFUSED), "{:?}", told.devices);
    assert_eq!(told.outcome.code, 6);
}

#[test]
fn a_task_that_had_no_time_to_connect_has_reached_nobody() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let inventory = DEAD.replace("_port=1", &format!("_port={port}"));
    let play = "- hosts: all\n  gather_facts: false\n  tasks:\n    - cli: get system status\n      timeout: 1\n      \
                ignore_errors: true\n    - debug: {msg: here}\n";
    let told = run(&inventory, play);
    let cause = "the task took longer than its `timeout` of 1 seconds";
    assert!(told.cause_is("unreachable", cause), "{:?}", told.devices);
    assert_eq!(told.outcome.code, 4);
}

#[test]
fn hosts_to_which_an_ended_play_did_not_come_are_not_attempted() {
    let play = "- hosts: emea\n  serial: 1\n  tasks:\n    - cli: get system status\n    - meta: end_play\n";
    let told = run("inventories/lab", play);
    assert_eq!(told.outcome.code, 4);
    assert_eq!(states(&told)[0], "examined");
    let rest = Told { devices: told.devices[1..].to_vec(), ..told };
    assert!(rest.devices.len() > 1);
    let reason = "`meta: end_play` ended the play before its turn";
    assert!(rest.cause_is("not_attempted", reason), "{:?}", rest.devices);
    assert!(rest.outcome.out.contains(&reason[..40]), "{}", rest.outcome.out);
}

#[test]
fn who_left_before_being_asked_anything_is_not_attempted() {
    for meta in ["end_host", "end_batch", "end_play"] {
        let play = format!(
            "- hosts: fw1\n  gather_facts: false\n  tasks:\n    - debug: {{msg: first}}\n    - meta: {meta}\n    \
             - cli: get system status\n"
        );
        let told = run(DEAD, &play);
        let reason = "`meta` ended its play before it was asked anything";
        assert!(told.cause_is("not_attempted", reason), "{meta}: {:?}", told.devices);
        assert_eq!(told.outcome.code, 4);
        // Ansible's recap has every host that did something.
        assert!(told.outcome.out.contains("fw1                        : ok=1"));
    }
    let play = "- hosts: fw1\n  gather_facts: false\n  tasks:\n    - cli: get system status\n      when: false\n";
    let told = run(DEAD, play);
    let reason = "every task that asks it was skipped";
    assert!(told.cause_is("not_attempted", reason), "{:?}", told.devices);
    // A play that asks nobody leaves nobody out.
    let told = run(DEAD, "- hosts: fw1\n  tasks: [{meta: end_host}]\n");
    assert_eq!((states(&told), told.outcome.code), (vec!["examined"], 0));
}

#[test]
fn what_fails_here_is_told_though_no_report_has_it() {
    let desk = Desk::new();
    let play = "- hosts: localhost\n  tasks:\n    - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      \
                loop_control: {pause: 60}\n";
    let play = desk.file("play.yml", play);
    let outcome = desk.audit(&[&play, "-i", "fw1,", "--host-timeout", "1"]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    let told = "error: localhost: the examination took longer than 1 seconds\n";
    assert!(outcome.err.contains(told), "{}", outcome.err);
}
