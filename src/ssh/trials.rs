//! A wrong password on one device is a slip; the same one on five hundred is an account locked
//! out of a fleet.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Duration, Instant, sleep_until};

use super::authentication::Credential;
use crate::model::{HostFailure, HostName, Stage, Target};

/// For how long the others wait for a device that does not decide on a login.
const PATIENCE: Duration = Duration::from_secs(2);
/// After so long without an answer, a refusal is no longer on its way: login services give up
/// sooner than this.
const DECISION: Duration = Duration::from_secs(20);
/// So many times the refusals that are allowed, devices may let their time limit pass in a row
/// before it is plain that nobody decides.
const SILENT_ROUNDS: usize = 5;

/// What devices made of each credential of a run.
///
/// The first login with a credential goes alone. Once a device has accepted it, the others follow
/// without restraint. Before that one goes at a time, and one more for each that has not decided
/// for a while; but never so many that all of those that are undecided, with those that have
/// refused, would be more than may refuse. So no more than these ever do. A device that was not
/// given the time to decide may still refuse, and counts as one that did. When so many have, and
/// no login is left under way that could still speak for the credential, it is withdrawn for the
/// rest of the run; and so it is when device after device lets even a long time limit pass.
#[derive(Debug)]
pub(super) struct Trials {
    /// How many devices may refuse a credential before it is withdrawn.
    most_refused: usize,
    hasher: RandomState,
    /// By the hash of user and credential, so that no secret lies about here.
    standings: Mutex<HashMap<u64, Standing>>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Standing {
    /// Some device has accepted it.
    proven: bool,
    /// Who refused it since a device last accepted it.
    refused: Vec<HostName>,
    /// When it was offered to those that have not answered yet.
    open: Vec<Instant>,
    /// Who let the time limit pass since a device last decided.
    silent: Vec<HostName>,
    /// How many of these may still refuse it.
    doubtful: usize,
}

/// Whether a credential may be offered.
enum Leave {
    Now,
    /// When something changes; and if nothing does, at that moment.
    Later(Option<Instant>),
    Never(HostFailure),
}

/// The leave to offer a credential to one device. Dropped without a word, it counts as a device
/// that never answered.
pub(super) struct Trial<'a> {
    trials: &'a Trials,
    key: u64,
    host: &'a HostName,
    begun: Instant,
    answer: Answer,
}

#[derive(Clone, Copy)]
enum Answer {
    Accepted,
    Refused,
    /// It did not come to a decision, and will not: the connection was lost, or no way of logging
    /// in fits.
    Moot,
    None,
}

impl Trials {
    pub fn new(most_refused: usize) -> Self {
        Self {
            most_refused: most_refused.max(1),
            hasher: RandomState::new(),
            standings: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Spares a device the connection when the credential is withdrawn already.
    ///
    /// # Errors
    /// It is withdrawn.
    pub fn check(&self, target: &Target, credential: &Credential) -> Result<(), HostFailure> {
        let leave = self.with(self.key(target, credential), |standing| {
            self.leave(standing, &target.user, Instant::now())
        });
        match leave {
            Leave::Never(failure) => Err(failure),
            Leave::Now | Leave::Later(_) => Ok(()),
        }
    }

    /// Waits for the leave to offer a credential.
    ///
    /// # Errors
    /// It is withdrawn.
    pub async fn begin<'a>(
        &'a self,
        target: &'a Target,
        credential: &Credential,
    ) -> Result<Trial<'a>, HostFailure> {
        let key = self.key(target, credential);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Whoever ends a trial between the look and the wait must be heard.
            changed.as_mut().enable();
            let begun = Instant::now();
            let leave = self.with(key, |standing| {
                let leave = self.leave(standing, &target.user, begun);
                if matches!(leave, Leave::Now) {
                    standing.open.push(begun);
                }
                leave
            });
            match leave {
                Leave::Now => {
                    let host = &target.host;
                    return Ok(Trial { trials: self, key, host, begun, answer: Answer::None });
                }
                Leave::Later(None) => changed.await,
                Leave::Later(Some(moment)) => {
                    tokio::select! {
                        () = changed => {}
                        () = sleep_until(moment) => {}
                    }
                }
                Leave::Never(failure) => return Err(failure),
            }
        }
    }

    fn leave(&self, standing: &Standing, user: &str, now: Instant) -> Leave {
        let Standing { proven, refused, open, silent, doubtful } = standing;
        let withdrawn = |silent| match open.as_slice() {
            [] => Leave::Never(withdrawn(user, refused, silent)),
            _ => Leave::Later(None),
        };
        if refused.len() >= self.most_refused {
            return withdrawn(&[]);
        }
        if *proven {
            return Leave::Now;
        }
        let most_silent = self.most_refused.saturating_mul(SILENT_ROUNDS);
        let possible = refused.len() + doubtful + open.len();
        if possible >= self.most_refused || silent.len() + open.len() >= most_silent {
            return withdrawn(silent);
        }
        match open.iter().max().map(|begun| *begun + PATIENCE) {
            Some(moment) if moment > now => Leave::Later(Some(moment)),
            _ => Leave::Now,
        }
    }

    fn key(&self, target: &Target, credential: &Credential) -> u64 {
        self.hasher.hash_one((&target.user, credential.fingerprint()))
    }

    fn with<R>(&self, key: u64, change: impl FnOnce(&mut Standing) -> R) -> R {
        let mut standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        change(standings.entry(key).or_default())
    }
}

