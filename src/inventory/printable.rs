//! Which variables are shown, and how.
//!
//! Secrets of connections are printed as `********`, and so are the variables that such a secret
//! is made from by a template, and those of files that are vaulted as a whole. A vaulted value
//! stays as ciphertext.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::{HostName, Value};

use super::json::Json;
use super::{HostVariables, Inventory, Located, connection};

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

/// The variables of a host after inheritance, without internal ones, secrets hidden.
pub(super) fn printable<'a>(variables: &HostVariables<'a>) -> Vec<(&'a str, Json<'a>)> {
    shown(&variables.sorted(), &secrets(variables))
}

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

/// The names of a host's secrets: those of the connection, and what their templates name.
pub(super) fn secrets<'a>(variables: &HostVariables<'a>) -> HashSet<&'a str> {
    let names: HashMap<&str, &'a str> = variables.names().map(|name| (name, name)).collect();
    let mut hidden = HashSet::new();
    let mut open: Vec<&'a str> =
        variables.names().filter(|name| connection::is_secret_name(name)).collect();
    while let Some(name) = open.pop() {
        if !hidden.insert(name) {
            continue;
        }
        if let (Some(Value::Text(text)), Some(pattern)) = (variables.value(name), NAME.as_ref())
            && super::target::is_template(text)
        {
            open.extend(pattern.find_iter(text).filter_map(|found| names.get(found.as_str())));
        }
    }
    hidden
}

/// The names that are a secret of some host.
pub(super) fn all_secrets(inventory: &Inventory) -> HashSet<&str> {
    let hosts = inventory.hosts().map(HostName::as_str);
    hosts.flat_map(|host| secrets(&inventory.variables(host))).collect()
}
