//! A wrong password on one device is a slip; the same one on five hundred is an account locked
//! out of a fleet.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::authentication::Credential;
use crate::model::{HostFailure, HostName, Stage, Target};

/// What devices made of each credential of a run.
///
/// The first login with a credential goes alone. Once a device has accepted it, the others follow
/// without restraint. After so many refusals with none accepted between them, and no login left
/// under way that could still speak for it, it is withdrawn for the rest of the run.
///
/// A device that says neither within its time limit lets one more go at once than before. So a
/// login service that is down holds a fleet up for a few times that limit, not for once per host;
/// and a credential that nobody accepts is refused at most once more for each silent device.
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
    /// Offered, and not answered yet.
    open: usize,
    /// How many devices let the time limit pass.
    silent: usize,
}

/// Whether a credential may be offered.
enum Leave {
    Now,
    Later,
    Never(Vec<HostName>),
}

/// The leave to offer a credential to one device. Dropped without a word, it counts as a device
/// that never answered.
pub(super) struct Trial<'a> {
    trials: &'a Trials,
    key: u64,
    host: &'a HostName,
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
        match self.with(self.key(target, credential), |standing| self.leave(standing)) {
            Leave::Never(refused) => Err(withheld(&target.user, &refused)),
            Leave::Now | Leave::Later => Ok(()),
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
            let leave = self.with(key, |standing| {
                let leave = self.leave(standing);
                standing.open += usize::from(matches!(leave, Leave::Now));
                leave
            });
            match leave {
                Leave::Now => {
                    let host = &target.host;
                    return Ok(Trial { trials: self, key, host, answer: Answer::None });
                }
                Leave::Later => changed.await,
                Leave::Never(refused) => return Err(withheld(&target.user, &refused)),
            }
        }
    }

    fn leave(&self, standing: &Standing) -> Leave {
        let Standing { proven, refused, open, silent } = standing;
        if refused.len() >= self.most_refused {
            return match open {
                0 => Leave::Never(refused.iter().take(self.most_refused).cloned().collect()),
                _ => Leave::Later,
            };
        }
        let is_first = refused.is_empty() && *silent == 0;
        let at_once = if is_first { 1 } else { self.most_refused - refused.len() + silent };
        if *proven || *open < at_once { Leave::Now } else { Leave::Later }
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
            standing.open = standing.open.saturating_sub(1);
            match self.answer {
                Answer::Accepted => {
                    standing.proven = true;
                    standing.refused.clear();
                }
                Answer::Refused => standing.refused.push(self.host.clone()),
                Answer::Moot => {}
                Answer::None => standing.silent += 1,
            }
        });
        self.trials.changed.notify_waiters();
    }
}

fn withheld(user: &str, refused: &[HostName]) -> HostFailure {
    const SHOWN: usize = 5;
    let mut by: Vec<&str> = refused.iter().take(SHOWN).map(HostName::as_str).collect();
    let more = refused.len().saturating_sub(SHOWN);
    let more_hosts = format!("{more} more");
    if more > 0 {
        by.push(&more_hosts);
    }
    let failure = HostFailure::new(
        Stage::Authenticate,
        format!("credential refused by {}", by.join(", ")),
        format!(
            "Check user name and password or key of `{user}` with one device (`--limit`): a wrong \
             one offered to the whole fleet would lock accounts, and this address out of every \
             device."
        ),
    );
    HostFailure { withheld: true, ..failure }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::task::JoinSet;
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::model::{Connection, HostKeyPolicy, KnownHostsFiles, Route, Secret};

    #[derive(Clone, Copy)]
    enum Device {
        Accepts,
        Refuses,
        Loses,
        /// For this many seconds, which is its limit.
        Silent(u64),
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
            Device::Refuses => Err(HostFailure { login_refused: true, ..failure }),
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
    async fn silent_devices_hold_the_fleet_up_for_a_few_limits_only() {
        // One, then four, then eight at once, and twice as many each time.
        let begun = Instant::now();
        assert_eq!(offer(&trials(), &[Device::Silent(20); 2000]).await, 2000);
        assert_eq!(begun.elapsed(), Duration::from_secs(20 * 10));

        let mut devices = [Device::Accepts; 500];
        devices[0] = Device::Silent(20);
        let begun = Instant::now();
        assert_eq!(offer(&trials(), &devices).await, 500);
        assert_eq!(begun.elapsed(), Duration::from_secs(22));

        let mut devices = [Device::Refuses; 500];
        devices[0] = Device::Silent(20);
        assert_eq!(offer(&trials(), &devices).await, 1 + 4);
    }

    #[test]
    fn many_refusals_are_named_in_part() {
        let hosts: Vec<_> = (0..7).map(|number| target(number).host).collect();
        assert_eq!(
            withheld("auditor", &hosts).message,
            "credential refused by fgt-0, fgt-1, fgt-2, fgt-3, fgt-4, 2 more"
        );
    }
}
