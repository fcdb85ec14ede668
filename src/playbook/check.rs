//! The text of a playbook to a checked [`Playbook`].

mod actions;
mod block;
mod findings;
mod foreign;
mod free_form;
mod inherited;
mod keywords;
mod mute;
mod names;
mod parameters;
mod play;
mod reader;
mod repeat;
mod reports;
mod retry;
mod schema;
mod spot;
mod task;

use crate::model::{InputIssue, Place, SourceFile};
use crate::template::Templar;
use crate::yaml::{self, Node};

use super::Playbook;

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
}

/// Reads a playbook and checks all of it that can be checked before a run: keys, actions and
/// their parameters, the syntax of expressions and templates, commands, parsers, and reports.
/// `hosts` patterns are left to [`super::plan`], and the names of report templates to whoever has
/// them.
pub fn check(source: &SourceFile, templar: &Templar) -> Checked {
    if source.text.starts_with("$ANSIBLE_VAULT;") {
        let issue = InputIssue::error("this playbook is encrypted by Ansible Vault")
            .at(Place::new(source.name.clone(), 1, 1), 1)
            .hint("a later version will read vaults; until then decrypt a copy");
        return Checked { playbook: None, issues: vec![issue] };
    }
    let parsed = yaml::parse(source);
    let is_broken = parsed.has_errors() && parsed.node.is_none();
    let mut reader = Reader::new(source, templar, parsed.issues);
    let plays = match &parsed.node {
        Some(node) => plays(node, &mut reader),
        None if is_broken => Vec::new(),
        None => {
            let place = Place::new(source.name.clone(), 1, 1);
            reader.report(empty(InputIssue::error("the playbook is empty").at(place, 1)));
            Vec::new()
        }
    };
    let issues = reader.into_issues();
    let is_usable = !issues.iter().any(InputIssue::is_error);
    let playbook = is_usable.then(|| Playbook { file: source.name.clone(), plays });
    Checked { playbook, issues }
}

fn plays(node: &Node, reader: &mut Reader<'_>) -> Vec<super::Play> {
    let Some(entries) = node.as_list() else {
        let issue = node.error(format!("a playbook must be a list of plays, not {}", node.kind()));
        reader.report(issue.hint("begin each play with `- `: `- hosts: all`"));
        return Vec::new();
    };
    if entries.is_empty() {
        reader.report(empty(node.error("the playbook holds no play")));
    }
    let plays: Vec<_> = entries.iter().filter_map(|entry| play::read(entry, reader)).collect();
    reports::refuse_contests(&plays, reader);
    findings::refuse_namesakes(&plays, reader);
    plays
}

fn empty(issue: InputIssue) -> InputIssue {
    issue.hint("write at least one play: `- hosts: all`, and `tasks:` below it")
}
