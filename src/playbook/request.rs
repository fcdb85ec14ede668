//! What the user asks of a playbook this time.

use std::sync::Arc;

use crate::inventory::{ConnectionDefaults, Limit, Variables};
use crate::model::Value;
use crate::vault::Keyring;

/// The flags of a run that decide what the plan is.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `--limit`
    pub limit: Option<Limit>,
    /// `--limit` as written, for `ansible_limit`.
    pub limit_text: Option<String>,
    /// `--tags`; empty is `all`. Each may hold several with commas between them.
    pub tags: Vec<String>,
    /// `--skip-tags`
    pub skip_tags: Vec<String>,
    /// `-e`, merged.
    pub extra_vars: Variables,
    /// `-u`, `-k`, `--private-key`, …
    pub connection: ConnectionDefaults,
    /// What `order: shuffle` comes from.
    pub shuffle_seed: u64,
    /// Opens vaulted values.
    pub keyring: Arc<Keyring>,
    /// What `ansible.cfg` says of connections, by the names of the variables that count more.
    pub settings: Variables,
    /// Nobody will log in: the secrets of connections stay as they are, and cost nothing.
    pub leaves_secrets: bool,
    /// Folder of the playbook, absolute: `playbook_dir`.
    pub playbook_dir: String,
    /// Folder that other paths are relative to, absolute.
    pub working_dir: String,
    /// What was answered to `vars_prompt`, for the play at that position.
    pub prompted: Vec<(usize, String, Value)>,
    /// `--start-at-task`: the name of the first task that is done, with `*` and `?`.
    pub start_at: Option<String>,
    /// `--check`: `ansible_check_mode`.
    pub checks_only: bool,
    /// `--forks`: `ansible_forks`.
    pub forks: usize,
    /// How often `-v` was given: `ansible_verbosity`.
    pub verbosity: u8,
}
