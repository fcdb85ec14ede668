//! By what way a connection reaches its host.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::SshConnector;
use super::jump_hosts::Lease;
use super::proxy_command::ProxyCommand;
use super::reaching::{open_socket, resolve};
use super::socket::Socket;
use crate::model::{HostFailure, Route, Target};

/// What carries a socket, and must live as long as it. Dropping it ends the connection.
pub(super) enum Way {
    Direct,
    Jump(Lease),
    Command(ProxyCommand),
}

impl Way {
    /// Opens a socket to the target, by its route. Boxed, since a jump host is reached in the
    /// same manner.
    pub fn open<'a>(
        connector: &'a SshConnector,
        target: &'a Target,
    ) -> BoxFuture<'a, Result<(Socket, Self), HostFailure>> {
        async move {
            let settings = &connector.settings;
            let limit = |stage: Duration| target.connect_timeout.unwrap_or(stage);
            match &target.route {
                Route::Direct => {
                    let addresses = resolve(target, limit(settings.resolve)).await?;
                    let socket = open_socket(&addresses, target, limit(settings.connect)).await?;
                    Ok((Socket::Tcp(socket), Self::Direct))
                }
                Route::Jump(hop) => {
                    let opening = connector.jump_hosts.open(connector, hop, target);
                    let (socket, lease) = opening.await?;
                    Ok((Socket::Unix(socket), Self::Jump(lease)))
                }
                Route::Command(command) => {
                    let (socket, command) = ProxyCommand::start(command)?;
                    Ok((Socket::Unix(socket), Self::Command(command)))
                }
            }
        }
        .boxed()
    }

    /// Where the way itself broke, says so in place of what the session noticed of it.
    pub async fn explain(&self, failure: HostFailure) -> HostFailure {
        match self.fault().await {
            Some((message, remedy)) => HostFailure { message, remedy, ..failure },
            None => match self {
                // What the session noticed stands first: the command is not to blame for all.
                Self::Command(command) => command.remark(failure),
                Self::Direct | Self::Jump(_) => failure,
            },
        }
    }

    /// What broke, and what to do about it. Known for certain only after the socket has ended.
    pub async fn fault(&self) -> Option<(String, String)> {
        match self {
            Self::Direct => None,
            Self::Jump(lease) => lease.fault(),
            Self::Command(command) => command.fault().await,
        }
    }
}
