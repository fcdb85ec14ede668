//! What a device said of its token server.

use crate::model::ServerState;

/// One `Token server status:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    pub state: ServerState,
    pub command: String,
    /// Line of the transcript, counted from 1.
    pub line: usize,
    pub text: String,
}

/// Whether a device reaches its token server, over all its VDOMs. What the device says of its
/// tokens may be stale unless it does. The order is the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerReach {
    /// Every VDOM says `reachable`.
    Reachable,
    /// No VDOM said anything.
    Unsaid,
    /// A VDOM says `unknown`, or a word that is not known here.
    Unclear,
    /// A VDOM says `unreachable`.
    Unreachable,
}

impl ServerReach {
    pub fn of(state: &ServerState) -> Self {
        match state {
            ServerState::Reachable => Self::Reachable,
            ServerState::Unreachable => Self::Unreachable,
            ServerState::Unknown | ServerState::Other(_) => Self::Unclear,
        }
    }

    /// Whether the device itself casts doubt on what it shows.
    pub fn is_doubtful(self) -> bool {
        self >= Self::Unclear
    }
}
