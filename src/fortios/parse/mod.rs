//! Answers to facts: pure functions of a text, each with what it did not understand.
//!
//! Comes in: the text of an answer, or a transcript that somebody pasted. Goes out: typed values,
//! or JSON through the registry ([`PARSERS`]: a new parser is a row there and a file here).
//! Does not know: sessions, devices, files.

mod capture;
mod fortitoken_info;
mod parsed;
mod parser;
mod system_status;
mod vdom_list;

pub use fortitoken_info::fortitoken_info;
pub use parsed::Parsed;
pub use parser::{PARSERS, Parser, by_command, by_name};
pub use system_status::system_status;
pub use vdom_list::{VdomList, vdom_list};
