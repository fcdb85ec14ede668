//! `until:`, `retries:` and `delay:` of a task.

use crate::model::Value;
use crate::playbook::Retry;
use crate::template::is_template;
use crate::yaml::Node;

use super::Reader;
use super::keywords::Sifted;

/// What Ansible takes where nothing is said.
const RETRIES: i64 = 3;
const DELAY: i64 = 5;

/// `None` where neither `until` nor `retries` is said: the task runs once.
pub(super) fn read(keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Option<Retry> {
    let until = keys.get("until").map(|node| reader.conditions("until", node));
    let retries = keys.get("retries").map(|node| number("retries", node, reader));
    let delay = keys.get("delay").map(|node| number("delay", node, reader));
    if until.is_none() && retries.is_none() {
        return None;
    }
    Some(Retry {
        until: until.unwrap_or_default(),
        retries: retries.unwrap_or(Value::Int(RETRIES)),
        delay: delay.unwrap_or(Value::Int(DELAY)),
    })
}

/// A number from 0 on, or the template of one.
fn number(key: &str, node: &Node, reader: &mut Reader<'_>) -> Value {
    let value = reader.value(node);
    let is_good = match &value {
        Value::Int(number) => *number >= 0,
        Value::Float(number) => *number >= 0.0 && key == "delay",
        Value::Text(text) => is_template(text) || text.parse::<u32>().is_ok(),
        _ => false,
    };
    if !is_good {
        let message = match value {
            Value::Int(_) | Value::Float(_) => format!("`{key}` is not a number that can be used"),
            _ => format!("`{key}` must be a number from 0 on, not {}", node.kind()),
        };
        reader.refuse(node, message, format!("write a number, such as `{key}: 3`"));
    }
    value
}
