//! `ansible.cfg`, the environment of Ansible, and `tokenfleet config`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use desk::{Desk, Outcome};

const INVENTORY: &str = "all:\n  vars: {ansible_connection: lab, ansible_password: not-a-secret}\n  \
                         hosts: {fgt-fra-01: , fgt-lon-01: {ansible_user: auditor}}\n";

const PLAYBOOK: &str = "- hosts: all\n  tasks:\n    - {debug: {msg: quick}, tags: quick}\n    \
                        - {debug: {msg: slow}, tags: slow}\n";

/// A repository as Ansible users have it.
fn repository(config: &str) -> Desk {
    let desk = Desk::new();
    desk.file("ansible.cfg", config);
    desk.file("inventory/hosts.yml", INVENTORY);
    desk.file("play.yml", PLAYBOOK);
    desk
}

/// Runs a command in the repository, with these variables of the environment.
fn run(desk: &Desk, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let mut command = desk.command(arguments);
    command.current_dir(desk.path("")).env_remove("ANSIBLE_CONFIG");
    desk.finish(command.envs(variables.iter().copied()))
}

#[test]
fn a_repository_of_ansible_needs_no_flags() {
    let desk = repository(
        "[defaults]\ninventory = inventory\nremote_user = auditor\nforks = 1\n\
         stdout_callback = yaml\n[tags]\nskip = slow\n",
    );
    let ran = run(&desk, &["run", "play.yml", "-v", "-o", "reports", "--store", "none"], &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let warning = "warning: the setting `defaults.stdout_callback` is not used here\n |\n = help: \
                   `tokenfleet config` says why, and where it was set\n\n1 warning\n2 hosts, 1 at \
                   a time\n";
    assert!(ran.err.starts_with(warning), "{}", ran.err);
    assert!(ran.err.contains("debug: quick") && !ran.err.contains("debug: slow"), "{}", ran.err);
}

#[test]
fn flags_count_more_than_the_environment_and_that_more_than_the_file() {
    let desk = repository("[defaults]\ninventory = inventory\nforks = 1\nremote_user = file\n");
    let forks = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut arguments = vec!["run", "play.yml", "-o", "reports", "--store", "none"];
        arguments.extend(flags);
        let ran = run(&desk, &arguments, variables);
        ran.err.lines().find(|line| line.ends_with("at a time")).unwrap_or("").to_owned()
    };
    assert_eq!(forks(&[], &[]), "2 hosts, 1 at a time");
    assert_eq!(forks(&[], &[("ANSIBLE_FORKS", "2")]), "2 hosts, 2 at a time");
    assert_eq!(forks(&["-f", "1"], &[("ANSIBLE_FORKS", "2")]), "2 hosts, 1 at a time");
}

#[test]
fn settings_of_connections_hold_where_a_host_says_nothing() {
    let desk =
        repository("[defaults]\nremote_port = 2222\n[ssh_connection]\nssh_args = -J bastion\n");
    desk.file("hosts.ini", "fw1\nfw2 ansible_port=22 ansible_ssh_args=\n");
    desk.file("ssh.cfg", "Host *\n  Port 4\n");
    let told = |variables: &[(&str, &str)]| {
        run(&desk, &["run", "play.yml", "-i", "hosts.ini", "--list-hosts"], variables).out
    };
    assert!(told(&[]).contains("fw1"), "{}", told(&[]));
    let wrong = run(
        &desk,
        &["run", "play.yml", "-i", "hosts.ini", "--list-hosts"],
        &[("ANSIBLE_REMOTE_PORT", "many")],
    );
    assert!(
        wrong.err.starts_with("error: host `fw1`: `ansible_port` is `many`, which is no port\n"),
        "{}",
        wrong.err
    );
    assert!(!wrong.err.contains("fw2"), "{}", wrong.err);
    // A configuration of OpenSSH that the settings name is read.
    let named = told(&[("ANSIBLE_SSH_ARGS", "-F ssh.cfg")]);
    assert!(named.contains("fw2"), "{named}");
}

