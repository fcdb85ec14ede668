//! Playbooks as users write them: each of `tests/fixtures/playbooks/bad` is refused with all that
//! is wrong with it, and each of `good` is read.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use proptest::prelude::*;
use regex::Regex;
use tokenfleet::model::SourceFile;
use tokenfleet::playbook::{Checked, Play, Playbook, Step, check};
use tokenfleet::template::Templar;
use tokenfleet::terminal::{Look, render_issues};

fn playbooks(folder: &str) -> Vec<(String, SourceFile)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let read = |path: &PathBuf| {
        let source = SourceFile::new("playbook.yml", fs::read_to_string(path).unwrap());
        (name(path), source)
    };
    paths.iter().map(read).collect()
}

fn checked(source: &SourceFile) -> Checked {
    check(source, &Templar::new(Timestamp::UNIX_EPOCH))
}

fn told(source: &SourceFile, checked: &Checked) -> String {
    render_issues(&checked.issues, std::slice::from_ref(source), Look::PLAIN)
}

#[test]
fn a_bad_playbook_is_refused_with_all_that_is_wrong_with_it() {
    for (name, source) in playbooks("tests/fixtures/playbooks/bad") {
        let checked = checked(&source);
        assert!(checked.playbook.is_none(), "{name} was read");
        insta::assert_snapshot!(format!("bad__{name}"), told(&source, &checked));
    }
}

#[test]
fn a_good_playbook_is_read() {
    for (name, source) in playbooks("tests/fixtures/playbooks/good") {
        let checked = checked(&source);
        let told = told(&source, &checked);
        assert!(checked.playbook.is_some(), "{name}:\n{told}");
        let playbook = checked.playbook.unwrap();
        insta::assert_snapshot!(format!("good__{name}"), format!("{told}{}", outline(&playbook)));
    }
}

/// A line for each play, task, report, rule and mute, with places as `LINE:COLUMN`.
fn outline(playbook: &Playbook) -> String {
    let mut lines = Vec::new();
    for play in &playbook.plays {
        let (reports, rules, mutes) = Default::default();
        let header = Play { steps: Vec::new(), reports, rules, mutes, ..play.clone() };
        lines.push(format!("{header:?}"));
        steps(&play.steps, "  ", &mut lines);
        lines.extend(play.reports.iter().map(|report| format!("  {report:?}")));
        lines.extend(play.rules.iter().map(|rule| format!("  {rule:?}")));
        lines.extend(play.mutes.iter().map(|mute| format!("  {mute:?}")));
    }
    let place =
        Regex::new(r#"Place \{ file: "playbook.yml", line: (\d+), column: (\d+) \}"#).unwrap();
    place.replace_all(&lines.join("\n"), "$1:$2").into_owned()
}

fn steps(steps_of: &[Step], margin: &str, lines: &mut Vec<String>) {
    for step in steps_of {
        match step {
            Step::Task(task) => lines.push(format!("{margin}{task:?}")),
            Step::Block(block) => {
                let parts = [&block.body, &block.rescue, &block.always];
                for (name, part) in ["block", "rescue", "always"].into_iter().zip(parts) {
                    lines.push(format!("{margin}{name}:"));
                    steps(part, &format!("{margin}  "), lines);
                }
            }
        }
    }
}

#[test]
fn the_playbooks_that_come_along_are_without_a_mistake() {
    for (name, source) in playbooks("playbooks") {
        let checked = checked(&source);
        assert!(checked.issues.is_empty(), "{name}:\n{}", told(&source, &checked));
        assert!(checked.playbook.is_some(), "{name}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
                      length in 0..20_usize, insert in "[-:{}%#|>'\"é \n,a1=!&*\\[\\]\\\\]{0,6}") {
        let mut all = playbooks("tests/fixtures/playbooks/bad");
        all.extend(playbooks("tests/fixtures/playbooks/good"));
        let (_, source) = index.get(&all);
        let mut text: Vec<char> = source.text.chars().collect();
        let at = at.index(text.len());
        let end = (at + length).min(text.len());
        text.splice(at..end, insert.chars());
        let source = SourceFile::new("playbook.yml", text.into_iter().collect::<String>());
        let checked = checked(&source);
        prop_assert_eq!(checked.playbook.is_none(), checked.issues.iter().any(|i| i.is_error()));
        told(&source, &checked);
    }
}
