//! The lab's inventory, its fleet and what must be found there, held together.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokenfleet::findings::RULES;
use tokenfleet::inventory::{
    ConnectionDefaults, Inventory, InventorySource, Sources, VariableDirectory, load, target,
};
use tokenfleet::lab::{DRIFT_LIMIT, Fault, Fleet, Hosting, inventory_text, known_hosts_text};
use tokenfleet::model::{Connection, SourceFile, Value};

fn fleet() -> Fleet {
    Fleet::new(Fleet::CHARACTERS, Fleet::SEED)
}

fn loaded(hosts: SourceFile, variables: VariableDirectory) -> Inventory {
    let sources = Sources {
        inventories: vec![InventorySource::File(hosts)],
        beside_inventories: vec![variables],
        ..Sources::default()
    };
    let loaded = load(&sources);
    assert!(loaded.issues.is_empty(), "{:?}", loaded.issues);
    loaded.inventory
}

/// `inventories/lab`
fn inventory() -> Inventory {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inventories/lab");
    let read =
        |name: &str| SourceFile::new(name, std::fs::read_to_string(folder.join(name)).unwrap());
    let all = "group_vars/all.yml";
    let variables = VariableDirectory { files: vec![(all.to_owned(), read(all))] };
    loaded(read("hosts.yml"), variables)
}

/// The groups of a host, sorted.
fn groups(inventory: &Inventory, host: &str) -> BTreeSet<String> {
    inventory.groups_of(host).into_iter().map(str::to_owned).collect()
}

#[test]
fn the_inventory_lists_the_fleet() {
    let (fleet, inventory) = (fleet(), inventory());
    let names: Vec<_> = fleet.devices().iter().map(|device| device.name.as_str()).collect();
    let hosts: Vec<_> = inventory.hosts().map(|host| host.as_str()).collect();
    assert_eq!(hosts, names);
    assert!(names.len() >= 60);
    for device in fleet.devices() {
        let expected = device.groups().into_iter().map(str::to_owned).collect();
        assert_eq!(groups(&inventory, &device.name), expected, "{}", device.name);
    }
}

#[test]
fn the_inventory_reaches_the_lab() {
    let (fleet, inventory) = (fleet(), inventory());
    for host in inventory.hosts() {
        let variables = inventory.variables(host.as_str());
        let target = target(host, &variables, &ConnectionDefaults::default()).unwrap();
        assert_eq!(target.connection, Connection::Lab, "{host}");
        assert_eq!(target.user, Hosting::USER, "{host}");
        let refused = fleet.device(host.as_str()).unwrap().fault == Some(Fault::PasswordRefused);
        let password = if refused { Hosting::WRONG_PASSWORD } else { Hosting::PASSWORD };
        assert_eq!(target.password.unwrap().expose(), password, "{host}");
        let limit = inventory.variable(host.as_str(), "fortitoken_drift_limit").unwrap();
        assert_eq!(limit.value, Value::Int(DRIFT_LIMIT as i64));
    }
}

#[test]
fn the_fleet_shows_every_status_fault_and_rule() {
    let fleet = fleet();
    let statuses: BTreeSet<_> = fleet
        .devices()
        .iter()
        .flat_map(|device| &device.vdoms)
        .flat_map(|vdom| &vdom.tokens)
        .map(|token| token.status)
        .collect();
    for status in [
        "new",
        "active",
        "provisioning",
        "provisioned",
        "provision timeout",
        "token already activated, and seed won't be returned",
        "activation error (token not exist in FortiGuard)",
        "locked",
        "error",
    ] {
        assert!(statuses.contains(status), "{status}");
    }
    for fault in [
        Fault::PortRefused,
        Fault::Silent,
        Fault::Sha1Only,
        Fault::PasswordRefused,
        Fault::PasswordExpired,
        Fault::SessionsTaken,
        Fault::DiagnoseLost,
        Fault::Hangs,
        Fault::Drops,
        Fault::LinuxServer,
        Fault::FortiManager,
        Fault::Crumbles,
    ] {
        assert!(fleet.devices().iter().any(|device| device.fault == Some(fault)), "{fault}");
    }

    let expected = fleet.expected();
    let mut outcomes = BTreeMap::new();
    for (_, outcome) in &expected.outcomes {
        *outcomes.entry(*outcome).or_insert(0) += 1;
    }
    assert_eq!(outcomes, BTreeMap::from([("examined", 54), ("failed", 5), ("unreachable", 7)]));
    let mut rules = BTreeMap::new();
    for finding in &expected.findings {
        *rules.entry(finding.rule).or_insert(0) += 1;
    }
    // A unit or two without a token server do not make a fleet that is.
    let cut_off = Fleet::new(8, Fleet::SEED).cut_off().expected().findings;
    let shown = |id| rules.contains_key(id) || cut_off.iter().any(|finding| finding.rule == id);
    assert!(!rules.contains_key("fleet-server-unreachable"));
    for rule in RULES {
        assert!(shown(rule.id), "no unit shows {}", rule.id);
    }
    assert_eq!(
        rules,
        BTreeMap::from([
            ("device-clock-drift", 1),
            ("device-ha-provisioning-fault", 1),
            ("device-missing-token", 1),
            ("device-no-break-glass", 1),
            ("device-no-capacity", 1),
            ("device-server-unknown", 2),
            ("device-server-unreachable", 2),
            ("device-spare-tokens", 1),
            ("device-trial-tokens", 1),
            ("fleet-errors-cluster", 1),
            ("fleet-licence-spread", 1),
            ("token-activation-error", 8),
            ("token-activation-expired", 1),
            ("token-activation-expiring", 1),
            ("token-already-activated", 4),
            ("token-drift", 3),
            ("token-duplicate-serial", 1),
            ("token-hardware-error", 1),
            ("token-held-elsewhere", 1),
            ("token-kind-mismatch", 2),
            ("token-locked", 4),
            ("token-no-contact", 2),
            ("token-provision-timeout", 9),
            ("token-two-holders", 1),
            ("token-unheld", 1),
            ("token-unknown-status", 3),
        ])
    );
}

