//! Executable inventories, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use desk::{Desk, Outcome};

/// Writes a program that may be run.
fn script(desk: &Desk, name: &str, text: &str) {
    let path = desk.file(name, text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn list(desk: &Desk, source: &str) -> Outcome {
    let mut command = desk.command(&["inventory", "-i", source, "--list"]);
    desk.finish(command.current_dir(desk.path("")).env("TOKENFLEET_SCRIPT_TIMEOUT", "2"))
}

/// What is said of a script that gives no inventory.
fn refusal(text: &str) -> String {
    let desk = Desk::new();
    script(&desk, "inv.sh", text);
    let outcome = list(&desk, "inv.sh");
    assert_eq!((outcome.out.as_str(), outcome.code), ("", 1), "{}", outcome.err);
    outcome.err
}

#[test]
fn a_script_with_meta_is_run_once_and_its_remarks_are_passed_on() {
    let desk = Desk::new();
    script(
        &desk,
        "inv.sh",
        "#!/bin/sh\necho \"$@\" >> calls\necho 'one site is down' >&2\n\
         echo '{\"uk\": [\"fw1\"], \"_meta\": {\"hostvars\": {\"fw1\": {\"a\": 1}}}}'\n",
    );
    let outcome = list(&desk, "inv.sh");
    assert_eq!((outcome.err.as_str(), outcome.code), ("one site is down\n", 0));
    assert!(outcome.out.contains("\"a\": 1"), "{}", outcome.out);
    assert_eq!(fs::read_to_string(desk.path("calls")).unwrap(), "--list\n");
}

#[test]
fn a_script_without_meta_is_asked_for_each_host() {
    let desk = Desk::new();
    script(
        &desk,
        "inv.sh",
        "#!/bin/sh\necho \"$@\" >> calls\ncase $1 in\n\
         --list) echo '{\"uk\": {\"hosts\": [\"fw1\", \"fw2\"]}}';;\n\
         *) echo \"{\\\"name\\\": \\\"$2\\\"}\";;\nesac\n",
    );
    let outcome = list(&desk, "inv.sh");
    assert_eq!((outcome.err.as_str(), outcome.code), ("", 0));
    assert!(outcome.out.contains("\"name\": \"fw2\""), "{}", outcome.out);
    let calls = fs::read_to_string(desk.path("calls")).unwrap();
    assert_eq!(calls, "--list\n--host fw1\n--host fw2\n");
}

#[test]
fn a_folder_may_mix_files_and_scripts() {
    let desk = Desk::new();
    desk.file("inv/10.ini", "[uk]\nfw1 a=1\n");
    let answer = r#"{"fr": ["fw2", "fw1"], "_meta": {"hostvars": {}}}"#;
    script(&desk, "inv/20.sh", &format!("#!/bin/sh\necho '{answer}'\n"));
    desk.file("inv/group_vars/fr.yml", "b: 2\n");
    // The right to execute alone makes no script: some disks give it to every file.
    script(&desk, "inv/30.yml", "all: {hosts: {fw3: }}\n");
    let mut command = desk.command(&["inventory", "-i", "inv", "--graph", "--vars"]);
    let outcome = desk.finish(command.current_dir(desk.path("")));
    assert_eq!(outcome.err, "");
    insta::assert_snapshot!(outcome.out, @"
    @all:
      |--@ungrouped:
      |  |--fw3
      |--@uk:
      |  |--fw1
      |  |  |--{a = 1}
      |  |  |--{b = 2}
      |--@fr:
      |  |--fw2
      |  |  |--{b = 2}
      |  |--fw1
      |  |  |--{a = 1}
      |  |  |--{b = 2}
      |  |--{b = 2}
    ");
}

#[test]
fn a_script_that_fails_is_told_with_what_it_said() {
    insta::assert_snapshot!(refusal("#!/bin/sh\necho 'token refused' >&2\nexit 4\n"), @"
    error: the inventory script `inv.sh --list` ended with exit code 4
     |
     = help: it said: token refused

    1 error
    ");
}

#[test]
fn a_script_that_hangs_is_ended() {
    insta::assert_snapshot!(refusal("#!/bin/sh\nexec sleep 60\n"), @"
    error: cannot run `inv.sh`: it takes longer than 2 seconds
     |
     = help: set `TOKENFLEET_SCRIPT_TIMEOUT` to more seconds, or make it faster

    1 error
    ");
}

#[test]
fn an_answer_that_is_no_json_is_told_with_its_place_and_is_not_shown() {
    insta::assert_snapshot!(refusal("#!/bin/sh\necho 'password=canary'\n"), @"
    error: no value of JSON begins here
    --> inv.sh --list:1:1
     = help: this must be one JSON document

    1 error
    ");
}

#[test]
fn an_answer_of_another_shape_is_told() {
    insta::assert_snapshot!(refusal("#!/bin/sh\necho '[1]'\n"), @r#"
    error: an inventory script must answer with a mapping of groups, not a list
    --> inv.sh --list:1:1
     = help: it is to print {"GROUP": {"hosts": […], "vars": {…}, "children": […]}, "_meta": {"hostvars": {…}}}

    1 error
    "#);
    insta::assert_snapshot!(refusal("#!/bin/sh\necho '{\"g\": {\"hosts\": \"fw1\"}}'\n"), @r#"
    error: `hosts` of group `g` must be a list, not text
    --> inv.sh --list:1:17
     = help: it is to print {"GROUP": {"hosts": […], "vars": {…}, "children": […]}, "_meta": {"hostvars": {…}}}

    1 error
    "#);
}

#[test]
fn a_script_that_may_not_be_run_says_how_to_allow_it() {
    let desk = Desk::new();
    desk.file("inv.sh", "#!/bin/sh\necho '{}'\n");
    let outcome = list(&desk, "inv.sh");
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.err, @"
    error: this is an inventory script, and it may not be executed
     --> inv.sh:1:1
      |
    1 | #!/bin/sh
      | ^^
      |
      = help: allow it with `chmod +x inv.sh`

    1 error
    ");
}

#[test]
fn a_time_limit_that_is_none_is_refused() {
    let desk = Desk::new();
    script(&desk, "inv.sh", "#!/bin/sh\necho '{}'\n");
    let mut command = desk.command(&["inventory", "-i", "inv.sh", "--list"]);
    let command = command.current_dir(desk.path("")).env("TOKENFLEET_SCRIPT_TIMEOUT", "soon");
    let outcome = desk.finish(command);
    assert_eq!(outcome.code, 1);
    insta::assert_snapshot!(outcome.err, @"
    error: `TOKENFLEET_SCRIPT_TIMEOUT` is `soon`, which is no time limit
     |
     = help: a limit is a whole number of seconds, from 1 to 86400

    1 error
    ");
}
