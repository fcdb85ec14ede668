//! The jump hosts of a run, and who shares which connection to them.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use russh::ChannelOpenFailure;
use tokio::net::UnixStream;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::bridge::End;
use super::jump_host::{Fate, JumpHost, NoChannel};
use super::line::seconds;
use super::ramp::Ramp;
use super::trials::Trials;
use super::{SshConnector, SshSettings};
use crate::model::{HostFailure, Route, Stage, Target};

/// Another connection is only made when each of those that there are carries so many sessions.
const SESSIONS_BEFORE_ANOTHER: usize = 8;
/// How often a jump host may fail or be lost in a run, before it is left alone.
const MOST_FAILURES: usize = 3;

/// The connections to all jump hosts of a run.
pub(super) struct JumpHosts {
    hasher: RandomState,
    /// By a hash of all that tells two of them apart, so that no secret lies about here.
    pools: StdMutex<HashMap<u64, Arc<Pool>>>,
    /// A credential that jump hosts refuse is withdrawn from them. What they make of it says
    /// nothing about the devices.
    trials: Trials,
    ramp: Ramp,
}

/// A session's place on a connection to a jump host, which lives as long as anybody uses it.
pub(super) struct Lease {
    jump_host: String,
    fate: Fate,
    _connection: Arc<JumpHost>,
}

impl Lease {
    /// What broke on the way.
    pub fn fault(&self) -> Option<(String, String)> {
        match self.fate.get()? {
            End::Closed => None,
            End::Lost => Some(lost(&self.jump_host)),
            End::Stalled => Some((
                format!(
                    "more came through jump host `{}` than was read, and the others behind it had \
                     to wait: the connection was cut",
                    self.jump_host
                ),
                "This machine may be overloaded: lower `--forks`.".to_owned(),
            )),
        }
    }
}

impl JumpHosts {
    pub fn new(settings: &SshSettings) -> Self {
        Self {
            hasher: RandomState::new(),
            pools: StdMutex::default(),
            trials: Trials::new(settings.most_refused_logins),
            ramp: Ramp::new(settings.jump_ramp),
        }
    }

    /// Opens a way to `target` through `hop`.
    pub async fn open(
        &self,
        connector: &SshConnector,
        hop: &Target,
        target: &Target,
    ) -> Result<(UnixStream, Lease), HostFailure> {
        self.ramp.turn(hop).await;
        let pool = self.pool(hop);
        let patience = target.connect_timeout.unwrap_or(connector.settings.connect);
        // A connection may have ended unnoticed: then there is another one to be had, or a reason.
        for _ in 0..=MOST_FAILURES {
            let connection = pool.connection(connector, hop, &self.trials).await?;
            let opening = connection.open(&target.address, target.port);
            match timeout(patience, opening).await {
                Ok(Ok((socket, fate))) => {
                    let jump_host = hop.host.to_string();
                    return Ok((socket, Lease { jump_host, fate, _connection: connection }));
                }
                Ok(Err(NoChannel::Lost)) => {}
                Ok(Err(NoChannel::Failed(error))) => return Err(no_socket(&error)),
                Ok(Err(NoChannel::Refused(reason))) => return Err(refused(hop, target, &reason)),
                Err(_) => return Err(unreached(hop, target, patience)),
            }
        }
        let (message, remedy) = lost(hop.host.as_str());
        Err(HostFailure::new(Stage::Connect, message, remedy))
    }

    fn pool(&self, hop: &Target) -> Arc<Pool> {
        let mut state = self.hasher.build_hasher();
        identify(hop, &mut state);
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools.entry(state.finish()).or_default().clone()
    }
}

/// Feeds all that makes a jump host this one: the way to it, the login, the policy.
fn identify(hop: &Target, state: &mut impl Hasher) {
    (hop.address.to_ascii_lowercase(), hop.port, &hop.user, &hop.private_key_file).hash(state);
    hop.password.as_ref().map(|password| password.expose()).hash(state);
    format!("{:?} {:?}", hop.host_key, hop.connect_timeout).hash(state);
    hop.known_hosts.hash(state);
    match &hop.route {
        Route::Direct => 0.hash(state),
        Route::Command(command) => command.hash(state),
        Route::Jump(next) => identify(next, state),
    }
}

/// The connections to one jump host.
#[derive(Default)]
struct Pool {
    state: Mutex<PoolState>,
    /// How many attempts have failed so far, to be looked at without waiting for a turn.
    failed: AtomicUsize,
}

