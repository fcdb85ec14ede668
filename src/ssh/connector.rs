//! From a target to its command line, stage by stage.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_ssh2_lite::ssh2::{ExtendedData, MethodType};
use async_ssh2_lite::{AsyncChannel, AsyncSession, Error};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::algorithms::{self, Part, Supported};
use super::authentication::{self, Credential, Credentials};
use super::fault::{Fault, printable};
use super::hangup::Hangup;
use super::host_keys::{Expectation, Standing};
use super::jump_hosts::JumpHosts;
use super::offer::Offer;
use super::socket::Socket;
use super::stream::SshStream;
use super::trials::Trials;
use super::version::{self, NoVersion};
use super::way::Way;
use super::{HostKeys, PublicKey, SshSettings, SshTransport};
use crate::model::{HostFailure, HostKeyPolicy, Negotiated, Stage, Target};
use crate::runner::Connector;

/// Columns of the terminal: no line of an answer should be wrapped.
const COLUMNS: u32 = 512;
/// Rows of the terminal: so many that a device which pages by them never does, and few enough
/// for the signed 16 bits in which some systems keep them. Devices that page all the same are
/// answered by the session.
const ROWS: u32 = 32_767;
/// How much a device may send ahead of what was read: bounds the memory that one can take.
const WINDOW: u32 = 256 * 1024;
const PACKET: u32 = 32 * 1024;

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
            jump_hosts: JumpHosts::new(settings.most_refused_logins),
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

/// Why no keys were exchanged.
enum NoKeys {
    Failed(HostFailure),
    /// Perhaps: libssh2 knows no more than that. The other side's own words must tell.
    NothingInCommon(HostFailure, Supported),
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

pub(super) async fn resolve(
    target: &Target,
    limit: Duration,
) -> Result<Vec<SocketAddr>, HostFailure> {
    let failed = |cause: String| {
        HostFailure::new(
            Stage::Resolve,
            format!("the name `{}` {cause}", target.address),
            "Check the name and this machine's name servers, or set `ansible_host` to an address.",
        )
    };
    match timeout(limit, lookup_host((target.address.as_str(), target.port))).await {
        Ok(Ok(addresses)) => {
            let addresses: Vec<_> = addresses.collect();
            if addresses.is_empty() {
                Err(failed("has no address".to_owned()))
            } else {
                Ok(addresses)
            }
        }
        Ok(Err(error)) => Err(failed(format!("cannot be resolved: {error}"))),
        Err(_) => Err(failed(format!("was not resolved within {}", seconds(limit)))),
    }
}

/// Tries the addresses one after the other, each with an equal share of the time that is left.
pub(super) async fn open_socket(
    addresses: &[SocketAddr],
    target: &Target,
    limit: Duration,
) -> Result<TcpStream, HostFailure> {
    let share = limit / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut last = connect_failure(target, limit, &io::ErrorKind::TimedOut.into());
    for address in addresses {
        let error = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(socket)) => {
                // Commands are short: none should wait for the one before to be acknowledged.
                // Where that cannot be set, they do.
                let _ = socket.set_nodelay(true);
                return Ok(socket);
            }
            Ok(Err(error)) => error,
            Err(_) => io::ErrorKind::TimedOut.into(),
        };
        last = connect_failure(target, limit, &error);
    }
    Err(last)
}

fn connect_failure(target: &Target, limit: Duration, error: &io::Error) -> HostFailure {
    // Too many open files, of this process or of the system.
    const NO_FILE_LEFT: [Option<i32>; 2] = [Some(24), Some(23)];
    let place = format!("{} port {}", target.address, target.port);
    let (message, remedy) = match error.kind() {
        _ if NO_FILE_LEFT.contains(&error.raw_os_error()) => (
            "this machine has no file handle left for another connection".to_owned(),
            "Raise the limit of open files (`ulimit -n`), or lower `--forks`.",
        ),
        io::ErrorKind::TimedOut => (
            format!("{place} did not answer within {}", seconds(limit)),
            "Check the address, the route and the firewalls between. FortiOS is silent as well towards \
             an address that is not among the account's trusted hosts.",
        ),
        io::ErrorKind::ConnectionRefused => (
            format!("{place} refused the connection"),
            "Check the port (`ansible_port`, `admin-ssh-port` on the device), that SSH is allowed on \
             this interface, and the trusted hosts.",
        ),
        _ => (
            format!("{place} cannot be reached: {error}"),
            "Check the address and the route to it.",
        ),
    };
    HostFailure::new(Stage::Connect, message, remedy)
}

