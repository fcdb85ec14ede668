//! Ansible's modules that users may try here, and what to do instead.

/// A module that is not run here, and why.
pub(super) struct Foreign {
    pub message: String,
    pub hint: String,
}

/// Modules that steer a playbook, with the remedy.
const STEERING: [(&str, &str); 15] = [
    ("include_tasks", "write the tasks into this file"),
    ("import_tasks", "write the tasks into this file"),
    ("include_role", "write the role's tasks into this file"),
    ("import_role", "write the role's tasks into this file"),
    ("include_vars", "set the variables under `vars:` or in `group_vars/`"),
    ("include", "write the tasks into this file"),
    ("import_playbook", "run the playbooks one after another"),
    ("pause", "leave it out: nothing has to be waited for"),
    ("wait_for", "leave it out: nothing has to be waited for"),
    ("wait_for_connection", "leave it out: a host is reached before its first task"),
    ("add_host", "write the host into the inventory"),
    ("group_by", "write the groups into the inventory, or use `when`"),
    ("set_stats", "use `set_fact`, and `reports:` for what should be written"),
    ("setup", "use `fortios_facts`"),
    ("gather_facts", "use `fortios_facts`"),
];

/// Modules that run or change something, or read what no FortiGate has.
const ACTING: [&str; 28] = [
    "shell",
    "command",
    "raw",
    "script",
    "expect",
    "copy",
    "template",
    "file",
    "fetch",
    "slurp",
    "stat",
    "lineinfile",
    "blockinfile",
    "replace",
    "uri",
    "get_url",
    "user",
    "group",
    "service",
    "systemd",
    "package",
    "apt",
    "dnf",
    "yum",
    "pip",
    "git",
    "cron",
    "reboot",
];

/// Modules of other collections that send commands.
const COMMANDS: [&str; 4] = ["cli_command", "fortios_cli", "ios_command", "net_get"];

/// What to say about a module of Ansible or of a collection, by its short or its long name.
pub(super) fn module(name: &str) -> Option<Foreign> {
    let short = name.rsplit('.').next().unwrap_or(name);
    if let Some((_, hint)) = STEERING.iter().find(|(known, _)| *known == short) {
        let message =
            format!("`{name}` is Ansible's, and this version of tokenfleet does not know it");
        return Some(Foreign { message, hint: (*hint).to_owned() });
    }
    let hint = if COMMANDS.contains(&short) {
        "write `cli: COMMAND`, with a `get`, `show` or listed `diagnose` command"
    } else if matches!(short, "copy" | "template" | "lineinfile") {
        "documents are written from the play's `reports:`"
    } else if ACTING.contains(&short) || short == "ping" {
        "read what you need with `cli: COMMAND` or `fortios_facts`"
    } else if matches!(short, "fortios_monitor_fact" | "fortios_configuration_fact") {
        "it speaks to the REST API: use `fortios_facts`, or `cli` with a `get` or `show` command"
    } else if short != "fortios_facts"
        && ["fortios_", "fmgr_", "faz_"].iter().any(|prefix| short.starts_with(prefix))
    {
        "it configures devices: read their settings with `cli` and a `get` or `show` command"
    } else {
        return None;
    };
    let message = format!("`{name}` is not run: tokenfleet only runs read-only actions");
    Some(Foreign { message, hint: hint.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_known_by_both_names() {
        for name in ["shell", "ansible.builtin.shell", "fortinet.fortios.fortios_system_global"] {
            assert!(module(name).unwrap().message.contains("read-only"), "{name}");
        }
        assert!(module("ansible.builtin.include_tasks").unwrap().message.contains("Ansible's"));
        assert!(module("fortios_facts").is_none() && module("nonsense").is_none());
    }
}
