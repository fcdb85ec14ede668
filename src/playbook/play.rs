//! A checked playbook.

use std::sync::Arc;

use crate::inventory::{Order, Variables};
use crate::model::{Mute, OwnRule, Place, ReportRequest};

use super::{BatchSize, Flag, Library, Prompt, Step, Template};

/// A playbook without a mistake that can be seen before a run.
#[derive(Debug, Clone)]
pub struct Playbook {
    /// Its path, as the user wrote it.
    pub file: Arc<str>,
    /// Those of imported playbooks in their places.
    pub plays: Vec<Play>,
    /// Where its files are.
    pub library: Arc<dyn Library>,
}

impl Playbook {
    /// What its plays add to the built-in rules, in order.
    pub fn rules(&self) -> Vec<OwnRule> {
        self.plays.iter().flat_map(|play| play.rules.clone()).collect()
    }
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
    /// What is asked before the run: `vars_prompt`.
    pub prompts: Vec<Prompt>,
    /// `vars_files`
    pub files: Vec<VarsFile>,
    /// `pre_tasks`, `tasks` and `post_tasks`, one after another.
    pub steps: Vec<Step>,
    /// `gather_facts`; `None` where nothing is said.
    pub gathers: Option<bool>,
    pub ignore_unreachable: Flag,
    pub any_errors_fatal: Flag,
    /// Sizes of batches; none: all at once.
    pub serial: Vec<BatchSize>,
    /// `strategy: linear` is written: no host goes on before all are done with a task.
    pub is_linear: bool,
    /// The play stops when a greater part of a batch than this, in percent, has failed.
    pub max_fail: Option<f64>,
    /// Whether it names `hostvars`, so that it has to come after what sets them, or the hosts that are
    /// left.
    pub sees_others: bool,
    pub tags: Vec<String>,
    /// What `reports:` lists, or the usual set.
    pub reports: Vec<ReportRequest>,
    /// What `findings:` adds to the built-in rules.
    pub rules: Vec<OwnRule>,
    /// What `mute:` lists.
    pub mutes: Vec<Mute>,
    pub place: Place,
}

/// One entry of `vars_files`.
#[derive(Debug, Clone, PartialEq)]
pub struct VarsFile {
    /// The first that exists counts.
    pub names: Vec<Template>,
    /// The file that names them.
    pub from: Arc<str>,
    /// What is in it, where no name holds a template.
    pub known: Option<Variables>,
}
