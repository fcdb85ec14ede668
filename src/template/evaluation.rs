//! The variables of a scope as minijinja sees them while one text is evaluated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::Value as Jinja;
use minijinja::value::{Enumerator, Object, ValueKind};

use super::conversion::to_jinja;
use super::functions::NAMES;
use super::lookup::{FUNCTIONS, LookupFunction};
use super::path::names_beside;
use super::{Scope, Templar, TemplateError, is_template};
use crate::model::{Value, nearest};

/// How deep variables may refer to variables.
const MOST_DEPTH: usize = 30;

/// One evaluation: each variable is filled in when it is asked for, and once.
#[derive(Debug)]
pub(super) struct Evaluation {
    templar: Templar,
    scope: Arc<dyn Scope>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    outcomes: HashMap<String, Outcome>,
    /// The variables that are being filled in, each for the one before it.
    path: Vec<String>,
}

#[derive(Debug, Clone)]
enum Outcome {
    Busy,
    Done(Jinja),
    /// It counts as undefined, since what it is made of is.
    Undefined(TemplateError),
}

impl Evaluation {
    pub fn new(templar: Templar, scope: Arc<dyn Scope>) -> Arc<Self> {
        Arc::new(Self { templar, scope, seen: Mutex::default() })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn variable(self: &Arc<Self>, name: &str) -> Option<Jinja> {
        let known = self.seen().outcomes.get(name).cloned();
        match known {
            Some(Outcome::Done(value)) => return Some(value),
            Some(Outcome::Undefined(_)) => return None,
            Some(Outcome::Busy) => return Some(failed(self.circle(name))),
            None => {}
        }
        match name {
            "vars" if self.scope.has_peers() => return Some(Jinja::from_dyn_object(self.clone())),
            "hostvars" if self.scope.has_peers() => {
                let peers = Peers { templar: self.templar.clone(), scope: self.scope.clone() };
                return Some(Jinja::from_object(peers));
            }
            _ => {}
        }
        let Some(value) = self.scope.get(name) else { return self.function(name) };
        let outcome = match is_unfinished(&value) {
            false => Outcome::Done(to_jinja(&value, name)),
            true => self.fill_variable(name, &value),
        };
        self.seen().outcomes.insert(name.to_owned(), outcome.clone());
        match outcome {
            Outcome::Done(value) => Some(value),
            Outcome::Undefined(_) | Outcome::Busy => None,
        }
    }

    /// `lookup` and its like, where no variable has that name.
    fn function(self: &Arc<Self>, name: &str) -> Option<Jinja> {
        let (_, lists) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
        let function = LookupFunction { evaluation: self.clone(), lists: *lists };
        self.scope.has_peers().then(|| Jinja::from_object(function))
    }

    /// What `lookup(NAME, …)` finds.
    pub fn look_up(&self, name: &str, terms: Vec<Value>) -> Option<Result<Vec<Value>, String>> {
        self.scope.look_up(name, terms)
    }

    fn fill_variable(self: &Arc<Self>, name: &str, value: &Value) -> Outcome {
        {
            let mut seen = self.seen();
            if seen.path.len() >= MOST_DEPTH {
                let message = format!("variables refer to one another more than {MOST_DEPTH} deep");
                return Outcome::Done(failed(TemplateError::new(message)));
            }
            seen.path.push(name.to_owned());
            seen.outcomes.insert(name.to_owned(), Outcome::Busy);
        }
        let filled = self.lazy(value, name);
        self.seen().path.pop();
        match filled {
            Ok(value) => Outcome::Done(value),
            Err(error) if error.undefined.is_some() => Outcome::Undefined(within(name, error)),
            Err(error) => Outcome::Done(failed(within(name, error))),
        }
    }

    /// A value with its templates filled in. What cannot be filled in within a list or mapping is
    /// an error that shows when that part is used.
    fn lazy(self: &Arc<Self>, value: &Value, path: &str) -> Result<Jinja, TemplateError> {
        Ok(match value {
            Value::Text(text) if is_template(text) => settled(self.templar.template(text, self)?)?,
            Value::List(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| self.part(item, &format!("{path}[{at}]")))
                .collect(),
            Value::Map(map) => Jinja::from_pairs(
                map.iter()
                    .map(|(key, item)| (key.as_str(), self.part(item, &format!("{path}.{key}")))),
            ),
            Value::Vault(ciphertext) => to_jinja(&self.open(ciphertext)?, path),
            other => to_jinja(other, path),
        })
    }

    /// What a vaulted value holds.
    pub fn open(&self, ciphertext: &str) -> Result<Value, TemplateError> {
        self.scope.open(ciphertext).map_err(|error| TemplateError::locked(&error))
    }

    fn part(self: &Arc<Self>, value: &Value, path: &str) -> Jinja {
        self.lazy(value, path).unwrap_or_else(|error| failed(within(path, error)))
    }

    fn circle(&self, name: &str) -> TemplateError {
        let seen = self.seen();
        let begin = seen.path.iter().position(|known| known == name).unwrap_or(0);
        let chain: Vec<&str> =
            seen.path[begin..].iter().map(String::as_str).chain([name]).collect();
        TemplateError::new(format!("variables refer to one another: {}", chain.join(" -> ")))
            .hint("give one of them a value without the others")
    }

    /// Says more of an undefined name: what it is made of, or the name that was meant.
    pub fn explain(self: &Arc<Self>, error: TemplateError) -> TemplateError {
        let Some(what) =
            error.undefined.as_deref().filter(|what| !what.is_empty() && error.hint.is_none())
        else {
            return error;
        };
        let root = what.split(['.', '[']).next().unwrap_or(what);
        let known = self.seen().outcomes.get(root).cloned();
        if let Some(Outcome::Undefined(cause)) = known {
            return TemplateError { spot: error.spot, ..cause };
        }
        let mut names = self.scope.names();
        if names.iter().any(|name| name == root) {
            return match names_beside(what, |name| self.variable(name)) {
                Some(hint) => error.hint(hint),
                None => error,
            };
        }
        names.extend(NAMES.iter().map(|name| (*name).to_owned()));
        match nearest(root, &names) {
            Some(near) => {
                let hint = format!("did you mean `{near}`?");
                error.hint(hint)
            }
            None => error,
        }
    }
}

/// Whether anything in a value is to be filled in or opened.
fn is_unfinished(value: &Value) -> bool {
    match value {
        Value::Text(text) => is_template(text),
        Value::Vault(_) => true,
        Value::List(items) => items.iter().any(is_unfinished),
        Value::Map(map) => map.values().any(is_unfinished),
        _ => false,
    }
}

/// An error that names the variable it lies in; the innermost one is named.
fn within(name: &str, error: TemplateError) -> TemplateError {
    match error.message.starts_with("in the variable ")
        || error.message.starts_with("variables refer to one another")
    {
        true => error,
        false => TemplateError {
            message: format!("in the variable `{name}`: {}", error.message),
            ..error
        },
    }
}

/// An error as a value: it shows when the value is used.
fn failed(error: TemplateError) -> Jinja {
    Jinja::from(minijinja::Error::from(error))
}

/// A generator or tuple as the list that it becomes in Ansible.
fn settled(value: Jinja) -> Result<Jinja, TemplateError> {
    if value.kind() != ValueKind::Iterable && !value.is_tuple() {
        return Ok(value);
    }
    let items = value.try_iter().and_then(|items| items.checked().collect::<Result<Vec<_>, _>>());
    items.map(Jinja::from).map_err(|error| TemplateError::of(&error, |_| None))
}

impl Object for Evaluation {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.variable(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Jinja> {
        self.variable(key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(self.scope.names().into_iter().map(Jinja::from)))
    }
}

/// `hostvars`: the variables of other hosts, each filled in with those of its own host.
#[derive(Debug)]
struct Peers {
    templar: Templar,
    scope: Arc<dyn Scope>,
}

impl Object for Peers {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let scope = self.scope.peer(key.as_str()?)?;
        Some(Jinja::from_dyn_object(Evaluation::new(self.templar.clone(), scope)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(self.scope.peers().into_iter().map(Jinja::from)))
    }
}
