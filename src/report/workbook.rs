//! The tables in one file for a spreadsheet.

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartSolidFill, ChartType, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::table::{Cell, columns, rows};
use super::view::View;
use crate::model::{Table, begins_formula};

/// Rows below the header that are filled; a sheet ends at 1,048,576, and the last row says what is
/// left out.
const MOST_ROWS: u32 = 1_048_570;

/// Longest text of a cell, in UTF-16 units: the format's own bound.
const LONGEST: usize = 32_767;

/// Widths of a column in characters. What is longer is cut on the screen, not in the file.
const WIDTHS: std::ops::RangeInclusive<usize> = 9..=60;

/// How hard the file is pressed, from 0 to 9. Beyond this it takes far more time and hardly less
/// space.
const COMPRESSION: u8 = 2;

/// Whole numbers beyond this are not exact in a spreadsheet.
const LARGEST: u64 = 1 << 53;

/// What the summary's charts show: all measures whose keys begin so.
const CHARTS: [(&str, &str, u32); 2] = [
    ("Tokens by status", "tokens_status_", 1),
    ("Findings by who has to act", "findings_action_", 20),
];

/// Every table on a sheet of its own, with a filter, a header that stays in sight, and charts
/// beside the summary. Texts are texts, whatever they begin with.
pub(super) fn workbook(view: &View) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_zip_compression_level(COMPRESSION);
    let started = ExcelDateTime::parse_from_str(&view.run.started)?;
    book.set_properties(
        &DocProperties::new()
            .set_title("FortiToken audit")
            .set_comment(format!("Run {}", view.run.id.as_str()))
            .set_creation_datetime(&started),
    );
    let formats = Formats::new();
    // A sheet of replacements belongs to the runs that compare.
    let is_there = |table: &Table| match table {
        Table::Replacements => !view.replacements.is_empty(),
        Table::Changes => view.changes.is_some(),
        _ => true,
    };
    for table in Table::ALL.into_iter().filter(is_there) {
        // Its rows wait in a file without a name, in the system's folder for such: a large
        // fleet's would take more memory than everything else together.
        let sheet = book.add_worksheet_with_constant_memory()?;
        fill(sheet, view, table, &formats, MOST_ROWS)?;
        if table == Table::Summary {
            charts(sheet, view)?;
        }
    }
    book.save_to_buffer()
}

struct Formats {
    header: Format,
    /// Of a column of texts, and of a text in any other column.
    text: Format,
    /// A number in a column of texts.
    number: Format,
    /// A text that would become a formula once somebody edits its cell.
    quoted: Format,
    time: Format,
}

impl Formats {
    fn new() -> Self {
        let text = Format::new().set_num_format("@");
        Self {
            header: Format::new()
                .set_bold()
                .set_background_color("#EEF1F5")
                .set_border_bottom(FormatBorder::Thin)
                .set_align(FormatAlign::Top),
            quoted: text.clone().set_quote_prefix(),
            text,
            number: Format::new().set_num_format("0.###"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss").set_align(FormatAlign::Left),
        }
    }
}

/// The name of a table's sheet.
pub(super) fn title(table: Table) -> &'static str {
    match table {
        Table::Summary => "Summary",
        Table::Devices => "Devices",
        Table::Tokens => "Tokens",
        Table::Findings => "Findings",
        Table::Users => "Users",
        Table::Tickets => "Tickets",
        Table::Replacements => "Replacements",
        Table::Changes => "Changes",
    }
}

