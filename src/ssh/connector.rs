//! From a target to its command line, stage by stage.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::algorithms::{self, Supported};
use super::authentication::{Credential, Credentials};
use super::host_keys::{Expectation, Standing};
use super::jump_hosts::JumpHosts;
use super::line::{Line, NoKeys, undecided};
use super::offer::Offer;
use super::reaching::wait_for_version;
use super::socket::Socket;
use super::trials::Trials;
use super::way::Way;
use super::{HostKeys, PublicKey, SshSettings, SshTransport};
use crate::model::{HostFailure, HostKeyPolicy, Target};
use crate::runner::Connector;

/// How long a key exchange may keep others waiting. What takes longer waits for its device, and
/// computes nothing: many silent devices would hold up the healthy ones.
const TURN: Duration = Duration::from_millis(500);

/// Opens the command lines of devices over SSH; one for a whole run.
pub struct SshConnector {
    pub(super) settings: SshSettings,
    pub(super) host_keys: HostKeys,
    pub(super) jump_hosts: JumpHosts,
    /// Turns at the key exchange.
    handshakes: Semaphore,
    pub(super) credentials: Credentials,
    trials: Trials,
}

impl SshConnector {
    pub fn new(settings: SshSettings) -> Self {
        let permits = settings.simultaneous_handshakes.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            host_keys: HostKeys::new(settings.known_hosts.clone()),
            handshakes: Semaphore::new(permits),
            credentials: Credentials::new(settings.agent.clone()),
            trials: Trials::new(settings.most_refused_logins),
            jump_hosts: JumpHosts::new(&settings),
            settings,
        }
    }

    /// The known host keys, with those that were accepted as new since.
    pub fn host_keys(&self) -> &HostKeys {
        &self.host_keys
    }

    /// Asks a host for its key, and goes away without a login. The target's own policy plays no
    /// part.
    ///
    /// # Errors
    /// No key was shown.
    pub async fn scan(&self, target: &Target) -> Result<ScannedKey, HostFailure> {
        let target = Target { host_key: HostKeyPolicy::Strict, ..target.clone() };
        let expectation = self.host_keys.expect(&target);
        let (line, _way) = self.approach(&target, &expectation).await?;
        let key = line.host_key()?;
        let standing = expectation.standing(&key);
        Ok(ScannedKey { name: expectation.name(), key, standing })
    }

    /// From nothing to the exchanged keys; the host's is not checked yet.
    async fn approach(
        &self,
        target: &Target,
        expectation: &Expectation<'_>,
    ) -> Result<(Line, Way), HostFailure> {
        let (socket, way) = Way::open(self, target).await?;
        match self.exchange_keys(socket, target, expectation).await {
            Ok(line) => Ok((line, way)),
            Err(NoKeys::Failed(failure)) => Err(way.explain(failure).await),
            Err(NoKeys::NothingInCommon(failure, supported)) => {
                let failure = way.explain(failure).await;
                drop(way);
                Err(self.disagreement(target, &supported).await.unwrap_or(failure))
            }
        }
    }

    async fn exchange_keys(
        &self,
        socket: Socket,
        target: &Target,
        expectation: &Expectation<'_>,
    ) -> Result<Line, NoKeys> {
        let patience = target.connect_timeout.unwrap_or(self.settings.handshake);
        wait_for_version(&socket, target, patience).await.map_err(NoKeys::Failed)?;
        let mut line = Line::new(Arc::new(socket)).map_err(NoKeys::Failed)?;
        {
            // It is never closed, so there is always a turn to come.
            let turn = self.handshakes.acquire().await;
            let mut exchange = pin!(line.exchange_keys(target, expectation, patience));
            match timeout(TURN, &mut exchange).await {
                Ok(exchanged) => exchanged?,
                Err(_) => {
                    drop(turn);
                    exchange.await?;
                }
            }
        }
        Ok(line)
    }

    /// What the two sides have not in common, by the other side's own words: a second connection
    /// asks for them.
    async fn disagreement(&self, target: &Target, supported: &Supported) -> Option<HostFailure> {
        let patience = target.connect_timeout.unwrap_or(self.settings.handshake);
        let (socket, _way) = Way::open(self, target).await.ok()?;
        let offer = timeout(patience, Offer::ask(socket)).await.ok()?.ok()?;
        algorithms::disagreement(&offer, supported, target.legacy)
    }
}

/// The key that a host showed.
#[derive(Debug, Clone)]
pub struct ScannedKey {
    /// The name under which `known_hosts` would list it.
    pub name: String,
    pub key: PublicKey,
    pub standing: Standing,
}

/// As a line of `known_hosts`.
impl fmt::Display for ScannedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.key)
    }
}

impl Connector for SshConnector {
    type Transport = SshTransport;

    async fn connect(&self, target: &Target) -> Result<SshTransport, HostFailure> {
        let credential = self.credentials.of(target).await?;
        self.trials.check(target, &credential)?;
        let expectation = self.host_keys.expect(target);
        let (line, way) = self.approach(target, &expectation).await?;
        match self.enter(line, target, &expectation, &credential).await {
            Ok(transport) => Ok(transport.by(way)),
            Err(failure) => Err(way.explain(failure).await),
        }
    }
}

impl SshConnector {
    /// From the exchanged keys to the command line.
    async fn enter(
        &self,
        line: Line,
        target: &Target,
        expectation: &Expectation<'_>,
        credential: &Credential,
    ) -> Result<SshTransport, HostFailure> {
        let settings = &self.settings;
        let limit = |stage: Duration| target.connect_timeout.unwrap_or(stage);
        expectation.check(&line.host_key()?)?;
        let trial = self.trials.begin(target, credential).await?;
        let patience = limit(settings.authenticate);
        let login = timeout(patience, line.log_in(&target.user, credential)).await;
        // Without a decision, the trial counts as one that nobody answered.
        let login = login.map_err(|_| undecided(patience))?;
        trial.end(&login);
        login?;
        line.open_shell(limit(settings.login)).await
    }
}
