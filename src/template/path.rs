//! Paths such as `token.owner`, followed in data that is known: which names there are.

use std::ops::Range;

use minijinja::Value as Jinja;
use minijinja::value::ValueKind;

use super::TemplateError;
use super::functions::NAMES;
use super::tag::Tag;
use super::template_error::Spot;
use super::token::{Code, Token, TokenKind, cut, tokens};
use crate::model::nearest;

/// Names that one message lists.
const MOST_NAMES: usize = 40;
/// Loops in loops whose variables are followed.
const MOST_DEPTH: usize = 10;

/// Words of expressions, which are no names of data.
const WORDS: [&str; 13] = [
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
];
/// Filters that leave the entries of a list as they are.
const KEEPING: [&str; 8] =
    ["list", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "unique"];

/// Names what there is where an undefined name was looked for: the one that was meant, or all.
/// `text` is what the user wrote, `context` what its names mean.
pub(super) fn explain(error: TemplateError, text: &str, context: &Jinja) -> TemplateError {
    let Some(what) = error.undefined.as_deref().filter(|what| !what.is_empty()) else {
        return error;
    };
    if error.hint.is_some() {
        return error;
    }
    let before = error.spot.as_ref().map_or(text.len(), |spot| offset(text, spot));
    let known = |name: &str| value_of(name, text, before, context, MOST_DEPTH);
    let hint = names_beside(what, known).or_else(|| {
        let root = what.split(['.', '[']).next()?;
        let is_alone = root == what;
        let names: Vec<String> = context.try_iter().ok()?.map(|name| name.to_string()).collect();
        let is_known = names.iter().any(|name| name == root);
        let near = nearest(root, &names).is_some();
        (!is_known && (is_alone || near)).then(|| hint(root, "", &names))
    });
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The names that there are where the last one of a path is not, in a sentence.
pub(super) fn names_beside(path: &str, value_of: impl Fn(&str) -> Option<Jinja>) -> Option<String> {
    let found = missing(&tokens(path, 0..path.len()), value_of)?;
    Some(hint(&found.name, &found.holder, &found.names))
}

/// The first name in an expression, or in the code of a template, that leads to nothing in
/// `example`, which names everything that there can be. A template that defines macros or takes
/// others in is left to its being filled in.
pub(super) fn check_paths(
    text: &str,
    is_template: bool,
    example: &Jinja,
) -> Result<(), TemplateError> {
    let codes = match is_template {
        true => cut(text).codes,
        false => vec![Code { range: 0..text.len(), is_expression: true }],
    };
    let mut bound: Vec<&str> = vec!["loop", "self"];
    let mut evaluated = Vec::new();
    for code in codes {
        let tokens = tokens(text, code.range);
        if code.is_expression {
            evaluated.push(tokens);
            continue;
        }
        let Some(tag) = Tag::of(&tokens) else { continue };
        if ["macro", "call", "import", "from", "include", "extends"].contains(&tag.word) {
            return Ok(());
        }
        bound.extend(tag.bound);
        evaluated.push(tag.value);
    }
    for tokens in evaluated {
        for at in starts(&tokens).filter(|at| !bound.contains(&tokens[*at].text)) {
            let path = &tokens[at..];
            let value = |name: &str| example.get_attr(name).ok().filter(|v| !v.is_undefined());
            let is_function = path.get(1).is_some_and(|next| next.is("("));
            if is_function || NAMES.contains(&path[0].text) {
                continue;
            }
            let known = || example.try_iter().into_iter().flatten().map(|name| name.to_string());
            let found = match value(path[0].text) {
                Some(_) => missing(path, value),
                None => Some(Missing {
                    name: path[0].text.to_owned(),
                    holder: String::new(),
                    names: known().collect(),
                    place: path[0].start..path[0].end(),
                    path: path[0].text.to_owned(),
                }),
            };
            if let Some(Missing { name, holder, names, place, path }) = found {
                let mut error = TemplateError::undefined(path).hint(hint(&name, &holder, &names));
                error.spot = Some(Box::new(Spot::within(text, place)));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Where in an expression a path begins: at a name that is no word, attribute, filter, test or
/// keyword of a call.
fn starts<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = usize> + 't {
    (0..tokens.len()).filter(move |&at| {
        let token = &tokens[at];
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        let follows = |mark: &str| before(1).is_some_and(|token| token.is(mark));
        let is_test =
            follows("is") || follows("not") && before(2).is_some_and(|token| token.is("is"));
        let is_keyword = tokens.get(at + 1).is_some_and(|token| token.is("="))
            && tokens.get(at + 2).is_none_or(|token| !token.is("="));
        token.kind == TokenKind::Name
            && !WORDS.contains(&token.text)
            && !follows(".")
            && !follows("|")
            && !is_test
            && !is_keyword
    })
}

/// A step of a path that leads to nothing.
struct Missing {
    name: String,
    /// What was to have it: `token`; empty where the first name itself is not there.
    holder: String,
    /// What it has.
    names: Vec<String>,
    place: Range<usize>,
    /// `token.onwer`
    path: String,
}

/// Follows a path as far as its steps are names and numbers. `None` also where it leads out of what
/// is known.
fn missing(path: &[Token<'_>], value_of: impl Fn(&str) -> Option<Jinja>) -> Option<Missing> {
    let first = path.first().filter(|token| token.kind == TokenKind::Name)?;
    let mut value = value_of(first.text)?;
    let mut at = 1;
    let mut written = first.text.to_owned();
    loop {
        let (step, next) = match path.get(at..)? {
            [dot, name, ..] if dot.is(".") && name.kind == TokenKind::Name => (name, at + 2),
            [open, key, close, ..]
                if open.is("[") && close.is("]") && key.kind != TokenKind::Mark =>
            {
                (key, at + 3)
            }
            _ => return None,
        };
        let is_called = path.get(next).is_some_and(|token| token.is("("));
        let name = if step.kind == TokenKind::Text { step.inner() } else { step.text };
        value = match (value.kind(), step.kind) {
            (ValueKind::Seq | ValueKind::Iterable, TokenKind::Number) => {
                value.try_iter().ok()?.next()?
            }
            (ValueKind::Map, TokenKind::Name | TokenKind::Text) if !is_called => {
                if step.kind == TokenKind::Name && path[at].is("[") {
                    // A variable holds the name.
                    return None;
                }
                let found = value.get_item(&Jinja::from(name)).ok()?;
                if found.is_undefined() {
                    let names = value.try_iter().ok()?.map(|key| key.to_string()).collect();
                    return Some(Missing {
                        name: name.to_owned(),
                        path: format!("{written}.{name}"),
                        holder: written,
                        names,
                        place: step.start..step.end(),
                    });
                }
                found
            }
            _ => return None,
        };
        written = match step.kind {
            TokenKind::Number => format!("{written}[{name}]"),
            _ => format!("{written}.{name}"),
        };
        at = next;
    }
}

fn hint(name: &str, holder: &str, names: &[String]) -> String {
    let mut shown: Vec<&str> = names.iter().map(String::as_str).take(MOST_NAMES).collect();
    shown.sort_unstable();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let holder = if holder.is_empty() { "the names here are" } else { &format!("`{holder}` has") };
    let known = format!("{holder} `{}`{more}", shown.join("`, `"));
    match nearest(name, names) {
        Some(near) if names.len() == 1 => format!("did you mean `{near}`?"),
        Some(near) => format!("did you mean `{near}`? {known}"),
        None => known,
    }
}

/// What a name means at a place of a text: a part of the context, or the variable of a loop over
/// one.
fn value_of(name: &str, text: &str, before: usize, context: &Jinja, depth: usize) -> Option<Jinja> {
    let (path, start, is_loop) = match binding(name, text, before) {
        Some(found) if depth > 0 => found,
        _ => return context.get_attr(name).ok().filter(|value| !value.is_undefined()),
    };
    let first = path.first().filter(|token| token.kind == TokenKind::Name)?;
    let mut value = value_of(first.text, text, start, context, depth - 1)?;
    let mut at = 1;
    while let [dot, name, ..] = path.get(at..)? {
        if !dot.is(".") || name.kind != TokenKind::Name {
            break;
        }
        value = value.get_attr(name.text).ok()?;
        at += 2;
    }
    let rest = path.get(at..).unwrap_or_default();
    let mut filters = rest.iter().zip(rest.iter().skip(1)).filter(|(mark, _)| mark.is("|"));
    if !filters.all(|(_, filter)| KEEPING.contains(&filter.text)) {
        return None;
    }
    match (is_loop, value.kind()) {
        (true, ValueKind::Seq | ValueKind::Iterable) => value.try_iter().ok()?.next(),
        (true, _) => None,
        (false, _) => Some(value),
    }
}

/// What a name was bound to last before a place: `for NAME in PATH`, `set NAME = PATH`. Of one name
/// among several it is not known.
fn binding<'t>(name: &str, text: &'t str, before: usize) -> Option<(Vec<Token<'t>>, usize, bool)> {
    let codes = cut(text).codes;
    let earlier = codes.into_iter().rev().filter(|code| !code.is_expression);
    earlier.filter(|code| code.range.start < before).find_map(|code| {
        let start = code.range.start;
        let Tag { word, bound, value } = Tag::of(&tokens(text, code.range))?;
        let value = match (word, bound.as_slice()) {
            ("for" | "set", [only]) if *only == name => value,
            (_, names) if names.contains(&name) => Vec::new(),
            _ => return None,
        };
        let value = value.into_iter().skip_while(|token| token.is("("));
        Some((value.filter(|token| !token.is(")")).collect(), start, word == "for"))
    })
}

/// The place of a spot in bytes.
fn offset(text: &str, spot: &Spot) -> usize {
    let lines = usize::try_from(spot.line.saturating_sub(1)).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(lines).map(str::len).sum();
    let column = usize::try_from(spot.column.saturating_sub(1)).unwrap_or(0);
    let rest = text.get(start..).unwrap_or("");
    start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> Jinja {
        let token = Jinja::from_pairs([("serial", "FTK1"), ("owner", "alice")]);
        let device = Jinja::from_pairs([
            ("host", Jinja::from("fw")),
            ("ha", Jinja::from(())),
            ("members", Jinja::from(vec![token.clone()])),
        ]);
        Jinja::from_pairs([
            ("token", token.clone()),
            ("device", device),
            ("tokens", vec![token].into()),
        ])
    }

    fn wrong(text: &str, is_template: bool) -> Option<String> {
        check_paths(text, is_template, &example()).err().map(|error| error.message)
    }

    #[test]
    fn a_name_that_leads_to_nothing_is_found_wherever_it_stands() {
        for (text, name) in [
            ("token.onwer == 'x'", "token.onwer"),
            ("device.host == 'x' and token['serail'] is defined", "token.serail"),
            ("device.members[0].x | default('')", "device.members[0].x"),
            ("tokens[0].x", "tokens[0].x"),
            ("tokn.serial", "tokn"),
            ("not tokn", "tokn"),
            ("'a' in [token.x]", "token.x"),
            ("token.serial is match(token.x)", "token.x"),
        ] {
            assert_eq!(wrong(text, false), Some(format!("`{name}` is undefined")), "{text}");
        }
        for (text, name) in [
            ("{% for t in tokens if t.serial %}{{ t.serial }}{{ token.x }}{% endfor %}", "token.x"),
            ("{% if token.serial == 'z' %}{% if token.x %}x{% endif %}{% endif %}", "token.x"),
            ("{% if 1 %}{% elif not token.x %}x{% endif %}", "token.x"),
            ("{% set s = token.serial %}{{ token.x }}", "token.x"),
            ("{% if 0 %}{% set s = tokn.serial %}{% endif %}", "tokn"),
            ("{% with a = tokn, b = 1 %}{{ a }}{% endwith %}", "tokn"),
            ("{% filter replace(token.x, '') %}x{% endfilter %}", "token.x"),
            ("{% for t in tokens recursive %}{{ tokn }}{% endfor %}", "tokn"),
        ] {
            assert_eq!(wrong(text, true), Some(format!("`{name}` is undefined")), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_known_is_left_alone() {
        for text in [
            "token.serial.startswith('F') and device.ha.mode == 'x'",
            "tokens | selectattr('x') | map(attribute='x') | list == []",
            "device[token.serial] is not none",
            "dict(a=1).b == range(3) and now().year > 2000",
            "device.members[1:].x is not divisibleby 3",
            "token.items() and token.serial is ansible.builtin.match('x')",
        ] {
            assert_eq!(wrong(text, false), None, "{text}");
        }
        for text in [
            "{% for key, value in device.items() %}{{ key.x }}{{ value }}{{ loop.index }}{% endfor %}",
            "{% set x = token.serial %}{{ x.y }}",
            "{% set x %}{{ token.serial }}{% endset %}{{ x.y }}",
            "{% set ns = namespace(a=1) %}{% set ns.a = 2 %}{{ ns.a }}",
            "{% with a = token, (b, c) = tokens %}{{ a.x }}{{ b.x }}{{ c.x }}{% endwith %}",
            "{% filter upper %}{% block x %}{{ token.serial }}{% endblock x %}{% endfilter %}",
            "{% for t in tokens recursive %}{{ loop(t) }}{% endfor %}",
            "{% macro m(x) %}{{ x.y }}{% endmacro %}{{ m(token) }}",
            "no code {# {{ nothing }} #}",
        ] {
            assert_eq!(wrong(text, true), None, "{text}");
        }
    }

    fn hint_of(what: &str, text: &str) -> Option<String> {
        explain(TemplateError::undefined(what), text, &example()).hint
    }

    #[test]
    fn the_names_that_exist_are_told() {
        let has = "has `owner`, `serial`";
        let text = "{% for t in (tokens|selectattr('owner')|list)[:3] %}{{ t.onwer }}{% endfor %}";
        let told = hint_of("t.onwer", text);
        assert_eq!(told, Some(format!("did you mean `owner`? `t` {has}")));
        assert_eq!(hint_of("token.colour", ""), Some(format!("`token` {has}")));
        assert_eq!(
            hint_of("x", ""),
            Some("the names here are `device`, `token`, `tokens`".to_owned())
        );
        assert_eq!(hint_of("tokn.x", "").unwrap().split('?').next(), Some("did you mean `token`"));
        for (what, text) in [
            ("x.y", "{% macro m(x) %}{{ x.y }}{% endmacro %}"),
            ("t.x", "{% for t in tokens|map(attribute='serial') %}{{ t.x }}{% endfor %}"),
            ("t.x", "{% for t in t %}{{ t.x }}{% endfor %}"),
        ] {
            assert_eq!(hint_of(what, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\{% (for|set) t( in|=)? |\\{\\{|\\}\\}|%\\}|[a-ü.\\[\\]|'() 0,]|tokens?){0,30}") {
            let _ = check_paths(&text, true, &example());
            let _ = check_paths(&text, false, &example());
            let _ = explain(TemplateError::undefined(text.clone()), &text, &example());
            let _ = explain(TemplateError::undefined("t.x"), &text, &example());
        }
    }
}
