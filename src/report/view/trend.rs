//! The last runs in numbers.

use serde::Serialize;

use super::{SeverityCounts, Text};

/// The last runs of the playbook over the inventories, this one included. No rows without a store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TrendView {
    /// The oldest first, this run last.
    pub runs: Vec<TrendRun>,
    /// One for each status that a token had in one of them.
    pub statuses: Vec<TrendStatus>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrendRun {
    pub run: Text,
    pub started: Text,
    /// Whether it came to its end without an interruption.
    pub complete: bool,
    pub hosts: usize,
    /// How many of them were examined.
    pub examined: usize,
    pub tokens: usize,
    pub findings: SeverityCounts,
}

/// How many tokens had a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrendStatus {
    pub status: Text,
    /// As in `summary.tokens.by_status`.
    pub class: &'static str,
    /// One number for each of the runs.
    pub counts: Vec<usize>,
    /// The greatest of them, at least 1.
    pub most: usize,
}
