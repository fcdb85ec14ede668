//! `meta`: steers the play itself.

use crate::model::nearest_hint;
use crate::playbook::check::{Parameters, Reader};

/// What is done to the flow of a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    /// `noop`, and `flush_handlers`, since there are no handlers.
    Nothing,
    /// The host leaves the play, and is in the next one again.
    EndHost,
    /// All hosts leave the batch.
    EndBatch,
    /// All hosts leave the play, those of later batches too.
    EndPlay,
    /// Unreachable hosts are in the play again.
    ClearHostErrors,
}

const KNOWN: [(&str, Meta); 6] = [
    ("noop", Meta::Nothing),
    ("flush_handlers", Meta::Nothing),
    ("end_host", Meta::EndHost),
    ("end_batch", Meta::EndBatch),
    ("end_play", Meta::EndPlay),
    ("clear_host_errors", Meta::ClearHostErrors),
];

/// Ansible's others, with the reason why they have no meaning here.
const REFUSED: [(&str, &str); 4] = [
    ("refresh_inventory", "the inventory is read once, and the plan is made before any packet"),
    (
        "reset_connection",
        "a session that is lost ends its host; begin another play to log in again",
    ),
    ("clear_facts", "nothing is kept from one run to the next"),
    ("end_role", "there are no roles"),
];

impl Meta {
    /// Whether it is about all hosts of a batch, and not about one alone.
    pub fn is_of_all(self) -> bool {
        matches!(self, Self::EndBatch | Self::EndPlay | Self::ClearHostErrors)
    }

    pub(in crate::playbook) fn read(
        parameters: &Parameters,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let names: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
        let Some(node) = parameters.get("free_form") else {
            let hint = format!("write one of `{}`", names.join("`, `"));
            parameters.report_missing("`meta` says nothing", &hint, reader);
            return None;
        };
        let name = reader.literal("meta", node)?;
        if let Some((_, meta)) = KNOWN.iter().find(|(known, _)| *known == name) {
            return Some(*meta);
        }
        match REFUSED.iter().find(|(known, _)| *known == name) {
            Some((_, reason)) => {
                reader.refuse(node, format!("`meta: {name}` has no meaning here"), *reason);
            }
            None => {
                reader.refuse(node, format!("unknown `meta: {name}`"), nearest_hint(name, &names))
            }
        }
        None
    }
}
