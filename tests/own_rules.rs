//! Rules that a playbook adds, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;
use serde_json::Value as Json;

const TASKS: &str = "- name: Audit\n  hosts: all\n  tasks:\n    - fortios_facts:\n    - fortitoken_info:\n    - fortitoken_owners:\n    - fortitoken_config:\n";

/// A playbook that reads everything and has these rules.
fn playbook(desk: &Desk, findings: &str) -> String {
    desk.file("own.yml", &format!("{TASKS}  findings:\n{findings}"))
}

fn of<'j>(json: &'j Json, rule: &str) -> Vec<&'j Json> {
    let findings = json["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["rule"] == rule).collect()
}

/// What is told, without the folder of the test.
fn told(desk: &Desk, text: &str) -> String {
    text.replace(desk.path("").to_str().unwrap(), "")
}

const RULES: &str = r#"    - rule: token-in-use
      title: In use
      when:
        - token.status == 'provisioned'
        - device.server == 'reachable'
      action: support_ticket
      severity: critical
      message: "Token {{ token.serial }} of {{ token.owner }} works on {{ device.host }}."
      remedy: "Ask {{ token.owner }}."
    - rule: unit-with-tokens
      over: device
      when: tokens | selectattr('kind', 'equalto', 'mobile') | list | length > 0
      message: "{{ device.host }} has {{ tokens | length }} tokens and {{ users | length }} users."
    - rule: administrator-with-token
      over: user
      when: user.kind == 'administrator' and user.token is not none
      severity: info
      message: "{{ user.name }} holds {{ user.token }}."
    - rule: few-spare
      over: fleet
      when: fleet.summary.tokens.spare < 1000
      severity: info
      action: none
      message: "{{ fleet.summary.tokens.spare }} tokens are spare."
    - rule: never
      when: token.drift > 1000
      message: Never.
"#;

#[test]
fn rules_of_a_playbook_appear_like_built_in_ones() {
    let desk = Desk::new();
    let playbook = playbook(&desk, RULES);
    let hosts = "fgt-lon-01,fgt-sea-01";
    let arguments = [&playbook, "-i", "inventories/lab", "-l", hosts, "--fail-on", "critical"];
    let outcome = desk.audit(&arguments);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let json = desk.json();

    // Each is held against the table that it looks at.
    let wanted: Vec<&Json> = json["tokens"].as_array().unwrap().iter().collect();
    let wanted = wanted.into_iter().filter(|token| token["status"] == "provisioned");
    let wanted: Vec<&Json> = wanted.map(|token| &token["serial"]).collect();
    let found = of(&json, "token-in-use");
    assert!(!wanted.is_empty());
    assert_eq!(found.iter().map(|finding| &finding["token"]).collect::<Vec<_>>(), wanted);
    for finding in &found {
        assert_eq!(
            (&finding["title"], &finding["severity"]),
            (&"In use".into(), &"critical".into())
        );
        let serial = finding["token"].as_str().unwrap();
        let message = format!(
            "Token {serial} of {} works on {}.",
            finding["owner"].as_str().unwrap_or("none"),
            finding["host"].as_str().unwrap()
        );
        assert_eq!(finding["message"], message.as_str());
        assert!(finding["evidence"][0]["text"].as_str().unwrap().contains(serial));
    }
    let unit = &of(&json, "unit-with-tokens")[0];
    assert!(unit["evidence"][0]["text"].as_str().unwrap().starts_with("Version: "), "{unit}");
    assert_eq!(unit["remedy"], "The playbook says no remedy for `unit-with-tokens`.");
    let administrator = &of(&json, "administrator-with-token")[0];
    assert!(administrator["evidence"][0]["text"].as_str().unwrap().starts_with("edit "));
    assert_eq!(json["findings"][0]["rule"], "few-spare");
    assert!(of(&json, "never").is_empty());

    // In every paper.
    for report in ["report.html", "report.md", "findings.csv"] {
        assert!(desk.report(report).contains("tokens are spare."), "{report}");
    }
    let ticket = desk.report("tickets/fgt-sea-01-token-in-use.txt");
    assert!(ticket.contains("works on fgt-sea-01."), "{ticket}");
    let summary = desk.report("summary.csv");
    let count =
        |rule: &str| format!("findings_rule_{rule},{},", of(&json, &rule.replace('_', "-")).len());
    for rule in ["token_in_use", "few_spare", "never"] {
        assert!(summary.contains(&count(rule)), "{rule}: {summary}");
    }
    assert!(outcome.out.contains("In use ("), "{}", outcome.out);
    assert!(outcome.out.contains("     1 worth knowing  few-spare (1)\n"), "{}", outcome.out);

    // The rules are kept with the run.
    std::fs::remove_file(&playbook).unwrap();
    let again = desk.path("again");
    let second =
        desk.run(&["report", "latest", "-o", again.to_str().unwrap(), "--fail-on", "critical"]);
    assert_eq!((second.code, second.out), (outcome.code, outcome.out));
    let read = |folder: &str| std::fs::read(desk.path(folder).join("report.json")).unwrap();
    assert_eq!(read("again"), read("reports"));
}

