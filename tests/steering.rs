//! Names of an inventory or a playbook steer no terminal, wherever they are shown.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::process::{Command, Stdio};

use desk::Desk;
use serde_json::Value as Json;

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

#[test]
fn a_listing_goes_to_a_pipe_as_it_is_and_to_a_terminal_with_escapes() {
    let desk = Desk::new();
    let hosts = desk.file("hosts.yml", INVENTORY);
    let list = ["inventory", "-i", &hosts, "--list"];
    let piped = desk.run(&list).out;
    assert!(piped.contains(['\u{9b}']) && piped.contains('\u{202e}'), "{piped:?}");
    let shown = |arguments: &[&str]| {
        // `script` lends its command a terminal.
        let command = desk.command(arguments);
        let words: Vec<_> = command.get_args().map(|word| word.to_str().unwrap()).collect();
        let line = format!("{} {}", command.get_program().display(), words.join(" "));
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let outcome = desk.finish(script.env("NO_COLOR", "1").stdin(Stdio::null()));
        outcome.out.replace("\r\n", "\n")
    };
    if Command::new("script").arg("-V").output().is_err() {
        println!("skipped: `script` (util-linux) is not installed");
        return;
    }
    let told = shown(&list);
    assert_eq!(
        serde_json::from_str::<Json>(&told).unwrap(),
        serde_json::from_str::<Json>(&piped).unwrap()
    );
    assert!(told.contains(r"\u009b31m\u202e"), "{told:?}");
    let yaml = shown(&[&list[..], &["--yaml"]].concat());
    let text = shown(&["template", &desk.file("t.j2", "a\u{9b}31m\u{202e}b\n")]);
    assert_eq!(text, "ab\n");
    for text in [told, yaml, text] {
        let steers = ['\u{1b}', '\u{7}', '\u{8}', '\u{9b}', '\u{202e}'];
        assert!(!text.contains(steers), "{text:?}");
    }
}
