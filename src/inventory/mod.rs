//! Inventory text to hosts with their variables.
//!
//! Comes in: the texts of inventory files and of `group_vars/` and `host_vars/`. Goes out: hosts
//! in order, each variable traceable to the line that set it; host patterns; targets.
//! Does not know: flags, files, SSH.
//! Start reading at [`load`], which makes an [`Inventory`] of [`Sources`].

mod address;
mod connection;
mod csv;
mod csv_rows;
mod draft;
mod explanation;
mod extra_vars;
mod graph;
mod ini;
#[allow(clippy::module_inception, reason = "a noun has the file of its name")]
mod inventory;
mod json;
mod known_hosts;
mod limit;
mod listing;
mod literal;
mod load;
mod located;
mod order;
mod pairs;
mod pattern;
mod percent;
mod printable;
mod python_number;
mod python_text;
mod route;
mod schema;
mod script;
mod shared_device;
mod sources;
mod ssh_arguments;
mod ssh_config;
mod ssh_options;
mod target;
mod tree;
mod vaulted_file;
mod words;
mod yaml_text;

pub use connection::{is_connection_name, is_secret_name, misread_secret};
pub use explanation::explain;
pub use extra_vars::{ExtraVars, extra_vars};
pub use graph::graph;
pub use inventory::Inventory;
pub use limit::{Limit, limit_files};
pub use listing::{Form, Style, host, list};
pub use load::{Loaded, load};
pub use located::{HostVariables, Located, Variables};
pub use order::Order;
pub use pattern::{Selection, select};
pub use schema::schema;
pub use script::{ScriptAnswers, hosts_to_ask_for};
pub use shared_device::{Endpoint, SharedDevice, shared_devices};
pub use sources::{InventorySource, Sources, VariableDirectory, inventory_files, variable_files};
pub use ssh_arguments::{ssh_argument_warnings, ssh_config_files};
pub use ssh_config::{Includes, SshConfig};
pub use target::{ConnectionDefaults, target};
pub use vaulted_file::open_file;
