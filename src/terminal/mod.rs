//! The user's eyes.
//!
//! Comes in: events, issues, a rendered summary. Goes out: text for a terminal or a pipe, in
//! which nothing that a device or a file said can move the cursor.
//! Does not know: the runner. Start reading at [`Progress`] and [`render_issues`].

mod ansible;
mod changes;
mod columns;
mod diagnostics;
mod line_writer;
mod look;
mod output;
mod progress;
mod recap;
mod run_list;
mod summary;
mod tally;
mod task_line;

pub use ansible::{PlayHeading, ansible_stream};
pub use changes::{changes_markdown, changes_text};
pub use diagnostics::render_issues;
pub use look::Look;
pub use output::write_text;
pub use progress::Progress;
pub use recap::recap;
pub use run_list::{ListedRun, run_list, state_list};
pub use summary::paint_summary;
