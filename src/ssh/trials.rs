//! A wrong password on one device is a slip; the same one on five hundred is an account locked
//! out of a fleet.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::authentication::Credential;
use crate::model::{HostFailure, Stage};

/// How many devices may refuse a credential that none has accepted before it is withdrawn. As
/// many are asked at once until the first accepts it.
const REFUSALS: usize = 3;

/// What devices made of each credential of a run. One that some device has accepted is good, and
/// is offered without restraint: a device that refuses it has a reason of its own.
#[derive(Debug, Default)]
pub(super) struct Trials {
    hasher: RandomState,
    /// By the hash of user and credential, so that no secret lies about here.
    standings: Mutex<HashMap<u64, Standing>>,
    changed: Notify,
}

#[derive(Debug, Default, Clone, Copy)]
struct Standing {
    accepted: bool,
    refused: usize,
    /// Offered, and not answered yet.
    open: usize,
}

/// The leave to offer a credential to one device. Dropped without a word, it counts as neither
/// accepted nor refused.
pub(super) struct Trial<'a> {
    trials: &'a Trials,
    key: u64,
    outcome: Option<bool>,
}

impl Trials {
    /// Waits for the leave to offer a credential.
    ///
    /// # Errors
    /// It has been refused everywhere so far, and is withdrawn.
    pub async fn begin(
        &self,
        user: &str,
        credential: &Credential,
    ) -> Result<Trial<'_>, HostFailure> {
        let key = self.hasher.hash_one((user, credential.fingerprint_text()));
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Whoever ends a trial between the look and the wait must be heard.
            changed.as_mut().enable();
            match self.look(key) {
                Some(true) => return Ok(Trial { trials: self, key, outcome: None }),
                Some(false) => changed.await,
                None => return Err(withdrawn(user)),
            }
        }
    }

    /// Whether the credential may be offered now; `None` when it is withdrawn.
    fn look(&self, key: u64) -> Option<bool> {
        self.with(key, |standing| {
            if standing.accepted || standing.refused + standing.open < REFUSALS {
                standing.open += 1;
                return Some(true);
            }
            (standing.refused < REFUSALS).then_some(false)
        })
    }

    fn with<R>(&self, key: u64, change: impl FnOnce(&mut Standing) -> R) -> R {
        let mut standings = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        change(standings.entry(key).or_default())
    }
}

impl Trial<'_> {
    /// Tells what the device made of it.
    pub fn end(mut self, result: &Result<(), HostFailure>) {
        self.outcome = match result {
            Ok(()) => Some(true),
            Err(failure) if failure.login_refused => Some(false),
            Err(_) => None,
        };
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.trials.with(self.key, |standing| {
            standing.open = standing.open.saturating_sub(1);
            match self.outcome {
                Some(true) => standing.accepted = true,
                Some(false) => standing.refused += 1,
                None => {}
            }
        });
        self.trials.changed.notify_waiters();
    }
}

fn withdrawn(user: &str) -> HostFailure {
    HostFailure::new(
        Stage::Authenticate,
        format!(
            "the login of `{user}` was not tried: {REFUSALS} other devices refused it and none \
             accepted it"
        ),
        "Check user name and password with one device (`--limit`): a wrong one offered to the whole \
         fleet would lock this address out of every device.",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::model::Secret;

    fn password(text: &str) -> Credential {
        Credential::Password(Secret::new(text))
    }

    fn refusal() -> Result<(), HostFailure> {
        let failure = HostFailure::new(Stage::Authenticate, "refused", "look");
        Err(HostFailure { login_refused: true, ..failure })
    }

    /// Offers one credential to `count` devices at once and says how many were asked.
    async fn offer(trials: &Arc<Trials>, count: usize, answer: Result<(), HostFailure>) -> usize {
        let asked = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let (trials, asked, answer) = (trials.clone(), asked.clone(), answer.clone());
                tokio::spawn(async move {
                    if let Ok(trial) = trials.begin("auditor", &password("one")).await {
                        asked.fetch_add(1, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                        trial.end(&answer);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        asked.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_credential_that_all_refuse_is_offered_three_times_and_no_more() {
        let trials = Arc::new(Trials::default());
        assert_eq!(offer(&trials, 500, refusal()).await, 3);
        let failure = trials.begin("auditor", &password("one")).await.err().unwrap();
        assert!(failure.message.contains("3 other devices refused it"), "{failure}");
        assert!(!failure.login_refused);
        assert!(trials.begin("auditor", &password("another")).await.is_ok());
    }

    #[tokio::test]
    async fn a_credential_that_one_accepts_is_offered_to_all() {
        let trials = Arc::new(Trials::default());
        assert_eq!(offer(&trials, 500, Ok(())).await, 500);
        assert_eq!(offer(&trials, 10, refusal()).await, 10);
    }

    #[tokio::test]
    async fn devices_that_never_answer_do_not_use_it_up() {
        let trials = Arc::new(Trials::default());
        let lost = Err(HostFailure::new(Stage::Authenticate, "lost", "look"));
        assert_eq!(offer(&trials, 50, lost).await, 50);
    }
}
