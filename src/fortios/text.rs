//! Looking through long answers: what `str` does, in a fraction of the time for what FortiOS prints.

use std::iter;

use memchr::memchr;

/// The same as `text.split('\n')`.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let end = memchr(b'\n', text.as_bytes());
        rest = end.map(|at| &text[at + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// The same as `text.trim_start_matches(' ')`.
pub fn skip_blanks(text: &str) -> &str {
    let at = text.bytes().position(|byte| byte != b' ').unwrap_or(text.len());
    &text[at..]
}

/// The same as `text.trim_start()`.
pub fn trim_start(text: &str) -> &str {
    let rest = skip_blanks(text);
    match rest.as_bytes() {
        [b'!'..=b'~', ..] => rest,
        _ => rest.trim_start(),
    }
}

/// The same as `text.trim()`.
pub fn trim(text: &str) -> &str {
    let text = trim_start(text);
    match text.as_bytes() {
        [.., b'!'..=b'~'] => text,
        _ => text.trim_end(),
    }
}

/// Whether every byte is one of these; looked at many at a time, since nearly always they are.
pub fn all_bytes(text: &str, is_meant: impl Fn(&u8) -> bool) -> bool {
    const AT_ONCE: usize = 64;
    text.as_bytes()
        .chunks(AT_ONCE)
        .all(|some| some.iter().fold(true, |all, byte| all & is_meant(byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_do_what_str_does(
            parts in prop::collection::vec(
                prop_oneof![
                    Just(" "), Just("\t"), Just("\n"), Just("x"), Just("\u{a0}"), Just("\u{e9}"),
                    Just("\u{1b}"),
                ],
                0..9,
            ),
        ) {
            let text = parts.concat();
            prop_assert!(lines(&text).eq(text.split('\n')));
            prop_assert_eq!(skip_blanks(&text), text.trim_start_matches(' '));
            prop_assert_eq!(trim_start(&text), text.trim_start());
            prop_assert_eq!(trim(&text), text.trim());
            prop_assert_eq!(all_bytes(&text, u8::is_ascii), text.is_ascii());
        }
    }
}
