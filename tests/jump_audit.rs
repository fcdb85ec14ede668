//! Audits through jump hosts as a user has them: by the binary, past a real sshd on loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]
#![allow(clippy::disallowed_methods, reason = "the tests write a server's configuration")]

#[path = "support/bastion.rs"]
mod bastion;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/ssh_agent.rs"]
mod ssh_agent;

use std::time::{Duration, Instant};

use bastion::Bastion;
use desk::Desk;
use serde_json::Value as Json;
use ssh_agent::{SshAgent, lock};
use tokenfleet::lab::{Fleet, Hosting, ServedDevice, Serving, known_hosts_text};
use tokio::net::TcpListener;

/// Ordinary units, without a fault.
async fn units(count: usize) -> Serving {
    units_of(count, &Hosting::default()).await
}

async fn units_of(count: usize, hosting: &Hosting) -> Serving {
    Fleet::new(Fleet::CHARACTERS + count, Fleet::SEED).serve(hosting).await.unwrap()
}

fn ordinary(serving: &Serving) -> &[ServedDevice] {
    &serving.devices()[Fleet::CHARACTERS..]
}

/// Runs an audit of two units by the binary, and says how it ended and what it said.
fn audit_of_two(desk: &Desk, serving: &Serving, variables: &str, flags: &[&str]) -> (i32, String) {
    audit_by_agent(desk, serving, variables, flags, None)
}

