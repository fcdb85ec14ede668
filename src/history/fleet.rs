//! Runs made by hand, for the tests of comparisons.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Changes, DeviceState, FindingState, Glance, HostState, Known, Overview, RuleState, RunHead,
    Sight, States, TokenState,
};

/// One run after another, each an hour later.
#[derive(Default)]
pub struct Fleet {
    pub runs: Vec<Run>,
}

/// `Run::new().whole("fw", &["token-locked FTK1"])`
#[derive(Clone)]
pub struct Run {
    pub overview: Overview,
    pub states: States,
}

impl Run {
    pub fn new() -> Self {
        let rules = ["token-locked", "token-drift", "device-x", "fleet-x"];
        let head = RunHead {
            id: String::new(),
            started: Timestamp::UNIX_EPOCH,
            limit: None,
            judged_by: "0.1.0".to_owned(),
            rules: rules.map(|id| (id.to_owned(), RuleState::BuiltIn)).into_iter().collect(),
        };
        Self {
            overview: Overview { head, hosts: vec![], findings: vec![] },
            states: States::default(),
        }
    }

    pub fn whole(self, host: &str, findings: &[&str]) -> Self {
        self.host(host, "examined", Sight::Whole).found(host, findings)
    }

    pub fn part(self, host: &str, findings: &[&str]) -> Self {
        self.host(host, "failed", Sight::Part).found(host, findings)
    }

    pub fn unseen(self, host: &str) -> Self {
        self.host(host, "unreachable", Sight::None)
    }

    fn host(mut self, host: &str, outcome: &str, sight: Sight) -> Self {
        self.overview.hosts.push(HostState {
            host: host.to_owned(),
            outcome: outcome.to_owned(),
            sight,
            limits: "3/3/24/10".to_owned(),
            unjudged: vec![],
        });
        if sight > Sight::None {
            let device = DeviceState { serial: format!("FGT-{host}"), ..DeviceState::default() };
            self.states.devices.insert(host.to_owned(), device);
        }
        self
    }

    /// Each a rule and, where it is about one, a token.
    fn found(mut self, host: &str, findings: &[&str]) -> Self {
        self.overview.findings.extend(findings.iter().map(|found| {
            let (rule, token) = found.split_once(' ').unwrap_or((found, ""));
            FindingState {
                rule: rule.to_owned(),
                severity: "error".to_owned(),
                action: "attention".to_owned(),
                host: host.to_owned(),
                vdom: String::new(),
                token: token.to_owned(),
                subject: String::new(),
                muted: false,
                fleet: vec![],
            }
        }));
        self
    }

    /// Each a serial, a status and an owner; `?` is one that is not known.
    pub fn tokens(mut self, host: &str, tokens: &[(&str, &str, &str)]) -> Self {
        let rows = tokens.iter().map(|(serial, status, owner)| TokenState {
            host: host.to_owned(),
            vdom: String::new(),
            serial: serial.to_string(),
            status: status.to_string(),
            owner: (*owner != "?").then(|| owner.to_string()),
        });
        self.states.tokens.insert(host.to_owned(), rows.collect());
        self
    }

    pub fn limit(mut self, limit: &str) -> Self {
        self.overview.head.limit = Some(limit.to_owned());
        self
    }

    pub fn change(mut self, change: impl FnOnce(&mut Overview)) -> Self {
        change(&mut self.overview);
        self
    }
}

impl Fleet {
    pub fn of(runs: impl IntoIterator<Item = Run>) -> Self {
        let mut fleet = Self::default();
        for (number, mut run) in (1..).zip(runs) {
            run.overview.head.id = format!("run{number}");
            run.overview.head.started = Timestamp::from_second(number * 3600).unwrap();
            fleet.runs.push(run);
        }
        fleet
    }

    /// What is known at a run, counted from 1.
    pub fn known(&self, run: usize) -> Known {
        let mut known = self.of_all_hosts(run);
        self.follow(run, &mut known);
        known
    }

    fn of_all_hosts(&self, run: usize) -> Known {
        let mut known = Known::of(&self.runs[run - 1].overview);
        self.look_back(run, &mut known);
        known
    }

    /// The runs before those that were looked at, the newest first.
    fn earlier(&self, run: usize, known: &Known) -> impl Iterator<Item = &Overview> + use<'_> {
        self.runs[..run - known.runs.len()].iter().rev().map(|run| &run.overview)
    }

    fn look_back(&self, run: usize, known: &mut Known) {
        for run in self.earlier(run, known) {
            if known.has_all_hosts() {
                break;
            }
            known.look_back(run);
        }
    }

    fn follow(&self, run: usize, known: &mut Known) {
        for run in self.earlier(run, known) {
            if known.is_settled() {
                break;
            }
            known.follow(&Glance::of_text(&run.to_text()).unwrap());
        }
    }

    pub fn changes(&self, before: usize, after: usize) -> Changes {
        let (mut known_before, mut known_after) =
            (self.of_all_hosts(before), self.of_all_hosts(after));
        known_before.seek_what_is_judged_at(&known_after);
        self.look_back(before, &mut known_before);
        let side = |at: usize, known: &mut Known| {
            self.follow(at, known);
            let needed = known.needed();
            let states: HashMap<usize, States> = needed
                .keys()
                .map(|back| (*back, self.runs[at - 1 - back].states.clone()))
                .collect();
            known.states(&states)
        };
        let states_before = side(before, &mut known_before);
        let states_after = side(after, &mut known_after);
        Changes::between((&known_before, &states_before), (&known_after, &states_after)).unwrap()
    }

    /// What became of the findings, one a line.
    pub fn told(&self, before: usize, after: usize) -> Vec<String> {
        let changes = self.changes(before, after);
        let line = |change: &super::FindingChange| {
            let mut line = format!("{} {}", change.kind.as_str(), change.finding.rule);
            if !change.finding.token.is_empty() {
                line += &format!(" {}", change.finding.token);
            }
            line += &format!(" on {}", change.places);
            if let Some(before) = &change.places_before {
                line += &format!(", before on {before}");
            }
            line += &format!(", since {}", change.since.run);
            if change.may_be_older {
                line += " or earlier";
            }
            if let Some(seen) = &change.seen {
                line += &format!(", last seen in {}", seen.run);
            }
            if let Some(because) = change.because {
                line += &format!(": {}", because.as_str());
            }
            line
        };
        changes.findings.iter().map(line).collect()
    }
}
