//! Whether a device was reached, over all visits of its host.

use crate::model::{HostFailure, HostOutcome};
use crate::playbook::PlannedHost;

/// What came of the wish to speak with a device. Where a play goes on all the same, as with
/// `ignore_unreachable`, the outcome of the host is still this.
#[derive(Debug, Clone, Default)]
pub(super) enum Contact {
    /// Nothing has needed a session yet.
    #[default]
    Untried,
    /// The last session that was needed came about.
    Made,
    /// It did not come about, or was lost, and nobody came back to it.
    Lost(HostFailure),
}

impl Contact {
    /// How a host ends that did what its plays say. `has_left`: a `meta` ended one of them for it.
    pub fn outcome(self, host: &PlannedHost, has_left: bool) -> HostOutcome {
        match self {
            Self::Lost(failure) => failure.into(),
            Self::Untried if host.asks => {
                let reason = if has_left {
                    "`meta` ended its play before it was asked anything"
                } else {
                    "every task that asks it was skipped"
                };
                HostOutcome::NotAttempted { reason: reason.to_owned(), remedy: Some(remedy()) }
            }
            Self::Untried | Self::Made => HostOutcome::Examined,
        }
    }

    /// How a host ends that failed. What is wrong with a play has its cause, more often than not, in
    /// a device that was not reached.
    pub fn failed(self, failure: HostFailure) -> HostOutcome {
        match self {
            Self::Lost(cause) if cause.stage.is_unreachable() => cause.into(),
            _ => failure.into(),
        }
    }

    /// A host to which the play did not come.
    pub fn none() -> HostOutcome {
        HostOutcome::NotAttempted {
            reason: "`meta: end_play` ended the play before its turn".to_owned(),
            remedy: Some(remedy()),
        }
    }
}

fn remedy() -> String {
    "If it is not to be examined, leave it out of `hosts:`; else see the conditions of the play."
        .to_owned()
}
