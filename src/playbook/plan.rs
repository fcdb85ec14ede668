//! The plan of a run: everything that is decided before any packet.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::fortios::redact::MASK;
use crate::inventory::{
    Endpoint, HostVariables, Inventory, Limit, Located, Order, Variables, is_connection_name,
    is_secret_name, select, shared_devices, target,
};
use crate::model::{
    Connection, HostEntry, HostFailure, HostName, InputIssue, Limits, Mute, OwnRule, ReportRequest,
    Target, Value, matches_wildcards, nearest_hint,
};
use crate::template::{Templar, TemplateError, is_template};
use crate::vault::Opened;

use super::check::{any, asks};
use super::limits::limit;
use super::locked::{Locked, told};
use super::new_serial::{NEW_SERIAL, given_twice, new_serial};
use super::pace::batches;
use super::scope::{HostScope, RunVariables};
use super::tags::Tags;
use super::{Action, Meta, Play, Playbook, Request, Step, Task, VarsFile, selected, tasks};

/// The largest batch that is kept in step for the sake of `hostvars` alone.
const MOST_IN_STEP: usize = 1000;

/// What to do, on whom, and how to reach them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In file order; those that match nobody or have no task left are still there, so that
    /// positions count as in the file.
    pub plays: Vec<Arc<PlannedPlay>>,
    /// Every host of any play, each once: in inventory order, or in the order that the first play
    /// with something to do asks for.
    pub hosts: Vec<PlannedHost>,
    pub variables: Arc<RunVariables>,
}

/// One play with its hosts.
#[derive(Debug, Clone)]
pub struct PlannedPlay {
    /// Position in the file, counted from 0.
    pub index: usize,
    pub name: String,
    /// The patterns of its hosts, as they are written.
    pub pattern: Vec<String>,
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
    pub ignore_unreachable: bool,
    /// In the order in which the pattern names them, or that `order:` asks for.
    pub hosts: Vec<HostName>,
    pub order: Order,
    /// The same hosts, cut as `serial` says.
    pub batches: Vec<Vec<HostName>>,
    /// The hosts of a batch go task by task, and none goes on before all are done.
    pub in_step: bool,
    /// It begins when the plays before are over, and the next one when it is.
    pub is_alone: bool,
    /// A host that is not reached may come back: `meta: clear_host_errors`.
    pub may_clear: bool,
    /// The play stops when a greater part of a batch than this, in percent, has failed.
    pub max_fail: Option<f64>,
    pub reports: Vec<ReportRequest>,
    pub rules: Vec<OwnRule>,
    /// Each with its hosts.
    pub mutes: Vec<Mute>,
}

/// One host of the run.
#[derive(Debug, Clone)]
pub struct PlannedHost {
    pub entry: HostEntry,
    pub target: Target,
    /// Positions in [`Plan::plays`] of the plays that it is in, in order.
    pub plays: Vec<usize>,
    /// What was opened for it out of vaults.
    pub opened: Opened,
    /// Why no connection to it is to be tried: what is needed for that is in a vault that cannot
    /// be opened.
    pub locked: Option<HostFailure>,
}

/// A plan, and what is odd about it.
#[derive(Debug)]
pub struct Planned {
    pub plan: Plan,
    pub warnings: Vec<InputIssue>,
}

impl Plan {
    /// The hosts as the inventory lists them, in whatever order they are examined.
    pub fn in_inventory_order(&self) -> Vec<&PlannedHost> {
        let mut hosts: Vec<&PlannedHost> = self.hosts.iter().collect();
        let inventory = &self.variables.inventory;
        hosts.sort_by_key(|host| inventory.position_of(host.entry.host.as_str()));
        hosts
    }

