//! tokenfleet runs read-only diagnose playbooks over SSH across a fleet of FortiGates and reports
//! the state of every FortiToken.
//!
//! The modules are rings: each may name only those above it in the table of
//! `docs/ARCHITECTURE.md`, and `tests/architecture.rs` holds them to it.

pub mod model;
pub mod yaml;
pub mod template;
pub mod inventory;
pub mod fortios;
pub mod playbook;
pub mod findings;
pub mod report;
pub mod runner;
pub mod files;
pub mod ssh;
pub mod store;
pub mod terminal;
pub mod lab;
pub mod cli;
