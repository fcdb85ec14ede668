//! What is known of a fleet at a run, with the runs before it in mind.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::{FindingState, Glance, KnownStates, Overview, RunHead, Sight, States, TokenState};

/// The last known state of every host and of every trouble at a run.
///
/// A host that the run did not see keeps what an earlier run saw. One that it saw in part keeps what
/// it did not show again. Whoever makes it hands over earlier runs, the newest first, until
/// [`Known::is_settled`] or until there are no more.
#[derive(Debug, Clone)]
pub struct Known {
    /// The run itself, then the earlier ones that were looked at.
    pub runs: Vec<RunHead>,
    pub hosts: IndexMap<String, KnownHost>,
    /// By identity, in the order of the reports; what only earlier runs saw comes last.
    pub findings: IndexMap<String, KnownFinding>,
    /// Until a run without a limit was looked at: earlier runs may know further hosts.
    is_open: bool,
    /// Rules of hosts that were read whole, but that could not be judged there: what an earlier run found
    /// by them is wanted.
    sought: HashMap<String, HashSet<String>>,
}

/// A host as far as it is known. Runs are positions in [`Known::runs`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHost {
    /// As reports have it; `None`: it is no host of this run, whose limit leaves it out.
    pub outcome: Option<String>,
    pub limits: String,
    /// The last run that read something of it.
    pub seen: Option<usize>,
    /// The last run that read all of it.
    pub whole: Option<usize>,
    /// Rules that this last run could not judge on it.
    pub unjudged: Vec<String>,
}

impl KnownHost {
    fn unseen(outcome: Option<String>, limits: &str) -> Self {
        let limits = limits.to_owned();
        Self { outcome, limits, seen: None, whole: None, unjudged: Vec::new() }
    }
}

/// One trouble, wherever it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFinding {
    /// Each with the run that saw it last. At least one.
    pub rows: Vec<(FindingState, usize)>,
    /// The earliest run from which on it was never seen to be gone.
    pub since: usize,
    /// Whether an earlier run may have had it already.
    is_lasting: bool,
}

impl KnownFinding {
    pub fn first(&self) -> Option<&FindingState> {
        self.rows.first().map(|(row, _)| row)
    }

    /// Whether the run itself shows it.
    pub fn is_seen(&self) -> bool {
        self.rows.iter().any(|(_, run)| *run == 0)
    }

    /// The last run that saw it.
    pub fn seen(&self) -> usize {
        self.rows.iter().map(|(_, run)| *run).min().unwrap_or(0)
    }

    /// Whether all of its rows are muted.
    pub fn is_muted(&self) -> bool {
        self.rows.iter().all(|(row, _)| row.muted)
    }

    /// Whether it may have begun before the earliest run that was looked at.
    pub fn may_be_older(&self) -> bool {
        self.is_lasting
    }
}

impl Known {
    /// What the run alone knows.
    pub fn of(run: &Overview) -> Self {
        let mut known = Self {
            runs: Vec::new(),
            hosts: IndexMap::new(),
            findings: IndexMap::new(),
            is_open: true,
            sought: HashMap::new(),
        };
        for host in &run.hosts {
            let outcome = Some(host.outcome.clone());
            known.hosts.insert(host.host.clone(), KnownHost::unseen(outcome, &host.limits));
        }
        known.look_back(run);
        known
    }

    /// What was known before there was any run.
    pub fn nothing() -> Self {
        Self {
            runs: Vec::new(),
            hosts: IndexMap::new(),
            findings: IndexMap::new(),
            is_open: false,
            sought: HashMap::new(),
        }
    }

    /// Takes the run before the last one that was taken.
    pub fn look_back(&mut self, run: &Overview) {
        let at = self.runs.len();
        self.runs.push(run.head.clone());
        if self.is_open && at > 0 {
            self.add_hosts(run);
        }
        self.is_open &= run.head.limit.is_some();
        self.last_of(run, at);
        self.take_states(run, at);
    }

    /// Whether earlier runs could tell nothing more.
    pub fn is_settled(&self) -> bool {
        self.has_all_hosts() && self.findings.values().all(|found| !found.is_lasting)
    }

    /// Whether earlier runs could tell nothing more but how long something has lasted.
    pub fn has_all_hosts(&self) -> bool {
        !self.is_open
            && self.sought.is_empty()
            && self.hosts.values().all(|host| host.whole.is_some())
    }

    /// Wants to know of earlier runs what they found by those rules that could not be judged here, and
    /// could be at `after`: it was there all the time, as far as anybody knows. Most such rules are never
    /// judged, and nobody looks for what they found.
    pub fn seek_what_is_judged_at(&mut self, after: &Self) {
        for (name, now) in after.hosts.iter().filter(|(_, now)| now.whole.is_some()) {
            let Some(then) = self.hosts.get(name).filter(|then| then.whole.is_some()) else {
                continue;
            };
            let judged = then.unjudged.iter().filter(|rule| !now.unjudged.contains(rule));
            let judged: HashSet<String> = judged.cloned().collect();
            if !judged.is_empty() {
                self.sought.insert(name.clone(), judged);
            }
        }
    }

    fn add_hosts(&mut self, run: &Overview) {
        for host in &run.hosts {
            if let Entry::Vacant(place) = self.hosts.entry(host.host.clone()) {
                place.insert(KnownHost::unseen(None, &host.limits));
            }
        }
    }

