//! Lists as sets: each item once, in the order of the first list.

use indexmap::IndexSet;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, items};
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("difference", &["b"], difference),
    Filter::new("intersect", &["b"], intersect),
    Filter::new("union", &["b"], union),
    Filter::new("symmetric_difference", &["b"], symmetric_difference),
];

fn both(value: &Value, arguments: &Arguments) -> Result<[IndexSet<Value>; 2], Error> {
    let other = items(arguments.need("b")?)?;
    Ok([items(value)?.into_iter().collect(), other.into_iter().collect()])
}

fn difference(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let [a, b] = both(value, arguments)?;
    Ok(a.difference(&b).cloned().collect())
}

fn intersect(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let [a, b] = both(value, arguments)?;
    Ok(a.intersection(&b).cloned().collect())
}

fn union(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let [a, b] = both(value, arguments)?;
    Ok(a.union(&b).cloned().collect())
}

fn symmetric_difference(
    _: &mut State,
    value: &Value,
    arguments: &Arguments,
) -> Result<Value, Error> {
    let [a, b] = both(value, arguments)?;
    Ok(a.symmetric_difference(&b).cloned().collect())
}
