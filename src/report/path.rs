//! Texts of devices and users in the names of documents.

use crate::model::is_reserved;

/// How much of a text goes into a name, in bytes; the rest is for what stands around it.
const LONGEST_PIECE: usize = 120;

/// A text as a part of a file's name: letters, digits, `.`, `-` and `_`, anything else as `_`. It
/// neither begins nor ends with a dot, and is no folder of its own.
pub(super) fn piece(text: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let mut piece: String = text.chars().map(allowed).collect();
    while piece.len() > LONGEST_PIECE {
        piece.pop();
    }
    if piece.starts_with('.') {
        piece.replace_range(..1, "_");
    }
    if piece.ends_with('.') {
        piece.pop();
        piece.push('_');
    }
    if piece.is_empty() || is_reserved(&piece) {
        piece.insert(0, '_');
    }
    piece
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::refused_destination;

    #[test]
    fn a_host_name_stays_one_name() {
        for (text, expected) in [
            ("fgt-fra-01.example", "fgt-fra-01.example"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("..", "__"),
            ("2001:db8::1", "2001_db8__1"),
            ("größe", "größe"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("a\\b c", "a_b_c"),
            ("", "_"),
        ] {
            assert_eq!(piece(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_makes_a_good_name(text in "(?s:.){0,300}") {
            prop_assert_eq!(refused_destination(&piece(&text)), None);
        }
    }
}
