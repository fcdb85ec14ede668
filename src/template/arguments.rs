//! The arguments of a filter or test, by the names that Ansible gives them.

use minijinja::value::{Kwargs, Rest, ValueKind, ValueOrKwargs, from_args};
use minijinja::{Error, ErrorKind, Value};

use super::text_form::text;

/// Stands among the parameters of what takes any number of further values.
pub(super) const MORE: &str = "*";

/// What stands in the parentheses of a filter or a test.
#[derive(Debug)]
pub(super) struct Arguments {
    named: Vec<(&'static str, Value)>,
    /// Those beyond the named parameters, where [`MORE`] is one of them.
    pub more: Vec<Value>,
}

impl Arguments {
    /// Gives values to `parameters`, by place or by keyword.
    ///
    /// # Errors
    /// Too many values, or an unknown keyword.
    pub fn read(
        of: &str,
        parameters: &'static [&'static str],
        given: Rest<ValueOrKwargs>,
    ) -> Result<Self, Error> {
        let given = given.into_values();
        let (places, keywords): (&[Value], Kwargs) = from_args(&given)?;
        let mut read = Self { named: Vec::new(), more: Vec::new() };
        let mut names = parameters.iter();
        for value in places {
            match names.next() {
                Some(&MORE) => {
                    names = [].iter();
                    read.more.push(value.clone());
                }
                Some(name) => read.named.push((name, value.clone())),
                None if parameters.contains(&MORE) => read.more.push(value.clone()),
                None => {
                    let most = parameters.len();
                    return Err(invalid(format!("`{of}` takes {most} arguments at most")));
                }
            }
        }
        for keyword in keywords.args() {
            let known = parameters.iter().find(|name| **name == keyword && keyword != MORE);
            let name =
                known.ok_or_else(|| invalid(format!("`{of}` has no argument `{keyword}`")))?;
            read.named.push((name, keywords.peek(keyword)?));
        }
        Ok(read)
    }

    pub fn any_undefined(&self) -> bool {
        self.named.iter().map(|(_, value)| value).chain(&self.more).any(Value::is_undefined)
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.named.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// As [`Arguments::get`], where none counts as not given.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| !value.is_none())
    }

    /// # Errors
    /// The argument is missing.
    pub fn need(&self, name: &str) -> Result<&Value, Error> {
        self.get(name).ok_or_else(|| invalid(format!("the argument `{name}` is missing")))
    }

    pub fn text(&self, name: &str, default: &str) -> Result<String, Error> {
        self.given(name).map_or_else(|| Ok(default.to_owned()), text)
    }

    /// # Errors
    /// Not a whole number.
    pub fn whole(&self, name: &str, default: i64) -> Result<i64, Error> {
        match self.given(name) {
            None => Ok(default),
            Some(value) => i64::try_from(value.clone())
                .map_err(|_| invalid(format!("the argument `{name}` must be a whole number"))),
        }
    }

    /// # Errors
    /// Not a whole number, negative, or more than `most`.
    pub fn size(&self, name: &str, default: usize, most: usize) -> Result<usize, Error> {
        let given = self.whole(name, i64::try_from(default).unwrap_or(i64::MAX))?;
        usize::try_from(given)
            .ok()
            .filter(|size| *size <= most)
            .ok_or_else(|| invalid(format!("the argument `{name}` must lie between 0 and {most}")))
    }

    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.given(name).map_or(default, Value::is_true)
    }
}

/// The error of a filter that was given what it cannot use.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// The items of a list, set or generator.
///
/// # Errors
/// Anything else: text and mappings are no lists here, though they could be walked through.
pub(super) fn items(value: &Value) -> Result<Vec<Value>, Error> {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => value.try_iter()?.checked().collect(),
        ValueKind::Undefined => Err(ErrorKind::UndefinedError.into()),
        ValueKind::Invalid => Err(super::conversion::error_of(value).into()),
        kind => Err(invalid(format!("a list is needed, and this is {}", kind_name(kind)))),
    }
}

/// As [`items`], but a text falls into its characters and a mapping into its keys.
pub(super) fn all_items(value: &Value) -> Result<Vec<Value>, Error> {
    match value.kind() {
        ValueKind::String | ValueKind::Map => value.try_iter()?.checked().collect(),
        _ => items(value),
    }
}

/// The pairs of a mapping, in their order.
///
/// # Errors
/// Anything else.
pub(super) fn pairs(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    match value.kind() {
        ValueKind::Map => value
            .try_iter()?
            .checked()
            .map(|key| {
                let key = key?;
                let item = value.get_item(&key)?;
                Ok((key, item))
            })
            .collect(),
        ValueKind::Undefined => Err(ErrorKind::UndefinedError.into()),
        kind => Err(invalid(format!("a mapping is needed, and this is {}", kind_name(kind)))),
    }
}

/// A kind in the user's words.
pub(super) fn kind_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Undefined => "undefined",
        ValueKind::None => "none",
        ValueKind::Bool => "a boolean",
        ValueKind::Number => "a number",
        ValueKind::String => "text",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a mapping",
        _ => "something else",
    }
}
