//! Rows of text: the form in which snapshots are kept.
//!
//! One row a line, cells between tabs. All cells are texts of a view, which hold neither.

/// Adds a row.
pub(super) fn push_row(text: &mut String, cells: &[&str]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push('\t');
        }
        text.push_str(cell);
    }
    text.push('\n');
}

/// The rows of a text, each with its cells, as many as stand there.
pub(super) fn rows(text: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    text.lines().map(|line| (line, line.split('\t').collect()))
}

/// What is wrong with a row.
pub(super) fn unreadable(line: &str) -> String {
    let row: String = line.replace('\t', " ").chars().take(60).collect();
    format!("the row `{row}` is none of a snapshot")
}
