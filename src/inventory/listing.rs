//! What `tokenfleet inventory` prints, in the forms of `ansible-inventory`.
//!
//! One thing differs on purpose: no secret of a connection is shown, and none of a vaulted file.

use std::collections::HashSet;

use crate::model::{HostName, InputIssue, nearest};

use super::inventory::ALL;
use super::json::Json;
use super::printable::{secrets, shown};
use super::{HostVariables, Inventory, yaml_text};

/// How a listing is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub form: Form,
    /// Variables stand where they were set, at their groups and hosts, and are not inherited.
    pub export: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Yaml,
}

/// `--list`: all groups and the variables of the hosts. `hosts` are those to be shown; others are
/// left out of their groups. JSON has the layout of an inventory script's answer, YAML the one of
/// an inventory in YAML.
pub fn list(inventory: &Inventory, hosts: &[HostName], style: Style) -> String {
    let mut lister = Lister {
        inventory,
        export: style.export,
        hidden: secrets(inventory),
        shown: hosts.iter().map(HostName::as_str).collect(),
        hosts: HashSet::new(),
        groups: HashSet::new(),
    };
    match style.form {
        Form::Json => lister.flat(hosts).print(true),
        Form::Yaml => yaml_text::print(&lister.nested()),
    }
}

/// `--host NAME`: the variables of one host.
pub fn host(inventory: &Inventory, name: &str, style: Style) -> Result<String, InputIssue> {
    if !inventory.contains(name) {
        return Err(no_host(inventory, name));
    }
    let hidden = secrets(inventory);
    let variables = Json::Map(host_variables(inventory, name, style.export, &hidden));
    Ok(match style.form {
        // Only an inventory tells what is never templated.
        Form::Json => variables.print(false),
        Form::Yaml => yaml_text::print(&variables),
    })
}

pub(super) fn no_host(inventory: &Inventory, name: &str) -> InputIssue {
    let known: Vec<&str> = inventory.hosts().map(HostName::as_str).collect();
    let issue = InputIssue::error(format!("the inventory has no host `{name}`"));
    issue.hint(match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`tokenfleet inventory --graph` shows all hosts".to_owned(),
    })
}

/// The variables of a host: all of them, or its own alone.
fn host_variables<'a>(
    inventory: &'a Inventory,
    name: &str,
    only_own: bool,
    hidden: &HashSet<&str>,
) -> Vec<(&'a str, Json<'a>)> {
    if !only_own {
        return shown(&inventory.variables(name).sorted(), hidden);
    }
    let mut own = HostVariables::default();
    for layer in inventory.own_layers(name) {
        own.extend(layer);
    }
    shown(&own.sorted(), hidden)
}

/// The variables of a group alone, with its priority where it is not the usual one.
pub(super) fn group_variables<'a>(
    inventory: &'a Inventory,
    position: usize,
    hidden: &HashSet<&str>,
) -> Vec<(&'a str, Json<'a>)> {
    let Some(group) = inventory.group(position) else { return Vec::new() };
    let mut own = HostVariables::default();
    for layer in [&group.variables].into_iter().chain(&group.files) {
        own.extend(layer);
    }
    let mut variables = shown(&own.sorted(), hidden);
    if group.priority != 1 {
        variables.push(("ansible_group_priority", Json::Int(group.priority)));
        variables.sort_unstable_by_key(|(name, _)| *name);
    }
    variables
}

struct Lister<'a> {
    inventory: &'a Inventory,
    export: bool,
    hidden: HashSet<&'a str>,
    shown: HashSet<&'a str>,
    /// What already stands in full.
    hosts: HashSet<&'a str>,
    groups: HashSet<usize>,
}

impl<'a> Lister<'a> {
    /// The form in which all groups stand side by side.
    fn flat(&self, hosts: &[HostName]) -> Json<'a> {
        let mut document = Vec::new();
        for (position, (name, group)) in self.inventory.groups.iter().enumerate() {
            let mut entry = Vec::new();
            let members = self.members(&group.hosts);
            if position != 0 && !members.is_empty() {
                entry.push(("hosts", Json::List(members.into_iter().map(Json::Text).collect())));
            }
            if !group.children.is_empty() {
                let children = group.children.iter().map(|c| self.inventory.group_name(*c));
                entry.push(("children", Json::List(children.map(Json::Text).collect())));
            }
            entry.extend(self.exported(position));
            if !entry.is_empty() {
                document.push((name.as_str(), Json::Map(entry)));
            }
        }
        let hosts = hosts.iter().filter_map(|host| self.inventory.hosts.get_key_value(host));
        let variables: Vec<(&str, Json<'a>)> = hosts
            .map(|(host, _)| (host.as_str(), self.variables(host.as_str())))
            .filter(|(_, variables)| !variables.is_empty())
            .map(|(host, variables)| (host, Json::Map(variables)))
            .collect();
        let meta =
            vec![("hostvars", Json::Map(variables)), ("profile", Json::Text("inventory_legacy"))];
        document.push(("_meta", Json::Map(meta)));
        Json::Map(document)
    }

