//! Values of the model to values of minijinja, and back.

use minijinja::Value as Jinja;
use minijinja::value::ValueKind;

use super::TemplateError;
use crate::model::Value;

/// A value whose templates are filled in, or that holds none.
///
/// # Errors
/// A vaulted value, which cannot be used before it is decrypted.
pub(super) fn to_jinja(value: &Value) -> Result<Jinja, TemplateError> {
    Ok(match value {
        Value::Null => Jinja::from(()),
        Value::Bool(value) => Jinja::from(*value),
        Value::Int(value) => Jinja::from(*value),
        Value::BigInt(digits) => match digits.parse::<i128>() {
            Ok(number) => Jinja::from(number),
            Err(_) => Jinja::from(digits.as_str()),
        },
        Value::Float(value) => Jinja::from(*value),
        Value::Text(text) | Value::Unsafe(text) => Jinja::from(text.as_str()),
        Value::Vault(_) => {
            return Err(TemplateError::new("a vaulted value is used, and it is not decrypted"));
        }
        Value::List(items) => items.iter().map(to_jinja).collect::<Result<Jinja, _>>()?,
        Value::Map(map) => {
            let mut pairs = Vec::with_capacity(map.len());
            for (key, value) in map {
                pairs.push((key.as_str(), to_jinja(value)?));
            }
            Jinja::from_pairs(pairs)
        }
    })
}

/// # Errors
/// A value that is an error itself, or undefined.
pub(super) fn from_jinja(value: &Jinja) -> Result<Value, TemplateError> {
    Ok(match value.kind() {
        ValueKind::Undefined => return Err(TemplateError::new("the value is undefined")),
        ValueKind::None => Value::Null,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => match (value.as_i64(), f64::try_from(value.clone())) {
            (Some(number), _) if value.is_integer() => Value::Int(number),
            (_, Ok(number)) if !value.is_integer() => Value::Float(number),
            _ => Value::BigInt(value.to_string()),
        },
        ValueKind::Seq | ValueKind::Iterable => Value::List(
            value.try_iter()?.map(|item| from_jinja(&item)).collect::<Result<Vec<_>, _>>()?,
        ),
        ValueKind::Map => {
            let mut map = indexmap::IndexMap::new();
            for key in value.try_iter()? {
                let item = value.get_item(&key)?;
                map.insert(key.to_string(), from_jinja(&item)?);
            }
            Value::Map(map)
        }
        ValueKind::Invalid => return Err(error_of(value)),
        // What came out of a template is no template: it may hold what a device said.
        _ => Value::Unsafe(value.to_string()),
    })
}

/// The error that an invalid value is.
fn error_of(value: &Jinja) -> TemplateError {
    match value.try_iter() {
        Err(error) => error.into(),
        Ok(_) => TemplateError::new("the value cannot be used"),
    }
}
