//! The facts of a fleet to findings.
//!
//! Comes in: a run record. Goes out: facts, and one finding per thing that a person should know.
//! Does not know: playbook syntax, reports, the clock.
//!
//! Start reading at [`FleetFacts::from_record`], then [`evaluate`]. A new rule is a file under
//! `rules/` and a row in [`RULES`].

mod configuration;
mod device;
mod evaluate;
mod fleet;
mod owner;
mod registry;
mod rule;
mod rules;
mod server;
mod sheet;
mod units;

pub use configuration::Configuration;
pub use device::DeviceFacts;
pub use evaluate::evaluate;
pub use fleet::FleetFacts;
pub use owner::Owner;
pub use registry::{RULES, explain};
pub use rule::{Check, Observation, Rule, TokenCase};
pub use server::{ServerFacts, ServerReach};
pub use sheet::{TokenFacts, TokenSheet};

#[cfg(test)]
mod specimen;
