//! The facts of a fleet to findings.
//!
//! Comes in: a run record. Goes out: facts, and one finding per thing that a person should know.
//! Does not know: playbook syntax, reports, the clock.
//!
//! Start reading at [`FleetFacts::from_record`], then [`evaluate`]. A new rule is a file under
//! `rules/` and a row in [`RULES`].

mod account;
mod configuration;
mod device;
mod evaluate;
mod fate;
mod fleet;
mod hurdle;
mod hurdles;
mod muting;
mod naming;
mod need;
mod owner;
mod reading;
mod registry;
mod replacement;
mod rule;
mod rules;
mod server;
mod sheet;
mod swap;
mod token_hurdles;
mod units;
mod when;

pub use account::AccountFacts;
pub use configuration::Configuration;
pub use device::DeviceFacts;
pub use evaluate::evaluate;
pub use fate::Fate;
pub use fleet::FleetFacts;
pub use hurdle::Hurdle;
pub use muting::{MuteState, MuteUse, Muted, Muting, mute};
pub use need::Need;
pub use registry::{RULES, explain};
pub use replacement::{Completeness, ReplacedToken, Replacement, State};
pub use rule::{Check, Observation, Rule, TokenCase};
pub use server::{ServerFacts, ServerReach};
pub use sheet::{TokenFacts, TokenSheet};
pub use swap::{Swap, SwapToken, Verdict};

#[cfg(test)]
mod caution;
#[cfg(test)]
mod specimen;