    /// Plays that are gone through together, each host at its own pace, and those that stand
    /// alone, in order: their positions in [`Plan::plays`].
    pub fn stages(&self) -> Vec<Vec<usize>> {
        let mut stages: Vec<Vec<usize>> = Vec::new();
        let mut was_alone = true;
        for play in self.plays.iter().filter(|play| !play.steps.is_empty()) {
            match stages.last_mut() {
                Some(stage) if !was_alone && !play.is_alone => stage.push(play.index),
                _ => stages.push(vec![play.index]),
            }
            was_alone = play.is_alone;
        }
        stages
    }

    /// What the plays ask for as reports, in order, each once.
    pub fn reports(&self) -> Vec<ReportRequest> {
        let mut reports: Vec<ReportRequest> = Vec::new();
        for request in self.plays.iter().flat_map(|play| &play.reports) {
            if !reports.iter().any(|known| known.dest == request.dest) {
                reports.push(request.clone());
            }
        }
        reports
    }

    /// What the plays add to the built-in rules, in order, each with the hosts that it looks at.
    pub fn rules(&self) -> Vec<OwnRule> {
        let of_play = |play: &Arc<PlannedPlay>| {
            let hosts = self.part(&play.hosts);
            let rule = |rule: &OwnRule| OwnRule { hosts: hosts.clone(), ..rule.clone() };
            play.rules.iter().map(rule).collect::<Vec<_>>()
        };
        self.plays.iter().flat_map(of_play).collect()
    }

    /// What the plays mute, in order, each with the hosts that it holds for. What holds for no host of
    /// the run is left out.
    pub fn mutes(&self) -> Vec<Mute> {
        let of_play = |play: &Arc<PlannedPlay>| {
            let mute = |mute: &Mute| {
                let hosts = self.part(mute.hosts.as_ref().unwrap_or(&play.hosts));
                Mute { hosts, ..mute.clone() }
            };
            play.mutes.iter().map(mute).collect::<Vec<_>>()
        };
        let is_here = |mute: &Mute| mute.hosts.as_ref().is_none_or(|hosts| !hosts.is_empty());
        self.plays.iter().flat_map(of_play).filter(is_here).collect()
    }

    /// Those of the run's hosts that are among `hosts`; `None`: all.
    fn part(&self, hosts: &[HostName]) -> Option<Vec<HostName>> {
        let wanted: HashSet<&HostName> = hosts.iter().collect();
        let all = self.hosts.iter().map(|host| &host.entry.host);
        let part: Vec<_> = all.filter(|host| wanted.contains(host)).cloned().collect();
        (part.len() < self.hosts.len()).then_some(part)
    }
}

