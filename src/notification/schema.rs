//! A JSON Schema of files of notifications, for editors: made of the tables that the reader reads by.

use serde_json::{Map, Value as Json, json};

use super::read::{COMMAND, KEYS, MAIL, WAYS, WEBHOOK};
use super::{Encryption, Occasion, Preset, SecretSource};
use crate::model::Severity;

/// The schema, in draft 7, which editors know best.
pub fn schema() -> Json {
    let mut notification = object(&KEYS, |key| match key {
        "on" => one_or_more(&json!({"enum": Occasion::ALL.map(Occasion::as_str)})),
        "severity" => json!({"enum": Severity::ALL.map(Severity::as_str)}),
        "timeout" | "retries" => json!({"type": "integer", "minimum": 0}),
        "webhook" | "mail" | "command" => json!({"$ref": format!("#/definitions/{key}")}),
        _ => text(),
    });
    notification["required"] = json!(["name"]);
    notification["oneOf"] = WAYS.iter().map(|way| json!({"required": [way]})).collect();
    let mut webhook = object(&WEBHOOK, |key| match key {
        "url" => secret(),
        "preset" => json!({"enum": Preset::ALL.map(Preset::as_str)}),
        "headers" => json!({"type": "object", "additionalProperties": secret()}),
        _ => text(),
    });
    webhook["required"] = json!(["url"]);
    let mut mail = object(&MAIL, |key| match key {
        "port" => json!({"type": "integer", "minimum": 1, "maximum": u16::MAX}),
        "encryption" => json!({"enum": Encryption::ALL.map(Encryption::as_str)}),
        "password" => secret(),
        "to" | "attach" => one_or_more(&text()),
        _ => text(),
    });
    mail["required"] = json!(["server", "from", "to"]);
    let words = json!({"type": "array", "items": text(), "minItems": 1});
    let mut command = object(&COMMAND, |key| if key == "argv" { words.clone() } else { text() });
    command["required"] = json!(["argv"]);
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Notifications of tokenfleet",
        "type": "array",
        "minItems": 1,
        "items": notification,
        "definitions": {
            "webhook": webhook,
            "mail": mail,
            "command": {"anyOf": [words, command]},
        },
    })
}

fn text() -> Json {
    json!({"type": "string", "minLength": 1})
}

/// Vaulted text is text to an editor.
fn secret() -> Json {
    let mut source = object(&SecretSource::KEYS, |_| text());
    source["minProperties"] = json!(1);
    source["maxProperties"] = json!(1);
    json!({"anyOf": [text(), source]})
}

fn one_or_more(one: &Json) -> Json {
    json!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
}

fn object(keys: &[&str], shape: impl Fn(&str) -> Json) -> Json {
    let properties: Map<String, Json> =
        keys.iter().map(|key| ((*key).to_owned(), shape(key))).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}
