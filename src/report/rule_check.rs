//! Rules and mutes of a playbook, checked before any device is asked.

use std::sync::Arc;

use minijinja::Value as Jinja;
use serde_json::Value as Json;

use super::example::{example_record, example_view};
use super::own_rules::OwnRules;
use super::view::View;
use crate::findings::{FleetFacts, RULES, evaluate, explain};
use crate::model::{InputIssue, Mute, OwnRule, Subject, Written, matches_wildcards, nearest};
use crate::template::{TemplateError, TemplateSet};

/// What is wrong with rules: names of built-in rules, names that the objects of templates do not
/// have, and what fails on an example in which everything happens.
pub(super) fn check_rules(rules: &[OwnRule], templates: &TemplateSet) -> Vec<InputIssue> {
    if rules.is_empty() {
        return Vec::new();
    }
    let record = example_record();
    let facts = FleetFacts::from_record(&record);
    let view = Arc::new(View::new(&record, &facts, &evaluate(&facts)));
    let own = OwnRules::new(&facts, &view, templates);
    let shapes = Shapes::new();
    let mut issues = Vec::new();
    for rule in rules {
        issues.extend(namesake(rule));
        let wrong = shapes.unknown_names(rule);
        if wrong.is_empty() {
            let everywhere = OwnRule { hosts: None, ..rule.clone() };
            let trouble = own.judge(&everywhere).trouble.filter(|trouble| !trouble.is_of_data());
            issues.extend(trouble.map(|trouble| trouble.check_issue(rule)));
        }
        issues.extend(wrong);
    }
    issues
}

fn namesake(rule: &OwnRule) -> Option<InputIssue> {
    let known = explain(&rule.id)?;
    let width = u32::try_from(rule.id.len()).unwrap_or(1);
    Some(
        InputIssue::error(format!("`{}` is a built-in rule", rule.id))
            .at(rule.place.clone(), width)
            .hint(format!("choose another name; `tokenfleet explain {}` shows it", known.id)),
    )
}

/// Mutes of rules that there are not, and those that leave nothing to be told: they cover every rule,
/// and neither hosts nor tokens narrow them. A `match` counts as narrowing.
pub fn check_mutes(mutes: &[Mute], own: &[OwnRule]) -> Vec<InputIssue> {
    let built_in = RULES.iter().map(|rule| rule.id);
    let known: Vec<&str> = built_in.chain(own.iter().map(|rule| &*rule.id)).collect();
    let issue = |mute: &Mute| {
        let Written { text, place, width } = &mute.rule;
        let covered = known.iter().filter(|id| matches_wildcards(text, id)).count();
        let issue = if covered == 0 {
            unknown(text, &known)
        } else if covered == known.len() && mute.pattern.is_none() && mute.token.is_none() {
            InputIssue::error("this mutes every finding of the play")
                .hint("name rules, or fewer hosts with `match`, or tokens with `token`")
        } else {
            return None;
        };
        Some(issue.at(place.clone(), *width))
    };
    mutes.iter().filter_map(issue).collect()
}

fn unknown(text: &str, known: &[&str]) -> InputIssue {
    let message = match text.contains(['*', '?']) {
        true => format!("no rule is called like `{text}`"),
        false => format!("there is no rule `{text}`"),
    };
    let hint = match nearest(text, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`tokenfleet explain` lists all, and the playbook's own are under `findings:`"
            .to_owned(),
    };
    InputIssue::error(message).hint(hint)
}

/// What the names of rules mean, everything having a value.
struct Shapes {
    token: Jinja,
    device: Jinja,
    user: Jinja,
    fleet: Jinja,
}

impl Shapes {
    fn new() -> Self {
        let view = serde_json::to_value(example_view()).unwrap_or_default();
        let fleet = whole(view);
        let shape = |json: &Json| TemplateSet::context(json);
        let entry =
            |list: &str| shape(fleet.get(list).and_then(|l| l.get(0)).unwrap_or(&Json::Null));
        Self {
            token: entry("tokens"),
            device: entry("devices"),
            user: entry("users"),
            fleet: shape(&fleet),
        }
    }

    fn unknown_names(&self, rule: &OwnRule) -> Vec<InputIssue> {
        let example = self.names(rule.over);
        let conditions = rule.when.iter().map(|written| (written, false));
        let templates = [Some(&rule.message), rule.remedy.as_ref()];
        let templates = templates.into_iter().flatten().map(|written| (written, true));
        let wrong = conditions.chain(templates).filter_map(|(written, is_template)| {
            let checked = TemplateSet::check_paths(&written.text, is_template, &example);
            Some(issue(written, checked.err()?))
        });
        wrong.collect()
    }

    fn names(&self, over: Subject) -> Jinja {
        let list = |entry: &Jinja| Jinja::from(vec![entry.clone()]);
        let mut names = vec![("fleet", self.fleet.clone())];
        match over {
            Subject::Fleet => {}
            Subject::Token => names.push(("token", self.token.clone())),
            Subject::User => names.push(("user", self.user.clone())),
            Subject::Device => {
                names.extend([("tokens", list(&self.token)), ("users", list(&self.user))]);
            }
        }
        if over != Subject::Fleet {
            names.push(("device", self.device.clone()));
        }
        Jinja::from_pairs(names)
    }
}

fn issue(written: &Written, error: TemplateError) -> InputIssue {
    error.at(&written.place, written.width)
}

/// The same with every list cut to one entry, which has all that any of them has.
fn whole(json: Json) -> Json {
    match json {
        Json::Array(items) => {
            let merged = items.into_iter().map(whole).reduce(merged);
            Json::Array(merged.into_iter().collect())
        }
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(key, value)| (key, whole(value))).collect())
        }
        other => other,
    }
}

fn merged(one: Json, other: Json) -> Json {
    match (one, other) {
        (Json::Null, known) | (known, Json::Null) => known,
        (Json::Object(mut map), Json::Object(more)) => {
            for (key, value) in more {
                let known = map.remove(&key).unwrap_or_default();
                map.insert(key, merged(known, value));
            }
            Json::Object(map)
        }
        (Json::Array(mut items), Json::Array(more)) => {
            items.extend(more);
            Json::Array(items.into_iter().reduce(merged).into_iter().collect())
        }
        (known, _) => known,
    }
}