/// Lays a playbook over an inventory.
///
/// A play that matches nobody is a warning; a plan without any host is an error, since an audit of
/// nothing must not look like a clean one.
///
/// # Errors
/// All that is wrong with patterns, the limit, and the connection variables of the hosts.
pub fn plan(
    playbook: &Playbook,
    inventory: Arc<Inventory>,
    request: Request,
    templar: &Templar,
) -> Result<Planned, Vec<InputIssue>> {
    let mut warnings = Vec::new();
    let mut issues = Vec::new();
    let tags = Tags::new(&request.tags, &request.skip_tags);
    let mut plays = Vec::new();
    let mut start = request.start_at.clone();
    for (index, play) in playbook.plays.iter().enumerate() {
        let hosts = hosts_of(play, &inventory, request.limit.as_ref(), &mut warnings);
        let mut hosts = hosts.unwrap_or_else(|issue| {
            // What is wrong with the limit is wrong in every play.
            if !issues.contains(&issue) {
                issues.push(issue);
            }
            Vec::new()
        });
        let mutes = mutes_of(play, &inventory, &hosts, &mut warnings);
        let mutes = mutes.unwrap_or_else(|found| {
            issues.extend(found);
            Vec::new()
        });
        play.order.arrange(&mut hosts, request.shuffle_seed);
        let play = &started(play, &mut start);
        plays.push(Arc::new(PlannedPlay { mutes, ..planned(index, play, hosts, &request, &tags) }));
    }
    if let Some(name) = start {
        issues.push(unknown_start(playbook, &name));
    } else if issues.is_empty() && plays.iter().all(|play| play.hosts.is_empty()) {
        issues.push(nobody(playbook, &request));
    } else if plays.iter().all(|play| play.steps.is_empty()) {
        issues
            .push(InputIssue::error("no task is left to run").hint(
                "see the tags of the tasks with `--list-tasks`, and `--tags`, `--skip-tags`",
            ));
    }
    if !issues.is_empty() {
        return Err(warnings.into_iter().chain(issues).collect());
    }
    let library = playbook.library.clone();
    let variables = Arc::new(RunVariables { inventory, request, tags, library });
    let planner = Planner { plays: &plays, variables: &variables, templar };
    warnings.extend(planner.idle());
    let mut hosts = Vec::new();
    let mut locked = Vec::new();
    for (host, plays) in planner.hosts() {
        match planner.host(host, plays) {
            Ok((host, cause)) => {
                locked.extend(cause.map(|cause| (hosts.len(), cause)));
                hosts.push(host);
            }
            Err(found) => issues.extend(found),
        }
    }
    issues.extend(counted_twice(&hosts, &variables.inventory));
    let locked: Vec<_> =
        locked.iter().filter_map(|(at, cause)| Some((hosts.get(*at)?, cause))).collect();
    let (errors, odd): (Vec<_>, Vec<_>) =
        told(&locked, hosts.len()).into_iter().partition(InputIssue::is_error);
    issues.extend(errors);
    warnings.extend(odd);
    if !issues.is_empty() {
        return Err(warnings.into_iter().chain(issues).collect());
    }
    let plan = Plan { plays, hosts, variables };
    match given_twice(&plan) {
        Some(issue) => Err(warnings.into_iter().chain([issue]).collect()),
        None => Ok(Planned { plan, warnings }),
    }
}

/// The play without what stands before the task that is to be the first; all of it, once that was
/// found.
fn started(play: &Play, start: &mut Option<String>) -> Play {
    let Some(name) = start.clone() else { return play.clone() };
    let is_it = |task: &Task| task.name == name || matches_wildcards(&name, &task.name);
    let first = tasks(&play.steps).into_iter().find(|task| is_it(task)).map(|task| task.index);
    if first.is_some() {
        *start = None;
    }
    let steps = selected(&play.steps, &|task| first.is_some_and(|first| task.index >= first));
    Play { steps, ..play.clone() }
}

fn unknown_start(playbook: &Playbook, name: &str) -> InputIssue {
    let all = playbook.plays.iter().flat_map(|play| tasks(&play.steps));
    let names: Vec<&str> = all.map(|task| task.name.as_str()).collect();
    InputIssue::error(format!("no task is named `{name}`, where the run is to start"))
        .hint(nearest_hint(name, &names))
}

