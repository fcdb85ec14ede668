//! Hosts that are one and the same device.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::model::{Connection, HostName, InputIssue, Value};

use super::target::{Reader, is_template};
use super::{HostVariables, Inventory, Located, connection};

/// How many hosts a warning names.
const MOST_NAMES: usize = 5;

/// Several hosts that are one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedDevice<'a> {
    /// In the order given.
    pub hosts: Vec<&'a str>,
    /// One sentence without a full stop.
    pub message: String,
}

/// The devices that several hosts share: an audit would count each more than once. Endpoints are
/// an address in lower case and a port.
pub fn shared_devices<'a>(
    hosts: impl Iterator<Item = (&'a str, (String, u16))>,
) -> Vec<SharedDevice<'a>> {
    let mut devices: IndexMap<(String, u16), Vec<&str>> = IndexMap::new();
    for (host, endpoint) in hosts {
        devices.entry(endpoint).or_default().push(host);
    }
    devices.retain(|_, hosts| hosts.len() > 1);
    devices
        .into_iter()
        .map(|((address, port), hosts)| {
            let more = hosts.len().saturating_sub(MOST_NAMES);
            let mut names = hosts[..hosts.len() - more].join("`, `");
            names =
                if more > 0 { format!("`{names}` and {more} more") } else { format!("`{names}`") };
            let message = format!(
                "{names} are one device, {address} port {port}: it would be audited {} times",
                hosts.len()
            );
            SharedDevice { hosts, message }
        })
        .collect()
}

/// One warning for each device that several hosts share, at the last of them.
pub(super) fn warnings(inventory: &Inventory) -> Vec<InputIssue> {
    let hosts = inventory.hosts().map(HostName::as_str);
    shared_devices(hosts.filter_map(|host| Some((host, endpoint(inventory, host)?))))
        .into_iter()
        .map(|shared| {
            let issue = InputIssue::warning(shared.message)
                .hint("keep one of them, or correct `ansible_host` and `ansible_port`");
            match shared.hosts.last().and_then(|host| inventory.place_of(host)) {
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
