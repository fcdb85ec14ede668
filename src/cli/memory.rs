//! What the store remembers of runs, made ready to be compared.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::cli::baseline::told;
use crate::cli::stream::say;
use crate::cli::template_files::read_templates;
use crate::findings::FleetFacts;
use crate::history::{
    Changes, Counts, Glance, Known, KnownStates, Overview, Snapshot, States, hosts_that_show,
};
use crate::model::{InputIssue, RunRecord};
use crate::report::{View, default_templates, judge};
use crate::store::{Store, StoreError, StoredRun, StoredSnapshot, StoredSummary};
use crate::template::TemplateSet;

/// How many overviews are read at a time while looking back, at most.
const AT_ONCE: usize = 32;

/// How many overviews are kept at hand: of a large fleet each takes a megabyte.
const AT_HAND: usize = 64;

/// From so many runs on a person is told that they are looked at for the first time.
const MANY: usize = 3;

/// The runs of a store and what is kept of them. What is missing is made when it is needed, and kept.
pub(super) struct Memory<'a> {
    store: &'a Store,
    /// The newest first.
    runs: Vec<StoredRun>,
    summaries: HashMap<String, StoredSummary>,
    overviews: HashMap<String, Arc<Overview>>,
    /// Runs that cannot be read, each told once.
    unreadable: HashMap<String, String>,
}

impl<'a> Memory<'a> {
    pub async fn of(store: &'a Store) -> Result<Self, InputIssue> {
        let runs = store.runs(u32::MAX).await.map_err(told)?;
        let mut summaries = store.summaries().await.map_err(told)?;
        summaries.retain(|_, summary| summary.is_current && summary.format == Snapshot::FORMAT);
        let (overviews, unreadable) = (HashMap::new(), HashMap::new());
        Ok(Self { store, runs, summaries, overviews, unreadable })
    }

    /// The newest first.
    pub fn runs(&self) -> &[StoredRun] {
        &self.runs
    }

    /// The runs that go on from one another: those of the same playbook over the same inventories.
    /// From `run` itself into the past.
    pub fn line_of(&self, run: &str) -> Vec<&StoredRun> {
        let from = self.runs.iter().skip_while(|known| known.id != run);
        let mut of = None;
        from.filter(|known| {
            let first = *of.get_or_insert(*known);
            (&first.playbook, &first.inventories) == (&known.playbook, &known.inventories)
        })
        .collect()
    }

    /// The run that `run` goes on from.
    pub fn previous(&self, run: &str) -> Option<&StoredRun> {
        self.line_of(run).get(1).copied()
    }

    /// Keeps the snapshot of a run that was just judged.
    pub async fn keep(&mut self, run: &str, snapshot: Snapshot) -> Result<(), InputIssue> {
        let Snapshot { counts, overview, states } = snapshot;
        let counts =
            serde_json::to_string(&counts).map_err(|error| InputIssue::error(error.to_string()))?;
        let texts = StoredSnapshot { overview: overview.to_text(), states };
        self.store.keep_summary(run, Snapshot::FORMAT, &counts, &texts).await.map_err(told)?;
        self.overviews.insert(run.to_owned(), Arc::new(overview));
        self.summaries.insert(
            run.to_owned(),
            StoredSummary {
                run: run.to_owned(),
                format: Snapshot::FORMAT,
                is_current: true,
                counts,
                compared: None,
            },
        );
        Ok(())
    }

    /// Makes what is missing of these runs. Of those that cannot be read nothing is made; they are
    /// told as warnings, and by [`Memory::counts`] as errors.
    pub async fn make(&mut self, runs: &[String]) -> Result<(), InputIssue> {
        let is_missing = |run: &&String| {
            !self.summaries.contains_key(*run) && !self.unreadable.contains_key(*run)
        };
        let missing: Vec<String> = runs.iter().filter(is_missing).cloned().collect();
        if missing.len() >= MANY {
            say(&format!("note: {} runs are summarised for the first time\n", missing.len()));
        }
        for run in missing {
            let record = match self.store.events(&run).await {
                Ok(events) => RunRecord::from_events(events),
                Err(error @ StoreError::Event { .. }) => {
                    say(&format!("warning: run {run} is left out: {error}\n"));
                    self.unreadable.insert(run, error.to_string());
                    continue;
                }
                Err(error) => return Err(told(error)),
            };
            match record {
                Some(record) => self.keep(&run, judged(&record)).await?,
                None => {
                    say(&format!("warning: run {run} is left out: it has no beginning\n"));
                    self.unreadable.insert(run, "it has no beginning".to_owned());
                }
            }
        }
        Ok(())
    }

