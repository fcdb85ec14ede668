//! Hosts that are one and the same device.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::model::{Connection, HostName, InputIssue, Route, Target, Value};

use super::target::{Reader, SSH_PORT, is_template};
use super::{HostVariables, Inventory, Located, connection};

/// How many hosts a warning names.
const MOST_NAMES: usize = 5;

/// Where a host is reached. Behind another jump host the same address is another device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// In lower case.
    address: String,
    port: u16,
    /// How the way to it is written.
    way: String,
}

impl Endpoint {
    pub fn of(target: &Target) -> Self {
        let hops = target.jump_hosts().map(|hop| format!("{}:{}", hop.address, hop.port));
        let way = match &target.route {
            Route::Command(command) => command.clone(),
            Route::Direct | Route::Jump(_) => hops.collect::<Vec<_>>().join(" "),
        };
        Self { address: target.address.to_ascii_lowercase(), port: target.port, way }
    }
}

/// Several hosts that are one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedDevice<'a> {
    /// In the order given.
    pub hosts: Vec<&'a str>,
    /// One sentence without a full stop.
    pub message: String,
}

/// The devices that several hosts share: an audit would count each more than once.
pub fn shared_devices<'a>(
    hosts: impl Iterator<Item = (&'a str, Endpoint)>,
) -> Vec<SharedDevice<'a>> {
    let mut devices: IndexMap<Endpoint, Vec<&str>> = IndexMap::new();
    for (host, endpoint) in hosts {
        devices.entry(endpoint).or_default().push(host);
    }
    devices.retain(|_, hosts| hosts.len() > 1);
    devices
        .into_iter()
        .map(|(Endpoint { address, port, .. }, hosts)| {
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

/// Where a host is reached; `None` for one of the lab, or when that cannot be
/// told. What is wrong with the variables is reported when a target is made of them.
fn endpoint(inventory: &Inventory, host: &str) -> Option<Endpoint> {
    let (name, _) = inventory.hosts.get_key_value(host)?;
    let used = [connection::CONNECTION, connection::PROXY_JUMP].into_iter();
    let used = used.chain(connection::HOST).chain(connection::PORT);
    let used = used.chain(connection::SSH_ARGUMENTS);
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
    let options = reader.options();
    let address = options.address_of(&reader.name());
    let port = reader.port().or(options.port).unwrap_or(SSH_PORT);
    let way = format!("{:?}", reader.proxy(&options));
    (is_ssh && reader.issues.is_empty()).then(|| Endpoint {
        address: address.to_ascii_lowercase(),
        port,
        way,
    })
}
