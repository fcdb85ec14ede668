//! Hosts whose way in is in a vault that cannot be opened.

use indexmap::IndexMap;

use super::PlannedHost;
use crate::inventory::Located;
use crate::model::{HostFailure, InputIssue, Place, Stage};
use crate::template::TemplateError;

/// What no login can be tried without, and why it is missing.
#[derive(Debug, Clone)]
pub(super) struct Locked {
    /// "`ansible_password` cannot be opened: …"
    pub message: String,
    pub hint: String,
    pub place: Option<Place>,
}

impl Locked {
    pub fn new(name: &str, located: &Located, error: TemplateError) -> Self {
        Self {
            message: format!("`{name}`: {}", error.message),
            hint: error.hint.unwrap_or_default(),
            place: located.place.clone(),
        }
    }

    /// What becomes of the host: it is not attempted.
    pub fn failure(&self) -> HostFailure {
        let message = match &self.place {
            Some(place) => format!("{} ({place})", self.message),
            None => self.message.clone(),
        };
        let remedy = "Give the vault password, or encrypt the value again.";
        HostFailure { withheld: true, ..HostFailure::new(Stage::Authenticate, message, remedy) }
    }
}

/// One issue for each cause, however many hosts share it. Errors when nobody is left.
pub(super) fn told(locked: &[(&PlannedHost, &Locked)], hosts: usize) -> Vec<InputIssue> {
    let mut causes: IndexMap<_, Vec<&str>> = IndexMap::new();
    for (host, locked) in locked {
        let cause = (&locked.message, &locked.hint, &locked.place);
        causes.entry(cause).or_default().push(host.entry.host.as_str());
    }
    let issue = match locked.len() < hosts {
        true => InputIssue::warning,
        false => InputIssue::error,
    };
    causes
        .into_iter()
        .map(|((message, hint, place), hosts)| {
            let first = hosts.first().copied().unwrap_or_default();
            let more = match hosts.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let issue = issue(format!("host `{first}`{more} cannot be attempted: {message}"));
            let issue = issue.hint(hint.as_str());
            match place {
                Some(place) => issue.at(place.clone(), 1),
                None => issue,
            }
        })
        .collect()
}
