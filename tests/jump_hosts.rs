//! Through jump hosts and commands: a real sshd on loopback in front of simulated units.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]
#![allow(clippy::disallowed_methods, reason = "the tests write a server's configuration")]

#[path = "support/bastion.rs"]
mod bastion;
#[path = "support/desk.rs"]
mod desk;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bastion::Bastion;
use desk::Desk;
use serde_json::Value as Json;
use tokenfleet::lab::{Fleet, Hosting, ServedDevice, Serving, inventory_text, known_hosts_text};
use tokenfleet::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, KnownHostsFiles, Route, Secret, SourceFile,
    Stage, Target,
};
use tokenfleet::runner::{Connector, Transport};
use tokenfleet::ssh::{KnownHosts, SshConnector, SshSettings, SshTransport};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Ordinary units, without a fault.
async fn units(count: usize) -> Serving {
    Fleet::new(Fleet::CHARACTERS + count, Fleet::SEED).serve(&Hosting::default()).await.unwrap()
}

fn ordinary(serving: &Serving) -> &[ServedDevice] {
    &serving.devices()[Fleet::CHARACTERS..]
}

fn behind(route: &Route, device: &ServedDevice, serving: &Serving) -> Target {
    Target {
        host: HostName::new(device.name.as_str()),
        connection: Connection::Ssh,
        address: device.address.ip().to_string(),
        port: device.address.port(),
        user: device.user.clone(),
        password: Some(Secret::new(device.password.clone())),
        private_key_file: None,
        private_key_passphrase: None,
        identities_only: false,
        legacy: false,
        route: route.clone(),
        host_key: HostKeyPolicy::Pinned(serving.host_key().to_owned()),
        known_hosts: KnownHostsFiles::default(),
        connect_timeout: None,
        command_timeout: None,
    }
}

fn connector(known_hosts: &str) -> Arc<SshConnector> {
    let known_hosts = [known(known_hosts)].into();
    Arc::new(SshConnector::new(SshSettings { known_hosts, ..patient() }))
}

fn known(text: &str) -> (KnownHostsFiles, Vec<Arc<KnownHosts>>) {
    let mut known = KnownHosts::default();
    assert_eq!(known.read(&SourceFile::new("known_hosts", text)), []);
    (KnownHostsFiles::default(), vec![Arc::new(known)])
}

/// The tests share few processors.
fn patient() -> SshSettings {
    SshSettings::with_limit(Duration::from_secs(60))
}

async fn failure(connector: &SshConnector, target: &Target) -> HostFailure {
    match connector.connect(target).await {
        Ok(_) => panic!("the connection succeeded"),
        Err(failure) => failure,
    }
}

/// Everything up to the prompt; a banner is accepted on the way.
async fn prompt(transport: &mut SshTransport) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.ends_with("# ") && !text.ends_with("$ ") {
        if text.ends_with("accept):") {
            transport.write(b"a").await.unwrap();
        }
        let read = timeout(Duration::from_secs(30), transport.read(&mut buffer)).await;
        let count = read.unwrap_or_else(|_| panic!("no prompt after {text:?}")).unwrap();
        assert!(count > 0, "the stream ended after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sessions_share_four_connections() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(200).await;
    let connector = connector(&bastion.known_hosts());
    let route = Route::Jump(Arc::new(bastion.hop(Route::Direct)));
    let mut tasks = JoinSet::new();
    for device in ordinary(&serving) {
        let target = behind(&route, device, &serving);
        let connector = connector.clone();
        tasks.spawn(async move {
            let mut transport = connector.connect(&target).await.unwrap();
            prompt(&mut transport).await;
            transport
        });
    }
    let mut open = tasks.join_all().await;
    assert_eq!(open.len(), 200);
    assert_eq!(bastion.logins(), 4, "{}", bastion.log());
    // All of them together, still.
    for transport in &mut open {
        transport.write(b"get system status\n").await.unwrap();
    }
    for transport in &mut open {
        assert!(prompt(transport).await.contains("Version: Forti"));
    }
    drop(open);
    // Nothing stays behind: neither at the units, nor at the jump host.
    let begun = Instant::now();
    while serving.visitors() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "{} left", serving.visitors());
        sleep(Duration::from_millis(20)).await;
    }
    drop(connector);
    while bastion.log().matches("Disconnected from").count()
        + bastion.log().matches("Connection closed by").count()
        + bastion.log().matches("Connection reset by").count()
        < 4
    {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", bastion.log());
        sleep(Duration::from_millis(20)).await;
    }
}

