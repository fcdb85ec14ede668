//! The way to a host.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{HostKeyPolicy, HostName, KnownHostsFiles, Route, Target};

use super::known_hosts::known_hosts_files;
use super::percent::{Sequence, fill};
use super::ssh_options::{Hop, MOST_HOPS, Proxy, SshOptions, Wrong};
use super::target::{Reader, SSH_PORT};
use super::{SshConfig, connection};

/// Characters that a shell would make something of. OpenSSH refuses them in a host or login name
/// too, since 9.6.
const SHELL_CHARACTERS: &str = "'`\"$\\;&<>|(){}*?[]#~!";

/// How `target` is reached by way of `proxy`, with the keys of jump hosts in the files of
/// `known_hosts`, unless the configuration says otherwise. What is wrong goes to the reader's
/// issues.
pub(super) fn route(
    reader: &mut Reader<'_>,
    proxy: Option<Proxy>,
    target: &Target,
    config: &SshConfig,
    known_hosts: &KnownHostsFiles,
) -> Route {
    match proxy {
        None | Some(Proxy::None) => Route::Direct,
        Some(Proxy::Jump(hops)) => jump(reader, hops, target, config, known_hosts),
        Some(Proxy::Command(command)) => by_command(reader, &command, target),
    }
}

/// Each hop is reached through the one before it, and the first one as the configuration says:
/// straight, as a rule.
fn jump(
    reader: &mut Reader<'_>,
    hops: Vec<Hop>,
    target: &Target,
    config: &SshConfig,
    known_hosts: &KnownHostsFiles,
) -> Route {
    let password = reader.secret("password", &[connection::PROXY_JUMP_PASSWORD]);
    let passphrase = reader.secret("passphrase", &[connection::PROXY_JUMP_KEY_PASSPHRASE]);
    // It opens a file of this machine, and is sent to nobody.
    let passphrase = passphrase.or_else(|| target.private_key_passphrase.clone());
    let key = reader.text("path", &[connection::PROXY_JUMP_KEY]).map(PathBuf::from);
    let mut hops = VecDeque::from(hops);
    let mut command = None;
    while let Some(first) = hops.front() {
        match config.options(&first.host, first.user.as_deref()).proxy {
            // `Host *` with a jump host means all others, and not the jump host by way of itself.
            Some(Proxy::Jump(before)) if !before.iter().any(|hop| hop.is_called(&first.host)) => {
                before.into_iter().rev().for_each(|hop| hops.push_front(hop));
            }
            Some(Proxy::Command(first)) => {
                command = Some(first);
                break;
            }
            _ => break,
        }
        if hops.len() > MOST_HOPS {
            reader.report(
                None,
                "its jump hosts go round in circles in the SSH configuration".to_owned(),
                "give the first of them `ProxyJump none` there".to_owned(),
            );
            return Route::Direct;
        }
    }
    hops.into_iter().fold(Route::Direct, |route, hop| {
        let options = config.options(&hop.host, hop.user.as_deref());
        let key = match (&key, &password) {
            (Some(key), _) => Some(key.clone()),
            // One that is meant for the jump hosts is not passed over for a key that is not.
            (None, Some(_)) => None,
            (None, None) => {
                options.private_key_file.clone().or_else(|| target.private_key_file.clone())
            }
        };
        let mut next = Target {
            host: HostName::new(hop.host.as_str()),
            address: options.address_of(&hop.host),
            port: hop.port.or(options.port).unwrap_or(SSH_PORT),
            user: hop.user.or(options.user.clone()).unwrap_or_else(|| target.user.clone()),
            password: password.clone(),
            private_key_file: key.map(|path| config.expanded(&path)),
            private_key_passphrase: passphrase.clone(),
            identities_only: options.identities_only.unwrap_or(false),
            route,
            host_key: match (options.host_key.clone(), &target.host_key) {
                (Some(policy), _) => policy,
                // It is the key of the device.
                (None, HostKeyPolicy::Pinned(_)) => HostKeyPolicy::Strict,
                (None, policy) => policy.clone(),
            },
            ..target.clone()
        };
        // As with OpenSSH, what the arguments say of the device's files holds for the device alone.
        let arguments = SshOptions::default();
        next.known_hosts =
            known_hosts_files(reader, &arguments, known_hosts, &options, config, &next);
        if let Some(command) = command.take() {
            next.route = by_command(reader, &command, &next);
        }
        Route::Jump(Arc::new(next))
    })
}

fn by_command(reader: &mut Reader<'_>, command: &str, target: &Target) -> Route {
    match filled(command, target) {
        Ok(command) => Route::Command(command),
        Err((message, hint)) => {
            let arguments = connection::SSH_ARGUMENTS.iter().rev();
            let located = arguments.into_iter().find_map(|name| reader.variables.get(name));
            reader.report(located, message, hint);
            Route::Direct
        }
    }
}

