//! The ways to devices: each host by the one that its inventory names.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::stream::variable;
use crate::model::{Connection, HostFailure, Negotiated, Stage, Target};
use crate::offline::{TranscriptConnector, TranscriptTransport};
use crate::runner::{Connector, Transport};
use crate::ssh::{SshConnector, SshTransport};

/// SSH, which leads to the lab as well, and transcripts.
pub(super) struct Ways {
    pub ssh: Arc<SshConnector>,
    pub transcripts: TranscriptConnector,
}

/// The socket of this user's agent.
pub(super) fn agent_socket() -> Option<PathBuf> {
    variable("SSH_AUTH_SOCK").filter(|path| !path.is_empty()).map(PathBuf::from)
}

pub(super) enum Way {
    Ssh(Box<SshTransport>),
    Transcripts(TranscriptTransport),
}

impl Connector for Ways {
    type Transport = Way;

    async fn connect(&self, target: &Target) -> Result<Way, HostFailure> {
        match target.connection {
            Connection::Ssh | Connection::Lab => {
                self.ssh.connect(target).await.map(|transport| Way::Ssh(Box::new(transport)))
            }
            // A plan asks no device of such a host; an included file may.
            Connection::Local => Err(HostFailure::new(
                Stage::Connect,
                "`ansible_connection` is `local`, so that there is no device to ask",
                "Run it with `-e ansible_connection=network_cli`, or set that for this host.",
            )),
            Connection::Transcript(_) => {
                self.transcripts.connect(target).await.map(Way::Transcripts)
            }
        }
    }
}

impl Transport for Way {
    fn negotiated(&self) -> Option<&Negotiated> {
        match self {
            Self::Ssh(transport) => transport.negotiated(),
            Self::Transcripts(transport) => transport.negotiated(),
        }
    }

    async fn explain(&self, failure: HostFailure) -> HostFailure {
        match self {
            Self::Ssh(transport) => transport.explain(failure).await,
            Self::Transcripts(transport) => transport.explain(failure).await,
        }
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Ssh(transport) => transport.read(buffer).await,
            Self::Transcripts(transport) => transport.read(buffer).await,
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Ssh(transport) => transport.write(bytes).await,
            Self::Transcripts(transport) => transport.write(bytes).await,
        }
    }
}
