//! How tables are written.

/// What differs between the programs that open a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CsvStyle {
    pub delimiter: Delimiter,
    /// Begin with a byte order mark. Excel needs it to take a file for UTF-8 that is opened by a
    /// double click; for many programs it becomes a part of the first column's name.
    pub bom: bool,
}

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delimiter {
    #[default]
    Comma,
    /// What Excel expects where the decimal separator is a comma.
    Semicolon,
    Tab,
}

impl Delimiter {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}
