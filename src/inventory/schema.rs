//! A JSON Schema of inventories in YAML and of files of variables, for editors.

use serde_json::{Map, Value as Json, json};

use super::connection;

/// The schema of an inventory in YAML, in draft 7, which editors know best. Its definition
/// `variables` is that of the files in `group_vars/` and `host_vars/`.
pub fn schema() -> Json {
    let group = json!({"anyOf": [{"$ref": "#/definitions/group"}, {"type": "null"}]});
    let names =
        |value: &Json| json!({"type": ["object", "string", "null"], "additionalProperties": value});
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "An inventory of tokenfleet, and of Ansible",
        "type": "object",
        "minProperties": 1,
        "not": {"anyOf": [{"required": ["plugin"]}, {"required": ["_meta"]}]},
        "additionalProperties": group,
        "definitions": {
            "group": {
                "type": "object",
                "properties": {
                    "hosts": names(&json!({"$ref": "#/definitions/variables"})),
                    "children": names(&group),
                    "vars": {"$ref": "#/definitions/variables"},
                },
                "additionalProperties": false,
            },
            "variables": {"type": ["object", "string", "null"], "properties": variables()},
        },
    })
}

/// The variables that decide how a host is reached; all others may be anything.
fn variables() -> Map<String, Json> {
    let text = json!({"type": ["string", "null"]});
    let secret = json!({"type": ["string", "integer", "null", "object"]});
    let number = json!({"type": ["number", "string", "null"]});
    let flag = json!({"type": ["boolean", "string", "null"]});
    let mut properties = Map::new();
    for (name, kind) in connection::kinds() {
        let schema = match kind {
            connection::Kind::Text => &text,
            connection::Kind::Secret => &secret,
            connection::Kind::Number => &number,
            connection::Kind::Flag => &flag,
        };
        properties.insert(name.to_owned(), schema.clone());
    }
    properties.insert("ansible_group_priority".to_owned(), number);
    properties
}
