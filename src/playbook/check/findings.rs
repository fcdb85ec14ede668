//! `findings:` of a play: rules of its own.

use std::collections::HashSet;

use crate::model::{Action, InputIssue, OwnRule, Severity, Subject, Written, nearest_hint};
use crate::playbook::Play;
use crate::yaml::Node;

use super::Reader;

/// Characters of a rule's name: it stands in tables and in names of files.
const LONGEST_ID: usize = 60;

const KEYS: [&str; 8] =
    ["rule", "title", "over", "when", "action", "severity", "message", "remedy"];

pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Vec<OwnRule> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(entries) = node.as_list() else {
        let message = format!("`findings` must be a list, not {}", node.kind());
        reader.refuse(node, message, "begin each rule with `- rule: NAME`");
        return Vec::new();
    };
    entries.iter().filter_map(|entry| one(entry, reader)).collect()
}

/// Refuses a second rule of a name: nobody could tell their findings apart.
pub(super) fn refuse_namesakes(plays: &[Play], reader: &mut Reader<'_>) {
    let mut known = HashSet::new();
    for rule in plays.iter().flat_map(|play| &play.rules) {
        if !known.insert(&rule.id) {
            let message = format!("two rules are called `{}`", rule.id);
            let width = u32::try_from(rule.id.len()).unwrap_or(1);
            let issue = InputIssue::error(message).at(rule.place.clone(), width);
            reader.report(issue.hint("give each a name of its own"));
        }
    }
}

fn one(entry: &Node, reader: &mut Reader<'_>) -> Option<OwnRule> {
    reader.fields("a rule", entry, &KEYS)?;
    let id = needed("rule", entry, reader);
    let id = id.and_then(|node| Some((id_of(node, reader)?, node)));
    let title = entry.get("title").and_then(|node| reader.literal("title", node));
    let over = chosen("over", entry, &Subject::ALL.map(|it| (it.as_str(), it)), reader);
    let over = over.unwrap_or(Subject::Token);
    let action = chosen("action", entry, &Action::ALL.map(|it| (it.as_str(), it)), reader);
    let severity = chosen("severity", entry, &Severity::ALL.map(|it| (it.as_str(), it)), reader);
    let action = action.unwrap_or(Action::Attention);
    if let (Some(node), Some(why)) = (entry.get("action"), misplaced(action, over)) {
        reader.refuse(node, why, "choose another `action`, or another `over`");
    }
    let when = needed("when", entry, reader).map(|node| conditions(node, reader));
    let message =
        needed("message", entry, reader).and_then(|node| template("message", node, reader));
    let remedy = entry.get("remedy").map(|node| template("remedy", node, reader));
    let (id, node) = id?;
    Some(OwnRule {
        title: title.unwrap_or(id).to_owned(),
        id: id.to_owned(),
        over,
        when: when?,
        action,
        severity: severity.unwrap_or(Severity::Warning),
        message: message?,
        remedy: remedy.flatten(),
        hosts: None,
        place: node.place.clone(),
    })
}

fn needed<'n>(key: &str, entry: &'n Node, reader: &mut Reader<'_>) -> Option<&'n Node> {
    let found = entry.get(key);
    if found.is_none() {
        let hint = "a rule has a `rule`, which is its name, a `when` and a `message`";
        reader.refuse(entry, format!("this rule has no `{key}`"), hint);
    }
    found
}

/// `no-unlocked-spares`: as the built-in rules are called.
fn id_of<'n>(node: &'n Node, reader: &mut Reader<'_>) -> Option<&'n str> {
    let id = reader.literal("rule", node)?;
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let is_kebab = id.split('-').all(is_word) && id.starts_with(|c: char| c.is_ascii_lowercase());
    if !is_kebab || id.len() > LONGEST_ID {
        let hint = format!(
            "use small letters and digits with `-` between them, such as `spare-token-locked`, and \
             at most {LONGEST_ID} characters"
        );
        reader.refuse(node, format!("`{id}` cannot be the name of a rule"), hint);
        return None;
    }
    Some(id)
}

/// One of several words.
fn chosen<T: Copy>(
    key: &str,
    entry: &Node,
    known: &[(&str, T)],
    reader: &mut Reader<'_>,
) -> Option<T> {
    let node = entry.get(key)?;
    let word = reader.literal(key, node)?;
    let found = known.iter().find(|(name, _)| *name == word);
    if found.is_none() {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        reader.refuse(node, format!("`{key}` cannot be `{word}`"), nearest_hint(word, &names));
    }
    found.map(|(_, value)| *value)
}

/// Why nobody could act so on what a rule looks at.
fn misplaced(action: Action, over: Subject) -> Option<String> {
    let needed = match (action, over) {
        (Action::Reprovision, Subject::Device | Subject::User | Subject::Fleet) => "a token",
        (Action::SupportTicket, Subject::Fleet) => "one FortiGate",
        _ => return None,
    };
    let (action, over) = (action.as_str(), over.as_str());
    Some(format!("`{action}` is for {needed}, and this rule is over `{over}`"))
}

fn conditions(node: &Node, reader: &mut Reader<'_>) -> Vec<Written> {
    let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
    if nodes.is_empty() {
        reader.refuse(node, "`when` is empty", "say when there is something to be found");
    }
    let written = |node: &Node| {
        let expression = reader.conditions("when", node).pop()?;
        Some(Written { text: expression.text, place: node.place.clone(), width: node.width })
    };
    nodes.iter().filter_map(written).collect()
}

fn template(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Written> {
    let template = reader.template(key, node)?;
    Some(Written { text: template.text, place: template.place, width: node.width })
}