pub(super) fn hosts_of(
    play: &Play,
    inventory: &Inventory,
    limit: Option<&Limit>,
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<HostName>, InputIssue> {
    let place = |issue: InputIssue| match issue.place {
        None => issue.at(play.hosts_place.clone(), play.hosts_width),
        Some(_) => issue,
    };
    let selection = select(inventory, &play.hosts).map_err(place)?;
    warnings.extend(selection.warnings.into_iter().map(place));
    let Some(limit) = limit else { return Ok(selection.hosts) };
    let limited = limit.apply(inventory, selection.hosts)?;
    for warning in limited.warnings {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Ok(limited.hosts)
}

/// The mutes of a play, each with those of the play's hosts that its pattern means.
fn mutes_of(
    play: &Play,
    inventory: &Inventory,
    hosts: &[HostName],
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<Mute>, Vec<InputIssue>> {
    let mut mutes = Vec::new();
    let mut issues = Vec::new();
    let all: HashSet<&HostName> = hosts.iter().collect();
    for mute in &play.mutes {
        let Some(pattern) = &mute.pattern else {
            mutes.push(Mute { hosts: Some(hosts.to_vec()), ..mute.clone() });
            continue;
        };
        let place = |issue: InputIssue| issue.at(pattern.place.clone(), pattern.width);
        match select(inventory, &[&pattern.text]) {
            Ok(mut selection) => {
                warnings.extend(selection.warnings.into_iter().map(place));
                selection.hosts.retain(|host| all.contains(host));
                mutes.push(Mute { hosts: Some(selection.hosts), ..mute.clone() });
            }
            Err(issue) => issues.push(place(issue)),
        }
    }
    if issues.is_empty() { Ok(mutes) } else { Err(issues) }
}

fn planned(
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
        || play.max_fail.is_some()
        || any(&steps, &|task| {
            task.run_once
                || task.any_errors_fatal
                || task.delegate.as_ref().is_some_and(|d| d.facts)
        });
    let largest = batches.iter().map(Vec::len).max().unwrap_or(0);
    // Only what other hosts are known to have set is then less new.
    let may = play.sees_others && largest <= MOST_IN_STEP;
    PlannedPlay {
        index,
        name: play.name.clone(),
        pattern: play.hosts.clone(),
        tags: play.tags.clone(),
        task_tags: tasks(&play.steps).into_iter().flat_map(|task| task.tags.clone()).collect(),
        in_step: must || may,
        is_alone: must || play.sees_others || batches.len() > 1 || play.order != Order::Inventory,
        may_clear: any(&steps, &|task| task.action == Action::Meta(Meta::ClearHostErrors)),
        max_fail: play.max_fail,
        batches,
        vars,
        files: late,
        gathers: play.gathers.unwrap_or(asks),
        ignore_unreachable: play.ignore_unreachable,
        steps,
        hosts,
        order: play.order,
        reports: play.reports.clone(),
        rules: play.rules.clone(),
        mutes: Vec::new(),
    }
}

fn nobody(playbook: &Playbook, request: &Request) -> InputIssue {
    let issue = match &request.limit_text {
        Some(limit) => InputIssue::error(format!("the limit `{limit}` leaves no host"))
            .hint("see the names of hosts and groups with `tokenfleet inventory --graph`"),
        None => InputIssue::error("no play matches any host")
            .hint("see the names of hosts and groups with `tokenfleet inventory --graph`"),
    };
    match playbook.plays.first() {
        Some(play) if request.limit_text.is_none() => {
            issue.at(play.hosts_place.clone(), play.hosts_width)
        }
        _ => issue,
    }
}

/// A device under two names would stand in the report twice, with all of its tokens.
fn counted_twice(hosts: &[PlannedHost], inventory: &Inventory) -> Vec<InputIssue> {
    let over_ssh = hosts.iter().filter(|host| host.target.connection == Connection::Ssh);
    let endpoints = over_ssh.map(|host| (host.entry.host.as_str(), Endpoint::of(&host.target)));
    shared_devices(endpoints)
        .into_iter()
        .map(|shared| {
            let last = shared.hosts.last().copied().unwrap_or_default();
            let vaulted = hosts.iter().find(|host| {
                host.entry.host.as_str() == last && host.opened.holds(&host.target.address)
            });
            let message = match vaulted {
                Some(host) => {
                    shared.message.replace(&host.target.address.to_ascii_lowercase(), MASK)
                }
                None => shared.message,
            };
            let issue = InputIssue::error(message).hint(format!(
                "correct `ansible_host` and `ansible_port`, or leave one out: `--limit '!{last}'`"
            ));
            match inventory.place_of(last) {
                Some(place) => issue.at(place.clone(), 1),
                None => issue,
            }
        })
        .collect()
}

/// Makes hosts of names.
struct Planner<'a> {
    plays: &'a [Arc<PlannedPlay>],
    variables: &'a Arc<RunVariables>,
    templar: &'a Templar,
}

impl Planner<'_> {
    /// That some hosts are left out, since the tags leave nothing to do on them.
    fn idle(&self) -> Option<InputIssue> {
        let matched: HashSet<&HostName> = self.plays.iter().flat_map(|play| &play.hosts).collect();
        let idle = matched.len() - self.hosts().len();
        (idle > 0).then(|| {
            InputIssue::warning(format!("{idle} hosts have no task left and are not contacted"))
                .hint("see `--list-tasks`, and `--tags`, `--skip-tags`")
        })
    }

    /// The hosts of all plays in the order of [`Plan::hosts`], each with the plays that have something to do
    /// on it.
    fn hosts(&self) -> Vec<(HostName, Vec<usize>)> {
        let mut members: IndexMap<&HostName, Vec<usize>> = IndexMap::new();
        // Nobody logs in to a host to do nothing there.
        let mut busy =
            self.plays.iter().enumerate().filter(|(_, p)| !p.steps.is_empty()).peekable();
        let first = busy.peek().map(|(_, play)| play.order);
        for (index, play) in busy {
            for host in &play.hosts {
                members.entry(host).or_default().push(index);
            }
        }
        if first.is_some_and(|order| order != Order::Inventory) {
            return members.into_iter().map(|(host, plays)| (host.clone(), plays)).collect();
        }
        let inventory = self.variables.inventory.hosts();
        inventory.filter_map(|host| Some((host.clone(), members.get(host)?.clone()))).collect()
    }

    /// A host is reached once for all its plays: of their connection variables, those of the first
    /// count.
    fn host(
        &self,
        host: HostName,
        plays: Vec<usize>,
    ) -> Result<(PlannedHost, Option<Locked>), Vec<InputIssue>> {
        let first = plays.first().and_then(|index| self.plays.get(*index));
        let inventory = &self.variables.inventory;
        let mut variables = inventory.variables(host.as_str());
        for (name, value) in self.variables.request.settings.iter() {
            if variables.get(name).is_none() {
                variables.set(name, value);
            }
        }
        if let Some(play) = first {
            variables.extend(&play.vars);
        }
        variables.extend(&self.variables.request.extra_vars);
        let mut issues = Vec::new();
        let opened = Opened::default();
        let mut locked = None;
        let filled = first.map_or_else(Vec::new, |play| {
            let scope = HostScope::new(self.variables.clone(), play.clone(), host.clone())
                .remembering(opened.clone());
            self.filled(&host, &variables, &scope, &mut locked, &mut issues)
        });
        for (name, value) in &filled {
            variables.set(name, value);
        }
        let limits = self.limits(&host, &plays, &variables, &mut issues);
        let new_serial = variables.get(NEW_SERIAL).and_then(|located| {
            new_serial(located).unwrap_or_else(|issue| {
                issues.push(told_of(issue, &host, located));
                None
            })
        });
        let target = match issues.is_empty() {
            true => target(&host, &variables, &self.variables.request.connection),
            false => Err(issues),
        };
        let target = target.map_err(|issues| concealed(issues, &opened, &variables))?;
        let mut asking = plays.iter().filter_map(|index| self.plays.get(*index));
        if target.connection == Connection::Local
            && let Some(play) = asking.find(|play| play.gathers || asks(&play.steps))
        {
            let message = format!(
                "`ansible_connection` is `local`, and the play \"{}\" asks a device",
                play.name
            );
            let hint = "tokenfleet speaks SSH: run it with `-e ansible_connection=network_cli`, \
                        or set that for this group";
            let issue = InputIssue::error(message).hint(hint);
            let located = variables.get("ansible_connection");
            return Err(located
                .map(|located| told_of(issue, &host, located))
                .into_iter()
                .collect());
        }
        let groups = inventory.groups_of(host.as_str()).into_iter().map(str::to_owned).collect();
        let address = match target.address.contains(':') {
            _ if matches!(target.connection, Connection::Transcript(_)) => "transcript".to_owned(),
            _ if target.connection == Connection::Local => "local".to_owned(),
            _ if opened.holds(&target.address) => format!("{MASK}:{}", target.port),
            true => format!("[{}]:{}", target.address, target.port),
            false => format!("{}:{}", target.address, target.port),
        };
        let entry = HostEntry { host, address, groups, limits, new_serial };
        let failure = locked.as_ref().map(Locked::failure);
        Ok((PlannedHost { entry, target, plays, opened, locked: failure }, locked))
    }

    /// Each limit as the first of the host's plays sets it which sets it, else the inventory; `-e`
    /// beats both.
    fn limits(
        &self,
        host: &HostName,
        plays: &[usize],
        variables: &HostVariables<'_>,
        issues: &mut Vec<InputIssue>,
    ) -> Limits {
        let mut limits = Limits::default();
        for (name, place) in Limits::VARIABLES {
            let of_play = |index: &usize| {
                let play = self.plays.get(*index)?;
                let located = play.vars.get(name)?;
                let scope = HostScope::new(self.variables.clone(), play.clone(), host.clone());
                let value = self.templar.fill(&located.value, &scope.shared()).ok()?;
                Some(Located::new(value, located.place.clone()))
            };
            let is_extra = self.variables.request.extra_vars.get(name).is_some();
            let of_plays = plays.iter().find_map(of_play).filter(|_| !is_extra);
            let Some(located) = of_plays.as_ref().or_else(|| variables.get(name)) else { continue };
            match limit(name, located) {
                Ok(number) => *place(&mut limits) = number,
                Err(issue) => issues.push(told_of(issue, host, located)),
            }
        }
        limits
    }

    /// The variables that decide on the connection, their templates filled in and their vaults
    /// opened. One that is locked is as good as not set.
    fn filled<'v>(
        &self,
        host: &HostName,
        variables: &HostVariables<'v>,
        scope: &HostScope,
        locked: &mut Option<Locked>,
        issues: &mut Vec<InputIssue>,
    ) -> Vec<(&'v str, Located)> {
        let is_used = |name: &str| {
            is_connection_name(name) || Limits::is_variable(name) || name == NEW_SERIAL
        };
        let mut filled = Vec::new();
        let mut shared = None;
        for (name, located) in variables.sorted() {
            let is_unfinished = match &located.value {
                Value::Text(text) => is_template(text),
                Value::Vault(_) => true,
                _ => false,
            };
            if !is_used(name) || !is_unfinished {
                continue;
            }
            let mut put = |value| filled.push((name, Located::new(value, located.place.clone())));
            if is_secret_name(name) && self.variables.request.leaves_secrets {
                put(Value::Null);
                continue;
            }
            let scope = shared.get_or_insert_with(|| scope.shared());
            match self.templar.fill(&located.value, scope) {
                Ok(value) => put(value),
                Err(error @ TemplateError { locked: true, .. }) => {
                    put(Value::Null);
                    locked.get_or_insert_with(|| Locked::new(name, located, error));
                }
                Err(error) => issues.push(told_of(
                    InputIssue::error(format!("`{name}` cannot be filled in: {error}"))
                        .hint(error.hint.unwrap_or_else(|| "correct the template".to_owned())),
                    host,
                    located,
                )),
            }
        }
        filled
    }
}

/// Issues that quote nothing out of a vault: neither a value that was opened, nor one of a vaulted
/// file.
fn concealed(
    issues: Vec<InputIssue>,
    opened: &Opened,
    variables: &HostVariables<'_>,
) -> Vec<InputIssue> {
    let sealed = Opened::default();
    let located = variables.names().filter_map(|name| variables.get(name));
    located.filter(|located| located.sealed).for_each(|located| sealed.remember(&located.value));
    let conceal = |issue: InputIssue| {
        let message = sealed.conceal(opened.conceal(issue.message));
        InputIssue { message, ..issue }
    };
    issues.into_iter().map(conceal).collect()
}

/// Puts the host's name before an issue, and the issue where the variable was set.
fn told_of(mut issue: InputIssue, host: &HostName, located: &Located) -> InputIssue {
    issue.message = format!("host `{host}`: {}", issue.message);
    match &located.place {
        Some(place) => issue.at(place.clone(), 1),
        None => issue,
    }
}
