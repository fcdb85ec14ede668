//! One SSH connection to one unit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use russh::kex::dh::groups::{DH_GROUP14, DhGroup};
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, Response, Session};
use russh::{Channel, ChannelId, ChannelOpenFailure, ChannelWriteHalf, Pty, client::GexParams};
use tokio::sync::Notify;

use super::device::{Banner, Device};
use super::fault::Fault;
use super::journal::Journal;
use super::shell::{Shell, Step};
use super::stranger::Stranger;

/// What all connections to one unit share.
#[derive(Debug)]
pub struct Unit {
    pub device: Arc<Device>,
    pub journal: Arc<Mutex<Journal>>,
    pub user: String,
    pub password: String,
    /// How long the unit thinks before it answers a command.
    pub latency: Duration,
    pub slow_login: Duration,
    pub drip: Duration,
    /// Connections that are open now.
    pub visitors: AtomicUsize,
}

impl Unit {
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Channels that one connection may open.
const CHANNELS: usize = 4;

/// Bytes that one connection may be sent; beyond, it is cut. A client that asks and never reads
/// cannot fill the memory.
const OUTPUT: usize = 64 << 20;

/// Rows of a shell without a terminal, and bytes of a fragment.
const ROWS: usize = 24;
const FRAGMENT: usize = 5;

/// The server's side of one connection.
pub struct Visit {
    unit: Arc<Unit>,
    /// Cuts the connection.
    cut: Arc<Notify>,
    channels: HashMap<ChannelId, Line>,
    /// Channels that were asked for and will never be decided on.
    undecided: Vec<ChannelOpenHandle>,
    sent: usize,
}

/// One channel.
struct Line {
    rows: Option<usize>,
    console: Option<Console>,
    /// Waits while the visitor does not read.
    writer: Arc<ChannelWriteHalf<Msg>>,
}

enum Console {
    FortiGate(Shell),
    Stranger(Stranger),
}

impl Console {
    fn open(&mut self) -> Vec<Step> {
        match self {
            Self::FortiGate(shell) => shell.open(),
            Self::Stranger(stranger) => stranger.open(),
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Vec<Step> {
        match self {
            Self::FortiGate(shell) => shell.receive(bytes),
            Self::Stranger(stranger) => stranger.receive(bytes),
        }
    }
}

impl Visit {
    pub fn new(unit: Arc<Unit>, cut: Arc<Notify>) -> Self {
        unit.visitors.fetch_add(1, Ordering::Relaxed);
        Self { unit, cut, channels: HashMap::new(), undecided: Vec::new(), sent: 0 }
    }

    fn shell(&self, rows: Option<usize>) -> Shell {
        Shell::new(self.unit.device.clone(), self.unit.journal.clone(), rows)
    }

    async fn login(&self, user: &str, password: &[u8]) -> Auth {
        if self.unit.device.fault == Some(Fault::SlowLogin) {
            tokio::time::sleep(self.unit.slow_login).await;
        }
        let refused = self.unit.device.fault == Some(Fault::PasswordRefused)
            || user != self.unit.user
            || password != self.unit.password.as_bytes();
        if refused {
            self.unit.journal().refused += 1;
            Auth::reject()
        } else {
            Auth::Accept
        }
    }

    async fn follow(
        &mut self,
        channel: ChannelId,
        steps: Vec<Step>,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        for step in steps {
            match step {
                Step::Write(bytes) => self.write(channel, &bytes, session)?,
                Step::Think if self.unit.latency.is_zero() => {}
                Step::Think => tokio::time::sleep(self.unit.latency).await,
                Step::Drip(bytes) => {
                    if let Some(line) = self.channels.get(&channel) {
                        tokio::spawn(drip(line.writer.clone(), bytes, self.unit.drip));
                    }
                }
                Step::Flood { block, times, end } => {
                    if let Some(line) = self.channels.get(&channel) {
                        tokio::spawn(flood(line.writer.clone(), block, times, end));
                    }
                }
                Step::Close => {
                    self.channels.remove(&channel);
                    session.exit_status_request(channel, 0)?;
                    session.eof(channel)?;
                    session.close(channel)?;
                    break;
                }
                Step::Cut => self.cut.notify_one(),
            }
        }
        Ok(())
    }

    fn write(
        &mut self,
        channel: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.sent += bytes.len();
        if self.sent > OUTPUT {
            self.cut.notify_one();
            return Ok(());
        }
        let size = match self.unit.device.fault {
            Some(Fault::Crumbles) => FRAGMENT,
            _ => bytes.len().max(1),
        };
        bytes.chunks(size).try_for_each(|part| session.data(channel, part.to_vec()))
    }
}

/// Writes a byte at a time until all is out, or the visitor has left.
async fn drip(writer: Arc<ChannelWriteHalf<Msg>>, bytes: Vec<u8>, pause: Duration) {
    for byte in bytes {
        if writer.data_bytes(vec![byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

/// Writes as fast as the visitor reads.
async fn flood(writer: Arc<ChannelWriteHalf<Msg>>, block: Vec<u8>, times: usize, end: Vec<u8>) {
    for _ in 0..times {
        if writer.data_bytes(block.clone()).await.is_err() {
            return;
        }
    }
    // Nobody is left to be told that the visitor is gone.
    let _ = writer.data_bytes(end).await;
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.unit.visitors.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Handler for Visit {
    type Error = russh::Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, Self::Error> {
        let banner = self.unit.device.login.banner == Banner::PreLogin;
        Ok(banner.then(|| "*** Authorised staff only. All activity is recorded. ***\n".to_owned()))
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        Ok(match self.unit.device.login.interactive {
            true => Auth::reject(),
            false => self.login(user, password.as_bytes()).await,
        })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        match response.and_then(|mut answers| answers.next()) {
            Some(password) => Ok(self.login(user, &password).await),
            None => Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            }),
        }
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        let fault = self.unit.device.fault;
        if matches!(fault, Some(Fault::SilentAfterLogin | Fault::ResetAfterLogin)) {
            self.undecided.push(reply);
            if fault == Some(Fault::ResetAfterLogin) {
                self.cut.notify_one();
            }
        } else if self.channels.len() < CHANNELS {
            let id = channel.id();
            // What is read is not wanted here: the handler has it.
            let (_, writer) = channel.split();
            self.channels.insert(id, Line { rows: None, console: None, writer: Arc::new(writer) });
            reply.accept().await;
        } else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        rows: u32,
        _pixels_wide: u32,
        _pixels_high: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(line) = self.channels.get_mut(&channel) {
            line.rows = Some(if rows == 0 { ROWS } else { rows as usize });
        }
        session.channel_success(channel)
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        _columns: u32,
        rows: u32,
        _pixels_wide: u32,
        _pixels_high: u32,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if let Some(Line { console: Some(Console::FortiGate(shell)), .. }) =
            self.channels.get_mut(&channel)
        {
            shell.resize(rows as usize);
        }
        Ok(())
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let rows = match self.channels.get(&channel) {
            Some(Line { console: None, rows, .. }) => rows.unwrap_or(ROWS),
            _ => return session.channel_failure(channel),
        };
        let mut console = match self.unit.device.fault {
            Some(Fault::LinuxServer) => Console::Stranger(Stranger::linux()),
            Some(Fault::FortiManager) => Console::Stranger(Stranger::fortimanager()),
            _ => Console::FortiGate(self.shell(Some(rows))),
        };
        session.channel_success(channel)?;
        let steps = console.open();
        if let Some(line) = self.channels.get_mut(&channel) {
            line.console = Some(console);
        }
        self.follow(channel, steps, session).await
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        let steps = self.shell(None).exec(&String::from_utf8_lossy(command));
        self.follow(channel, steps, session).await
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(Line { console: Some(console), .. }) = self.channels.get_mut(&channel) else {
            return Ok(());
        };
        let steps = console.receive(data);
        self.follow(channel, steps, session).await
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.remove(&channel);
        Ok(())
    }

    /// Units use a group of 2048 bits (`dh-params`).
    async fn lookup_dh_gex_group(
        &mut self,
        _parameters: &GexParams,
    ) -> Result<Option<DhGroup>, Self::Error> {
        Ok(Some(DH_GROUP14))
    }
}
