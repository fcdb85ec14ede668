//! Connection variables to a target.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::{
    Connection, HostKeyPolicy, HostName, InputIssue, KnownHostsFiles, Route, Secret, Target, Value,
    nearest_hint,
};

use super::known_hosts::known_hosts_files;
use super::route::route;
use super::ssh_options::{self, Proxy, SshOptions};
use super::{HostVariables, Located, SshConfig, connection};

pub(super) const SSH_PORT: u16 = 22;

/// Longest time limit that makes sense.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Values of `ansible_connection` that mean SSH to a command line.
const SSH_CONNECTIONS: [&str; 7] = [
    "ssh",
    "smart",
    "network_cli",
    "ansible.netcommon.network_cli",
    "ansible.builtin.ssh",
    "paramiko",
    "paramiko_ssh",
];

const FORTIOS: [&str; 2] = ["fortinet.fortios.fortios", "fortios"];

/// What holds for a host whose variables say nothing: the flags of the command line.
#[derive(Debug, Clone, Default)]
pub struct ConnectionDefaults {
    /// `-u`; `admin` when nothing is said.
    pub user: Option<String>,
    /// `-k`
    pub password: Option<Secret>,
    /// `--private-key`
    pub private_key_file: Option<PathBuf>,
    /// `--ask-key-passphrase`
    pub private_key_passphrase: Option<Secret>,
    /// `--host-key-checking`; strict when nothing is said.
    pub host_key: Option<HostKeyPolicy>,
    /// `--known-hosts`
    pub known_hosts: KnownHostsFiles,
    /// `--ssh-config` or `~/.ssh/config`, behind all of the above.
    pub ssh_config: SshConfig,
    /// Those that [`super::ssh_config_files`] names, to take its place.
    pub other_ssh_configs: HashMap<String, SshConfig>,
}

/// How to reach `host`, by its variables and, where these say nothing, by `defaults`. Play
/// variables and `-e` count when the caller has laid them over `variables`. The errors are all
/// that is wrong with this host.
pub fn target(
    host: &HostName,
    variables: &HostVariables<'_>,
    defaults: &ConnectionDefaults,
) -> Result<Target, Vec<InputIssue>> {
    let mut reader = Reader { host, variables, issues: Vec::new() };
    let connection = reader.connection();
    reader.network_os();
    let options = reader.options();
    let user = reader.text("login name", &connection::USER);
    let user = user.or_else(|| options.user.clone()).or_else(|| defaults.user.clone());
    let name = reader.name();
    let ssh_config = reader.ssh_config(&options, defaults);
    let config = match connection {
        Connection::Ssh => ssh_config.options(&name, user.as_deref()),
        Connection::Lab | Connection::Local | Connection::Transcript(_) => SshOptions::default(),
    };
    let password =
        reader.secret("password", &connection::PASSWORD).or_else(|| defaults.password.clone());
    let private_key_file = reader.text("path", &connection::PRIVATE_KEY).map(PathBuf::from);
    let private_key_file = private_key_file
        .or_else(|| options.private_key_file.clone())
        .or_else(|| defaults.private_key_file.clone())
        // A password that was given for this host is not passed over for a key of many.
        .or_else(|| config.private_key_file.clone().filter(|_| password.is_none()));
    let mut target = Target {
        host: host.clone(),
        connection,
        address: match &options.host_name {
            Some(_) => options.address_of(&name),
            None => config.address_of(&name),
        },
        port: reader.port().or(options.port).or(config.port).unwrap_or(SSH_PORT),
        user: user.or_else(|| config.user.clone()).unwrap_or_else(|| "admin".to_owned()),
        password,
        private_key_file: private_key_file.map(|path| ssh_config.expanded(&path)),
        private_key_passphrase: reader
            .secret("passphrase", &connection::KEY_PASSPHRASE)
            .or_else(|| defaults.private_key_passphrase.clone()),
        identities_only: options.identities_only.or(config.identities_only).unwrap_or(false),
        legacy: reader.boolean(&[connection::LEGACY]).unwrap_or(false),
        route: Route::Direct,
        host_key: reader.host_key(
            (options.host_key.clone())
                .or_else(|| defaults.host_key.clone())
                .or(config.host_key.clone()),
        ),
        known_hosts: KnownHostsFiles::default(),
        connect_timeout: reader.seconds(&connection::CONNECT_TIMEOUT).or(options.connect_timeout),
        command_timeout: reader.seconds(&[connection::COMMAND_TIMEOUT]),
    };
    let proxy = reader.proxy(&options).or(config.proxy.clone());
    if target.connection == Connection::Ssh {
        let flag = &defaults.known_hosts;
        target.route = route(&mut reader, proxy, &target, ssh_config, flag);
        target.known_hosts =
            known_hosts_files(&mut reader, &options, flag, &config, ssh_config, &target);
    }
    if reader.issues.is_empty() { Ok(target) } else { Err(reader.issues) }
}

