//! One host of a plan: how to reach it, and what its variables say about it.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::PlannedPlay;
use super::check::asks;
use super::limits::limit;
use super::locked::Locked;
use super::new_serial::{NEW_SERIAL, new_serial};
use super::scope::{HostScope, RunVariables};
use crate::fortios::redact::MASK;
use crate::inventory::{HostVariables, Located, Order, is_connection_name, is_secret_name, target};
use crate::model::{
    Connection, HostEntry, HostFailure, HostName, InputIssue, Limits, Target, Value,
};
use crate::template::{Templar, TemplateError, is_template};
use crate::vault::Opened;

/// One host of the run.
#[derive(Debug, Clone)]
pub struct PlannedHost {
    pub entry: HostEntry,
    pub target: Target,
    /// Positions in [`super::Plan::plays`] of the plays that it is in, in order.
    pub plays: Vec<usize>,
    /// Whether one of them asks it anything.
    pub asks: bool,
    /// What was opened for it out of vaults.
    pub opened: Opened,
    /// Why no connection to it is to be tried: what is needed for that is in a vault that cannot
    /// be opened.
    pub locked: Option<HostFailure>,
}

/// Makes hosts of names.
pub(super) struct Planner<'a> {
    pub plays: &'a [Arc<PlannedPlay>],
    pub variables: &'a Arc<RunVariables>,
    pub templar: &'a Templar,
}

impl Planner<'_> {
    /// That some hosts are left out, since the tags leave nothing to do on them.
    pub fn idle(&self) -> Option<InputIssue> {
        let matched: HashSet<&HostName> = self.plays.iter().flat_map(|play| &play.hosts).collect();
        let idle = matched.len() - self.hosts().len();
        (idle > 0).then(|| {
            InputIssue::warning(format!("{idle} hosts have no task left and are not contacted"))
                .hint("see `--list-tasks`, and `--tags`, `--skip-tags`")
        })
    }

    /// The hosts of all plays in the order of [`Plan::hosts`], each with the plays that have something to do
    /// on it.
    pub fn hosts(&self) -> Vec<(HostName, Vec<usize>)> {
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
        let inventory = &self.variables.inventory;
        let hosts = inventory.hosts().chain(inventory.local_names());
        hosts.filter_map(|host| Some((host.clone(), members.get(host)?.clone()))).collect()
    }

    /// A host is reached once for all its plays: of their connection variables, those of the first
    /// count.
    pub fn host(
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
        let mut own = plays.iter().filter_map(|index| self.plays.get(*index));
        let asking = own.find(|play| play.gathers || asks(&play.steps));
        if target.connection == Connection::Local
            && let Some(play) = asking
        {
            if inventory.is_local(host.as_str()) {
                let message = format!(
                    "`{host}` is no FortiGate, and the play \"{}\" asks a device",
                    play.name
                );
                let issue = InputIssue::error(message).hint(
                    "name hosts of the inventory; if a device is reached through a tunnel that \
                     ends here, write it into the inventory",
                );
                return Err(vec![issue.at(play.hosts_place.clone(), play.hosts_width)]);
            }
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
        let is_controller = inventory.is_local(host.as_str());
        let entry = HostEntry { host, address, groups, limits, new_serial, is_controller };
        let failure = locked.as_ref().map(Locked::failure);
        let asks = asking.is_some();
        Ok((PlannedHost { entry, target, plays, asks, opened, locked: failure }, locked))
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