    /// Makes anew what is missing, outdated or unreadable. How many runs that were.
    pub async fn mend(&mut self) -> Result<usize, InputIssue> {
        let ids: Vec<String> = self.runs.iter().map(|run| run.id.clone()).collect();
        let mut made = 0;
        for id in ids {
            let one = std::slice::from_ref(&id);
            let is_readable = match (self.store.overviews(one).await, self.store.states(one).await)
            {
                (Ok(overviews), Ok(states)) => {
                    overviews.get(&id).is_some_and(|text| Overview::of_text(text).is_ok())
                        && states
                            .get(&id)
                            .is_some_and(|text| States::of_text(text, |_| true).is_ok())
                }
                _ => false,
            };
            if !is_readable {
                self.summaries.remove(&id);
            }
            if !self.summaries.contains_key(&id) {
                self.make(one).await?;
                made += usize::from(self.summaries.contains_key(&id));
            }
        }
        Ok(made)
    }

    /// The numbers of a run.
    pub async fn counts(&mut self, run: &str) -> Result<Counts, InputIssue> {
        self.make(&[run.to_owned()]).await?;
        let Some(summary) = self.summaries.get(run) else { return Err(self.lost(run)) };
        serde_json::from_str(&summary.counts).map_err(|error| {
            told(StoreError::Summary { run: run.to_owned(), cause: error.to_string() })
        })
    }

    fn lost(&self, run: &str) -> InputIssue {
        let cause = self.unreadable.get(run).map_or("it is not in the store", String::as_str);
        InputIssue::error(format!("the run `{run}` cannot be read: {cause}"))
            .hint("`tokenfleet store check` tells what is wrong with the store")
    }

    /// What is known at a run, and how long each finding has lasted.
    pub async fn known(&mut self, run: &str) -> Result<Known, InputIssue> {
        let mut known = self.of_all_hosts(run).await?;
        self.follow(&mut known).await?;
        Ok(known)
    }

    /// What is known at a run of every host.
    async fn of_all_hosts(&mut self, run: &str) -> Result<Known, InputIssue> {
        self.load(&[run.to_owned()]).await?;
        let Some(first) = self.overviews.get(run).cloned() else { return Err(self.lost(run)) };
        let mut known = Known::of(&first);
        self.look_back(&mut known).await?;
        Ok(known)
    }

    /// Looks at the runs before those that were looked at, until all is known of every host.
    async fn look_back(&mut self, known: &mut Known) -> Result<(), InputIssue> {
        for run in self.before(known) {
            if known.has_all_hosts() {
                break;
            }
            self.load(std::slice::from_ref(&run)).await?;
            if let Some(overview) = self.overviews.get(&run) {
                known.look_back(overview);
            }
        }
        Ok(())
    }

    /// The runs before those that were looked at, the newest first.
    fn before(&self, known: &Known) -> Vec<String> {
        let Some(last) = known.runs.last() else { return Vec::new() };
        self.line_of(&last.id).iter().skip(1).map(|run| run.id.clone()).collect()
    }

    /// What is known of every host at two runs; without one before, nothing was.
    async fn of_both(
        &mut self,
        before: Option<&str>,
        after: &str,
    ) -> Result<(Known, Known), InputIssue> {
        let after = self.of_all_hosts(after).await?;
        let mut before = match before {
            Some(before) => self.of_all_hosts(before).await?,
            None => Known::nothing(),
        };
        before.seek_what_is_judged_at(&after);
        self.look_back(&mut before).await?;
        Ok((before, after))
    }

    /// Follows the findings of what is known into the past.
    async fn follow(&mut self, known: &mut Known) -> Result<(), InputIssue> {
        let line = self.before(known);
        let (mut from, mut many) = (0, 1);
        while !known.is_settled() && from < line.len() {
            let next = &line[from..line.len().min(from + many)];
            self.make(next).await?;
            let texts = self.store.overviews(next).await.map_err(told)?;
            for run in next {
                let Some(text) = texts.get(run) else { continue };
                let glance = Glance::of_text(text)
                    .map_err(|cause| told(StoreError::Summary { run: run.clone(), cause }))?;
                known.follow(&glance);
                if known.is_settled() {
                    break;
                }
            }
            from += next.len();
            many = (many * 2).min(AT_ONCE);
        }
        Ok(())
    }

    /// The hosts and findings of a run; `None`: it cannot be read, which is told.
    pub async fn overview(&mut self, run: &str) -> Result<Option<Arc<Overview>>, InputIssue> {
        self.load(&[run.to_owned()]).await?;
        Ok(self.overviews.get(run).cloned())
    }

