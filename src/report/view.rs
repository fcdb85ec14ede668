//! What templates see, and what `report.json` holds.

mod changes;
mod device;
mod failure;
mod finding;
mod ha;
mod mute;
mod owner;
mod repeats;
mod replacement;
mod reprovision;
mod rma;
mod rma_step;
mod rma_ticket;
mod run;
mod ssh;
mod summary;
mod ticket;
mod token;
mod trend;
mod user;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use serde::Serialize;

use repeats::Repeats;

use super::judgement::{Judgement, is_of_fleet};
use super::text::Text;
use super::texts::Texts;
use crate::findings::{FleetFacts, Muted, Swap};
use crate::model::{Finding, HostName, InputIssue, ReportRequest, RunRecord};

pub use changes::{ChangeCounts, ChangeView, ChangesView};
pub use device::{DeviceTokens, DeviceView};
pub use failure::{FailureGroup, FailureView};
pub use finding::{EvidenceView, FindingView, MutedView};
pub use ha::{HaMemberView, HaView};
pub use mute::MuteView;
pub use owner::OwnerView;
pub use replacement::{ReplacedTokenView, ReplacementStateView, ReplacementView};
pub use reprovision::{ReprovisionToken, ReprovisionView};
pub use rma::{RmaFateView, RmaHurdleView, RmaTokenView, RmaUserView, RmaView};
pub use rma_step::RmaStepView;
pub use rma_ticket::RmaTicketView;
pub use run::RunView;
pub use ssh::SshView;
pub use summary::{
    ActionCounts, FindingSummary, HostSummary, KindCount, RuleCount, SeverityCounts, StatusCount,
    Summary, TokenSummary, status_class,
};
pub use ticket::TicketView;
pub use token::TokenView;
pub use trend::{TrendRun, TrendStatus, TrendView};
pub use user::UserView;

/// Everything that a report can say of a run: the contract between tokenfleet and the templates,
/// described field by field in `docs/templates.md`. A pure function of the record; lists are in
/// inventory order unless it says otherwise. `null` means: not known, or there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    /// [`View::VERSION`]
    pub version: u32,
    pub run: RunView,
    pub summary: Summary,
    /// Every host of the run, also those of which nothing is known.
    pub devices: Vec<DeviceView>,
    /// Every row of every token table.
    pub tokens: Vec<TokenView>,
    /// Every account with a token or another second factor.
    pub users: Vec<UserView>,
    pub findings: Vec<FindingView>,
    /// What was found and is muted.
    pub muted: Vec<FindingView>,
    /// What the playbook mutes.
    pub mutes: Vec<MuteView>,
    /// One for each FortiGate and each cause for which Fortinet must act.
    pub tickets: Vec<TicketView>,
    /// One for each VDOM in which somebody must activate again.
    pub reprovision: Vec<ReprovisionView>,
    /// One for each FortiGate of a run that asks if they may be swapped.
    pub rma: Vec<RmaView>,
    /// One for each FortiGate of a run whose reports compare it with the unit before it.
    pub replacements: Vec<ReplacementView>,
    /// What is different from an earlier run; `None`: it is compared with none.
    pub changes: Option<ChangesView>,
    /// The last runs in numbers.
    pub trend: TrendView,
}

impl View {
    /// Number of the contract. It grows when a field goes away or changes its meaning; fields may
    /// be added without.
    pub const VERSION: u32 = 1;

