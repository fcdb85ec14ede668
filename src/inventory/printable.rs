//! Which variables are shown, and how.
//!
//! Secrets of connections are printed as `********`, and so are the variables that such a secret
//! is made from by a template, and those of files that are vaulted as a whole. A vaulted value
//! stays as ciphertext.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::Value;

use super::json::Json;
use super::{Inventory, Located, Variables, connection};

/// What stands for a secret.
pub(super) const HIDDEN: &str = "********";

/// What Ansible keeps to itself when it prints variables.
pub(super) const INTERNAL: [&str; 32] = [
    "ansible_async_path",
    "ansible_collection_name",
    "ansible_config_file",
    "ansible_dependent_role_names",
    "ansible_diff_mode",
    "ansible_facts",
    "ansible_forks",
    "ansible_inventory_sources",
    "ansible_limit",
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_role_names",
    "ansible_playbook_python",
    "ansible_role_name",
    "ansible_role_names",
    "ansible_run_tags",
    "ansible_skip_tags",
    "ansible_verbosity",
    "ansible_version",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "play_hosts",
    "playbook_dir",
    "role_name",
    "role_names",
    "role_path",
];

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z_][A-Za-z0-9_]*").ok());

/// Those of `variables` that are no internal ones, the `hidden` without their values.
pub(super) fn shown<'a>(
    variables: &[(&'a str, &'a Located)],
    hidden: &HashSet<&str>,
) -> Vec<(&'a str, Json<'a>)> {
    variables
        .iter()
        .filter(|(name, _)| !INTERNAL.contains(name))
        .map(|(name, located)| match is_hidden(name, located, hidden) {
            true => (*name, Json::Text(HIDDEN)),
            false => (*name, Json::Variable(located)),
        })
        .collect()
}

pub(super) fn is_hidden(name: &str, located: &Located, hidden: &HashSet<&str>) -> bool {
    (located.sealed || hidden.contains(name))
        && !matches!(located.value, Value::Vault(_) | Value::Null)
}

/// The names of all secrets: those of connections, and what their templates name, wherever any
/// value of them was set. A password that one host overrides is still the one of others.
pub(super) fn secrets(inventory: &Inventory) -> HashSet<&str> {
    let mut names = HashSet::new();
    let mut texts: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, located) in inventory.all_variables().flat_map(Variables::iter) {
        names.insert(name);
        let mut value = Some(located);
        while let Some(located) = value {
            if let Value::Text(text) = &located.value
                && super::target::is_template(text)
            {
                texts.entry(name).or_default().push(text);
            }
            value = located.overrode.as_deref();
        }
    }
    let mut hidden = HashSet::new();
    let mut open: Vec<&str> =
        names.iter().copied().filter(|name| connection::is_secret_name(name)).collect();
    while let Some(name) = open.pop() {
        if !hidden.insert(name) {
            continue;
        }
        for text in texts.get(name).into_iter().flatten() {
            let found = NAME.as_ref().into_iter().flat_map(|pattern| pattern.find_iter(text));
            open.extend(found.filter_map(|found| names.get(found.as_str())));
        }
    }
    hidden
}
