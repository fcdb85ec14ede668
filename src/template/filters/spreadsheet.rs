//! Lists as lines of a table.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid, items};
use super::super::text_form::text;
use super::filter::Filter;
use crate::model::without_formulas;

pub(super) const FILTERS: &[Filter] = &[Filter::new("csv", &["delimiter"], call)];

/// The filter `csv`: a list as one line, without its end, with quotes where they are needed, as the
/// tables that come with tokenfleet have it: `{{ [token.host, token.drift] | csv }}`.
fn call(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let delimiter = arguments.text("delimiter", ",")?;
    let [byte] = delimiter.as_bytes() else {
        return Err(invalid("the argument `delimiter` must be one character, such as `;`"));
    };
    let cells = items(value)?
        .iter()
        .map(|cell| cell_text(cell, char::from(*byte)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut writer = csv::WriterBuilder::new().delimiter(*byte).from_writer(Vec::new());
    writer.write_record(&cells).map_err(|_| invalid("the list is no line of a table"))?;
    let line = writer.into_inner().map_err(|_| invalid("the list is no line of a table"))?;
    Ok(Value::from(String::from_utf8_lossy(&line).trim_end_matches('\n')))
}

/// Numbers and booleans are written as they are, nothing for `none`.
fn cell_text(cell: &Value, delimiter: char) -> Result<String, Error> {
    Ok(match cell.kind() {
        ValueKind::None => String::new(),
        ValueKind::Bool => if cell.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number => text(cell)?,
        _ => without_formulas(&text(cell)?, delimiter).into_owned(),
    })
}