/// The same, for a user with this agent.
fn audit_by_agent(
    desk: &Desk,
    serving: &Serving,
    variables: &str,
    flags: &[&str],
    agent: Option<&SshAgent>,
) -> (i32, String) {
    let devices: String = ordinary(serving)
        .iter()
        .map(|device| format!("{} ansible_port={}\n", device.name, device.address.port()))
        .collect();
    let inventory = format!(
        "{devices}[all:vars]\nansible_user={}\nansible_password={}\n{variables}\n",
        Hosting::USER,
        Hosting::PASSWORD
    );
    let inventory = desk.file("hosts.ini", &inventory);
    let reports = desk.path("reports");
    let arguments = [
        ["run", "playbooks/fortitoken-audit.yml", "-i", &inventory],
        ["-T", "20", "-o", reports.to_str().unwrap()],
    ]
    .concat();
    let _ = std::fs::remove_dir_all(&reports);
    let mut command = desk.command(&[&arguments[..], &["-vv"], flags].concat());
    command.envs(agent.map(|agent| ("SSH_AUTH_SOCK", &agent.socket)));
    let outcome = tokio::task::block_in_place(|| desk.finish(&mut command));
    let report = std::fs::read_to_string(reports.join("report.json")).unwrap_or_default();
    (outcome.code & (1 | 2 | 4), outcome.err + &outcome.out + &report)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_reads_the_ssh_configuration() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(2).await;
    let desk = Desk::new();
    desk.file(".ssh/known_hosts", &(known_hosts_text(&serving) + &bastion.known_hosts()));
    let config = "Include config.d/*\nHost *-never\n  ProxyJump none\nMatch originalhost fgt-*\n  \
                  HostName 127.0.0.1\n  ProxyJump gate\n";
    desk.file(".ssh/config", config);
    let gate = format!(
        "Host gate\n  HostName 127.0.0.1\n  Port {}\n  User {}\n  IdentityFile {}\n",
        bastion.port,
        Bastion::user(),
        bastion.path("user").display()
    );
    desk.file(".ssh/config.d/gate", &gate);
    let (code, said) = audit_of_two(&desk, &serving, "", &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(bastion.logins(), 1);

    // Another file by a flag, or by `-F` in the inventory.
    let other = desk.file("other", &format!("{gate}Host *\n  HostName 127.0.0.1\n"));
    let (code, said) =
        audit_of_two(&desk, &serving, "ansible_ssh_proxy_jump=gate", &["--ssh-config", &other]);
    assert_eq!(code, 0, "{said}");
    let variables = format!("ansible_ssh_common_args='-F {other} -J gate'");
    let (code, said) = audit_of_two(&desk, &serving, &variables, &["--ssh-config", "none"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(bastion.logins(), 3);

    // Without any, the names mean nothing.
    let (code, said) = audit_of_two(&desk, &serving, "", &["--ssh-config", "none"]);
    assert_ne!(code, 0);
    assert!(said.contains("cannot be resolved"), "{said}");

    let config = desk.file(".ssh/config", "Host *\n  Port ssh\n");
    let (code, said) = audit_of_two(&desk, &serving, "", &[]);
    assert_eq!(code, 1);
    assert!(said.contains("it sets `Port` to `ssh`, which cannot be used"), "{said}");

    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    std::fs::set_permissions(config, everybody).unwrap();
    let (code, said) = audit_of_two(&desk, &serving, "", &[]);
    assert_eq!(code, 1);
    assert!(said.contains("others than you may change the SSH configuration"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_names_the_jump_host_that_fails_and_the_options_that_it_ignores() {
    let serving = units(2).await;
    let desk = Desk::new();
    let closed = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port();
    let variables = format!(
        "ansible_host=127.0.0.1\nansible_ssh_proxy_jump_password=canary-of-the-jump-host\n\
         ansible_ssh_common_args='-C -J ops@127.0.0.1:{closed}'"
    );
    let flags = ["--host-key-checking", "off"];
    let (code, said) = audit_of_two(&desk, &serving, &variables, &flags);
    assert_ne!(code, 0);
    let message = format!("jump host `127.0.0.1`: 127.0.0.1 port {closed} refused the connection");
    assert!(said.contains(&message), "{said}");
    let ignored =
        "`ansible_ssh_common_args` has options that mean nothing here and are ignored: `-C`";
    assert_eq!(said.matches(ignored).count(), 1, "{said}");
    for (path, bytes) in desk.files() {
        let text = String::from_utf8_lossy(&bytes);
        let is_inventory = path.ends_with("hosts.ini");
        assert!(is_inventory || !text.contains("canary-of-the"), "{}", path.display());
    }
    assert!(!said.contains("canary-of-the"));
    let note = "the host keys of jump hosts were not checked: `127.0.0.1`";
    assert!(desk.json().to_string().contains(note), "{}", desk.report("report.json"));
}

/// Variables that lead to the units through the jump host, and more of them.
fn through(bastion: &Bastion, more: &str) -> String {
    format!(
        "ansible_host=127.0.0.1\nansible_ssh_proxy_jump={}@127.0.0.1:{}\n{more}",
        Bastion::user(),
        bastion.port
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_logs_in_at_a_jump_host_with_the_key_that_is_meant_and_with_no_other() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(2).await;
    let desk = Desk::new();
    desk.file(".ssh/known_hosts", &(known_hosts_text(&serving) + &bastion.known_hosts()));
    let audit = |agent: &SshAgent, more: &str| {
        audit_by_agent(&desk, &serving, &through(&bastion, more), &[], Some(agent))
    };
    let named = |key: &str| {
        let path = bastion.path(key);
        format!("ansible_ssh_proxy_jump_private_key_file={}", path.display())
    };
    let refused = || bastion.log().matches("Failed publickey").count();

    // The only key that it holds, of either type.
    for key in ["user", "user_rsa"] {
        let agent = SshAgent::start(bastion.folder(), &[bastion.path(key)]);
        let (code, said) = audit(&agent, "");
        assert_eq!(code, 0, "{said}");
    }
    assert_eq!((bastion.logins(), refused()), (2, 0), "{}", bastion.log());

    // To scan the keys of devices, nobody but the jump host is logged in to.
    let agent = SshAgent::start(bastion.folder(), &[bastion.path("user")]);
    let hosts = desk.path("hosts.ini");
    let mut scan = desk.command(&["scan-keys", "-T", "20", "-i", hosts.to_str().unwrap()]);
    scan.env("SSH_AUTH_SOCK", &agent.socket);
    let scanned = tokio::task::block_in_place(|| desk.finish(&mut scan));
    assert!(scanned.err.contains("0 new, 2 known"), "{}", scanned.err);
    assert_eq!((bastion.logins(), refused()), (3, 0), "{}", bastion.log());

    // Of several none is guessed.
    let agent = SshAgent::start(bastion.folder(), &[bastion.path("host"), bastion.path("user")]);
    let (code, said) = audit(&agent, "");
    assert_eq!(code, 4);
    let user = Bastion::user();
    let several =
        format!("jump host `127.0.0.1`: the agent holds 2 keys, and none is named for `{user}`");
    assert!(said.contains(&several), "{said}");
    assert!(said.contains("`ansible_ssh_proxy_jump_private_key_file: KEY.pub`"), "{said}");
    assert_eq!((bastion.logins(), refused()), (3, 0), "{}", bastion.log());

    // Its public key names it; so does a locked private key with the public one beside it.
    let (code, said) = audit(&agent, &named("user.pub"));
    assert_eq!(code, 0, "{said}");
    lock(&bastion.path("user"), &[]);
    let (code, said) = audit(&agent, &named("user"));
    assert_eq!(code, 0, "{said}");
    assert_eq!((bastion.logins(), refused()), (5, 0), "{}", bastion.log());

    let (_, said) = audit(&agent, &named("user_rsa.pub"));
    assert!(said.contains("holds a public key, and no agent holds the private one"), "{said}");
    assert_eq!((bastion.logins(), refused()), (5, 0), "{}", bastion.log());
    let (code, said) = audit(&agent, &named("host.pub"));
    assert_eq!(code, 4);
    assert!(said.contains("jump host `127.0.0.1`: it refused the key SHA256:"), "{said}");
    assert_eq!((bastion.logins(), refused()), (5, 1), "{}", bastion.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_a_jump_host_may_have_a_passphrase_of_its_own() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(2).await;
    let desk = Desk::new();
    desk.file(".ssh/known_hosts", &(known_hosts_text(&serving) + &bastion.known_hosts()));
    for key in ["user", "user_rsa"] {
        lock(&bastion.path(key), &[]);
        let audit = |passphrase: &str| {
            let path = bastion.path(key);
            let more = format!(
                "ansible_ssh_private_key_passphrase=of-the-device\n\
                 ansible_ssh_proxy_jump_private_key_file={}\n{passphrase}",
                path.display()
            );
            audit_of_two(&desk, &serving, &through(&bastion, &more), &[])
        };
        let (code, said) = audit("ansible_ssh_proxy_jump_private_key_passphrase=canary");
        assert_eq!(code, 0, "{said}");
        for (path, bytes) in desk.files() {
            let is_inventory = path.ends_with("hosts.ini");
            let holds = String::from_utf8_lossy(&bytes).contains("canary");
            assert!(is_inventory || !holds, "{}", path.display());
        }
        // Without one of its own, that of the device is tried on the file.
        let (code, said) = audit("");
        assert_eq!(code, 4, "{said}");
        let locked =
            format!("the private key file {} cannot be unlocked", bastion.path(key).display());
        assert!(said.contains(&format!("jump host `127.0.0.1`: {locked}")), "{said}");
        assert!(said.contains("`ansible_ssh_proxy_jump_private_key_passphrase`"), "{said}");
    }
    assert_eq!(bastion.logins(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_has_its_own_file_of_known_keys() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(2).await;
    let desk = Desk::new();
    let devices = desk.file("devices", &known_hosts_text(&serving));
    let bastions = desk.file("bastions", &bastion.known_hosts());
    let more = format!(
        "ansible_ssh_common_args='-o UserKnownHostsFile={devices}'\n\
         ansible_ssh_proxy_jump_private_key_file={}",
        bastion.path("user").display()
    );
    let audit = || audit_of_two(&desk, &serving, &through(&bastion, &more), &[]);

    // As with ssh, what the arguments say of the devices does not hold for it.
    let unknown = "jump host `127.0.0.1`: the host key of [127.0.0.1]:";
    let (code, said) = audit();
    assert_eq!(code, 4);
    assert!(said.contains(unknown), "{said}");
    desk.file(".ssh/known_hosts", &bastion.known_hosts());
    let (code, said) = audit();
    assert_eq!(code, 0, "{said}");

    desk.file(".ssh/known_hosts", "");
    desk.file(".ssh/config", &format!("Host 127.0.0.1\n  UserKnownHostsFile {bastions}\n"));
    let (code, said) = audit();
    assert_eq!(code, 0, "{said}");
    desk.file("bastions", "");
    let (code, said) = audit();
    assert_eq!(code, 4);
    assert!(said.contains(unknown), "{said}");
    assert_eq!(bastion.logins(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_begins_as_slowly_through_a_jump_host_as_it_is_told() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(2).await;
    let desk = Desk::new();
    desk.file(".ssh/known_hosts", &(known_hosts_text(&serving) + &bastion.known_hosts()));
    let key = bastion.path("user");
    let key = format!("ansible_ssh_proxy_jump_private_key_file={}", key.display());
    let mut took = Vec::new();
    for flags in [&[][..], &["--ramp", "1"], &["--jump-ramp", "1"]] {
        let begun = std::time::Instant::now();
        let (code, said) = audit_of_two(&desk, &serving, &through(&bastion, &key), flags);
        assert_eq!(code, 0, "{said}");
        took.push(begun.elapsed().as_millis());
    }
    assert!(took[1] >= 1000 && took[2] >= 1000, "{took:?}");
}

/// A jump host under a name of `~/.ssh/config`.
fn configured(name: &str, bastion: &Bastion) -> String {
    format!(
        "Host {name}\n HostName 127.0.0.1\n Port {}\n User {}\n IdentityFile {}\n",
        bastion.port,
        Bastion::user(),
        bastion.path("user").display()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_goes_through_two_jump_hosts_and_through_a_command() {
    let (Some(one), Some(two)) = (Bastion::start(""), Bastion::start("")) else { return };
    let serving = units(2).await;
    let desk = Desk::new();
    let known = known_hosts_text(&serving) + &one.known_hosts() + &two.known_hosts();
    let known = desk.file(".ssh/known_hosts", &known);
    desk.file(".ssh/config", &(configured("one", &one) + &configured("two", &two)));
    let by = |arguments: &str| {
        let variables = format!("ansible_host=127.0.0.1\nansible_ssh_common_args='{arguments}'");
        audit_of_two(&desk, &serving, &variables, &[])
    };
    let (code, said) = by("-J one,two");
    assert_eq!(code, 0, "{said}");
    assert_eq!((one.logins(), two.logins()), (1, 1));

    let command = format!(
        "ssh -F none -o BatchMode=yes -o UserKnownHostsFile={known} -i {} -p {} -W %h:%p {}@127.0.0.1",
        one.path("user").display(),
        one.port,
        Bastion::user()
    );
    let (code, said) = by(&format!("-o ProxyCommand=\"{command}\""));
    assert_eq!(code, 0, "{said}");
    assert_eq!((one.logins(), two.logins()), (3, 1));
    let (code, said) = by("-o ProxyCommand=\"ls /nowhere/%h/%p\"");
    assert_eq!(code, 4, "{said}");
    let place = format!("/nowhere/127.0.0.1/{}", ordinary(&serving)[0].address.port());
    let command = format!("the ProxyCommand `ls {place}` ended with status 2: ls: ");
    assert!(said.contains(&command), "{said}");
}

/// What becomes of six units when `harm` is done to the jump host of the first two while all are
/// under way; two are behind another, and two behind none. The devices of the report.
async fn harmed(harm: impl Fn(&Bastion)) -> Option<Vec<Json>> {
    let (bastion, other) = (Bastion::start("")?, Bastion::start("")?);
    // Each answer takes its time, so that a session takes some seconds.
    let hosting = Hosting { latency: Duration::from_millis(700), ..Hosting::default() };
    let serving = units_of(6, &hosting).await;
    let desk = Desk::new();
    let known = known_hosts_text(&serving) + &bastion.known_hosts() + &other.known_hosts();
    let known = desk.file("known_hosts", &known);
    let hosts: String = ordinary(&serving)
        .iter()
        .zip(["one", "one", "two", "two", "none", "none"])
        .map(|(device, jump)| {
            let port = device.address.port();
            format!("{} ansible_port={port} ansible_ssh_proxy_jump={jump}\n", device.name)
        })
        .collect();
    let inventory = format!(
        "{hosts}[all:vars]\nansible_host=127.0.0.1\nansible_user={}\nansible_password={}\n",
        Hosting::USER,
        Hosting::PASSWORD
    );
    desk.file(".ssh/config", &(configured("one", &bastion) + &configured("two", &other)));
    let inventory = desk.file("hosts.ini", &inventory);
    let reports = desk.path("reports");
    let audit = desk.start(&[
        "run",
        "playbooks/fortitoken-audit.yml",
        "-i",
        &inventory,
        "--known-hosts",
        &known,
        "-o",
        reports.to_str().unwrap(),
    ]);
    let begun = Instant::now();
    let shells = || {
        let journals = ordinary(&serving).iter().filter_map(|device| serving.journal(&device.name));
        journals.filter(|journal| journal.lines.len() >= 2).count()
    };
    while shells() < 6 {
        assert!(begun.elapsed() < Duration::from_secs(30), "{} shells", shells());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    harm(&bastion);
    let output = tokio::task::block_in_place(|| audit.wait_with_output().unwrap());
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    let code = output.status.code().unwrap();
    assert_eq!(code & 3, 2, "{code} {}", String::from_utf8_lossy(&output.stderr));
    desk.json()["devices"].as_array().cloned()
}

/// The devices behind the jump host `one` fail with its name, and no others.
fn check_harm(devices: &[Json]) {
    for (number, device) in devices.iter().enumerate() {
        if number >= 2 {
            assert_eq!(device["outcome"], "examined", "{device}");
            continue;
        }
        assert_eq!(device["outcome"], "failed", "{device}");
        assert_eq!(device["failure"]["message"], "the connection to jump host `one` was lost");
        assert_eq!(
            device["failure"]["remedy"],
            "Check the jump host and the network to it: the devices behind it fail together."
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_that_is_cut_in_the_midst_is_named_and_harms_no_others() {
    let Some(devices) = harmed(Bastion::cut).await else { return };
    check_harm(&devices);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_that_stalls_in_the_midst_is_named_and_harms_no_others() {
    let Some(devices) = harmed(Bastion::freeze).await else { return };
    check_harm(&devices);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_goes_through_jump_hosts() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(1).await;
    let desk = Desk::new();
    desk.file(".ssh/known_hosts", &(known_hosts_text(&serving) + &bastion.known_hosts()));
    let config = format!(
        "Host fgt-*\n  HostName 127.0.0.1\n  ProxyJump gate\nHost gate\n  HostName 127.0.0.1\n  Port {}\n  \
         User {}\n  IdentityFile {}\n",
        bastion.port,
        Bastion::user(),
        bastion.path("user").display()
    );
    desk.file(".ssh/config", &config);
    let (code, said) = audit_of_two(&desk, &serving, "", &[]);
    assert_eq!(code, 0, "{said}");
    let hosts = desk.path("hosts.ini");
    let arguments = ["doctor", "-i", hosts.to_str().unwrap(), "-l", "all", "-T", "20"];
    let outcome = tokio::task::block_in_place(|| desk.run(&arguments));
    assert_eq!(outcome.code & 4, 0, "{}{}", outcome.err, outcome.out);
    let first = outcome.out.lines().next().unwrap();
    assert!(first.ends_with(" through gate"), "{}", outcome.out);
    assert!(outcome.out.contains("is for the jump host to resolve"), "{}", outcome.out);

    // A jump host that nobody knows is the first obstacle.
    desk.file(".ssh/known_hosts", &known_hosts_text(&serving));
    let outcome = tokio::task::block_in_place(|| desk.run(&arguments));
    assert_eq!(outcome.code, 4, "{}{}", outcome.err, outcome.out);
    let failed = outcome.out.lines().find(|line| line.contains("FAILED")).unwrap();
    assert!(failed.contains("jump host"), "{}", outcome.out);
}
