//! The hosts of a batch that go in step: nobody begins a task before all are done with the one
//! before. Plays at their own pace have no such thing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::spot::Spot;
use crate::model::{HostFailure, HostName, Stage};
use crate::playbook::{Letter, Meta, Peer, Peers};

/// Where the hosts of one batch wait for one another.
pub(super) struct Meeting {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

/// One host's place in it. Whoever lets go of it has left, however that came.
pub(super) struct Seat {
    meeting: Arc<Meeting>,
    member: usize,
}

struct State {
    members: Vec<Member>,
    peers: Arc<Peers>,
    /// The hosts that failed before this batch began.
    failed: Arc<HashSet<HostName>>,
    /// Facts for hosts that are not there, or not any more.
    post: Vec<(HostName, Letter)>,
    /// The play stops when a greater part than this, in percent, has failed.
    max_fail: Option<f64>,
    /// Those that are not reached may come back.
    may_clear: bool,
    /// Why all are to stop where they are: their blocks may rescue them.
    stop: Option<String>,
    /// Why the play is over for all.
    halt: Option<String>,
    /// Why nothing follows, not even another play.
    broken: Option<String>,
    /// `meta: end_batch`, or `end_play`.
    is_over: bool,
    /// `meta: end_play`
    has_ended_play: bool,
}

struct Member {
    host: HostName,
    presence: Presence,
    turn: Option<Turn>,
    /// Facts that others have set for it.
    mail: Vec<Letter>,
    has_failed: bool,
    /// It failed at the task that it did last, so that nobody has to stop it.
    is_failing: bool,
}

#[derive(Debug, PartialEq)]
enum Presence {
    /// It does something, and will call.
    Busy,
    /// It has come to the task at this place.
    Waiting {
        at: Vec<Spot>,
        once: bool,
    },
    /// Another does the task for it.
    Following,
    /// It was not reached, and may come back.
    Lost,
    Gone,
}

/// What a host is to do now.
pub(super) enum Turn {
    /// The task.
    Go(Company),
    /// What another did for it, or why it failed.
    Given(Result<Given, HostFailure>),
    /// Stop before the task, unless a block rescues it.
    Stop(HostFailure),
    /// Stop, whatever the blocks say.
    Halt(HostFailure),
    /// Leave the play.
    Leave,
    /// Go on, though it was not reached.
    Back,
}

/// What a host knows of the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Company {
    pub peers: Arc<Peers>,
    /// Those of the batch that are still there.
    pub batch: Arc<Vec<HostName>>,
    /// The hosts that failed before this batch began.
    pub failed: Arc<HashSet<HostName>>,
    /// Facts that others have set for it.
    pub mail: Vec<Letter>,
}

/// What came of a task that one host did for all.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// Registered, or of `set_fact`.
    pub facts: Vec<Letter>,
    /// Of `include_vars`.
    pub variables: Vec<Letter>,
}

/// What came of a host's task for the others.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub has_failed: bool,
    /// Its blocks rescue it.
    pub is_caught: bool,
    /// `any_errors_fatal`
    pub is_fatal: bool,
    pub given: Given,
    /// Facts for other hosts.
    pub mail: Vec<(HostName, Letter)>,
    /// What a `meta` task says for all.
    pub meta: Option<Meta>,
}

impl Meeting {
    pub fn new(
        hosts: Vec<HostName>,
        (peers, failed): (Arc<Peers>, Arc<HashSet<HostName>>),
        max_fail: Option<f64>,
        may_clear: bool,
    ) -> Arc<Self> {
        let member = |host| Member {
            host,
            presence: Presence::Busy,
            turn: None,
            mail: Vec::new(),
            has_failed: false,
            is_failing: false,
        };
        let state = State {
            members: hosts.into_iter().map(member).collect(),
            peers,
            failed,
            post: Vec::new(),
            max_fail,
            may_clear,
            stop: None,
            halt: None,
            broken: None,
            is_over: false,
            has_ended_play: false,
        };
        Arc::new(Self { state: Mutex::new(state), changes: watch::Sender::new(()) })
    }

    pub fn seat(self: &Arc<Self>, member: usize) -> Seat {
        Seat { meeting: self.clone(), member }
    }

    /// Why nothing is to follow.
    pub fn broken(&self) -> Option<String> {
        self.state().broken.clone()
    }