pub(super) async fn wait_for_version(
    socket: &Socket,
    target: &Target,
    limit: Duration,
) -> Result<(), HostFailure> {
    let (message, remedy) = match timeout(limit, version::wait_for(socket)).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(NoVersion::Closed)) => (
            "the device closed the connection before it said anything".to_owned(),
            "It may have no session left (`admin-login-max`) or refuse this address: look at its \
             sessions, and try again with fewer `--forks`.",
        ),
        Ok(Err(NoVersion::NotSsh(said))) => (
            format!("port {} does not speak SSH: it said `{said}`", target.port),
            "Check the port (`ansible_port`, `admin-ssh-port` on the device).",
        ),
        Ok(Err(NoVersion::Failed(error))) => (
            format!("the connection failed before SSH began: {error}"),
            "Check the network between this machine and the device.",
        ),
        Err(_) => (
            format!(
                "the connection was accepted, but no SSH version line came within {}",
                seconds(limit)
            ),
            "Check that the port speaks SSH. A device under heavy load is slow to answer too.",
        ),
    };
    Err(HostFailure::new(Stage::Handshake, message, remedy))
}

type Session = AsyncSession<SshStream>;

/// A connection on its way to a shell.
struct Line {
    // Dropped in this order: see `Hangup`. A stage must keep the channel in here, since its own
    // variables would outlive the socket.
    hangup: Hangup<Socket>,
    channel: Option<AsyncChannel<SshStream>>,
    session: Session,
}

impl Line {
    fn new(socket: Arc<Socket>) -> Result<Self, HostFailure> {
        let hangup = Hangup::new(socket.clone());
        let session = AsyncSession::new(SshStream::new(socket), None).map_err(|error| {
            HostFailure::new(
                Stage::Handshake,
                format!("no SSH session could be made: {}", Fault::from(&error)),
                "This machine may be out of memory: lower `--forks`.",
            )
        })?;
        Ok(Self { hangup, channel: None, session })
    }

