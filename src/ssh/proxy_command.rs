//! A command whose input and output are the connection.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use super::fault::printable;
use crate::model::{HostFailure, Stage};

/// How much of its complaints is kept: the last.
const MOST_COMPLAINTS: usize = 4096;
/// How long to wait for them once the connection has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A running `ProxyCommand`; dropping it kills it.
pub(super) struct ProxyCommand {
    command: String,
    complaints: Arc<Mutex<Vec<u8>>>,
    /// How it ended, when it has.
    status: watch::Receiver<Option<ExitStatus>>,
    /// Dropped with this: the command is killed.
    _alive: watch::Sender<()>,
}

impl ProxyCommand {
    /// Starts `command` as OpenSSH does, with a shell that gives way to it.
    pub fn start(command: &str) -> Result<(UnixStream, Self), HostFailure> {
        let failed = |error: std::io::Error| {
            HostFailure::new(
                Stage::Connect,
                format!("the ProxyCommand could not be started: {error}"),
                "This machine may be out of processes or files: lower `--forks`.",
            )
        };
        let (near, far) = StdUnixStream::pair().map_err(failed)?;
        near.set_nonblocking(true).map_err(failed)?;
        let socket = UnixStream::from_std(near).map_err(failed)?;
        let output = far.try_clone().map_err(failed)?;
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("exec {command}"))
            .stdin(Stdio::from(OwnedFd::from(far)))
            .stdout(Stdio::from(OwnedFd::from(output)))
            .stderr(Stdio::piped())
            // A Ctrl-C at the terminal is for tokenfleet, which leaves its devices in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let complaints = Arc::default();
        let (told, status) = watch::channel(None);
        let (alive, dropped) = watch::channel(());
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(attend(child, stderr, Arc::clone(&complaints), told, dropped));
        }
        Ok((socket, Self { command: command.to_owned(), complaints, status, _alive: alive }))
    }

    /// How it failed, when it did.
    pub async fn fault(&self) -> Option<(String, String)> {
        let mut status = self.status.clone();
        let status = timeout(LAST_WORDS, status.wait_for(Option::is_some)).await.ok()?;
        let status = (*status.ok()?)?;
        if status.success() {
            return None;
        }
        let how = match status.code() {
            Some(127) => "was not found".to_owned(),
            Some(code) => format!("ended with status {code}"),
            None => "was killed".to_owned(),
        };
        let said = self.said().map_or_else(String::new, |said| format!(": {said}"));
        Some((
            format!("the ProxyCommand `{}` {how}{said}", printable(&self.command)),
            "Run it in a shell, with the host and port filled in: it must print the SSH version \
             line of the device."
                .to_owned(),
        ))
    }

    /// Adds what it complained about to a failure that is not its own.
    pub fn remark(&self, mut failure: HostFailure) -> HostFailure {
        if let Some(said) = self.said() {
            failure.message.push_str(&format!(" (the ProxyCommand said: {said})"));
        }
        failure
    }

    /// Its last line on standard error.
    fn said(&self) -> Option<String> {
        let complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&complaints);
        text.lines().map(printable).rfind(|line| !line.is_empty())
    }
}

/// Waits for the end of the command, or brings it about.
async fn attend(
    mut child: Child,
    mut stderr: ChildStderr,
    complaints: Arc<Mutex<Vec<u8>>>,
    told: watch::Sender<Option<ExitStatus>>,
    mut dropped: watch::Receiver<()>,
) {
    let listening = async {
        let mut chunk = [0; 1024];
        while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
            let mut kept = complaints.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(&chunk[..count]);
            let excess = kept.len().saturating_sub(MOST_COMPLAINTS);
            kept.drain(..excess);
        }
        child.wait().await
    };
    tokio::select! {
        // Nothing is ever sent: this is the end of the other half.
        _ = dropped.changed() => {}
        status = listening => {
            told.send_replace(status.ok());
        }
    }
}
