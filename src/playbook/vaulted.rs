//! What a plan is going to open.

use std::collections::HashSet;

use super::planned_play::hosts_of;
use super::{Playbook, Request};
use crate::inventory::{HostVariables, Inventory, is_connection_name};
use crate::model::{HostName, Value};

/// The vaulted values that decide on the connections of the hosts that a playbook means, each
/// once. [`super::plan()`] opens them one by one: a caller with several processors may open them
/// beforehand.
pub fn vaulted(playbook: &Playbook, inventory: &Inventory, request: &Request) -> Vec<String> {
    if request.leaves_secrets {
        return Vec::new();
    }
    let hosts = playbook.plays.iter().flat_map(|play| {
        // What is wrong with a pattern, the plan says.
        let hosts = hosts_of(play, inventory, request.limit.as_ref(), &mut Vec::new());
        hosts.unwrap_or_default().limited
    });
    let hosts: HashSet<HostName> = hosts.collect();
    let mut found = HashSet::new();
    for host in hosts {
        let variables = inventory.variables(host.as_str());
        for name in variables.names().filter(|name| is_connection_name(name)) {
            match variables.value(name) {
                Some(Value::Vault(ciphertext)) => {
                    found.insert(ciphertext.as_str());
                }
                Some(Value::Text(text)) if text.contains("{{") => {
                    found.extend(named_in(text, &variables));
                }
                _ => {}
            }
        }
    }
    found.into_iter().map(str::to_owned).collect()
}

/// The vaulted values whose names stand in a template.
fn named_in<'a>(text: &str, variables: &HostVariables<'a>) -> Vec<&'a str> {
    let is_part = |c: char| !c.is_alphanumeric() && c != '_';
    let words = text.split(is_part).filter(|word| !word.is_empty());
    words
        .filter_map(|word| match variables.value(word)? {
            Value::Vault(ciphertext) => Some(ciphertext.as_str()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Limit, Sources, load};
    use crate::model::SourceFile;
    use crate::playbook::check;
    use crate::template::Templar;

    const INVENTORY: &str = "
edge:
  vars: {ansible_password: '{{ vault_edge | trim }}', vault_edge: !vault SHARED, note: !vault UNUSED}
  hosts:
    fw1: {ansible_ssh_pass: !vault OWN}
    fw2: {note: !vault OTHER}
core:
  hosts:
    fw3: {ansible_password: !vault CORE}
";

    fn found(hosts: &str, limit: Option<&str>, leaves_secrets: bool) -> Vec<String> {
        let file = InventorySource::File(SourceFile::new("hosts.yml", INVENTORY));
        let loaded = load(&Sources { inventories: vec![file], ..Sources::default() });
        let text = format!("- hosts: {hosts}\n  tasks: [{{debug: {{msg: x}}}}]\n");
        let templar = Templar::new(jiff::Timestamp::UNIX_EPOCH);
        let playbook = check(&SourceFile::new("play.yml", text), &templar).playbook.unwrap();
        let limit = limit.map(|limit| Limit::new(limit, &[]).unwrap());
        let request = Request { limit, leaves_secrets, ..Request::default() };
        let mut found = vaulted(&playbook, &loaded.inventory, &request);
        found.sort_unstable();
        found
    }

    #[test]
    fn only_what_the_connections_of_this_run_need_is_opened_beforehand() {
        assert_eq!(found("all", None, false), ["CORE", "OWN", "SHARED"]);
        assert_eq!(found("edge", Some("fw2"), false), ["SHARED"]);
        assert_eq!(found("all", None, true), [""; 0]);
    }
}
