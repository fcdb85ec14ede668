//! Connection variables to a target.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use crate::model::{
    Connection, HostKeyPolicy, HostName, InputIssue, Secret, Target, Value, nearest_hint,
};

use super::{HostVariables, Located, connection};

const SSH_PORT: u16 = 22;

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

static STRICT_OPTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)StrictHostKeyChecking[= ]["']?([a-z-]+)"#).ok());

static JUMP_OPTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)ProxyJump|ProxyCommand|(?:^|\s)-[JW]").ok());

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
    /// `--host-key-checking`
    pub host_key: HostKeyPolicy,
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
    let (address, port) = reader.endpoint();
    let user = reader.text("login name", &connection::USER);
    let password = reader.secret("password", &connection::PASSWORD);
    let private_key_file = reader.text("path", &connection::PRIVATE_KEY).map(PathBuf::from);
    let private_key_passphrase = reader.secret("passphrase", &connection::KEY_PASSPHRASE);
    let legacy = reader.legacy();
    let host_key = reader.host_key(&defaults.host_key);
    let connect_timeout = reader.seconds(&connection::CONNECT_TIMEOUT);
    let command_timeout = reader.seconds(&[connection::COMMAND_TIMEOUT]);
    reader.refuse_jumps();
    if !reader.issues.is_empty() {
        return Err(reader.issues);
    }
    Ok(Target {
        host: host.clone(),
        connection,
        address,
        port,
        user: user.or_else(|| defaults.user.clone()).unwrap_or_else(|| "admin".to_owned()),
        password: password.or_else(|| defaults.password.clone()),
        private_key_file: private_key_file.or_else(|| defaults.private_key_file.clone()),
        private_key_passphrase: private_key_passphrase
            .or_else(|| defaults.private_key_passphrase.clone()),
        legacy,
        host_key,
        connect_timeout,
        command_timeout,
    })
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
        if !SSH_CONNECTIONS.contains(&value.as_str()) {
            let hint = match value.as_str() {
                "httpapi" | "ansible.netcommon.httpapi" | "local" => {
                    "tokenfleet speaks SSH: run it with `-e ansible_connection=network_cli`, or \
                     set that for this group"
                        .to_owned()
                }
                other => nearest_hint(other, &["ssh", "network_cli", "lab"]),
            };
            self.report(located, format!("`{name}` is `{value}`, which is not spoken here"), hint);
        }
        Connection::Ssh
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

    /// Address and port.
    pub fn endpoint(&mut self) -> (String, u16) {
        let address = self
            .text("name or address", &connection::HOST)
            .unwrap_or_else(|| self.host.as_str().to_owned());
        let port = self.find("port", &connection::PORT).and_then(|(name, text)| {
            let port = text.trim().parse().ok().filter(|port| *port > 0);
            if port.is_none() {
                self.report(
                    self.variables.get(name),
                    format!("`{name}` is `{text}`, which is no port"),
                    "a port is a number from 1 to 65535".to_owned(),
                );
            }
            port
        });
        (address, port.unwrap_or(SSH_PORT))
    }

    fn secret(&mut self, what: &str, names: &[&'static str]) -> Option<Secret> {
        // An empty password is one too: devices fresh from the factory have it.
        self.find(what, names).map(|(_, text)| Secret::new(text))
    }

    fn legacy(&mut self) -> bool {
        self.boolean(&[connection::LEGACY]).unwrap_or(false)
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

    fn host_key(&mut self, default: &HostKeyPolicy) -> HostKeyPolicy {
        let mut policy = default.clone();
        for name in connection::SSH_ARGUMENTS {
            let option = self.find("text", &[name]).and_then(|(_, text)| {
                let found = STRICT_OPTION.as_ref()?.captures(&text)?;
                Some(found.get(1)?.as_str().to_ascii_lowercase())
            });
            match option.as_deref() {
                Some("no" | "off") => policy = HostKeyPolicy::Off,
                Some("accept-new") => policy = HostKeyPolicy::AcceptNew,
                Some("yes") => policy = HostKeyPolicy::Strict,
                _ => {}
            }
        }
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

    /// Without its jump host a connection would go elsewhere, or nowhere.
    fn refuse_jumps(&mut self) {
        for name in connection::SSH_ARGUMENTS {
            if let Some((_, text)) = self.find("text", &[name])
                && JUMP_OPTION.as_ref().is_some_and(|option| option.is_match(&text))
            {
                self.report(
                    self.variables.get(name),
                    format!("`{name}` asks for a jump host, which a later version will know"),
                    "run tokenfleet where the firewalls can be reached directly".to_owned(),
                );
            }
        }
    }

    /// The text of the first that is set, counted from the last of `names`; empty is unset.
    fn text(&mut self, what: &str, names: &[&'static str]) -> Option<String> {
        self.find(what, names).map(|(_, text)| text).filter(|text| !text.is_empty())
    }

    /// The name and the text of the variable that counts among its aliases.
    fn find(&mut self, what: &str, names: &[&'static str]) -> Option<(&'static str, String)> {
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
            Value::Vault(_) => Err((
                format!("`{name}` is encrypted by Ansible Vault, which a later version will read"),
                "give the password with `-k`, or use a key".to_owned(),
            )),
            other => Err((
                format!("`{name}` is {}, where text is needed", other.kind()),
                "put the value into quotes".to_owned(),
            )),
        }
    }

    fn report(&mut self, located: Option<&Located>, message: String, hint: String) {
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
            host_key: HostKeyPolicy::AcceptNew,
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
            ("ansible_ssh_common_args='-J bastion'", "jump host"),
            ("ansible_ssh_common_args='-o ProxyCommand=x'", "jump host"),
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
        assert!(told.starts_with("hosts.yml:4:7: host `fw1`: `ansible_password` is encrypted"));
        assert!(told.contains("later version"));
    }
}