impl Trial<'_> {
    /// Tells what the device made of it.
    pub fn end(mut self, result: &Result<(), HostFailure>) {
        self.answer = match result {
            Ok(()) => Answer::Accepted,
            Err(failure) if failure.login_refused => Answer::Refused,
            Err(_) => Answer::Moot,
        };
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.trials.with(self.key, |standing| {
            if let Some(place) = standing.open.iter().position(|begun| *begun == self.begun) {
                standing.open.swap_remove(place);
            }
            match self.answer {
                Answer::Accepted => {
                    standing.proven = true;
                    standing.refused.clear();
                    standing.silent.clear();
                    standing.doubtful = 0;
                }
                Answer::Refused => {
                    standing.refused.push(self.host.clone());
                    if standing.doubtful == 0 {
                        standing.silent.clear();
                    }
                }
                Answer::Moot => {}
                Answer::None => {
                    standing.silent.push(self.host.clone());
                    standing.doubtful += usize::from(self.begun.elapsed() < DECISION);
                }
            }
        });
        self.trials.changed.notify_waiters();
    }
}

fn withdrawn(user: &str, refused: &[HostName], silent: &[HostName]) -> HostFailure {
    let mut causes = Vec::new();
    if !refused.is_empty() {
        causes.push(format!("credential refused by {}", listed(refused)));
    }
    if !silent.is_empty() {
        causes.push(format!("login undecided by {}", listed(silent)));
    }
    let remedy = if refused.is_empty() {
        format!(
            "One device after the other let the time limit pass: check the RADIUS, TACACS+ or LDAP \
             server that decides about `{user}`. If these alone are slow, leave them out \
             (`--limit`), or allow more time (`-T`)."
        )
    } else {
        format!(
            "Check user name and password or key of `{user}` with one device (`--limit`): a wrong \
             one offered to the whole fleet would lock accounts, and this address out of every \
             device."
        )
    };
    let failure = HostFailure::new(Stage::Authenticate, causes.join("; "), remedy);
    HostFailure { withheld: true, ..failure }
}

