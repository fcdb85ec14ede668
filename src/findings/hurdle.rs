//! What stands in the way of a swap.

use crate::model::Severity;

/// One thing to see to before a FortiGate is swapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hurdle {
    /// `rma-break-glass`, or the rule of the findings that it sums up. Never changes.
    pub id: &'static str,
    /// A blocker is critical.
    pub severity: Severity,
    /// Whether the unit must not be swapped as long as this is the case.
    pub blocks: bool,
    /// What is the case, one sentence with a full stop.
    pub message: String,
    /// What to do, one or two sentences.
    pub remedy: String,
}

impl Hurdle {
    pub(super) fn blocker(id: &'static str, message: String, remedy: impl Into<String>) -> Self {
        let remedy = remedy.into();
        Self { id, severity: Severity::Critical, blocks: true, message, remedy }
    }

    /// Something to prepare.
    pub(super) fn new(
        id: &'static str,
        severity: Severity,
        message: String,
        remedy: impl Into<String>,
    ) -> Self {
        Self { id, severity, blocks: false, message, remedy: remedy.into() }
    }
}
