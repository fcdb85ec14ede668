//! What is new since something was told last.

use serde::Serialize;

/// A finding as templates of notifications see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldFinding {
    pub rule: String,
    pub severity: String,
    pub host: String,
    pub vdom: Option<String>,
    /// Serial of the token.
    pub token: Option<String>,
    pub message: String,
}

/// What is different from what was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub new: Vec<ToldFinding>,
    /// They are no longer there.
    pub gone: Vec<ToldFinding>,
    /// Hosts that can no longer be examined.
    pub lost: Vec<String>,
    /// Hosts that can be examined again.
    pub back: Vec<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.lost.is_empty() && self.back.is_empty()
    }
}
