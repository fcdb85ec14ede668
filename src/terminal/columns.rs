//! A table for people, in columns.

use unicode_width::UnicodeWidthStr;

use crate::model::clean_line;

/// Rows of cells, padded so that columns stand under one another. The last column is not padded.
pub(super) struct Columns {
    /// Whether a column stands at the right of its place, as numbers do.
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// Between two columns.
const GAP: &str = "  ";

impl Columns {
    /// `l` and `r` for each column.
    pub fn new(sides: &str) -> Self {
        Self { right: sides.chars().map(|side| side == 'r').collect(), rows: Vec::new() }
    }

    pub fn push<T: AsRef<str>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.rows
            .push(row.into_iter().map(|cell| clean_line(cell.as_ref()).into_owned()).collect());
    }

    /// The lines without their ends.
    pub fn lines(&self) -> Vec<String> {
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max()
        };
        let widths: Vec<usize> =
            (0..self.right.len()).map(|column| width(column).unwrap_or(0)).collect();
        self.rows.iter().map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.right).map(|((cell, width), right)| {
            let blanks = " ".repeat(width.saturating_sub(cell.width()));
            if *right { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_one_another() {
        let mut columns = Columns::new("lrl");
        columns.push(["RUN", "TOKENS", ""]);
        columns.push(["ü\u{1b}[31m1", "7", "interrupted"]);
        assert_eq!(columns.lines(), ["RUN  TOKENS", "ü1        7  interrupted"]);
    }
}
