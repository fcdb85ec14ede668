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
    pub const EACH: [(&str, &str); 5] = [
        ("device", "devices"),
        ("replacement", "replacements"),
        ("reprovision", "reprovision"),
        ("rma", "rma"),
        ("ticket", "tickets"),
    ];

    /// Whether it asks if FortiGates may be swapped: a run with such a report is judged by that too.
    pub fn is_of_swaps(&self) -> bool {
        self.each.as_deref() == Some("rma")
    }

    /// Whether it compares FortiGates with an earlier run, which must then be named.
    pub fn is_of_replacements(&self) -> bool {
        self.each.as_deref() == Some("replacement")
            || self.source == ReportSource::Csv(Table::Replacements)
    }

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
        requests.push(request(
            ticket,
            "tickets/{{ ticket.host }}-{{ ticket.cause }}.txt",
            Some("ticket"),
        ));
        requests.extend(Table::USUAL.map(table));
        requests.push(request(ReportSource::Xlsx, "report.xlsx", None));
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
    /// All tables in one workbook.
    Xlsx,
    /// One test case for each FortiGate and each check.
    Junit,
    /// The findings in SARIF 2.1.0.
    Sarif,
    /// Numbers for Prometheus, in its text format.
    Prometheus,
}

/// A form in which a whole run is written.
#[derive(Debug, Clone, Copy)]
pub struct WholeForm {
    /// The key under `reports:`, and the name on the command line.
    pub key: &'static str,
    /// The usual name of the file.
    pub dest: &'static str,
    /// In a sentence: `as JSON`.
    pub told: &'static str,
    pub source: fn() -> ReportSource,
}

impl ReportSource {
    /// What is made of the whole run without a template.
    pub const WHOLE: [WholeForm; 5] = {
        const fn form(
            key: &'static str,
            dest: &'static str,
            told: &'static str,
            source: fn() -> ReportSource,
        ) -> WholeForm {
            WholeForm { key, dest, told, source }
        }
        [
            form("json", "report.json", "as JSON", || ReportSource::Json),
            form("xlsx", "report.xlsx", "as a workbook", || ReportSource::Xlsx),
            form("junit", "junit.xml", "for JUnit", || ReportSource::Junit),
            form("sarif", "report.sarif", "in SARIF", || ReportSource::Sarif),
            form("prometheus", "tokenfleet.prom", "for Prometheus", || ReportSource::Prometheus),
        ]
    };
}

/// The tables that a report can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    Summary,
    Devices,
    Tokens,
    Findings,
    Users,
    Tickets,
    /// The tokens of replaced units, beside those of the units before.
    Replacements,
    /// What is different from an earlier run.
    Changes,
}

impl Table {
    /// From the whole to the parts.
    pub const ALL: [Self; 8] = [
        Self::Summary,
        Self::Devices,
        Self::Tokens,
        Self::Findings,
        Self::Users,
        Self::Tickets,
        Self::Replacements,
        Self::Changes,
    ];

    /// Those that every run has.
    pub const USUAL: [Self; 6] =
        [Self::Summary, Self::Devices, Self::Tokens, Self::Findings, Self::Users, Self::Tickets];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Devices => "devices",
            Self::Tokens => "tokens",
            Self::Findings => "findings",
            Self::Users => "users",
            Self::Tickets => "tickets",
            Self::Replacements => "replacements",
            Self::Changes => "changes",
        }
    }
}