/// A `ProxyCommand` with its `%` sequences filled in.
fn filled(command: &str, target: &Target) -> Result<String, Wrong> {
    let port = target.port.to_string();
    let sequences = [
        Sequence::new('h', "address", &target.address),
        Sequence::new('p', "port", &port),
        Sequence::new('r', "login name", &target.user),
        Sequence::new('n', "name", target.host.as_str()),
    ];
    fill("ProxyCommand", command, &sequences, harmless)
}

/// Refuses what a shell would take for more than a word.
fn harmless(sequence: &Sequence<'_>) -> Result<(), Wrong> {
    let Sequence { what, text, .. } = sequence;
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || SHELL_CHARACTERS.contains(c);
    if text.is_empty() || text.starts_with('-') || text.contains(is_odd) {
        return Err((
            format!("the {what} `{text}` cannot stand in a ProxyCommand"),
            "it would be more than a word to the shell: correct it, or use `ProxyJump`".to_owned(),
        ));
    }
    Ok(())
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
        made_with(line, &ConnectionDefaults::default())
    }

    fn made_with(line: &str, defaults: &ConnectionDefaults) -> Result<Target, String> {
        let file = SourceFile::new("hosts.ini", format!("fw1 ansible_host=192.0.2.1 {line}\n"));
        let sources =
            Sources { inventories: vec![InventorySource::File(file)], ..Sources::default() };
        let inventory = load(&sources).inventory;
        let variables = inventory.variables("fw1");
        target(&HostName::from("fw1"), &variables, defaults)
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
        let line = "ansible_ssh_common_args='-o ProxyCommand=\"nc -x p%%1 %h %p # %n %r\"'";
        let route = made(line).route;
        assert!(
            matches!(&route, Route::Command(text) if text == "nc -x p%1 192.0.2.1 22 # fw1 admin"),
            "{route:?}"
        );
        let told = try_made("ansible_user='a;b' ansible_ssh_args='-o ProxyCommand=\"x %r\"'");
        assert!(told.unwrap_err().contains("`a;b` cannot stand in a ProxyCommand"));
    }

    /// With this in `~/.ssh/config`.
    fn configured(config: &str, line: &str) -> Result<Target, String> {
        let mut ssh_config = SshConfig::new(Some(PathBuf::from("/home/me")));
        let issues = ssh_config.read(&SourceFile::new("config", config), &mut |_, _| Ok(vec![]));
        assert_eq!(issues, []);
        let defaults = ConnectionDefaults { ssh_config, ..ConnectionDefaults::default() };
        made_with(line, &defaults)
    }

    #[test]
    fn the_ssh_configuration_stands_behind_variables() {
        let config = "Host 192.0.2.1\n HostName fw.example.net\n Port 2222\n User me\n \
                      IdentityFile ~/.ssh/id\n StrictHostKeyChecking accept-new\n ProxyJump b\n\
                      Host b\n HostName bastion.example.net\n User ops\n ProxyJump c\n\
                      Host *\n IdentityFile all\n";
        let target = configured(config, "").unwrap();
        assert_eq!((target.address.as_str(), target.port), ("fw.example.net", 2222));
        assert_eq!(target.user, "me");
        assert_eq!(target.private_key_file, Some(PathBuf::from("/home/me/.ssh/id")));
        assert_eq!(target.host_key, HostKeyPolicy::AcceptNew);
        let hops: Vec<_> = target
            .jump_hosts()
            .map(|hop| (hop.address.as_str(), hop.user.as_str(), hop.private_key_file.as_deref()))
            .collect();
        let all = Some(std::path::Path::new("all"));
        assert_eq!(hops, [("bastion.example.net", "ops", all), ("c", "me", all)],);

        let line = "ansible_port=22 ansible_user=var ansible_password=p ansible_ssh_args='-J x'";
        let target = configured("Host *\n Port 1\n User u\n IdentityFile i\n", line).unwrap();
        assert_eq!((target.port, target.user.as_str()), (22, "var"));
        assert_eq!(target.private_key_file, None);
        let hop = target.jump_hosts().next().unwrap();
        assert_eq!((hop.port, hop.user.as_str()), (1, "u"));
    }

    #[test]
    fn jump_hosts_that_go_round_in_circles_are_told() {
        let config = "Host 192.0.2.1\nProxyJump a\nHost a\nProxyJump b\nHost b\nProxyJump a\n";
        assert!(configured(config, "").unwrap_err().contains("go round in circles"));
        let config = "Host *\nProxyJump b\n";
        assert_eq!(configured(config, "").unwrap().jump_hosts().count(), 1);
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