#[test]
fn each_value_is_shown_with_who_set_it() {
    let desk = repository(
        "[defaults]\nforks = 7\nfork = 3\nhash_behaviour = merge\npipelining = yes\nretries = 2\n\
         vault_identity_list = prod@~/prod,\n  dev@~/dev\n",
    );
    let shown = run(
        &desk,
        &["config", "--only-changed"],
        &[("ANSIBLE_TIMEOUT", "5"), ("ANSIBLE_NOCOWS", "1"), ("ANSIBLE_FROBNICATE", "x")],
    );
    assert_eq!((shown.err.as_str(), shown.code), ("", 0));
    assert_eq!(
        shown.out,
        "file: ansible.cfg
defaults.forks = 7 (ansible.cfg:2)
defaults.timeout = 5 (ANSIBLE_TIMEOUT)
defaults.vault_identity_list = prod@~/prod, dev@~/dev (ansible.cfg:7)

not used here:
defaults.fork (ansible.cfg:3)
    did you mean `forks`?
defaults.hash_behaviour (ansible.cfg:4)
    mappings are replaced, never merged
defaults.pipelining (ansible.cfg:5)
    each device gets one session of its own
defaults.retries (ansible.cfg:6)
    it stands under `[ssh_connection]`
ANSIBLE_FROBNICATE (the environment)
    it is not known here
ANSIBLE_NOCOWS (the environment)
    what is printed is tokenfleet's own
"
    );
    let all = run(&desk, &["config"], &[]);
    assert!(all.out.contains("\ndefaults.remote_user = admin (default)\n"), "{}", all.out);
}

#[test]
fn the_first_file_that_exists_is_the_only_one() {
    let desk = repository("[defaults]\nforks = 1\n");
    desk.file(".ansible.cfg", "[defaults]\nforks = 2\ntimeout = 2\n");
    desk.file("other/my.cfg", "[defaults]\nforks = 3\ninventory = hosts.ini\n");
    desk.file("other/hosts.ini", "fw1\n");
    let shown = |variables: &[(&str, &str)]| {
        let shown = run(&desk, &["config", "--only-changed"], variables);
        format!("{}{}", shown.err, shown.out)
    };
    assert_eq!(shown(&[]), "file: ansible.cfg\ndefaults.forks = 1 (ansible.cfg:2)\n");
    let other = [("ANSIBLE_CONFIG", "other/my.cfg")];
    assert!(shown(&other).contains("defaults.forks = 3 (other/my.cfg:2)\n"), "{}", shown(&other));
    // What a file names lies beside it.
    assert!(run(&desk, &["inventory", "--graph"], &other).out.contains("fw1"));
    assert!(
        shown(&[("ANSIBLE_CONFIG", "gone.cfg")])
            .starts_with("error: cannot read `gone.cfg`: there is no such file or folder\n")
    );
    fs::set_permissions(desk.path(""), Permissions::from_mode(0o777)).unwrap();
    let told = shown(&[]);
    assert!(
        told.starts_with(
            "warning: `ansible.cfg` is ignored, as Ansible does: anybody may write in this folder\n"
        ) && told.contains(".ansible.cfg:2)\n"),
        "{told}"
    );
}

#[test]
fn what_cannot_be_meant_is_told() {
    let desk = repository("[defaults]\ninventory = inventory\nforks = many\n");
    let ran = run(&desk, &["run", "play.yml"], &[]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.err,
        "error: `forks` is `many`, which is no number that can be meant\n --> ansible.cfg:3:1\n  |\n3 \
         | forks = many\n  | ^\n  |\n  = help: write a number from 1 to 20000\n\n1 error\n"
    );
    let ran = run(&desk, &["inventory", "--list"], &[("ANSIBLE_VAULT_ID_MATCH", "perhaps")]);
    assert_eq!(
        ran.err,
        "error: `ANSIBLE_VAULT_ID_MATCH` is `perhaps`, which is neither true nor false\n |\n = help: \
         write `true` or `false`\n\n1 error\n"
    );
    desk.file("ansible.cfg", "");
    let ran = run(&desk, &["run", "play.yml"], &[]);
    assert_eq!(
        ran.err,
        "error: no inventory is given\n |\n = help: name it with `-i PATH`, or with `inventory = PATH` \
         under `[defaults]` in ansible.cfg\n\n1 error\n"
    );
}
