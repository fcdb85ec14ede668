//! A JSON Schema of playbooks, for editors: made of the tables that the checker reads by.
//!
//! It knows keys, actions, parameters and the kinds of values. What only a check can know
//! (expressions, commands, names) it lets pass.

use serde_json::{Map, Value as Json, json};

use super::actions::{ACTIONS, ActionRow, TextForm};
use super::keywords::{Level, allowed_at};
use super::reports;
use crate::inventory::Order;
use crate::model::Table;

/// The schema of a playbook, in draft 7, which editors know best.
pub fn schema() -> Json {
    let step = json!({"anyOf": [reference("block"), reference("task")]});
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A playbook of tokenfleet",
        "type": "array",
        "items": reference("play"),
        "definitions": {
            "play": play(),
            "steps": {"anyOf": [{"type": "array", "items": step}, {"type": "null"}]},
            "task": task(),
            "block": level(Level::Block, &["block"]),
            "report": report(),
            "texts": one_or_more(&json!({"type": "string"})),
            "condition": one_or_more(&json!({"type": ["string", "boolean"]})),
            "flag": {"anyOf": [{"type": "boolean"}, {"type": "string"}]},
            "number": {"anyOf": [{"type": "number"}, {"type": "string"}]},
            "variables": {"type": ["object", "null"]},
        },
    })
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/definitions/{name}")})
}

fn one_or_more(one: &Json) -> Json {
    json!({"anyOf": [one, {"type": "array", "items": one}]})
}

fn object(properties: Map<String, Json>) -> Json {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// The keywords of a level; one of them must be there.
fn level(level: Level, wanted: &[&str]) -> Json {
    let mut schema = object(keywords(level));
    let wanted: Vec<Json> = wanted.iter().map(|key| json!({"required": [key]})).collect();
    schema["anyOf"] = Json::from(wanted);
    schema
}

fn play() -> Json {
    let others = ["import_playbook", "ansible.builtin.import_playbook"];
    let known = keywords(Level::Play);
    let others = others.into_iter().filter(|key| known.contains_key(*key));
    level(Level::Play, &["hosts"].into_iter().chain(others).collect::<Vec<_>>())
}

fn keywords(level: Level) -> Map<String, Json> {
    let keywords = allowed_at(level).into_iter();
    let schema = |(name, values): (&'static str, Option<&'static [&'static str]>)| {
        let schema = match values {
            Some(values) => only(values),
            None => shape(name),
        };
        (name.to_owned(), schema)
    };
    keywords.map(schema).collect()
}

/// One of these, which YAML may read as a boolean.
fn only(values: &[&str]) -> Json {
    let mut values: Vec<Json> = values.iter().map(|value| json!(value)).collect();
    if values.contains(&json!("false")) {
        values.push(json!(false));
    }
    json!({"enum": values})
}

/// The kind of value of a keyword; anything where nothing is said here.
fn shape(keyword: &str) -> Json {
    match keyword {
        "hosts" | "tags" => reference("texts"),
        "name" | "register" | "delegate_to" => json!({"type": "string"}),
        "order" => json!({"enum": Order::NAMES}),
        "vars" => reference("variables"),
        "tasks" | "pre_tasks" | "post_tasks" | "block" | "rescue" | "always" => reference("steps"),
        "reports" => json!({"type": ["array", "null"], "items": reference("report")}),
        "when" | "failed_when" | "changed_when" | "until" => reference("condition"),
        "gather_facts" | "ignore_errors" | "ignore_unreachable" | "no_log" => reference("flag"),
        "retries" | "delay" | "timeout" => reference("number"),
        "loop_control" | "args" => json!({"type": "object"}),
        _ => json!({}),
    }
}

/// A task: keywords and one action, by its short or its long name.
fn task() -> Json {
    let mut properties = keywords(Level::Task);
    let mut wanted = Vec::new();
    for row in ACTIONS {
        let long = row.collections.iter().map(|collection| format!("{collection}.{}", row.name));
        for name in [row.name.to_owned()].into_iter().chain(long) {
            wanted.push(json!({"required": [name]}));
            properties.insert(name, action(row));
        }
    }
    let mut schema = object(properties);
    schema["oneOf"] = Json::from(wanted);
    schema
}

fn action(row: &ActionRow) -> Json {
    let parameters = match row.parameters {
        Some(names) => object(names.iter().map(|name| ((*name).to_owned(), json!({}))).collect()),
        None => json!({"type": "object"}),
    };
    let mut forms = vec![parameters, json!({"type": "null"})];
    forms.push(match row.text {
        TextForm::Nothing => json!({"const": ""}),
        TextForm::Pairs | TextForm::Is(_) => json!({"type": "string"}),
    });
    json!({"anyOf": forms})
}

fn report() -> Json {
    let tables: Vec<&str> = Table::ALL.into_iter().map(Table::as_str).collect();
    let text = json!({"type": "string"});
    let mut properties: Map<String, Json> =
        reports::KEYS.iter().map(|key| ((*key).to_owned(), text.clone())).collect();
    properties.insert("csv".to_owned(), json!({"enum": tables}));
    let mut schema = object(properties);
    let sources = reports::SOURCES.iter().map(|key| json!({"required": [key]}));
    schema["oneOf"] = sources.collect();
    schema
}
