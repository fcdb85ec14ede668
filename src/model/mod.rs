//! The nouns that every other module speaks in.
//!
//! Comes in: nothing. Goes out: plain data with no behaviour beyond its own invariants.
//! Does not know: formats, clocks, files, sockets, or any other module of this crate.
//! Start reading at [`RunRecord`], the record of one run, and follow the types from there.

mod account;
mod clean;
mod destination;
mod device;
mod event;
mod failure;
mod finding;
mod formula;
mod host;
mod host_part;
mod issue;
mod known_hosts_files;
mod limits;
mod mute;
mod nearest;
mod negotiated;
mod origin;
mod own_rule;
mod report_request;
mod run;
mod secret;
mod source;
mod target;
mod token;
mod transcript;
mod value;
mod wildcard;

pub use account::{Account, AccountKind};
pub use clean::{clean, clean_line, is_unsafe};
pub use destination::{Clash, Destinations, is_reserved, refused_destination};
pub use device::{HaMember, HaMode, HaRole, HaStatus, SystemStatus, VdomMode};
pub use event::{HostEntry, RunEvent, RunHeader, TaskDetail, TaskOutcome, TaskRef, TaskStatus};
pub use failure::{HostFailure, HostOutcome, Stage};
pub use finding::{Action, Evidence, Finding, Severity};
pub use formula::{begins_formula, without_formulas};
pub use host::HostName;
pub use host_part::HostPart;
pub use issue::{InputIssue, IssueLevel};
pub use known_hosts_files::KnownHostsFiles;
pub use limits::Limits;
pub use mute::Mute;
pub use nearest::{nearest, nearest_hint};
pub use negotiated::Negotiated;
pub use origin::{Division, Origin};
pub use own_rule::{OwnRule, Subject, Written};
pub use report_request::{ReportRequest, ReportSource, Table, WholeForm};
pub use run::{HostRecord, RunRecord, TaskRecord};
pub use secret::Secret;
pub use source::{Place, SourceFile};
pub use target::{Connection, HostKeyPolicy, Route, Target};
pub use token::{ServerState, Token, TokenKind, TokenStatus, TokenTable};
pub use transcript::Transcript;
pub use value::Value;
pub use wildcard::matches_wildcards;
