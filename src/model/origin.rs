//! What a run was made from.

use serde::{Deserialize, Serialize};

/// Enough of the input of a run to tell whether another has the same: SHA-256 in hexadecimal digits.
/// What is in vaults is in none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Of the playbook and the files that it names.
    pub playbook: String,
    /// Of the inventories and the variables beside them.
    pub inventory: String,
    /// Of the flags that say what is done on whom: the limit, tags, names of variables.
    pub flags: String,
    #[serde(default, skip_serializing_if = "Division::is_whole")]
    pub division: Division,
}

/// How the hosts of a run are divided among the processes that write its parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Division {
    /// One process has them all.
    #[default]
    Whole,
    /// By their names, among so many.
    Shards(u32),
    /// Whoever has room takes the next.
    Claims,
}

impl Division {
    fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

impl Origin {
    /// What differs, each as a reader would call it.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut found = Vec::new();
        if self.playbook != other.playbook {
            found.push("the playbook");
        }
        if self.inventory != other.inventory {
            found.push("the inventory");
        }
        if self.flags != other.flags {
            found.push("the limit, the tags or other flags");
        }
        found
    }
}
