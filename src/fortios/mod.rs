//! All that we believe about FortiOS.
//!
//! Comes in: bytes from a device and the time. Goes out: bytes for the device, transcripts and
//! parsed answers. Does not know: sockets, async, hosts, playbooks.
//!
//! Start reading at [`session::Session`], the machine that leads one login from its first byte to
//! `exit`. [`command::Command`] is the only thing a caller can make it send, and
//! [`session::Sent`] lists everything it ever writes. [`parse`] reads the answers.

pub mod command;
pub mod screen;
pub mod prompt;
pub mod refusal;
mod text;
pub mod redact;
pub mod session;
pub mod parse;
