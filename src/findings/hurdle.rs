//! What stands in the way of a swap.

use std::borrow::Cow;

use super::naming::NAMED as CITED;
use crate::model::{Evidence, Severity};

/// How many serials or names one sentence lists.
const NAMED: usize = 8;

/// One thing to see to before a FortiGate is swapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hurdle {
    /// `rma-break-glass`, or the rule of the findings that it sums up. Never changes.
    pub id: Cow<'static, str>,
    /// A blocker is critical.
    pub severity: Severity,
    /// Whether the unit must not be swapped as long as this is the case.
    pub blocks: bool,
    /// What is the case, one sentence with a full stop.
    pub message: String,
    /// What to do, one or two sentences.
    pub remedy: String,
    /// The first lines that it rests on; none where it rests on what was not read.
    pub evidence: Vec<Evidence>,
}

impl Hurdle {
    pub(super) fn blocker(id: &'static str, message: String, remedy: impl Into<String>) -> Self {
        Self { blocks: true, ..Self::new(id, Severity::Critical, message, remedy) }
    }

    /// Something to prepare.
    pub(super) fn new(
        id: impl Into<Cow<'static, str>>,
        severity: Severity,
        message: String,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            severity,
            blocks: false,
            message,
            remedy: remedy.into(),
            evidence: Vec::new(),
        }
    }

    /// The same with the first of these lines.
    pub(super) fn citing(self, lines: impl IntoIterator<Item = Evidence>) -> Self {
        Self { evidence: lines.into_iter().take(CITED).collect(), ..self }
    }
}

/// `a, b and 3 more`
pub(super) fn named(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