    pub fn has_ended_play(&self) -> bool {
        self.state().has_ended_play
    }

    /// What is known of all hosts in the end, and what was set for hosts that have not received it.
    pub fn leavings(&self) -> (Arc<Peers>, Vec<(HostName, Letter)>) {
        let mut state = self.state();
        (state.peers.clone(), std::mem::take(&mut state.post))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and lets those go on whose turn it is then.
    fn with(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        state.advance();
        let has_turns = state.members.iter().any(|member| member.turn.is_some());
        drop(state);
        if has_turns {
            self.changes.send_replace(());
        }
    }
}

impl Seat {
    /// Waits until it may do the task at `at`, or is told what to do instead.
    pub async fn call(&self, at: Vec<Spot>, once: bool, known: Peer) -> Turn {
        self.wait(|state, member| {
            state.learn(member, known);
            state.members[member].presence = Presence::Waiting { at, once };
        })
        .await
    }

    /// Tells what came of the task.
    pub fn done(&self, done: Done) {
        self.meeting.with(|state| state.done(self.member, done));
    }

    /// The device was not reached: whether the host may go on all the same.
    pub async fn lost(&self, is_fatal: bool) -> bool {
        let turn = self.wait(|state, member| {
            state.fails(member, is_fatal, false);
            if state.may_clear {
                state.members[member].presence = Presence::Lost;
                state.check_share();
                state.seek_leader();
            } else {
                state.leave(member);
                state.members[member].turn = Some(Turn::Leave);
            }
        });
        matches!(turn.await, Turn::Back)
    }

