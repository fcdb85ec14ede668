//! What is printed, as YAML: in the layout of PyYAML, as `ansible-inventory --yaml` writes it.

use std::collections::HashMap;

use crate::model::{Place, Value};
use crate::yaml::{Written, emit, float_scalar};

use super::Located;
use super::json::Json;
use super::python_number::float_text;

/// Spaces per level, and the column behind which texts are folded.
const INDENT: usize = 2;
const WIDTH: usize = 80;

/// The document, with a line break at its end.
pub(super) fn print(document: &Json<'_>) -> String {
    let mut shared = Shared::default();
    shared.count(document);
    emit(&shared.written(document), INDENT, WIDTH)
}

/// Collections that several hosts have from one group. Python holds them once and so PyYAML
/// writes them once, with an anchor, and an alias wherever they come again.
#[derive(Default)]
struct Shared<'a> {
    known: HashMap<Identity<'a>, Known>,
    /// Numbers given so far, in the order in which things came a second time.
    numbers: usize,
}

#[derive(Default)]
struct Known {
    /// Of one that comes again.
    number: Option<usize>,
    is_written: bool,
}

/// What Python holds once: a collection once for each group and host that it was set for, a
/// vaulted value once wherever it goes.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Collection(*const Located),
    Vaulted(&'a Place),
}

/// `None` for what is never shared.
fn identity(variable: &Located) -> Option<Identity<'_>> {
    match variable.value {
        Value::List(_) | Value::Map(_) => Some(Identity::Collection(variable)),
        Value::Vault(_) => variable.place.as_ref().map(Identity::Vaulted),
        _ => None,
    }
}

impl<'a> Shared<'a> {
    fn count(&mut self, json: &Json<'a>) {
        match json {
            Json::Map(entries) => {
                for (_, value) in sorted(entries) {
                    self.count(value);
                }
            }
            Json::Variable(variable) => {
                let Some(identity) = identity(variable) else { return };
                let mut is_new = false;
                let known = self.known.entry(identity).or_insert_with(|| {
                    is_new = true;
                    Known::default()
                });
                if !is_new && known.number.is_none() {
                    self.numbers += 1;
                    known.number = Some(self.numbers);
                }
            }
            Json::Text(_) | Json::Int(_) | Json::List(_) => {}
        }
    }

    fn written(&mut self, json: &Json<'a>) -> Written {
        match json {
            Json::Text(text) => scalar(text, true),
            Json::Int(number) => scalar(&number.to_string(), false),
            Json::List(items) => list(items.iter().map(|item| self.written(item)).collect()),
            Json::Map(entries) => {
                let entries = sorted(entries);
                map(entries.into_iter().map(|(k, v)| (k.to_owned(), self.written(v))).collect())
            }
            Json::Variable(variable) => {
                let known = identity(variable).and_then(|identity| self.known.get_mut(&identity));
                match known.and_then(|known| Some((known.number?, known))) {
                    Some((number, known)) if known.is_written => Written::Alias(number),
                    Some((number, known)) => {
                        known.is_written = true;
                        Written::Anchored(number, Box::new(value(&variable.value)))
                    }
                    None => value(&variable.value),
                }
            }
        }
    }
}

fn sorted<'j, 'a>(entries: &'j [(&'a str, Json<'a>)]) -> Vec<(&'a str, &'j Json<'a>)> {
    let mut entries: Vec<_> = entries.iter().map(|(name, json)| (*name, json)).collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    entries
}

fn value(value: &Value) -> Written {
    match value {
        Value::Null => scalar("null", false),
        Value::Bool(flag) => scalar(if *flag { "true" } else { "false" }, false),
        Value::Int(number) => scalar(&number.to_string(), false),
        Value::BigInt(digits) => scalar(digits, false),
        Value::Float(number) => scalar(&float_scalar(&float_text(*number)), false),
        Value::Text(text) | Value::Unsafe(text) => scalar(text, true),
        Value::Vault(text) => Written::Block { tag: "!vault", text: text.clone() },
        Value::List(items) => list(items.iter().map(self::value).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key.as_str());
            map(entries.into_iter().map(|(k, v)| (k.clone(), self::value(v))).collect())
        }
    }
}

fn scalar(text: &str, is_text: bool) -> Written {
    Written::Scalar { text: text.to_owned(), is_text }
}

fn list(items: Vec<Written>) -> Written {
    Written::List { flow: items.is_empty(), items }
}

fn map(entries: Vec<(String, Written)>) -> Written {
    let pairs: Vec<_> =
        entries.into_iter().map(|(key, value)| (scalar(&key, true), value)).collect();
    Written::Map { flow: pairs.is_empty(), pairs }
}
