//! What a play asks for once its hosts are examined.

use crate::model::Place;

/// One entry of `reports:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRequest {
    pub source: ReportSource,
    /// Where to write, relative to the output folder and never outside of it. With `each`, a
    /// template: `tickets/{{ ticket.host }}.txt`.
    pub dest: String,
    /// One document for each of these, under this name in the template: `ticket`.
    pub each: Option<String>,
    /// `None` for the usual set, which no line asks for.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportSource {
    /// The name of a template: `report.html`.
    Template(String),
    Csv(Table),
    /// The whole view as data.
    Json,
}

/// The tables that a report can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Tokens,
    Findings,
    Devices,
}

impl Table {
    pub const ALL: [Self; 3] = [Self::Tokens, Self::Findings, Self::Devices];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Findings => "findings",
            Self::Devices => "devices",
        }
    }
}
