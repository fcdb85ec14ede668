//! Values chosen, checked and named.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::TemplateError;
use super::super::arguments::Arguments;
use super::super::text_form;
use super::filter::Filter;
use super::time::DateTime;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("default", &["default_value", "boolean"], default),
    Filter::new("d", &["default_value", "boolean"], default),
    Filter::new("mandatory", &["msg"], mandatory),
    Filter::new("ternary", &["true_val", "false_val", "none_val"], ternary),
    Filter::new("bool", &[], bool),
    Filter::new("type_debug", &[], type_debug),
];

fn default(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let replaces = value.is_undefined() || (arguments.flag("boolean", false) && !value.is_true());
    Ok(match replaces {
        true => arguments.get("default_value").cloned().unwrap_or(Value::from("")),
        false => value.clone(),
    })
}

fn mandatory(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    if !value.is_undefined() {
        return Ok(value.clone());
    }
    match arguments.given("msg") {
        Some(message) => Err(TemplateError::new(text_form::text(message)?).into()),
        None => Err(minijinja::ErrorKind::UndefinedError.into()),
    }
}

fn ternary(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let chosen = match (value.is_none(), arguments.given("none_val")) {
        (true, Some(none)) => none,
        _ if value.is_true() => arguments.need("true_val")?,
        _ => arguments.need("false_val")?,
    };
    Ok(chosen.clone())
}

fn bool(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let is_true = match value.kind() {
        ValueKind::Bool => value.is_true(),
        ValueKind::Number => *value == Value::from(1),
        ValueKind::String => {
            let word = value.as_str().unwrap_or_default().to_lowercase();
            matches!(word.as_str(), "yes" | "on" | "true" | "1" | "y" | "t")
        }
        _ => false,
    };
    Ok(Value::from(is_true))
}

/// The name of Python's type.
fn type_debug(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let name = match value.kind() {
        ValueKind::Undefined => "UndefinedMarker",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Seq if value.is_tuple() => "tuple",
        ValueKind::Seq => "list",
        ValueKind::Map => "dict",
        ValueKind::Iterable => "generator",
        _ if value.downcast_object_ref::<DateTime>().is_some() => "datetime",
        _ => "object",
    };
    Ok(Value::from(name))
}
