//! Arguments to settings to one short file per subcommand.
//!
//! Comes in: the command line and the environment. Goes out: an exit code. This is the only module
//! that knows all the others; start reading at [`main`].

mod ansible_config;
mod ansible_keys;
mod ansible_settings;
mod arguments;
mod baseline;
mod beginning;
mod check;
mod complaint;
mod config;
mod duration;
mod exit;
mod explain;
mod filling_in;
mod following;
mod forks;
mod holder;
mod inventory;
mod known_hosts_files;
mod lab;
mod lab_fleet;
mod listing;
mod log;
mod main;
mod open_files;
mod origin;
mod parse;
mod playbook_files;
mod preparation;
mod prompts;
mod publication;
mod rehearsal;
mod report;
mod resumption;
mod run;
mod run_arguments;
mod run_id;
mod scan_keys;
mod schedule;
mod schedule_arguments;
mod schema;
mod script_inventory;
mod session_logs;
mod signals;
mod sources;
mod ssh_config_files;
mod store_location;
mod stream;
mod system_clock;
mod systemd;
mod template;
mod template_files;
mod vault;
mod vault_arguments;
mod vault_encrypt_string;
mod vault_opening;
mod vault_passwords;
mod ways;

pub use main::main;
