//! Values of the model to values of minijinja, and back.

use minijinja::Value as Jinja;
use minijinja::value::ValueKind;

use super::filters::DateTime;
use super::omit::{is_omit, omitted};
use super::{TemplateError, is_template};
use crate::model::Value;

/// How deep a value may lie in another.
pub(super) const MOST_NESTING: usize = 100;

/// A value whose templates are filled in, or that holds none. A vaulted value in it becomes an
/// error that shows when it is used; `path` is what it is called then.
pub(super) fn to_jinja(value: &Value, path: &str) -> Jinja {
    match value {
        Value::Null => Jinja::from(()),
        Value::Bool(value) => Jinja::from(*value),
        Value::Int(value) => Jinja::from(*value),
        Value::BigInt(digits) => match digits.parse::<i128>() {
            Ok(number) => Jinja::from(number),
            Err(_) => Jinja::from(digits.as_str()),
        },
        Value::Float(value) => Jinja::from(*value),
        Value::Text(text) | Value::Unsafe(text) => Jinja::from(text.as_str()),
        Value::Vault(_) => Jinja::from(minijinja::Error::from(
            TemplateError::new(format!(
                "the vaulted value `{path}` is used, and it is not decrypted"
            ))
            .hint("give the vault's password"),
        )),
        Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| to_jinja(item, &format!("{path}[{at}]")))
            .collect(),
        Value::Map(map) => Jinja::from_pairs(
            map.iter()
                .map(|(key, value)| (key.as_str(), to_jinja(value, &format!("{path}.{key}")))),
        ),
    }
}

/// Text that looks like a template becomes `Unsafe`.
///
/// # Errors
/// A value that is an error itself, is undefined, or lies too deep.
pub(super) fn from_jinja(value: &Jinja) -> Result<Value, TemplateError> {
    from_nested(value, 0)
}

fn from_nested(value: &Jinja, depth: usize) -> Result<Value, TemplateError> {
    if depth > MOST_NESTING {
        return Err(TemplateError::new("the value is nested too deep"));
    }
    Ok(match value.kind() {
        ValueKind::Undefined => {
            return Err(TemplateError::missing("a part of the value is undefined"));
        }
        ValueKind::None => Value::Null,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => match (value.as_i64(), f64::try_from(value.clone())) {
            (Some(number), _) if value.is_integer() => Value::Int(number),
            (_, Ok(number)) if !value.is_integer() => Value::Float(number),
            _ => Value::BigInt(value.to_string()),
        },
        ValueKind::Seq | ValueKind::Iterable => Value::List(
            items(value)?
                .filter(|item| !is_omit(item))
                .map(|item| from_nested(&item, depth + 1))
                .collect::<Result<Vec<_>, _>>()?,
        ),
        ValueKind::Map => {
            let mut map = indexmap::IndexMap::new();
            for key in items(value)? {
                let item = value.get_item(&key).unwrap_or(Jinja::UNDEFINED);
                if is_omit(&item) {
                    continue;
                }
                map.insert(key_text(&key), from_nested(&item, depth + 1)?);
            }
            Value::Map(map)
        }
        ValueKind::Invalid => return Err(error_of(value)),
        ValueKind::Plain if is_omit(value) => return Err(omitted()),
        ValueKind::Plain if value.downcast_object_ref::<DateTime>().is_none() => {
            return Err(TemplateError::new("the value is a function, and not data"));
        }
        // What came out of a template is never a template itself: it may be a device's words.
        _ => match value.to_string() {
            text if is_template(&text) => Value::Unsafe(text),
            text => Value::Text(text),
        },
    })
}

/// A key as text: what YAML and JSON write for it.
pub(super) fn key_text(key: &Jinja) -> String {
    match key.kind() {
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::None => "null".to_owned(),
        _ => key.to_string(),
    }
}

fn items(value: &Jinja) -> Result<impl Iterator<Item = Jinja>, TemplateError> {
    value.try_iter().map_err(|error| TemplateError::of(&error, |_| None))
}

/// The error that an invalid value is.
pub(super) fn error_of(value: &Jinja) -> TemplateError {
    let inside = Jinja::from(vec![value.clone()]);
    match inside.try_iter().map(|items| items.checked().next()) {
        Ok(Some(Err(error))) | Err(error) => TemplateError::of(&error, |_| None),
        _ => TemplateError::new("the value cannot be used"),
    }
}
