//! What libssh2 says when something goes wrong.

use std::fmt;
use std::io;

use async_ssh2_lite::Error;
use async_ssh2_lite::ssh2::{self, ErrorCode};

/// One failed call into libssh2, by what it means for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection ended: closed, reset, or cut.
    Lost,
    /// The two sides could not agree on how to exchange keys, or failed to.
    KeyExchange,
    /// The host could not prove that it holds its key.
    HostKeyProof,
    /// The server said no to a login.
    LoginRefused,
    /// The server wants the password changed first.
    PasswordExpired,
    /// The key does not fit into the login: unreadable, or of an unsupported kind.
    Key(String),
    /// The server said no to a channel or to a request on it.
    ChannelRefused,
    Other(String),
}

// From libssh2.h; the crate ssh2 keeps their names to itself.
const KEX_FAILURE: i32 = -5;
const SOCKET_SEND: i32 = -7;
const KEY_EXCHANGE_FAILURE: i32 = -8;
const HOSTKEY_INIT: i32 = -10;
const HOSTKEY_SIGN: i32 = -11;
const SOCKET_DISCONNECT: i32 = -13;
const PASSWORD_EXPIRED: i32 = -15;
const FILE: i32 = -16;
const METHOD_NONE: i32 = -17;
const AUTHENTICATION_FAILED: i32 = -18;
const PUBLICKEY_UNVERIFIED: i32 = -19;
const CHANNEL_FAILURE: i32 = -21;
const CHANNEL_REQUEST_DENIED: i32 = -22;
const SOCKET_RECV: i32 = -43;
const KEYFILE_AUTH_FAILED: i32 = -48;
const ALGO_UNSUPPORTED: i32 = -51;

impl From<&ssh2::Error> for Fault {
    fn from(error: &ssh2::Error) -> Self {
        let ErrorCode::Session(code) = error.code() else {
            return Self::Other(printable(error.message()));
        };
        match code {
            // With these words, and any code, it tells of an answer that never came.
            _ if error.message().starts_with("Waiting for ") => Self::Lost,
            // The key could not sign, so that nothing was asked of the server.
            PUBLICKEY_UNVERIFIED if error.message().starts_with("Callback ") => {
                Self::Key("it did not sign".to_owned())
            }
            SOCKET_SEND | SOCKET_DISCONNECT | SOCKET_RECV => Self::Lost,
            KEX_FAILURE | KEY_EXCHANGE_FAILURE => Self::KeyExchange,
            HOSTKEY_INIT | HOSTKEY_SIGN => Self::HostKeyProof,
            AUTHENTICATION_FAILED | PUBLICKEY_UNVERIFIED => Self::LoginRefused,
            PASSWORD_EXPIRED => Self::PasswordExpired,
            FILE | METHOD_NONE | KEYFILE_AUTH_FAILED | ALGO_UNSUPPORTED => {
                Self::Key(printable(error.message()))
            }
            CHANNEL_FAILURE | CHANNEL_REQUEST_DENIED => Self::ChannelRefused,
            _ => Self::Other(printable(error.message())),
        }
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        match error {
            Error::Ssh2(error) => error.into(),
            Error::Io(error) => error.into(),
            Error::Other(error) => Self::Other(printable(&error.to_string())),
        }
    }
}

impl From<&io::Error> for Fault {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Self::Lost,
            _ => Self::Other(printable(&error.to_string())),
        }
    }
}

/// What happened, to follow "the device" or "SSH".
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "the connection was lost",
            Self::KeyExchange => "the key exchange failed",
            Self::HostKeyProof => "the host key was not proved",
            Self::LoginRefused => "the login was refused",
            Self::PasswordExpired => "the password has expired",
            Self::ChannelRefused => "the request was refused",
            Self::Key(said) | Self::Other(said) => said,
        })
    }
}

/// A piece of what a server or a library said, fit for one line of a message: no control
/// characters or invisible ones, and not long.
pub(super) fn printable(text: &str) -> String {
    const MOST: usize = 100;
    let clean = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    let mut line: String = text.trim().chars().take(MOST).map(clean).collect();
    if text.trim().chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}

/// Characters that reorder or hide their neighbours.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_made_fit_for_a_line() {
        assert_eq!(printable(" a\x1b[31mb\u{202e}c\n"), "a [31mb c");
        assert_eq!(printable(&"x".repeat(101)), format!("{}…", "x".repeat(100)));
    }

    #[test]
    fn a_cut_connection_is_told_from_other_faults() {
        let of = |code| Fault::from(&ssh2::Error::from_errno(ErrorCode::Session(code)));
        assert_eq!(of(SOCKET_DISCONNECT), Fault::Lost);
        assert_eq!(of(AUTHENTICATION_FAILED), Fault::LoginRefused);
        assert_eq!(of(-39), Fault::Other("bad use error".to_owned()));
    }
}
