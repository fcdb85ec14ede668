//! A run in a few words.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Limits, OwnRule, RunHeader};

/// What must be known of a run to compare it with another. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHead {
    pub id: String,
    pub started: Timestamp,
    /// Whether nothing but `hosts:` of the plays decided which hosts of the inventory it was about.
    pub limit: Option<String>,
    /// Version of the tokenfleet that judged it.
    pub judged_by: String,
    /// Every rule that it was judged by.
    pub rules: IndexMap<String, RuleState>,
}

/// What a rule was, as far as it can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RuleState {
    /// A built-in one, which changes with the version alone.
    BuiltIn,
    /// What a playbook's rule looks at and asks, as JSON.
    Own(String),
}

impl RunHead {
    /// `built_in`: the ids of the built-in rules.
    pub fn new<'a>(header: &RunHeader, built_in: impl IntoIterator<Item = &'a str>) -> Self {
        let built_in = built_in.into_iter().map(|id| (id.to_owned(), RuleState::BuiltIn));
        let own = header.rules.iter().map(|rule| (rule.id.clone(), RuleState::Own(told(rule))));
        Self {
            id: header.id.clone(),
            started: header.started,
            limit: header.limit.clone(),
            judged_by: env!("CARGO_PKG_VERSION").to_owned(),
            rules: built_in.chain(own).collect(),
        }
    }
}

/// What decides whether a rule fires: not its texts, nor where it stands.
fn told(rule: &OwnRule) -> String {
    let when: Vec<&str> = rule.when.iter().map(|written| written.text.trim()).collect();
    let hosts = rule.hosts.as_ref().map(|hosts| hosts.len());
    format!(
        "{} where {} on {}",
        rule.over.as_str(),
        when.join(" and "),
        match hosts {
            Some(count) => format!("{count} hosts"),
            None => "all".to_owned(),
        }
    )
}

/// The lines that a host is judged by, as one word: `3/3/24/10`.
pub(super) fn limits_word(limits: &Limits) -> String {
    let mut limits = limits.clone();
    let word = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    Limits::VARIABLES.map(|(_, limit)| word(*limit(&mut limits))).join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_one_word() {
        let limits = Limits { drift: None, ..Limits::default() };
        assert_eq!(limits_word(&limits), "-/3/24/10");
    }
}
