//! `vars_files:` and `vars_prompt:` of a play.

use crate::playbook::play::VarsFile;
use crate::playbook::{Prompt, library};
use crate::template::is_template;
use crate::yaml::Node;

use super::Reader;

/// Each entry is a file, or a list of files of which the first counts that exists.
pub(super) fn files(node: &Node, reader: &mut Reader<'_>) -> Vec<VarsFile> {
    if node.is_null() {
        return Vec::new();
    }
    let entries = node.as_list().unwrap_or(std::slice::from_ref(node));
    entries.iter().filter_map(|entry| file(entry, reader)).collect()
}

fn file(entry: &Node, reader: &mut Reader<'_>) -> Option<VarsFile> {
    let nodes = entry.as_list().unwrap_or(std::slice::from_ref(entry));
    let names: Vec<_> =
        nodes.iter().filter_map(|node| reader.template("vars_files", node)).collect();
    if names.is_empty() || names.len() < nodes.len() {
        return None;
    }
    let from = reader.file();
    if names.iter().any(|name| is_template(&name.text)) {
        return Some(VarsFile { names, from, known: None });
    }
    let texts: Vec<String> = names.iter().map(|name| name.text.clone()).collect();
    match library::variables(reader.library(), &from, &texts) {
        Ok((_, known)) => Some(VarsFile { names, from, known: Some(known) }),
        Err(issues) => {
            for issue in issues {
                reader.report(match issue.place {
                    Some(_) => issue,
                    None => issue.at(entry.place.clone(), entry.width),
                });
            }
            None
        }
    }
}

const KEYS: [&str; 9] =
    ["name", "prompt", "default", "private", "confirm", "encrypt", "salt", "salt_size", "unsafe"];

pub(super) fn prompts(node: &Node, reader: &mut Reader<'_>) -> Vec<Prompt> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(entries) = node.as_list() else {
        let message = format!("`vars_prompt` must be a list, not {}", node.kind());
        reader.refuse(node, message, "write `- name: NAME` lines below it");
        return Vec::new();
    };
    entries.iter().filter_map(|entry| prompt(entry, reader)).collect()
}

fn prompt(entry: &Node, reader: &mut Reader<'_>) -> Option<Prompt> {
    reader.fields("a prompt", entry, &KEYS)?;
    if let Some(node) = entry.get("encrypt") {
        let hint = "leave it out: nothing here sets a password";
        reader.refuse(node, "answers are not hashed", hint);
    }
    let Some(name) = entry.get("name") else {
        let hint = "write `name: NAME`, the variable that is to hold the answer";
        reader.refuse(entry, "this prompt has no `name`", hint);
        return None;
    };
    let name = reader.play_variable_name("name", name)?;
    let text = entry.get("prompt").and_then(|node| reader.text("prompt", node));
    let mut flag = |key: &str, unsaid| {
        entry.get(key).and_then(|node| reader.boolean(key, node)).unwrap_or(unsaid)
    };
    let (is_private, is_confirmed) = (flag("private", true), flag("confirm", false));
    Some(Prompt {
        text: text.map_or_else(|| name.clone(), str::to_owned),
        default: entry.get("default").map(|node| reader.value(node)),
        name,
        is_private,
        is_confirmed,
        place: entry.place.clone(),
    })
}
