//! Devices whose answers somebody collected by hand.
//!
//! Comes in: a folder of session logs and of answers in files. Goes out: a `Connector` whose
//! transports speak like the device did, so that the session, the actions, the findings and the
//! reports are those of a live run. Does not know: SSH, playbooks.
//!
//! Start reading at [`TranscriptConnector`]; `folder` reads the files, `log` cuts a session at its
//! prompts, `collection` finds an answer, and `stand_in` is the shell that gives it.

mod collection;
mod connector;
mod folder;
mod log;
mod stand_in;

pub use connector::{TranscriptConnector, TranscriptTransport};
