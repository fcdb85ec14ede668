//! What a play asks for once its hosts are examined.

use serde::{Deserialize, Serialize};

use super::Place;

/// One entry of `reports:`. It is kept with the run, so that its reports can be rendered anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRequest {
    pub source: ReportSource,
    /// Where to write, relative to the output folder and never outside of it. With `each`, a
    /// template: `tickets/{{ ticket.host }}.txt`.
    pub dest: String,
    /// One document for each of these, under this name in the template: `ticket`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// `None` for the usual set, which no line asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl ReportRequest {
    /// What `each` may name, with the list of the view that it walks.
    pub const EACH: [(&str, &str); 3] =
        [("device", "devices"), ("reprovision", "reprovision"), ("ticket", "tickets")];

    /// What a play without `reports:` gets.
    pub fn usual() -> Vec<Self> {
        let request = |source: ReportSource, dest: &str, each: Option<&str>| Self {
            source,
            dest: dest.to_owned(),
            each: each.map(str::to_owned),
            place: None,
        };
        let template = |name: &str| request(ReportSource::Template(name.to_owned()), name, None);
        let table = |table: Table| {
            request(ReportSource::Csv(table), &format!("{}.csv", table.as_str()), None)
        };
        let ticket = ReportSource::Template("ticket.txt".to_owned());
        let mut requests = vec![template("report.html"), template("report.md")];
        requests.push(template("reprovision.md"));
        requests.push(request(ticket, "tickets/{{ ticket.host }}.txt", Some("ticket")));
        requests.extend(Table::ALL.map(table));
        requests.push(request(ReportSource::Json, "report.json", None));
        requests
    }
}

/// What a document is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSource {
    /// The name of a template: `report.html`.
    Template(String),
    Csv(Table),
    /// The whole view as data.
    Json,
}

/// The tables that a report can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