#[test]
fn a_ticket_lists_tokens_where_it_is_about_some() {
    let desk = Desk::new();
    let rule = "    - {rule: old, over: device, when: true, action: support_ticket, message: \"{{ device.host }} is old.\"}\n";
    desk.audit(&[&playbook(&desk, rule), "-i", "inventories/lab", "-l", "fgt-sea-01"]);
    let ticket = desk.report("tickets/fgt-sea-01-old.txt");
    assert!(ticket.contains("\nfgt-sea-01 is old.\n\nEvidence\n  get system status, "), "{ticket}");
}

#[test]
fn a_rule_looks_at_the_hosts_of_its_play() {
    let desk = Desk::new();
    let rule = "  findings:\n    - {rule: seen, over: device, when: true, message: x}\n";
    let other = "- hosts: fgt-sea-01\n  tasks:\n    - fortitoken_info:\n";
    let playbook = desk.file("own.yml", &format!("{TASKS}{other}{rule}"));
    desk.audit(&[&playbook, "-i", "inventories/lab", "-l", "fgt-lon-01,fgt-sea-01"]);
    let json = desk.json();
    let hosts: Vec<_> = of(&json, "seen").iter().map(|finding| &finding["host"]).collect();
    assert_eq!(hosts, ["fgt-sea-01"]);
}

