//! A connection on its way to a shell: key exchange, login, command line.

use std::sync::Arc;
use std::time::Duration;

use async_ssh2_lite::ssh2::{ExtendedData, MethodType};
use async_ssh2_lite::{AsyncChannel, AsyncSession, Error};
use tokio::time::timeout;

use super::algorithms::{self, Part, Supported};
use super::authentication::{self, Credential};
use super::fault::{Fault, printable};
use super::hangup::Hangup;
use super::host_keys::Expectation;
use super::socket::Socket;
use super::stream::SshStream;
use super::{PublicKey, SshTransport};
use crate::model::{HostFailure, Negotiated, Stage, Target};

/// Columns of the terminal: no line of an answer should be wrapped.
const COLUMNS: u32 = 512;
/// Rows of the terminal: so many that a device which pages by them never does, and few enough
/// for the signed 16 bits in which some systems keep them. Devices that page all the same are
/// answered by the session.
const ROWS: u32 = 32_767;
/// How much a device may send ahead of what was read: bounds the memory that one can take.
const WINDOW: u32 = 256 * 1024;
const PACKET: u32 = 32 * 1024;

/// Why no keys were exchanged.
pub(super) enum NoKeys {
    Failed(HostFailure),
    /// Perhaps: libssh2 knows no more than that. The other side's own words must tell.
    NothingInCommon(HostFailure, Supported),
}

type Session = AsyncSession<SshStream>;

/// A connection on its way to a shell.
pub(super) struct Line {
    // Dropped in this order: see `Hangup`. A stage must keep the channel in here, since its own
    // variables would outlive the socket.
    hangup: Hangup<Socket>,
    channel: Option<AsyncChannel<SshStream>>,
    session: Session,
}

impl Line {
    pub(super) fn new(socket: Arc<Socket>) -> Result<Self, HostFailure> {
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

    pub(super) async fn exchange_keys(
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
    pub(super) fn disagreement(&self) -> String {
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

    pub(super) fn host_key(&self) -> Result<PublicKey, HostFailure> {
        self.session.host_key().and_then(|(blob, _)| PublicKey::from_wire(blob)).ok_or_else(|| {
            HostFailure::new(
                Stage::HostKey,
                "the device showed a host key that cannot be read",
                "Check that this is the right device.",
            )
        })
    }

    pub(super) async fn log_in(
        &self,
        user: &str,
        credential: &Credential,
    ) -> Result<(), HostFailure> {
        authentication::log_in(&self.session, &self.hangup, user, credential).await
    }

    pub(super) async fn open_shell(mut self, limit: Duration) -> Result<SshTransport, HostFailure> {
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

pub(super) fn undecided(limit: Duration) -> HostFailure {
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