    async fn exchange_keys(
        &mut self,
        target: &Target,
        expectation: &Expectation<'_>,
        limit: Duration,
    ) -> Result<(), NoKeys> {
        let wanted = expectation.algorithms();
        let mut supported = Supported::default();
        let exchange = async {
            for part in Part::ALL {
                let names = self.supported(part).await?;
                let names_of: Vec<&str> = names.iter().map(String::as_str).collect();
                let (first, rest): (Vec<&str>, Vec<&str>) =
                    algorithms::offered(&names_of, target.legacy)
                        .into_iter()
                        .partition(|name| wanted.iter().any(|wanted| wanted == name));
                let order = [first, rest].concat().join(",");
                for kind in part.methods() {
                    self.session.method_pref(*kind, &order).await?;
                }
                supported.0.push((part, names));
            }
            let signatures = algorithms::signatures(target.legacy);
            self.session.method_pref(MethodType::SignAlgo, signatures).await?;
            self.session.handshake().await
        };
        match timeout(limit, exchange).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.exchange_failure(&error, supported)),
            Err(_) => Err(NoKeys::Failed(HostFailure::new(
                Stage::Handshake,
                format!(
                    "the device named its SSH version, but the key exchange was not finished within {}",
                    seconds(limit)
                ),
                "The device may be overloaded, or something between drops large packets: try again, \
                 and try `ssh -v`.",
            ))),
        }
    }

    /// What libssh2 has of a part.
    async fn supported(&self, part: Part) -> Result<Vec<String>, Error> {
        let Some(kind) = part.methods().first() else { return Ok(Vec::new()) };
        let names = self.session.supported_algs(*kind).await?;
        Ok(names.iter().map(|name| (*name).to_owned()).collect())
    }

    fn exchange_failure(&self, error: &Error, supported: Supported) -> NoKeys {
        let server = self.session.banner().map_or_else(|| "the device".to_owned(), printable);
        // libssh2 calls it a failed key exchange too when the connection ends before it.
        let is_over = self.session.methods(MethodType::Kex).is_none() && self.hangup.is_over();
        let fault = if is_over { Fault::Lost } else { Fault::from(error) };
        // A server that finds nothing in common hangs up as well, perhaps before libssh2 noticed.
        let may_disagree = matches!(fault, Fault::KeyExchange | Fault::Lost);
        let (message, remedy) = match fault {
            _ if server.starts_with("SSH-1.") && !server.starts_with("SSH-1.99") => (
                format!("the device speaks SSH version 1 only ({server})"),
                "Switch it to SSH version 2 (`set admin-ssh-v1 disable`).",
            ),
            Fault::KeyExchange => (
                format!("{} ({server})", self.disagreement()),
                "`ssh -vv` to the device shows what it offers; allow a current algorithm on it \
                 (`config system ssh-config`, or `config system global` before 7.4.4).",
            ),
            Fault::HostKeyProof => (
                format!("the device could not prove that the host key is its own ({server})"),
                "Something between may be tampering with the connection: do not log in from here \
                 until that is cleared up.",
            ),
            Fault::Lost => (
                format!("the device closed the connection during the key exchange ({server})"),
                "It may have no algorithm in common, or too many connections at once: try `ssh -v`, \
                 and fewer `--forks`.",
            ),
            fault => (
                format!("the key exchange failed: {fault} ({server})"),
                "Try `ssh -v` to the device to see where it stops.",
            ),
        };
        let failure = HostFailure::new(Stage::Handshake, message, remedy);
        if may_disagree {
            NoKeys::NothingInCommon(failure, supported)
        } else {
            NoKeys::Failed(failure)
        }
    }

    /// What the two sides could not agree on, told from how far libssh2 came.
    fn disagreement(&self) -> String {
        let agreed = |kind| self.session.methods(kind).is_some();
        let missing = if !agreed(MethodType::Kex) || !agreed(MethodType::HostKey) {
            "key exchange method and host key type"
        } else if !agreed(MethodType::CryptCs) || !agreed(MethodType::CryptSc) {
            "cipher"
        } else if !agreed(MethodType::MacCs) || !agreed(MethodType::MacSc) {
            "message authentication code"
        } else {
            let method = self.session.methods(MethodType::Kex).unwrap_or_default();
            return format!("the key exchange by {method} failed");
        };
        format!("the device and tokenfleet have no {missing} in common")
    }

    fn negotiated(&self) -> Negotiated {
        algorithms::negotiated(self.session.banner(), |kind| {
            self.session.methods(kind).map(str::to_owned)
        })
    }

    fn host_key(&self) -> Result<PublicKey, HostFailure> {
        self.session.host_key().and_then(|(blob, _)| PublicKey::from_wire(blob)).ok_or_else(|| {
            HostFailure::new(
                Stage::HostKey,
                "the device showed a host key that cannot be read",
                "Check that this is the right device.",
            )
        })
    }

    async fn log_in(&self, user: &str, credential: &Credential) -> Result<(), HostFailure> {
        authentication::log_in(&self.session, &self.hangup, user, credential).await
    }

    async fn open_shell(mut self, limit: Duration) -> Result<SshTransport, HostFailure> {
        let negotiated = self.negotiated();
        let outcome = timeout(limit, self.start_shell()).await;
        let Self { hangup, channel, session } = self;
        match (outcome, channel) {
            (Ok(Ok(())), Some(channel)) => {
                Ok(SshTransport::new(hangup, channel, session, negotiated))
            }
            (outcome, channel) => {
                // As in a drop of the whole: the socket first, then what libssh2 holds.
                drop((hangup, channel, session));
                Err(match outcome {
                    Ok(Err((request, error))) => shell_failure(request, &error),
                    _ => HostFailure::new(
                        Stage::Login,
                        format!("the device opened no command line within {}", seconds(limit)),
                        "It may be overloaded: try again, and with fewer `--forks`.",
                    ),
                })
            }
        }
    }

    /// Opens the channel and starts the shell; an error comes with the request that failed.
    async fn start_shell(&mut self) -> Result<(), (&'static str, Error)> {
        let opening = self.session.channel_open("session", WINDOW, PACKET, None);
        let channel = self.channel.insert(opening.await.map_err(|error| ("a channel", error))?);
        channel
            .handle_extended_data(ExtendedData::Merge)
            .await
            .map_err(|error| ("a channel", error))?;
        channel
            .request_pty("vt100", None, Some((COLUMNS, ROWS, 0, 0)))
            .await
            .map_err(|error| ("a terminal", error))?;
        channel.shell().await.map_err(|error| ("a shell", error))
    }
}

fn undecided(limit: Duration) -> HostFailure {
    HostFailure::new(
        Stage::Authenticate,
        format!("the device did not decide on the login within {}", seconds(limit)),
        "Where it asks a RADIUS, TACACS+ or LDAP server about administrators, check that server; or \
         allow more time.",
    )
}

fn shell_failure(request: &str, error: &Error) -> HostFailure {
    let (message, remedy) = match Fault::from(error) {
        Fault::Lost => (
            "the device accepted the login and then closed the connection".to_owned(),
            "It may allow the account one session at a time (`admin-concurrent`) or have none left: \
             look at its sessions.",
        ),
        Fault::ChannelRefused => (
            format!("the device accepted the login, but refused {request}"),
            "Check that the account may use the command line, and that the device has a session left.",
        ),
        fault => (
            format!("the device accepted the login, but {request} could not be had: {fault}"),
            "Try `ssh -v` with the same account to see where it stops.",
        ),
    };
    HostFailure::new(Stage::Login, message, remedy)
}

pub(super) fn seconds(limit: Duration) -> String {
    let text = format!("{:.1}", limit.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}
