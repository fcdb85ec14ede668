//! Lists and what is in them.

use indexmap::IndexSet;
use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::super::arguments::{Arguments, invalid, items};
use super::value_test::ValueTest;

pub(super) const TESTS: &[ValueTest] = &[
    ValueTest::new("subset", &["b"], subset),
    ValueTest::new("issubset", &["b"], subset),
    ValueTest::new("superset", &["b"], superset),
    ValueTest::new("issuperset", &["b"], superset),
    ValueTest::new("contains", &["value"], contains),
    ValueTest::new("any", &[], any),
    ValueTest::new("all", &[], all),
    ValueTest::new("sequence", &[], sequence),
    ValueTest::new("nan", &[], nan),
    ValueTest::new("truthy", &["convert_bool"], truthy),
    ValueTest::new("falsy", &["convert_bool"], falsy),
];

fn set(value: &Value) -> Result<IndexSet<Value>, Error> {
    Ok(items(value)?.into_iter().collect())
}

fn subset(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    Ok(set(value)?.is_subset(&set(arguments.need("b")?)?))
}

fn superset(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    Ok(set(value)?.is_superset(&set(arguments.need("b")?)?))
}

fn contains(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    let wanted = arguments.need("value")?;
    match (value.kind(), value.as_str(), wanted.as_str()) {
        (_, Some(text), Some(part)) => Ok(text.contains(part)),
        (ValueKind::Map, ..) => Ok(value.try_iter()?.any(|key| key == *wanted)),
        (ValueKind::Seq | ValueKind::Iterable, ..) => Ok(items(value)?.contains(wanted)),
        _ => Err(invalid("`contains` needs a list, a mapping or text")),
    }
}

fn any(value: &Value, _: &Arguments) -> Result<bool, Error> {
    Ok(items(value)?.iter().any(Value::is_true))
}

fn all(value: &Value, _: &Arguments) -> Result<bool, Error> {
    Ok(items(value)?.iter().all(Value::is_true))
}

/// Python counts text and mappings as sequences here: what has a length and items by number.
fn sequence(value: &Value, _: &Arguments) -> Result<bool, Error> {
    Ok(matches!(value.kind(), ValueKind::Seq | ValueKind::String | ValueKind::Map))
}

fn nan(value: &Value, _: &Arguments) -> Result<bool, Error> {
    Ok(value.is_number() && f64::try_from(value.clone())?.is_nan())
}

fn truthy(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    let word = value.as_str().map(str::to_lowercase);
    match word.as_deref().filter(|_| arguments.flag("convert_bool", false)) {
        Some("no" | "off" | "false" | "0" | "n" | "f") => Ok(false),
        _ => Ok(value.is_true()),
    }
}

fn falsy(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    truthy(value, arguments).map(|is_true| !is_true)
}