    async fn wait(&self, change: impl FnOnce(&mut State, usize)) -> Turn {
        let mut changes = self.meeting.changes.subscribe();
        self.meeting.with(|state| change(state, self.member));
        loop {
            if let Some(turn) = self.meeting.state().members[self.member].turn.take() {
                return turn;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.meeting.with(|state| state.leave(self.member));
    }
}

impl Member {
    fn is_there(&self) -> bool {
        !matches!(self.presence, Presence::Gone | Presence::Lost)
    }
}

impl State {
    /// Hands out turns, once nobody is busy any more.
    fn advance(&mut self) {
        let is_busy = |m: &Member| matches!(m.presence, Presence::Busy | Presence::Following);
        if self.members.iter().any(is_busy) {
            return;
        }
        let places = self.members.iter().filter_map(|member| match &member.presence {
            Presence::Waiting { at, .. } => Some(at),
            _ => None,
        });
        let Some(first) = places.min().cloned() else {
            // Nobody is left who could bring them back.
            self.tell(|member| member.presence == Presence::Lost, || Turn::Leave);
            return;
        };
        let is_waiting = |member: &Member| matches!(member.presence, Presence::Waiting { .. });
        if let Some(text) = self.halt.clone() {
            self.tell(is_waiting, || Turn::Halt(stopped(&text)));
            return;
        }
        if self.is_over {
            self.tell(is_waiting, || Turn::Leave);
            return;
        }
        if let Some(text) = self.stop.take() {
            let goes_on = |member: &Member| is_waiting(member) && !member.is_failing;
            if self.tell(goes_on, || Turn::Stop(stopped(&text))) {
                return;
            }
        }
        let is_left = |m: &&Member| !m.has_failed && m.is_there();
        let batch = self.members.iter().filter(is_left).map(|m| m.host.clone()).collect();
        // What a host told of itself before it received its letters knows nothing of them.
        for member in &self.members {
            for letter in &member.mail {
                let peers = Arc::make_mut(&mut self.peers);
                peers.entry(member.host.clone()).or_default().receive(letter);
            }
        }
        let company = Company {
            peers: self.peers.clone(),
            batch: Arc::new(batch),
            failed: self.failed.clone(),
            mail: Vec::new(),
        };
        let mut has_leader = false;
        for member in &mut self.members {
            let Presence::Waiting { at, once } = &member.presence else { continue };
            if *at != first {
                continue;
            }
            if *once && has_leader {
                member.presence = Presence::Following;
                continue;
            }
            has_leader = true;
            let mail = std::mem::take(&mut member.mail);
            member.turn = Some(Turn::Go(Company { mail, ..company.clone() }));
            member.is_failing = false;
            member.presence = Presence::Busy;
        }
    }

    /// Whether there was anybody to tell.
    fn tell(&mut self, whom: impl Fn(&Member) -> bool, turn: impl Fn() -> Turn) -> bool {
        let mut is_told = false;
        for member in self.members.iter_mut().filter(|member| whom(member)) {
            member.turn = Some(turn());
            member.presence = Presence::Busy;
            is_told = true;
        }
        is_told
    }

    fn learn(&mut self, member: usize, known: Peer) {
        let host = &self.members[member].host;
        let is_new = |old: &Peer| !Arc::ptr_eq(&old.facts, &known.facts);
        if self.peers.get(host).is_none_or(is_new) {
            Arc::make_mut(&mut self.peers).insert(host.clone(), known);
        }
    }

    fn done(&mut self, member: usize, done: Done) {
        let host = self.members[member].host.clone();
        let follows = |member: &Member| member.presence == Presence::Following;
        if done.has_failed {
            self.members[member].is_failing = true;
            self.fails(member, done.is_fatal, done.is_caught);
            let text = format!("the task that runs once failed on `{host}`");
            if self.tell(follows, || Turn::Given(Err(stopped(&text)))) {
                self.stop = None;
                if !done.is_caught {
                    self.broken.get_or_insert(text);
                }
            }
        } else {
            self.tell(follows, || Turn::Given(Ok(done.given.clone())));
        }
        for (host, letter) in done.mail {
            Arc::make_mut(&mut self.peers).entry(host.clone()).or_default().receive(&letter);
            let is_it = |member: &&mut Member| member.host == host && member.is_there();
            match self.members.iter_mut().find(is_it) {
                Some(member) => member.mail.push(letter),
                None => self.post.push((host, letter)),
            }
        }
        match done.meta {
            Some(Meta::EndPlay) => (self.is_over, self.has_ended_play) = (true, true),
            Some(Meta::EndBatch) => self.is_over = true,
            Some(Meta::ClearHostErrors) => {
                let is_lost = |member: &&mut Member| member.presence == Presence::Lost;
                for member in self.members.iter_mut().filter(is_lost) {
                    member.has_failed = false;
                }
                self.tell(|member| member.presence == Presence::Lost, || Turn::Back);
            }
            Some(Meta::Nothing | Meta::EndHost) | None => {}
        }
    }

    fn fails(&mut self, member: usize, is_fatal: bool, is_caught: bool) {
        let host = self.members[member].host.clone();
        if is_fatal {
            let text = format!("`{host}` failed, and `any_errors_fatal` stops all");
            self.stop.get_or_insert_with(|| text.clone());
            if !is_caught {
                self.broken.get_or_insert(text);
            }
        }
        self.members[member].has_failed |= !is_caught;
    }

    /// Who failed counts once it is out: what `always` says is done before.
    fn check_share(&mut self) {
        let Some(most) = self.max_fail else { return };
        let is_out = |member: &&Member| member.has_failed && !member.is_there();
        let failed = self.members.iter().filter(is_out).count();
        if failed as f64 * 100.0 / self.members.len() as f64 > most {
            let text = format!("more than {most} % of the hosts failed (`max_fail_percentage`)");
            self.halt.get_or_insert_with(|| text.clone());
            self.broken.get_or_insert(text);
        }
    }

    fn leave(&mut self, member: usize) {
        let member = &mut self.members[member];
        if member.presence != Presence::Gone {
            member.presence = Presence::Gone;
            let mail = std::mem::take(&mut member.mail);
            self.post.extend(mail.into_iter().map(|letter| (member.host.clone(), letter)));
            self.check_share();
            self.seek_leader();
        }
    }

    /// Where the host that did a task for all is gone before it was done, another does it.
    fn seek_leader(&mut self) {
        if self.members.iter().any(|member| member.presence == Presence::Busy) {
            return;
        }
        // They wait at the place to which they came last, which is before all others.
        for member in &mut self.members {
            if member.presence == Presence::Following {
                member.presence = Presence::Waiting { at: Vec::new(), once: true };
            }
        }
    }
}

fn stopped(text: &str) -> HostFailure {
    HostFailure::new(Stage::Stopped, format!("stopped: {text}"), "See what the other host said.")
}
