//! Host keys through the binary: `known_hosts` is learned, shared and reviewed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use desk::{Desk, Outcome};
use tokenfleet::lab::{Fleet, Hosting, Serving, inventory_text, known_hosts_text};
use tokio::task::block_in_place;

const AUDIT: &str = "playbooks/fortitoken-audit.yml";
/// The key of nobody.
const OTHER: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbHDsutcO0XF0+rPPXK2CrW5OhInqc71T1JvpKnCaSC";

/// A served fleet, its inventory as a file of the desk, and the names of those that show a key.
async fn served(desk: &Desk, devices: usize) -> (Serving, String, Vec<String>) {
    let fleet = Fleet::new(devices, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let hosts = desk.file("hosts.yml", &inventory_text(&serving));
    let faults = ["port-refused", "silent", "sha1-only"];
    let is_whole = |name: &str| {
        let fault = fleet.device(name).unwrap().fault.map(|fault| fault.as_str());
        fault.is_none_or(|fault| !faults.contains(&fault))
    };
    let names = serving.devices().iter().map(|device| device.name.clone());
    let names = names.filter(|name| is_whole(name)).collect();
    (serving, hosts, names)
}

/// The line of a unit in `known_hosts`.
fn line_of(serving: &Serving, name: &str) -> String {
    let address = serving.device(name).unwrap().address;
    format!("[{}]:{} {}", address.ip(), address.port(), serving.host_key())
}

fn read(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn scan(desk: &Desk, hosts: &str, more: &[&str]) -> Outcome {
    let arguments = [&["scan-keys", "-i", hosts, "-T", "2"], more].concat();
    block_in_place(|| desk.run(&arguments))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_remembers_new_keys_once_and_two_runs_lose_none() {
    let desk = Desk::new();
    let (serving, hosts, names) = served(&desk, 120).await;
    let known = desk.path("keys/known_hosts");
    let halves = [names[..60].join(","), names[50..].join(",")];
    let runs = halves.iter().enumerate().map(|(number, limit)| {
        let reports = desk.path(&format!("reports-{number}"));
        let arguments = [
            ["run", AUDIT, "-i", &hosts, "-l", limit],
            ["--host-key-checking", "accept-new", "--store", "none", "-T", "5"],
            [
                "--known-hosts",
                known.to_str().unwrap(),
                "-o",
                reports.to_str().unwrap(),
                "-e",
                "ansible_command_timeout=2",
            ],
        ];
        desk.start(&arguments.concat())
    });
    let runs: Vec<_> = runs.collect();
    for run in runs {
        let output = block_in_place(|| run.wait_with_output().unwrap());
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains("host keys were accepted as new and remembered"), "{err}");
    }
    let mut lines = read(&known);
    let mut wanted: Vec<_> = names.iter().map(|name| line_of(&serving, name)).collect();
    lines.sort();
    wanted.sort();
    assert_eq!(lines, wanted);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&known), mode(known.parent().unwrap())), (0o600, 0o700));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_gathered_for_review_without_a_login() {
    let desk = Desk::new();
    let (serving, hosts, names) = served(&desk, Fleet::CHARACTERS).await;
    let outcome = scan(&desk, &hosts, &[]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    let wanted: Vec<_> = names.iter().map(|name| line_of(&serving, name)).collect();
    assert_eq!(outcome.out.lines().collect::<Vec<_>>(), wanted);
    assert_eq!(outcome.err.matches(" SHA256:").count(), names.len());
    assert!(outcome.err.contains(&format!("{}: ssh-ed25519 SHA256:", names[0])), "{}", outcome.err);
    let summary = format!("{} new, 0 known, 0 changed or revoked", names.len());
    assert!(outcome.err.contains(&summary), "{}", outcome.err);
    assert!(outcome.err.contains("fgt-bkk-01: no key (connect)\n"), "{}", outcome.err);
    for device in serving.devices() {
        let journal = serving.journal(&device.name).unwrap();
        assert_eq!((journal.refused, journal.shells), (0, 0), "{}", device.name);
    }
    // Nothing is remembered unless it is asked for.
    assert!(!desk.path(".ssh").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewed_keys_are_added_and_a_run_then_trusts_them() {
    let desk = Desk::new();
    let (serving, hosts, _) = served(&desk, Fleet::CHARACTERS).await;
    let limit = "fgt-lon-01,fgt-vie-01";
    let outcome = scan(&desk, &hosts, &["-l", limit, "--append"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{}", outcome.err);
    let known = desk.path(".ssh/known_hosts");
    let wanted = ["fgt-lon-01", "fgt-vie-01"].map(|name| line_of(&serving, name));
    assert_eq!(read(&known), wanted);
    assert!(outcome.err.contains("2 host keys were added to "), "{}", outcome.err);

    let again = scan(&desk, &hosts, &["-l", limit, "--append"]);
    assert!(again.err.contains("0 new, 2 known"), "{}", again.err);
    assert_eq!(read(&known), wanted);

    let file = desk.path("review.txt");
    let arguments = ["-l", limit, "-o", file.to_str().unwrap()];
    assert_eq!(scan(&desk, &hosts, &arguments).code, 0);
    assert_eq!(read(&file), wanted);
    let run = block_in_place(|| desk.audit(&[AUDIT, "-i", &hosts, "-l", "fgt-lon-01"]));
    assert_eq!(run.code, 0, "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_stops_the_host_and_is_marked_when_scanned() {
    let desk = Desk::new();
    let (serving, hosts, _) = served(&desk, Fleet::CHARACTERS).await;
    let line = line_of(&serving, "fgt-lon-01");
    let name = line.split(' ').next().unwrap();
    let known = desk.file("known_hosts", &format!("{name} {OTHER}\n"));
    let others = known_hosts_text(&serving).replace(&format!("{line}\n"), "");
    fs::write(&known, format!("{}{others}", fs::read_to_string(&known).unwrap())).unwrap();

    let limit = ["-l", "fgt-lon-01,fgt-vie-01", "--known-hosts", &known];
    let scanned = scan(&desk, &hosts, &limit);
    assert_eq!(scanned.code, 4, "{}", scanned.err);
    assert!(scanned.err.contains(" NOT THE KNOWN KEY\n"), "{}", scanned.err);
    assert!(scanned.err.contains("A replaced (RMA) unit has a new key"), "{}", scanned.err);
    assert_eq!(
        scanned.out,
        format!("# not the known key: {line}\n{}\n", line_of(&serving, "fgt-vie-01"))
    );
    let before = read(Path::new(&known));
    scan(&desk, &hosts, &[&limit[..], &["--append"]].concat());
    assert_eq!(read(Path::new(&known)), before);

    for policy in ["strict", "accept-new"] {
        let more = ["--host-key-checking", policy, "--fail-on", "critical"];
        let arguments = [&[AUDIT, "-i", &hosts], &limit[..], &more].concat();
        let run = block_in_place(|| desk.audit(&arguments));
        assert_eq!(run.code, 4, "{}", run.err);
        let report = desk.json();
        let failure = &report["devices"][0]["failure"];
        assert_eq!(failure["stage"], "host_key");
        let message = failure["message"].as_str().unwrap();
        assert_eq!(message.matches("SHA256:").count(), 2, "{message}");
        assert!(failure["remedy"].as_str().unwrap().contains("RMA"), "{failure}");
        assert_eq!(read(Path::new(&known)), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_switched_off_is_said_in_the_report() {
    let desk = Desk::new();
    let (_serving, hosts, _) = served(&desk, Fleet::CHARACTERS).await;
    let arguments =
        [AUDIT, "-i", &hosts, "-l", "fgt-lon-01,fgt-vie-01", "--host-key-checking", "off"];
    block_in_place(|| desk.audit(&arguments));
    let notes = desk.json()["run"]["notes"].clone();
    assert_eq!(notes, serde_json::json!(["the host keys of 2 hosts were not checked"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_for_new_keys_is_looked_for_before_the_first_packet() {
    let desk = Desk::new();
    let (serving, hosts, _) = served(&desk, Fleet::CHARACTERS).await;
    let blocked = desk.file("blocked", "");
    let known = format!("{blocked}/known_hosts");
    let learning = ["--host-key-checking", "accept-new", "--known-hosts"];
    let one = [AUDIT, "-i", &hosts, "-l", "fgt-lon-01"];
    let run = block_in_place(|| desk.audit(&[&one[..], &learning, &[&known]].concat()));
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("blocked"), "{}", run.err);
    assert_eq!(serving.journal("fgt-lon-01").unwrap().shells, 0);

    let run = block_in_place(|| desk.audit(&[&one[..], &learning, &["/dev/null"]].concat()));
    assert_eq!(run.code, 0, "{}", run.err);
    let strict = ["--known-hosts", "no-such-file"];
    let run = block_in_place(|| desk.audit(&[&one[..], &strict].concat()));
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("no-such-file"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_host_may_name_the_files_that_know_it() {
    let desk = Desk::new();
    let (serving, _, _) = served(&desk, Fleet::CHARACTERS + 8).await;
    let names: Vec<_> = serving.devices()[Fleet::CHARACTERS..].iter().map(|d| &d.name).collect();
    let line = |index: usize| line_of(&serving, names[index]);
    let host = |index: usize, more: &str| {
        let address = serving.device(names[index]).unwrap().address;
        format!("{} ansible_port={} {more}\n", names[index], address.port())
    };
    let (shared, other) = (desk.path("keys/shared"), desk.path("keys/other"));
    let (shared_name, other_name) = (shared.display(), other.display());
    // By the arguments for ssh, and by its configuration: two for one host, the first of several,
    // and none.
    let inventory = [
        host(0, &format!("ansible_ssh_common_args='-o UserKnownHostsFile={shared_name}'")),
        host(1, &format!("ansible_ssh_args='-o \"UserKnownHostsFile {shared_name}\"'")),
        host(
            2,
            &format!(
                "ansible_ssh_extra_args=\"-o 'UserKnownHostsFile={other_name} {shared_name}'\""
            ),
        ),
        host(3, ""),
        host(4, "ansible_ssh_common_args='-o UserKnownHostsFile=none'"),
        host(5, "ansible_ssh_common_args='-o UserKnownHostsFile=/dev/null'"),
        format!(
            "[all:vars]\nansible_host=127.0.0.1\nansible_user={}\nansible_password={}\n",
            Hosting::USER,
            Hosting::PASSWORD
        ),
    ];
    let hosts = desk.file("hosts.ini", &inventory.concat());
    desk.file(".ssh/config", "Host 127.0.0.1\n UserKnownHostsFile ~/keys/%n-%p ~/keys/more\n");
    let own = desk.path(&format!(
        "keys/{}-{}",
        names[3],
        serving.device(names[3]).unwrap().address.port()
    ));

    // Nothing is known anywhere, and that is said before anything else.
    let audit = |more: &[&str]| {
        let arguments = [&[AUDIT, "-i", &hosts, "-T", "20"], more].concat();
        block_in_place(|| desk.audit(&arguments))
    };
    let run = audit(&[]);
    assert_eq!(run.code, 4, "{}", run.err);
    let missing = format!(
        "warning: the file of known host keys `{shared_name}` is missing, and so are 2 others"
    );
    assert!(run.err.contains(&missing), "{}", run.err);
    let stages = desk.json();
    let stages: Vec<_> = stages["devices"].as_array().unwrap().iter().collect();
    assert!(stages.iter().all(|device| device["failure"]["stage"] == "host_key"), "{stages:?}");

    // What is scanned goes where it will be looked for.
    let scanned = scan(&desk, &hosts, &["--append"]);
    assert_eq!(scanned.code, 0, "{}", scanned.err);
    assert!(scanned.err.contains("6 new, 0 known"), "{}", scanned.err);
    assert!(scanned.err.contains(&format!("2 host keys were added to {shared_name}\n")));
    assert_eq!(read(&shared), [line(0), line(1)]);
    assert_eq!(read(&other), [line(2)]);
    assert_eq!(read(&own), [line(3)]);
    assert!(!desk.path(".ssh/known_hosts").exists());
    let scanned = scan(&desk, &hosts, &[]);
    assert!(scanned.err.contains("2 new, 4 known"), "{}", scanned.err);

    let run = audit(&["-l", &names[..4].iter().map(|n| n.as_str()).collect::<Vec<_>>().join(",")]);
    assert_eq!(run.code & 7, 0, "{}", run.err);
    assert_eq!(audit(&[]).code & 7, 4);

    // All of several are read, and the first is written to; what has no file is not kept.
    fs::rename(&other, &shared).unwrap();
    let run = audit(&["--host-key-checking", "accept-new"]);
    assert_eq!(run.code & 7, 0, "{}", run.err);
    assert!(run.err.contains("2 host keys were accepted as new and remembered"), "{}", run.err);
    let mut lines = read(&shared);
    lines.sort();
    let mut wanted = [line(0), line(1), line(2)];
    wanted.sort();
    assert_eq!(lines, wanted);
    assert_eq!(read(&other), Vec::<String>::new());
    let run = audit(&["-l", names[4]]);
    assert_eq!(run.code & 7, 4, "{}", run.err);

    // The inventory wins over the flag, and the flag over the configuration.
    let flag = desk.file("flag", &format!("{}\n{}\n", line(0), line(4)));
    let with_flag = ["--known-hosts", &flag, "-l"];
    let flagged = |index: usize| audit(&[&with_flag[..], &[names[index]]].concat()).code & 7;
    assert_eq!([flagged(0), flagged(3), flagged(4)], [0, 4, 4]);

    // A changed key is told with the file that has the old one.
    fs::write(&shared, line(0).replacen(serving.host_key(), OTHER, 1)).unwrap();
    assert_eq!(audit(&["-l", names[0]]).code & 7, 4);
    let failure = desk.json()["devices"][0]["failure"].clone();
    assert!(failure["message"].as_str().unwrap().ends_with(&format!("({shared_name}:1:1)")));
    let remedy = failure["remedy"].as_str().unwrap();
    assert!(remedy.contains(&format!(" -f '{shared_name}'")), "{remedy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_a_file_that_cannot_be_filled_in_is_told() {
    let desk = Desk::new();
    let hosts =
        desk.file("hosts.ini", "fw1 ansible_ssh_common_args='-o UserKnownHostsFile=~/keys/%x'\n");
    let run = block_in_place(|| desk.audit(&[AUDIT, "-i", &hosts]));
    assert_eq!(run.code, 1, "{}", run.err);
    let said = "host `fw1`: the name of the known_hosts file has `%x`, which is not known here";
    assert!(run.err.contains(said), "{}", run.err);
    assert!(run.err.contains("known are `%h`, `%k`, `%n`, `%p`, `%r` and `%%`"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_may_stand_in_the_ssh_configuration() {
    let desk = Desk::new();
    let (serving, hosts, _) = served(&desk, Fleet::CHARACTERS).await;
    let known = desk.path(".ssh/known_hosts");
    let audit = |config: &str, more: &[&str]| {
        desk.file(".ssh/config", config);
        let one = [AUDIT, "-i", &hosts, "-l", "fgt-lon-01"];
        block_in_place(|| desk.audit(&[&one[..], more].concat())).code & 7
    };
    let learns = "Match host 127.0.0.*\n  StrictHostKeyChecking accept-new\n";
    assert_eq!(audit("", &[]), 4);
    // The flag and the inventory win.
    assert_eq!(audit(learns, &["--host-key-checking", "strict"]), 4);
    let strict = "ansible_ssh_common_args='-o StrictHostKeyChecking=yes'";
    assert_eq!(audit(learns, &["-e", strict]), 4);
    assert!(!known.exists());
    assert_eq!(audit(learns, &[]), 0);
    assert_eq!(read(&known), [line_of(&serving, "fgt-lon-01")]);
    assert_eq!(audit("", &[]), 0);

    desk.file(".ssh/known_hosts", "");
    assert_eq!(audit("StrictHostKeyChecking no\n", &[]), 0);
    let notes = desk.json()["run"]["notes"].clone();
    assert_eq!(notes, serde_json::json!(["the host keys of 1 hosts were not checked"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_the_system_is_read_and_never_written() {
    let desk = Desk::new();
    let (serving, hosts, _) = served(&desk, Fleet::CHARACTERS).await;
    let global = desk.file("global", &format!("{}\n", line_of(&serving, "fgt-lon-01")));
    let named = format!("ansible_ssh_common_args='-o GlobalKnownHostsFile={global}'");
    let audit = |limit: &str, more: &[&str]| {
        let arguments = [&[AUDIT, "-i", &hosts, "-e", &named, "-l", limit], more].concat();
        block_in_place(|| desk.audit(&arguments)).code & 7
    };
    assert_eq!([audit("fgt-lon-01", &[]), audit("fgt-vie-01", &[])], [0, 4]);
    assert_eq!(audit("fgt-vie-01", &["--host-key-checking", "accept-new"]), 0);
    assert_eq!(read(Path::new(&global)), [line_of(&serving, "fgt-lon-01")]);
    assert_eq!(read(&desk.path(".ssh/known_hosts")), [line_of(&serving, "fgt-vie-01")]);
}