fn listed(hosts: &[HostName]) -> String {
    const SHOWN: usize = 5;
    let mut names: Vec<&str> = hosts.iter().take(SHOWN).map(HostName::as_str).collect();
    let more = hosts.len().saturating_sub(SHOWN);
    let more_hosts = format!("{more} more");
    if more > 0 {
        names.push(&more_hosts);
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;
    use tokio::task::JoinSet;
    use tokio::time::sleep;

    use super::*;
    use crate::model::{Connection, HostKeyPolicy, KnownHostsFiles, Route, Secret};

    #[derive(Debug, Clone, Copy)]
    enum Device {
        Accepts,
        Refuses,
        Loses,
        /// For this many seconds, which is its limit.
        Silent(u64),
        /// It accepts the login, after so many seconds.
        Hesitates(u64),
        /// It refuses it, after so many seconds.
        RefusesLate(u64),
    }

    fn password(text: &str) -> Credential {
        Credential::Password(Secret::new(text))
    }

    fn target(number: usize) -> Target {
        Target {
            host: HostName::from(format!("fgt-{number}").as_str()),
            connection: Connection::Ssh,
            address: "192.0.2.1".to_owned(),
            port: 22,
            user: "auditor".to_owned(),
            password: None,
            private_key_file: None,
            private_key_passphrase: None,
            identities_only: false,
            legacy: false,
            route: Route::Direct,
            host_key: HostKeyPolicy::Strict,
            known_hosts: KnownHostsFiles::default(),
            connect_timeout: None,
            command_timeout: None,
        }
    }

    /// Logs in to one device, which takes a second to decide. Whether it was asked.
    async fn log_in(trials: &Trials, number: usize, device: Device) -> Result<(), HostFailure> {
        let target = target(number);
        let trial = trials.begin(&target, &password("one")).await?;
        let failure = HostFailure::new(Stage::Authenticate, "refused", "look");
        let result = match device {
            Device::Accepts => Ok(()),
            Device::Hesitates(seconds) => {
                sleep(Duration::from_secs(seconds)).await;
                Ok(())
            }
            Device::Refuses => Err(HostFailure { login_refused: true, ..failure }),
            Device::RefusesLate(seconds) => {
                sleep(Duration::from_secs(seconds)).await;
                Err(HostFailure { login_refused: true, ..failure })
            }
            Device::Loses => Err(failure),
            Device::Silent(limit) => {
                sleep(Duration::from_secs(limit)).await;
                return Ok(());
            }
        };
        sleep(Duration::from_secs(1)).await;
        trial.end(&result);
        Ok(())
    }

    /// Offers one credential to all at once, and gives how many were asked.
    async fn offer(trials: &Arc<Trials>, devices: &[Device]) -> usize {
        let mut tasks = JoinSet::new();
        for (number, device) in devices.iter().copied().enumerate() {
            let trials = trials.clone();
            tasks.spawn(async move { log_in(&trials, number, device).await.is_ok() });
        }
        tasks.join_all().await.into_iter().filter(|asked| *asked).count()
    }

    fn trials() -> Arc<Trials> {
        Arc::new(Trials::new(3))
    }

    #[tokio::test(start_paused = true)]
    async fn a_credential_that_all_refuse_is_offered_three_times_and_no_more() {
        let trials = trials();
        assert_eq!(offer(&trials, &[Device::Refuses; 500]).await, 3);
        let failure = trials.check(&target(500), &password("one")).unwrap_err();
        assert_eq!(failure.message, "credential refused by fgt-0, fgt-1, fgt-2");
        assert!(failure.withheld && !failure.login_refused);
        assert_eq!(trials.check(&target(500), &password("another")), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_goes_alone_and_the_others_follow_at_once() {
        let begun = Instant::now();
        assert_eq!(offer(&trials(), &[Device::Accepts; 500]).await, 500);
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn units_with_a_password_of_their_own_do_not_withdraw_a_proven_one() {
        let mut devices = [Device::Accepts; 100];
        devices[10..16].fill(Device::Refuses);
        assert_eq!(offer(&trials(), &devices).await, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_proven_credential_is_withdrawn_when_all_refuse_it_from_then_on() {
        let trials = trials();
        assert_eq!(offer(&trials, &[Device::Accepts]).await, 1);
        for number in 0..3 {
            assert_eq!(log_in(&trials, number, Device::Refuses).await, Ok(()));
        }
        assert_eq!(offer(&trials, &[Device::Refuses; 500]).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn lost_connections_do_not_use_it_up() {
        assert_eq!(offer(&trials(), &[Device::Loses; 50]).await, 50);
    }

    #[tokio::test(start_paused = true)]
    async fn a_device_that_hesitates_or_never_answers_holds_up_nobody_for_long() {
        for first in [Device::Hesitates(19), Device::Silent(20)] {
            let mut devices = [Device::Accepts; 500];
            devices[0] = first;
            let trials = trials();
            let begun = Instant::now();
            let mut tasks = JoinSet::new();
            for (number, device) in devices.into_iter().enumerate() {
                let trials = trials.clone();
                tasks.spawn(async move {
                    log_in(&trials, number, device).await.unwrap();
                    (number, begun.elapsed())
                });
            }
            let ends = tasks.join_all().await;
            assert!(ends.iter().all(|(number, end)| *number == 0 || *end <= PATIENCE * 2));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn late_refusals_are_no_more_than_early_ones() {
        for late in [1, 5, 19] {
            assert_eq!(offer(&trials(), &[Device::RefusesLate(late); 500]).await, 3);
        }
        let mut devices = [Device::Refuses; 500];
        devices[0] = Device::Silent(20);
        assert_eq!(offer(&trials(), &devices).await, 1 + 3);
    }

    #[tokio::test(start_paused = true)]
    async fn when_nobody_decides_the_credential_is_withdrawn() {
        let trials = trials();
        let begun = Instant::now();
        assert_eq!(offer(&trials, &[Device::Silent(20); 2000]).await, 15);
        assert!(begun.elapsed() <= Duration::from_secs(5 * 20 + 30), "{:?}", begun.elapsed());
        let failure = trials.check(&target(500), &password("one")).unwrap_err();
        assert!(failure.message.starts_with("login undecided by fgt-0, fgt-1, "), "{failure}");
        assert!(failure.message.ends_with(", 10 more") && failure.withheld, "{failure}");

        // One that decides among them starts the count anew.
        let mut devices = [Device::Silent(20); 40];
        devices[12] = Device::Accepts;
        assert_eq!(offer(&self::trials(), &devices).await, 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_device_that_had_no_time_to_decide_may_still_refuse() {
        let trials = trials();
        let mut devices = [Device::Silent(1); 500];
        devices[1] = Device::Refuses;
        assert_eq!(offer(&trials, &devices).await, 3);
        let failure = trials.check(&target(500), &password("one")).unwrap_err();
        assert_eq!(failure.message, "credential refused by fgt-1; login undecided by fgt-0, fgt-2");
        // Unless one accepts it meanwhile.
        devices[2] = Device::Accepts;
        assert_eq!(offer(&self::trials(), &devices).await, 500);
    }

    fn unwilling() -> impl Strategy<Value = Device> {
        prop_oneof![
            Just(Device::Refuses),
            Just(Device::Loses),
            (1..40_u64).prop_map(Device::Silent),
            (1..20_u64).prop_map(Device::RefusesLate),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_nobody_accepts_is_never_refused_more_often_than_allowed(
            devices in proptest::collection::vec((unwilling(), 0..3000_u64), 0..120),
            most in 1..6_usize,
        ) {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_time().start_paused(true).build().unwrap();
            let refusals = Arc::new(AtomicUsize::new(0));
            runtime.block_on(async {
                let trials = Arc::new(Trials::new(most));
                let mut tasks = JoinSet::new();
                for (number, (device, delay)) in devices.into_iter().enumerate() {
                    let (trials, refusals) = (trials.clone(), refusals.clone());
                    tasks.spawn(async move {
                        sleep(Duration::from_millis(delay)).await;
                        let asked = log_in(&trials, number, device).await.is_ok();
                        let refuses = match device {
                            Device::Refuses | Device::RefusesLate(_) => true,
                            // It does so when nobody waits for it any more.
                            Device::Silent(limit) => Duration::from_secs(limit) < DECISION,
                            _ => false,
                        };
                        refusals.fetch_add(usize::from(asked && refuses), Ordering::Relaxed);
                    });
                }
                tasks.join_all().await;
            });
            prop_assert!(refusals.load(Ordering::Relaxed) <= most);
        }
    }

    #[test]
    fn many_refusals_are_named_in_part() {
        let hosts: Vec<_> = (0..7).map(|number| target(number).host).collect();
        assert_eq!(
            withdrawn("auditor", &hosts, &[]).message,
            "credential refused by fgt-0, fgt-1, fgt-2, fgt-3, fgt-4, 2 more"
        );
    }
}
