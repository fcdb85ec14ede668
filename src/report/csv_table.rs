//! A table as text that a spreadsheet opens.

use std::borrow::Cow;
use std::io::{self, Write};

use super::CsvStyle;
use super::content::PIECE;
use super::table::{Cell, change_rows, columns, rows};
use super::view::{ChangesView, View};
use crate::model::{Table, without_formulas};

/// In front of a text it says that this is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A table as RFC 4180 has it: a header, lines that end in CR LF, quotes where they are needed;
/// UTF-8.
pub(super) fn csv(
    view: &View,
    table: Table,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    write(&columns(table), rows(view, table), style, out)
}

/// The changes of a view as such a table, without the rest of the view.
///
/// # Errors
/// Those of `out`.
pub fn changes_csv(changes: &ChangesView, style: CsvStyle, out: &mut dyn Write) -> io::Result<()> {
    write(&columns(Table::Changes), change_rows(changes), style, out)
}

/// Rows of texts as such a table.
///
/// # Errors
/// Those of `out`.
pub fn plain_csv(
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rows = rows.into_iter().map(|row| row.into_iter().map(|t| Cell::Text(t.into())).collect());
    write(columns, rows, style, out)
}

fn write<'a>(
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    if style.bom {
        out.write_all(BYTE_ORDER_MARK)?;
    }
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .delimiter(style.delimiter.byte())
        .buffer_capacity(PIECE)
        .from_writer(out);
    writer.write_record(columns)?;
    for row in rows {
        for cell in &row {
            writer.write_field(text(cell, style).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

fn text<'a>(cell: &'a Cell<'_>, style: CsvStyle) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) => without_formulas(text, char::from(style.delimiter.byte())),
        Cell::Time(time) => time.as_str().into(),
        Cell::Whole(number) => number.to_string().into(),
        Cell::Decimal(number) => number.to_string().into(),
        Cell::Flag(flag) => if *flag { "true" } else { "false" }.into(),
        Cell::Empty => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_a_number() {
        let style = CsvStyle::default();
        assert_eq!(text(&Cell::Whole(-2), style), "-2");
        assert_eq!(text(&Cell::Text("-2".into()), style), "'-2");
    }
}
