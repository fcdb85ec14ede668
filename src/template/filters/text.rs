//! Text: cut, wrapped, quoted and escaped.

use minijinja::value::Kwargs;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid};
use super::super::text_form::{escaped, text};
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("escape", &[], escape),
    Filter::new("e", &[], escape),
    Filter::new("string", &[], string),
    Filter::new("forceescape", &[], force_escape),
    Filter::new("truncate", TRUNCATE, truncate),
    Filter::new("wordwrap", WORDWRAP, wordwrap),
    Filter::new("center", &["width"], center),
    Filter::new("quote", &[], quote),
    Filter::new("comment", COMMENT, comment),
];

const TRUNCATE: &[&str] = &["length", "killwords", "end", "leeway"];
const WORDWRAP: &[&str] = &["width", "break_long_words", "wrapstring", "break_on_hyphens"];
const COMMENT: &[&str] = &[
    "style",
    "decoration",
    "newline",
    "beginning",
    "prefix",
    "prefix_count",
    "postfix",
    "postfix_count",
    "end",
];

/// Characters that a text may be filled up to.
const MOST_WIDTH: usize = 100_000;

fn escape(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    match value.is_safe() {
        true => Ok(value.clone()),
        false => Ok(Value::from_safe_string(escaped(&text(value)?))),
    }
}

fn string(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    match value.is_safe() {
        true => Ok(value.clone()),
        false => text(value).map(Value::from),
    }
}

fn force_escape(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    Ok(Value::from_safe_string(escaped(&text(value)?)))
}

/// What was given, by keyword.
fn keywords(arguments: &Arguments, names: &'static [&'static str]) -> Kwargs {
    names.iter().filter_map(|name| Some((*name, arguments.given(name)?.clone()))).collect()
}

fn truncate(state: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = Value::from(text(value)?);
    minijinja_contrib::filters::truncate(state, &subject, keywords(arguments, TRUNCATE))
}

fn wordwrap(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = Value::from(text(value)?);
    minijinja_contrib::filters::wordwrap(&subject, keywords(arguments, WORDWRAP))
}

fn center(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = text(value)?;
    let width = arguments.size("width", 80, MOST_WIDTH)?;
    let space = width.saturating_sub(subject.chars().count());
    // Python puts the odd space to the left where the width is odd.
    let left = space / 2 + (space & width & 1);
    Ok(Value::from(format!("{}{subject}{}", " ".repeat(left), " ".repeat(space - left))))
}

/// For a POSIX shell.
fn quote(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let subject = match value.is_none() {
        true => String::new(),
        false => text(value)?,
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    Ok(Value::from(match !subject.is_empty() && subject.chars().all(is_plain) {
        true => subject,
        false => format!("'{}'", subject.replace('\'', r#"'"'"'"#)),
    }))
}

fn comment(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let (beginning, decoration, end) = match arguments.text("style", "plain")?.as_str() {
        "plain" => ("", "# ", ""),
        "erlang" => ("", "% ", ""),
        "c" => ("", "// ", ""),
        "cblock" => ("/*", " * ", " */"),
        "xml" => ("<!--", " - ", "-->"),
        _ => {
            let known = "`plain`, `erlang`, `c`, `cblock` and `xml`";
            return Err(invalid(format!("this style of comments is not known; {known} are")));
        }
    };
    let newline = arguments.text("newline", "\n")?;
    let decoration = arguments.text("decoration", decoration)?;
    let around = decoration.trim_end();
    let prefix = arguments.text("prefix", around)?;
    let postfix = arguments.text("postfix", around)?;
    let beginning = arguments.text("beginning", beginning)?;
    let end = arguments.text("end", end)?;
    let mut out = String::new();
    if !beginning.is_empty() {
        out.push_str(&format!("{beginning}{newline}"));
    }
    let prefix_line = match prefix == newline || prefix.is_empty() {
        true => prefix,
        false => format!("{prefix}{newline}"),
    };
    out.push_str(&prefix_line.repeat(arguments.size("prefix_count", 1, 100)?));
    let decorated = format!(
        "{decoration}{}",
        text(value)?.replace(&newline, &format!("{newline}{decoration}"))
    );
    out.push_str(
        &decorated.replace(&format!("{decoration}{newline}"), &format!("{around}{newline}")),
    );
    out.push_str(&format!("{newline}{postfix}").repeat(arguments.size("postfix_count", 1, 100)?));
    if !end.is_empty() {
        out.push_str(&format!("{newline}{end}"));
    }
    Ok(Value::from(out))
}
