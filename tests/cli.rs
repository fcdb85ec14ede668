//! The subcommands that need no device, through the binary, as a user sees them.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use assert_cmd::Command;

fn tokenfleet(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokenfleet"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1");
    command
}

/// Standard output, standard error and exit code.
fn run(command: &mut Command) -> (String, String, i32) {
    let output = command.output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code().unwrap(),
    )
}

const ANSWER: &str = "\
fgt # diagnose fortitoken info\r
\r
FORTITOKEN        DRIFT  STATUS\r
FTKMOB0123456789  -2     provision timeout\r
FTK200ABCDEFGHIJ  0      token already activated, and seed won't be returned\r
\r
Total activated token: 0\r
Total global activated token: 4\r
\r
Token server status: unreachable\r
\r
fgt # ";

#[test]
fn parse_reads_a_pasted_answer() {
    let (out, err, code) =
        run(tokenfleet(&["parse", "diagnose fortitoken info"]).write_stdin(ANSWER));
    assert_eq!((err.as_str(), code), ("", 0));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["tokens"][0]["serial"], "FTKMOB0123456789");
    assert_eq!(json["tokens"][0]["kind"], "mobile");
    assert_eq!(json["tokens"][0]["drift"], -2);
    assert_eq!(json["tokens"][0]["status"], "provision timeout");
    assert_eq!(json["tokens"][1]["status"], "token already activated, and seed won't be returned");
    assert_eq!(json["server_status"], "unreachable");
    assert_eq!(json["total_activated"], 0);
    assert_eq!(json["total_global_activated"], 4);
    assert_eq!(json["unparsed"], serde_json::json!([]));
}

#[test]
fn a_refused_command_is_not_an_empty_table() {
    let (out, err, code) = run(tokenfleet(&["parse", "diagnose fortitoken info"])
        .write_stdin("fgt $ diagnose fortitoken info\r\nUnknown action 0\r\n\r\nfgt $ "));
    assert_eq!(code, 1);
    assert!(err.starts_with("error: "), "{err}");
    assert!(out.contains("\"error\""), "{out}");
}

#[test]
fn parse_names_the_commands_that_it_knows() {
    let (out, err, code) = run(tokenfleet(&["parse", "get system arp"]).write_stdin(""));
    assert_eq!((out.as_str(), code), ("", 1));
    assert!(
        err.starts_with(
            "error: no parser reads the answer of `get system arp`\n\
             help: these are read:\n  diagnose fortitoken info\n"
        ),
        "{err}"
    );
}

#[test]
fn a_missing_file_is_told_with_its_path() {
    let (out, err, code) = run(&mut tokenfleet(&["parse", "get system status", "nowhere.txt"]));
    assert_eq!((out.as_str(), code), ("", 1));
    assert_eq!(
        err,
        "error: cannot read `nowhere.txt`: there is no such file or folder\nhelp: check the path\n"
    );
}

#[test]
fn the_inventory_of_the_lab_is_listed_without_its_password() {
    let (out, err, code) = run(&mut tokenfleet(&["inventory", "-i", "inventories/lab", "--list"]));
    assert_eq!((err.as_str(), code), ("", 0));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let lab = &json["_meta"]["hostvars"]["fgt-fra-01"];
    assert_eq!(lab["ansible_user"], "auditor");
    assert!(!out.contains("not-a-secret"), "the password is shown");
}

#[test]
fn a_limit_leaves_the_hosts_that_it_means() {
    let arguments = ["inventory", "-i", "inventories/lab", "--list", "-l", "nobody"];
    let (_, err, _) = run(&mut tokenfleet(&arguments));
    assert!(err.contains("nobody"), "a pattern that matches nobody is silent: {err}");
    let arguments = ["inventory", "-i", "inventories/lab", "--list", "-l", "fgt-fra-01"];
    let (out, _, code) = run(&mut tokenfleet(&arguments));
    assert_eq!(code, 0);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["_meta"]["hostvars"].as_object().unwrap().len(), 1);
}

#[test]
fn bad_flags_and_missing_inventories_are_input_that_cannot_be_used() {
    assert_eq!(run(&mut tokenfleet(&["--nonsense"])).2, 1);
    assert_eq!(run(&mut tokenfleet(&["inventory", "-i", "nowhere", "--list"])).2, 1);
    assert_eq!(run(&mut tokenfleet(&["explain", "token-lockde"])).2, 1);
    assert_eq!(run(&mut tokenfleet(&["--version"])).2, 0);
}

#[test]
fn explain_lists_the_rules_and_tells_one() {
    let (list, _, code) = run(&mut tokenfleet(&["explain"]));
    assert_eq!(code, 0);
    assert_eq!(list.lines().count(), tokenfleet::findings::RULES.len());
    let (one, _, code) = run(&mut tokenfleet(&["explain", "token-provision-timeout"]));
    assert_eq!(code, 0);
    assert!(one.starts_with("token-provision-timeout: "), "{one}");
    let (_, err, _) = run(&mut tokenfleet(&["explain", "token-lockde"]));
    assert_eq!(
        err,
        "error: there is no rule `token-lockde`\n\
         help: did you mean `token-locked`? `tokenfleet explain` lists all\n"
    );
}
