//! A character of a scalar's text to its place in the file.

use crate::model::{Place, SourceFile};
use crate::yaml::Node;

/// The place of the character at `index`, counted from 0, of the scalar's text. Quotes, doubled
/// quotes, simple escapes, folded lines and the indentation of blocks are followed; `None` where
/// text and file cannot be brought together.
pub(super) fn place_within(source: &SourceFile, node: &Node, index: usize) -> Option<Place> {
    let text = node.scalar_text()?;
    let mut cursor = Cursor::at(&source.text, &node.place)?;
    cursor.skip_header();
    let quote = cursor.peek().filter(|c| matches!(c, '\'' | '"'));
    if quote.is_some() {
        cursor.advance();
    }
    for (at, c) in text.chars().enumerate() {
        if !c.is_whitespace() {
            cursor.skip_while(char::is_whitespace);
        }
        let place = cursor.place(source);
        cursor.pass(c, quote)?;
        if at == index {
            return Some(place);
        }
    }
    (index == text.chars().count()).then(|| cursor.place(source))
}

struct Cursor<'a> {
    rest: std::str::Chars<'a>,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    fn at(text: &'a str, place: &Place) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rest = text.chars();
        for _ in 1..place.line {
            rest.find(|c| *c == '\n')?;
        }
        for _ in 1..place.column {
            rest.next().filter(|c| *c != '\n')?;
        }
        Some(Self { rest, line: place.line, column: place.column })
    }

    fn place(&self, source: &SourceFile) -> Place {
        Place::new(source.name.clone(), self.line, self.column)
    }

    /// A tag and an anchor, and behind them what opens a block.
    fn skip_header(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, '!' | '&')) {
            self.skip_while(|c| !c.is_whitespace());
            self.skip_while(char::is_whitespace);
            if self.peek().is_some_and(|c| matches!(c, '|' | '>')) {
                self.skip_while(|c| c != '\n');
                self.skip_while(char::is_whitespace);
            }
        }
    }

    fn skip_while(&mut self, is_skipped: fn(char) -> bool) {
        while self.peek().is_some_and(is_skipped) {
            self.advance();
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn advance(&mut self) {
        match self.rest.next() {
            Some('\n') => {
                self.line += 1;
                self.column = 1;
            }
            Some(_) => self.column += 1,
            None => {}
        }
    }

    /// Goes over what stands in the file for this character of the text.
    fn pass(&mut self, c: char, quote: Option<char>) -> Option<()> {
        let next = self.peek();
        if quote == Some('"') && next == Some('\\') {
            self.advance();
            let stands_for = match self.peek()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            };
            self.advance();
            return (stands_for == c).then_some(());
        }
        if c.is_whitespace() {
            // A folded line break is a blank, and that of a block's last line may be missing.
            if next.is_some_and(char::is_whitespace) {
                self.advance();
            }
            return Some(());
        }
        if next != Some(c) {
            return None;
        }
        self.advance();
        if c == '\'' && quote == Some('\'') {
            self.advance();
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    /// The place of `needle` in the text of the scalar under `a`.
    fn place(text: &str, needle: &str) -> Option<String> {
        let source = SourceFile::new("t", text);
        let node = parse(&source).node.unwrap();
        let scalar = node.get("a").unwrap();
        let value = scalar.scalar_text().unwrap();
        let index = value[..value.find(needle).unwrap()].chars().count();
        place_within(&source, scalar, index).map(|place| format!("{}:{}", place.line, place.column))
    }

    #[test]
    fn every_style_of_scalar_is_followed() {
        for (text, found) in [
            ("a: one two", "1:8"),
            ("a: 'one two'", "1:9"),
            ("a: \"é two\"", "1:7"),
            ("a: 'it''s two'", "1:11"),
            ("a: \"\\\"x\\\" \\n two\"", "1:14"),
            ("a: one\n  more two", "2:8"),
            ("a: |\n  one\n    x two\n", "3:7"),
            ("a: >-\n\n  one\n  two\n", "4:3"),
            ("a: one\r\n  two\r\n", "2:3"),
            ("b: 1\na: !unsafe 'two'", "2:13"),
            ("a: &x !unsafe |-\n  one\n  two\n", "3:3"),
            ("\u{feff}a: two", "1:4"),
        ] {
            assert_eq!(place(text, "two").as_deref(), Some(found), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_followed_has_no_place() {
        assert_eq!(place("a: \"\\x41 two\"", "two"), None);
    }
}