fn fill(
    sheet: &mut Worksheet,
    view: &View,
    table: Table,
    formats: &Formats,
    most_rows: u32,
) -> Result<(), XlsxError> {
    sheet.set_name(title(table))?;
    let columns = columns(table);
    let mut widths: Vec<usize> = columns.iter().map(|name| name.len() + 3).collect();
    for (column, name) in (0..).zip(&columns) {
        sheet.write_string_with_format(0, column, *name, &formats.header)?;
    }
    let holds_text = columns_of_text(view, table);
    for column in (0..).zip(&holds_text).filter_map(|(column, is_text)| is_text.then_some(column)) {
        sheet.set_column_format(column, &formats.text)?;
    }
    let mut last = 0;
    let mut left_out = 0;
    for row in rows(view, table) {
        if last == most_rows {
            left_out += 1;
            continue;
        }
        last += 1;
        for (((column, cell), width), in_text) in (0..).zip(&row).zip(&mut widths).zip(&holds_text)
        {
            let written = write(sheet, last, column, cell, *in_text, formats)?;
            *width = written.max(*width);
        }
    }
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last, last_column)?;
    if left_out > 0 {
        let note = format!("{left_out} more rows are in {}.csv", table.as_str());
        sheet.write_string(last + 1, 0, note)?;
    }
    for (column, width) in (0..).zip(widths) {
        let width = u8::try_from(width.clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or(u8::MAX);
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.ignore_error_range(0, 0, last, last_column, IgnoreError::NumberStoredAsText)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

/// Which columns begin with a text. Where a column's own format serves, none is looked up for the
/// cell, which takes longer than to write it.
fn columns_of_text(view: &View, table: Table) -> Vec<bool> {
    let first = rows(view, table).next().unwrap_or_default();
    first.iter().map(|cell| matches!(cell, Cell::Text(_) | Cell::Empty)).collect()
}

/// Writes a cell and gives its width in characters. `in_text`: its column is formatted as text.
fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
    in_text: bool,
    formats: &Formats,
) -> Result<usize, XlsxError> {
    Ok(match cell {
        Cell::Text(text) => {
            let text = cut(text);
            match (begins_formula(text), in_text) {
                (true, _) => sheet.write_string_with_format(row, column, text, &formats.quoted)?,
                (false, true) => sheet.write_string(row, column, text)?,
                (false, false) => {
                    sheet.write_string_with_format(row, column, text, &formats.text)?
                }
            };
            text.chars().take(*WIDTHS.end()).count()
        }
        Cell::Time(time) => {
            match ExcelDateTime::parse_from_str(time) {
                Ok(at) => sheet.write_datetime_with_format(row, column, at, &formats.time)?,
                Err(_) => sheet.write_string(row, column, time.as_str())?,
            };
            time.len()
        }
        Cell::Whole(number) => {
            let text = number.to_string();
            let width = text.len();
            match number.unsigned_abs() <= LARGEST {
                true => write_number(sheet, row, column, *number as f64, in_text, formats)?,
                false => {
                    sheet.write_string_with_format(row, column, text, &formats.text)?;
                }
            }
            width
        }
        Cell::Decimal(number) => {
            write_number(sheet, row, column, *number, in_text, formats)?;
            number.to_string().len()
        }
        Cell::Flag(flag) => {
            sheet.write_boolean(row, column, *flag)?;
            0
        }
        Cell::Empty => 0,
    })
}

/// A number among texts would take their format, and no longer be one once somebody edits it.
fn write_number(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    number: f64,
    in_text: bool,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match in_text {
        true => sheet.write_number_with_format(row, column, number, &formats.number)?,
        false => sheet.write_number(row, column, number)?,
    };
    Ok(())
}

/// The most of a text that a cell can hold. Only joined texts are ever longer.
fn cut(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > LONGEST
    });
    end.map_or(text, |(end, _)| &text[..end])
}

fn charts(sheet: &mut Worksheet, view: &View) -> Result<(), XlsxError> {
    let [_, value, _, meaning] = [0, 1, 2, 3];
    for (name, keys, at) in CHARTS {
        let is_meant =
            |row: &Vec<Cell<'_>>| matches!(&row[0], Cell::Text(key) if key.starts_with(keys));
        let found = (1..).zip(rows(view, Table::Summary)).filter(|(_, row)| is_meant(row));
        let lines: Vec<u32> = found.map(|(line, _)| line).collect();
        let (Some(&first), Some(&last)) = (lines.first(), lines.last()) else { continue };
        let summary = title(Table::Summary);
        let mut chart = Chart::new(ChartType::Bar);
        chart
            .add_series()
            .set_name(name)
            .set_categories((summary, first, meaning, last, meaning))
            .set_values((summary, first, value, last, value))
            .set_gap(40)
            .set_format(ChartSolidFill::new().set_color("#1F5FA8"))
            .set_data_label(ChartDataLabel::new().show_value());
        chart.title().set_name(name);
        chart.legend().set_hidden();
        // Of a bar chart, y is the axis of the categories; the first one is to be on top.
        chart.y_axis().set_reverse();
        chart.x_axis().set_major_gridlines(false).set_hidden(true);
        chart.set_width(720).set_height(340);
        sheet.insert_chart(at, 5, &chart)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_end_is_cut_where_the_format_ends() {
        assert_eq!(cut("ü"), "ü");
        assert_eq!(cut(&"a".repeat(LONGEST)).len(), LONGEST);
        assert_eq!(cut(&"a".repeat(LONGEST + 1)).len(), LONGEST);
        // Two UTF-16 units each.
        assert_eq!(cut(&"😀".repeat(LONGEST)).chars().count(), LONGEST / 2);
    }
}
