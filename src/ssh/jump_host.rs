//! One connection to a jump host.

use std::borrow::Cow;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use russh::client::{Config, GexParams, Handle, Handler, connect_stream};
use russh::keys::ssh_key::PublicKey as ShownKey;
use russh::keys::{Algorithm, PublicKeyOrCertificate};
use russh::{ChannelOpenFailure, Preferred};
use tokio::net::UnixStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::authentication::Credential;
use super::bridge::{End, bridge};
use super::hangup::Hangup;
use super::line::seconds;
use super::reaching::wait_for_version;
use super::socket::Socket;
use super::trials::Trials;
use super::way::Way;
use super::{PublicKey, SshConnector, jump_login};
use crate::model::{HostFailure, Stage, Target};

/// How much a jump host may send ahead for one channel.
const WINDOW: u32 = 256 * 1024;
/// Messages between the connection and one channel.
const MESSAGES: usize = 32;
/// A jump host that is silent is asked for a sign of life, so many times. Then it is taken for
/// lost, which is sooner than its devices seem to have fallen silent.
const KEEPALIVE: Duration = Duration::from_secs(5);
const KEEPALIVES: usize = 2;

/// An SSH connection over which others are carried. libssh2 opens one channel of a session at a
/// time, and so would let one dead device hold up all others: this is russh's client.
pub(super) struct JumpHost {
    // Dropped first: russh's own task ends with its socket, whatever it waits for.
    _hangup: Hangup<OwnedFd>,
    handle: Arc<Handle<Client>>,
    _way: Way,
}

/// Why a channel could not be had.
pub(super) enum NoChannel {
    /// The connection to the jump host has ended.
    Lost,
    /// It has not, and the jump host said no.
    Refused(ChannelOpenFailure),
    /// There is no socket to be had on this machine.
    Failed(io::Error),
}

/// What happens to one channel, known to both of its ends.
pub(super) type Fate = Arc<OnceLock<End>>;

impl JumpHost {
    /// Connects, checks the host key and logs in. The failures name the jump host.
    pub async fn connect(
        connector: &SshConnector,
        hop: &Target,
        trials: &Trials,
    ) -> Result<Self, HostFailure> {
        let named = |failure| named(hop, failure);
        let is_bare = hop.password.is_none() && hop.private_key_file.is_none();
        let has_agent = connector.credentials.agent.is_there() && !hop.identities_only;
        if is_bare && !has_agent {
            return Err(named(no_credential(hop)));
        }
        let credential = connector.credentials.of(hop).await.map_err(named)?;
        let (socket, way) = Way::open(connector, hop).await.map_err(named)?;
        match Self::enter(connector, hop, trials, &credential, socket).await {
            Ok((hangup, handle)) => {
                Ok(Self { _hangup: hangup, handle: Arc::new(handle), _way: way })
            }
            Err(failure) => Err(named(way.explain(failure).await)),
        }
    }

    async fn enter(
        connector: &SshConnector,
        hop: &Target,
        trials: &Trials,
        credential: &Credential,
        socket: Socket,
    ) -> Result<(Hangup<OwnedFd>, Handle<Client>), HostFailure> {
        let settings = &connector.settings;
        let limit = |stage: Duration| hop.connect_timeout.unwrap_or(stage);
        wait_for_version(&socket, hop, limit(settings.handshake)).await?;
        let handle = socket.as_fd().try_clone_to_owned().map_err(|error| {
            HostFailure::new(
                Stage::Connect,
                format!("this machine has no file handle left for it: {error}"),
                "Raise the limit of open files (`ulimit -n`), or lower `--forks`.",
            )
        })?;
        let hangup = Hangup::new(Arc::new(handle));

        let expectation = connector.host_keys.expect(hop);
        let shown = Arc::default();
        let client = Client { shown: Arc::clone(&shown) };
        let patience = limit(settings.handshake);
        let exchange = connect_stream(configuration(&expectation.algorithms()), socket, client);
        let mut session = match timeout(patience, exchange).await {
            Ok(Ok(session)) => session,
            Ok(Err(error)) => return Err(exchange_failure(&error)),
            Err(_) => return Err(exchange_late(patience)),
        };
        let key = shown.get().and_then(|blob: &Vec<u8>| PublicKey::from_wire(blob));
        expectation.check(&key.ok_or_else(unreadable_key)?)?;

        let patience = limit(settings.authenticate);
        let trial = trials.begin(hop, credential).await?;
        let agent = &connector.credentials.agent;
        let login = jump_login::log_in(&mut session, &hop.user, credential, agent);
        // Without a decision, the trial counts as one that nobody answered.
        let login = timeout(patience, login).await.map_err(|_| {
            HostFailure::new(
                Stage::Authenticate,
                format!("the device did not decide on the login within {}", seconds(patience)),
                "Try the same login with `ssh -v` to see where it stops.",
            )
        })?;
        trial.end(&login);
        login?;
        Ok((hangup, session))
    }

