//! The names of filters, tests and functions in a text, checked before it is used: minijinja looks
//! them up when it comes to them, which may be never, or in the middle of a run.

use std::ops::Range;

use super::TemplateError;
use super::filters::{filter_names, refused_filter};
use super::functions::refused_function;
use super::lookup::{FUNCTIONS, wrong_lookup};
use super::shape::{check_expression_shape, check_shape};
use super::template_error::Spot;
use super::token::{Token, TokenKind, cut, tokens};
use super::value_tests::{refused_test, test_names};
use crate::model::{nearest, nearest_hint};

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is filled in while a playbook runs, where things can be looked up.
    Playbook,
    Report,
}

/// The first name in the code of a template that is not known. `text` is what the user wrote.
pub(super) fn check_template(text: &str, purpose: Purpose) -> Result<(), TemplateError> {
    check_shape(text)?;
    cut(text).codes.into_iter().try_for_each(|code| check_code(text, code.range, purpose))
}

/// The first name in an expression that is not known.
pub(super) fn check_code(
    text: &str,
    range: Range<usize>,
    purpose: Purpose,
) -> Result<(), TemplateError> {
    check_expression_shape(text, range.clone())?;
    let tokens = tokens(text, range);
    for at in 0..tokens.len() {
        let found = check_at(&tokens, at, purpose);
        if let Some((mut error, place)) = found {
            error.spot = Some(Box::new(Spot::within(text, place)));
            return Err(error);
        }
    }
    Ok(())
}

/// The first template that a text names, and that is not there.
pub(super) fn check_members(text: &str, known: &[&str]) -> Result<(), TemplateError> {
    let missing = named(text)
        .into_iter()
        .find(|named| !named.may_be_missing && !known.contains(&named.name.as_str()));
    let Some(Named { name, place, .. }) = missing else { return Ok(()) };
    let mut error = TemplateError::new(format!("there is no template `{name}`"))
        .hint(nearest_hint(&name, known));
    error.spot = Some(Box::new(Spot::within(text, place)));
    Err(error)
}

/// The templates that a text includes, imports or extends, as far as it names them outright.
pub fn members(text: &str) -> Vec<String> {
    named(text).into_iter().map(|named| named.name).collect()
}

/// A template that another names.
struct Named {
    name: String,
    place: Range<usize>,
    may_be_missing: bool,
}

fn named(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for code in cut(text).codes.into_iter().filter(|code| !code.is_expression) {
        let tokens = tokens(text, code.range);
        let mut tokens = tokens.iter().skip_while(|token| token.is("-") || token.is("+"));
        let names_another = tokens.next().is_some_and(|tag| {
            ["include", "extends", "import", "from"].iter().any(|word| tag.is(word))
        });
        let Some(name) = tokens.next().filter(|name| name.kind == TokenKind::Text) else {
            continue;
        };
        let rest: Vec<&str> = tokens.take(2).map(|token| token.text).collect();
        let is_whole = rest
            .first()
            .is_none_or(|next| next.starts_with(|c: char| c.is_alphabetic()) || *next == "-");
        if names_another && is_whole {
            let may_be_missing = rest == ["ignore", "missing"];
            let place = name.start..name.end();
            found.push(Named { name: name.inner().to_owned(), place, may_be_missing });
        }
    }
    found
}

type Found = Option<(TemplateError, Range<usize>)>;

fn check_at(tokens: &[Token<'_>], at: usize, purpose: Purpose) -> Found {
    let token = tokens.get(at)?;
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let follows_dot = before.is_some_and(|before| before.is("."));
    let begins = before.is_none_or(|before| at == 1 && (before.is("-") || before.is("+")));
    let is_filter_tag = begins && token.is("filter");
    if token.is("|") || is_filter_tag {
        let (name, end) = dotted(tokens, at + 1)?;
        let place = tokens[at + 1].start..tokens[end - 1].end();
        return wrong_filter(&name)
            .map(|error| (error, place))
            .or_else(|| check_named(&name, tokens, end));
    }
    if token.is("is") && !follows_dot && at > 0 {
        let begin = if tokens.get(at + 1)?.is("not") { at + 2 } else { at + 1 };
        let (name, end) = dotted(tokens, begin)?;
        let place = tokens[begin].start..tokens[end - 1].end();
        return wrong_test(&name).map(|error| (error, place));
    }
    let is_call = tokens.get(at + 1).is_some_and(|next| next.is("("));
    let is_name = token.kind == TokenKind::Name && !follows_dot;
    if is_name && is_call && before.is_none_or(|before| !before.is("|")) {
        if purpose == Purpose::Playbook && FUNCTIONS.iter().any(|(name, _)| token.is(name)) {
            let name = tokens.get(at + 2).filter(|name| name.kind == TokenKind::Text)?;
            return wrong_lookup(name.inner()).map(|error| (error, name.start..name.end()));
        }
        let reason = refused_function(token.text)?;
        let error =
            TemplateError::new(format!("`{}` is not offered here", token.text)).hint(reason);
        return Some((error, token.start..token.end()));
    }
    None
}

/// A name with dots, without white space, and the number of the token behind it.
fn dotted(tokens: &[Token<'_>], begin: usize) -> Option<(String, usize)> {
    let first = tokens.get(begin).filter(|token| token.kind == TokenKind::Name)?;
    let mut name = first.text.to_owned();
    let mut end = begin + 1;
    while tokens.get(end).is_some_and(|token| token.is("."))
        && let Some(next) = tokens.get(end + 1).filter(|token| token.kind == TokenKind::Name)
    {
        name.push('.');
        name.push_str(next.text);
        end += 2;
    }
    Some((name, end))
}

/// The filter or test that `map`, `select` and the like are given by name.
fn check_named(filter: &str, tokens: &[Token<'_>], open: usize) -> Found {
    tokens.get(open).filter(|token| token.is("("))?;
    let last = filter.rsplit('.').next()?;
    let at = match last {
        "map" | "select" | "reject" => open + 1,
        "selectattr" | "rejectattr" => {
            tokens.get(open + 2).filter(|token| token.is(","))?;
            open + 3
        }
        _ => return None,
    };
    let named = tokens.get(at).filter(|token| token.kind == TokenKind::Text)?;
    tokens.get(at + 1).filter(|token| token.is(",") || token.is(")"))?;
    let error = match last {
        "map" => wrong_filter(named.inner()),
        _ => wrong_test(named.inner()),
    };
    error.map(|error| (error, named.start..named.end()))
}

fn wrong_filter(name: &str) -> Option<TemplateError> {
    wrong("filter", name, &filter_names(), refused_filter(name))
}

fn wrong_test(name: &str) -> Option<TemplateError> {
    wrong("test", name, &test_names(), refused_test(name))
}

fn wrong(kind: &str, name: &str, known: &[&str], refused: Option<&str>) -> Option<TemplateError> {
    let short = ["ansible.builtin.", "ansible.legacy."]
        .iter()
        .find_map(|collection| name.strip_prefix(collection))
        .unwrap_or(name);
    if known.contains(&short) {
        return None;
    }
    if let Some(reason) = refused {
        return Some(
            TemplateError::new(format!("the {kind} `{name}` is not offered here")).hint(reason),
        );
    }
    let error = TemplateError::new(format!("there is no {kind} `{name}`"));
    Some(match nearest(short, known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    })
}
