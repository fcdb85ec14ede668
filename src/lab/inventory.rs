//! The files by which others reach a served fleet.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::serving::Serving;

/// An Ansible inventory (YAML) of a served fleet, by SSH. The passwords in it are the lab's own.
pub fn inventory_text(serving: &Serving) -> String {
    let mut text = "# The simulated fleet. These passwords open nothing else.\nall:\n  vars:\n    \
                    ansible_connection: ssh\n  hosts:\n"
        .to_owned();
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for device in serving.devices() {
        let _ = write!(
            text,
            "    {}:\n      ansible_host: {}\n      ansible_port: {}\n      ansible_user: {}\n      \
             ansible_password: {}\n",
            device.name,
            device.address.ip(),
            device.address.port(),
            quoted(&device.user),
            quoted(&device.password),
        );
        for group in &device.groups {
            groups.entry(group).or_default().push(&device.name);
        }
    }
    text.push_str("  children:\n");
    for (group, hosts) in groups {
        let _ = writeln!(text, "    {group}:\n      hosts:");
        for host in hosts {
            let _ = writeln!(text, "        {host}:");
        }
    }
    text
}

/// Lines for `known_hosts`, one per unit.
pub fn known_hosts_text(serving: &Serving) -> String {
    serving.devices().iter().fold(String::new(), |mut text, device| {
        let (ip, port) = (device.address.ip(), device.address.port());
        let _ = match port {
            22 => writeln!(text, "{ip} {}", serving.host_key()),
            _ => writeln!(text, "[{ip}]:{port} {}", serving.host_key()),
        };
        text
    })
}

/// A single-quoted scalar of YAML.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