    pub fn is_lost(&self) -> bool {
        self.handle.is_closed()
    }

    /// Opens a connection from the jump host to an address. Given up, it costs nothing: what
    /// the jump host answers too late is closed.
    pub async fn open(&self, address: &str, port: u16) -> Result<(UnixStream, Fate), NoChannel> {
        let (near, far) = UnixStream::pair().map_err(NoChannel::Failed)?;
        let fate = Fate::default();
        let (tell, told) = oneshot::channel();
        let (handle, address, ended) = (self.handle.clone(), address.to_owned(), fate.clone());
        tokio::spawn(async move {
            let opening = handle.channel_open_direct_tcpip(address, port.into(), "127.0.0.1", 0);
            match opening.await {
                Ok(channel) => {
                    if tell.send(Ok(())).is_err() {
                        let _ = channel.close().await;
                        return;
                    }
                    // The connection may end when its last user goes, and not before.
                    drop(handle);
                    bridge(channel, far, &ended).await;
                }
                Err(error) => {
                    let _ = tell.send(Err(match error {
                        russh::Error::ChannelOpenFailure(reason) => NoChannel::Refused(reason),
                        _ => NoChannel::Lost,
                    }));
                }
            }
        });
        told.await.unwrap_or(Err(NoChannel::Lost))?;
        Ok((near, fate))
    }
}

/// Notes the host key, which is checked before anything secret is sent.
pub(super) struct Client {
    shown: Arc<OnceLock<Vec<u8>>>,
}

impl Handler for Client {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let Ok(blob) = ShownKey::to_bytes(key) else { return Ok(false) };
        // Where keys are exchanged anew, the host must still be the same.
        Ok(*self.shown.get_or_init(|| blob.clone()) == blob)
    }
}

/// The algorithms of a current OpenSSH, the known types of host keys first.
fn configuration(known: &[String]) -> Arc<Config> {
    let is_known = |key: &&Algorithm| known.iter().any(|name| name == key.as_str());
    let offered = Preferred::DEFAULT.key;
    // Without a hash it is SHA-1.
    let usable = offered.iter().filter(|key| !matches!(key, Algorithm::Rsa { hash: None }));
    let (first, rest): (Vec<_>, Vec<_>) = usable.partition(is_known);
    Arc::new(Config {
        window_size: WINDOW,
        channel_buffer_size: MESSAGES,
        preferred: Preferred {
            key: Cow::Owned(first.into_iter().chain(rest).cloned().collect()),
            ..Preferred::DEFAULT
        },
        // 2048 bits are still what many servers have.
        gex: GexParams::new(2048, 3072, 8192).unwrap_or_default(),
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: KEEPALIVES,
        nodelay: true,
        ..Config::default()
    })
}

/// Puts the name of the jump host before a failure on the way to it.
fn named(hop: &Target, failure: HostFailure) -> HostFailure {
    let said = failure.message.replace("the device", "it");
    let remedy = match failure.stage {
        Stage::HostKey => failure.remedy,
        // The variables of a device are not those of its jump hosts.
        Stage::Authenticate => failure
            .remedy
            .replace("`ansible_ssh_private_key_", "`ansible_ssh_proxy_jump_private_key_")
            .replace("`ansible_password`", "`ansible_ssh_proxy_jump_password`"),
        _ => "Check the jump host and the way to it: no device behind it was reached.".to_owned(),
    };
    HostFailure { message: format!("jump host `{}`: {said}", hop.host), remedy, ..failure }
}

fn no_credential(hop: &Target) -> HostFailure {
    HostFailure::new(
        Stage::Authenticate,
        format!("there is neither a password nor a key for `{}`", hop.user),
        "Set `ansible_ssh_proxy_jump_private_key_file` or `ansible_ssh_proxy_jump_password`: the \
         password of a device is not sent to a jump host.",
    )
}

fn exchange_failure(error: &russh::Error) -> HostFailure {
    let message = match error {
        russh::Error::NoCommonAlgo { kind, theirs, .. } => format!(
            "the device and this program have no {kind:?} algorithm in common: it offers {}",
            theirs.join(", ")
        ),
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::IO(_) => {
            "the device closed the connection during the key exchange".to_owned()
        }
        error => format!("the key exchange failed: {error}"),
    };
    HostFailure::new(Stage::Handshake, message, "Try `ssh -v` to see where it stops.")
}

fn exchange_late(limit: Duration) -> HostFailure {
    HostFailure::new(
        Stage::Handshake,
        format!(
            "the device named its SSH version, but the key exchange was not finished within {}",
            seconds(limit)
        ),
        "Try `ssh -v` to see where it stops.",
    )
}

fn unreadable_key() -> HostFailure {
    HostFailure::new(
        Stage::HostKey,
        "the device showed a host key that cannot be read",
        "Check that this is the right host.",
    )
}
