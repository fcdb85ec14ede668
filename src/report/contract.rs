//! Holds `docs/templates.md` to the view and to the tables.

#![allow(clippy::panic)] // a test fails by panicking

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::context::context;
use super::{columns, example_view};
use crate::model::{SourceFile, Table};
use crate::template::TemplateSet;

const PAGE: &str = include_str!("../../docs/templates.md");

/// Parts of the view that are described elsewhere in it.
const DESCRIBED_AS: [(&str, &str); 9] = [
    ("trend.runs.findings", "summary.findings.by_severity"),
    ("muted", "findings"),
    ("devices.findings", "summary.findings.by_action"),
    ("tickets.ha", "devices.ha"),
    ("tickets.findings", "findings"),
    ("rma.ha", "devices.ha"),
    ("rma.preparations", "rma.blockers"),
    ("rma.blockers.evidence", "findings.evidence"),
    ("reprovision.tokens.owners", "tokens.owners"),
];

/// Every field that the page describes, with its example.
fn described() -> BTreeMap<String, String> {
    let (_, page) = PAGE.split_once("\n## The view\n").unwrap();
    let mut fields = BTreeMap::new();
    let mut section = "";
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("### `") {
            section = heading.trim_end_matches('`');
        } else if line.starts_with("| `") {
            let cells: Vec<&str> =
                line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            let ["", field, kind, _, example, ""] = cells[..] else { panic!("{line}") };
            assert!(!kind.is_empty(), "{line}");
            let path = [section, field].join(".").trim_start_matches('.').to_owned();
            let known = fields.insert(path, example.to_owned());
            assert!(known.is_none(), "{section}.{field} is described twice");
        }
    }
    fields
}

/// Every field of the view, with all values that it has.
fn fields(value: &Value, path: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let path = DESCRIBED_AS.iter().find(|(own, _)| *own == path).map_or(path, |(_, as_)| as_);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = [path, key].join(".").trim_start_matches('.').to_owned();
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                found.entry(path.clone()).or_default().insert(text);
                fields(value, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, path, found)),
        _ => {}
    }
}

#[test]
fn every_field_is_described_and_every_description_is_of_a_field() {
    let mut found = BTreeMap::new();
    fields(&serde_json::to_value(example_view()).unwrap(), "", &mut found);
    let described = described();
    let actual: Vec<&String> = found.keys().collect();
    let expected: Vec<&String> = described.keys().collect();
    assert_eq!(actual, expected);
}

#[test]
fn the_examples_are_those_of_the_example() {
    let mut found = BTreeMap::new();
    fields(&serde_json::to_value(example_view()).unwrap(), "", &mut found);
    for (field, example) in described() {
        let values = &found[&field];
        assert!(
            example.is_empty() || values.contains(&example),
            "`{field}` is never `{example}`, but {values:?}"
        );
    }
}

#[test]
fn the_template_on_the_page_works() {
    let (_, block) = PAGE.split_once("```jinja\n").unwrap();
    let (template, _) = block.split_once("```").unwrap();
    let source = SourceFile::new("docs/templates.md", template);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let templates = TemplateSet::new([("page".to_owned(), source)], now).unwrap();
    let text = templates.render("page", &context(&Arc::new(example_view()))).unwrap();
    assert_eq!(text, "fgt-lon-01 (FortiGate-60F): 3\n");
}

#[test]
fn every_column_is_described() {
    for table in Table::ALL {
        let names: Vec<String> =
            columns(table).iter().map(|column| format!("`{column}`")).collect();
        let line = format!("- `{}.csv`: {}", table.as_str(), names.join(", "));
        assert!(PAGE.lines().any(|known| known == line), "docs/templates.md lacks:\n{line}");
    }
}
