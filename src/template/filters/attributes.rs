//! Lists of mappings by one of their attributes. A missing attribute is an error, as in Ansible:
//! minijinja would leave the row out, or count it as nothing.

use minijinja::filters as engine;
use minijinja::value::{Kwargs, Rest, ValueOrKwargs, from_args};
use minijinja::{Error, State, Value};

use super::super::TemplateError;
use super::super::arguments::{Arguments, MORE, all_items};
use super::super::text_form::text;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("selectattr", &["attribute", "test", MORE], selectattr),
    Filter::new("rejectattr", &["attribute", "test", MORE], rejectattr),
    Filter::new("sort", SORT, sort),
    Filter::new("groupby", &["attribute", "default", "case_sensitive"], groupby),
    Filter::new("unique", UNIQUE, unique),
    Filter::new("min", UNIQUE, min),
    Filter::new("max", UNIQUE, max),
    Filter::new("sum", &["attribute", "start"], sum),
    Filter::new("join", &["d", "attribute"], join),
    Filter::new("dictsort", DICTSORT, dictsort),
];

const SORT: &[&str] = &["reverse", "case_sensitive", "attribute"];
const UNIQUE: &[&str] = &["case_sensitive", "attribute"];
const DICTSORT: &[&str] = &["case_sensitive", "by", "reverse"];

/// minijinja's `map`, which puts nothing in the place of a missing attribute.
pub(super) fn map(
    state: &mut State,
    value: Value,
    arguments: Rest<ValueOrKwargs>,
) -> Result<Value, Error> {
    let arguments = arguments.into_values();
    let (_, keywords): (&[Value], Kwargs) = from_args(&arguments)?;
    let attribute = match keywords.has("default") {
        true => None,
        false => keywords.peek::<Option<Value>>("attribute")?,
    };
    let given = arguments.into_iter().map(ValueOrKwargs::from).collect();
    let mapped = engine::map(state, value, Rest(given))?;
    match (attribute, mapped.iter().position(Value::is_undefined)) {
        (Some(attribute), Some(at)) => Err(missing(&text(&attribute)?, at)),
        _ => Ok(Value::from(mapped)),
    }
}

fn missing(attribute: &str, at: usize) -> Error {
    let error = TemplateError::undefined(attribute);
    let message = format!("{} in item {} of the list", error.message, at + 1);
    let hint = "leave such items out with `selectattr(…, 'defined')`";
    TemplateError { message, ..error }.hint(hint).into()
}

/// What lies at `a.b.0` of an item.
fn at_path(item: &Value, path: &str) -> Value {
    let mut found = item.clone();
    for step in path.split('.') {
        let by_name = found.get_item(&Value::from(step)).unwrap_or_default();
        found = match step.parse::<usize>() {
            Ok(number) if by_name.is_undefined() => {
                found.get_item(&Value::from(number)).unwrap_or_default()
            }
            _ => by_name,
        };
    }
    found
}

/// The items as a list, each of which has the attributes: `a`, or `a, b`.
fn with_attribute(value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let items = all_items(value)?;
    if let Some(attribute) = arguments.given("attribute") {
        let attributes = text(attribute)?;
        for (at, item) in items.iter().enumerate() {
            for attribute in attributes.split(',').map(str::trim) {
                if at_path(item, attribute).is_undefined() {
                    return Err(missing(attribute, at));
                }
            }
        }
    }
    Ok(Value::from(items))
}

/// What was given, by keyword.
fn keywords(arguments: &Arguments, names: &'static [&'static str]) -> Kwargs {
    names.iter().filter_map(|name| Some((*name, arguments.given(name)?.clone()))).collect()
}

fn chosen(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Vec<bool>, Error> {
    let attribute = text(arguments.need("attribute")?)?;
    let test = arguments.given("test").map(text).transpose()?;
    let asks_whether_defined = test.as_deref().is_some_and(|test| test.ends_with("defined"));
    let choose = |(at, item): (usize, &Value)| {
        let value = at_path(item, &attribute);
        if value.is_undefined() && !asks_whether_defined {
            return Err(missing(&attribute, at));
        }
        match &test {
            None => Ok(value.is_true()),
            Some(test) => {
                let given: Vec<Value> =
                    [value].into_iter().chain(arguments.more.iter().cloned()).collect();
                state.perform_test(test, &given)
            }
        }
    };
    all_items(value)?.iter().enumerate().map(choose).collect()
}

fn selectattr(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let items = Value::from(all_items(value)?);
    let chosen = chosen(state, &items, arguments)?;
    Ok(items.try_iter()?.zip(chosen).filter(|(_, chosen)| *chosen).map(|(item, _)| item).collect())
}

fn rejectattr(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let items = Value::from(all_items(value)?);
    let chosen = chosen(state, &items, arguments)?;
    Ok(items.try_iter()?.zip(chosen).filter(|(_, chosen)| !chosen).map(|(item, _)| item).collect())
}

fn sort(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    engine::sort(state, with_attribute(value, arguments)?, keywords(arguments, SORT))
}

fn groupby(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let items = match arguments.get("default") {
        Some(_) => value.clone(),
        None => with_attribute(value, arguments)?,
    };
    let attribute = text(arguments.need("attribute")?)?;
    engine::groupby(items, Some(&attribute), keywords(arguments, &["default", "case_sensitive"]))
}

fn unique(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    engine::unique(state, with_attribute(value, arguments)?, keywords(arguments, UNIQUE))
}

fn min(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    engine::min(state, with_attribute(value, arguments)?, keywords(arguments, UNIQUE))
}

fn max(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    engine::max(state, with_attribute(value, arguments)?, keywords(arguments, UNIQUE))
}

fn sum(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let items = with_attribute(value, arguments)?;
    engine::sum(state, items, None, None, keywords(arguments, &["attribute", "start"]))
}

fn join(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let joiner = arguments.given("d").cloned().unwrap_or(Value::from(""));
    let items = with_attribute(value, arguments)?;
    let names = keywords(arguments, &["attribute"]);
    let joiner = minijinja::value::StringInput::new(state, &joiner)?;
    engine::join(state, &items, Some(joiner), None, names)
}

fn dictsort(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    engine::dictsort(value, keywords(arguments, DICTSORT))
}
