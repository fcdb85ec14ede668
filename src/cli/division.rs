//! A run that several processes share: `--shard` and `--claim`.

use std::collections::{HashSet, VecDeque};
use std::env;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::cli::run_arguments::RunArguments;
use crate::cli::stream::say;
use crate::model::{Division, HostName, InputIssue};
use crate::playbook::Plan;
use crate::runner::Supply;
use crate::store::{Claim, Claims, StoreError};

/// Hosts that are claimed at once: few, so that no process has what another could begin with.
const CLAIMED: usize = 8;

/// How often it is looked whether others have left hosts.
const EVERY: Duration = Duration::from_secs(1);

/// How long a store may be away before no more hosts are asked of it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Which part of the hosts of a run, `number` counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    pub number: u32,
    pub of: u32,
}

/// `3/8`; `job/8` takes the number from Kubernetes, which counts the pods of a job from 0.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || "write which of how many, as in 3/8, or job/8 in a Kubernetes job".to_owned();
    let (number, of) = text.split_once('/').ok_or_else(wrong)?;
    let of: u32 = of.parse().map_err(|_| wrong())?;
    let number: u32 = match number {
        "job" => {
            let index = job_index().ok_or("there is no JOB_COMPLETION_INDEX in the environment")?;
            index.parse::<u32>().ok().and_then(|index| index.checked_add(1)).ok_or_else(wrong)?
        }
        number => number.parse().map_err(|_| wrong())?,
    };
    if number == 0 || number > of || of > 1000 {
        return Err("the first is 1/8 and the last 8/8, of at most 1000".to_owned());
    }
    Ok(Shard { number: number - 1, of })
}

#[allow(clippy::disallowed_methods, reason = "the environment is read in cli")]
fn job_index() -> Option<String> {
    env::var("JOB_COMPLETION_INDEX").ok()
}

/// `--run-id`
pub(super) fn given_run_id(text: &str) -> Result<String, String> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_name = (1..=80).contains(&text.len()) && text.chars().all(is_fine);
    if !is_name || text == "latest" || text == "previous" || text.starts_with('.') {
        return Err("an id is made of up to 80 letters, digits, points, hyphens and _".to_owned());
    }
    Ok(text.to_owned())
}

impl Shard {
    /// Whether a host is in it: by its name alone, so that it stays where it is when others come or go.
    pub fn has(self, host: &HostName) -> bool {
        let hash = Sha256::digest(host.as_str());
        let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.of) == u64::from(self.number)
    }
}

/// How the flags divide the run.
pub(super) fn division(arguments: &RunArguments) -> Division {
    match arguments.shard {
        Some(shard) => Division::Shards(shard.of),
        None if arguments.claim => Division::Claims,
        None => Division::Whole,
    }
}

/// Hosts that see one another cannot be examined by several processes.
pub(super) fn check_division(division: Division, plan: &Plan) -> Result<(), InputIssue> {
    let (flag, cannot) = match division {
        Division::Whole => return Ok(()),
        Division::Shards(_) => ("--shard", plan.hosts_depend_on_others()),
        Division::Claims => {
            let is_alone = plan.plays.iter().any(|play| play.is_alone && !play.steps.is_empty());
            ("--claim", is_alone || plan.stages().len() > 1)
        }
    };
    if !cannot {
        return Ok(());
    }
    Err(InputIssue::error(format!(
        "`{flag}` cannot divide hosts that do not go each at its own pace"
    ))
    .hint(
        "leave out what keeps them together, such as `run_once`, `serial`, `ansible_play_hosts`, or `hostvars` of others",
    ))
}

/// The hosts of the plan that may be examined here.
pub(super) fn members(arguments: &RunArguments, plan: &Plan) -> HashSet<HostName> {
    let hosts = plan.hosts.iter().map(|host| &host.entry.host);
    hosts.filter(|host| arguments.shard.is_none_or(|shard| shard.has(host))).cloned().collect()
}

/// Hosts from the store.
#[derive(Debug)]
pub(super) struct Claiming {
    claims: Arc<Claims>,
    /// Where the store is used by everybody. A connection to it lives on the threads on which it was
    /// made, and those of the runner end before the reports are made.
    home: Handle,
    taken: Mutex<VecDeque<HostName>>,
}

impl Claiming {
    /// On the threads that stay until the end.
    pub fn new(claims: Claims) -> Self {
        Self { claims: Arc::new(claims), home: Handle::current(), taken: Mutex::default() }
    }
}

impl Claiming {
    /// Asks the store, at home; `None`: there is no home any more. Who does not wait for the answer does
    /// not want it.
    async fn claim(&self) -> Option<Result<Claim, StoreError>> {
        let claims = Arc::clone(&self.claims);
        let mut asking = JoinSet::new();
        asking.spawn_on(async move { claims.take(CLAIMED).await }, &self.home);
        asking.join_next().await?.ok()
    }
}

#[async_trait]
impl Supply for Claiming {
    async fn next(&self) -> Option<HostName> {
        let mut taken = self.taken.lock().await;
        let begun = Instant::now();
        loop {
            if let Some(host) = taken.pop_front() {
                return Some(host);
            }
            match self.claim().await? {
                Ok(Claim::Taken(hosts)) => taken.extend(hosts),
                Ok(Claim::Over) => return None,
                Ok(Claim::Wait) => sleep(EVERY).await,
                Err(error) if begun.elapsed() > PATIENCE => {
                    say(&format!("error: no more hosts can be claimed: {error}\n"));
                    return None;
                }
                Err(_) => sleep(EVERY).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_in_one_shard_and_stays_there() {
        let hosts: Vec<HostName> = (0..800).map(|n| HostName::new(format!("fgt-{n:03}"))).collect();
        let mut sizes = [0; 8];
        for host in &hosts {
            let in_these: Vec<_> =
                (0..8).filter(|number| Shard { number: *number, of: 8 }.has(host)).collect();
            assert_eq!(in_these.len(), 1, "{host}");
            sizes[in_these[0] as usize] += 1;
        }
        assert!(sizes.iter().all(|size| (70..130).contains(size)), "{sizes:?}");
    }

    #[test]
    fn shards_are_counted_from_one() {
        assert_eq!(shard("1/8"), Ok(Shard { number: 0, of: 8 }));
        assert_eq!(shard("8/8"), Ok(Shard { number: 7, of: 8 }));
        for wrong in ["", "3", "0/8", "9/8", "1/0", "a/b", "1/8/9", "-1/8", "1/1001"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_run_may_be_named() {
        assert_eq!(given_run_id("nightly-28912345.x_1"), Ok("nightly-28912345.x_1".to_owned()));
        for wrong in ["", "a b", "../x", ".x", "latest", "previous", "ü", &"x".repeat(81)] {
            assert!(given_run_id(wrong).is_err(), "{wrong}");
        }
    }
}
