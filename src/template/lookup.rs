//! `lookup(…)`, `query(…)` and `q(…)`: what a scope finds by name.

use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ValueKind, from_args};
use minijinja::{Error, State, Value as Jinja};

use super::TemplateError;
use super::arguments::invalid;
use super::conversion::{from_jinja, to_jinja};
use super::evaluation::Evaluation;
use super::omit::is_omit;
use crate::model::nearest_hint;

/// The lookups that there are.
pub(super) const LOOKUPS: [&str; 12] = [
    "vars",
    "dict",
    "file",
    "fileglob",
    "first_found",
    "indexed_items",
    "items",
    "list",
    "nested",
    "sequence",
    "subelements",
    "together",
];

/// Those of Ansible's that are refused, with the reason.
const REFUSED: [(&str, &str); 10] = [
    ("env", "give what the environment holds with `-e`"),
    ("pipe", "no program is run here"),
    ("lines", "no program is run here"),
    ("url", "nothing but the devices is asked"),
    ("password", "nothing is made up here"),
    ("random_choice", "two runs are to do the same"),
    ("template", "reports are made of templates: write one under `reports:`"),
    ("csvfile", "an inventory may be a table: `tokenfleet inventory -i FILE.csv`"),
    ("ini", "put what it would find into a variable"),
    ("config", "put what it would find into a variable"),
];

/// What is wrong with the name of a lookup.
pub(super) fn wrong_lookup(name: &str) -> Option<TemplateError> {
    let short = short(name);
    if LOOKUPS.contains(&short) {
        return None;
    }
    let refused = REFUSED.iter().find(|(refused, _)| *refused == short);
    Some(match refused {
        Some((_, reason)) => {
            TemplateError::new(format!("the lookup `{name}` is not offered here")).hint(*reason)
        }
        None => TemplateError::new(format!("there is no lookup `{name}`"))
            .hint(nearest_hint(short, &LOOKUPS)),
    })
}

fn short(name: &str) -> &str {
    name.strip_prefix("ansible.builtin.").unwrap_or(name)
}

/// The names of the functions, each with whether it always gives a list.
pub(super) const FUNCTIONS: [(&str, bool); 3] = [("lookup", false), ("query", true), ("q", true)];

/// One of them, in a text of a playbook.
#[derive(Debug)]
pub(super) struct LookupFunction {
    pub evaluation: Arc<Evaluation>,
    /// Whether it always gives a list.
    pub lists: bool,
}

impl Object for LookupFunction {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, arguments: &[Jinja]) -> Result<Jinja, Error> {
        let (places, keywords): (&[Jinja], Kwargs) = from_args(arguments)?;
        let Some((name, terms)) = places.split_first() else {
            return Err(invalid("a lookup needs a name"));
        };
        let name = name.as_str().ok_or_else(|| invalid("the name of a lookup is text"))?;
        if let Some(wrong) = wrong_lookup(name) {
            return Err(wrong.into());
        }
        let lists = keywords.get::<Option<bool>>("wantlist")?.unwrap_or(self.lists);
        let errors = keywords.get::<Option<String>>("errors")?.unwrap_or_default();
        let default = keywords.get::<Option<Jinja>>("default")?.filter(|value| !is_omit(value));
        keywords.assert_all_used()?;
        if let Some(undefined) = terms.iter().find(|term| term.is_undefined()) {
            return Ok(undefined.clone());
        }
        let found = match short(name) {
            "vars" => terms.iter().map(|term| self.variable(term, default.as_ref())).collect(),
            name => self.find(name, terms),
        };
        match found {
            Err(_) if matches!(errors.as_str(), "ignore" | "warn") => {
                Ok(if lists { Jinja::from(Vec::<Jinja>::new()) } else { Jinja::from(()) })
            }
            found => Ok(if lists { Jinja::from(found?) } else { joined(found?) }),
        }
    }
}

impl LookupFunction {
    fn variable(&self, term: &Jinja, default: Option<&Jinja>) -> Result<Jinja, Error> {
        let name = term.as_str().ok_or_else(|| invalid("the name of a variable is text"))?;
        self.evaluation
            .variable(name)
            .or_else(|| default.cloned())
            .ok_or_else(|| TemplateError::undefined(name).into())
    }

    fn find(&self, name: &str, terms: &[Jinja]) -> Result<Vec<Jinja>, Error> {
        let terms = terms.iter().map(from_jinja).collect::<Result<_, _>>()?;
        match self.evaluation.look_up(name, terms) {
            Some(Ok(found)) => Ok(found.iter().map(|value| to_jinja(value, name)).collect()),
            Some(Err(wrong)) => Err(invalid(format!("the lookup `{name}` finds nothing: {wrong}"))),
            None => Err(invalid(format!("there is no lookup `{name}` here"))),
        }
    }
}

/// One value is that value, and several texts are one with commas, as Ansible has it.
fn joined(mut found: Vec<Jinja>) -> Jinja {
    if found.len() == 1 {
        return found.remove(0);
    }
    let is_text = |value: &Jinja| value.kind() == ValueKind::String;
    match found.iter().all(is_text) && !found.is_empty() {
        true => {
            let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
            Jinja::from(texts.join(","))
        }
        false => Jinja::from(found),
    }
}
