//! The filters of Ansible that minijinja has not, or has otherwise.
//!
//! Comes in: a value and arguments. Goes out: a value, or an error that says what was wrong with
//! the value without showing it. Does not know: scopes, template files.
//! Start reading at [`Filter`], a row of the registry; each family of filters is one file.

mod attributes;
mod filter;
mod hashes;
mod json;
mod lists;
mod logic;
mod maps;
mod markdown;
mod numbers;
mod paths;
mod pattern;
mod regex;
mod sets;
mod sizes;
mod spreadsheet;
mod text;
mod time;
mod url;
mod yaml;
mod yaml_text;

pub(super) use filter::{add_filters, filter_names, refused_filter};
pub(super) use pattern::{Anchor, Pattern};
pub(super) use time::DateTime;
