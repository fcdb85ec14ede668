//! Ansible Vault as a user has it: passwords, vaulted files and values, `tokenfleet vault`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use desk::{Desk, Outcome};

/// `vault of ansible` with a line break, encrypted by `ansible-vault` of ansible-core 2.19 with the
/// password `päss wörd` and the label `lab`.
const OF_ANSIBLE: &str = "\
$ANSIBLE_VAULT;1.2;AES256;lab
36313230373336313663373432303666363632303734363836393732373437393264373437373666
3230363237393734363537333263323036363639373832310a333362343839666539626561633862
39393832346437396535613338626134623630396361383934613461303138343338663562306131
6565346662353465650a373639393732643332366662643034663238383164666264356231303135
6161
";

/// A desk with two password files.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("one", "correct horse\n");
    desk.file("two", "  battery staple\n\n");
    desk
}

fn executable(desk: &Desk, name: &str, text: &str) -> String {
    let path = desk.file(name, &format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
    path
}

fn finish(mut command: Command, input: &str) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Outcome {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}

/// What a desk's command says, its paths without the folder of the desk.
fn run(desk: &Desk, arguments: &[&str]) -> Outcome {
    let mut command = desk.command(arguments);
    let home = desk.path("");
    let mut outcome = desk.finish(command.current_dir(&home));
    let folder = format!("{}/", home.to_str().unwrap().trim_end_matches('/'));
    outcome.err = outcome.err.replace(&folder, "");
    outcome
}

/// A vaulted value as it stands below a key in YAML.
fn sealed(desk: &Desk, password: &str, text: &str) -> String {
    let made = run(desk, &["vault", "encrypt-string", "--vault-password-file", password, text]);
    assert_eq!(made.code, 0, "{}", made.err);
    made.out
}

#[test]
fn what_ansible_encrypted_is_read() {
    let desk = desk();
    desk.file("password", "päss wörd");
    desk.file("vaulted", OF_ANSIBLE);
    let seen = run(&desk, &["vault", "view", "--vault-id", "lab@password", "vaulted"]);
    assert_eq!((seen.out.as_str(), seen.code), ("grün\n", 0), "{}", seen.err);
}

#[test]
fn a_file_goes_in_and_out_and_gets_another_password() {
    let desk = desk();
    let path = desk.file("group_vars/all.yml", "site: lyon\n");
    let read = || fs::read_to_string(&path).unwrap();
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let done = run(&desk, &["vault", "encrypt", "--vault-id", "prod@one", &path]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(read().starts_with("$ANSIBLE_VAULT;1.2;AES256;prod\n"), "{}", read());
    assert_eq!(mode(), 0o600);
    let again = run(&desk, &["vault", "encrypt", "--vault-id", "prod@one", "group_vars/all.yml"]);
    assert_eq!(
        again.err,
        "error: `group_vars/all.yml` is vaulted already\n |\n = help: change its password with \
         `tokenfleet vault rekey`\n\n1 error\n"
    );
    let rekey = ["vault", "rekey", "--vault-password-file", "one"];
    let done = run(&desk, &[&rekey[..], &["--new-vault-password-file", "two", &path]].concat());
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert!(read().starts_with("$ANSIBLE_VAULT;1.1;AES256\n"), "{}", read());
    let decrypt = ["vault", "decrypt", "group_vars/all.yml", "--vault-password-file"];
    let refused = run(&desk, &[&decrypt[..], &["one"]].concat());
    assert_eq!(
        refused.err,
        "error: `group_vars/all.yml` cannot be opened: the vault password is wrong, or it was \
         damaged\n |\n = help: see that the right password is given: `--vault-id LABEL@FILE` may \
         be repeated\n\n1 error\n"
    );
    let done = run(&desk, &[&decrypt[..], &["two"]].concat());
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert_eq!((read().as_str(), mode()), ("site: lyon\n", 0o600));
}

#[test]
fn one_file_that_cannot_be_opened_leaves_all_as_they_were() {
    let desk = desk();
    for (name, password) in [("a", "one"), ("b", "two")] {
        desk.file(name, name);
        run(&desk, &["vault", "encrypt", "--vault-password-file", password, name]);
    }
    let before = fs::read_to_string(desk.path("a")).unwrap();
    let rekey = ["vault", "rekey", "--vault-password-file", "one", "--new-vault-id", "x@two"];
    assert_eq!(run(&desk, &[&rekey[..], &["a", "b"]].concat()).code, 1);
    assert_eq!(fs::read_to_string(desk.path("a")).unwrap(), before);
}

#[test]
fn texts_become_values_for_yaml() {
    let desk = desk();
    let command = |more: &[&str]| {
        let mut arguments = vec!["vault", "encrypt-string", "--vault-password-file", "one"];
        arguments.extend(more);
        let mut command = desk.command(&arguments);
        command.current_dir(desk.path(""));
        command
    };
    let one = finish(command(&["--name", "pw", "{{ x }}"]), "");
    let lines: Vec<_> = one.out.lines().collect();
    assert_eq!(lines[..2], ["pw: !vault |", "          $ANSIBLE_VAULT;1.1;AES256"]);
    assert_eq!((lines.len(), one.err.as_str()), (7, ""));
    let more = finish(command(&["-n", "a", "x", "y", "--stdin-name", "s"]), "from stdin");
    let names: Vec<_> = more.out.lines().filter(|line| line.contains("!vault")).collect();
    assert_eq!(names, ["s: !vault |", "a: !vault |", "!vault |"]);
    assert_eq!(
        more.err,
        "# The encrypted version of variable (\"s\", the string #1 from stdin)\n\
         # The encrypted version of variable (\"a\", the string #2 from the command line args)\n\
         # The encrypted version of the string (#3 from the command line args)\n"
    );
    let empty = finish(command(&[]), "");
    assert!(empty.err.starts_with("error: the text from stdin is empty\n"), "{}", empty.err);
}

#[test]
fn files_are_edited_and_keep_their_label() {
    let desk = desk();
    let editor = executable(&desk, "editor", "ls -l \"$1\" >&2; echo more >> \"$1\"");
    let edit = |arguments: &[&str], editor: &str| {
        let mut command = desk.command(arguments);
        desk.finish(command.current_dir(desk.path("")).env("EDITOR", editor))
    };
    let made = edit(&["vault", "create", "--vault-id", "prod@one", "new.yml"], &editor);
    assert!(made.code == 0 && made.err.starts_with("-rw-------"), "{}", made.err);
    let done = edit(&["vault", "edit", "--vault-id", "dev@one", "new.yml"], &editor);
    assert_eq!(done.code, 0, "{}", done.err);
    let text = fs::read_to_string(desk.path("new.yml")).unwrap();
    assert!(text.starts_with("$ANSIBLE_VAULT;1.2;AES256;prod\n"), "{text}");
    let seen = run(&desk, &["vault", "view", "--vault-id", "one", "new.yml"]);
    assert_eq!(seen.out, "more\nmore\n");
    // Nothing was changed: the same bytes stay, salt included.
    edit(&["vault", "edit", "--vault-id", "dev@one", "new.yml"], "true");
    assert_eq!(fs::read_to_string(desk.path("new.yml")).unwrap(), text);
    let failed = edit(&["vault", "edit", "--vault-id", "dev@one", "new.yml"], "false");
    assert_eq!(
        failed.err,
        "error: cannot write `new.yml`: the editor ended with exit status: 1\n |\n = help: set \
         EDITOR to an editor that runs here\n\n1 error\n"
    );
}

#[test]
fn passwords_come_from_many_places() {
    let desk = desk();
    desk.file("text", "found\n");
    run(&desk, &["vault", "encrypt", "--vault-id", "prod@one", "text"]);
    executable(&desk, "script.sh", "echo correct horse");
    executable(
        &desk,
        "keys-client.py",
        "test \"$*\" = \"--vault-id prod\" && echo correct horse || exit 2",
    );
    executable(&desk, "broken.sh", "echo no key >&2; exit 7");
    desk.file("vaulted", "correct horse\n");
    run(&desk, &["vault", "encrypt", "--vault-id", "two", "vaulted"]);
    desk.file("empty", "\n");
    let view = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = desk.command(&["vault", "view", "text"]);
        command.args(arguments).current_dir(desk.path("")).envs(variables.iter().copied());
        let seen = desk.finish(&mut command);
        let told = seen.err.lines().find(|line| line.contains("error: ")).unwrap_or("");
        if seen.code == 0 { seen.out } else { told.to_owned() }
    };
    for arguments in [
        &["--vault-password-file", "one"][..],
        &["--vault-pass-file", "script.sh"],
        &["--vault-id", "one"],
        &["--vault-id", "other@one"],
        &["--vault-id", "prod@keys-client.py"],
        &["--vault-id", "a@two", "--vault-id", "b@vaulted"],
        &["--vault-id", "a@missing", "--vault-id", "one"],
    ] {
        assert_eq!(view(arguments, &[]), "found\n", "{arguments:?}");
    }
    for variables in [
        &[("ANSIBLE_VAULT_PASSWORD_FILE", "one")][..],
        &[("ANSIBLE_VAULT_IDENTITY_LIST", "dev@two, prod@one")],
        &[("ANSIBLE_VAULT_IDENTITY_LIST", "prod@~/one"), ("ANSIBLE_VAULT_ID_MATCH", "True")],
    ] {
        assert_eq!(view(&[], variables), "found\n", "{variables:?}");
    }
    let strict = [("ANSIBLE_VAULT_ID_MATCH", "1")];
    for (arguments, variables, told) in [
        (
            &["--vault-id", "dev@one"][..],
            &strict[..],
            "error: `text` cannot be opened: no vault password has the label `prod`, and \
             `ANSIBLE_VAULT_ID_MATCH` is set",
        ),
        (
            &["--vault-id", "two"],
            &[],
            "error: `text` cannot be opened: the vault password is wrong (its label is `prod`), or \
             it was damaged",
        ),
        (
            &["--vault-id", "dev@keys-client.py"],
            &[],
            "error: the vault password script `keys-client.py` knows no password with the label \
             `dev`",
        ),
        (
            &["--vault-id", "broken.sh"],
            &[],
            "error: the vault password script `broken.sh` ended with exit code 7",
        ),
        (&["--vault-id", "empty"], &[], "error: the vault password file `empty` is empty"),
        (
            &["--vault-id", "prod@missing"],
            &[],
            "error: the vault password `prod` is missing: cannot read `missing`: there is no such \
             file or folder",
        ),
        (
            &["--vault-id", "vaulted"],
            &[],
            "error: this vaulted file cannot be opened: no vault password was given",
        ),
    ] {
        assert_eq!(view(arguments, variables), told, "{arguments:?}");
    }
}

/// Two hosts of the lab: the password of both is behind a template, and one host has values of its
/// own.
fn fleet(desk: &Desk, password: &str, more: &str) -> String {
    let value = sealed(desk, "one", password).replace("\n          ", "\n        ");
    desk.file(
        "hosts.yml",
        &format!(
            "all:\n  vars:\n    ansible_connection: lab\n    ansible_user: auditor\n    \
             ansible_password: '{{{{ vault_password }}}}'\n    vault_password: {value}\
             \n  hosts:\n    fgt-fra-01:\n    fgt-lon-01:\n{more}"
        ),
    )
}

fn value_of(desk: &Desk, name: &str, password: &str, text: &str) -> String {
    format!("      {name}: {}", sealed(desk, password, text))
}

#[test]
fn vaulted_values_are_used_and_never_seen() {
    let desk = desk();
    let own = [
        value_of(&desk, "note", "one", "canary {{ never filled in }} \"q\""),
        value_of(&desk, "unused", "two", "canary of another"),
    ];
    let inventory = fleet(&desk, "not-a-secret", &own.concat());
    desk.file("host_vars/fgt-fra-01.yml", "seed: canary-of-a-file\n");
    run(&desk, &["vault", "encrypt", "--vault-id", "one", "host_vars/fgt-fra-01.yml"]);
    let playbook = desk.file(
        "play.yml",
        "- hosts: all\n  tasks:\n    - debug: {msg: '{{ note }}'}\n      when: note is defined\n    \
         - debug: {msg: '{{ [note] | to_json }}, {{ note | length }} long'}\n      \
         when: note is defined\n    - debug: {var: seed}\n      when: seed is defined\n",
    );
    let one = desk.path("one").to_str().unwrap().to_owned();
    let store = format!("sqlite://{}", desk.path("runs.db").display());
    let ran = desk.audit(&[
        &playbook,
        "-i",
        &inventory,
        "--vault-password-file",
        &one,
        "-v",
        "--store",
        &store,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in [
        "ok: [fgt-lon-01] => debug: <redacted>\n",
        "ok: [fgt-lon-01] => debug: [\"<redacted>\"], 32 long\n",
        "ok: [fgt-fra-01] => debug: seed: <redacted>\n",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    let shown = run(&desk, &["inventory", "-i", "hosts.yml", "--list", "--vault-id", "one"]);
    assert!(shown.out.contains("\"note\": {\n                    \"__ansible_vault\": \"$ANSIBLE"));
    assert!(shown.out.contains("\"seed\": \"********\""), "{}", shown.out);
    for text in [&ran.err, &ran.out, &shown.out, &shown.err] {
        assert!(!text.contains("canary") && !text.contains("not-a-secret"), "{text}");
    }
    for (path, bytes) in desk.files() {
        let text = String::from_utf8_lossy(&bytes);
        let found = text.contains("canary") || text.contains("not-a-secret");
        assert!(!found, "{}", path.display());
    }
}

/// What the tasks of a playbook say of a canary, over three hosts the first of which has it in a vault.
fn said_of_a_canary(tasks: &str) -> (Outcome, Vec<String>) {
    let desk = desk();
    let value = value_of(&desk, "own", "one", "canary-0123456789");
    let inventory =
        desk.file("hosts.yml", &format!("g:\n  hosts:\n    h1:\n{value}    h2:\n    h3:\n"));
    let playbook = desk.file("play.yml", &format!("- hosts: g\n  tasks:\n{tasks}"));
    let one = desk.path("one").to_str().unwrap().to_owned();
    let store = format!("sqlite://{}", desk.path("runs.db").display());
    let given = ["-i", &inventory, "--vault-password-file", &one, "-v", "--store", &store];
    let ran = desk.audit(&[&[playbook.as_str()], &given[..], &["--format", "ansible"]].concat());
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("canary");
    let files = desk.files().into_iter().filter(|(_, bytes)| holds(bytes));
    (ran, files.map(|(path, _)| path.display().to_string()).collect())
}

#[test]
fn what_was_opened_for_one_host_is_hidden_by_those_that_it_is_handed_to() {
    for handed in [
        "    - set_fact: {s: '{{ own }}'}\n      run_once: true\n    - debug: {msg: '{{ s }}'}\n",
        "    - set_fact: {s: '{{ own | default(0) }}'}\n    - debug: {msg: '{{ hostvars.h1.s }}'}\n",
        "    - set_fact: {s: '{{ own }}'}\n      delegate_to: h2\n      delegate_facts: true\n      when: inventory_hostname == 'h1'\n    \
         - debug: {msg: \"{{ hostvars.h2.s | default('-') }}\"}\n    - debug: {msg: \"{{ s | default('-') }}\"}\n",
    ] {
        let (ran, files) = said_of_a_canary(handed);
        assert_eq!((ran.code, files), (0, Vec::<String>::new()), "{}", ran.err);
        assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{}", ran.err);
        assert!(ran.err.contains("ok: [h3] => debug: <redacted>\n"), "{}", ran.err);
    }
}

#[test]
fn no_part_of_a_secret_is_left_where_a_text_is_cut_or_beside_the_result() {
    let tasks = "    - name: \"{{ 'x' * 110 ~ own }}\"\n      debug:\n      when: own is defined\n    \
                 - debug: {msg: one}\n      loop: [{name: \"{{ 'x' * 90 }}\", password: '{{ own }}'}]\n      when: own is defined\n    \
                 - debug: {msg: two}\n      delegate_to: '{{ own }}'\n      when: own is defined\n";
    let (ran, files) = said_of_a_canary(tasks);
    assert_eq!((ran.code, files), (0, Vec::<String>::new()), "{}", ran.err);
    assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("ok: [h1 -> <redacted>]"), "{}", ran.out);
}

#[test]
fn a_value_that_cannot_be_opened_costs_only_who_uses_it() {
    let desk = desk();
    let own = [
        value_of(&desk, "ansible_password", "two", "not-a-secret"),
        "    fgt-par-01:\n".to_owned(),
        value_of(&desk, "note", "two", "canary"),
    ];
    let inventory = fleet(&desk, "not-a-secret", &own.concat());
    let playbook = desk.file(
        "play.yml",
        "- hosts: all\n  tasks:\n    - debug: {msg: '{{ note | default(1) }}'}\n",
    );
    let one = desk.path("one").to_str().unwrap().to_owned();
    let ran = desk.audit(&[
        &playbook,
        "-i",
        &inventory,
        "--vault-password-file",
        &one,
        "-v",
        "--store",
        "none",
    ]);
    let wrong =
        "the vaulted value cannot be opened: the vault password is wrong, or it was damaged";
    for said in [
        format!("warning: host `fgt-lon-01` cannot be attempted: `ansible_password`: {wrong}\n"),
        format!("skipping: [fgt-lon-01]: not attempted: `ansible_password`: {wrong}"),
        format!("fatal: [fgt-par-01]: FAILED! => debug: `msg`: in the variable `note`: {wrong}\n"),
        "ok: [fgt-fra-01] => debug: 1\n".to_owned(),
    ] {
        assert!(ran.err.contains(&said), "{said}: {}", ran.err);
    }
    assert_eq!(ran.code, 2 | 4, "{}", ran.err);

    // What is wrong with a value is told without it.
    let own = value_of(&desk, "ansible_port", "one", "canary");
    let wrong = desk.file("wrong.yml", &format!("all:\n  hosts:\n    fgt-fra-01:\n{own}"));
    let ran = desk.audit(&[&playbook, "-i", &wrong, "--vault-password-file", &one]);
    let told =
        "error: host `fgt-fra-01`: `ansible_port` is what the vault holds, which is no port\n";
    assert!(ran.err.starts_with(told), "{}", ran.err);

    // With no password at all nothing would be examined: that is told before it begins.
    let ran = desk.audit(&[&playbook, "-i", &inventory, "--store", "none"]);
    assert_eq!(ran.code, 1);
    let told = "error: host `fgt-fra-01` and 1 more cannot be attempted: `ansible_password`: in the \
                variable `vault_password`: the vaulted value cannot be opened: no vault password was \
                given\n";
    assert!(ran.err.starts_with(told), "{}", ran.err);
    // To look needs none.
    assert_eq!(desk.run(&["check", &playbook, "-i", &inventory]).code, 0);
    assert_eq!(desk.run(&["run", &playbook, "-i", &inventory, "--list-hosts"]).code, 0);
}

#[test]
fn whole_files_are_opened_wherever_they_are_read() {
    let desk = desk();
    let vaulted = |name: &str, text: &str| {
        let path = desk.file(name, text);
        run(&desk, &["vault", "encrypt", "--vault-id", "one", name]);
        path
    };
    let inventory = vaulted("hosts.yml", "all: {hosts: {fgt-fra-01: {ansible_connection: lab}}}\n");
    let playbook =
        vaulted("play.yml", "- hosts: all\n  tasks:\n    - debug: {msg: '{{ site }} {{ x }}'}\n");
    vaulted(
        "group_vars/all.yml",
        "ansible_user: auditor\nansible_password: not-a-secret\nx: short\n",
    );
    let extra = vaulted("extra.yml", "site: canary-lyon\n");
    let extra = format!("@{extra}");
    let all = [&*playbook, "-i", &inventory, "-e", &extra, "-v", "--store", "none"];
    let one = desk.path("one").to_str().unwrap().to_owned();
    let ran = desk.audit(&[&all[..], &["--vault-id", &one]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("ok: [fgt-fra-01] => debug: <redacted> short\n"), "{}", ran.err);

    let refused = run(&desk, &["inventory", "-i", "hosts.yml", "--graph"]);
    let remedy =
        " = help: give it with `--vault-password-file FILE`, `--vault-id LABEL@FILE` or `-J`\n";
    assert_eq!(
        refused.err,
        format!(
            "error: this vaulted file cannot be opened: no vault password was given\n\
             --> hosts.yml:1:1\n{remedy}\n\
             error: this vaulted file cannot be opened: no vault password was given\n\
             --> group_vars/all.yml:1:1\n{remedy}\n2 errors\n"
        )
    );
    let lines =
        ["[a]\nfw1 canary\n", "[a]\nfw1\n[a:vars]\nansible_password: canary\n", "[b canary\n"];
    for text in lines {
        vaulted("bad.ini", text);
        let told = run(&desk, &["inventory", "-i", "bad.ini", "--graph", "--vault-id", "one"]);
        assert_eq!(told.code, 1);
        assert!(told.err.starts_with("error: what stands here is "), "{}", told.err);
        assert!(!told.err.contains("canary"), "{}", told.err);
    }
    // A mistake in one is told without its text.
    vaulted("bad.yml", "all:\n  hosts: {fw1: {secret: canary}}\n  children: [x]\n");
    let told = run(&desk, &["inventory", "-i", "bad.yml", "--graph", "--vault-id", "one"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("--> bad.yml:3:13\n"), "{}", told.err);
    assert!(!told.err.contains("canary") && !told.err.contains("ANSIBLE"), "{}", told.err);
}

#[test]
fn vaulted_files_that_a_playbook_names_are_used_and_never_seen() {
    let desk = desk();
    for name in ["files.yml", "fgt-fra-01.yml", "later.yml"] {
        desk.file(name, &format!("'{}': canary-of-{name}\n", name.split('.').next().unwrap()));
        run(&desk, &["vault", "encrypt", "--vault-id", "one", name]);
    }
    let playbook = desk.file(
        "play.yml",
        "- hosts: all\n  gather_facts: false\n  vars_files: [files.yml, '{{ inventory_hostname }}.yml']\n  \
         tasks:\n    - include_vars: later.yml\n    - include_vars: {file: later.yml, name: bundle}\n    \
         - name: 'Say {{ files }}'\n      debug: {msg: '{{ files }} {{ later }} {{ bundle.later }}'}\n    \
         - debug: {msg: \"{{ vars['fgt-fra-01'] }}\"}\n    - cli: 'show user local {{ files }}'\n    \
         - cli: 'show user local {{ files | b64encode }}'\n    - fail: {msg: '{{ later }}'}\n",
    );
    let inventory =
        desk.file("hosts.yml", "all: {hosts: {fgt-fra-01: {ansible_connection: lab}}}\n");
    desk.file("group_vars/all.yml", "ansible_user: auditor\nansible_password: not-a-secret\n");
    let one = desk.path("one").to_str().unwrap().to_owned();
    let all = [&*playbook, "-i", &inventory, "--vault-id", &one, "--store", "none"];
    let checked = desk.run(&[&["run"], &all[..], &["--check"]].concat());
    assert_eq!(checked.code, 0, "{}", checked.err);
    for command in ["show user local {{ files }}", "show user local {{ files | b64encode }}"] {
        assert!(checked.out.contains(command), "{}", checked.out);
    }
    for more in [&["-v"][..], &["--format", "ansible"]] {
        let ran = desk.audit(&[&all[..], more].concat());
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains("<redacted> <redacted> <redacted>"));
        for said in [&ran.out, &ran.err] {
            assert!(!said.contains("canary-of"), "{said}");
        }
        for entry in fs::read_dir(desk.path("reports")).unwrap() {
            let path = entry.unwrap().path();
            if let Ok(text) = fs::read_to_string(&path) {
                assert!(!text.contains("canary-of"), "{}", path.display());
            }
        }
    }
}
