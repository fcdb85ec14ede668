//! What is kept of a run.

use super::run_head::limits_word;
use super::{
    Counts, DeviceState, FindingState, HostState, Overview, RunHead, Sight, States, TokenState,
};
use crate::findings::{FleetFacts, RULES};
use crate::model::RunHeader;
use crate::report::{DeviceView, FindingView, View, is_of_fleet};

/// A run that is over and judged, as far as later ones are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub counts: Counts,
    pub overview: Overview,
    pub states: States,
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
        let open = view.findings.iter().map(|found| finding(header, found, false));
        let muted = view.muted.iter().map(|found| finding(header, found, true));
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

fn finding(header: &RunHeader, found: &FindingView, muted: bool) -> FindingState {
    let text = |text: &Option<crate::report::Text>| {
        text.as_ref().map_or_else(String::new, ToString::to_string)
    };
    let fleet = match is_of_fleet(&found.rule, &header.rules) {
        true => {
            let mut hosts = vec![found.host.to_string()];
            for line in &found.evidence {
                if !hosts.iter().any(|host| *host == *line.host) {
                    hosts.push(line.host.to_string());
                }
            }
            hosts
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

fn states(facts: &FleetFacts, view: &View) -> States {
    let mut states = States::default();
    let mut rows = view.tokens.iter();
    for (unit, device) in facts.devices().zip(&view.devices) {
        let tokens: Vec<TokenState> = unit
            .tokens()
            .zip(rows.by_ref())
            .map(|((sheet, _), row)| TokenState {
                host: row.host.to_string(),
                vdom: row.vdom.as_deref().unwrap_or_default().to_owned(),
                serial: row.serial.to_ascii_uppercase(),
                status: row.status.to_string(),
                owner: match &row.owner {
                    Some(owner) => Some(owner.to_string()),
                    None => sheet.holders_are_known.then(String::new),
                },
            })
            .collect();
        if sight(device) == Sight::None {
            continue;
        }
        let host = device.host.to_string();
        states.devices.insert(host.clone(), device_state(device));
        if !tokens.is_empty() {
            states.tokens.insert(host, tokens);
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