#[test]
fn a_fleet_is_the_same_for_the_same_seed_and_grows_at_its_end() {
    let fleet = Fleet::new(300, 7);
    assert_eq!(fleet, Fleet::new(300, 7));
    assert_ne!(fleet, Fleet::new(300, 8));
    assert_eq!(fleet.devices()[..100], Fleet::new(100, 7).devices()[..]);
}

#[test]
fn serials_and_names_are_used_once_but_where_it_is_meant() {
    let fleet = Fleet::new(1000, Fleet::SEED);
    let mut names = BTreeSet::new();
    let mut serials = BTreeSet::new();
    let mut tokens: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for device in fleet.devices() {
        assert!(names.insert(&device.name), "{}", device.name);
        assert!(serials.insert(&device.serial), "{}", device.serial);
        assert_eq!(device.serial.len(), 16);
        for token in device.vdoms.iter().flat_map(|vdom| &vdom.tokens) {
            assert_eq!(token.serial.len(), 16);
            tokens.entry(&token.serial).or_default().push(&device.name);
        }
    }
    let shared: BTreeSet<_> = tokens.into_values().filter(|hosts| hosts.len() > 1).collect();
    let meant = [vec!["fgt-fra-03", "fgt-fra-04"], vec!["fgt-sao-01", "fgt-tor-01"]];
    assert_eq!(shared, BTreeSet::from(meant));
}

#[test]
fn who_holds_a_token_is_known_unless_it_is_new() {
    let mut odd = Vec::new();
    for device in Fleet::new(200, Fleet::SEED).devices() {
        for vdom in &device.vdoms {
            let holders: BTreeSet<_> = vdom
                .users
                .iter()
                .chain(&device.administrators)
                .filter_map(|account| account.token.as_deref())
                .collect();
            for token in &vdom.tokens {
                let held = holders.contains(token.serial.as_str());
                if held != (token.status != "new") {
                    odd.push(device.name.clone());
                }
            }
        }
    }
    assert_eq!(odd, ["fgt-sin-01"], "one token is in use and nobody's");
}

#[tokio::test]
async fn a_served_fleet_writes_its_own_inventory() {
    let fleet = Fleet::new(80, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let text = inventory_text(&serving);
    let inventory = loaded(SourceFile::new("lab.yml", text), VariableDirectory::default());
    let known_hosts = known_hosts_text(&serving);
    assert_eq!(inventory.hosts().len(), 80);
    for device in serving.devices() {
        let name = device.name.as_str();
        let host = inventory.hosts().find(|host| host.as_str() == name).unwrap();
        let variables = inventory.variables(name);
        let target = target(host, &variables, &ConnectionDefaults::default()).unwrap();
        assert_eq!(target.connection, Connection::Ssh);
        assert_eq!(target.address, device.address.ip().to_string());
        assert_eq!(target.port, device.address.port());
        assert_eq!(target.password.unwrap().expose(), device.password);
        assert_eq!(
            groups(&inventory, name),
            device.groups.iter().map(|group| (*group).to_owned()).collect()
        );
        let line = format!("[127.0.0.1]:{} {}\n", device.address.port(), serving.host_key());
        assert!(known_hosts.contains(&line), "{name}");
    }
}

#[tokio::test]
async fn a_thousand_units_listen_in_one_process() {
    let fleet = Fleet::new(1000, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let ports: BTreeSet<_> = serving.devices().iter().map(|device| device.address).collect();
    assert_eq!(ports.len(), 1000);
    let last = serving.devices().last().unwrap().address;
    tokio::net::TcpStream::connect(last).await.unwrap();
    serving.shutdown().await;
    tokio::net::TcpStream::connect(last).await.unwrap_err();
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let first_port = Some(taken.local_addr().unwrap().port());
    let hosting = Hosting { first_port, ..Hosting::default() };
    let error = Fleet::new(1, 1).serve(&hosting).await.err().unwrap();
    assert!(error.to_string().contains("cannot listen on 127.0.0.1:"), "{error}");
    let hosting = Hosting { first_port: Some(65_530), ..Hosting::default() };
    let error = Fleet::new(20, 1).serve(&hosting).await.err().unwrap();
    assert!(error.to_string().contains("20 devices do not fit"), "{error}");
}
