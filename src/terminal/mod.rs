//! The user's eyes.
//!
//! Comes in: events, issues, a summary. Goes out: progress and diagnostics on stderr.
//! Does not know: the runner.
