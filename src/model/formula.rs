//! Text that a spreadsheet would take for a formula.

use std::borrow::Cow;

use memchr::memchr2;

/// A text for a cell of a file whose cells stand between `delimiter`s: `'` goes before what a
/// spreadsheet could take for a formula. Where the system's separator is another than the file's,
/// a spreadsheet makes several cells of one text; so `'` goes behind such a separator too. Only for
/// texts: a number of our own that is negative stays a number.
pub fn without_formulas(text: &str, delimiter: char) -> Cow<'_, str> {
    let separates = |c: char| [',', ';'].contains(&c) && c != delimiter;
    let is_harmless = match memchr2(b',', b';', text.as_bytes()) {
        None => !begins_formula(text),
        Some(_) => !text.split(separates).any(begins_formula),
    };
    if is_harmless {
        return text.into();
    }
    let mut harmless = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive(separates) {
        if begins_formula(part) {
            harmless.push('\'');
        }
        harmless.push_str(part);
    }
    harmless.into()
}

/// Blanks and quotes before it do not help, and neither does full width.
pub fn begins_formula(text: &str) -> bool {
    // As nearly all texts begin.
    if text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    let blank = |c: char| c.is_whitespace() || c == '"';
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(blank).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula() {
        for text in [
            "=1+1",
            "+49 151 23",
            "-2",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "  =1",
            "\"=1\"",
            "\u{a0}=1",
            "＝1",
            "－1",
        ] {
            assert_eq!(without_formulas(text, ','), format!("'{text}"), "{text:?}");
        }
        for text in ["fgt-01", "a=b", "alice@example.com", "", " ", "1-2", "a; b", "'=1"] {
            assert!(matches!(without_formulas(text, ','), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_no_formula_behind_the_separator_of_another_country() {
        for (delimiter, expected) in
            [(',', "a;' =1;'-b, =2,c"), (';', "a; =1;-b,' =2,c"), ('\t', "a;' =1;'-b,' =2,c")]
        {
            assert_eq!(without_formulas("a; =1;-b, =2,c", delimiter), expected);
        }
    }
}
