//! The text of a playbook to a checked [`Playbook`].

mod actions;
mod block;
mod findings;
mod foreign;
mod free_form;
mod import;
mod include;
mod inherited;
mod keywords;
mod mute;
mod names;
mod old_form;
mod pace;
mod parameters;
mod play;
mod reader;
mod repeat;
mod reports;
mod retry;
mod schema;
mod spot;
mod task;
mod unread;
mod variables;

use std::sync::Arc;

use crate::model::{InputIssue, Place, SourceFile};
use crate::template::Templar;
use crate::yaml;

use super::{Library, NoFiles, Playbook};
use import::Imported;

pub(super) use include::{any, asks, included};
pub(super) use inherited::Inherited;
pub(super) use parameters::Parameters;
pub(super) use reader::Reader;
pub use schema::schema;

/// A playbook and all that is wrong with its text.
#[derive(Debug, Clone)]
pub struct Checked {
    /// `None` when an issue is an error.
    pub playbook: Option<Playbook>,
    /// In file order.
    pub issues: Vec<InputIssue>,
    /// The texts of the other files that it names.
    pub sources: Vec<SourceFile>,
}

/// [`check_with`] for a playbook that names no other files.
pub fn check(source: &SourceFile, templar: &Templar) -> Checked {
    check_with(source, Arc::new(NoFiles), templar)
}

/// Reads a playbook with the files that it names, and checks all of it that can be checked before
/// a run: keys, actions and their parameters, the syntax of expressions and templates, commands,
/// parsers, and reports. `hosts` patterns are left to [`super::plan`], and the names of report
/// templates to whoever has them.
pub fn check_with(source: &SourceFile, library: Arc<dyn Library>, templar: &Templar) -> Checked {
    if source.text.starts_with("$ANSIBLE_VAULT;") {
        let issue = InputIssue::error("this playbook is encrypted by Ansible Vault")
            .at(Place::new(source.name.clone(), 1, 1), 1)
            .hint("a later version will read vaults; until then decrypt a copy");
        return Checked { playbook: None, issues: vec![issue], sources: Vec::new() };
    }
    let parsed = yaml::parse(source);
    let is_broken = parsed.has_errors() && parsed.node.is_none();
    let mut reader = Reader::new(source, templar, &*library);
    reader.report_all(parsed.issues);
    let plays = match &parsed.node {
        Some(node) => import::plays(node, &Imported::default(), &mut reader),
        None if is_broken => Vec::new(),
        None => {
            let place = Place::new(source.name.clone(), 1, 1);
            reader.report(empty(InputIssue::error("the playbook is empty").at(place, 1)));
            Vec::new()
        }
    };
    reports::refuse_contests(&plays, &mut reader);
    findings::refuse_namesakes(&plays, &mut reader);
    // A task with a mistake is not among those of its play.
    if !reader.has_errors() {
        unread::warn_of_unread(&plays, &mut reader);
    }
    let read = reader.into_read();
    let is_usable = !read.issues.iter().any(InputIssue::is_error);
    let playbook = is_usable.then(|| Playbook { file: source.name.clone(), plays, library });
    Checked { playbook, issues: read.issues, sources: read.sources }
}

fn empty(issue: InputIssue) -> InputIssue {
    issue.hint("write at least one play: `- hosts: all`, and `tasks:` below it")
}
