//! The keys of `ansible.cfg` that mean something here, and why the others do not.

/// One key with its variable of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub section: &'static str,
    pub name: &'static str,
    pub variable: &'static str,
    /// What holds when nobody sets it, in words.
    pub default: &'static str,
}

impl Key {
    /// `defaults.forks`
    pub fn name_in_section(self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

const fn key(
    section: &'static str,
    name: &'static str,
    variable: &'static str,
    default: &'static str,
) -> Key {
    Key { section, name, variable, default }
}

pub(super) const INVENTORY: Key = key("defaults", "inventory", "ANSIBLE_INVENTORY", "none");
pub(super) const FORKS: Key = key("defaults", "forks", "ANSIBLE_FORKS", "250 for each core");
pub(super) const TIMEOUT: Key = key("defaults", "timeout", "ANSIBLE_TIMEOUT", "30");
pub(super) const REMOTE_USER: Key = key("defaults", "remote_user", "ANSIBLE_REMOTE_USER", "admin");
pub(super) const REMOTE_PORT: Key = key("defaults", "remote_port", "ANSIBLE_REMOTE_PORT", "22");
pub(super) const PRIVATE_KEY: Key =
    key("defaults", "private_key_file", "ANSIBLE_PRIVATE_KEY_FILE", "none");
pub(super) const HOST_KEY_CHECKING: Key =
    key("defaults", "host_key_checking", "ANSIBLE_HOST_KEY_CHECKING", "true");
pub(super) const ASK_PASS: Key = key("defaults", "ask_pass", "ANSIBLE_ASK_PASS", "false");
pub(super) const VAULT_PASSWORD_FILE: Key =
    key("defaults", "vault_password_file", "ANSIBLE_VAULT_PASSWORD_FILE", "none");
pub(super) const VAULT_IDENTITY_LIST: Key =
    key("defaults", "vault_identity_list", "ANSIBLE_VAULT_IDENTITY_LIST", "none");
pub(super) const VAULT_ID_MATCH: Key =
    key("defaults", "vault_id_match", "ANSIBLE_VAULT_ID_MATCH", "false");
pub(super) const VAULT_ENCRYPT_IDENTITY: Key =
    key("defaults", "vault_encrypt_identity", "ANSIBLE_VAULT_ENCRYPT_IDENTITY", "none");
pub(super) const ASK_VAULT_PASS: Key =
    key("defaults", "ask_vault_pass", "ANSIBLE_ASK_VAULT_PASS", "false");
pub(super) const VERBOSITY: Key = key("defaults", "verbosity", "ANSIBLE_VERBOSITY", "0");
pub(super) const NO_COLOUR: Key = key("defaults", "nocolor", "ANSIBLE_NOCOLOR", "false");
pub(super) const FORCE_COLOUR: Key = key("defaults", "force_color", "ANSIBLE_FORCE_COLOR", "false");
pub(super) const SSH_ARGS: Key = key("ssh_connection", "ssh_args", "ANSIBLE_SSH_ARGS", "none");
pub(super) const SSH_COMMON_ARGS: Key =
    key("ssh_connection", "ssh_common_args", "ANSIBLE_SSH_COMMON_ARGS", "none");
pub(super) const SSH_EXTRA_ARGS: Key =
    key("ssh_connection", "ssh_extra_args", "ANSIBLE_SSH_EXTRA_ARGS", "none");
pub(super) const RETRIES: Key = key("ssh_connection", "retries", "ANSIBLE_SSH_RETRIES", "0");
pub(super) const CONNECT_TIMEOUT: Key = key(
    "persistent_connection",
    "connect_timeout",
    "ANSIBLE_PERSISTENT_CONNECT_TIMEOUT",
    "as timeout",
);
pub(super) const COMMAND_TIMEOUT: Key =
    key("persistent_connection", "command_timeout", "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT", "30");
pub(super) const RUN_TAGS: Key = key("tags", "run", "ANSIBLE_RUN_TAGS", "all");
pub(super) const SKIP_TAGS: Key = key("tags", "skip", "ANSIBLE_SKIP_TAGS", "none");

/// In the order in which they are shown.
pub(super) const USED: [Key; 24] = [
    INVENTORY,
    FORKS,
    TIMEOUT,
    REMOTE_USER,
    REMOTE_PORT,
    PRIVATE_KEY,
    HOST_KEY_CHECKING,
    ASK_PASS,
    VAULT_PASSWORD_FILE,
    VAULT_IDENTITY_LIST,
    VAULT_ID_MATCH,
    VAULT_ENCRYPT_IDENTITY,
    ASK_VAULT_PASS,
    VERBOSITY,
    NO_COLOUR,
    FORCE_COLOUR,
    SSH_ARGS,
    SSH_COMMON_ARGS,
    SSH_EXTRA_ARGS,
    RETRIES,
    CONNECT_TIMEOUT,
    COMMAND_TIMEOUT,
    RUN_TAGS,
    SKIP_TAGS,
];

/// Keys, or the ends of variables of the environment, that are set in many places and not used
/// here, each with the reason.
const UNUSED: [(&[&str], &str); 14] = [
    (&["vault_encrypt_salt"], "salts are random"),
    (&["hash_behaviour"], "mappings are replaced, never merged"),
    (&["jinja2_extensions"], "templates have no extensions"),
    (&["error_on_undefined_vars"], "what is undefined is always an error"),
    (
        &["unparsed_is_failed", "any_unparsed_is_failed", "unparsed_warning"],
        "an inventory that cannot be read always ends the run",
    ),
    (
        &["enable_plugins", "ignore_extensions", "inventory_ignore_extensions", "ignore_patterns"],
        "files are told apart by their endings, and folders read with Ansible's own rules",
    ),
    (
        &["strategy", "any_errors_fatal", "gathering", "max_fail_percentage", "serial"],
        "the playbook says it, and no default",
    ),
    (
        &["log_path", "no_target_syslog", "syslog_facility"],
        "all runs are in the store: `tokenfleet report latest`",
    ),
    (
        &["retry_files_enabled", "retry_files_save_path"],
        "no file is left beside a playbook: the report names the hosts that failed",
    ),
    (
        &[
            "stdout_callback",
            "callbacks_enabled",
            "callback_whitelist",
            "callback_result_format",
            "result_format",
            "bin_ansible_callbacks",
            "display_skipped_hosts",
            "display_ok_hosts",
            "display_args_to_stdout",
            "nocows",
            "cowpath",
            "deprecation_warnings",
            "system_warnings",
            "command_warnings",
            "localhost_warning",
            "interpreter_python",
        ],
        "what is printed is tokenfleet's own",
    ),
    (
        &[
            "fact_caching",
            "fact_caching_connection",
            "fact_caching_timeout",
            "fact_caching_prefix",
            "cache",
            "cache_plugin",
            "cache_connection",
            "cache_timeout",
        ],
        "each run asks the devices anew",
    ),
    (
        &[
            "control_path",
            "control_path_dir",
            "pipelining",
            "transfer_method",
            "scp_if_ssh",
            "ssh_executable",
            "usetty",
            "transport",
            "connect_retry_timeout",
        ],
        "each device gets one session of its own",
    ),
    (
        &["become", "become_user", "become_method", "become_ask_pass", "become_exe"],
        "nothing but reading is done on devices",
    ),
    (
        &["roles_path", "collections_path", "collections_paths", "library", "module_utils"],
        "no role, collection or module is loaded",
    ),
];

/// Why a key is not used.
pub(super) fn reason(name: &str) -> &'static str {
    let found = UNUSED.iter().find(|(names, _)| names.contains(&name));
    found.map_or("it is not known here", |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::runner::RunnerSettings;

    #[test]
    fn the_defaults_that_are_shown_hold() {
        let settings = RunnerSettings::default();
        let seconds = |limit: std::time::Duration| limit.as_secs().to_string();
        assert_eq!(TIMEOUT.default, seconds(settings.session.login));
        assert_eq!(COMMAND_TIMEOUT.default, seconds(settings.session.idle));
        assert_eq!(RETRIES.default, settings.retries.to_string());
    }

    #[test]
    fn no_key_is_used_and_not_used() {
        let used: BTreeSet<_> = USED.iter().map(|key| key.name).collect();
        assert_eq!(used.len(), USED.len());
        for name in UNUSED.iter().flat_map(|(names, _)| *names) {
            assert!(!used.contains(name), "{name}");
        }
    }
}
