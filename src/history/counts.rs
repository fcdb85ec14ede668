//! A run in numbers.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::report::{HostSummary, SeverityCounts, View};

/// The numbers of a run that lists and pictures of many runs show. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub hosts: HostSummary,
    pub tokens: Tokens,
    pub findings: SeverityCounts,
    pub muted: usize,
}

/// Different tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tokens {
    pub total: usize,
    /// By status as FortiOS writes it, in the order of the reports.
    pub by_status: IndexMap<String, usize>,
    /// By class: `spare`, `pending`, `in_use`, `trouble`, `unknown`.
    pub by_class: IndexMap<String, usize>,
}

impl Tokens {
    /// The classes in the order of pictures and tables.
    pub const CLASSES: [&str; 5] = ["in_use", "pending", "spare", "trouble", "unknown"];

    pub fn class(&self, class: &str) -> usize {
        self.by_class.get(class).copied().unwrap_or(0)
    }
}

impl Counts {
    pub(super) fn of(view: &View) -> Self {
        let summary = &view.summary;
        let mut tokens = Tokens { total: summary.tokens.total, ..Tokens::default() };
        for status in summary.tokens.by_status.iter().filter(|status| status.count > 0) {
            tokens.by_status.insert(status.status.to_string(), status.count);
            *tokens.by_class.entry(status.class.to_owned()).or_default() += status.count;
        }
        Self {
            hosts: summary.hosts,
            tokens,
            findings: summary.findings.by_severity,
            muted: summary.findings.muted,
        }
    }
}
