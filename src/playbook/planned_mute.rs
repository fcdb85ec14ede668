//! One mute, laid over an inventory.

use std::collections::HashSet;

use super::Play;
use super::planned_play::PlayHosts;
use crate::inventory::{Inventory, select};
use crate::model::{HostName, InputIssue, Mute, Written};

/// A mute of a play with its hosts.
#[derive(Debug, Clone)]
pub struct PlannedMute {
    /// Its hosts are those of the play that it means, within the limit.
    pub mute: Mute,
    /// Its pattern means none of the play's hosts, whatever the limit.
    pub is_idle: bool,
}

/// The mutes of a play, and a warning of each that mutes nothing.
pub(super) fn planned_mutes(
    play: &Play,
    inventory: &Inventory,
    hosts: &PlayHosts,
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<PlannedMute>, Vec<InputIssue>> {
    let mut mutes = Vec::new();
    let mut issues = Vec::new();
    let all: HashSet<&HostName> = hosts.all.iter().collect();
    let limited: HashSet<&HostName> = hosts.limited.iter().collect();
    for mute in &play.mutes {
        let (meant, is_idle) = match &mute.pattern {
            None => (hosts.limited.clone(), false),
            Some(pattern) => match meant(pattern, inventory, &all, warnings) {
                Ok(meant) => {
                    let is_idle = meant.is_empty();
                    (meant.into_iter().filter(|host| limited.contains(host)).collect(), is_idle)
                }
                Err(issue) => {
                    issues.push(issue);
                    continue;
                }
            },
        };
        mutes.push(PlannedMute { mute: Mute { hosts: Some(meant), ..mute.clone() }, is_idle });
    }
    if issues.is_empty() { Ok(mutes) } else { Err(issues) }
}

/// Those of a play's hosts that a pattern means.
fn meant(
    pattern: &Written,
    inventory: &Inventory,
    all: &HashSet<&HostName>,
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<HostName>, InputIssue> {
    let place = |issue: InputIssue| issue.at(pattern.place.clone(), pattern.width);
    let mut selection = select(inventory, &[&pattern.text]).map_err(place)?;
    let is_told = selection.hosts.is_empty() && !selection.warnings.is_empty() || all.is_empty();
    warnings.extend(selection.warnings.into_iter().map(place));
    selection.hosts.retain(|host| all.contains(host));
    if selection.hosts.is_empty() && !is_told {
        let message = format!("`{}` means none of the play's hosts", pattern.text);
        let issue = InputIssue::warning(format!("this mutes nothing: {message}"));
        warnings.push(place(issue.hint("correct `match`, or take the mute out")));
    }
    Ok(selection.hosts)
}