#[derive(Default)]
struct PoolState {
    connections: Vec<Arc<JumpHost>>,
    /// How many the jump host has turned out to allow, once it refused one.
    allowed: Option<usize>,
    failures: usize,
    last: Option<HostFailure>,
}

impl Pool {
    /// The connection with the fewest sessions, or a new one. One device connects at a time;
    /// those who waited for it share its failure.
    async fn connection(
        &self,
        connector: &SshConnector,
        hop: &Target,
        trials: &Trials,
    ) -> Result<Arc<JumpHost>, HostFailure> {
        let failed_before = self.failed.load(Ordering::Relaxed);
        let mut state = self.state.lock().await;
        state.forget_lost(hop);
        let most = connector.settings.jump_connections.max(1);
        let most = state.allowed.map_or(most, |allowed| allowed.clamp(1, most));
        // The pool holds each of them once, all others are sessions.
        let sessions = |connection: &&Arc<JumpHost>| Arc::strong_count(connection) - 1;
        let idlest = state.connections.iter().min_by_key(sessions).cloned();
        if let Some(idlest) = &idlest
            && (state.connections.len() >= most
                || Arc::strong_count(idlest) - 2 < SESSIONS_BEFORE_ANOTHER)
        {
            return Ok(idlest.clone());
        }
        if idlest.is_none()
            && let Some(last) = &state.last
            && (state.failures >= MOST_FAILURES
                // Undecided, it may have been refused all the same.
                || last.stage == Stage::Authenticate
                || self.failed.load(Ordering::Relaxed) > failed_before)
        {
            return Err(last.clone());
        }
        match (JumpHost::connect(connector, hop, trials).await, idlest) {
            (Ok(connection), _) => {
                let connection = Arc::new(connection);
                state.connections.push(connection.clone());
                Ok(connection)
            }
            // What there is will do.
            (Err(_), Some(idlest)) => {
                state.allowed = Some(state.connections.len());
                Ok(idlest)
            }
            (Err(failure), None) => {
                state.failures += 1;
                state.last = Some(failure.clone());
                self.failed.fetch_add(1, Ordering::Relaxed);
                Err(failure)
            }
        }
    }
}

impl PoolState {
    fn forget_lost(&mut self, hop: &Target) {
        let before = self.connections.len();
        self.connections.retain(|connection| !connection.is_lost());
        let lost_now = before - self.connections.len();
        if lost_now > 0 {
            // Those that are lost together were lost by one cause.
            self.failures += 1;
            let (message, remedy) = lost(hop.host.as_str());
            self.last = Some(HostFailure::new(Stage::Connect, message, remedy));
        }
    }
}

fn lost(jump_host: &str) -> (String, String) {
    (
        format!("the connection to jump host `{jump_host}` was lost"),
        "Check the jump host and the network to it: the devices behind it fail together."
            .to_owned(),
    )
}

fn refused(hop: &Target, target: &Target, reason: &ChannelOpenFailure) -> HostFailure {
    let place = format!("{} port {}", target.address, target.port);
    let (message, remedy) = match reason {
        ChannelOpenFailure::ConnectFailed => (
            format!("jump host `{}` could not connect to {place}", hop.host),
            "Check the address and port, the name servers of the jump host, and that SSH on the \
             device is open to it (`trusthost`, `allowaccess`).",
        ),
        ChannelOpenFailure::AdministrativelyProhibited => (
            format!("jump host `{}` does not allow a connection to {place}", hop.host),
            "On an OpenSSH server see `AllowTcpForwarding`, `PermitOpen` and `DisableForwarding`.",
        ),
        _ => (
            format!("jump host `{}` has no channel left for {place}", hop.host),
            "It may be overloaded: try again, and with fewer `--forks`.",
        ),
    };
    HostFailure::new(Stage::Connect, message, remedy)
}

fn unreached(hop: &Target, target: &Target, limit: Duration) -> HostFailure {
    HostFailure::new(
        Stage::Connect,
        format!(
            "jump host `{}` did not reach {} port {} within {}",
            hop.host,
            target.address,
            target.port,
            seconds(limit)
        ),
        "Check the address, the route from the jump host and the firewalls between. FortiOS is \
         silent as well towards an address that is not among the account's trusted hosts.",
    )
}

fn no_socket(error: &std::io::Error) -> HostFailure {
    HostFailure::new(
        Stage::Connect,
        format!("this machine has no socket left for another connection: {error}"),
        "Raise the limit of open files (`ulimit -n`), or lower `--forks`.",
    )
}
