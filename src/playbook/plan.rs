//! The plan of a run: everything that is decided before any packet.

use std::sync::Arc;

use jiff::Timestamp;

use super::locked::told;
use super::new_serial::given_twice;
use super::planned_host::Planner;
use super::planned_mute::{PlannedMute, Reach, planned_mutes};
use super::planned_play::{PlayHosts, hosts_of, planned, started};
use super::scope::RunVariables;
use super::tags::Tags;
use super::{PlannedHost, PlannedPlay, Playbook, Request, tasks};
use crate::fortios::redact::MASK;
use crate::inventory::{Endpoint, Inventory, shared_devices};
use crate::model::{
    Connection, HostName, HostPart, InputIssue, Mute, OwnRule, ReportRequest, nearest_hint,
};
use crate::template::Templar;

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

    /// Whether what is done on a host may depend on what other hosts came to know before: then no host
    /// can be examined without those.
    pub fn hosts_depend_on_others(&self) -> bool {
        self.plays.iter().any(|play| play.sees_others && !play.steps.is_empty())
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
    /// this run is left out, but for what never holds for any and what has expired by `now`: those are
    /// told until somebody takes them out.
    pub fn mutes(&self, now: Timestamp) -> Vec<Mute> {
        let of_run = |PlannedMute { mute, reach }: &PlannedMute| {
            let hosts = self.part(mute.hosts.as_deref().unwrap_or_default());
            let is_here = hosts.as_ref().is_none_or(|hosts| !hosts.is_empty());
            let is_told = is_here || *reach == Reach::Nobody || !mute.holds_at(now);
            is_told.then(|| Mute { hosts, ..mute.clone() })
        };
        self.plays.iter().flat_map(|play| &play.mutes).filter_map(of_run).collect()
    }

    /// What the plays mute, in order, as it is to be checked against the rules that there are: as
    /// [`PlannedMute::narrowest`] says.
    pub fn mutes_to_check(&self) -> Vec<Mute> {
        self.plays.iter().flat_map(|play| &play.mutes).map(PlannedMute::narrowest).collect()
    }

    /// Those of the run's hosts that are among `hosts`; `None`: all.
    fn part(&self, hosts: &[HostName]) -> Option<Vec<HostName>> {
        let wanted = HostPart::of(Some(hosts));
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
        let hosts = hosts.unwrap_or_else(|issue| {
            // What is wrong with the limit is wrong in every play.
            if !issues.contains(&issue) {
                issues.push(issue);
            }
            PlayHosts::default()
        });
        let mutes = planned_mutes(play, &inventory, &hosts, &mut warnings);
        let mutes = mutes.unwrap_or_else(|found| {
            issues.extend(found);
            Vec::new()
        });
        let mut hosts = hosts.limited;
        let listed = hosts.clone();
        play.order.arrange(&mut hosts, request.shuffle_seed);
        let play = &started(play, &mut start);
        let planned = planned(index, play, hosts, &request, &tags);
        plays.push(Arc::new(PlannedPlay { mutes, listed, ..planned }));
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
    if !hosts.is_empty() && hosts.iter().all(|host| host.entry.is_controller) {
        warnings.push(no_device(playbook));
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

/// A report that lists no device must not surprise anybody.
fn no_device(playbook: &Playbook) -> InputIssue {
    let issue = InputIssue::warning("no play is for a device, so that the reports list none")
        .hint("`localhost` is the machine that this runs on; name hosts of the inventory");
    match playbook.plays.first() {
        Some(play) => issue.at(play.hosts_place.clone(), play.hosts_width),
        None => issue,
    }
}

fn unknown_start(playbook: &Playbook, name: &str) -> InputIssue {
    let all = playbook.plays.iter().flat_map(|play| tasks(&play.steps));
    let names: Vec<&str> = all.map(|task| task.name.as_str()).collect();
    InputIssue::error(format!("no task is named `{name}`, where the run is to start"))
        .hint(nearest_hint(name, &names))
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