    /// The whole view as `report.json` holds it.
    ///
    /// # Errors
    /// None that is known: every field is text, a number or a list of these.
    pub fn to_json(&self) -> Result<String, InputIssue> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|error| InputIssue::error(error.to_string()))
    }

    /// The same, written as it is made.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }

    /// `facts` and `findings` are those of `record`.
    pub fn new(record: &RunRecord, facts: &FleetFacts, findings: &[Finding]) -> Self {
        let mut repeats = Repeats::new(facts);
        let mut texts = Texts::default();
        let views: Vec<_> = findings
            .iter()
            .map(|found| FindingView::new(facts, found, repeats.first_with(found), &mut texts))
            .collect();
        drop(texts);
        let mut by_host: HashMap<&HostName, Vec<Found<'_>>> = HashMap::new();
        for (finding, view) in findings.iter().zip(&views) {
            by_host.entry(&finding.host).or_default().push((finding, view));
        }
        let mut devices = Vec::with_capacity(record.hosts.len());
        let mut tokens =
            Vec::with_capacity(facts.devices().map(|unit| unit.tokens().count()).sum());
        let shown = facts.devices().map(|unit| UserView::shown(unit).count());
        let mut users = Vec::with_capacity(shown.sum());
        let mut tickets = Vec::new();
        let mut reprovision = Vec::new();
        let mut rma = Vec::new();
        let asks_for_swaps = record.header.reports.iter().any(ReportRequest::is_of_swaps);
        for (unit, same) in facts.devices().zip(same_units(facts)) {
            let host = &unit.entry.host;
            let found = by_host.get(host).map_or(&[][..], Vec::as_slice);
            let device = DeviceView::new(unit, record.hosts.get(host), same, found);
            let mut texts = Texts::default();
            for (sheet, row) in unit.tokens() {
                tokens.push(TokenView::new(&device, sheet, row, &mut texts));
            }
            users.extend(UserView::all_of(&device, unit, &mut texts));
            tickets.extend(TicketView::all_of(&device, found));
            reprovision.extend(ReprovisionView::all_of(&device, facts, found));
            if asks_for_swaps {
                let of_unit =
                    |finding: &&Finding| !is_of_fleet(&finding.rule, &record.header.rules);
                let found: Vec<_> =
                    found.iter().map(|(finding, _)| *finding).filter(of_unit).collect();
                rma.push(RmaView::new(&device, &Swap::judge(unit, &found)));
            }
            devices.push(device);
        }
        Self {
            version: Self::VERSION,
            run: RunView::new(record),
            summary: Summary::new(facts, &devices, &views),
            devices,
            tokens,
            users,
            findings: views,
            muted: Vec::new(),
            mutes: Vec::new(),
            tickets,
            reprovision,
            rma,
            replacements: Vec::new(),
            changes: None,
            trend: TrendView::default(),
        }
    }

    /// Leaves out all that is known of already: findings of which `change` says neither `new` nor
    /// `changed` with what is made of them, and tokens that did not change. Hosts stay, all of them.
    pub fn only_changes(mut self) -> Self {
        let Some(changes) = &mut self.changes else { return self };
        changes.only = true;
        let is_news = |found: &FindingView| matches!(found.change, Some("new" | "changed"));
        let changed: HashSet<&Text> = (changes.rows.iter())
            .filter(|row| row.what == "token")
            .filter_map(|row| row.token.as_ref())
            .collect();
        let troubled: HashSet<String> = (self.findings.iter())
            .filter(|found| is_news(found))
            .filter_map(|found| found.token.as_ref().map(|token| token.to_ascii_uppercase()))
            .collect();
        let is_meant = |serial: &Text| {
            let serial = serial.to_ascii_uppercase();
            troubled.contains(&serial) || changed.contains(&Text::new(&serial))
        };
        self.findings.retain(|found| is_news(found));
        self.tokens.retain(|token| is_meant(&token.serial));
        self.users.retain(|user| user.token.as_ref().is_some_and(is_meant));
        for ticket in &mut self.tickets {
            ticket.findings.retain(is_news);
        }
        self.tickets.retain(|ticket| !ticket.findings.is_empty());
        for device in &mut self.reprovision {
            device.tokens.retain(|token| is_meant(&token.serial));
        }
        self.reprovision.retain(|device| !device.tokens.is_empty());
        self.summary.only(&self.findings);
        let mut by_host: HashMap<&Text, Vec<&FindingView>> = HashMap::new();
        for found in &self.findings {
            by_host.entry(&found.host).or_default().push(found);
        }
        for device in &mut self.devices {
            let found = by_host.get(&device.host).into_iter().flatten().copied();
            device.findings = ActionCounts::of(found);
        }
        self
    }

    /// The same view with what is to be said of how its findings came about, and with those that are
    /// muted. `facts` are those of this view's run.
    pub fn judged(mut self, facts: &FleetFacts, judgement: &Judgement) -> Self {
        self.run.notes.extend(Text::list(&judgement.notes));
        let mut repeats = Repeats::new(facts);
        let mut texts = Texts::default();
        for Muted { finding, mute } in &judgement.muted {
            let muted = judgement.mutes.get(*mute).map(|(mute, _)| MutedView::new(mute));
            let same_as = repeats.first_with(finding);
            self.muted.push(FindingView {
                muted,
                ..FindingView::new(facts, finding, same_as, &mut texts)
            });
        }
        let mutes = judgement.mutes.iter();
        self.mutes.extend(mutes.map(|(mute, used)| MuteView::new(mute, *used)));
        self.summary.findings.muted = self.muted.len();
        self
    }

    /// The same view, compared with the run before a swap. `facts` are those of this view's run.
    pub fn compared(mut self, facts: &FleetFacts, baseline: &RunRecord) -> Self {
        let before = FleetFacts::from_record(baseline);
        let hosts = facts.devices().map(|unit| &unit.entry.host);
        self.replacements = (self.devices.iter().zip(hosts))
            .filter_map(|(device, host)| {
                ReplacementView::new(device, baseline, &before, facts, host)
            })
            .collect();
        self
    }
}

/// A finding and how the view shows it.
type Found<'a> = (&'a Finding, &'a FindingView);

/// How many hosts that show the same unit are named. More than the members of a cluster are not
/// to be expected.
const NAMED: usize = 8;

/// For each device, the other hosts that are the same FortiGate or members of its cluster.
fn same_units(facts: &FleetFacts) -> impl Iterator<Item = Vec<Text>> {
    let mut units: HashMap<usize, Vec<(usize, &HostName)>> = HashMap::new();
    for (index, (unit, device)) in facts.units().iter().zip(facts.devices()).enumerate() {
        units.entry(*unit).or_default().push((index, &device.entry.host));
    }
    facts.units().iter().enumerate().map(move |(index, unit)| {
        let members = units.get(unit).into_iter().flatten();
        let others = members.filter(|(other, _)| *other != index);
        others.take(NAMED).map(|(_, host)| Text::from(*host)).collect()
    })
}