/// What an audit found out, without what differs from run to run.
fn findings(desk: &Desk) -> (Json, Json, Vec<(String, String)>) {
    let report = desk.json();
    let devices = report["devices"].as_array().unwrap().iter();
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let outcomes =
        devices.map(|device| (text(&device["host"]), text(&device["outcome"]))).collect();
    (report["tokens"].clone(), report["findings"].clone(), outcomes)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_through_a_jump_host_finds_the_same() {
    let Some(bastion) = Bastion::start("") else { return };
    let fleet = Fleet::new(200, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    let inventory = inventory_text(&serving);
    let common = format!(
        "    ansible_ssh_common_args: '-o ProxyJump={}@127.0.0.1:{}'\n    \
         ansible_ssh_proxy_jump_private_key_file: {}\n",
        Bastion::user(),
        bastion.port,
        bastion.path("user").display()
    );
    let jumping = inventory.replacen("  hosts:\n", &format!("{common}  hosts:\n"), 1);
    let audit = |inventory: &str, known_hosts: &str| {
        let desk = Desk::new();
        let inventory = desk.file("hosts.yml", inventory);
        let known_hosts = desk.file("known", known_hosts);
        let arguments = ["playbooks/fortitoken-audit.yml", "-i", &inventory, "-f", "200"];
        let known_hosts = ["--known-hosts", &known_hosts, "-T", "20"];
        let outcome = desk.audit(&[&arguments[..], &known_hosts[..]].concat());
        assert_eq!(outcome.code, 2 | 4 | 8, "{}", outcome.err);
        (findings(&desk), outcome)
    };
    let known = known_hosts_text(&serving);
    let jumped = tokio::task::block_in_place(|| audit(&jumping, &(known + &bastion.known_hosts())));
    assert_eq!(bastion.logins(), 4);
    let (tokens, found, outcomes) = jumped.0;
    let expected = fleet.expected();
    let wanted: Vec<_> =
        expected.outcomes.iter().map(|(h, o)| (h.clone(), (*o).to_owned())).collect();
    assert_eq!(outcomes, wanted);
    assert_eq!(found.as_array().unwrap().len(), expected.findings.len());
    // Every token of every unit, as the unit holds it.
    let mut held = Vec::new();
    for device in fleet.devices() {
        let is_examined = wanted.iter().any(|(h, o)| *h == device.name && o == "examined");
        for vdom in device.readable_vdoms().filter(|_| is_examined) {
            for token in &vdom.tokens {
                held.push((device.name.clone(), token.serial.clone(), token.status.to_owned()));
            }
        }
    }
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let examined = |host: &str| wanted.iter().any(|(h, o)| h == host && o == "examined");
    let reported: Vec<_> = tokens
        .as_array()
        .unwrap()
        .iter()
        .map(|token| (text(&token["host"]), text(&token["serial"]), text(&token["status"])))
        .filter(|(host, _, _)| examined(host))
        .collect();
    assert!(held.len() > 1000, "{}", held.len());
    assert_eq!(reported, held);
    assert!(serving.harm().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_jump_host_behind_another() {
    let (Some(first), Some(second)) = (Bastion::start(""), Bastion::start("")) else { return };
    let serving = units(20).await;
    let connector = connector(&(first.known_hosts() + &second.known_hosts()));
    let outer = Route::Jump(Arc::new(first.hop(Route::Direct)));
    let mut hop = second.hop(outer);
    // Its own key; an RSA one.
    hop.private_key_file = Some(second.path("user_rsa"));
    let route = Route::Jump(Arc::new(hop));
    let mut tasks = JoinSet::new();
    for device in ordinary(&serving) {
        let (connector, target) = (connector.clone(), behind(&route, device, &serving));
        tasks.spawn(async move { prompt(&mut connector.connect(&target).await.unwrap()).await });
    }
    assert_eq!(tasks.join_all().await.len(), 20);
    // The connections to the second one are what the first one carries.
    assert!(second.logins() <= 4 && first.logins() == 1, "{} {}", second.logins(), first.logins());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_is_held_against_known_hosts() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(1).await;
    let route = Route::Jump(Arc::new(bastion.hop(Route::Direct)));
    let target = behind(&route, &ordinary(&serving)[0], &serving);
    let unknown = failure(&connector(""), &target).await;
    assert_eq!(unknown.stage, Stage::HostKey);
    let begin =
        format!("jump host `bastion`: the host key of [127.0.0.1]:{} is not known", bastion.port);
    assert!(unknown.message.starts_with(&begin), "{unknown}");

    let other = std::fs::read_to_string(bastion.path("user.pub")).unwrap();
    let changed = connector(&format!("[127.0.0.1]:{} {other}", bastion.port));
    let changed = failure(&changed, &target).await;
    assert!(changed.message.contains("has changed"), "{changed}");
    assert_eq!(bastion.logins(), 0);

    // The device behind it is checked as well, end to end.
    let target = Target { host_key: HostKeyPolicy::Strict, ..target };
    let failure = failure(&connector(&bastion.known_hosts()), &target).await;
    assert_eq!(failure.stage, Stage::HostKey);
    assert!(failure.message.starts_with("the host key of [127.0.0.1]:"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_that_refuses_the_login_is_asked_once() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(30).await;
    let mut hop = bastion.hop(Route::Direct);
    hop.private_key_file = Some(bastion.path("host"));
    let route = Route::Jump(Arc::new(hop));
    let connector = connector(&bastion.known_hosts());
    let mut tasks = JoinSet::new();
    for device in ordinary(&serving) {
        let (connector, target) = (connector.clone(), behind(&route, device, &serving));
        tasks.spawn(async move { failure(&connector, &target).await });
    }
    for failure in tasks.join_all().await {
        assert_eq!(failure.stage, Stage::Authenticate);
        assert!(
            failure.message.starts_with("jump host `bastion`: it refused the key"),
            "{failure}"
        );
    }
    assert_eq!(bastion.log().matches("Failed publickey").count(), 1, "{}", bastion.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_a_device_is_not_sent_to_a_jump_host() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(1).await;
    let mut hop = bastion.hop(Route::Direct);
    hop.private_key_file = None;
    let route = Route::Jump(Arc::new(hop));
    let target = behind(&route, &ordinary(&serving)[0], &serving);
    let failure = failure(&connector(&bastion.known_hosts()), &target).await;
    assert_eq!(failure.stage, Stage::Authenticate);
    assert!(failure.message.starts_with("jump host `bastion`: there is neither"), "{failure}");
    assert!(failure.remedy.contains("ansible_ssh_proxy_jump_password"), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_that_cannot_be_reached() {
    let Some(bastion) = Bastion::start("AllowTcpForwarding no") else { return };
    let serving = units(1).await;
    let connector = connector(&bastion.known_hosts());
    let route = Route::Jump(Arc::new(bastion.hop(Route::Direct)));
    let device = &ordinary(&serving)[0];
    let forbidden = failure(&connector, &behind(&route, device, &serving)).await;
    let place = format!("127.0.0.1 port {}", device.address.port());
    assert_eq!(
        forbidden.message,
        format!("jump host `bastion` does not allow a connection to {place}")
    );

    let closed = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port();
    let hop = Target { port: closed, ..bastion.hop(Route::Direct) };
    let target = behind(&Route::Jump(Arc::new(hop)), device, &serving);
    let refused = failure(&connector, &target).await;
    let message = format!("jump host `bastion`: 127.0.0.1 port {closed} refused the connection");
    assert_eq!((refused.stage, refused.message), (Stage::Connect, message));

    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let limit = Some(Duration::from_secs(1));
    let port = silent.local_addr().unwrap().port();
    let hop = Target { port, connect_timeout: limit, ..bastion.hop(Route::Direct) };
    let target = behind(&Route::Jump(Arc::new(hop)), device, &serving);
    let begun = Instant::now();
    let mute = failure(&connector, &target).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(mute.message.starts_with("jump host `bastion`: the connection was accepted"), "{mute}");
}

/// A port whose queue of connections is full, so that it answers nobody.
async fn black_hole() -> (TcpListener, Vec<tokio::net::TcpStream>, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        timeout(Duration::from_millis(300), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    (listener, waiting, address.port())
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_and_silent_devices_hold_up_nobody() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(40).await;
    let connector = connector(&bastion.known_hosts());
    let route = Route::Jump(Arc::new(bastion.hop(Route::Direct)));
    let (_listener, _waiting, hole) = black_hole().await;
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mute = silent.local_addr().unwrap().port();
    let limit = Duration::from_secs(10);
    let mut troubled = JoinSet::new();
    for (port, message) in [
        (hole, format!("jump host `bastion` did not reach 127.0.0.1 port {hole} within 10 s")),
        (mute, "the connection was accepted, but no SSH version line came within 10 s".to_owned()),
    ] {
        for device in &ordinary(&serving)[..10] {
            let target = behind(&route, device, &serving);
            let target = Target { port, connect_timeout: Some(limit), ..target };
            let (connector, message) = (connector.clone(), message.clone());
            troubled.spawn(async move {
                let begun = Instant::now();
                assert_eq!(failure(&connector, &target).await.message, message);
                assert!(begun.elapsed() < limit + Duration::from_secs(5), "{:?}", begun.elapsed());
            });
        }
    }
    sleep(Duration::from_millis(500)).await;
    let begun = Instant::now();
    // One that has much to say to a session that does not read.
    let target = behind(&route, &ordinary(&serving)[0], &serving);
    let mut talkative = connector.connect(&target).await.unwrap();
    for _ in 0..200 {
        talkative.write(b"show user local\n").await.unwrap();
    }
    let mut healthy = JoinSet::new();
    for device in ordinary(&serving) {
        let (connector, target) = (connector.clone(), behind(&route, device, &serving));
        healthy.spawn(async move { prompt(&mut connector.connect(&target).await.unwrap()).await });
    }
    assert_eq!(healthy.join_all().await.len(), 40);
    assert!(begun.elapsed() < limit - Duration::from_secs(1), "{:?}", begun.elapsed());
    troubled.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_begin_slowly_through_each_jump_host_by_itself() {
    let (Some(first), Some(second)) = (Bastion::start(""), Bastion::start("")) else { return };
    let serving = units(9).await;
    let known = [known(&(first.known_hosts() + &second.known_hosts()))].into();
    let settings = SshSettings { known_hosts: known, jump_ramp: NonZeroU32::new(4), ..patient() };
    let connector = Arc::new(SshConnector::new(settings));
    let routes = [&first, &second].map(|b| Route::Jump(Arc::new(b.hop(Route::Direct))));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (number, route) in routes.iter().chain([&Route::Direct]).enumerate() {
        for device in ordinary(&serving) {
            let (connector, target) = (connector.clone(), behind(route, device, &serving));
            tasks.spawn(async move {
                connector.connect(&target).await.unwrap();
                (number, begun.elapsed())
            });
        }
    }
    let mut came = tasks.join_all().await;
    came.sort();
    let (jumped, direct) = came.split_at(18);
    for (place, (_, time)) in jumped.iter().enumerate().map(|(index, came)| (index % 9, came)) {
        let earliest = Duration::from_millis(250) * u32::try_from(place).unwrap();
        assert!(*time >= earliest, "{place}: {jumped:?}");
    }
    // Both at the same time, and those that come straight are held up by neither.
    assert!(jumped.iter().all(|(_, time)| *time < Duration::from_secs(4)), "{jumped:?}");
    assert!(direct.iter().all(|(_, time)| time < &jumped[17].1), "{direct:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_jump_host_takes_its_devices_along_and_no_others() {
    let (Some(bastion), Some(other)) = (Bastion::start(""), Bastion::start("")) else { return };
    let serving = units(20).await;
    let connector = connector(&(bastion.known_hosts() + &other.known_hosts()));
    let through = |bastion: &Bastion| Route::Jump(Arc::new(bastion.hop(Route::Direct)));
    let (doomed, safe) = (through(&bastion), through(&other));
    for round in 0..4 {
        let mut transports = Vec::new();
        for (index, device) in ordinary(&serving).iter().enumerate() {
            let route = if index % 2 == 0 { &doomed } else { &safe };
            match connector.connect(&behind(route, device, &serving)).await {
                Ok(mut transport) => {
                    prompt(&mut transport).await;
                    transports.push((index, transport));
                }
                // After some failures it is left alone.
                Err(failure) => {
                    assert!(round == 3 && index % 2 == 0, "{round}: {failure}");
                    assert_eq!(failure.message, "the connection to jump host `bastion` was lost");
                }
            }
        }
        if round == 3 {
            assert_eq!(transports.len(), 10);
            return;
        }
        bastion.cut();
        for (index, transport) in &mut transports {
            if *index % 2 == 0 {
                let end = timeout(Duration::from_secs(20), transport.read(&mut [0; 64])).await;
                let error = end.unwrap().unwrap_err().to_string();
                assert_eq!(error, "the connection to jump host `bastion` was lost");
            } else {
                transport.write(b"get system status\n").await.unwrap();
                assert!(prompt(transport).await.contains("Version: Forti"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_command_carries_a_session() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(1).await;
    std::fs::write(bastion.path("known"), bastion.known_hosts()).unwrap();
    let device = &ordinary(&serving)[0];
    let command = format!(
        "ssh -F none -o BatchMode=yes -o UserKnownHostsFile={} -i {} -p {} -W 127.0.0.1:{} {}@127.0.0.1",
        bastion.path("known").display(),
        bastion.path("user").display(),
        bastion.port,
        device.address.port(),
        Bastion::user(),
    );
    let target = behind(&Route::Command(command), device, &serving);
    let mut transport = connector("").connect(&target).await.unwrap();
    prompt(&mut transport).await;
    transport.write(b"get system status\n").await.unwrap();
    assert!(prompt(&mut transport).await.contains("Version: Forti"));
    bastion.cut();
    let end = timeout(Duration::from_secs(20), transport.read(&mut [0; 64])).await.unwrap();
    let error = end.unwrap_err().to_string();
    assert!(error.starts_with("the ProxyCommand `ssh -F none "), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_command_that_fails_says_why() {
    let serving = units(1).await;
    let device = &ordinary(&serving)[0];
    let with = |command: &str| Target {
        connect_timeout: Some(Duration::from_secs(1)),
        ..behind(&Route::Command(command.to_owned()), device, &serving)
    };
    let connector = connector("");
    let said = failure(&connector, &with("sh -c 'echo no route >&2; exit 3'")).await;
    assert!(said.message.ends_with("ended with status 3: no route"), "{said}");
    assert_eq!(said.stage, Stage::Handshake);
    let missing = failure(&connector, &with("no-such-program-here")).await;
    assert!(missing.message.contains("was not found: "), "{missing}");
    // One that does nothing is killed when the time is up.
    let file = tempfile::NamedTempFile::new().unwrap();
    let command = format!("sh -c 'echo $$ > {}; exec sleep 60'", file.path().display());
    let late = failure(&connector, &with(&command)).await;
    assert!(late.message.contains("no SSH version line came within 1 s"), "{late}");
    let id = std::fs::read_to_string(file.path()).unwrap();
    let process = std::path::PathBuf::from(format!("/proc/{}", id.trim()));
    for _ in 0..100 {
        if !process.exists() {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("the command still runs");
}

#[tokio::test]
async fn a_session_given_up_is_closed_at_the_jump_host() {
    let Some(bastion) = Bastion::start("") else { return };
    let serving = units(1).await;
    let connector = connector(&bastion.known_hosts());
    let route = Route::Jump(Arc::new(bastion.hop(Route::Direct)));
    let device = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = device.local_addr().unwrap().port();
    let target = Target { port, ..behind(&route, &ordinary(&serving)[0], &serving) };
    let connecting = tokio::spawn(async move { connector.connect(&target).await.map(drop) });
    let (mut socket, _) = device.accept().await.unwrap();
    sleep(Duration::from_millis(100)).await;
    connecting.abort();
    let end = timeout(Duration::from_secs(10), socket.read_to_end(&mut Vec::new())).await;
    end.expect("the jump host hangs up").unwrap();
}
