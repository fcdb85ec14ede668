//! The places of a device that has VDOMs, or none.

use super::event::Survey;
use super::navigation::Place;
use super::sent::{Listing, VdomName};
use crate::fortios::prompt::Prompt;

/// One place where a command should run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub place: Place,
    /// The VDOM for which its answer counts.
    pub vdom: Option<String>,
}

/// The places of a device, as its survey found them.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The device has VDOMs.
    pub divided: bool,
    /// The global context is open to this administrator.
    pub global: bool,
    /// The VDOM in which a login without global context stands.
    pub home_vdom: Option<String>,
    /// The list that they stand in.
    pub listing: Listing,
    /// Why the global context is closed.
    pub confined: Option<String>,
    /// All VDOMs that the device lists, each with the name to enter it by, or the reason why it
    /// is not entered.
    pub vdoms: Vec<(String, Result<VdomName, &'static str>)>,
}

/// FortiOS keeps this VDOM for its management port, and its name cannot be edited.
const RESERVED: &str = "dmgmt-vdom";
const RESERVED_REASON: &str = "FortiOS reserves it for dedicated management";
const UNSAFE_REASON: &str = "its name cannot be sent safely: misread, it would create a VDOM";

impl Places {
    /// The VDOMs of a device whose global context is open.
    pub fn of_listed(names: Vec<String>, listing: Listing) -> Self {
        let vdoms = names
            .into_iter()
            .map(|name| {
                let way = match VdomName::from_listed(&name) {
                    _ if name == RESERVED => Err(RESERVED_REASON),
                    Some(safe) => Ok(safe),
                    None => Err(UNSAFE_REASON),
                };
                (name, way)
            })
            .collect();
        Self { divided: true, global: true, vdoms, listing, ..Self::default() }
    }

    /// The one VDOM of an administrator without global context.
    pub fn of_one(vdom: String, reason: &str) -> Self {
        let confined = format!("only VDOM {vdom} is open to this administrator: {reason}");
        Self { divided: true, home_vdom: Some(vdom), confined: Some(confined), ..Self::default() }
    }

    /// Whether the context of a prompt, whole or cut, fits one VDOM at most.
    pub fn is_unambiguous(&self, prompt: &Prompt) -> bool {
        self.vdoms.iter().filter(|(name, _)| prompt.is_in(name)).count() <= 1
    }

    /// Whether FortiOS keeps this VDOM for itself, which is no failure of an audit.
    pub fn is_reserved(&self, name: &str) -> bool {
        name == RESERVED
    }

    /// Where the login led.
    pub fn home(&self) -> Visit {
        Visit { place: Place::Home, vdom: self.home_vdom.clone() }
    }

    /// Fills in what a survey says of the places.
    pub fn describe(&self, survey: &mut Survey) {
        survey.global = self.global;
        survey.confined.clone_from(&self.confined);
        survey.vdoms.extend(self.home_vdom.clone());
        for (name, way) in &self.vdoms {
            match way {
                Ok(_) => survey.vdoms.push(name.clone()),
                Err(reason) => survey.not_examined.push((name.clone(), (*reason).to_owned())),
            }
        }
    }
}
