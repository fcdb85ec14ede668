//! The registry of tests.

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::super::arguments::Arguments;
use super::{collections, results, texts, version};

/// One test: its name, its parameters as Ansible names them, and what it asks.
pub(in crate::template) struct ValueTest {
    pub name: &'static str,
    pub parameters: &'static [&'static str],
    pub call: fn(&Value, &Arguments) -> Result<bool, Error>,
}

impl ValueTest {
    pub(super) const fn new(
        name: &'static str,
        parameters: &'static [&'static str],
        call: fn(&Value, &Arguments) -> Result<bool, Error>,
    ) -> Self {
        Self { name, parameters, call }
    }
}

/// Our own, each family in a file of its own.
const FAMILIES: &[&[ValueTest]] =
    &[collections::TESTS, results::TESTS, texts::TESTS, version::TESTS];

/// Those of minijinja that do as Ansible's do.
const TAKEN: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "safe",
    "sameas",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "int",
];

/// Tests that Ansible has and this program refuses, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("file", "templates do not read files here"),
    ("directory", "templates do not read files here"),
    ("exists", "templates do not read files here"),
    ("link", "templates do not read files here"),
    ("link_exists", "templates do not read files here"),
    ("mount", "templates do not read files here"),
    ("same_file", "templates do not read files here"),
    ("vault_encrypted", "templates do not work with vaults here"),
    ("vaulted_file", "templates do not work with vaults here"),
];

/// Every test of our own.
pub(in crate::template) fn tests() -> impl Iterator<Item = &'static ValueTest> {
    FAMILIES.iter().copied().flatten()
}

/// The names of all tests, without `ansible.builtin.`.
pub(in crate::template) fn test_names() -> Vec<&'static str> {
    tests().map(|test| test.name).chain(TAKEN.iter().copied()).collect()
}

/// Why a test that Ansible has is refused.
pub(in crate::template) fn refused_test(name: &str) -> Option<&'static str> {
    let last = name.rsplit('.').next()?;
    REFUSED.iter().find(|(refused, _)| *refused == last).map(|(_, reason)| *reason)
}

/// Adds all tests, each under its collection's name too.
pub(in crate::template) fn add_tests(environment: &mut Environment<'static>) {
    for test in tests() {
        let call = move |value: Value, given: Rest<ValueOrKwargs>| {
            if value.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            let arguments = Arguments::read(test.name, test.parameters, given)?;
            if arguments.any_undefined() {
                let message = format!("an argument of `{}` is undefined", test.name);
                return Err(Error::new(ErrorKind::UndefinedError, message));
            }
            (test.call)(&value, &arguments)
        };
        environment.add_test(test.name, call);
    }
    for name in test_names() {
        for collection in ["ansible.builtin", "ansible.legacy"] {
            let call = move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
                state.perform_test(name, &arguments.into_values())
            };
            environment.add_test(format!("{collection}.{name}"), call);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_test_stands_in_the_registry_once_and_is_known_to_the_engine() {
        let names = test_names();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        let environment = crate::template::environment::environment(jiff::Timestamp::UNIX_EPOCH);
        for name in names {
            assert!(refused_test(name).is_none(), "{name} is offered and refused");
            for prefix in ["", "ansible.builtin.", "ansible.legacy."] {
                let expression = format!("'{prefix}{name}' is test");
                let known = environment.compile_expression(&expression).unwrap().eval(()).unwrap();
                assert!(known.is_true(), "{prefix}{name}");
            }
        }
    }
}
