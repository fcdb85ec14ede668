//! What plays and blocks hand down to their tasks.

use std::time::Duration;

use crate::inventory::Variables;
use crate::playbook::{Expression, Flag, Template};
use crate::yaml::Node;

use super::Reader;
use super::import::Imported;
use super::keywords::Sifted;

/// The keywords that a task has from above, and in the end those of the task itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::playbook) struct Inherited {
    pub tags: Vec<String>,
    /// Those from above first.
    pub when: Vec<Expression>,
    pub vars: Variables,
    pub ignore_errors: Flag,
    pub ignore_unreachable: Flag,
    pub no_log: Flag,
    pub timeout: Option<Duration>,
    pub run_once: Flag,
    pub any_errors_fatal: Flag,
    pub throttle: Option<usize>,
    pub delegate_to: Option<Template>,
    pub delegate_facts: bool,
}

impl Inherited {
    /// What a play says for its tasks, after the import that it may come from. Its `vars` are
    /// variables of all of it, and no task's.
    pub(super) fn of_play(outer: &Imported, keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Self {
        let (tags, when) = (outer.tags.clone(), outer.when.clone());
        let mut play = Self { tags, when, ..Self::default() };
        play.take(keys, reader);
        play
    }

    /// This, with what a block or a task says over it.
    pub(super) fn with(&self, keys: &Sifted<'_>, reader: &mut Reader<'_>) -> Self {
        let mut inner = self.clone();
        inner.take(keys, reader);
        if let Some(node) = keys.get("when") {
            inner.when.extend(reader.conditions("when", node));
        }
        if let Some(node) = keys.get("vars") {
            for (name, value) in reader.task_variables(node).iter() {
                inner.vars.set(name, value.clone());
            }
        }
        inner
    }

    fn take(&mut self, keys: &Sifted<'_>, reader: &mut Reader<'_>) {
        if let Some(node) = keys.get("tags") {
            for tag in tags(node, reader) {
                if !self.tags.contains(&tag) {
                    self.tags.push(tag);
                }
            }
        }
        let mut flag = |key, value: &mut Flag| {
            if let Some(said) = keys.get(key).and_then(|node| reader.flag(key, node)) {
                *value = said;
            }
        };
        flag("ignore_errors", &mut self.ignore_errors);
        flag("ignore_unreachable", &mut self.ignore_unreachable);
        flag("no_log", &mut self.no_log);
        flag("run_once", &mut self.run_once);
        flag("any_errors_fatal", &mut self.any_errors_fatal);
        let facts = keys.get("delegate_facts");
        if let Some(said) = facts.and_then(|node| reader.boolean("delegate_facts", node)) {
            self.delegate_facts = said;
        }
        if let Some(node) = keys.get("throttle") {
            let most = reader.number("throttle", node);
            self.throttle = most.filter(|most| *most > 0).and_then(|most| most.try_into().ok());
        }
        if let Some(node) = keys.get("delegate_to") {
            self.delegate_to = reader.template("delegate_to", node);
        }
        if let Some(seconds) = keys.get("timeout").and_then(|node| reader.number("timeout", node)) {
            self.timeout = (seconds > 0).then(|| Duration::from_secs(seconds));
        }
    }
}

/// `tags:`, one or several, in a list or with commas between them.
pub(super) fn tags(node: &Node, reader: &mut Reader<'_>) -> Vec<String> {
    if node.is_null() {
        return Vec::new();
    }
    let mut tags: Vec<String> = Vec::new();
    for (text, _) in reader.literals("tags", node) {
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
    }
    tags
}
