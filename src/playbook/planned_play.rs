//! One play, laid over an inventory.

use std::collections::BTreeSet;

use super::check::{any, asks};
use super::pace::batches;
use super::tags::Tags;
use super::{
    Action, Flag, Meta, PlannedMute, Play, Request, Step, Task, VarsFile, selected, tasks,
};
use crate::inventory::{Inventory, Limit, Located, Order, Variables, select};
use crate::model::{HostName, InputIssue, OwnRule, Place, ReportRequest, matches_wildcards};

/// The largest batch that is kept in step for the sake of what its texts name alone.
const MOST_IN_STEP: usize = 1000;

/// One play with its hosts.
#[derive(Debug, Clone)]
pub struct PlannedPlay {
    /// Position in the file, counted from 0.
    pub index: usize,
    pub name: String,
    /// The patterns of its hosts, as they are written.
    pub pattern: Vec<String>,
    /// Where `hosts:` says so, and how many characters it takes.
    pub hosts_place: Place,
    pub hosts_width: u32,
    pub tags: Vec<String>,
    /// Those of all of its tasks, whether or not they are left to run, in alphabetical order.
    pub task_tags: BTreeSet<String>,
    /// `vars`, `vars_prompt` and `vars_files`, as far as they are known before a run.
    pub vars: Variables,
    /// Those of `vars_files` of which the host must be known.
    pub files: Vec<VarsFile>,
    /// Those that the tags let run.
    pub steps: Vec<Step>,
    /// Whether `get system status` is asked before the first task.
    pub gathers: bool,
    pub ignore_unreachable: Flag,
    pub any_errors_fatal: Flag,
    /// In the order in which the pattern names them, or that `order:` asks for.
    pub hosts: Vec<HostName>,
    /// In the order of the inventory, as templates see them.
    pub listed: Vec<HostName>,
    pub order: Order,
    /// The same hosts, cut as `serial` says.
    pub batches: Vec<Vec<HostName>>,
    /// The hosts of a batch go task by task, and none goes on before all are done.
    pub in_step: bool,
    /// It begins when the plays before are over, and the next one when it is.
    pub is_alone: bool,
    /// What is done on a host may depend on what others came to know, or on how they fared.
    pub sees_others: bool,
    /// A host that is not reached may come back: `meta: clear_host_errors`.
    pub may_clear: bool,
    /// The play stops when a greater part of a batch than this, in percent, has failed.
    pub max_fail: Option<f64>,
    pub reports: Vec<ReportRequest>,
    pub rules: Vec<OwnRule>,
    pub mutes: Vec<PlannedMute>,
}

/// A play with these hosts, and with the tasks that the tags let run.
pub(super) fn planned(
    index: usize,
    play: &Play,
    hosts: Vec<HostName>,
    request: &Request,
    tags: &Tags,
) -> PlannedPlay {
    let steps = selected(&play.steps, &|task| tags.select(&task.tags));
    let asks = asks(&steps);
    let mut vars = play.vars.clone();
    let answers = request.prompted.iter().filter(|(play, ..)| *play == index);
    for (_, name, value) in answers {
        vars.set(name, Located::new(value.clone(), None));
    }
    // A file that is read later counts more than all before it, so that all after it wait too.
    let known = play.files.iter().map_while(|file| file.known.as_ref());
    let late = play.files.iter().skip_while(|file| file.known.is_some()).cloned().collect();
    for (name, value) in known.flat_map(Variables::iter) {
        vars.set(name, value.clone());
    }
    let batches = batches(&hosts, &play.serial);
    let must = play.is_linear
        || play.any_errors_fatal.may_hold()
        || play.max_fail.is_some()
        || any(&steps, &|task| {
            task.run_once.may_hold()
                || task.any_errors_fatal.may_hold()
                || task.delegate.as_ref().is_some_and(|d| d.facts)
        });
    let largest = batches.iter().map(Vec::len).max().unwrap_or(0);
    // Only what other hosts are known to have set is then less new.
    let may = play.sees_others && largest <= MOST_IN_STEP;
    PlannedPlay {
        index,
        name: play.name.clone(),
        pattern: play.hosts.clone(),
        hosts_place: play.hosts_place.clone(),
        hosts_width: play.hosts_width,
        tags: play.tags.clone(),
        task_tags: tasks(&play.steps).into_iter().flat_map(|task| task.tags.clone()).collect(),
        in_step: must || may,
        sees_others: must || play.sees_others,
        is_alone: must || play.sees_others || batches.len() > 1 || play.order != Order::Inventory,
        may_clear: any(&steps, &|task| task.action == Action::Meta(Meta::ClearHostErrors)),
        max_fail: play.max_fail,
        batches,
        vars,
        files: late,
        gathers: play.gathers.unwrap_or(asks),
        ignore_unreachable: play.ignore_unreachable.clone(),
        any_errors_fatal: play.any_errors_fatal.clone(),
        steps,
        hosts,
        listed: Vec::new(),
        order: play.order,
        reports: play.reports.clone(),
        rules: play.rules.clone(),
        mutes: Vec::new(),
    }
}

/// The play without what stands before the task that is to be the first; all of it, once that was
/// found.
pub(super) fn started(play: &Play, start: &mut Option<String>) -> Play {
    let Some(name) = start.clone() else { return play.clone() };
    let is_it = |task: &Task| task.name == name || matches_wildcards(&name, &task.name);
    let first = tasks(&play.steps).into_iter().find(|task| is_it(task)).map(|task| task.index);
    if first.is_some() {
        *start = None;
    }
    let steps = selected(&play.steps, &|task| first.is_some_and(|first| task.index >= first));
    Play { steps, ..play.clone() }
}

/// The hosts of a play.
#[derive(Debug, Default)]
pub(super) struct PlayHosts {
    /// Those that its pattern means.
    pub all: Vec<HostName>,
    /// Those of them that the limit means too.
    pub limited: Vec<HostName>,
}

pub(super) fn hosts_of(
    play: &Play,
    inventory: &Inventory,
    limit: Option<&Limit>,
    warnings: &mut Vec<InputIssue>,
) -> Result<PlayHosts, InputIssue> {
    let place = |issue: InputIssue| match issue.place {
        None => issue.at(play.hosts_place.clone(), play.hosts_width),
        Some(_) => issue,
    };
    let selection = select(inventory, &play.hosts).map_err(place)?;
    warnings.extend(selection.warnings.into_iter().map(place));
    let all = selection.hosts;
    let Some(limit) = limit else { return Ok(PlayHosts { limited: all.clone(), all }) };
    let limited = limit.apply(inventory, all.clone())?;
    for warning in limited.warnings {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Ok(PlayHosts { all, limited: limited.hosts })
}
