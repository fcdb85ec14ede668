//! The way to a host.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{HostKeyPolicy, HostName, Route, Secret, Target};

use super::connection;
use super::ssh_options::{Hop, Proxy};
use super::target::Reader;

const SSH_PORT: u16 = 22;

/// Characters that a shell would make something of. OpenSSH refuses them in a host or login name
/// too, since 9.6.
const SHELL_CHARACTERS: &str = "'`\"$\\;&<>|(){}*?[]#~!";

/// How `target` is reached by way of `proxy`. What is wrong goes to the reader's issues.
pub(super) fn route(reader: &mut Reader<'_>, proxy: Option<Proxy>, target: &Target) -> Route {
    match proxy {
        None | Some(Proxy::None) => Route::Direct,
        Some(Proxy::Jump(hops)) => jump(reader, hops, target),
        Some(Proxy::Command(command)) => match filled(&command, target) {
            Ok(command) => Route::Command(command),
            Err((message, hint)) => {
                let arguments = connection::SSH_ARGUMENTS.iter().rev();
                let located = arguments.into_iter().find_map(|name| reader.variables.get(name));
                reader.report(located, message, hint);
                Route::Direct
            }
        },
    }
}

/// The first hop is reached straight, each other through the one before it.
fn jump(reader: &mut Reader<'_>, hops: Vec<Hop>, target: &Target) -> Route {
    let password = reader.find("password", &[connection::PROXY_JUMP_PASSWORD]);
    let password = password.map(|(_, text)| Secret::new(text));
    let key = reader.text("path", &[connection::PROXY_JUMP_KEY]).map(PathBuf::from);
    // A password that is meant for the jump hosts is not passed over for a key that is not.
    let key = key.or_else(|| match password {
        Some(_) => None,
        None => target.private_key_file.clone(),
    });
    hops.into_iter().fold(Route::Direct, |route, hop| {
        Route::Jump(Arc::new(Target {
            host: HostName::new(hop.host.as_str()),
            address: hop.host,
            port: hop.port.unwrap_or(SSH_PORT),
            user: hop.user.unwrap_or_else(|| target.user.clone()),
            password: password.clone(),
            private_key_file: key.clone(),
            route,
            host_key: match &target.host_key {
                // It is the key of the device.
                HostKeyPolicy::Pinned(_) => HostKeyPolicy::Strict,
                policy => policy.clone(),
            },
            ..target.clone()
        }))
    })
}

/// A `ProxyCommand` with its `%` sequences filled in.
fn filled(command: &str, target: &Target) -> Result<String, (String, String)> {
    let mut filled = String::with_capacity(command.len());
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            filled.push(c);
            continue;
        }
        match chars.next() {
            Some('%') => filled.push('%'),
            Some('h') => filled.push_str(harmless("address", &target.address)?),
            Some('n') => filled.push_str(harmless("name", target.host.as_str())?),
            Some('r') => filled.push_str(harmless("login name", &target.user)?),
            Some('p') => filled.push_str(&target.port.to_string()),
            other => {
                let sequence: String = other.into_iter().collect();
                return Err((
                    format!("the ProxyCommand has `%{sequence}`, which is not known here"),
                    "known are `%h`, `%p`, `%r`, `%n` and `%%`".to_owned(),
                ));
            }
        }
    }
    Ok(filled)
}

/// `text`, unless a shell would take it for more than a word.
fn harmless<'t>(what: &str, text: &'t str) -> Result<&'t str, (String, String)> {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || SHELL_CHARACTERS.contains(c);
    if text.is_empty() || text.starts_with('-') || text.contains(is_odd) {
        return Err((
            format!("the {what} `{text}` cannot stand in a ProxyCommand"),
            "it would be more than a word to the shell: correct it, or use `ProxyJump`".to_owned(),
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{ConnectionDefaults, InventorySource, Sources, load, target};
    use crate::model::SourceFile;

    fn made(line: &str) -> Target {
        try_made(line).unwrap()
    }

    fn try_made(line: &str) -> Result<Target, String> {
        let file = SourceFile::new("hosts.ini", format!("fw1 ansible_host=192.0.2.1 {line}\n"));
        let sources =
            Sources { inventories: vec![InventorySource::File(file)], ..Sources::default() };
        let inventory = load(&sources).inventory;
        let variables = inventory.variables("fw1");
        target(&HostName::from("fw1"), &variables, &ConnectionDefaults::default())
            .map_err(|issues| issues.iter().map(ToString::to_string).collect())
    }

    /// `user@address:port` of each hop, the nearest to the device first.
    fn hops(line: &str) -> Vec<String> {
        made(line)
            .jump_hosts()
            .map(|hop| format!("{}@{}:{}", hop.user, hop.address, hop.port))
            .collect()
    }

    #[test]
    fn each_jump_host_is_behind_the_one_before_it() {
        let line = "ansible_user=auditor ansible_ssh_common_args='-J ops@a:2222,b'";
        assert_eq!(hops(line), ["auditor@b:22", "ops@a:2222"]);
        assert_eq!(hops("ansible_ssh_proxy_jump=c ansible_ssh_args='-J a'"), ["admin@c:22"]);
        assert!(hops("ansible_ssh_proxy_jump=none ansible_ssh_args='-J a'").is_empty());
        assert!(hops("ansible_connection=lab ansible_ssh_proxy_jump=a").is_empty());
    }

    #[test]
    fn the_password_of_a_device_is_not_for_its_jump_host() {
        let with = |line: &str| {
            let target = made(&format!("ansible_ssh_proxy_jump=a {line}"));
            let hop = target.jump_hosts().next().unwrap().clone();
            let key = hop.private_key_file.map(|path| path.display().to_string());
            (hop.password.map(|password| password.expose().to_owned()), key)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(with("ansible_password=device"), (None, None));
        assert_eq!(with("ansible_private_key_file=key"), (None, text("key")));
        assert_eq!(
            with("ansible_private_key_file=key ansible_ssh_proxy_jump_password=hop"),
            (text("hop"), None)
        );
        assert_eq!(with("ansible_ssh_proxy_jump_private_key_file=hop"), (None, text("hop")));
    }

    #[test]
    fn a_proxy_command_is_filled_in() {
        let command = |line: &str| match made(line).route {
            Route::Command(command) => command,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            command("ansible_ssh_common_args='-o ProxyCommand=\"nc -x p%%1 %h %p # %n %r\"'"),
            "nc -x p%1 192.0.2.1 22 # fw1 admin"
        );
        let told = try_made("ansible_user='a;b' ansible_ssh_args='-o ProxyCommand=\"x %r\"'");
        assert!(told.unwrap_err().contains("`a;b` cannot stand in a ProxyCommand"));
    }

    #[test]
    fn one_address_behind_two_jump_hosts_is_two_devices() {
        let issues = |second: &str| {
            let text = format!(
                "a ansible_host=10.0.0.1 ansible_ssh_proxy_jump=x\n\
                 b ansible_host=10.0.0.1 ansible_ssh_proxy_jump={second}\n"
            );
            let file = InventorySource::File(SourceFile::new("hosts.ini", text));
            load(&Sources { inventories: vec![file], ..Sources::default() }).issues.len()
        };
        assert_eq!((issues("x"), issues("y")), (1, 0));
    }
}
