//! Connections that do not come about at once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::sleep;

use super::port::Connector;
use crate::model::{HostFailure, HostName, Stage, Target};

/// The wait before the second attempt; it doubles from one to the next.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Connects, and tries again when the network or the device was in the way. What has to do with
/// host keys or logins is never tried again: each refused login counts on the device, and a wrong
/// key does not become a right one.
///
/// # Errors
/// The failure of the last attempt, with the number of attempts where there were several.
pub(super) async fn connect<C: Connector>(
    connector: &C,
    target: &Target,
    retries: u32,
) -> Result<C::Transport, HostFailure> {
    let mut attempt = 0;
    loop {
        match connector.connect(target).await {
            Ok(transport) => return Ok(transport),
            Err(failure) if attempt < retries && may_pass(&failure) => {
                sleep(wait(&target.host, attempt)).await;
                attempt += 1;
            }
            Err(mut failure) => {
                if attempt > 0 {
                    failure.message =
                        format!("{}, as in {attempt} attempts before", failure.message);
                }
                return Err(failure);
            }
        }
    }
}

/// Trouble on the way to a login, which may be gone in a moment.
fn may_pass(failure: &HostFailure) -> bool {
    failure.stage <= Stage::Handshake
}

/// Between half of the step and all of it, another one for each host: a site that was cut off
/// should not be met by all of its hosts in the same moment.
fn wait(host: &HostName, attempt: u32) -> Duration {
    let step = FIRST_WAIT.saturating_mul(1 << attempt.min(16)).min(LONGEST_WAIT);
    let mut hasher = DefaultHasher::new();
    (host, attempt).hash(&mut hasher);
    let share = (hasher.finish() % 1000) as f64 / 1000.0;
    step.mul_f64(0.5 + share / 2.0)
}