/// Reads one host's connection variables and collects what is wrong with them.
pub(super) struct Reader<'a> {
    pub host: &'a HostName,
    pub variables: &'a HostVariables<'a>,
    pub issues: Vec<InputIssue>,
}

impl<'a> Reader<'a> {
    pub fn connection(&mut self) -> Connection {
        let Some((name, value)) = self.find("name", &[connection::CONNECTION]) else {
            return Connection::Ssh;
        };
        let located = self.variables.get(name);
        if value == "lab" {
            return Connection::Lab;
        }
        if matches!(value.as_str(), "local" | "ansible.builtin.local") {
            return Connection::Local;
        }
        if value == "transcript" {
            return self.transcripts(located);
        }
        if !SSH_CONNECTIONS.contains(&value.as_str()) {
            let hint = match value.as_str() {
                "httpapi" | "ansible.netcommon.httpapi" => {
                    "tokenfleet speaks SSH: run it with `-e ansible_connection=network_cli`, or \
                     set that for this group"
                        .to_owned()
                }
                other => nearest_hint(other, &["ssh", "network_cli", "lab", "transcript"]),
            };
            self.report(located, format!("`{name}` is `{value}`, which is not spoken here"), hint);
        }
        Connection::Ssh
    }

    fn transcripts(&mut self, connection: Option<&Located>) -> Connection {
        match self.text("path", &[connection::TRANSCRIPTS]) {
            Some(folder) => Connection::Transcript(PathBuf::from(folder)),
            None => {
                self.report(
                    connection,
                    "the host is answered from transcripts, and no `transcript_dir` is set"
                        .to_owned(),
                    format!("set `{}` to the folder that holds them", connection::TRANSCRIPTS),
                );
                Connection::Ssh
            }
        }
    }

    fn network_os(&mut self) {
        if let Some((name, value)) = self.find("name", &[connection::NETWORK_OS])
            && !FORTIOS.contains(&value.as_str())
        {
            self.report(
                self.variables.get(name),
                format!("`{name}` is `{value}`, and tokenfleet only knows FortiOS"),
                "leave this host out with `--limit`, or correct the variable".to_owned(),
            );
        }
    }

    /// What the arguments for OpenSSH say.
    pub fn options(&mut self) -> SshOptions {
        let mut options = SshOptions::default();
        for name in connection::SSH_ARGUMENTS {
            if let Some((_, text)) = self.find("text", &[name])
                && let Err((message, hint)) = options.add_arguments(&text)
            {
                self.report(self.variables.get(name), format!("`{name}` {message}"), hint);
            }
        }
        options
    }

