//! What is in a document.

use std::io::{self, Write};

use super::CsvStyle;
use super::csv_table::csv;
use super::view::View;
use crate::model::Table;

/// The bytes of a document; or what they are made of while they are written, where they are many:
/// of a large fleet, `report.json` alone is larger than all that is known.
#[derive(Debug)]
pub enum Content<'a> {
    Bytes(Vec<u8>),
    Csv(&'a View, Table, CsvStyle),
    Json(&'a View),
}

impl Content<'_> {
    /// Writes all of it, in small pieces.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => out.write_all(bytes),
            Self::Csv(view, table, style) => csv(view, *table, *style, out),
            Self::Json(view) => view.write_json(out),
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
