//! How long and how much a session may take.

use std::time::Duration;

/// Bounds of one session. Times are measured on the clock that the caller passes as `now`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From the opened shell to the learned prompt.
    pub login: Duration,
    /// From sending a command to the prompt's return.
    pub command: Duration,
    /// Longest silence within an answer.
    pub idle: Duration,
    /// Silence after which a last line in the shape of a prompt is the prompt. Without it, an
    /// answer that contains such a line would end there when the network cuts it at that place.
    pub settle: Duration,
    /// Bytes of one answer that are kept; what is beyond is dropped, and the transcript marked.
    pub answer_bytes: usize,
    /// Bytes that the whole session may receive; beyond, the session fails.
    pub session_bytes: usize,
    /// Pages of one answer; beyond, the session fails.
    pub pages: usize,
    /// VDOMs of one device; beyond, the session fails.
    pub vdoms: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            login: Duration::from_secs(30),
            command: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            settle: Duration::from_millis(20),
            answer_bytes: 8 << 20,
            session_bytes: 64 << 20,
            pages: 20_000,
            vdoms: 1_000,
        }
    }
}