    fn ssh_config<'c>(
        &mut self,
        options: &SshOptions,
        defaults: &'c ConnectionDefaults,
    ) -> &'c SshConfig {
        let Some(name) = &options.config_file else { return &defaults.ssh_config };
        defaults.other_ssh_configs.get(name).unwrap_or_else(|| {
            self.report(
                None,
                format!("the SSH configuration `{name}` (`-F`) was not read beforehand"),
                "write its name without a template, or give it as `--ssh-config`".to_owned(),
            );
            &defaults.ssh_config
        })
    }

    /// The way that the variable names, else the one of the arguments.
    pub fn proxy(&mut self, options: &SshOptions) -> Option<Proxy> {
        let Some((name, text)) = self.find("list of jump hosts", &[connection::PROXY_JUMP]) else {
            return options.proxy.clone();
        };
        let proxy = ssh_options::jump(text.trim());
        if proxy.is_none() {
            self.report(
                self.variables.get(name),
                format!("`{name}` is `{text}`, which names no jump host"),
                "write `[user@]host[:port]`, several with commas between them".to_owned(),
            );
        }
        proxy
    }

    /// The name or address that stands for the host.
    pub fn name(&mut self) -> String {
        let name = self.text("name or address", &connection::HOST);
        name.unwrap_or_else(|| self.host.as_str().to_owned())
    }

    pub fn port(&mut self) -> Option<u16> {
        let (name, text) = self.find("port", &connection::PORT)?;
        let port = text.trim().parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            self.report(
                self.variables.get(name),
                format!("`{name}` is `{text}`, which is no port"),
                "a port is a number from 1 to 65535".to_owned(),
            );
        }
        port
    }

    pub fn secret(&mut self, what: &str, names: &[&'static str]) -> Option<Secret> {
        // An empty password is one too: devices fresh from the factory have it.
        self.find(what, names).map(|(_, text)| Secret::new(text))
    }

    fn boolean(&mut self, names: &[&'static str]) -> Option<bool> {
        let (name, text) = self.find("boolean", names)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "f" | "0" => Some(false),
            _ => {
                self.report(
                    self.variables.get(name),
                    format!("`{name}` is `{text}`, which is neither true nor false"),
                    "write `true` or `false`".to_owned(),
                );
                None
            }
        }
    }

    /// The policy that was chosen before, unless the variable says otherwise.
    fn host_key(&mut self, chosen: Option<HostKeyPolicy>) -> HostKeyPolicy {
        let policy = chosen.unwrap_or_default();
        match self.boolean(&connection::HOST_KEY_CHECKING) {
            Some(true) if policy == HostKeyPolicy::Off => HostKeyPolicy::Strict,
            Some(true) | None => policy,
            Some(false) => HostKeyPolicy::Off,
        }
    }

    /// A time limit.
    fn seconds(&mut self, names: &[&'static str]) -> Option<Duration> {
        let (name, text) = self.find("number of seconds", names)?;
        let seconds = text.trim().parse().ok().filter(|seconds| *seconds > 0.0);
        let limit = seconds.and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok());
        if limit.is_none_or(|limit| limit > LONGEST) {
            self.report(
                self.variables.get(name),
                format!("`{name}` is `{text}`, which is no time limit"),
                format!("a limit is a number of seconds, up to {}", LONGEST.as_secs()),
            );
        }
        limit
    }

    /// The text of the first that is set, counted from the last of `names`; empty is unset.
    pub fn text(&mut self, what: &str, names: &[&'static str]) -> Option<String> {
        self.find(what, names).map(|(_, text)| text).filter(|text| !text.is_empty())
    }

    /// The name and the text of the variable that counts among its aliases.
    pub fn find(&mut self, what: &str, names: &[&'static str]) -> Option<(&'static str, String)> {
        let (name, located) =
            names.iter().rev().find_map(|name| Some((*name, self.variables.get(name)?)))?;
        match self.text_of(name, located) {
            Ok(text) => text.map(|text| (name, text)),
            Err((message, hint)) => {
                self.report(Some(located), format!("{message} (a {what})"), hint);
                None
            }
        }
    }

    /// The text of a value. Errors never show the value: it may be a secret.
    fn text_of(&self, name: &str, located: &Located) -> Result<Option<String>, (String, String)> {
        match &located.value {
            Value::Null => Ok(None),
            Value::Text(text) if is_template(text) => Err((
                format!("`{name}` holds a template, which is not filled in here"),
                "write the value itself".to_owned(),
            )),
            Value::Text(text) | Value::Unsafe(text) | Value::BigInt(text) => Ok(Some(text.clone())),
            Value::Int(value) => Ok(Some(value.to_string())),
            Value::Float(value) if name.ends_with("_timeout") => Ok(Some(value.to_string())),
            Value::Bool(value) if !connection::is_secret_name(name) => Ok(Some(value.to_string())),
            // Whoever makes a target opens it first.
            Value::Vault(_) => Err((
                format!("`{name}` is a vaulted value, which is not opened here"),
                "write the value itself".to_owned(),
            )),
            other => Err((
                format!("`{name}` is {}, where text is needed", other.kind()),
                "put the value into quotes".to_owned(),
            )),
        }
    }

    pub fn report(&mut self, located: Option<&Located>, message: String, hint: String) {
        let issue = InputIssue::error(format!("host `{}`: {message}", self.host)).hint(hint);
        self.issues.push(match located.and_then(|located| located.place.clone()) {
            Some(place) => issue.at(place, 1),
            None => issue,
        });
    }
}

/// Whether a text has to be filled in before it is used.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Sources, load};
    use crate::model::SourceFile;

    fn try_target(line: &str, defaults: &ConnectionDefaults) -> Result<Target, Vec<String>> {
        let file = SourceFile::new("hosts.ini", format!("fw1 {line}\n"));
        let sources =
            Sources { inventories: vec![InventorySource::File(file)], ..Sources::default() };
        let inventory = load(&sources).inventory;
        target(&HostName::from("fw1"), &inventory.variables("fw1"), defaults)
            .map_err(|issues| issues.iter().map(ToString::to_string).collect())
    }

    fn made(line: &str) -> Target {
        try_target(line, &ConnectionDefaults::default()).unwrap()
    }

    fn told(line: &str) -> String {
        try_target(line, &ConnectionDefaults::default()).unwrap_err().join("\n")
    }

    #[test]
    fn a_bare_host_is_reached_by_its_name() {
        let target = made("");
        assert_eq!(
            (target.address.as_str(), target.port, target.user.as_str()),
            ("fw1", 22, "admin")
        );
        assert_eq!(target.connection, Connection::Ssh);
        assert_eq!(target.host_key, HostKeyPolicy::Strict);
        assert!(target.password.is_none() && target.private_key_file.is_none());
    }

    #[test]
    fn time_limits_are_seconds() {
        let target =
            made("ansible_timeout=20 ansible_connect_timeout=5 ansible_command_timeout=2.5");
        assert_eq!(target.connect_timeout, Some(Duration::from_secs(5)));
        assert_eq!(target.command_timeout, Some(Duration::from_millis(2500)));
        assert_eq!(made("ansible_timeout=20").connect_timeout, Some(Duration::from_secs(20)));
        assert_eq!(made("").command_timeout, None);
        for wrong in ["0", "-1", "soon", "nan", "1e300"] {
            let told = told(&format!("ansible_command_timeout={wrong}"));
            assert!(told.contains("which is no time limit"), "{wrong}: {told}");
        }
    }

    #[test]
    fn variables_and_their_aliases_win_over_flags() {
        let defaults = ConnectionDefaults {
            user: Some("flag".to_owned()),
            password: Some(Secret::new("flag")),
            private_key_file: Some(PathBuf::from("flag.key")),
            private_key_passphrase: Some(Secret::new("flag")),
            host_key: Some(HostKeyPolicy::AcceptNew),
            ..ConnectionDefaults::default()
        };
        let target = try_target(
            "ansible_host=192.0.2.1 ansible_port=2222 ansible_user=variable \
             ansible_password=one ansible_ssh_pass=two ansible_private_key_file=variable.key \
             ansible_private_key_passphrase=three",
            &defaults,
        )
        .unwrap();
        assert_eq!((target.address.as_str(), target.port), ("192.0.2.1", 2222));
        assert_eq!(target.user, "variable");
        assert_eq!(target.password.unwrap().expose(), "two");
        assert_eq!(target.private_key_file, Some(PathBuf::from("variable.key")));
        assert_eq!(target.private_key_passphrase.unwrap().expose(), "three");
        assert_eq!(target.host_key, HostKeyPolicy::AcceptNew);
        let target = try_target("", &defaults).unwrap();
        assert_eq!(target.private_key_passphrase.unwrap().expose(), "flag");
        assert_eq!(target.user, "flag");
        assert_eq!(target.password.unwrap().expose(), "flag");
    }

    #[test]
    fn the_check_of_host_keys_can_be_set() {
        for (line, policy) in [
            ("ansible_host_key_checking=False", HostKeyPolicy::Off),
            ("ansible_ssh_host_key_checking=no", HostKeyPolicy::Off),
            ("ansible_host_key_checking=true", HostKeyPolicy::Strict),
            ("ansible_ssh_common_args='-o StrictHostKeyChecking=no'", HostKeyPolicy::Off),
            ("ansible_ssh_args='-o StrictHostKeyChecking=accept-new'", HostKeyPolicy::AcceptNew),
        ] {
            assert_eq!(made(line).host_key, policy, "{line}");
        }
    }

    #[test]
    fn algorithms_of_old_are_allowed_by_name() {
        assert!(!made("").legacy);
        assert!(made("ssh_legacy=true").legacy);
        assert!(told("ssh_legacy=sha1").contains("neither true nor false"));
    }

    #[test]
    fn connections_and_systems_that_are_not_spoken_are_refused() {
        for line in [
            "ansible_connection=ansible.netcommon.network_cli",
            "ansible_connection=ssh",
            "ansible_network_os=fortinet.fortios.fortios",
        ] {
            assert_eq!(made(line).connection, Connection::Ssh, "{line}");
        }
        assert_eq!(made("ansible_connection=lab").connection, Connection::Lab);
        assert_eq!(
            told("ansible_connection=httpapi ansible_network_os=ios"),
            "hosts.ini:1:5: host `fw1`: `ansible_connection` is `httpapi`, which is not spoken here \
             (tokenfleet speaks SSH: run it with `-e ansible_connection=network_cli`, or set that \
             for this group)\n\
             hosts.ini:1:32: host `fw1`: `ansible_network_os` is `ios`, and tokenfleet only knows \
             FortiOS (leave this host out with `--limit`, or correct the variable)"
        );
    }

    #[test]
    fn what_cannot_be_used_is_told_with_host_and_place_but_never_shown() {
        for (line, word) in [
            ("ansible_port=70000", "no port"),
            ("ansible_port=ssh", "no port"),
            ("ansible_host=\"{{ name }}\"", "template"),
            ("ansible_user=\"['a']\"", "a list"),
            ("ansible_host_key_checking=perhaps", "neither true nor false"),
            ("ansible_ssh_common_args='-J a:b'", "ProxyJump"),
            ("ansible_ssh_common_args='-o ProxyCommand=%x'", "`%x`"),
            ("ansible_ssh_proxy_jump=a,", "names no jump host"),
        ] {
            let told = told(line);
            assert!(
                told.starts_with("hosts.ini:1:5: host `fw1`: ") && told.contains(word),
                "{told}"
            );
        }
        let told = told("ansible_password=1.5");
        assert!(told.contains("is a number") && !told.contains("1.5"), "{told}");
    }

    #[test]
    fn a_vaulted_password_names_host_and_place() {
        let text = "all:\n  hosts:\n    fw1:\n      ansible_password: !vault |\n        \
                    $ANSIBLE_VAULT;1.1;AES256\n        6162\n";
        let file = InventorySource::File(SourceFile::new("hosts.yml", text));
        let inventory = load(&Sources { inventories: vec![file], ..Sources::default() }).inventory;
        let issues = target(
            &HostName::from("fw1"),
            &inventory.variables("fw1"),
            &ConnectionDefaults::default(),
        )
        .unwrap_err();
        let told = issues[0].to_string();
        assert!(
            told.starts_with("hosts.yml:4:7: host `fw1`: `ansible_password` is a vaulted value")
        );
    }
}
