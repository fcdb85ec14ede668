//! Names of an inventory or a playbook steer no terminal, wherever they are shown.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const INVENTORY: &str = r#"all:
  hosts:
    "fw\e]0;title\ared\u009b31m\u202e": {ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: u, ansible_password: p,
      note: "\e[2J\e]0;t\a"}
"#;
const PLAY: &str = r#"- name: "play \e[31m\e]0;title\a\u202e"
  hosts: all
  gather_facts: true
  ignore_unreachable: true
  tasks:
    - name: "task \e[2J\r\b\u009b31m\u202e {{ note }}"
      fail: {msg: "\e[2J {{ note }}"}
      ignore_errors: true
"#;

#[test]
fn names_with_escapes_are_shown_without_them() {
    let desk = Desk::new();
    let hosts = desk.file("hosts.yml", INVENTORY);
    let play = desk.file("play.yml", PLAY);
    let run = ["run", &play, "-i", &hosts];
    let name = "fwred";
    let calls = [
        vec!["--list-hosts"],
        vec!["--list-tasks"],
        vec!["--list-tags"],
        vec!["--check"],
        vec!["-v"],
        vec!["--format", "ansible"],
    ];
    let folder = desk.path("reports");
    let mut told: Vec<String> = Vec::new();
    for call in calls {
        let outcome = desk.run(&[&run[..], &call, &["-o", folder.to_str().unwrap()]].concat());
        told.extend([outcome.out, outcome.err]);
    }
    for form in ["--graph", "--explain"] {
        let name = "fw\u{1b}]0;title\u{7}red\u{9b}31m\u{202e}";
        let about: &[&str] = if form == "--graph" { &[] } else { &[name] };
        let outcome = desk.run(&[&["inventory", "-i", &hosts, form][..], about].concat());
        assert_eq!(outcome.code, 0, "{}", outcome.err);
        told.extend([outcome.out, outcome.err]);
    }
    for report in ["report.html", "report.md", "devices.csv", "report.json"] {
        let text = desk.report(report);
        assert!(text.contains(name), "{report}");
        told.push(text);
    }
    for text in told {
        let steers = ['\u{1b}', '\u{7}', '\u{8}', '\u{9b}', '\u{202e}'];
        assert!(!text.contains(steers), "{text:?}");
    }
}