#[test]
fn rules_over_what_no_task_reads_are_told() {
    let desk = Desk::new();
    let rules = "  findings:\n    - {rule: vip, over: user, when: true, message: x, severity: critical}\n    - {rule: locked, when: true, message: x}\n    - {rule: seen, over: device, when: true, message: x}\n";
    let check = |tasks: &str| {
        let text = format!("- hosts: all\n  tasks:\n    - fortios_facts:\n{tasks}{rules}");
        let outcome = desk.run(&["check", &desk.file("own.yml", &text)]);
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        told(&desk, &outcome.err)
    };
    insta::assert_snapshot!(check(""), @"
    warning: the rule `vip` is over users, and no task reads them, so that it finds nothing
     --> own.yml:5:14
      |
    5 |     - {rule: vip, over: user, when: true, message: x, severity: critical}
      |              ^^^
      |
      = help: add the task `fortitoken_owners:`

    warning: the rule `locked` is over tokens, and no task reads them, so that it finds nothing
     --> own.yml:6:14
      |
    6 |     - {rule: locked, when: true, message: x}
      |              ^^^^^^
      |
      = help: add the task `fortitoken_info:`

    2 warnings
    own.yml: 1 plays with 1 tasks: nothing wrong
    ");
    desk.file("more.yml", "- fortitoken_owners:\n- fortitoken_info:\n");
    for reading in [
        "    - fortitoken_info:\n    - fortitoken_owners:\n",
        "    - include_tasks: more.yml\n",
        "    - include_tasks: '{{ file }}'\n      vars: {file: more.yml}\n",
        "    - cli: {command: '{{ command }}'}\n      vars: {command: show user local}\n",
        "    - cli: {command: show user local, vdom: all}\n    - cli: diagnose fortitoken info\n",
    ] {
        assert!(!check(reading).contains("warning"), "{reading}");
    }
}

#[test]
fn a_mistake_in_a_rule_is_told_before_any_run() {
    let desk = Desk::new();
    let playbook = playbook(
        &desk,
        r#"    - rule: token-locked
      when: token.status == 'x'
      message: x
    - rule: slips
      when: token.serial == 'x' and token.onwer is none
      message: "{% for o in token.owners %}{{ o.name }}{{ tokn }}{% endfor %}"
    - rule: guarded-slip
      over: device
      when: device.sever | default('') == 'x'
      message: "{{ device.ha.members[0].xyz }}"
    - rule: no-condition
      when: token.owner
      message: x
    - rule: slip-in-a-filter
      over: device
      when: tokens | selectattr('statsu', 'equalto', 'locked') | list | length > 0
      message: x
    - rule: does-not-think-of-null
      when: token.owner | length > 3
      message: x
    - rule: of-no-fault
      over: fleet
      when: (fleet.devices | selectattr('host', 'equalto', 'fw') | first).tokens.spare < 3
      message: x
"#,
    );
    let outcome = desk.run(&["check", &playbook]);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(told(&desk, &outcome.err));
}

#[test]
fn names_are_looked_up_wherever_a_template_holds_them() {
    let desk = Desk::new();
    let check = |message: &str| {
        let rule = format!("    - rule: mine\n      when: true\n      message: \"{message}\"\n");
        let outcome = desk.run(&["check", &playbook(&desk, &rule)]);
        (outcome.code, outcome.err)
    };
    for fine in [
        "{% filter upper %}{{ token.serial }}{% endfilter %}",
        "{% block x %}{{ token.serial }}{% endblock %}",
    ] {
        assert_eq!(check(fine).0, 0, "{fine}");
    }
    for (slip, name) in [
        ("{% if token.status == 'zz' %}{% if token.nope %}x{% endif %}{% endif %}", "token.nope"),
        (
            "{% set s = token.serial %}{% if token.status == 'zz' %}{{ token.nope }}{% endif %}",
            "token.nope",
        ),
        ("{% if token.status == 'zz' %}{% set s = tokn.serial %}{% endif %}", "tokn"),
    ] {
        let (code, told) = check(slip);
        assert_eq!(code, 1, "{slip}");
        assert!(told.starts_with(&format!("error: `{name}` is undefined\n")), "{slip}: {told}");
    }
}

#[test]
fn a_rule_that_fails_in_a_run_is_loud_and_the_others_are_judged() {
    let desk = Desk::new();
    let host = "fgt-sea-01";
    desk.audit(&["playbooks/fortitoken-audit.yml", "-i", "inventories/lab", "-l", host]);
    let json = desk.json();
    let serial = json["tokens"][1]["serial"].as_str().unwrap();
    let rules = format!(
        "    - rule: fails-on-one\n      when: 1 / (1 if token.serial != '{serial}' else 0) > 0\n      severity: info\n      message: x\n"
    );
    let playbook = playbook(&desk, &rules);
    assert_eq!(desk.run(&["check", &playbook]).code, 0);
    let outcome =
        desk.audit(&[&playbook, "-i", "inventories/lab", "-l", host, "--fail-on", "critical"]);
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    let count = json["tokens"].as_array().unwrap().len();
    let said = format!(
        "the rule `fails-on-one` could not be judged for the token {serial} on {host}: the numbers \
         cannot be calculated with: one is zero, or the result too large"
    );
    assert!(
        outcome.err.contains(&format!("error: {said}\n  --> {playbook}:10:13\n")),
        "{}",
        outcome.err
    );
    let json = desk.json();
    assert_eq!(of(&json, "fails-on-one").len(), count - 1);
    // Nobody takes the report for a whole one.
    assert_eq!(json["run"]["notes"][0], said);
    assert!(desk.report("report.html").contains("could not be judged"));
    assert_eq!(desk.run(&["report", "latest", "--fail-on", "critical"]).code, 1);
}

#[test]
fn the_rules_of_a_playbook_are_explained() {
    let desk = Desk::new();
    let playbook = playbook(&desk, RULES);
    let list = desk.run(&["explain", "--playbook", &playbook]);
    assert!(
        list.out.contains("token-in-use                  critical  support_ticket  In use\n"),
        "{}",
        list.out
    );
    let outcome = desk.run(&["explain", "token-in-use", "--playbook", &playbook]);
    insta::assert_snapshot!(told(&desk, &outcome.out), @r"
    token-in-use: In use
    severity: critical   action: support_ticket

    A rule of own.yml, line 9. It fires for each token where
        token.status == 'provisioned'
        and device.server == 'reachable'
    and says: Token {{ token.serial }} of {{ token.owner }} works on {{ device.host }}.

    What to do: Ask {{ token.owner }}.
    ");
    assert_eq!(desk.run(&["explain", "token-in-use"]).code, 1);
}
