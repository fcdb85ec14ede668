//! Inventory text to hosts with their variables.
//!
//! Comes in: the texts of inventory files and of `group_vars/` and `host_vars/`. Goes out: hosts
//! in order, each variable traceable to the line that set it; host patterns; targets.
//! Does not know: flags, files, SSH.
//! Start reading at [`Inventory`].

#[allow(clippy::module_inception, reason = "a noun has the file of its name")]
mod inventory;
mod located;
mod sources;

pub use inventory::Inventory;
pub use located::{HostVariables, Located, Variables};
pub use sources::{InventorySource, Sources, VariableDirectory, inventory_files, variable_files};
