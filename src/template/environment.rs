//! The environment that all texts are evaluated in.

use jiff::Timestamp;
use minijinja::{Environment, UndefinedBehavior};

/// Instructions that one evaluation may take, and calls that may lie in one another.
const FUEL: u64 = 50_000_000;
const MOST_DEPTH: usize = 100;

/// Ansible's Jinja. `now` is what `now()` says: a clock here would make two reports of one record
/// differ.
pub(super) fn environment(_now: Timestamp) -> Environment<'static> {
    let mut environment = Environment::new();
    minijinja_contrib::add_to_environment(&mut environment);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_filter("md", super::markdown::md);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MOST_DEPTH);
    environment
}
