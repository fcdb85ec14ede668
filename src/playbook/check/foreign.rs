//! Ansible's modules that users may try here, and what to do instead.

/// A module that is not run here, and why.
pub(super) struct Foreign {
    pub message: String,
    pub hint: String,
}

/// Modules that steer a playbook, with the remedy.
const STEERING: [(&str, &str); 12] = [
    ("include_role", "include its tasks: `include_tasks: roles/NAME/tasks/main.yml`"),
    ("import_role", "include its tasks: `include_tasks: roles/NAME/tasks/main.yml`"),
    ("include", "write `include_tasks` or `import_tasks`"),
    ("import_playbook", "write it beside the plays, not among the tasks"),
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
const ACTING: [&str; 27] = [
    "shell",
    "command",
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
const COMMANDS: [&str; 4] = ["cli_config", "fortios_cli", "ios_command", "net_get"];

/// What reads here what a module of Fortinet's reads, or sets.
const FORTIOS: [(&str, &str); 8] = [
    ("fortios_facts", "use `fortios_facts` alone, without the collection's name"),
    ("fortios_monitor_fact", "use `fortios_facts`, or `cli` with a `get` or `show` command"),
    ("fortios_configuration_fact", "use `fortios_facts`, or `cli` with a `get` or `show` command"),
    ("fortios_log_fact", "logs are not read here"),
    ("fortios_user_fortitoken", "use `fortitoken_info` or `fortitoken_config`"),
    ("fortios_user_local", "use `fortitoken_owners`"),
    ("fortios_system_admin", "use `fortitoken_owners`"),
    ("fortios_json_generic", "use `cli` with a `get` or `show` command"),
];

/// Modules that speak REST, and configure.
const REST: [&str; 3] = ["fortios_", "fmgr_", "faz_"];

fn fortinet(name: &str, short: &str) -> Option<Foreign> {
    let is_long = name.contains('.');
    let known = FORTIOS.iter().find(|(known, _)| *known == short);
    let hint = match known {
        // The short name is an action here.
        Some(_) if short == "fortios_facts" && !is_long => return None,
        Some((_, hint)) => (*hint).to_owned(),
        None => {
            let path = REST.iter().find_map(|prefix| short.strip_prefix(prefix))?;
            format!("read the settings with `cli: show {}`", path.replace('_', " "))
        }
    };
    let message = format!("`{name}` speaks to the REST API, and tokenfleet to the command line");
    Some(Foreign { message, hint })
}

/// What to say about a module of Ansible or of a collection, by its short or its long name.
pub(super) fn module(name: &str) -> Option<Foreign> {
    let short = name.rsplit('.').next().unwrap_or(name);
    if let Some((_, hint)) = STEERING.iter().find(|(known, _)| *known == short) {
        let message =
            format!("`{name}` is Ansible's, and this version of tokenfleet does not know it");
        return Some(Foreign { message, hint: (*hint).to_owned() });
    }
    if let Some(foreign) = fortinet(name, short) {
        return Some(foreign);
    }
    let hint = if COMMANDS.contains(&short) {
        "write `cli: COMMAND`, with a `get`, `show` or listed `diagnose` command"
    } else if matches!(short, "copy" | "template" | "lineinfile") {
        "documents are written from the play's `reports:`"
    } else if ACTING.contains(&short) || short == "ping" {
        "read what you need with `cli: COMMAND` or `fortios_facts`"
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
        for name in ["shell", "ansible.builtin.shell"] {
            assert!(module(name).unwrap().message.contains("read-only"), "{name}");
        }
        let global = module("fortinet.fortios.fortios_system_global").unwrap();
        assert!(global.message.contains("REST API"), "{}", global.message);
        assert_eq!(global.hint, "read the settings with `cli: show system global`");
        assert!(module("fortinet.fortios.fortios_facts").unwrap().hint.contains("alone"));
        assert!(module("ansible.builtin.include_role").unwrap().message.contains("Ansible's"));
        assert!(module("fortios_facts").is_none() && module("nonsense").is_none());
    }
}
