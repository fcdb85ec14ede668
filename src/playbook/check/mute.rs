//! `mute:` of a play: findings that are known of.

use jiff::civil::Date;

use crate::model::{Mute, Written};
use crate::yaml::Node;

use super::Reader;

const KEYS: [&str; 5] = ["rule", "match", "token", "until", "because"];

pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Vec<Mute> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(entries) = node.as_list() else {
        let message = format!("`mute` must be a list, not {}", node.kind());
        reader.refuse(node, message, "begin each entry with `- rule: RULE`");
        return Vec::new();
    };
    entries.iter().filter_map(|entry| one(entry, reader)).collect()
}

fn one(entry: &Node, reader: &mut Reader<'_>) -> Option<Mute> {
    reader.fields("a mute", entry, &KEYS)?;
    for key in ["rule", "until", "because"] {
        if entry.get(key).is_none() {
            let hint = "a mute names a `rule`, its last day as `until`, and why as `because`";
            reader.refuse(entry, format!("this mute has no `{key}`"), hint);
        }
    }
    let mut written = |key| {
        let node = entry.get(key)?;
        let text = reader.literal(key, node)?.trim().to_owned();
        Some(Written { text, place: node.place.clone(), width: node.width })
    };
    let (rule, pattern) = (written("rule"), written("match"));
    let (token, because) = (written("token"), written("because"));
    let until = entry.get("until").and_then(|node| until(node, reader));
    Some(Mute {
        rule: rule?,
        pattern,
        token: token.map(|token| token.text),
        until: until?,
        because: because?.text,
        hosts: None,
    })
}

fn until(node: &Node, reader: &mut Reader<'_>) -> Option<Date> {
    let text = reader.literal("until", node)?.trim();
    // Other spellings of a date are read otherwise by others.
    let is_usual = text.len() == "2027-01-31".len();
    let date = text.parse().ok().filter(|_| is_usual);
    if date.is_none() {
        let message = format!("`until` is no date: `{text}`");
        reader.refuse(node, message, "write the last day as year, month and day: `2027-01-31`");
    }
    date
}
