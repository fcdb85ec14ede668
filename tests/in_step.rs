//! Plays whose hosts depend on one another: batches, tasks that run once, errors that stop all.
//! No task needs a device.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, Outcome};

fn run(play: &str, hosts: usize, arguments: &[&str]) -> Outcome {
    let desk = Desk::new();
    let names: String = (1..=hosts).map(|number| format!("h{number:02}\n")).collect();
    let inventory = desk.file("hosts.ini", &format!("[g]\n{names}"));
    let play = desk.file("play.yml", play);
    desk.audit(&[&[play.as_str(), "-i", &inventory, "-v"], arguments].concat())
}

/// The exit code, and of each host in the recap what is not zero.
fn recap(play: &str, hosts: usize) -> (i32, Vec<String>) {
    let outcome = run(play, hosts, &[]);
    let lines = outcome.out.lines().filter(|line| line.contains(" : ok="));
    let shorten = |line: &str| {
        let words = line.split_whitespace().filter(|word| !word.ends_with("=0") && *word != ":");
        words.collect::<Vec<_>>().join(" ")
    };
    (outcome.code, lines.map(shorten).collect())
}

fn said(outcome: &Outcome) -> Vec<&str> {
    outcome.err.lines().filter(|line| line.starts_with("ok: ")).collect()
}

#[test]
fn a_task_that_runs_once_gives_its_result_to_all() {
    let play = "- hosts: g\n  tasks:\n    - debug: {msg: 'from {{ inventory_hostname }}'}\n      run_once: true\n      register: r\n    \
                - assert: {that: \"r.msg == 'from h01'\"}\n    \
                - set_fact: {x: '{{ inventory_hostname }}'}\n      run_once: true\n      delegate_to: h03\n    \
                - assert: {that: \"x == 'h01'\"}\n    \
                - set_fact: {y: 1}\n      run_once: true\n      register: y\n    - assert: {that: y is success}\n";
    assert_eq!(recap(play, 3), (0, vec!["h01 ok=6".into(), "h02 ok=3".into(), "h03 ok=3".into()]));
}

