//! What is different from an earlier run.

use serde::Serialize;

use super::Text;

/// The changes since another run. `tokenfleet diff --format json` prints the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangesView {
    /// Id of the earlier run; `None`: there is none, and everything is new.
    pub baseline: Option<Text>,
    /// Its start.
    pub baseline_started: Option<Text>,
    /// Id of the later run.
    pub run: Text,
    pub run_started: Text,
    /// Whether the report shows what is new or changed alone (`--only-changes`).
    pub only: bool,
    /// What a reader must know of the comparison.
    pub notes: Vec<Text>,
    pub counts: ChangeCounts,
    /// FortiGates, then findings, then tokens; of each what is new comes first.
    pub rows: Vec<ChangeView>,
}

/// How many changes there are. Of what has several fields changed, one is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ChangeCounts {
    pub findings_new: usize,
    pub findings_changed: usize,
    pub findings_gone: usize,
    /// Their hosts were not read, or not whole: they count as being there still.
    pub findings_not_seen: usize,
    pub findings_not_judged: usize,
    pub findings_muted: usize,
    pub findings_left: usize,
    pub devices_new: usize,
    pub devices_changed: usize,
    pub devices_left: usize,
    pub tokens_new: usize,
    pub tokens_changed: usize,
    pub tokens_gone: usize,
    pub tokens_left: usize,
}

/// One change: of one field, where it is one of fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// `device`, `finding` or `token`.
    pub what: &'static str,
    /// `new`, `changed`, `gone`, `left`; of findings also `not_seen`, `not_judged` and `muted`.
    pub change: &'static str,
    pub because: Option<Text>,
    /// The first host concerned.
    pub host: Text,
    /// All places, with their VDOMs: `fgt-fra-01 (root), fgt-fra-02 (root)`.
    pub place: Text,
    /// Serial of the token.
    pub token: Option<Text>,
    pub rule: Option<Text>,
    /// The rule in a few words.
    pub title: Option<Text>,
    /// What a finding is about, where neither host nor token says so.
    pub subject: Option<Text>,
    pub severity: Option<Text>,
    /// What changed: `outcome`, `serial`, `model`, `firmware`, `ha`; `status`, `owner`, `place`;
    /// `severity`, `place`.
    pub field: Option<&'static str>,
    pub before: Option<Text>,
    /// Of a token that is new, its status.
    pub after: Option<Text>,
    /// When the run began from which on a finding was never seen to be gone.
    pub since: Option<Text>,
    pub since_run: Option<Text>,
    /// It may have begun before the earliest run that is kept.
    pub or_earlier: bool,
    /// When the run began that saw it last, where that is an earlier one.
    pub seen: Option<Text>,
    pub seen_run: Option<Text>,
}

impl ChangesView {
    /// Whether nothing happened. That something was not seen is nothing that happened.
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(|row| row.change == "not_seen")
    }
}
