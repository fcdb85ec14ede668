//! What is in a document.

use std::io::{self, BufWriter, Write};

use super::CsvStyle;
use super::csv_table::csv;
use super::view::View;
use super::workbook::workbook;
use crate::model::Table;

/// Bytes that are written at once.
pub(super) const PIECE: usize = 128 * 1024;

/// The bytes of a document; or what they are made of while they are written, where they are many:
/// of a large fleet, `report.json` alone is larger than all that is known.
#[derive(Debug)]
pub enum Content<'a> {
    Bytes(Vec<u8>),
    Csv(&'a View, Table, CsvStyle),
    Json(&'a View),
    Workbook(&'a View),
}

impl Content<'_> {
    /// Writes all of it, in pieces of some size.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => out.write_all(bytes),
            Self::Csv(view, table, style) => csv(view, *table, *style, out),
            Self::Json(view) => {
                let mut buffered = BufWriter::with_capacity(PIECE, out);
                view.write_json(&mut buffered)?;
                buffered.flush()
            }
            Self::Workbook(view) => out.write_all(&workbook(view).map_err(io::Error::other)?),
        }
    }

    /// The whole of it.
    #[cfg(test)]
    pub(super) fn into_text(self) -> String {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }
}
