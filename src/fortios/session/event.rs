//! What a session reports, and where a command should run.

use crate::model::{HostFailure, SystemStatus, Transcript};

/// Where a submitted command runs.
///
/// On a device without VDOMs there is one place, and all of these mean it; as a VDOM it is called
/// `root`. For the administrator of a single VDOM, `EveryVdom` and `Current` mean that one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reach {
    /// The global context.
    Global,
    /// Each VDOM of the survey, in the order listed, one answer each.
    EveryVdom,
    /// One VDOM that the device listed; any other name is refused and never sent.
    Vdom(String),
    /// Where the login leads, without navigation.
    Current,
}

/// What happened in a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// The login came to a prompt and the device is known: commands may be submitted.
    Ready(Box<Survey>),
    /// The submitted command was answered in one place. The answer may be a refusal, which the
    /// transcript carries; the other places are still asked.
    Answered(Transcript),
    /// The submitted command was not sent to one place, which could not be entered; the session
    /// goes on with the others.
    NotRun(HostFailure),
    /// The submitted command ran, or could not be run, everywhere it should.
    Done,
    /// `exit` has been written, or nothing could be: the connection may be closed.
    Left,
    /// The session is over. Nothing follows, and nothing is sent any more.
    Failed(HostFailure),
}

/// What is known of a device before the first submitted command.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// `get system status`.
    pub status: SystemStatus,
    /// VDOMs in which commands can run, as the device lists them, without its internal ones.
    /// Empty on a device without VDOMs.
    pub vdoms: Vec<String>,
    /// VDOMs that the device listed and that will not be entered, each with the reason.
    pub not_examined: Vec<(String, String)>,
    /// Whether the global context is open to this administrator. False for the administrator of a
    /// single VDOM, who sees that one alone.
    pub global: bool,
    /// Where the global context is closed: that one VDOM alone is seen, and what the device said.
    /// Other VDOMs may exist that this administrator cannot know of.
    pub confined: Option<String>,
    /// The name at the prompt.
    pub name: String,
    /// The prompt ends with `$`: the administrator's profile is restricted.
    pub restricted: bool,
    /// The answers of the survey, as evidence: `get system status` and the list of VDOMs.
    pub transcripts: Vec<Transcript>,
}
