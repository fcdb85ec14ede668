//! The schemas for editors: every shipped file keeps to them, and slips do not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::path::{Path, PathBuf};

use desk::Desk;
use jsonschema::Validator;
use serde_json::{Value as Json, json};
use tokenfleet::model::SourceFile;
use tokenfleet::yaml;

/// The schema that the binary prints, in a validator that is not ours.
fn schema(of: &str) -> Validator {
    let outcome = Desk::new().run(&["schema", of]);
    assert_eq!((outcome.err.as_str(), outcome.code), ("", 0));
    jsonschema::draft7::new(&serde_json::from_str(&outcome.out).unwrap()).unwrap()
}

/// The same for files of variables.
fn variables_schema() -> Validator {
    let outcome = Desk::new().run(&["schema", "inventory"]);
    let whole: Json = serde_json::from_str(&outcome.out).unwrap();
    let schema = json!({"$ref": "#/definitions/variables", "definitions": whole["definitions"]});
    jsonschema::draft7::new(&schema).unwrap()
}

fn json_of(text: &str) -> Json {
    let parsed = yaml::parse(&SourceFile::new("x.yml", text));
    assert!(!parsed.has_errors(), "{:?}", parsed.issues);
    serde_json::to_value(parsed.node.unwrap().to_value()).unwrap()
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    found.sort();
    assert!(!found.is_empty(), "{folder}");
    found
}

fn keep_to(schema: &Validator, path: &Path) {
    let json = json_of(&fs::read_to_string(path).unwrap());
    let wrong: Vec<String> = schema
        .iter_errors(&json)
        .map(|error| format!("{}: {}", error.instance_path(), error.masked()))
        .collect();
    assert!(wrong.is_empty(), "{}: {}", path.display(), wrong.join("\n"));
}

#[test]
fn every_shipped_playbook_keeps_to_the_schema() {
    let schema = schema("playbook");
    for folder in ["playbooks", "tests/fixtures/playbooks/good"] {
        for path in files_below(folder) {
            keep_to(&schema, &path);
        }
    }
}

#[test]
fn every_shipped_inventory_keeps_to_the_schema() {
    let (schema, variables) = (schema("inventory"), variables_schema());
    for path in files_below("inventories") {
        let is_variables = path.components().any(|part| {
            let part = part.as_os_str();
            part == "group_vars" || part == "host_vars"
        });
        keep_to(if is_variables { &variables } else { &schema }, &path);
    }
}

#[test]
fn slips_in_a_playbook_do_not() {
    let schema = schema("playbook");
    for text in [
        "- hosts: all\n  taks: []\n",
        "- tasks: []\n",
        "- hosts: all\n  tasks: [{debug: {mgs: x}}]\n",
        "- hosts: all\n  tasks: [{debug: {msg: x}, whenn: true}]\n",
        "- hosts: all\n  tasks: [{debug: {msg: x}, cli: get system status}]\n",
        "- hosts: all\n  tasks: [{name: nothing to do}]\n",
        "- hosts: all\n  order: sort\n  tasks: []\n",
        "- hosts: all\n  become: true\n  tasks: []\n",
        "- hosts: all\n  tasks: []\n  reports: [{csv: nothing}]\n",
        "hosts: all\n",
    ] {
        assert!(!schema.is_valid(&json_of(text)), "{text}");
    }
}

#[test]
fn slips_in_an_inventory_do_not() {
    let schema = schema("inventory");
    for text in [
        "all: {host: {fw1: }}\n",
        "all: {hosts: [fw1]}\n",
        "all: {hosts: {fw1: {ansible_host: [192.0.2.1]}}}\n",
        "all: {hosts: {fw1: {ansible_user: true}}}\n",
        "all: {vars: [a]}\n",
        "plugin: netbox\n",
        "[]\n",
    ] {
        assert!(!schema.is_valid(&json_of(text)), "{text}");
    }
}
