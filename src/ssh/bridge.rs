//! A jump host's channel, made into a socket.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::OnceLock;
use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf};
use tokio::io::{AsyncWriteExt, copy};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::time::sleep;

/// How much may wait for a session that does not read. Beyond it the whole connection to the
/// jump host waits, and with it all who share it.
const MOST_WAITING: usize = 1024 * 1024;
/// For how long it may.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a bridge ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// One of the two sides hung up.
    Closed,
    /// The connection to the jump host was lost.
    Lost,
    /// The session did not read what came for it, and would have held up the others.
    Stalled,
}

/// Carries bytes both ways until one side hangs up. `fate` knows how before the socket closes.
pub(super) async fn bridge(channel: Channel<Msg>, socket: UnixStream, fate: &OnceLock<End>) {
    let (mut from_host, to_host) = channel.split();
    let (mut said, mut heard) = socket.into_split();
    let mut writer = to_host.make_writer();
    let end = tokio::select! {
        // The session shuts its socket down in both directions at once, when it is over.
        _ = copy(&mut said, &mut writer) => End::Closed,
        end = deliver(&mut from_host, &mut heard) => end,
    };
    fate.get_or_init(|| end);
    drop((said, heard));
    // It fails only when there is nothing left to close.
    let _ = to_host.close().await;
}

/// Hands over what comes. A host that has said all it had to say may still be talked to.
async fn deliver(from: &mut ChannelReadHalf, to: &mut OwnedWriteHalf) -> End {
    let mut waiting = VecDeque::new();
    let mut is_over = false;
    loop {
        if is_over && waiting.is_empty() {
            let _ = to.shutdown().await;
            return pending().await;
        }
        let has_room = waiting.len() < MOST_WAITING;
        tokio::select! {
            message = from.wait(), if has_room && !is_over => match message {
                Some(ChannelMsg::Data { data }) => waiting.extend(data.iter()),
                Some(ChannelMsg::Eof | ChannelMsg::Close) => is_over = true,
                Some(_) => {}
                None => return End::Lost,
            },
            written = to.write(waiting.as_slices().0), if !waiting.is_empty() => match written {
                Ok(count) => drop(waiting.drain(..count)),
                Err(_) => return End::Closed,
            },
            () = sleep(PATIENCE), if !has_room => return End::Stalled,
        }
    }
}