    /// Those devices and tokens of a run whose hosts are wanted.
    pub async fn states_of(
        &self,
        run: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<States, InputIssue> {
        let run = run.to_owned();
        let texts = self.store.states(std::slice::from_ref(&run)).await.map_err(told)?;
        let Some(text) = texts.get(&run) else { return Ok(States::default()) };
        States::of_text(text, wanted).map_err(|cause| told(StoreError::Summary { run, cause }))
    }

    /// The devices and tokens of the hosts that showed a token in a run.
    pub async fn states_with(&self, run: &str, serial: &str) -> Result<States, InputIssue> {
        let run = run.to_owned();
        let texts = self.store.states(std::slice::from_ref(&run)).await.map_err(told)?;
        let Some(text) = texts.get(&run) else { return Ok(States::default()) };
        let hosts = hosts_that_show(text, serial);
        if hosts.is_empty() {
            return Ok(States::default());
        }
        let read = States::of_text(text, |host| hosts.contains(&host));
        read.map_err(|cause| told(StoreError::Summary { run, cause }))
    }

    async fn load(&mut self, runs: &[String]) -> Result<(), InputIssue> {
        self.make(runs).await?;
        let is_missing = |run: &&String| !self.overviews.contains_key(*run);
        let missing: Vec<String> = runs.iter().filter(is_missing).cloned().collect();
        if self.overviews.len() + missing.len() > AT_HAND {
            self.overviews.retain(|run, _| runs.contains(run));
        }
        for (run, text) in self.store.overviews(&missing).await.map_err(told)? {
            let overview = Overview::of_text(&text)
                .map_err(|cause| told(StoreError::Summary { run: run.clone(), cause }))?;
            self.overviews.insert(run, Arc::new(overview));
        }
        Ok(())
    }

    /// The devices and tokens that are known at a run.
    pub async fn states(&mut self, known: &Known) -> Result<KnownStates, InputIssue> {
        let needed = known.needed();
        let mut states = HashMap::new();
        for (at, hosts) in needed {
            let Some(run) = known.runs.get(at).map(|run| run.id.clone()) else { continue };
            let read = self.states_of(&run, |host| hosts.contains(host)).await?;
            states.insert(at, read);
        }
        Ok(known.states(&states))
    }

    /// Whether a run has its snapshot.
    pub fn has(&self, run: &str) -> bool {
        self.summaries.contains_key(run)
    }

    /// What changed between two runs; without one before, everything is new.
    pub async fn changes(
        &mut self,
        before: Option<&str>,
        after: &str,
    ) -> Result<Changes, InputIssue> {
        let (mut before, mut after) = self.of_both(before, after).await?;
        // Of what is as it was nobody asks since when.
        let changed = after.changed_since(&before);
        for known in [&mut before, &mut after] {
            known.follow_only(|identity| changed.contains(identity));
            self.follow(known).await?;
        }
        let (states_before, states_after) =
            (self.states(&before).await?, self.states(&after).await?);
        Changes::between((&before, &states_before), (&after, &states_after))
            .ok_or_else(|| InputIssue::error("a run has no beginning in the store"))
    }

    /// How many findings are new at a run and how many gone, against the run before it; `None` where
    /// there is none.
    pub async fn new_and_gone(&mut self, run: &str) -> Result<Option<(usize, usize)>, InputIssue> {
        let Some(previous) = self.previous(run).map(|run| run.id.clone()) else { return Ok(None) };
        self.make(&[run.to_owned(), previous.clone()]).await?;
        let kept = self.summaries.get(run).and_then(|summary| summary.compared.as_ref());
        let kept = kept.filter(|(with, _)| *with == previous);
        if let Some(counts) = kept.and_then(|(_, counts)| serde_json::from_str(counts).ok()) {
            return Ok(Some(counts));
        }
        if self.unreadable.contains_key(&previous) || self.unreadable.contains_key(run) {
            return Ok(None);
        }
        let (before, after) = self.of_both(Some(&previous), run).await?;
        let counts = after.new_and_gone_since(&before);
        let text = serde_json::to_string(&counts).unwrap_or_default();
        self.store.keep_comparison(run, &previous, &text).await.map_err(told)?;
        if let Some(summary) = self.summaries.get_mut(run) {
            summary.compared = Some((previous, text));
        }
        Ok(Some(counts))
    }
}

/// The snapshot of a run of before, judged by today's rules and those that it is recorded with.
fn judged(record: &RunRecord) -> Snapshot {
    let header = &record.header;
    let facts = FleetFacts::from_record(record);
    // The playbook and what lies beside it may have gone.
    let templates = read_templates(Path::new(&header.playbook), None, header.started).ok();
    let templates =
        templates.or_else(|| TemplateSet::new(default_templates(), header.started).ok());
    let Some(templates) = templates else {
        let view = View::new(record, &facts, &[]);
        return Snapshot::of(header, &facts, &view);
    };
    let judgement = judge(record, &facts, &templates);
    let view = View::new(record, &facts, &judgement.findings).judged(&facts, &judgement);
    Snapshot::of(header, &facts, &view)
}
