//! tokenfleet runs read-only diagnose playbooks over SSH across a fleet of FortiGates and reports
//! the state of every FortiToken.
//!
//! The modules are rings: each may name only those above it in the table of
//! `docs/ARCHITECTURE.md`, and `tests/architecture.rs` holds them to it.
//!
//! # One run, from inventory to report
//!
//! 1. `cli/run.rs` is the story; the other steps are what it calls, in this order.
//! 2. `cli/preparation.rs` reads all files. [`inventory::load`] makes hosts with variables of
//!    them, [`playbook::check`] a checked [`playbook::Playbook`], and [`playbook::plan`] lays one
//!    over the other: a [`playbook::Plan`], decided before any packet. Mistakes end it here, all
//!    at once.
//! 3. [`runner::Runner::drive`] lets hosts in, a bounded number at a time. For each,
//!    `runner/examination.rs` asks the port [`runner::Connector`] for a byte stream
//!    ([`ssh::SshConnector`] gives it), leads it with the machine [`fortios::session::Session`],
//!    and goes through the tasks. Only a [`fortios::command::Command`] can be sent, and its one
//!    constructor is the read-only gate.
//! 4. Everything that happens is a [`model::RunEvent`] in one channel. The loop in
//!    `cli/following.rs` takes them out: to the screen ([`terminal::Progress`]), into the store ([`store::Writer`]),
//!    and into the [`model::RunRecord`], which is a fold over them.
//! 5. From here on all is a pure function of that record: [`findings::FleetFacts`] reads the
//!    answers, [`findings::evaluate`] judges them by its rules, [`report::View`] is what can be said of
//!    them, and [`report::Renderer`] turns it into texts by templates. `tokenfleet report` enters
//!    here, with a record from the store.
//! 6. `cli/publication.rs` writes the texts, and `cli/exit.rs` says how it ended.

pub mod model;
pub mod yaml;
pub mod vault;
pub mod template;
pub mod inventory;
pub mod fortios;
pub mod playbook;
pub mod findings;
pub mod report;
pub mod history;
pub mod schedule;
pub mod runner;
pub mod files;
pub mod ssh;
pub mod offline;
pub mod store;
pub mod notification;
pub mod terminal;
pub mod lab;
pub mod cli;
