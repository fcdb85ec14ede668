//! One mute, laid over an inventory.

use super::Play;
use super::planned_play::PlayHosts;
use crate::inventory::{Inventory, select};
use crate::model::{HostName, HostPart, InputIssue, Mute, Written};

/// A mute of a play with its hosts.
#[derive(Debug, Clone)]
pub struct PlannedMute {
    /// Its hosts are those of the play that it means, within the limit.
    pub mute: Mute,
    pub reach: Reach,
}

/// How many of its play's hosts a mute means, whatever the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Nobody,
    Some,
    All,
}

impl PlannedMute {
    /// As it is written, but for a `match` that leaves out none of the play's hosts.
    pub fn narrowest(&self) -> Mute {
        let pattern = self.mute.pattern.clone().filter(|_| self.reach != Reach::All);
        Mute { pattern, ..self.mute.clone() }
    }
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
    let all = HostPart::of(Some(&hosts.all));
    let limited = HostPart::of(Some(&hosts.limited));
    for mute in &play.mutes {
        let mut meant = match &mute.pattern {
            None => hosts.all.clone(),
            Some(pattern) => match meant(pattern, inventory, &all, warnings) {
                Ok(meant) => meant,
                Err(issue) => {
                    issues.push(issue);
                    continue;
                }
            },
        };
        let reach = match meant.len() {
            count if count == hosts.all.len() => Reach::All,
            0 => Reach::Nobody,
            _ => Reach::Some,
        };
        meant.retain(|host| limited.contains(host));
        mutes.push(PlannedMute { mute: Mute { hosts: Some(meant), ..mute.clone() }, reach });
    }
    if issues.is_empty() { Ok(mutes) } else { Err(issues) }
}

/// Those of a play's hosts that a pattern means.
fn meant(
    pattern: &Written,
    inventory: &Inventory,
    all: &HostPart<'_>,
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<HostName>, InputIssue> {
    let place = |issue: InputIssue| issue.at(pattern.place.clone(), pattern.width);
    let mut selection = select(inventory, &[&pattern.text]).map_err(place)?;
    let is_told = all.is_empty() || selection.hosts.is_empty() && !selection.warnings.is_empty();
    warnings.extend(selection.warnings.into_iter().map(place));
    selection.hosts.retain(|host| all.contains(host));
    if selection.hosts.is_empty() && !is_told {
        let message = format!("`{}` means none of the play's hosts", pattern.text);
        let issue = InputIssue::warning(format!("this mutes nothing: {message}"));
        warnings.push(place(issue.hint("correct `match`, or take the mute out")));
    }
    Ok(selection.hosts)
}
