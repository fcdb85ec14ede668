//! A checked playbook.

use std::sync::Arc;

use crate::inventory::{Order, Variables};
use crate::model::{Mute, OwnRule, Place, ReportRequest};

use super::Step;

/// A playbook without a mistake that can be seen before a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// Its path, as the user wrote it.
    pub file: Arc<str>,
    pub plays: Vec<Play>,
}

/// One play: hosts, and what to do on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// `name:`, else the pattern of its hosts.
    pub name: String,
    /// Patterns, to be taken together.
    pub hosts: Vec<String>,
    /// Where `hosts:` says so, and how many characters it takes.
    pub hosts_place: Place,
    pub hosts_width: u32,
    /// `order:`
    pub order: Order,
    pub vars: Variables,
    /// `pre_tasks`, `tasks` and `post_tasks`, one after another.
    pub steps: Vec<Step>,
    /// `gather_facts`; `None` where nothing is said.
    pub gathers: Option<bool>,
    pub ignore_unreachable: bool,
    pub tags: Vec<String>,
    /// What `reports:` lists, or the usual set.
    pub reports: Vec<ReportRequest>,
    /// What `findings:` adds to the built-in rules.
    pub rules: Vec<OwnRule>,
    /// What `mute:` lists.
    pub mutes: Vec<Mute>,
    pub place: Place,
}