    /// The form in which groups stand in each other.
    fn nested(&mut self) -> Json<'a> {
        let all = self.group(0);
        Json::Map(if all.is_empty() { Vec::new() } else { vec![(ALL, Json::Map(all))] })
    }

    /// A group stands in full only where it is first met, and so does a host.
    fn group(&mut self, position: usize) -> Vec<(&'a str, Json<'a>)> {
        let Some(group) = self.inventory.group(position) else { return Vec::new() };
        let mut children = Vec::new();
        for child in &group.children {
            let is_new = self.groups.insert(*child);
            let entry = if is_new { self.group(*child) } else { Vec::new() };
            // One that is empty is only named where it was met before.
            if !is_new || !entry.is_empty() {
                children.push((self.inventory.group_name(*child), Json::Map(entry)));
            }
        }
        let mut hosts = Vec::new();
        if position != 0 {
            for host in self.members(&group.hosts) {
                let is_new = self.hosts.insert(host);
                let variables = if is_new { self.variables(host) } else { Vec::new() };
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
        entry.extend(self.exported(position));
        entry
    }

    fn variables(&self, host: &str) -> Vec<(&'a str, Json<'a>)> {
        host_variables(self.inventory, host, self.export, &self.hidden)
    }

    fn exported(&self, group: usize) -> Option<(&'a str, Json<'a>)> {
        let variables = if self.export {
            group_variables(self.inventory, group, &self.hidden)
        } else {
            Vec::new()
        };
        (!variables.is_empty()).then_some(("vars", Json::Map(variables)))
    }

    fn members(&self, hosts: &[usize]) -> Vec<&'a str> {
        let names = hosts.iter().filter_map(|host| self.inventory.host_name(*host));
        names.map(HostName::as_str).filter(|host| self.shown.contains(host)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Sources, explain, graph, load};
    use crate::model::SourceFile;

    const PLAIN: Style = Style { form: Form::Json, export: false };
    const YAML: Style = Style { form: Form::Yaml, export: false };
    const EXPORT: Style = Style { form: Form::Json, export: true };

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
  vars: {ansible_password: '{{ shared }}', shared: canary-4}
";

    fn inventory() -> Inventory {
        let file = InventorySource::File(SourceFile::new("hosts.yml", INVENTORY));
        load(&Sources { inventories: vec![file], ..Sources::default() }).inventory
    }

    #[test]
    fn no_listing_shows_a_secret() {
        let inventory = inventory();
        let hosts: Vec<HostName> = inventory.hosts().cloned().collect();
        let host = |name: &str, style| host(&inventory, name, style).unwrap();
        let texts = [
            list(&inventory, &hosts, PLAIN),
            list(&inventory, &hosts, YAML),
            host("fw1", PLAIN),
            host("fw2", PLAIN),
            list(&inventory, &hosts, EXPORT),
            host("fw1", EXPORT),
            graph(&inventory, "all", true).unwrap(),
            explain(&inventory, "fw1", None).unwrap(),
            explain(&inventory, "fw2", None).unwrap(),
        ];
        for text in &texts {
            assert!(!text.contains("canary") && !text.contains("4711"), "{text}");
            assert!(text.contains("********"), "{text}");
        }
        assert!(texts[2].contains("\"deepest\": \"shown\""));
        assert!(texts[2].contains("__ansible_vault"));
        assert!(!texts[2].contains("inventory_file"));
    }

    #[test]
    fn a_limit_leaves_hosts_out_of_groups_and_variables() {
        let text = list(&inventory(), &[HostName::from("fw2")], PLAIN);
        assert!(text.contains("fw2") && !text.contains("fw1"), "{text}");
    }

    #[test]
    fn an_unknown_host_is_told_with_the_nearest_name() {
        let told = host(&inventory(), "fw11", PLAIN).unwrap_err().to_string();
        assert_eq!(told, "the inventory has no host `fw11` (did you mean `fw1`?)");
    }
}
