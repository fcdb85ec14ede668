//! The playbook language through the binary: playbooks of several files, over hosts of which none
//! is contacted, since no task needs a device.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, Outcome};

/// A desk with these files, and an inventory of three hosts.
fn desk(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    desk.file("hosts.ini", "[g]\nh1\nh2\nh3\n");
    for (name, text) in files {
        desk.file(name, text);
    }
    desk
}

fn run(desk: &Desk, arguments: &[&str]) -> Outcome {
    let (play, hosts) = (desk.path("play.yml"), desk.path("hosts.ini"));
    let mut all = vec![play.to_str().unwrap(), "-i", hosts.to_str().unwrap()];
    all.extend(arguments);
    desk.audit(&all)
}

/// What the tasks said, in order.
fn said(outcome: &Outcome) -> Vec<String> {
    let lines =
        outcome.err.lines().filter_map(|line| line.split_once(" => ").map(|(_, said)| said));
    lines.map(str::to_owned).collect()
}

/// One host alone, all of whose tasks are shown.
fn told(files: &[(&str, &str)], arguments: &[&str]) -> Vec<String> {
    let desk = desk(files);
    let outcome = run(&desk, &[&["-l", "h1", "-v"], arguments].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    said(&outcome)
}

const INCLUDED: &str = "- debug: {msg: \"{{ v | default(0) }} {{ item | default('-') }}\"}\n  tags: t\n\
                        - debug: {msg: two}\n  vars: {v: own}\n";

#[test]
fn an_include_is_done_in_its_place_and_an_import_is_as_if_written_there() {
    let play = "- hosts: g\n  tasks:\n    - include_tasks: tasks/inc.yml\n      vars: {v: dyn}\n    \
                - ansible.builtin.import_tasks: tasks/inc.yml\n      vars: {v: stat}\n    \
                - include_tasks: '{{ item }}.yml'\n      loop: [tasks/inc]\n    \
                - include_tasks: tasks/inc.yml\n      when: false\n    \
                - import_tasks: tasks/inc.yml\n      when: false\n    \
                - include_tasks: missing.yml\n      when: false\n";
    let files = [("play.yml", play), ("tasks/inc.yml", INCLUDED)];
    let told = told(&files, &[]);
    let told: Vec<_> = told.iter().map(|line| line.split("included: ").next().unwrap()).collect();
    assert_eq!(
        told,
        [
            "include_tasks: ",
            "debug: dyn -",
            "debug: two",
            "debug: stat -",
            "debug: two",
            "include_tasks: ",
            "debug: 0 tasks/inc",
            "debug: two",
            "include_tasks",
            "debug",
            "debug",
            "include_tasks",
        ]
    );
}

#[test]
fn tags_of_an_include_do_not_reach_into_its_file_and_those_of_an_import_do() {
    let play = "- hosts: g\n  tasks:\n    - include_tasks: inc.yml\n      tags: a\n    \
                - include_tasks: {file: inc.yml, apply: {tags: a}}\n      tags: a\n    \
                - import_tasks: inc.yml\n      tags: a\n";
    let files = [("play.yml", play), ("inc.yml", "- debug: {msg: b}\n  tags: b\n")];
    let debugs = |tag| told(&files, &["-t", tag]).iter().filter(|l| l.starts_with("debug")).count();
    assert_eq!((debugs("a"), debugs("b"), debugs("a,b")), (2, 1, 3));
}

#[test]
fn the_variables_of_an_include_beat_facts_and_those_of_its_tasks() {
    let play = "- hosts: g\n  tasks:\n    - set_fact: {v: fact}\n    - include_tasks: inc.yml\n      vars: {v: '{{ w }}'}\n    \
                - import_tasks: inc.yml\n      vars: {v: imported}\n  vars: {w: lazy}\n";
    let inc = "- debug: {msg: '{{ v }}'}\n  vars: {v: own}\n";
    let told = told(&[("play.yml", play), ("inc.yml", inc)], &[]);
    assert_eq!(told[2..], ["debug: lazy", "debug: fact"]);
}

#[test]
fn a_missing_include_fails_its_host_and_may_be_rescued() {
    let play = "- hosts: g\n  tasks:\n    - block:\n        - include_tasks: missing.yml\n      \
                rescue:\n        - debug: {msg: rescued}\n    - include_tasks: missing.yml\n      ignore_errors: true\n";
    let desk = desk(&[("play.yml", play)]);
    let outcome = run(&desk, &["-l", "h1", "-v"]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    assert_eq!(
        said(&outcome),
        [
            "include_tasks: there is no file `missing.yml`",
            "debug: rescued",
            "include_tasks: there is no file `missing.yml`",
        ]
    );
    let warning = "warning: there is no file `missing.yml`";
    assert_eq!(outcome.err.matches(warning).count(), 2, "{}", outcome.err);
}

#[test]
fn a_mistake_in_an_include_itself_may_be_ignored_and_what_other_items_include_is_done() {
    let play = "- hosts: g\n  vars: {text: no list}\n  tasks:\n    - include_tasks: inc.yml\n      loop: '{{ text }}'\n      ignore_errors: true\n    \
                - include_tasks: '{{ nope }}.yml'\n      ignore_errors: true\n    \
                - include_tasks: inc.yml\n      loop: [1, 2]\n      when: 'item if item == 1 else true'\n      ignore_errors: true\n";
    let told = told(&[("play.yml", play), ("inc.yml", "- debug: {msg: 'did {{ item }}'}\n")], &[]);
    let told: Vec<_> = told.iter().map(|line| line.split("included: ").next().unwrap()).collect();
    assert_eq!(
        told,
        [
            "include_tasks: the loop cannot be made: it is text, where a list is needed ...ignoring",
            "include_tasks: `file`: `nope` is undefined ...ignoring",
            "include_tasks: (item=1) `when: item if item == 1 else true` is a whole number, and a condition must be true or false ...ignoring",
            "include_tasks: ",
            "debug: did 2",
        ]
    );
}

#[test]
fn a_result_that_shows_the_one_before_is_not_nested_without_end() {
    let play = "- hosts: g\n  tasks:\n    - debug: {var: r}\n      loop: '{{ range(300) }}'\n      register: r\n      no_log: true\n    \
                - debug: {msg: '{{ r.results | length }} {{ r.results[2].r.item }}'}\n";
    assert_eq!(told(&[("play.yml", play)], &[])[1..], ["debug: 300 1"]);
}

#[test]
fn a_task_that_was_never_content_has_failed_whatever_failed_when_says() {
    let play = "- hosts: g\n  tasks:\n    - debug: {msg: x}\n      until: false\n      failed_when: false\n      retries: 1\n      delay: 0\n      register: r\n    \
                - debug: {msg: '{{ r is failed }} {{ r.attempts }}'}\n";
    assert_eq!(told(&[("play.yml", play)], &[]), ["debug: x", "debug: True 1"]);
}

#[test]
fn what_is_wrong_with_a_file_is_told_before_the_run_in_its_own_lines() {
    let play = "- hosts: g\n  vars_files: [gone.yml]\n  tasks:\n    - include_tasks: inc.yml\n    - import_tasks: gone.yml\n    \
                - import_tasks: '{{ x }}.yml'\n    - import_tasks: inc.yml\n      loop: [1]\n- import_playbook: gone.yml\n- import_playbook: play.yml\n";
    let desk = desk(&[("play.yml", play), ("inc.yml", "- debgu: {msg: x}\n")]);
    let outcome = run(&desk, &[]);
    assert_eq!(outcome.code, 1);
    let home = desk.path("");
    let text = outcome.err.replace(home.to_str().unwrap(), "");
    insta::assert_snapshot!(text, @r#"
    error: there is no file `gone.yml`
     --> play.yml:2:16
      |
    2 |   vars_files: [gone.yml]
      |                ^^^^^^^^
      |
      = help: names are taken relative to the file that names them

    error: there is no file `gone.yml`
     --> play.yml:5:21
      |
    5 |     - import_tasks: gone.yml
      |                     ^^^^^^^^
      |
      = help: names are taken relative to the file that names them

    error: the file of `import_tasks` is read before the run
     --> play.yml:6:21
      |
    6 |     - import_tasks: '{{ x }}.yml'
      |                     ^^^^^^^^^^^^^
      |
      = help: write `include_tasks`, which may hold a template

    error: `loop` has no meaning for `import_tasks`
     --> play.yml:8:13
      |
    8 |       loop: [1]
      |             ^
      |
      = help: set it on the tasks of the file

    error: there is no file `gone.yml`
     --> play.yml:9:20
      |
    9 | - import_playbook: gone.yml
      |                    ^^^^^^^^
      |
      = help: names are taken relative to the file that names them

    error: `play.yml` imports itself
      --> play.yml:10:20
       |
    10 | - import_playbook: play.yml
       |                    ^^^^^^^^
       |
       = help: leave the import out

    error: unknown action `debgu`
     --> inc.yml:1:3
      |
    1 | - debgu: {msg: x}
      |   ^^^^^
      |
      = help: did you mean `debug`?

    7 errors
    "#);
}

#[test]
fn a_file_may_include_itself_until_its_condition_says_no_more() {
    let play = "- hosts: g\n  tasks:\n    - set_fact: {n: 3}\n    - include_tasks: inc.yml\n";
    let inc = "- debug: {msg: '{{ n }}'}\n- set_fact: {n: '{{ n - 1 }}'}\n\
               - include_tasks: inc.yml\n  when: n > 0\n";
    let outcome = told(&[("play.yml", play), ("inc.yml", inc)], &[]);
    let debugs: Vec<_> = outcome.iter().filter(|line| line.starts_with("debug")).collect();
    assert_eq!(debugs, ["debug: 3", "debug: 2", "debug: 1"]);
}

#[test]
fn files_that_include_themselves_without_end_cost_their_host_alone() {
    let play = "- hosts: g\n  strategy: linear\n  tasks:\n    - include_tasks: '{{ file }}.yml'\n      vars: {file: inc}\n      when: inventory_hostname == 'h1'\n";
    let deep =
        "- block:\n    - include_tasks: inc.yml\n  always:\n    - debug: {msg: '{{ file }}'}\n";
    let again = "- include_tasks: inc.yml\n  when: n < 12\n".repeat(3);
    let wide = "- set_fact: {n: '{{ n | default(0) + 1 }}'}\n".to_owned()
        + &again
        + "- set_fact: {n: '{{ n - 1 }}'}\n";
    for (inc, how) in [
        (deep, "included files and blocks are more than 200 deep"),
        (&wide, "more than 5000 files are included"),
    ] {
        let desk = desk(&[("play.yml", play), ("inc.yml", inc)]);
        let outcome = run(&desk, &[]);
        assert_eq!(outcome.code, 2, "{}", outcome.err);
        let told = format!("{how} (h1)");
        assert!(outcome.out.contains(&told), "{}", outcome.out);
        assert!(outcome.out.contains("2 of 3 FortiGates examined"), "{}", outcome.out);
    }
}

#[test]
fn hosts_that_are_in_different_files_are_not_in_one_place() {
    let play = "- hosts: g\n  strategy: linear\n  tasks:\n    \
                - include_tasks: '{{ inventory_hostname }}.yml'\n      when: inventory_hostname != 'h3'\n    \
                - include_tasks: item.yml\n      loop: [one, two]\n      when: item == 'two' or inventory_hostname == 'h3'\n    \
                - debug: {msg: \"{{ who | default('-') }} {{ twice }}\"}\n";
    let once = |name: &str| format!("- set_fact: {{who: {name}}}\n  run_once: true\n");
    let item = "- set_fact: {twice: '{{ item }} of {{ inventory_hostname }}'}\n  run_once: true\n";
    let (h1, h2) = (once("first"), once("second"));
    let files = [("play.yml", play), ("h1.yml", &h1), ("h2.yml", &h2), ("item.yml", item)];
    let desk = desk(&files);
    let outcome = run(&desk, &["-v"]);
    let mut said: Vec<_> = outcome.err.lines().filter(|line| line.contains("=> debug")).collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "ok: [h1] => debug: first two of h1",
            "ok: [h2] => debug: second two of h1",
            "ok: [h3] => debug: - two of h1",
        ]
    );
}

#[test]
fn a_variable_may_have_the_name_of_a_function() {
    let play = "- hosts: g\n  vars: {q: [1, 2], now: later}\n  tasks:\n    - debug: {msg: \"{{ q | sum }} {{ now }} {{ lookup('vars', 'now') }}\"}\n";
    assert_eq!(told(&[("play.yml", play)], &[]), ["debug: 3 later later"]);
}

#[test]
fn variables_of_files_and_prompts_have_their_places() {
    let play = "- hosts: g\n  vars: {a: play, b: play, c: play, d: play}\n  vars_prompt:\n    - {name: b, default: prompt}\n    - {name: c, default: prompt}\n  \
                vars_files:\n    - [gone.yml, vf.yml]\n    - '{{ inventory_hostname }}.yml'\n  tasks:\n    \
                - debug: {msg: '{{ a }} {{ b }} {{ c }} {{ d }} {{ e }}'}\n    \
                - include_vars: iv.yml\n    - debug: {msg: '{{ d }} {{ f }}'}\n      vars: {d: task}\n    \
                - set_fact: {d: fact}\n    - include_vars: iv.yml\n    - debug: {msg: '{{ d }}'}\n    \
                - include_vars: {file: iv.yml, name: bundle}\n      register: r\n    \
                - debug: {msg: '{{ bundle.f }} {{ r.ansible_facts.bundle.d }}'}\n";
    let files = [
        ("play.yml", play),
        ("vf.yml", "c: file\nd: file\n"),
        ("h1.yml", "d: of h1\ne: of h1\n"),
        ("iv.yml", "d: included\nf: lazy {{ a }}\n"),
    ];
    let debugs: Vec<_> =
        told(&files, &["-e", "a=extra"]).into_iter().filter(|l| l.starts_with("debug")).collect();
    assert_eq!(
        debugs,
        [
            "debug: extra prompt file of h1 of h1",
            "debug: included lazy extra",
            "debug: fact",
            "debug: lazy extra included",
        ]
    );
}

#[test]
fn a_prompt_without_a_default_needs_a_terminal_or_a_variable() {
    let play = "- hosts: g\n  vars_prompt: [{name: token, prompt: Which token}]\n  tasks: [{debug: {msg: '{{ token }}'}}]\n";
    let desk = desk(&[("play.yml", play)]);
    let outcome = run(&desk, &[]);
    assert_eq!(outcome.code, 1);
    let text = outcome.err.replace(desk.path("").to_str().unwrap(), "");
    insta::assert_snapshot!(text, @r#"
    error: `token` is asked for, and there is no terminal to ask at
     --> play.yml:2:17
      |
    2 |   vars_prompt: [{name: token, prompt: Which token}]
      |                 ^
      |
      = help: give it with `-e token=VALUE`

    1 error
    "#);
    assert_eq!(told(&[("play.yml", play)], &["-e", "token=x"]), ["debug: x"]);
    assert_eq!(run(&desk, &["--list-tasks"]).code, 0);
}

#[test]
fn an_imported_playbook_has_the_variables_tags_and_conditions_of_its_import() {
    let play = "- import_playbook: sub/other.yml\n  vars: {x: 1, y: 1}\n  tags: t\n  when: inventory_hostname == 'h1'\n\
                - hosts: h1\n  tasks:\n    - debug: {msg: \"{{ x | default('unset') }}\"}\n";
    let other = "- hosts: g\n  vars: {y: 0}\n  vars_files: vf.yml\n  tasks:\n    - debug: {msg: '{{ x }} {{ y }} {{ z }}'}\n";
    let files = [("play.yml", play), ("sub/other.yml", other), ("sub/vf.yml", "z: beside\n")];
    assert_eq!(told(&files, &[]), ["debug: 1 1 beside", "debug: unset"]);
    assert_eq!(told(&files, &["-t", "t"]), ["debug: 1 1 beside"]);
    let all = run(&desk(&files), &["-v"]);
    assert_eq!(all.err.matches("skipping: [").count(), 2, "{}", all.err);
}

#[test]
fn magic_variables_are_there() {
    let play = "- hosts: g\n  name: the play\n  tasks:\n    \
                - debug: {msg: '{{ ansible_forks }} {{ ansible_verbosity }} {{ ansible_version.major }}.{{ ansible_version.minor }} {{ ansible_check_mode }}'}\n    \
                - debug: {msg: '{{ hostvars.h2.inventory_hostname }} {{ hostvars | length }} {{ hostvars[inventory_hostname].group_names }} {{ vars.inventory_hostname }}'}\n    \
                - debug: {msg: \"{{ hostvars['h3'].of_group }} {{ hostvars['nobody'] is defined }}\"}\n    \
                - set_fact: {a: 1, b: '{{ nope | default(omit) }}'}\n    \
                - debug: {msg: '{{ b is defined }}'}\n    \
                - debug: {msg: '{{ nope | default(omit) }}'}\n    \
                - debug: {msg: seen, verbosity: 1}\n    - debug: {msg: unseen, verbosity: 2}\n    - debug:\n";
    let files =
        [("play.yml", play), ("group_vars/g.yml", "of_group: 'is {{ inventory_hostname }}'\n")];
    assert_eq!(
        told(&files, &["-f", "7"]),
        [
            "debug: 7 1 2.19 False",
            "debug: h2 3 ['g'] h1",
            "debug: is h3 False",
            "set_fact",
            "debug: False",
            "debug: Hello world!",
            "debug: seen",
            "debug",
            "debug: Hello world!",
        ]
    );
}

const SHOWN: &str = "- hosts: g
  name: shown
  tasks:
    - debug: {msg: '{{ item }}'}
      loop: [a, {k: 1}]
      when: item != 'a'
    - name: bad
      fail: {msg: no}
      until: false
      retries: 1
      delay: 0
      ignore_errors: true
      tags: [never, t]
    - include_tasks: inc.yml
    - debug: {msg: mine}
      delegate_to: h3
      run_once: true
      no_log: true
      tags: u
";

#[test]
fn the_stream_is_that_of_ansible() {
    let desk = desk(&[("play.yml", SHOWN), ("inc.yml", "- set_fact: {x: 1}\n")]);
    let outcome = run(&desk, &["-l", "h1,h2", "-t", "all,never", "--format", "ansible"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let text = outcome.out.replace(desk.path("").to_str().unwrap(), "");
    insta::assert_snapshot!(text, @r#"

    PLAY [shown] *******************************************************************

    TASK [debug] *******************************************************************
    skipping: [h1] => (item=a) 
    ok: [h1] => (item={'k': 1}) => {
        "msg": {
            "k": 1
        }
    }
    skipping: [h2] => (item=a) 
    ok: [h2] => (item={'k': 1}) => {
        "msg": {
            "k": 1
        }
    }

    TASK [bad] *********************************************************************
    FAILED - RETRYING: [h1]: bad (1 retries left).
    fatal: [h1]: FAILED! => {"attempts": 1, "changed": false, "msg": "no"}
    ...ignoring
    FAILED - RETRYING: [h2]: bad (1 retries left).
    fatal: [h2]: FAILED! => {"attempts": 1, "changed": false, "msg": "no"}
    ...ignoring

    TASK [include_tasks] ***********************************************************
    included: inc.yml for h1, h2

    TASK [set_fact] ****************************************************************
    ok: [h1]
    ok: [h2]

    TASK [debug] *******************************************************************
    ok: [h1 -> h3]

    PLAY RECAP *********************************************************************
    h1                         : ok=5    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=1   
    h2                         : ok=4    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=1
    "#);
}

#[test]
fn what_an_include_loops_over_is_hidden_where_it_says_no_log() {
    let play = "- hosts: g\n  tasks:\n    - include_tasks: '{{ item.file }}.yml'\n      loop: [{file: inc, token: canary}]\n      no_log: true\n";
    let desk = desk(&[("play.yml", play), ("inc.yml", "- debug: {msg: in}\n")]);
    let outcome = run(&desk, &["-l", "h1", "-v", "--format", "ansible"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.out.contains("inc.yml for h1 => (item=(censored due to no_log))\n"));
    assert!(!outcome.out.contains("canary") && !outcome.err.contains("canary"), "{}", outcome.err);
}

#[test]
fn tags_are_listed_and_a_run_may_begin_at_a_task() {
    let desk = desk(&[("play.yml", SHOWN), ("inc.yml", "- set_fact: {x: 1}\n")]);
    let listed = run(&desk, &["--list-tags"]).out;
    let listed = listed.lines().skip(2).collect::<Vec<_>>().join("\n");
    assert_eq!(listed, "\n  play #1 (g): shown\tTAGS: []\n      TASK TAGS: [never, t, u]");
    let outcome = run(&desk, &["-l", "h1", "-v", "--start-at-task", "inc*"]);
    assert_eq!(said(&outcome).len(), 3, "{}", outcome.err);
    let outcome = run(&desk, &["--start-at-task", "baad"]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.err, @r#"
    error: no task is named `baad`, where the run is to start
     |
     = help: did you mean `bad`?

    1 error
    "#);
}

#[test]
fn a_check_shows_what_would_be_asked_and_asks_nothing() {
    let play = "- hosts: g\n  tasks:\n    - fortitoken_info:\n    - cli: {command: 'get system {{ what }}', vdom: global}\n      when: inventory_hostname == 'h1'\n      vars: {what: performance status}\n    \
                - cli: 'show user {{ r.stdout }}'\n";
    let desk = desk(&[("play.yml", play)]);
    let outcome = run(&desk, &["-l", "h1", "--check"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let text = outcome.out.replace(desk.path("").to_str().unwrap(), "");
    insta::assert_snapshot!(text, @r#"

    playbook: play.yml

      h1 (h1:22):
        get system status
        diagnose fortitoken info   @ every VDOM
        get system performance status   @ global   # when inventory_hostname == 'h1'
        show user {{ r.stdout }}   @ where the login leads
    "#);
}

#[test]
fn a_host_that_is_local_is_asked_nothing() {
    let play = "- hosts: g\n  vars: {ansible_connection: local}\n  tasks: [{fortios_facts: }]\n";
    let desk = desk(&[("play.yml", play)]);
    let outcome = run(&desk, &["-l", "h1"]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.err.replace(desk.path("").to_str().unwrap(), ""), @r#"
    error: host `h1`: `ansible_connection` is `local`, and the play "g" asks a device
     --> play.yml:2:30
      |
    2 |   vars: {ansible_connection: local}
      |                              ^
      |
      = help: tokenfleet speaks SSH: run it with `-e ansible_connection=network_cli`, or set that for this group

    1 error
    "#);
    let play = play.replace("{fortios_facts: }", "{debug: {msg: hi}}");
    assert_eq!(told(&[("play.yml", &play)], &[]), ["debug: hi"]);
}

#[test]
fn a_folder_of_variables_is_read_in_order_and_files_are_found_by_pattern() {
    let play = "- hosts: g\n  tasks:\n    - include_vars: {dir: vars, ignore_files: ['\\.bak'], files_matching: '\\.y', depth: 1}\n    \
                - debug: {msg: '{{ a }} {{ b }} {{ c | default(\"-\") }}'}\n    \
                - debug: {msg: '{{ item | basename }}'}\n      with_fileglob: ['vars/*.yml', 'none/*']\n    \
                - debug: {msg: \"{{ lookup('vars', 'a') }} {{ query('fileglob', 'vars/*.y*ml') | length }} {{ lookup('file', 'x.txt') }}\"}\n    \
                - include_vars: '{{ item }}'\n      with_first_found: [gone.yml, vars/10.yaml]\n    \
                - debug: {var: b}\n";
    let files = [
        ("play.yml", play),
        ("vars/00.yml", "a: 1\nb: 1\n"),
        ("vars/10.yaml", "b: 2\n"),
        ("vars/20.yml.bak", "b: 3\n"),
        ("vars/30.txt", "b: 4\n"),
        ("vars/deep/40.yml", "c: 5\n"),
        ("x.txt", "text\n"),
    ];
    let told = told(&files, &[]);
    assert_eq!(told[1], "debug: 1 2 -");
    assert_eq!(
        told[2..4],
        [
            "debug: (item=".to_owned() + &path_of(&told[2]) + ") 00.yml",
            "debug: 1 2 text".to_owned()
        ]
    );
    assert_eq!(told[5], "debug: b: 2");
}

fn path_of(said: &str) -> String {
    said.split(['=', ')']).nth(1).unwrap_or_default().to_owned()
}

#[test]
fn what_is_wrong_with_a_folder_of_variables_is_told() {
    let play = "- hosts: g\n  tasks:\n    - include_vars: {dir: vars}\n      ignore_errors: true\n    \
                - include_vars: {dir: gone}\n      ignore_errors: true\n";
    let told = told(&[("play.yml", play), ("vars/x.txt", "a: 1\n")], &[]);
    assert_eq!(
        told,
        [
            "include_vars: `x.txt` ends in none of `yaml`, `yml`, `json` ...ignoring",
            "include_vars: there is no folder `gone` ...ignoring",
        ]
    );
    let desk = desk(&[(
        "play.yml",
        "- hosts: g\n  tasks:\n    - include_vars: {file: a.yml, dir: b}\n    - include_vars: {file: a.yml, depth: 1}\n    \
         - include_vars: {dir: a, files_matching: '('}\n",
    )]);
    let outcome = run(&desk, &[]);
    let text = outcome.err.replace(desk.path("").to_str().unwrap(), "");
    insta::assert_snapshot!(text, @r"
    error: `include_vars` has both `file` and `dir`
     --> play.yml:3:40
      |
    3 |     - include_vars: {file: a.yml, dir: b}
      |                                        ^
      |
      = help: write one of them

    error: `depth` is about a folder, and `include_vars` has none
     --> play.yml:4:42
      |
    4 |     - include_vars: {file: a.yml, depth: 1}
      |                                          ^
      |
      = help: write `dir: FOLDER`, or leave it out

    error: `(` is no regular expression
     --> play.yml:5:46
      |
    5 |     - include_vars: {dir: a, files_matching: '('}
      |                                              ^^^
      |
      = help: see the brackets and what stands before `*`

    3 errors
    ");
}

#[test]
fn keywords_that_are_true_or_false_may_be_templates() {
    let play = "- hosts: g\n  vars: {yes_: true}\n  tasks:\n    - fail: {msg: no}\n      ignore_errors: '{{ inventory_hostname != \"h2\" }}'\n    \
                - debug: {msg: once}\n      run_once: '{{ yes_ }}'\n    - debug: {msg: hidden}\n      no_log: '{{ yes_ }}'\n    \
                - debug: {msg: x}\n      ignore_errors: '{{ nope }}'\n    - debug: {msg: not reached}\n";
    let desk = desk(&[("play.yml", play)]);
    let outcome = run(&desk, &["-v"]);
    assert_eq!(outcome.code, 2, "{}", outcome.err);
    let mut told = said(&outcome);
    told.sort_unstable();
    told.dedup();
    assert_eq!(
        told,
        [
            "debug: `ignore_errors`: `nope` is undefined",
            "debug: once",
            "debug: the output has been hidden due to the fact that 'no_log: true' was specified for \
             this task",
            "fail: no",
            "fail: no ...ignoring",
        ]
    );
    assert_eq!(said(&outcome).iter().filter(|line| *line == "debug: once").count(), 1);
}

#[test]
fn the_machine_that_the_run_is_on_may_be_named_and_is_no_device() {
    let play = "- hosts: localhost\n  tasks:\n    - set_fact: {total: '{{ groups.g | length }} {{ v }}'}\n    \
                - debug: {msg: '{{ inventory_hostname in groups.all }}'}\n\
                - hosts: h1\n  tasks:\n    - debug: {msg: '{{ hostvars.localhost.total }}'}\n";
    let files = [("play.yml", play), ("group_vars/all.yml", "v: 7\n")];
    let desk = desk(&files);
    let outcome = run(&desk, &["-v"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert_eq!(said(&outcome)[1..], ["debug: False", "debug: 3 7"]);
    let report = desk.json();
    let hosts: Vec<_> = report["devices"].as_array().unwrap().iter().collect();
    assert_eq!((hosts.len(), &hosts[0]["host"]), (1, &"h1".into()));
    // What goes wrong there is told, and counts.
    desk.file(
        "play.yml",
        "- hosts: localhost,h1\n  tasks: [{fail: {msg: no}, when: inventory_hostname != 'h1'}]\n",
    );
    let outcome = run(&desk, &[]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("error: localhost: no\n"), "{}", outcome.err);
}

#[test]
fn nobody_asks_the_machine_that_the_run_is_on_as_if_it_were_a_device() {
    let play = "- name: read\n  hosts: localhost:g\n  tasks: [{cli: get system status}]\n";
    let desk = desk(&[("play.yml", play)]);
    let outcome = run(&desk, &[]);
    assert_eq!(outcome.code, 1);
    let text = outcome.err.replace(desk.path("").to_str().unwrap(), "");
    insta::assert_snapshot!(text, @r#"
    error: `localhost` is no FortiGate, and the play "read" asks a device
     --> play.yml:2:10
      |
    2 |   hosts: localhost:g
      |          ^^^^^^^^^^^
      |
      = help: name hosts of the inventory; if a device is reached through a tunnel that ends here, write it into the inventory

    1 error
    "#);
}

#[test]
fn a_run_without_any_device_says_so() {
    let desk = desk(&[("play.yml", "- hosts: localhost\n  tasks: [{debug: }]\n")]);
    let outcome = run(&desk, &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let warning = "warning: no play is for a device, so that the reports list none";
    assert!(outcome.err.contains(warning), "{}", outcome.err);
}
