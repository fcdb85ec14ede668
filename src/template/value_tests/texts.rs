//! Text against patterns.

use minijinja::{Error, Value};

use super::super::arguments::{Arguments, invalid};
use super::super::filters::{Anchor, Pattern};
use super::super::text_form::text;
use super::value_test::ValueTest;

const PARAMETERS: &[&str] = &["pattern", "ignorecase", "multiline"];

pub(super) const TESTS: &[ValueTest] = &[
    ValueTest::new("match", PARAMETERS, matches_start),
    ValueTest::new("search", PARAMETERS, matches_anywhere),
    ValueTest::new("regex", &["pattern", "ignorecase", "multiline", "match_type"], matches_typed),
    ValueTest::new("url", &["schemes"], url),
];

fn matches(value: &Value, arguments: &Arguments, anchor: Anchor) -> Result<bool, Error> {
    Pattern::new(
        &text(arguments.need("pattern")?)?,
        anchor,
        arguments.flag("ignorecase", false),
        arguments.flag("multiline", false),
    )?
    .is_match(&text(value)?)
}

fn matches_start(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    matches(value, arguments, Anchor::Start)
}

fn matches_anywhere(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    matches(value, arguments, Anchor::None)
}

fn matches_typed(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    let anchor = match arguments.text("match_type", "search")?.as_str() {
        "search" => Anchor::None,
        "match" => Anchor::Start,
        "fullmatch" => Anchor::Whole,
        _ => return Err(invalid("`match_type` must be `search`, `match` or `fullmatch`")),
    };
    matches(value, arguments, anchor)
}

fn url(value: &Value, _: &Arguments) -> Result<bool, Error> {
    let text = text(value)?;
    Ok(text.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            && !rest.is_empty()
            && !rest.starts_with(['/', '?', '#'])
    }))
}
