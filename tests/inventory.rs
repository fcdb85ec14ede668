//! `tokenfleet inventory`, through the binary, as a user sees it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use desk::Desk;

const HOSTS: &str = "\
[uk]
fw-lon-01 ansible_host=192.0.2.1 site=London
fw-lon-02

[uk:vars]
site=UK
ntp=['a', 'b']

[all:vars]
ansible_password=canary
site=world
";

/// A desk with an inventory of two layers.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("hosts.ini", HOSTS);
    desk.file("group_vars/uk.yml", "site: Britain\nsnmp: {port: 1161}\n");
    desk
}

/// What `inventory` says, run in the home of the desk.
fn said(desk: &Desk, arguments: &[&str]) -> (String, String, i32) {
    let mut command = desk.command(&[&["inventory"], arguments].concat());
    let outcome = desk.finish(command.current_dir(desk.path("")));
    (outcome.out, outcome.err, outcome.code)
}

#[test]
fn a_value_is_explained_by_all_the_places_that_set_it() {
    let desk = desk();
    let (out, err, code) = said(&desk, &["-i", "hosts.ini", "--explain", "fw-lon-01", "site"]);
    assert_eq!((err.as_str(), code), ("", 0));
    insta::assert_snapshot!(out, @r"
    site
      is        London   hosts.ini:2:34         host fw-lon-01
      overrides Britain  group_vars/uk.yml:1:1  group_vars of uk
      overrides UK       hosts.ini:6:1          group uk
      overrides world    hosts.ini:11:1         group all
    ");
}

#[test]
fn all_values_of_a_host_are_explained_and_no_secret_is_shown() {
    let desk = desk();
    let extra = ["-i", "hosts.ini", "--explain", "fw-lon-02", "-e", "site=flag"];
    let (out, err, code) = said(&desk, &extra);
    assert_eq!((err.as_str(), code), ("", 0));
    insta::assert_snapshot!(out, @r"
    ansible_password
      is        ********  hosts.ini:10:1  group all

    ntp
      is        ['a', 'b']  hosts.ini:7:1  group uk

    site
      is        flag     -e                     command line
      overrides Britain  group_vars/uk.yml:1:1  group_vars of uk
      overrides UK       hosts.ini:6:1          group uk
      overrides world    hosts.ini:11:1         group all

    snmp
      is        {'port': 1161}  group_vars/uk.yml:2:1  group_vars of uk
    ");
}

#[test]
fn what_is_to_be_explained_must_exist() {
    let desk = desk();
    let (_, err, code) = said(&desk, &["-i", "hosts.ini", "--explain", "fw-lon-1"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err, @r"
    error: the inventory has no host `fw-lon-1`
     |
     = help: did you mean `fw-lon-01`?

    1 error
    ");
    let (_, err, code) = said(&desk, &["-i", "hosts.ini", "--explain", "fw-lon-01", "sites"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err, @r"
    error: the host `fw-lon-01` has no variable `sites`
     |
     = help: did you mean `site`?

    1 error
    ");
}

#[test]
fn an_export_leaves_variables_where_they_were_set() {
    let desk = desk();
    let (out, _, code) = said(&desk, &["-i", "hosts.ini", "--list", "--yaml", "--export"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(out, @r"
    all:
      children:
        uk:
          hosts:
            fw-lon-01:
              ansible_host: 192.0.2.1
              site: London
            fw-lon-02: {}
          vars:
            ntp:
            - a
            - b
            site: Britain
            snmp:
              port: 1161
      vars:
        ansible_password: '********'
        site: world
    ");
}

#[test]
fn a_graph_shows_variables_on_request() {
    let desk = desk();
    let (out, _, code) = said(&desk, &["-i", "hosts.ini", "--graph", "uk", "--vars"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(out, @r"
    @uk:
      |--fw-lon-01
      |  |--{ansible_host = 192.0.2.1}
      |  |--{ansible_password = ********}
      |  |--{ntp = ['a', 'b']}
      |  |--{site = London}
      |  |--{snmp = {'port': 1161}}
      |--fw-lon-02
      |  |--{ansible_password = ********}
      |  |--{ntp = ['a', 'b']}
      |  |--{site = Britain}
      |  |--{snmp = {'port': 1161}}
      |--{ntp = ['a', 'b']}
      |--{site = Britain}
      |--{snmp = {'port': 1161}}
    ");
}

#[test]
fn a_listing_may_go_to_a_file_but_not_as_toml() {
    let desk = desk();
    let (out, err, code) =
        said(&desk, &["-i", "hosts.ini", "--host", "fw-lon-01", "--output", "out.json"]);
    assert_eq!((out.as_str(), err.as_str(), code), ("", "", 0));
    assert!(
        fs::read_to_string(desk.path("out.json"))
            .unwrap()
            .contains("\"ansible_host\": \"192.0.2.1\"")
    );
    let (_, err, code) = said(&desk, &["-i", "hosts.ini", "--list", "--toml"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err, @r"
    error: inventories are not written as TOML
     |
     = help: write JSON, or YAML with `--yaml`: Ansible reads both

    1 error
    ");
}

#[test]
fn variables_beside_the_playbooks_are_seen_where_their_folder_is_named() {
    let desk = desk();
    desk.file("plays/host_vars/fw-lon-02.yml", "site: play\n");
    let (out, _, code) = said(
        &desk,
        &["-i", "hosts.ini", "--explain", "fw-lon-02", "site", "--playbook-dir", "plays"],
    );
    assert_eq!(code, 0);
    assert!(
        out.contains(
            "is        play     plays/host_vars/fw-lon-02.yml:1:1  host_vars of fw-lon-02"
        ),
        "{out}"
    );
}

#[test]
fn a_table_is_an_inventory_and_all_its_mistakes_are_told() {
    let desk = Desk::new();
    desk.file(
        "fleet.csv",
        "inventory_hostname;ansible_host;groups\nfw1;192.0.2.1;uk,hq\nfw2;192.0.2.2;\n",
    );
    let (out, err, code) = said(&desk, &["-i", "fleet.csv", "--graph", "--vars"]);
    assert_eq!((err.as_str(), code), ("", 0));
    insta::assert_snapshot!(out, @"
    @all:
      |--@ungrouped:
      |  |--fw2
      |  |  |--{ansible_host = 192.0.2.2}
      |--@uk:
      |  |--fw1
      |  |  |--{ansible_host = 192.0.2.1}
      |--@hq:
      |  |--fw1
      |  |  |--{ansible_host = 192.0.2.1}
    ");
    desk.file("fleet.csv", "inventory_hostname,groups\nfw1,uk\n,uk\nfw1,fr\nfw2,\"uk\n");
    let (_, err, code) = said(&desk, &["-i", "fleet.csv", "--graph"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err, @r#"
    error: this quote is never closed
     --> fleet.csv:5:5
      |
    5 | fw2,"uk
      |     ^
      |
      = help: close it, and write a quote within a cell twice: "a ""b"""

    1 error
    "#);
    desk.file("fleet.csv", "inventory_hostname,groups\nfw1,uk\n,uk\nfw1,fr\nfw2\n");
    let (_, err, code) = said(&desk, &["-i", "fleet.csv", "--graph"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err, @"
    error: this row has no `inventory_hostname`
     --> fleet.csv:3:1
      |
    3 | ,uk
      | ^
      |
      = help: name the host, or remove the row

    error: the host `fw1` was already named in line 2
     --> fleet.csv:4:1
      |
    4 | fw1,fr
      | ^^^
      |
      = help: keep one row for each host

    error: this row has 1 cells, and the header 2
     --> fleet.csv:5:1
      |
    5 | fw2
      | ^^^
      |
      = help: quote a cell that holds what stands between cells

    3 errors
    ");
}

/// What is said about one file.
fn told(name: &str, text: &str) -> String {
    let desk = Desk::new();
    desk.file(name, text);
    let (_, err, code) = said(&desk, &["-i", name, "--list"]);
    let is_refused = err.contains("error");
    assert_eq!(code, i32::from(is_refused), "{err}");
    err
}

#[test]
fn a_limit_that_changes_nothing_is_a_warning() {
    let (out, err, code) = said(&desk(), &["-i", "fw1,fw2", "--graph", "-l", "fw2"]);
    assert_eq!((out.as_str(), code), ("@all:\n  |--@ungrouped:\n  |  |--fw1\n  |  |--fw2\n", 0));
    insta::assert_snapshot!(err, @"
    warning: `--limit` changes nothing here: it is for `--list`
     |
     = help: leave it out

    1 warning
    ");
}

#[test]
fn a_missing_inventory_is_an_error() {
    let (out, err, code) = said(&desk(), &["-i", "hosts.ini", "-i", "gone.ini", "--list"]);
    assert_eq!((out.as_str(), code), ("", 1));
    insta::assert_snapshot!(err, @"
    error: cannot read `gone.ini`: there is no such file or folder
     |
     = help: check the path

    1 error
    ");
}

#[test]
fn a_value_that_a_hash_cuts_is_a_warning() {
    insta::assert_snapshot!(told("h.ini", "[uk]\nfw1 pw=p#ss after=1\n"), @"
    warning: a comment begins here, in the middle of a word, and cuts it
     --> h.ini:2:9
      |
    2 | fw1 pw=p#ss after=1
      |         ^
      |
      = help: put the value into quotes if the `#` belongs to it

    1 warning
    ");
}

#[test]
fn a_range_that_runs_backwards_is_an_error() {
    insta::assert_snapshot!(told("h.ini", "fw[9:1]\n"), @"
    error: the range `[9:1]` runs backwards and makes no host
     --> h.ini:1:1
      |
    1 | fw[9:1]
      | ^^^^^^^
      |
      = help: write ranges as `fw[1:9]`, `fw[01:60]`, `fw[a:f]` or `fw[0:100:10]`

    1 error
    ");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(told("h.ini", "\u{feff}[uk]\nfw1\n"), "");
    assert_eq!(told("h.yml", "\u{feff}all: {hosts: {fw1: }}\n"), "");
}

#[test]
fn a_key_that_comes_twice_is_told_with_both_places() {
    insta::assert_snapshot!(told("h.yml", "all:\n  hosts:\n    fw1: {a: 1}\n    fw1: {b: 2}\n"), @"
    warning: the key `fw1` was already set in line 3; this value wins
     --> h.yml:4:5
      |
    4 |     fw1: {b: 2}
      |     ^^^
      |
      = help: remove one of the two

    1 warning
    ");
}

#[test]
fn aliases_that_unfold_without_end_are_refused() {
    let mut bomb = String::from("all:\n  vars:\n    a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        let ten = [alias.as_str(); 10].join(", ");
        bomb.push_str(&format!("    a{level}: &a{level} [{ten}]\n"));
    }
    insta::assert_snapshot!(told("h.yml", &bomb), @"
    error: the aliases of this file unfold to more than 1000000 values
     --> h.yml:8:44
      |
    8 |     a5: &a5 [*a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4]
      |                                            ^^^
      |
      = help: use fewer aliases, or group variables in their place

    1 error
    ");
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let text = format!("all: {{vars: {{a: {}{}}}}}\n", "[".repeat(150), "]".repeat(150));
    insta::assert_snapshot!(told("h.yml", &text), @"
    error: lists and mappings are nested more than 100 deep
     --> h.yml:1:115
      |
    1 | all: {vars: {a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                                                                                                                   ^
      |
      = help: flatten the structure

    1 error
    ");
}

#[test]
fn a_group_that_nobody_declared_is_told_with_the_nearest() {
    insta::assert_snapshot!(told("h.ini", "[london]\nfw1\n[uk:children]\nlondno\n"), @"
    error: the group `londno` is declared nowhere
     --> h.ini:4:1
      |
    4 | londno
      | ^^^^^^
      |
      = help: did you mean `london`?

    1 error
    ");
}
