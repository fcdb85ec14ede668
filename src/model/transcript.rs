//! What a device answered, as evidence.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One command and its answer, cleaned of echo, pager, prompt and control characters, and
/// redacted. This is what findings point at, and what an old run is judged by again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// The command as sent, without the carriage return.
    pub command: String,
    /// VDOM in which it ran; `None` on a device without VDOMs and in the global context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vdom: Option<String>,
    /// Lines of the answer, joined by `\n`. Several look at it for a while, and it may be long.
    pub text: Arc<str>,
    /// Milliseconds from sending the command to the prompt's return.
    pub elapsed_ms: u64,
    /// The answer was longer than the limit and was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The device refused the command; the line that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

impl Transcript {
    /// Line `number`, counted from 1.
    pub fn line(&self, number: usize) -> Option<&str> {
        self.text.lines().nth(number.checked_sub(1)?)
    }
}
