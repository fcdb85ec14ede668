//! The functions that templates may call.

use jiff::Timestamp;
use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, Value};

use super::TemplateError;
use super::arguments::{invalid, items};
use super::filters::DateTime;
use super::omit::Omit;
use super::source::LOOK_UP;

/// The variable that holds the time of [`environment`](super::environment::environment).
pub(super) const NOW: &str = "__now";

/// Functions that Ansible has and that are refused in reports, with the reason. Those that look
/// something up are there in playbooks.
const REFUSED: &[(&str, &str)] = &[
    ("lookup", "put what it would find into a variable"),
    ("query", "put what it would find into a variable"),
    ("q", "put what it would find into a variable"),
    ("lipsum", "reports are made of facts"),
];

/// Why a function that Ansible has is refused.
pub(super) fn refused_function(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, reason)| *reason)
}

/// The names that every scope has, for "did you mean".
pub(super) const NAMES: &[&str] =
    &["cycler", "dict", "joiner", "namespace", "now", "omit", "range", "undef"];

pub(super) fn add_functions(environment: &mut Environment<'static>, now: Timestamp) {
    environment.remove_global("debug");
    let now = DateTime::of(now);
    environment.add_global(NOW, Value::from_object(now));
    environment.add_function(
        "now",
        move |utc: Option<Value>, fmt: Option<String>, more: Kwargs| {
            // The time is in UTC in any case.
            let _: Option<Value> = more.get("utc")?;
            let keyword: Option<String> = more.get("fmt")?;
            more.assert_all_used()?;
            drop(utc);
            match keyword.or(fmt).filter(|format| !format.is_empty()) {
                Some(format) => now.strftime(&format).map(Value::from),
                None => Ok(Value::from_object(now)),
            }
        },
    );
    environment
        .add_function("cycler", |items: Rest<Value>| minijinja_contrib::globals::cycler(items.0));
    environment.add_function("joiner", minijinja_contrib::globals::joiner);
    environment.add_global("omit", Value::from_object(Omit));
    environment.add_function("dict", dict);
    environment.add_function("undef", undef);
    environment.add_function(LOOK_UP, look_up);
    for (name, reason) in REFUSED {
        environment.add_function(*name, move |_: Rest<Value>| -> Result<Value, Error> {
            Err(TemplateError::new(format!("`{name}` is not offered here")).hint(*reason).into())
        });
    }
}

fn undef(hint: Option<String>, keywords: Kwargs) -> Result<Value, Error> {
    let hint = keywords.get::<Option<String>>("hint")?.or(hint);
    keywords.assert_all_used()?;
    let message = hint.unwrap_or_else(|| "a value that must be given is undefined".to_owned());
    Err(TemplateError::missing(message).into())
}

/// A mapping of pairs, of another mapping, and of keywords.
fn dict(given: Option<Value>, keywords: Kwargs) -> Result<Value, Error> {
    let pairs = match given {
        Some(given) if matches!(given.kind(), ValueKind::Seq | ValueKind::Iterable) => {
            items(&given)?
                .iter()
                .map(|pair| match <[Value; 2]>::try_from(items(pair)?) {
                    Ok([key, value]) => Ok((key, value)),
                    Err(_) => Err(invalid("`dict` needs a list of pairs")),
                })
                .collect::<Result<Vec<_>, _>>()?
        }
        Some(given) => super::arguments::pairs(&given)?,
        None => Vec::new(),
    };
    let named = keywords
        .args()
        .map(|name| Ok((Value::from(name), keywords.peek::<Value>(name)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let merged: indexmap::IndexMap<Value, Value> = pairs.into_iter().chain(named).collect();
    Ok(Value::from_pairs(merged))
}

/// What lies at the end of a path; undefined when any of it is.
fn look_up(root: Value, path: Rest<Value>) -> Value {
    let mut found = root;
    for step in path.iter() {
        found = match found.get_item(step) {
            Ok(item) if !found.is_undefined() => item,
            _ => return Value::UNDEFINED,
        };
    }
    found
}
