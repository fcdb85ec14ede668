//! Answers to facts: pure functions of a text, each with what it did not understand.
//!
//! Comes in: the text of an answer, or a transcript that somebody pasted. Goes out: typed values,
//! or JSON through the registry ([`PARSERS`]: a new parser is a row there and a file here).
//! Does not know: sessions, devices, files.

mod accounts;
mod capture;
mod config_tree;
mod fortitoken_info;
mod ha_status;
mod parsed;
mod parser;
mod system_status;
mod user_fortitoken;
mod vdom_list;

pub use accounts::{system_admin, user_local};
pub use config_tree::shows_table;
pub use fortitoken_info::fortitoken_info;
pub use ha_status::ha_status;
pub use parsed::Parsed;
pub use parser::{PARSERS, Parser, by_command, by_name};
pub use system_status::system_status;
pub use user_fortitoken::{ConfiguredToken, user_fortitoken};
pub use vdom_list::{VdomList, vdom_list};
