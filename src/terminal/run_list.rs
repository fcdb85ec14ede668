//! Runs, one a line.

use jiff::Timestamp;

use super::columns::Columns;
use crate::history::{Counts, Tokens};
use crate::model::clean_line;

/// A run in a list.
#[derive(Debug, Clone)]
pub struct ListedRun {
    pub id: String,
    pub started: Timestamp,
    pub finished: Option<Timestamp>,
    pub interrupted: bool,
    pub playbook: String,
    pub limit: Option<String>,
    /// `None`: it cannot be read.
    pub counts: Option<Counts>,
    /// Findings that are new and that are gone, against the run that it goes on from.
    pub changes: Option<(usize, usize)>,
}

impl ListedRun {
    /// What a reader must know before the numbers; empty where they are whole.
    pub fn remark(&self) -> &'static str {
        match (&self.counts, self.finished, self.interrupted) {
            (None, ..) => "unreadable",
            (_, None, _) => "unfinished",
            (_, _, true) => "interrupted",
            _ => "",
        }
    }
}

/// The runs as a table, in their order; what a reader must know of one stands at the end of its line.
/// The playbook stands above the table where all have the same one, else at the end as well.
pub fn run_list(runs: &[ListedRun]) -> String {
    let mut columns = Columns::new("lllrrrrrrrrrrrl");
    columns.push(HEADINGS);
    let common = runs.first().map(|run| run.playbook.as_str());
    let common = common.filter(|common| runs.iter().all(|run| run.playbook == *common));
    for run in runs {
        let mut cells = cells(run);
        cells.resize(HEADINGS.len(), String::new());
        let limit = run.limit.as_ref().map(|limit| format!("limited to {limit}"));
        let playbook = common.is_none().then(|| run.playbook.clone());
        let remark = Some(run.remark().to_owned()).filter(|remark| !remark.is_empty());
        let remarks: Vec<String> = remark.into_iter().chain(limit).chain(playbook).collect();
        cells.push(remarks.join(", "));
        columns.push(cells);
    }
    let heading = common.map(|common| format!("Runs of {}\n\n", clean_line(common)));
    let lines = columns.lines().into_iter().map(|line| line + "\n");
    heading.into_iter().chain(lines).collect()
}

const HEADINGS: [&str; 14] = [
    "RUN",
    "STARTED, UTC",
    "TOOK",
    "EXAMINED",
    "TOKENS",
    "IN USE",
    "PENDING",
    "SPARE",
    "TROUBLE",
    "CRITICAL",
    "ERROR",
    "WARNING",
    "NEW",
    "GONE",
];

/// Rows under their headings, in columns.
pub fn state_list(columns: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Columns::new(&"l".repeat(columns.len()));
    table.push(columns.iter().map(|name| name.to_uppercase()));
    rows.iter().for_each(|row| table.push(row));
    table.lines().into_iter().map(|line| line + "\n").collect()
}

fn cells(run: &ListedRun) -> Vec<String> {
    let took = run.finished.map_or_else(String::new, |finished| spoken(run.started, finished));
    let started = run.started.strftime("%Y-%m-%d %H:%M").to_string();
    let mut cells = vec![run.id.clone(), started, took];
    let Some(counts) = &run.counts else { return cells };
    let tokens: &Tokens = &counts.tokens;
    let trouble = tokens.class("trouble") + tokens.class("unknown");
    cells.push(format!("{}/{}", counts.hosts.examined, counts.hosts.total));
    let numbers = [
        tokens.total,
        tokens.class("in_use"),
        tokens.class("pending"),
        tokens.class("spare"),
        trouble,
        counts.findings.critical,
        counts.findings.error,
        counts.findings.warning,
    ];
    cells.extend(numbers.map(|number| number.to_string()));
    let (new, gone) = match run.changes {
        Some((new, gone)) => (new.to_string(), gone.to_string()),
        None => ("-".to_owned(), "-".to_owned()),
    };
    cells.extend([new, gone]);
    cells
}

/// `4 s`, `3 min 20 s`, `2 h 05 min`
pub(super) fn spoken(from: Timestamp, to: Timestamp) -> String {
    match to.duration_since(from).as_secs().max(0) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}
