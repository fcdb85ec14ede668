//! The environment that all texts are evaluated in.

use jiff::Timestamp;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::filters::add_filters;
use super::functions::add_functions;
use super::text_form::print;
use super::value_tests::add_tests;

/// Work that one value of a playbook may take; some seconds at worst.
const FUEL: u64 = 50_000_000;
/// Calls that may lie in one another.
const MOST_DEPTH: usize = 100;

/// Ansible's Jinja. `now` is what `now()` says: a clock here would make two reports of one record
/// differ.
pub(super) fn environment(now: Timestamp) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(print);
    environment.set_auto_escape_callback(auto_escape);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MOST_DEPTH);
    // Makes errors say what was undefined. They hold values of variables then, which
    // `TemplateError` leaves out.
    environment.set_debug(true);
    Trimming::default().set(&mut environment);
    add_filters(&mut environment);
    add_tests(&mut environment);
    add_functions(&mut environment, now);
    environment
}

/// How templates are read: as Ansible reads them, or as the first line of a file wants it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trimming {
    pub trim_blocks: bool,
    pub lstrip_blocks: bool,
}

impl Default for Trimming {
    fn default() -> Self {
        Self { trim_blocks: true, lstrip_blocks: false }
    }
}

impl Trimming {
    /// What `#jinja2: trim_blocks:False, lstrip_blocks:True` sets.
    pub fn of_header(header: &str) -> Self {
        let mut trimming = Self::default();
        for (name, value) in header.split(',').filter_map(|pair| pair.split_once(':')) {
            let value = value.trim().eq_ignore_ascii_case("true");
            match name.trim() {
                "trim_blocks" => trimming.trim_blocks = value,
                "lstrip_blocks" => trimming.lstrip_blocks = value,
                _ => {}
            }
        }
        trimming
    }

    /// Sets how the templates are read that are added from now on.
    pub fn set(self, environment: &mut Environment<'static>) {
        let syntax = SyntaxConfig::builder()
            .trim_blocks(self.trim_blocks)
            .lstrip_blocks(self.lstrip_blocks)
            .keep_trailing_newline(true)
            .build();
        // The delimiters are Jinja's own, which are no mistake.
        environment.set_syntax(syntax.unwrap_or_default());
    }
}

/// Only what a browser or an XML reader takes is escaped.
fn auto_escape(name: &str) -> AutoEscape {
    let name = [".j2", ".jinja2", ".jinja"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    match name.rsplit('.').next() {
        Some("html" | "htm" | "xml") => AutoEscape::Html,
        _ => AutoEscape::None,
    }
}
