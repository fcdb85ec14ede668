//! Input that cannot be used.

use crate::cli::exit::Exit;
use crate::cli::stream::say_issues;
use crate::model::{InputIssue, SourceFile};

/// All that is wrong with an input, and the texts to show it in.
#[derive(Debug, Default)]
pub(super) struct Complaint {
    pub issues: Vec<InputIssue>,
    pub sources: Vec<SourceFile>,
}

impl Complaint {
    pub fn new(issues: Vec<InputIssue>, sources: Vec<SourceFile>) -> Self {
        Self { issues, sources }
    }

    /// Tells the user, and ends the command.
    pub fn say(&self) -> Exit {
        say_issues(&self.issues, &self.sources);
        Exit::INPUT
    }
}

impl<I: Into<InputIssue>> From<I> for Complaint {
    fn from(issue: I) -> Self {
        Self { issues: vec![issue.into()], sources: Vec::new() }
    }
}
