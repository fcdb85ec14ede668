//! The registry of filters.

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::super::arguments::Arguments;
use super::{
    attributes, hashes, json, lists, logic, maps, markdown, numbers, paths, regex, sets, sizes,
    spreadsheet, text, time, yaml,
};

/// One filter: its name, its parameters as Ansible names them, and what it does.
pub(in crate::template) struct Filter {
    pub name: &'static str,
    pub parameters: &'static [&'static str],
    pub call: fn(&mut State, &Value, &Arguments) -> Result<Value, Error>,
}

impl Filter {
    pub(super) const fn new(
        name: &'static str,
        parameters: &'static [&'static str],
        call: fn(&mut State, &Value, &Arguments) -> Result<Value, Error>,
    ) -> Self {
        Self { name, parameters, call }
    }

    /// Filters that are made for undefined values.
    fn takes_undefined(&self) -> bool {
        matches!(self.name, "default" | "d" | "mandatory" | "type_debug")
    }
}

/// Our own, each family in a file of its own.
const FAMILIES: &[&[Filter]] = &[
    attributes::FILTERS,
    hashes::FILTERS,
    json::FILTERS,
    lists::FILTERS,
    logic::FILTERS,
    maps::FILTERS,
    markdown::FILTERS,
    numbers::FILTERS,
    paths::FILTERS,
    regex::FILTERS,
    sets::FILTERS,
    sizes::FILTERS,
    spreadsheet::FILTERS,
    text::FILTERS,
    time::FILTERS,
    yaml::FILTERS,
];

/// Those of minijinja and minijinja-contrib that do as Ansible's do, and `map`, whose arguments
/// are another filter's.
const TAKEN: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "capitalize",
    "count",
    "filesizeformat",
    "first",
    "format",
    "indent",
    "items",
    "last",
    "length",
    "lower",
    "map",
    "pprint",
    "reject",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "slice",
    "split",
    "striptags",
    "title",
    "trim",
    "upper",
    "wordcount",
];

/// Filters that Ansible has and this program refuses, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("json_query", "use `selectattr`, `map` and `dict2items` instead"),
    ("md5", "use `hash('sha256')`"),
    ("password_hash", "templates do not work with passwords here"),
    ("vault", "templates do not work with vaults here"),
    ("unvault", "templates do not work with vaults here"),
    ("fileglob", "templates do not read files here"),
    ("realpath", "templates do not read files here"),
    ("expandvars", "templates do not read the environment here"),
    ("expanduser", "templates do not read the environment here"),
    ("random", "two reports of one run would differ"),
    ("shuffle", "two reports of one run would differ"),
    ("ipaddr", "addresses are not taken apart yet"),
    ("ipv4", "addresses are not taken apart yet"),
    ("ipv6", "addresses are not taken apart yet"),
    ("ipwrap", "addresses are not taken apart yet"),
    ("ipsubnet", "addresses are not taken apart yet"),
];

/// Every filter of our own.
pub(in crate::template) fn filters() -> impl Iterator<Item = &'static Filter> {
    FAMILIES.iter().copied().flatten()
}

/// The names of all filters, without `ansible.builtin.`.
pub(in crate::template) fn filter_names() -> Vec<&'static str> {
    filters().map(|filter| filter.name).chain(TAKEN.iter().copied()).collect()
}

/// Why a filter that Ansible has is refused.
pub(in crate::template) fn refused_filter(name: &str) -> Option<&'static str> {
    let last = name.rsplit('.').next()?;
    REFUSED.iter().find(|(refused, _)| *refused == last).map(|(_, reason)| *reason)
}

/// Adds all filters, each under its collection's name too.
pub(in crate::template) fn add_filters(environment: &mut Environment<'static>) {
    use minijinja_contrib::filters as contrib;
    environment.add_filter("filesizeformat", contrib::filesizeformat);
    environment.add_filter("striptags", contrib::striptags);
    environment.add_filter("wordcount", contrib::wordcount);
    environment.add_filter("map", attributes::map);
    for filter in filters() {
        let call = move |state: &mut State, value: Value, given: Rest<ValueOrKwargs>| {
            if value.is_undefined() && !filter.takes_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            let arguments = Arguments::read(filter.name, filter.parameters, given)?;
            if arguments.any_undefined() && !filter.takes_undefined() {
                let message = format!("an argument of `{}` is undefined", filter.name);
                return Err(Error::new(ErrorKind::UndefinedError, message));
            }
            (filter.call)(state, &value, &arguments)
        };
        environment.add_filter(filter.name, call);
    }
    for name in filter_names() {
        for collection in ["ansible.builtin", "ansible.legacy"] {
            let call = move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
                state.apply_filter(name, &arguments.into_values())
            };
            environment.add_filter(format!("{collection}.{name}"), call);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_filter_stands_in_the_registry_once_and_is_known_to_the_engine() {
        let names = filter_names();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        let environment = crate::template::environment::environment(jiff::Timestamp::UNIX_EPOCH);
        for name in names {
            assert!(refused_filter(name).is_none(), "{name} is offered and refused");
            for prefix in ["", "ansible.builtin.", "ansible.legacy."] {
                let expression = format!("'{prefix}{name}' is filter");
                let known = environment.compile_expression(&expression).unwrap().eval(()).unwrap();
                assert!(known.is_true(), "{prefix}{name}");
            }
        }
    }
}
