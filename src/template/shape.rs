//! Bounds on the shape of a text: minijinja compiles parts of it one within the other, and a shape
//! without bounds would exhaust the stack.

use std::ops::Range;

use super::TemplateError;
use super::template_error::Spot;
use super::token::{Token, TokenKind, cut, tokens};

/// `elif` branches that one `if` may have.
const MOST_BRANCHES: usize = 200;

/// # Errors
/// A template whose expressions are too long, or whose `if` has too many branches.
pub(super) fn check_shape(text: &str) -> Result<(), TemplateError> {
    let mut branches = Vec::new();
    for code in cut(text).codes {
        if !code.is_expression {
            let tag = tokens(text, code.range.clone())
                .into_iter()
                .find(|token| token.kind == TokenKind::Name);
            match tag.map(|tag| (tag.text, tag)) {
                Some(("if", _)) => branches.push(0),
                Some(("endif", _)) => drop(branches.pop()),
                Some(("elif", tag)) => {
                    let count = branches.last_mut().map(|count| {
                        *count += 1;
                        *count
                    });
                    if count.is_some_and(|count| count > MOST_BRANCHES) {
                        let message = format!("an `if` has more than {MOST_BRANCHES} branches");
                        let mut error =
                            TemplateError::new(message).hint("look the value up in a mapping");
                        error.spot = Some(Box::new(Spot::within(text, tag.start..tag.end())));
                        return Err(error);
                    }
                }
                _ => {}
            }
        }
        check_expression_shape(text, code.range)?;
    }
    Ok(())
}

/// Steps that one expression may have: minijinja compiles them one within the other.
const MOST_STEPS: usize = 1_000;

/// # Errors
/// More operators, filters and lookups in one piece of code than can be compiled.
pub(super) fn check_expression_shape(text: &str, range: Range<usize>) -> Result<(), TemplateError> {
    let is_step = |token: &&Token<'_>| match token.kind {
        TokenKind::Name => matches!(token.text, "and" | "or" | "not" | "is" | "in" | "if" | "elif"),
        TokenKind::Mark => !matches!(token.text, "," | ":" | "{" | "}" | ")" | "]"),
        TokenKind::Number | TokenKind::Text => false,
    };
    let tokens = tokens(text, range);
    match tokens.iter().filter(is_step).nth(MOST_STEPS) {
        None => Ok(()),
        Some(token) => {
            let message = format!("an expression has more than {MOST_STEPS} steps");
            let mut error = TemplateError::new(message).hint("divide it with `{% set %}`");
            error.spot = Some(Box::new(Spot::within(text, token.start..token.end())));
            Err(error)
        }
    }
}
