//! Results of tasks, as `register` keeps them.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::super::arguments::{Arguments, invalid, kind_name};
use super::value_test::ValueTest;

pub(super) const TESTS: &[ValueTest] = &[
    ValueTest::new("failed", &[], failed),
    ValueTest::new("failure", &[], failed),
    ValueTest::new("success", &[], success),
    ValueTest::new("succeeded", &[], success),
    ValueTest::new("successful", &[], success),
    ValueTest::new("changed", &[], changed),
    ValueTest::new("change", &[], changed),
    ValueTest::new("skipped", &[], skipped),
    ValueTest::new("skip", &[], skipped),
    ValueTest::new("unreachable", &[], unreachable),
    ValueTest::new("reachable", &[], reachable),
    ValueTest::new("finished", &[], finished),
    ValueTest::new("started", &[], started),
    ValueTest::new("timedout", &[], timedout),
];

fn flag(value: &Value, name: &str, default: bool) -> Result<bool, Error> {
    if value.kind() != ValueKind::Map {
        let kind = kind_name(value.kind());
        return Err(invalid(format!(
            "`{name}` asks about the result of a task, and this is {kind}"
        )));
    }
    let flag = value.get_item(&Value::from(name))?;
    Ok(if flag.is_undefined() { default } else { flag.is_true() })
}

fn failed(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "failed", false)
}

fn success(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "failed", false).map(|failed| !failed)
}

/// A result of a loop changed when one of its results did.
fn changed(value: &Value, _: &Arguments) -> Result<bool, Error> {
    let own = flag(value, "changed", false)?;
    let results = value.get_item(&Value::from("results"))?;
    if own || results.kind() != ValueKind::Seq {
        return Ok(own);
    }
    let mut any = false;
    for result in results.try_iter()? {
        any |= result.kind() == ValueKind::Map && flag(&result, "changed", false)?;
    }
    Ok(any)
}

fn skipped(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "skipped", false)
}

fn unreachable(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "unreachable", false)
}

fn reachable(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "unreachable", false).map(|unreachable| !unreachable)
}

fn finished(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "finished", true)
}

fn started(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "started", true)
}

fn timedout(value: &Value, _: &Arguments) -> Result<bool, Error> {
    flag(value, "timedout", false)
}
