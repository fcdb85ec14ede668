//! Answers to facts: pure functions of a text, each with what it did not understand.
//!
//! Comes in: the text of an answer, or a transcript that somebody pasted. Goes out: typed values,
//! or JSON through the registry. Does not know: sessions, devices, files.

mod parsed;
mod parser;

pub use parsed::Parsed;
pub use parser::{PARSERS, Parser, by_command, by_name};
