//! The names of Ansible's connection variables.

use crate::model::{InputIssue, Value};
use crate::yaml::Node;

/// Aliases in rising precedence: where several are set, the last one counts, as in Ansible.
pub(super) const HOST: [&str; 2] = ["ansible_host", "ansible_ssh_host"];
pub(super) const PORT: [&str; 2] = ["ansible_port", "ansible_ssh_port"];
pub(super) const USER: [&str; 2] = ["ansible_user", "ansible_ssh_user"];
pub(super) const PASSWORD: [&str; 3] =
    ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"];
pub(super) const PRIVATE_KEY: [&str; 2] =
    ["ansible_private_key_file", "ansible_ssh_private_key_file"];
pub(super) const KEY_PASSPHRASE: [&str; 2] =
    ["ansible_private_key_passphrase", "ansible_ssh_private_key_passphrase"];
/// Whether a host may use algorithms of the SHA-1 era. Ours, not Ansible's.
pub(super) const LEGACY: &str = "ssh_legacy";
pub(super) const HOST_KEY_CHECKING: [&str; 2] =
    ["ansible_host_key_checking", "ansible_ssh_host_key_checking"];
/// In seconds, for everything up to the first prompt.
pub(super) const CONNECT_TIMEOUT: [&str; 3] =
    ["ansible_timeout", "ansible_ssh_timeout", "ansible_connect_timeout"];
/// In seconds, for the answer to a command.
pub(super) const COMMAND_TIMEOUT: &str = "ansible_command_timeout";
pub(super) const CONNECTION: &str = "ansible_connection";
/// Folder of what was collected by hand, with `ansible_connection: transcript`.
pub(super) const TRANSCRIPTS: &str = "transcript_dir";
pub(super) const NETWORK_OS: &str = "ansible_network_os";
/// Options for OpenSSH, in the order in which Ansible puts them on its command line.
pub(super) const SSH_ARGUMENTS: [&str; 3] =
    ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"];

/// `[user@]host[:port]`, several with commas: the SSH servers to pass on the way, or `none`.
pub(super) const PROXY_JUMP: &str = "ansible_ssh_proxy_jump";
/// The password of the jump hosts; a device's own is never sent to one.
pub(super) const PROXY_JUMP_PASSWORD: &str = "ansible_ssh_proxy_jump_password";
/// The private key for the jump hosts, where it is not the device's.
pub(super) const PROXY_JUMP_KEY: &str = "ansible_ssh_proxy_jump_private_key_file";
/// Its passphrase, where it is not that of the device's key.
pub(super) const PROXY_JUMP_KEY_PASSPHRASE: &str = "ansible_ssh_proxy_jump_private_key_passphrase";

/// Other secrets of a connection: of no use here, and no less secret.
const OTHER_SECRETS: [&str; 7] = [
    "ansible_become_password",
    "ansible_become_pass",
    "ansible_sudo_pass",
    "ansible_su_pass",
    "ansible_httpapi_pass",
    "ansible_httpapi_password",
    "ansible_ssh_private_key",
];

/// Whether the variable of that name holds a secret of the connection: it is never printed and
/// never enters a template's context.
pub fn is_secret_name(name: &str) -> bool {
    PASSWORD.contains(&name)
        || KEY_PASSPHRASE.contains(&name)
        || name == PROXY_JUMP_PASSWORD
        || name == PROXY_JUMP_KEY_PASSPHRASE
        || OTHER_SECRETS.contains(&name)
}

/// What a connection variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Secret,
    Number,
    Flag,
}

/// Every variable that decides how a host is reached.
static TABLE: [(&[&str], Kind); 18] = [
    (&HOST, Kind::Text),
    (&PORT, Kind::Number),
    (&USER, Kind::Text),
    (&PASSWORD, Kind::Secret),
    (&PRIVATE_KEY, Kind::Text),
    (&KEY_PASSPHRASE, Kind::Secret),
    (&HOST_KEY_CHECKING, Kind::Flag),
    (&CONNECT_TIMEOUT, Kind::Number),
    (&SSH_ARGUMENTS, Kind::Text),
    (&[COMMAND_TIMEOUT], Kind::Number),
    (&[CONNECTION], Kind::Text),
    (&[LEGACY], Kind::Flag),
    (&[NETWORK_OS], Kind::Text),
    (&[PROXY_JUMP], Kind::Text),
    (&[PROXY_JUMP_PASSWORD], Kind::Secret),
    (&[PROXY_JUMP_KEY], Kind::Text),
    (&[PROXY_JUMP_KEY_PASSPHRASE], Kind::Secret),
    (&[TRANSCRIPTS], Kind::Text),
];

/// The names of all of them, with what they hold.
pub(super) fn kinds() -> impl Iterator<Item = (&'static str, Kind)> {
    TABLE.iter().flat_map(|(names, kind)| names.iter().map(|name| (*name, *kind)))
}

/// Whether the variable of that name decides how a host is reached.
pub fn is_connection_name(name: &str) -> bool {
    kinds().any(|(known, _)| known == name)
}

/// Refuses an unquoted password that YAML reads as something else than its characters: the
/// digits `0123` are the number 83, and the login would fail with no visible reason.
pub fn misread_secret(name: &str, node: &Node) -> Option<InputIssue> {
    let written = node.scalar_text().filter(|_| is_secret_name(name))?;
    let kind = match node.to_value() {
        Value::Int(value) if value.to_string() == written => return None,
        Value::BigInt(value) if value == written => return None,
        Value::Text(text) if text == written => return None,
        Value::Null | Value::Unsafe(_) | Value::Vault(_) => return None,
        value => value.kind(),
    };
    Some(
        node.error(format!("the secret `{name}` is read as {kind}, not as the text it looks like"))
            .hint("put it into quotes"),
    )
}