    /// Follows troubles that are known already into the past: to the run before the last one that was
    /// taken, once all hosts are known.
    pub fn follow(&mut self, run: &Glance<'_>) {
        let at = self.runs.len();
        self.runs.push(run.head.clone());
        let is_judged = |rule: &str, host: &str| {
            run.whole.get(host).is_some_and(|unjudged| !unjudged.split(',').any(|r| r == rule))
        };
        self.last(at, |identity| run.identities.contains(identity), is_judged);
    }

    /// Follows only those troubles whose identities are `wanted`: of the others it stays open when they
    /// began.
    pub fn follow_only(&mut self, wanted: impl Fn(&str) -> bool) {
        for (identity, found) in &mut self.findings {
            found.is_lasting &= wanted(identity);
        }
    }

    fn last(
        &mut self,
        at: usize,
        is_there: impl Fn(&str) -> bool,
        is_judged: impl Fn(&str, &str) -> bool,
    ) {
        for (identity, found) in self.findings.iter_mut().filter(|(_, found)| found.is_lasting) {
            if is_there(identity) {
                found.since = at;
            } else {
                let mut rows = found.rows.iter();
                let is_gone =
                    rows.all(|(row, _)| row.hosts().all(|host| is_judged(&row.rule, host)));
                found.is_lasting = !is_gone;
            }
        }
    }

    fn last_of(&mut self, run: &Overview, at: usize) {
        if at == 0 || self.findings.values().all(|found| !found.is_lasting) {
            return;
        }
        let there: HashSet<String> = run.findings.iter().map(FindingState::identity).collect();
        let whole: HashMap<&str, &[String]> = (run.hosts.iter())
            .filter(|host| host.sight == Sight::Whole)
            .map(|host| (host.host.as_str(), host.unjudged.as_slice()))
            .collect();
        let is_judged = |rule: &str, host: &str| {
            whole.get(host).is_some_and(|unjudged| !unjudged.iter().any(|r| r == rule))
        };
        self.last(at, |identity| there.contains(identity), is_judged);
    }

    /// Takes over what this run saw of hosts that no later run saw whole.
    fn take_states(&mut self, run: &Overview, at: usize) {
        let mut wanted = HashSet::new();
        for host in run.hosts.iter().filter(|host| host.sight > Sight::None) {
            let Some(known) = self.hosts.get_mut(&host.host) else { continue };
            if known.whole.is_none() {
                wanted.insert(host.host.as_str());
                known.seen.get_or_insert(at);
                if host.sight == Sight::Whole {
                    known.whole = Some(at);
                    known.unjudged.clone_from(&host.unjudged);
                }
            }
        }
        let sought = &self.sought;
        let is_sought = |found: &FindingState| {
            let of_host = |host| sought.get(host).is_some_and(|rules| rules.contains(&found.rule));
            found.hosts().any(of_host)
        };
        // The run itself has said all that it has to say, also of hosts that it did not see.
        let is_wanted = |found: &&FindingState| {
            at == 0 || found.hosts().any(|host| wanted.contains(host)) || is_sought(found)
        };
        for found in run.findings.iter().filter(is_wanted) {
            let trouble = self.findings.entry(found.identity()).or_insert_with(|| KnownFinding {
                rows: Vec::new(),
                since: at,
                is_lasting: true,
            });
            let is_there = |(row, _): &(FindingState, usize)| {
                row.is_of_fleet() || (&row.host, &row.vdom) == (&found.host, &found.vdom)
            };
            if !trouble.rows.iter().any(is_there) {
                trouble.rows.push((found.clone(), at));
            }
        }
        for host in run.hosts.iter().filter(|host| host.sight == Sight::Whole) {
            if let Some(rules) = self.sought.get_mut(&host.host) {
                rules.retain(|rule| host.unjudged.contains(rule));
            }
        }
        self.sought.retain(|_, rules| !rules.is_empty());
    }

    /// Which runs are needed to know the devices and tokens, and which hosts of each.
    pub fn needed(&self) -> HashMap<usize, HashSet<String>> {
        let mut needed: HashMap<usize, HashSet<String>> = HashMap::new();
        for (name, host) in &self.hosts {
            for run in [host.seen, host.whole].into_iter().flatten() {
                needed.entry(run).or_default().insert(name.clone());
            }
        }
        needed
    }

    /// The devices and tokens that are known. `states` are those of the runs that are needed.
    pub fn states(&self, states: &HashMap<usize, States>) -> KnownStates {
        let mut known = KnownStates::default();
        for (name, host) in &self.hosts {
            let runs =
                host.seen.into_iter().chain(host.whole.filter(|run| host.seen != Some(*run)));
            for run in runs {
                let Some(states) = states.get(&run) else { continue };
                if let Some(device) = states.devices.get(name) {
                    known.devices.entry(name.clone()).or_insert_with(|| device.clone());
                }
                for token in states.tokens.get(name).into_iter().flatten() {
                    let rows = known.tokens.entry(token.serial.clone()).or_default();
                    let is_there = |(row, _): &(TokenState, usize)| {
                        (&row.host, &row.vdom) == (&token.host, &token.vdom)
                    };
                    if !rows.iter().any(is_there) {
                        rows.push((token.clone(), run));
                    }
                }
            }
        }
        known
    }
}