#[test]
fn files_that_are_included_once_are_done_by_one_host_and_variables_read_once_are_there_for_all() {
    let desk = Desk::new();
    let inventory = desk.file("hosts.ini", "h1\nh2\n");
    desk.file("inc.yml", "- debug: {msg: inside}\n");
    desk.file("more.yml", "v: read\n");
    let play = "- hosts: all\n  tasks:\n    - include_tasks: inc.yml\n      run_once: true\n    \
                - include_vars: more.yml\n      run_once: true\n    - debug: {msg: '{{ v }}'}\n";
    let play = desk.file("play.yml", play);
    let outcome = desk.audit(&[&play, "-i", &inventory, "-v"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let mut said: Vec<_> =
        said(&outcome).into_iter().filter(|line| line.contains("debug")).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        ["ok: [h1] => debug: inside", "ok: [h1] => debug: read", "ok: [h2] => debug: read"]
    );
}

#[test]
fn who_names_the_hosts_that_are_left_goes_in_step_with_them() {
    let play = "- hosts: g\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h01'\n    \
                - debug: {msg: chosen}\n      when: inventory_hostname == ansible_play_hosts[0]\n";
    let outcome = run(play, 3, &[]);
    assert_eq!(said(&outcome), ["ok: [h02] => debug: chosen"]);
}

#[test]
fn it_runs_on_the_first_host_that_is_left_and_its_failure_stops_all() {
    let play = "- hosts: g\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h01'\n    \
                - debug: {msg: 'once on {{ inventory_hostname }}'}\n      run_once: true\n    \
                - fail: {msg: y}\n      run_once: true\n    - debug: {msg: after}\n\
                - hosts: g\n  tasks: [{debug: {msg: next play}}]\n";
    let told =
        vec!["h01 failed=1".into(), "h02 ok=1 failed=1 skipped=1".into(), "h03 skipped=1".into()];
    assert_eq!(recap(play, 3), (2, told));
}

#[test]
fn any_error_is_fatal_for_all_where_a_play_says_so() {
    let play = "- hosts: g\n  any_errors_fatal: true\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h02'\n    \
                - debug: {msg: after}\n- hosts: g\n  tasks: [{debug: {msg: next}}]\n";
    let told = vec!["h01 skipped=1".into(), "h02 failed=1".into(), "h03 skipped=1".into()];
    assert_eq!(recap(play, 3), (2, told));
}

#[test]
fn a_fatal_error_may_be_rescued_by_all() {
    let play = "- hosts: g\n  tasks:\n    - block:\n        - fail: {msg: x}\n          when: inventory_hostname == 'h02'\n          any_errors_fatal: true\n        \
                - debug: {msg: not reached}\n      rescue:\n        - debug: {msg: rescued}\n      always:\n        - debug: {msg: always}\n    - debug: {msg: on}\n";
    let told = vec!["h01 ok=3 skipped=1".into(), "h02 ok=3 rescued=1".into()];
    assert_eq!(recap(play, 2), (0, told));
}

#[test]
fn what_stops_all_at_the_end_of_a_block_is_a_matter_of_that_block() {
    let play = "- hosts: g\n  tasks:\n    - block:\n        - fail: {msg: x}\n          when: inventory_hostname == 'h02'\n          any_errors_fatal: true\n      \
                rescue:\n        - debug: {msg: '{{ ansible_play_hosts | length }}'}\n    - debug: {msg: last}\n";
    let told = vec!["h01 ok=2 skipped=1".into(), "h02 ok=2 rescued=1".into()];
    assert_eq!(recap(play, 2), (0, told));
}

#[test]
fn what_stops_all_in_a_rescue_is_rescued_for_those_who_needed_none() {
    let play = "- hosts: g\n  tasks:\n    - block:\n        - fail: {msg: x}\n          when: inventory_hostname == 'h01'\n      \
                rescue:\n        - fail: {msg: y}\n          when: inventory_hostname == 'h01'\n          any_errors_fatal: true\n      \
                always:\n        - debug: {msg: always}\n    - debug: {msg: last}\n";
    let told = vec!["h01 ok=1 failed=1 rescued=1".into(), "h02 ok=2 skipped=2".into()];
    assert_eq!(recap(play, 2), (2, told));
}

#[test]
fn more_failures_than_allowed_end_the_run_and_as_many_do_not() {
    let play = |most: u8| {
        format!(
            "- hosts: g\n  max_fail_percentage: {most}\n  tasks:\n    - fail: {{msg: x}}\n      when: inventory_hostname in ['h01', 'h02', 'h03']\n    \
             - debug: {{msg: reached}}\n"
        )
    };
    let (code, told) = recap(&play(30), 10);
    assert_eq!(
        (code, told[2].as_str(), told[9].as_str()),
        (2, "h03 failed=1", "h10 ok=1 skipped=1")
    );
    let (code, told) = recap(&play(29), 10);
    assert_eq!((code, told[2].as_str(), told[9].as_str()), (2, "h03 failed=1", "h10 skipped=1"));
}

#[test]
fn what_always_says_is_done_before_too_many_failures_end_the_run() {
    let play = "- hosts: g\n  max_fail_percentage: 50\n  tasks:\n    - block:\n        - fail: {msg: x}\n          when: inventory_hostname != 'h01'\n      \
                always:\n        - debug: {msg: always}\n    - debug: {msg: not}\n";
    let (code, told) = recap(play, 3);
    assert_eq!(code, 2);
    assert_eq!(told, ["h01 ok=1 skipped=1", "h02 ok=1 failed=1", "h03 ok=1 failed=1"]);
}

#[test]
fn who_is_stopped_before_a_block_is_not_rescued_by_it() {
    let play = "- hosts: g\n  any_errors_fatal: true\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h01'\n    \
                - block:\n        - debug: {msg: not}\n      rescue:\n        - debug: {msg: not}\n      always:\n        - debug: {msg: not}\n";
    assert_eq!(recap(play, 2), (2, vec!["h01 failed=1".into(), "h02 skipped=1".into()]));
}

#[test]
fn batches_come_one_after_another_and_one_that_fails_whole_ends_nothing() {
    let play = "- hosts: g\n  serial: [1, 2]\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h01'\n    \
                - debug: {msg: '{{ ansible_play_batch | length }} of {{ ansible_play_hosts_all | length }}'}\n";
    let outcome = run(play, 5, &[]);
    assert_eq!(outcome.code, 2);
    let mut said = said(&outcome);
    said[..2].sort_unstable();
    said[2..].sort_unstable();
    assert_eq!(
        said,
        [
            "ok: [h02] => debug: 2 of 5",
            "ok: [h03] => debug: 2 of 5",
            "ok: [h04] => debug: 2 of 5",
            "ok: [h05] => debug: 2 of 5",
        ]
    );
}

#[test]
fn facts_of_others_are_known_once_their_tasks_are_done() {
    let play = "- hosts: g\n  tasks:\n    - set_fact: {mine: '{{ inventory_hostname }}!'}\n\
                - hosts: h02\n  tasks:\n    - debug: {msg: '{{ hostvars.h01.mine }} {{ hostvars.h03.mine }}'}\n\
                - hosts: g\n  strategy: linear\n  tasks:\n    - set_fact: {own: '{{ inventory_hostname }}'}\n    \
                - assert: {that: \"hostvars['h01'].own ~ hostvars['h03'].own == 'h01h03'\"}\n    \
                - set_fact: {who: me}\n      delegate_to: h03\n      delegate_facts: true\n      when: inventory_hostname == 'h01'\n    \
                - debug: {msg: \"{{ who | default('none') }}\"}\n";
    let outcome = run(play, 3, &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let said: Vec<_> = said(&outcome).into_iter().filter(|line| line.contains("debug")).collect();
    assert_eq!(said[0], "ok: [h02] => debug: h01! h03!");
    let mut rest = said[1..].to_vec();
    rest.sort_unstable();
    assert_eq!(
        rest,
        ["ok: [h01] => debug: none", "ok: [h02] => debug: none", "ok: [h03] => debug: me"]
    );
}

#[test]
fn a_fact_for_another_host_reaches_it_and_all_who_ask_however_late_it_comes_by() {
    let set = |name: &str, from: &str, to: &str| {
        format!(
            "    - set_fact: {{{name}: '{name} of {{{{ inventory_hostname }}}}'}}\n      delegate_to: {to}\n      \
             delegate_facts: true\n      when: inventory_hostname == '{from}'\n"
        )
    };
    let show = |name: &str, host: &str| {
        format!(
            "    - debug: {{msg: \"{{{{ {name} | default('none') }}}} {{{{ hostvars.{host}.{name} }}}}\"}}\n"
        )
    };
    let play = [
        "- hosts: h01\n  tasks:\n".to_owned(),
        // For one that is not in this play, and for one that is in none before the last.
        set("early", "h01", "h02"),
        set("far", "h01", "h03"),
        "- hosts: h02\n  tasks:\n".to_owned(),
        show("early", "h02"),
        "- hosts: h01,h02\n  tasks:\n".to_owned(),
        // In the same play, where the next task is to know it, and where none follows.
        set("soon", "h02", "h01"),
        show("soon", "h01"),
        set("late", "h01", "h02"),
        "- hosts: h02,h03\n  tasks:\n".to_owned(),
        show("late", "h02"),
        show("far", "h03"),
    ];
    let outcome = run(&play.concat(), 3, &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let mut said: Vec<_> =
        said(&outcome).into_iter().filter_map(|line| line.split_once("debug: ")).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            ("ok: [h01] => ", "soon of h02 soon of h02"),
            ("ok: [h02] => ", "early of h01 early of h01"),
            ("ok: [h02] => ", "late of h01 late of h01"),
            ("ok: [h02] => ", "none far of h01"),
            ("ok: [h02] => ", "none soon of h02"),
            ("ok: [h03] => ", "far of h01 far of h01"),
            ("ok: [h03] => ", "none late of h01"),
        ]
    );
}

#[test]
fn a_play_or_a_batch_may_be_ended_for_all() {
    let play = |meta: &str| {
        format!(
            "- hosts: g\n  serial: 2\n  tasks:\n    - meta: {meta}\n      when: inventory_hostname == 'h01'\n    \
             - debug: {{msg: here}}\n- hosts: g\n  tasks: [{{debug: {{msg: next}}}}]\n"
        )
    };
    let ok = |counts: [u8; 4]| -> Vec<String> {
        (1..).zip(counts).map(|(host, count)| format!("h{host:02} ok={count}")).collect()
    };
    assert_eq!(recap(&play("end_batch"), 4), (0, ok([1, 1, 2, 2])));
    assert_eq!(recap(&play("end_play"), 4), (0, ok([1, 1, 1, 1])));
}

#[test]
fn hosts_in_step_may_be_more_than_do_something_at_once() {
    let play = "- hosts: g\n  strategy: linear\n  tasks:\n    - debug: {msg: a}\n      throttle: 1\n    - debug: {msg: b}\n";
    let outcome = run(play, 50, &["-f", "3"]);
    assert_eq!(outcome.code, 0);
    let said = said(&outcome);
    assert!(said[..50].iter().all(|line| line.ends_with("debug: a")), "{said:?}");
}

#[test]
fn the_hosts_that_failed_are_kept_for_another_try() {
    let desk = Desk::new();
    let inventory = desk.file("hosts.ini", "h1\nh2\nh3\n");
    let play = "- hosts: all\n  tasks: [{fail: , when: inventory_hostname != 'h1'}]\n";
    let play = desk.file("play.yml", play);
    let file = desk.path("again");
    let file = file.to_str().unwrap();
    let outcome = desk.audit(&[&play, "-i", &inventory, "--retry-file", file]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains(&format!("to retry, use: --limit @{file}\n")), "{}", outcome.err);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "h2\nh3\n");
    let listed =
        desk.run(&["run", &play, "-i", &inventory, "-l", &format!("@{file}"), "--list-hosts"]);
    assert!(listed.out.contains("hosts (2)"), "{}", listed.out);
}
