//! The code of a `{% … %}`: its word, the names that it gives a meaning, and its values.

use super::token::{Token, TokenKind};

/// A tag, read as far as that its names can be told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// `for`, `endif`
    pub word: &'a str,
    /// The names that `for`, `set` or `with` binds.
    pub bound: Vec<&'a str>,
    /// What is evaluated. Of `with`, its names and their `=` too.
    pub value: Vec<Token<'a>>,
}

impl<'a> Tag<'a> {
    /// Reads the inside of a tag. `None` where it has no word.
    pub(super) fn of(tokens: &[Token<'a>]) -> Option<Self> {
        let at = tokens.iter().position(|token| token.kind == TokenKind::Name)?;
        let word = tokens[at].text;
        let rest = &tokens[at + 1..];
        let until = |ends: &[&str]| {
            let end = rest.iter().position(|token| ends.iter().any(|end| token.is(end)));
            rest.split_at(end.unwrap_or(rest.len()))
        };
        let (bound, value) = match word {
            "for" => {
                let (bound, value) = until(&["in"]);
                let value = value.get(1..).unwrap_or_default();
                let value = match value {
                    [value @ .., last] if !value.is_empty() && last.is("recursive") => value,
                    all => all,
                };
                (names(bound), value)
            }
            "set" => {
                let (bound, value) = until(&["=", "|"]);
                let is_value = value.first().is_some_and(|first| first.is("="));
                (names(bound), &value[usize::from(is_value)..])
            }
            "with" => (targets(rest), rest),
            // The names of blocks and of filters are no names of data.
            "block" | "endblock" => (Vec::new(), &rest[rest.len()..]),
            "filter" => (Vec::new(), rest.get(1..).unwrap_or_default()),
            _ => (Vec::new(), rest),
        };
        Some(Self { word, bound, value: value.to_vec() })
    }
}

/// `key, (a, b)`. What has a dot sets a field of something that has its meaning already.
fn names<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let is_dot = |token: Option<&Token<'_>>| token.is_some_and(|token| token.is("."));
    let is_bound = |at: &usize| {
        tokens[*at].kind == TokenKind::Name
            && !is_dot(tokens.get(at + 1))
            && !is_dot(at.checked_sub(1).and_then(|at| tokens.get(at)))
    };
    (0..tokens.len()).filter(is_bound).map(|at| tokens[at].text).collect()
}

/// The names before each `=` of a `with`: `a = x, (b, c) = y`.
fn targets<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let mut bound = Vec::new();
    let (mut depth, mut is_target) = (0_usize, true);
    for token in tokens {
        match token.text {
            _ if token.kind == TokenKind::Name && is_target => bound.push(token.text),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "=" if depth == 0 => is_target = false,
            "," if depth == 0 => is_target = true,
            _ => {}
        }
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::token::tokens;

    fn read(text: &str) -> (String, String, String) {
        let tag = Tag::of(&tokens(text, 0..text.len())).unwrap();
        let value: Vec<_> = tag.value.iter().map(|token| token.text).collect();
        (tag.word.to_owned(), tag.bound.join(" "), value.join(" "))
    }

    #[test]
    fn a_tag_binds_names_and_evaluates_values() {
        for (text, word, bound, value) in [
            ("- for key, (a, b) in x.y if a ", "for", "key a b", "x . y if a"),
            ("for a in x recursive", "for", "a", "x"),
            ("set a = b == c", "set", "a", "b = = c"),
            ("set a.b = c", "set", "", "c"),
            ("set a | upper", "set", "a", "| upper"),
            ("set a", "set", "a", ""),
            (
                "with a = f(x, y=1), (b, c) = a",
                "with",
                "a b c",
                "a = f ( x , y = 1 ) , ( b , c ) = a",
            ),
            ("filter replace(a, b)", "filter", "", "( a , b )"),
            ("block a", "block", "", ""),
            ("if not a", "if", "", "not a"),
            ("endfor", "endfor", "", ""),
        ] {
            let expected = (word.to_owned(), bound.to_owned(), value.to_owned());
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(Tag::of(&tokens("- 1", 0..3)), None);
    }
}
