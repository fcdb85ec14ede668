//! Python's `re`, for text.

use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, MORE, invalid};
use super::super::text_form::text;
use super::filter::Filter;
use super::pattern::{Anchor, Pattern, failed};

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("regex_search", &["pattern", MORE, "ignorecase", "multiline"], regex_search),
    Filter::new("regex_findall", &["pattern", "multiline", "ignorecase"], regex_findall),
    Filter::new(
        "regex_replace",
        &["pattern", "replacement", "ignorecase", "multiline", "count", "mandatory_count"],
        regex_replace,
    ),
    Filter::new("regex_escape", &["re_type"], regex_escape),
];

/// Replacements that a user may ask for.
const MOST_ASKED: usize = 10_000_000;

fn pattern(arguments: &Arguments) -> Result<Pattern, Error> {
    Pattern::new(
        &text(arguments.need("pattern")?)?,
        Anchor::None,
        arguments.flag("ignorecase", false),
        arguments.flag("multiline", false),
    )
}

fn regex_search(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = text(value)?;
    let pattern = pattern(arguments)?;
    let Some(found) = pattern.captures(&subject)? else { return Ok(Value::from(())) };
    let group = |name: &Value| -> Result<Value, Error> {
        let name = text(name)?;
        let named = name.strip_prefix("\\g<").and_then(|name| name.strip_suffix('>'));
        let number = name.strip_prefix('\\').and_then(|number| number.parse::<usize>().ok());
        match (number, named) {
            (Some(number), _) if number < found.len() => Ok(matched(found.get(number))),
            (None, Some(name))
                if let Ok(number) = name.parse::<usize>()
                    && number < found.len() =>
            {
                Ok(matched(found.get(number)))
            }
            (None, Some(name)) if pattern.has_group(name) => Ok(matched(found.name(name))),
            (None, None) => Err(invalid("a group is given as `\\\\1` or as `\\\\g<name>`")),
            _ => Err(invalid("the pattern has no such group")),
        }
    };
    match arguments.more.as_slice() {
        [] => Ok(matched(found.get(0))),
        groups => groups.iter().map(group).collect(),
    }
}

fn matched(found: Option<fancy_regex::Match<'_>>) -> Value {
    found.map_or(Value::from(()), |found| Value::from(found.as_str()))
}

fn regex_findall(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = text(value)?;
    let pattern = pattern(arguments)?;
    let all = |found: &fancy_regex::Captures<'_, str>, group: usize| {
        Value::from(found.get(group).map_or("", |found| found.as_str()))
    };
    pattern
        .all(&subject)
        .map(|found| {
            let found = found.map_err(|error| failed(&error))?;
            Ok(match found.len() {
                1 => all(&found, 0),
                2 => all(&found, 1),
                groups => (1..groups).map(|group| all(&found, group)).collect(),
            })
        })
        .collect()
}

fn regex_replace(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let subject = text(value)?;
    let pattern = pattern(arguments)?;
    let replacement = arguments.text("replacement", "")?;
    let most = match arguments.size("count", 0, MOST_ASKED)? {
        0 => usize::MAX,
        most => most,
    };
    let mut out = String::with_capacity(subject.len());
    let (mut done, mut replaced) = (0, 0);
    for found in pattern.all(&subject).take(most) {
        let found = found.map_err(|error| failed(&error))?;
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&subject[done..whole.start()]);
        expand(&mut out, &replacement, &found)?;
        done = whole.end();
        replaced += 1;
    }
    out.push_str(&subject[done..]);
    let least = arguments.size("mandatory_count", 0, MOST_ASKED)?;
    if replaced < least {
        return Err(invalid(format!("the pattern matched {replaced} times, and not {least}")));
    }
    Ok(Value::from(out))
}

/// Writes a replacement with its `\1`, `\g<1>`, `\g<name>` and escapes.
fn expand(
    out: &mut String,
    replacement: &str,
    found: &fancy_regex::Captures<'_, str>,
) -> Result<(), Error> {
    let no_group = || invalid("the replacement names a group that the pattern has not");
    let mut rest = replacement;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if let Some((name, behind)) =
            rest.strip_prefix("g<").and_then(|inner| inner.split_once('>'))
        {
            let group = match name.parse::<usize>() {
                Ok(number) if number < found.len() => found.get(number),
                Ok(_) => return Err(no_group()),
                Err(_) => Some(found.name(name).ok_or_else(no_group)?),
            };
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = behind;
        } else if digits > 0 {
            let (number, behind) = rest.split_at(digits.min(2));
            let number = number.parse::<usize>().ok().filter(|number| *number < found.len());
            let group = found.get(number.ok_or_else(no_group)?);
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = behind;
        } else {
            let mut chars = rest.chars();
            match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('\\') | None => out.push('\\'),
                Some(c) => out.extend(['\\', c]),
            }
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
    Ok(())
}

fn regex_escape(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let mut out = String::new();
    for c in text(value)?.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::from(out))
}
