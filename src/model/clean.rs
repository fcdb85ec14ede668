//! Text of others, made fit to be shown.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

/// Removes everything from `text` that could steer a terminal or deceive a reader: escape
/// sequences whole, other control characters, marks of writing direction and invisible
/// characters. Line ends and tabs stay.
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(|c| c != '\n' && c != '\t' && is_unsafe(c)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => clean.push(c),
            '\u{1b}' => match rest.peek().copied() {
                Some('[') => {
                    rest.next();
                    skip_control_sequence(&mut rest);
                }
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    rest.next();
                    skip_control_string(&mut rest);
                }
                _ => skip_escape(&mut rest),
            },
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_control_string(&mut rest),
            c if is_unsafe(c) => {}
            c => clean.push(c),
        }
    }
    Cow::Owned(clean)
}

/// [`clean`], for text that must stay on its line: line ends and tabs become blanks.
pub fn clean_line(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return text.into();
    }
    let clean = clean(text);
    if clean.contains(['\n', '\t']) { clean.replace(['\n', '\t'], " ").into() } else { clean }
}

/// As nearly all is that is shown.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' '..=b'~'))
}

/// Whether a character can steer a terminal, turn the direction of what follows, or cannot be
/// seen.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// `CSI`: parameters, intermediates and one final character. Anything else ends it.
fn skip_control_sequence(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    rest.next_if(|c| matches!(c, '@'..='~'));
}

/// `OSC`, `DCS` and their like: up to their terminator, but never beyond the line, so that an
/// unfinished one cannot hide what follows.
fn skip_control_string(rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.next_if(|c| *c != '\n') {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                rest.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// Any other escape: intermediates and one final character.
fn skip_escape(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| matches!(c, ' '..='/')).is_some() {}
    rest.next_if(|c| matches!(c, '0'..='~'));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_is_left_alone() {
        let text = "FGT-1 # größe 表 \u{1f512}\n\tindented";
        assert!(matches!(clean(text), Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn sequences_go_whole() {
        for (dirty, expected) in [
            ("a\u{1b}[31;1mred\u{1b}[0m", "ared"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("a\u{1b}]8;;http://x\u{1b}\\link", "alink"),
            ("a\u{1b}Pq#0\u{9c}b", "ab"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{1b}(Bb\u{1b}cc\u{1b}", "abc"),
            ("over\rwritten\u{8}\u{7f}\0", "overwritten"),
            ("admin\u{202e}txt.exe\u{200b}", "admintxt.exe"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
    }

    #[test]
    fn an_unfinished_sequence_hides_no_later_line() {
        assert_eq!(clean("a\u{1b}]0;never ends\nseen"), "a\nseen");
        assert_eq!(clean("a\u{1b}[\nseen"), "a\nseen");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(clean_line("one\r\ntwo\tthree"), "one two three");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in "[\u{1b}\u{9b}\u{90}\\]\\[P;0-9a-z\n\\\\\u{7}\u{202e} ]{0,40}|\\PC*|(?s:.){0,30}") {
            prop_assert!(clean(&text).chars().all(|c| c == '\n' || c == '\t' || !is_unsafe(c)));
            prop_assert!(!clean_line(&text).chars().any(is_unsafe));
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
        }
    }
}
