//! Every capture under `tests/fixtures/fortios/PARSER/`, read by its parser. The results are
//! snapshots, reviewed by eye.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a capture that cannot be read is a failed test"
)]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tokenfleet::fortios::parse::{PARSERS, by_name};

fn captures(parser: &str) -> Vec<(String, String)> {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fortios").join(parser);
    let mut captures: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    captures.sort();
    captures
}

#[test]
fn captures_are_read() {
    for parser in PARSERS {
        for (name, text) in captures(parser.name) {
            insta::assert_json_snapshot!(format!("{}__{name}", parser.name), (parser.run)(&text));
        }
    }
}

#[test]
fn secrets_do_not_come_back() {
    let all: String = captures("user_fortitoken")
        .into_iter()
        .chain(captures("user_local"))
        .map(|(_, text)| text.replace("next", "nonsense"))
        .collect();
    for parser in PARSERS {
        let json = (parser.run)(&all).to_string();
        for secret in ["CODECODE", "REGID", "SEEDSEED", "AAAABBBB", "never clos", "lines\""] {
            assert!(!json.contains(secret), "{}: {secret} in {json}", parser.name);
        }
    }
}

#[test]
fn line_ends_and_columns_do_not_matter() {
    let parser = by_name("fortitoken_info").unwrap();
    for (name, text) in captures(parser.name) {
        let read = |text: &str| {
            let mut json = (parser.run)(text);
            // These are kept as they are given.
            json["unparsed"].take();
            json
        };
        let other = text.replace("\r\n", "\n").replace('\n', "\r\r\n").replace("    ", " ");
        assert_eq!(read(&other), read(&text), "{name}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(
        lines in prop::collection::vec(
            prop_oneof![
                Just("config user local".to_owned()),
                Just("edit \"a".to_owned()),
                Just("set passwd \"x".to_owned()),
                Just("end".to_owned()),
                Just("FORTITOKEN DRIFT STATUS".to_owned()),
                Just("FTKMOB0000000001 999999999999999999999 new".to_owned()),
                Just("Master: , FG, cluster index =".to_owned()),
                Just("fgt (".to_owned()),
                Just("name=".to_owned()),
                ".{0,30}",
            ],
            0..30,
        ),
    ) {
        let text = lines.join("\n");
        for parser in PARSERS {
            prop_assert!((parser.run)(&text)["unparsed"].is_array());
        }
    }
}
