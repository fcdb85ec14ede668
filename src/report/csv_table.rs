//! A table as text that a spreadsheet opens.

use std::borrow::Cow;

use super::CsvStyle;
use super::table::{Cell, columns, rows};
use super::view::View;
use crate::model::Table;

/// In front of a text it says that this is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A table as RFC 4180 has it: a header, lines that end in CR LF, quotes where they are needed;
/// UTF-8.
pub(super) fn csv(view: &View, table: Table, style: CsvStyle) -> Result<Vec<u8>, csv::Error> {
    let start = if style.bom { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .delimiter(style.delimiter.byte())
        .from_writer(start);
    writer.write_record(columns(table))?;
    for row in rows(view, table) {
        for cell in &row {
            writer.write_field(text(cell, style).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn text<'a>(cell: &'a Cell<'_>, style: CsvStyle) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) => harmless(text, style),
        Cell::Time(time) => time.as_str().into(),
        Cell::Whole(number) => number.to_string().into(),
        Cell::Decimal(number) => number.to_string().into(),
        Cell::Flag(flag) => if *flag { "true" } else { "false" }.into(),
        Cell::Empty => "".into(),
    }
}

/// A text that no spreadsheet takes for a formula: `'` goes before one that could be. Where the
/// system's separator is another than the file's, a spreadsheet makes several cells of one text; so
/// `'` goes behind such a separator too. Numbers of our own never come here, so that a drift of -2
/// stays a number.
fn harmless(text: &str, style: CsvStyle) -> Cow<'_, str> {
    let separates = |c: char| style.delimiter.is_mistaken_for(c);
    if !text.split(separates).any(begins_formula) {
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
pub(super) fn begins_formula(text: &str) -> bool {
    let blank = |c: char| c.is_whitespace() || c == '"';
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(blank).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Delimiter;

    const USUAL: CsvStyle = CsvStyle { delimiter: Delimiter::Comma, bom: false };

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
            assert_eq!(harmless(text, USUAL), format!("'{text}"), "{text:?}");
        }
        for text in ["fgt-01", "a=b", "alice@example.com", "", " ", "1-2", "a; b", "'=1"] {
            assert!(matches!(harmless(text, USUAL), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_no_formula_behind_the_separator_of_another_country() {
        let text = "a; =1;-b, =2,c";
        for (delimiter, expected) in [
            (Delimiter::Comma, "a;' =1;'-b, =2,c"),
            (Delimiter::Semicolon, "a; =1;-b,' =2,c"),
            (Delimiter::Tab, "a;' =1;'-b,' =2,c"),
        ] {
            assert_eq!(harmless(text, CsvStyle { delimiter, ..USUAL }), expected);
        }
    }

    #[test]
    fn a_number_stays_a_number() {
        assert_eq!(text(&Cell::Whole(-2), USUAL), "-2");
        assert_eq!(text(&Cell::Text("-2".into()), USUAL), "'-2");
    }
}
