//! The cells of a CSV text, each with its place.

use std::sync::Arc;

use crate::model::{InputIssue, Place, SourceFile};

use super::draft::Spot;

/// One cell, quotes undone, blanks around it removed.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub text: String,
    pub spot: Spot,
}

/// A line, or several where a quoted cell holds line breaks; never without a cell.
pub(super) type Row = Vec<Cell>;

/// What may stand between cells; of two that are equally frequent in the first line, the earlier.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// All rows that are not blank. What stands between the cells is told from the first line, or from
/// a line `sep=;` before it, as Excel has it.
pub(super) fn rows(source: &SourceFile) -> Result<Vec<Row>, InputIssue> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let first = text.lines().next().unwrap_or("");
    let named = first.strip_prefix("sep=").map(|rest| rest.chars().next().unwrap_or(','));
    let mut reader = Reader {
        file: source.name.clone(),
        rest: text,
        line: 1,
        column: 1,
        delimiter: named.unwrap_or_else(|| delimiter_of(first)),
    };
    if named.is_some() {
        reader.take(first.len());
        reader.end_line();
    }
    let mut rows = Vec::new();
    while !reader.rest.is_empty() {
        let row = reader.row()?;
        if row.iter().any(|cell| !cell.text.is_empty()) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The one that is most frequent outside of quotes.
fn delimiter_of(line: &str) -> char {
    let outside: String = line.split('"').step_by(2).collect();
    let mut best = DELIMITERS[0];
    for delimiter in DELIMITERS {
        if outside.matches(delimiter).count() > outside.matches(best).count() {
            best = delimiter;
        }
    }
    best
}

struct Reader<'a> {
    file: Arc<str>,
    rest: &'a str,
    line: u32,
    column: u32,
    delimiter: char,
}

impl<'a> Reader<'a> {
    /// Takes so many bytes, which hold no line break.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        let width = u32::try_from(taken.chars().count()).unwrap_or(u32::MAX);
        self.column = self.column.saturating_add(width);
        taken
    }

    /// Takes a line break; false at the end of the text, too.
    fn end_line(&mut self) -> bool {
        let rest = self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix(['\n', '\r']));
        let Some(rest) = rest else { return false };
        self.rest = rest;
        self.line = self.line.saturating_add(1);
        self.column = 1;
        true
    }

    fn spot(&self, width: usize) -> Spot {
        Spot {
            place: Place::new(self.file.clone(), self.line, self.column),
            width: u32::try_from(width).unwrap_or(u32::MAX).max(1),
        }
    }

    fn row(&mut self) -> Result<Row, InputIssue> {
        let mut row = Vec::new();
        loop {
            row.push(self.cell()?);
            if self.rest.starts_with(self.delimiter) {
                self.take(self.delimiter.len_utf8());
            } else {
                self.end_line();
                return Ok(row);
            }
        }
    }

    fn cell(&mut self) -> Result<Cell, InputIssue> {
        let blanks = |c: char| c == ' ' || c == '\t';
        let is_blank = |c: char| blanks(c) && c != self.delimiter;
        let indent = self.rest.len() - self.rest.trim_start_matches(is_blank).len();
        self.take(indent);
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let delimiter = self.delimiter;
        let end = self.rest.find([delimiter, '\n', '\r']);
        let raw = &self.rest[..end.unwrap_or(self.rest.len())];
        let text = raw.trim_end_matches(blanks).to_owned();
        let spot = self.spot(text.chars().count());
        self.take(raw.len());
        Ok(Cell { text, spot })
    }

    /// Two quotes within quotes are one.
    fn quoted(&mut self) -> Result<Cell, InputIssue> {
        let open = self.spot(1);
        self.take(1);
        let mut text = String::new();
        loop {
            let Some(end) = self.rest.find(['"', '\n', '\r']) else {
                return Err(open
                    .error("this quote is never closed")
                    .hint("close it, and write a quote within a cell twice: \"a \"\"b\"\"\""));
            };
            text.push_str(self.take(end));
            if self.end_line() {
                text.push('\n');
            } else if self.rest.starts_with("\"\"") {
                self.take(2);
                text.push('"');
            } else {
                self.take(1);
                break;
            }
        }
        let width = match open.place.line == self.line {
            true => self.column - open.place.column,
            false => 1,
        };
        let spot = Spot { width, ..open };
        let delimiter = self.delimiter;
        let end = self.rest.find([delimiter, '\n', '\r']);
        let behind = self.take(end.unwrap_or(self.rest.len()));
        if behind.trim().is_empty() {
            return Ok(Cell { text: text.trim().to_owned(), spot });
        }
        Err(spot
            .error("something stands behind the closing quote of this cell")
            .hint("quote a cell as a whole, and write a quote within it twice: \"a \"\"b\"\"\""))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<Vec<String>> {
        let rows = rows(&SourceFile::new("x.csv", text)).unwrap();
        rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect()
    }

    #[test]
    fn dialects_are_told_from_the_first_line() {
        for text in
            ["a,b\n1,2\n", "a;b\r\n1;2\r\n", "a\tb\n1\t2", "sep=;\na;b\n1;2\n", "\u{feff}a,b\n1,2"]
        {
            assert_eq!(texts(text), [["a", "b"], ["1", "2"]], "{text:?}");
        }
        assert_eq!(texts("a;\"x,y,z\"\n"), [["a", "x,y,z"]]);
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_quotes() {
        let text = "a,b\n\"x, \"\"y\"\"\", \"one\ntwo\" \n\n,,\n";
        assert_eq!(texts(text), [["a", "b"], ["x, \"y\"", "one\ntwo"]]);
    }

    #[test]
    fn cells_know_their_place() {
        let rows = rows(&SourceFile::new("x.csv", "é, b\n \"one\ntwo\",  x\n")).unwrap();
        let places: Vec<String> =
            rows.iter().flatten().map(|cell| cell.spot.place.to_string()).collect();
        assert_eq!(places, ["x.csv:1:1", "x.csv:1:4", "x.csv:2:2", "x.csv:3:8"]);
    }

    #[test]
    fn quotes_out_of_place_are_told() {
        let told = |text| rows(&SourceFile::new("x.csv", text)).unwrap_err().to_string();
        assert_eq!(
            told("a\n\"x\n"),
            "x.csv:2:1: this quote is never closed (close it, and write a quote within a cell \
             twice: \"a \"\"b\"\"\")"
        );
        assert!(told("a\n\"x\" y\n").starts_with("x.csv:2:1: something stands behind"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ab,;\t\"\r\n é=]{0,40}") {
            let _ = rows(&SourceFile::new("x.csv", text));
        }
    }
}
