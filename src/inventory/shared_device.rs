//! Hosts that are one and the same device.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::model::{Connection, InputIssue, Value};

use super::target::{Reader, is_template};
use super::{HostVariables, Inventory, Located, connection};

/// How many hosts a warning names.
const MOST_NAMES: usize = 5;

/// One warning for each address and port that several hosts share: an audit would count that
/// device more than once.
pub(super) fn warnings(inventory: &Inventory) -> Vec<InputIssue> {
    let mut devices: IndexMap<(String, u16), Vec<&str>> = IndexMap::new();
    for host in inventory.hosts() {
        if let Some(endpoint) = endpoint(inventory, host.as_str()) {
            devices.entry(endpoint).or_default().push(host.as_str());
        }
    }
    devices
        .into_iter()
        .filter(|(_, hosts)| hosts.len() > 1)
        .map(|((address, port), hosts)| {
            let more = hosts.len().saturating_sub(MOST_NAMES);
            let mut names = hosts[..hosts.len() - more].join("`, `");
            names =
                if more > 0 { format!("`{names}` and {more} more") } else { format!("`{names}`") };
            let issue = InputIssue::warning(format!(
                "{names} are one device, {address} port {port}: it would be audited {} times",
                hosts.len()
            ))
            .hint("keep one of them, or correct `ansible_host` and `ansible_port`");
            match hosts.last().and_then(|host| inventory.place_of(host)) {
                Some(place) => issue.at(place.clone(), 1),
                None => issue,
            }
        })
        .collect()
}

/// Where a host is reached, in lower case; `None` for one of the lab, or when that cannot be
/// told. What is wrong with the variables is reported when a target is made of them.
fn endpoint(inventory: &Inventory, host: &str) -> Option<(String, u16)> {
    let (name, _) = inventory.hosts.get_key_value(host)?;
    let used = [connection::CONNECTION].into_iter().chain(connection::HOST).chain(connection::PORT);
    let found: HashMap<&'static str, &Located> =
        used.filter_map(|name| Some((name, inventory.variable(host, name)?))).collect();
    let needs_all =
        found.values().any(|l| matches!(&l.value, Value::Text(text) if is_template(text)));
    let mut variables = HostVariables::default();
    if needs_all {
        variables = inventory.variables(host);
    } else {
        for (name, value) in found {
            variables.set(name, value);
        }
    }
    let mut reader = Reader { host: name, variables: &variables, issues: Vec::new() };
    let is_ssh = reader.connection() == Connection::Ssh;
    let (address, port) = reader.endpoint();
    (is_ssh && reader.issues.is_empty()).then(|| (address.to_ascii_lowercase(), port))
}
