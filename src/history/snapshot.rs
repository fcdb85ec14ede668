//! What is kept of a run.

use indexmap::IndexSet;

use super::run_head::limits_word;
use super::states::{push_device, push_token};
use super::{Counts, DeviceState, FindingState, HostState, Overview, RunHead, Sight};
use crate::findings::{FleetFacts, RULES};
use crate::model::RunHeader;
use crate::report::{DeviceView, FindingView, View, is_of_fleet};

/// A run that is over and judged, as far as later ones are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub counts: Counts,
    pub overview: Overview,
    /// [`States`](super::States) as they are kept: of a large fleet they are much, and whoever wants
    /// some reads those.
    pub states: String,
}

impl Snapshot {
    /// Number of the form in which snapshots are kept. One of another form is made anew.
    pub const FORMAT: i64 = 1;

    /// `facts` and `view` are those of the run, the view with all of its findings.
    pub fn of(header: &RunHeader, facts: &FleetFacts, view: &View) -> Self {
        let hosts = view.devices.iter().zip(&header.hosts).map(|(device, entry)| HostState {
            host: device.host.to_string(),
            outcome: device.outcome.to_owned(),
            sight: sight(device),
            limits: limits_word(&entry.limits),
            unjudged: device.unjudged.iter().map(ToString::to_string).collect(),
        });
        let open = view.findings.iter().map(|found| finding(header, view, found, false));
        let muted = view.muted.iter().map(|found| finding(header, view, found, true));
        let overview = Overview {
            head: RunHead::new(header, RULES.iter().map(|rule| rule.id)),
            hosts: hosts.collect(),
            findings: open.chain(muted).collect(),
        };
        Self { counts: Counts::of(view), overview, states: states(facts, view) }
    }
}

fn sight(device: &DeviceView) -> Sight {
    match (device.outcome, device.partial) {
        ("examined", false) => Sight::Whole,
        (_, true) => Sight::Part,
        (_, false) => Sight::None,
    }
}

fn finding(header: &RunHeader, view: &View, found: &FindingView, muted: bool) -> FindingState {
    let text = |text: &Option<crate::report::Text>| {
        text.as_ref().map_or_else(String::new, ToString::to_string)
    };
    let fleet = match is_of_fleet(&found.rule, &header.rules) {
        true => {
            let mut hosts = IndexSet::from([found.host.to_string()]);
            if found.evidence.is_empty() {
                // It counts over all that was read.
                let read = view.devices.iter().filter(|device| sight(device) == Sight::Whole);
                hosts.extend(read.map(|device| device.host.to_string()));
            }
            hosts.extend(found.evidence.iter().map(|line| line.host.to_string()));
            hosts.into_iter().collect()
        }
        false => Vec::new(),
    };
    FindingState {
        rule: found.rule.to_string(),
        severity: found.severity.to_owned(),
        action: found.action.to_owned(),
        host: found.host.to_string(),
        vdom: text(&found.vdom),
        token: text(&found.token).to_ascii_uppercase(),
        subject: text(&found.subject),
        muted,
        fleet,
    }
}

fn states(facts: &FleetFacts, view: &View) -> String {
    let mut states = String::new();
    let mut rows = view.tokens.iter();
    for (unit, device) in facts.devices().zip(&view.devices) {
        let is_seen = sight(device) != Sight::None;
        if is_seen {
            push_device(&mut states, &device.host, &device_state(device));
        }
        for ((sheet, _), row) in unit.tokens().zip(rows.by_ref()).filter(|_| is_seen) {
            let vdom = row.vdom.as_deref().unwrap_or_default();
            let owner = row.owner.as_deref().or_else(|| sheet.holders_are_known.then_some(""));
            push_token(&mut states, &row.serial.to_ascii_uppercase(), vdom, &row.status, owner);
        }
    }
    states
}

fn device_state(device: &DeviceView) -> DeviceState {
    let text = |text: &Option<crate::report::Text>| {
        text.as_ref().map_or_else(String::new, ToString::to_string)
    };
    let build = device.build.as_ref().map(|build| format!(" build{build}")).unwrap_or_default();
    let known = device.model.is_some() || device.device_serial.is_some();
    let standalone = if known { "standalone" } else { "" };
    DeviceState {
        serial: text(&device.device_serial),
        model: text(&device.model),
        firmware: device.version.as_ref().map_or_else(String::new, |v| format!("{v}{build}")),
        ha: device.ha.as_ref().map_or_else(
            || standalone.to_owned(),
            |ha| match ha.role {
                Some(role) => format!("{} {role}", ha.mode),
                None => ha.mode.to_string(),
            },
        ),
        members: device.ha.as_ref().map_or_else(String::new, |ha| {
            ha.members.iter().map(|member| member.serial.as_str()).collect::<Vec<_>>().join(",")
        }),
    }
}
