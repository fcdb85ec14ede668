//! A connector without a network.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::PathBuf;

use super::folder;
use super::stand_in::StandIn;
use crate::model::{Connection, HostFailure, Stage, Target};
use crate::runner::{Connector, Transport};

/// Opens the transcripts of hosts with `ansible_connection: transcript`.
#[derive(Debug, Default)]
pub struct TranscriptConnector {
    /// The folders that several hosts name.
    shared: HashSet<PathBuf>,
}

impl TranscriptConnector {
    /// For these hosts.
    pub fn new<'t>(targets: impl Iterator<Item = &'t Target>) -> Self {
        let mut known = HashSet::new();
        let folders = targets.filter_map(|target| match &target.connection {
            Connection::Transcript(folder) => Some(folder),
            _ => None,
        });
        Self { shared: folders.filter(|folder| !known.insert(*folder)).cloned().collect() }
    }
}

/// The shell that answers from a host's transcripts.
#[derive(Debug)]
pub struct TranscriptTransport {
    shell: StandIn,
    ready: VecDeque<u8>,
}

impl Connector for TranscriptConnector {
    type Transport = TranscriptTransport;

    async fn connect(&self, target: &Target) -> Result<TranscriptTransport, HostFailure> {
        let bug = || {
            HostFailure::new(
                Stage::Connect,
                "the transcripts of this host could not be opened",
                "This is a bug in tokenfleet: please report it.",
            )
        };
        let Connection::Transcript(folder) = target.connection.clone() else { return Err(bug()) };
        let host = target.host.to_string();
        let named = host.clone();
        let is_shared = self.shared.contains(&folder);
        let read = tokio::task::spawn_blocking(move || folder::read(&folder, &named, is_shared));
        let collection = read.await.map_err(|_| bug())??;
        let shell = StandIn::new(&host, collection);
        let ready = shell.prompt().into_bytes().into();
        Ok(TranscriptTransport { shell, ready })
    }
}

impl Transport for TranscriptTransport {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() && !self.shell.is_over() {
            // Nothing was asked, and nothing more comes by itself.
            std::future::pending::<()>().await;
        }
        let count = buffer.len().min(self.ready.len());
        for (slot, byte) in buffer.iter_mut().zip(self.ready.drain(..count)) {
            *slot = byte;
        }
        Ok(count)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let shown = self.shell.receive(bytes);
        self.ready.extend(shown.into_bytes());
        Ok(())
    }
}
