//! The pages for operators, held to the code: what is sent, and which test holds which promise.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads pages and sources"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use tokenfleet::fortios::command::Command;
use tokenfleet::fortios::session::{Listing, Sent, VdomName};

fn read(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The part of a page under a heading, up to the next one.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("\n{heading}\n")).expect(heading);
    rest.split_once("\n#").map_or(rest, |(section, _)| section)
}

/// The rows of the first table of a section, without its head: the cells.
fn rows(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// How the page shows what is sent. Whoever adds a variant has to add it here and to the page.
fn shown(sent: &Sent) -> String {
    match sent {
        Sent::NextPage => "one blank".to_owned(),
        Sent::ProbePrompt => "an empty line".to_owned(),
        Sent::InVdom(..) => "`sudo NAME COMMAND`".to_owned(),
        Sent::StillListed(_, Listing::Kernel) => {
            "`diagnose sys vd list \\| grep name=NAME`".to_owned()
        }
        Sent::StillListed(_, Listing::Property) => {
            "`get system vdom-property \\| grep NAME`".to_owned()
        }
        Sent::EnterVdom(_) => "`edit NAME`".to_owned(),
        Sent::Command(_)
        | Sent::AcceptBanner
        | Sent::Decline
        | Sent::EnterGlobal
        | Sent::EnterVdoms
        | Sent::Up
        | Sent::Exit => format!("`{}`", sent.text()),
    }
}

#[test]
fn the_page_about_fortios_lists_all_that_is_sent() {
    let name = || VdomName::from_listed("NAME").unwrap();
    let all = [
        Sent::Command(Command::SYSTEM_STATUS),
        Sent::EnterGlobal,
        Sent::Command(Command::VDOM_LIST),
        Sent::Command(Command::VDOM_PROPERTY),
        Sent::InVdom(name(), Command::FORTITOKEN_INFO),
        Sent::StillListed(name(), Listing::Kernel),
        Sent::StillListed(name(), Listing::Property),
        Sent::EnterVdoms,
        Sent::EnterVdom(name()),
        Sent::Up,
        Sent::Exit,
        Sent::NextPage,
        Sent::AcceptBanner,
        Sent::ProbePrompt,
        Sent::Decline,
    ];
    let page = read("docs/fortios.md");
    let told: Vec<_> = rows(section(&page, "## What a session sends"))
        .iter()
        .map(|row| row[0].to_owned())
        .collect();
    assert_eq!(told, all.iter().map(shown).collect::<Vec<_>>());

    let section = section(&page, "### `diagnose` commands that `cli` may send");
    let told: Vec<_> =
        rows(section).iter().map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    let known: Vec<_> = Command::read_only_diagnose()
        .map(|(command, why)| (format!("`diagnose {command}`"), why.to_owned()))
        .collect();
    assert_eq!(told, known);
}

#[test]
fn each_promise_is_held_by_tests_that_exist() {
    let page = read("docs/security.md");
    let rows = rows(section(&page, "## Promises"));
    assert!(rows.len() >= 15, "{rows:?}");
    let mut wrong = BTreeSet::new();
    for row in rows {
        let tests: Vec<&str> = row[1].split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            wrong.insert(format!("no test holds `{}`", row[0]));
        }
        for test in tests {
            let (file, name) = test.split_once("::").unwrap();
            let source = read(file);
            let is_test = source
                .split_once(&format!("fn {name}("))
                .and_then(|(before, _)| before.rsplit_once("#[").map(|(_, attribute)| attribute));
            let ok = is_test.is_some_and(|attribute| {
                attribute.starts_with("test]")
                    || attribute.starts_with("tokio::test")
                    || attribute.starts_with("ignore")
            });
            if !ok {
                wrong.insert(format!("`{test}` is no test"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
