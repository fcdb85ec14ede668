//! What `tokenfleet inventory` prints, in the forms of `ansible-inventory`.
//!
//! One thing differs on purpose: secrets of connections are printed as `********`, and so are the
//! variables that such a secret is made from by a template, and those of files that are vaulted as
//! a whole. A vaulted value stays as ciphertext.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::{HostName, InputIssue, Value, nearest};

use super::json::Json;
use super::{HostVariables, Inventory, connection};

const HIDDEN: &str = "********";

/// What Ansible keeps to itself when it prints variables.
const INTERNAL: [&str; 32] = [
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

/// `--list`: all groups and the variables of the hosts, as JSON. `hosts` are those to be shown;
/// others are left out of their groups.
pub fn list(inventory: &Inventory, hosts: &[HostName]) -> String {
    let shown: HashSet<&str> = hosts.iter().map(HostName::as_str).collect();
    let mut document: Vec<(&str, Json<'_>)> = Vec::new();
    for (position, (name, group)) in inventory.groups.iter().enumerate() {
        let mut entry = Vec::new();
        let members = members(inventory, &group.hosts, &shown);
        if position != 0 && !members.is_empty() {
            entry.push(("hosts", Json::List(members.into_iter().map(Json::Text).collect())));
        }
        if !group.children.is_empty() {
            let children = group.children.iter().map(|child| inventory.group_name(*child));
            entry.push(("children", Json::List(children.map(Json::Text).collect())));
        }
        if !entry.is_empty() {
            document.push((name, Json::Map(entry)));
        }
    }
    let variables: Vec<(&str, Json<'_>)> = hosts
        .iter()
        .map(|host| (host.as_str(), printable(&inventory.variables(host.as_str()))))
        .filter(|(_, variables)| !variables.is_empty())
        .map(|(host, variables)| (host, Json::Map(variables)))
        .collect();
    let meta =
        vec![("hostvars", Json::Map(variables)), ("profile", Json::Text("inventory_legacy"))];
    document.push(("_meta", Json::Map(meta)));
    Json::Map(document).print()
}

/// `--list --yaml`: the same as an inventory in YAML, each host's variables where it first
/// appears.
pub fn list_yaml(inventory: &Inventory, hosts: &[HostName]) -> Result<String, InputIssue> {
    let mut tree = Tree {
        inventory,
        shown: hosts.iter().map(HostName::as_str).collect(),
        hosts: HashSet::new(),
        groups: HashSet::new(),
    };
    let all = tree.group(0);
    serde_saphyr::to_string(&Json::Map(vec![("all", Json::Map(all))]))
        .map_err(|error| InputIssue::error(format!("the inventory cannot be written: {error}")))
}

/// `--host NAME`: the variables of one host as JSON.
pub fn host(inventory: &Inventory, name: &str) -> Result<String, InputIssue> {
    if !inventory.contains(name) {
        let known: Vec<&str> = inventory.hosts().map(HostName::as_str).collect();
        let issue = InputIssue::error(format!("the inventory has no host `{name}`"));
        return Err(issue.hint(match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tokenfleet inventory --graph` shows all hosts".to_owned(),
        }));
    }
    Ok(Json::Map(printable(&inventory.variables(name))).print())
}

fn members<'a>(inventory: &'a Inventory, hosts: &[usize], shown: &HashSet<&str>) -> Vec<&'a str> {
    hosts
        .iter()
        .filter_map(|host| inventory.host_name(*host))
        .map(HostName::as_str)
        .filter(|host| shown.contains(host))
        .collect()
}

/// The variables of a host without internal ones, secrets hidden.
fn printable<'a>(variables: &HostVariables<'a>) -> Vec<(&'a str, Json<'a>)> {
    let hidden = secrets(variables);
    variables
        .sorted()
        .into_iter()
        .filter(|(name, _)| !INTERNAL.contains(name))
        .map(|(name, located)| match &located.value {
            Value::Vault(_) | Value::Null => (name, Json::Value(&located.value)),
            _ if located.sealed || hidden.contains(name) => (name, Json::Text(HIDDEN)),
            value => (name, Json::Value(value)),
        })
        .collect()
}

/// The names of a host's secrets: those of the connection, and what their templates name.
fn secrets<'a>(variables: &HostVariables<'a>) -> HashSet<&'a str> {
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

/// The nested form, in which a group stands in full only where it is first met.
struct Tree<'a> {
    inventory: &'a Inventory,
    shown: HashSet<&'a str>,
    hosts: HashSet<&'a str>,
    groups: HashSet<usize>,
}

impl<'a> Tree<'a> {
    fn group(&mut self, position: usize) -> Vec<(&'a str, Json<'a>)> {
        let Some(group) = self.inventory.group(position) else { return Vec::new() };
        let mut children = Vec::new();
        for child in &group.children {
            let entry = if self.groups.insert(*child) { self.group(*child) } else { Vec::new() };
            children.push((self.inventory.group_name(*child), Json::Map(entry)));
        }
        let mut hosts = Vec::new();
        if position != 0 {
            for host in members(self.inventory, &group.hosts, &self.shown) {
                let variables = if self.hosts.insert(host) {
                    printable(&self.inventory.variables(host))
                } else {
                    Vec::new()
                };
                hosts.push((host, Json::Map(variables)));
            }
        }
        let mut entry = Vec::new();
        if !children.is_empty() {
            entry.push(("children", Json::Map(children)));
        }
        if !hosts.is_empty() {
            entry.push(("hosts", Json::Map(hosts)));
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Sources, load};
    use crate::model::SourceFile;

    const INVENTORY: &str = "
all:
  hosts:
    fw1:
      ansible_password: canary-1
      ansible_ssh_pass: '{{ deep }}'
      deep: '{{ deeper | trim }}'
      deeper: canary-2
      deepest: shown
      inventory_file: internal
      locked: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6162
    fw2: {ansible_password: 4711, ansible_become_pass: canary-3}
";

    fn inventory() -> Inventory {
        let file = InventorySource::File(SourceFile::new("hosts.yml", INVENTORY));
        load(&Sources { inventories: vec![file], ..Sources::default() }).inventory
    }

    #[test]
    fn no_listing_shows_a_secret() {
        let inventory = inventory();
        let hosts: Vec<HostName> = inventory.hosts().cloned().collect();
        let texts = [
            list(&inventory, &hosts),
            list_yaml(&inventory, &hosts).unwrap(),
            host(&inventory, "fw1").unwrap(),
            host(&inventory, "fw2").unwrap(),
        ];
        for text in &texts {
            assert!(!text.contains("canary") && !text.contains("4711"), "{text}");
            assert!(text.contains(HIDDEN), "{text}");
        }
        assert!(texts[2].contains("\"deepest\": \"shown\""));
        assert!(texts[2].contains("__ansible_vault"));
        assert!(!texts[2].contains("inventory_file"));
    }

    #[test]
    fn a_limit_leaves_hosts_out_of_groups_and_variables() {
        let text = list(&inventory(), &[HostName::from("fw2")]);
        assert!(text.contains("fw2") && !text.contains("fw1"), "{text}");
    }

    #[test]
    fn an_unknown_host_is_told_with_the_nearest_name() {
        let told = host(&inventory(), "fw11").unwrap_err().to_string();
        assert_eq!(told, "the inventory has no host `fw11` (did you mean `fw1`?)");
    }
}
