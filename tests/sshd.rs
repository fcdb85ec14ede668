//! Over a real OpenSSH server on loopback, which each test starts and stops by itself, with keys
//! of its own. Without `/usr/sbin/sshd` (Debian: `openssh-server`) the tests say so and pass.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]
#![allow(clippy::disallowed_methods, reason = "the tests write a server's configuration")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/ssh_agent.rs"]
mod ssh_agent;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, thread};

use desk::{Desk, Outcome};
use ssh_agent::{SshAgent, lock};
use tempfile::TempDir;
use tokenfleet::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, KnownHostsFiles, Route, Secret, SourceFile,
    Stage, Target,
};
use tokenfleet::runner::{Connector, Transport};
use tokenfleet::ssh::{KnownHosts, SshConnector, SshSettings, SshTransport};
use tokio::time::timeout;

const PROGRAM: &str = "/usr/sbin/sshd";

/// A running sshd whose only command is the small FortiOS-like shell.
struct Sshd {
    folder: TempDir,
    port: u16,
    process: Child,
}

impl Sshd {
    /// Starts one with `options` besides the usual; `None` where there is none to start.
    fn start(options: &str) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            eprintln!("SKIPPED: {PROGRAM} is missing, so nothing was tested against OpenSSH");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for kind in ["ed25519", "ecdsa", "rsa"] {
            generate(&folder.path().join(format!("host_{kind}")), kind, "");
            generate(&folder.path().join(format!("user_{kind}")), kind, "");
        }
        let authorized: String = ["ed25519", "ecdsa", "rsa"]
            .iter()
            .map(|kind| fs::read_to_string(folder.path().join(format!("user_{kind}.pub"))).unwrap())
            .collect();
        fs::write(folder.path().join("authorized_keys"), authorized).unwrap();

        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let here = folder.path().display();
        let shell = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/fortios-shell.sh");
        let configuration = format!(
            "Port {port}\nListenAddress 127.0.0.1\nPidFile none\nStrictModes no\nUsePAM no\n\
             HostKey {here}/host_ed25519\nHostKey {here}/host_ecdsa\nHostKey {here}/host_rsa\n\
             AuthorizedKeysFile {here}/authorized_keys\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n\
             MaxStartups 500\nForceCommand /bin/sh '{shell}'\n{options}\n"
        );
        let file = folder.path().join("sshd_config");
        fs::write(&file, configuration).unwrap();
        // Where root starts it, sshd wants the folder in which it confines itself.
        let _ = fs::create_dir_all("/run/sshd");
        let process = Command::new(PROGRAM)
            .args(["-D", "-e", "-f"])
            .arg(&file)
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let sshd = Self { folder, port, process };
        sshd.wait_until_it_listens();
        Some(sshd)
    }

    fn wait_until_it_listens(&self) {
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("sshd does not listen: {}", self.read("log"));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// `TYPE BASE64` of a host key.
    fn host_key(&self, kind: &str) -> String {
        let line = self.read(&format!("host_{kind}.pub"));
        line.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    fn target(&self, key: &str) -> Target {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        Target {
            host: HostName::from("fgt-sshd"),
            connection: Connection::Ssh,
            address: "127.0.0.1".to_owned(),
            port: self.port,
            user: String::from_utf8(user).unwrap().trim().to_owned(),
            password: None,
            private_key_file: Some(self.path(key)),
            private_key_passphrase: None,
            identities_only: false,
            legacy: false,
            host_key: HostKeyPolicy::Strict,
            route: Route::Direct,
            known_hosts: KnownHostsFiles::default(),
            connect_timeout: None,
            command_timeout: None,
        }
    }

    /// Connects with a host key of that type alone in `known_hosts`.
    async fn connect(&self, target: &Target, known: &str) -> Result<SshTransport, HostFailure> {
        let line = format!("[127.0.0.1]:{} {}\n", self.port, self.host_key(known));
        connector(&line).connect(target).await
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn generate(file: &Path, kind: &str, passphrase: &str) {
    // Small RSA keys are made quickly.
    let bits: &[&str] = if kind == "rsa" { &["-b", "2048"] } else { &[] };
    let made = Command::new("ssh-keygen")
        .args(bits)
        .args(["-q", "-t", kind, "-N", passphrase, "-C", "test", "-f"])
        .arg(file)
        .status()
        .unwrap();
    assert!(made.success());
}

fn connector(known_hosts: &str) -> SshConnector {
    let mut known = KnownHosts::default();
    assert_eq!(known.read(&SourceFile::new("known_hosts", known_hosts)), []);
    SshConnector::new(SshSettings {
        known_hosts: [(KnownHostsFiles::default(), vec![Arc::new(known)])].into(),
        ..SshSettings::default()
    })
}

/// Everything up to the next prompt.
async fn answer(transport: &mut SshTransport) -> String {
    let mut text = String::new();
    let mut buffer = [0; 1024];
    while !text.ends_with("FGT-SSHD # ") {
        let read = timeout(Duration::from_secs(20), transport.read(&mut buffer)).await;
        let count = read.expect("an answer in time").unwrap();
        assert!(count > 0, "the stream ended after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}

async fn stage_and_message(result: Result<SshTransport, HostFailure>) -> (Stage, String) {
    let failure = result.err().expect("a failure");
    (failure.stage, failure.message)
}

#[tokio::test]
async fn keys_of_every_type_log_in_and_commands_are_answered() {
    let Some(sshd) = Sshd::start("Banner none") else { return };
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let target = sshd.target(&format!("user_{kind}"));
        let mut transport = sshd.connect(&target, kind).await.unwrap();
        assert_eq!(answer(&mut transport).await, "FGT-SSHD # ");
        transport.write(b"diagnose fortitoken info\n").await.unwrap();
        let text = answer(&mut transport).await;
        assert!(text.starts_with("diagnose fortitoken info\r\nFORTITOKEN        DRIFT"), "{text}");
        assert!(text.contains("\r\nFTKMOB0000000004  0      provision timeout\r\n"), "{text}");
        transport.write(b"exit\n").await.unwrap();
        let mut rest = [0; 64];
        while transport.read(&mut rest).await.unwrap() > 0 {}
    }
}

#[tokio::test]
async fn the_key_file_in_pem_form_works_too() {
    let Some(sshd) = Sshd::start("") else { return };
    for kind in ["ecdsa", "rsa"] {
        let name = format!("user_{kind}");
        let converted = Command::new("ssh-keygen")
            .args(["-q", "-p", "-m", "PEM", "-N", "", "-f"])
            .arg(sshd.path(&name))
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(converted.success());
        assert!(!sshd.read(&name).contains("OPENSSH"));
        sshd.connect(&sshd.target(&name), "ed25519").await.unwrap();
    }
}

#[tokio::test]
async fn what_fortios_offers_is_enough() {
    let hardened = "KexAlgorithms diffie-hellman-group-exchange-sha256\nCiphers aes256-ctr\n\
                    MACs hmac-sha2-256\nHostKeyAlgorithms rsa-sha2-512,ssh-ed25519\n\
                    PubkeyAcceptedAlgorithms rsa-sha2-512,ssh-ed25519";
    let default = "KexAlgorithms ecdh-sha2-nistp521\nCiphers aes256-gcm@openssh.com\n\
                   HostKeyAlgorithms ecdsa-sha2-nistp256";
    for (options, known, key, agreed) in [
        (
            hardened,
            "rsa",
            "user_rsa",
            "diffie-hellman-group-exchange-sha256, rsa-sha2-512, aes256-ctr, hmac-sha2-256",
        ),
        (
            hardened,
            "ed25519",
            "user_ed25519",
            "diffie-hellman-group-exchange-sha256, ssh-ed25519, aes256-ctr, hmac-sha2-256",
        ),
        (
            default,
            "ecdsa",
            "user_ecdsa",
            "ecdh-sha2-nistp521, ecdsa-sha2-nistp256, aes256-gcm@openssh.com",
        ),
    ] {
        let groups = small_groups();
        let options = format!("{options}\nModuliFile {}", groups.path().display());
        let Some(sshd) = Sshd::start(&options) else { return };
        for legacy in [false, true] {
            let target = Target { legacy, ..sshd.target(key) };
            let mut transport = sshd.connect(&target, known).await.unwrap();
            answer(&mut transport).await;
            let negotiated = transport.negotiated().unwrap().to_string();
            let (server, algorithms) = negotiated.split_once(": ").unwrap();
            assert!(server.starts_with("SSH-2.0-OpenSSH"), "{server}");
            assert_eq!(algorithms, agreed);
        }
    }
}

/// Groups of 2048 bits alone, as FortiOS has them by default (`dh-params`).
fn small_groups() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let all = fs::read_to_string("/etc/ssh/moduli").unwrap_or_default();
    let is_small = |line: &&str| line.split(' ').nth(4) == Some("2047");
    let small: Vec<_> = all.lines().filter(is_small).collect();
    fs::write(file.path(), small.join("\n") + "\n").unwrap();
    file
}

#[tokio::test]
async fn nothing_in_common_is_said() {
    let Some(sshd) = Sshd::start("KexAlgorithms sntrup761x25519-sha512@openssh.com") else {
        return;
    };
    let failure = sshd.connect(&sshd.target("user_ed25519"), "ed25519").await.err().unwrap();
    assert_eq!(failure.stage, Stage::Handshake);
    let said = "the device and tokenfleet have no key exchange method in common (it offers \
                sntrup761x25519-sha512@openssh.com; tokenfleet ";
    assert!(failure.message.starts_with(said), "{failure}");
    assert!(!failure.remedy.contains("ssh_legacy"), "{}", failure.remedy);
}

#[tokio::test]
async fn a_unit_of_the_sha_1_era_wants_the_setting_that_allows_it() {
    let old = "KexAlgorithms diffie-hellman-group14-sha1\nCiphers aes128-cbc\nMACs hmac-sha1\n\
               HostKeyAlgorithms ssh-rsa";
    let Some(sshd) = Sshd::start(old) else { return };
    let mut target = sshd.target("user_ed25519");
    let failure = sshd.connect(&target, "rsa").await.err().unwrap();
    assert_eq!(failure.stage, Stage::Handshake);
    for part in ["key exchange method", "host key type", "message authentication code"] {
        assert!(failure.message.contains(&format!("no {part} in common")), "{failure}");
    }
    assert!(failure.remedy.starts_with("Set `ssh_legacy: true`"), "{}", failure.remedy);

    target.legacy = true;
    let mut transport = sshd.connect(&target, "rsa").await.unwrap();
    answer(&mut transport).await;
    let negotiated = transport.negotiated().unwrap().to_string();
    assert!(
        negotiated.ends_with(": diffie-hellman-group14-sha1, ssh-rsa, aes128-cbc, hmac-sha1"),
        "{negotiated}"
    );
}

#[tokio::test]
async fn host_keys_are_held_against_known_hosts() {
    let Some(sshd) = Sshd::start("") else { return };
    let mut target = sshd.target("user_ed25519");
    let name = format!("[127.0.0.1]:{}", sshd.port);

    // Whichever of the server's keys is known is asked for.
    for kind in ["ed25519", "ecdsa", "rsa"] {
        sshd.connect(&target, kind).await.unwrap();
    }
    let (stage, message) = stage_and_message(connector("").connect(&target).await).await;
    assert_eq!(stage, Stage::HostKey);
    assert!(message.starts_with(&format!("the host key of {name} is not known")), "{message}");

    let other = sshd.read("user_ed25519.pub");
    let changed = format!("{name} {other}");
    let (stage, message) = stage_and_message(connector(&changed).connect(&target).await).await;
    assert_eq!(stage, Stage::HostKey);
    assert!(message.starts_with(&format!("the host key of {name} has changed")), "{message}");

    let revoked =
        format!("{name} {}\n@revoked * {}\n", sshd.host_key("ed25519"), sshd.host_key("ed25519"));
    let (_, message) = stage_and_message(connector(&revoked).connect(&target).await).await;
    assert!(message.ends_with("which known_hosts:2:1 revokes"), "{message}");

    target.host_key = HostKeyPolicy::AcceptNew;
    let learning = connector("");
    learning.connect(&target).await.unwrap();
    let learned = learning
        .host_keys()
        .news_for(&KnownHostsFiles::default(), &KnownHosts::default())
        .lines
        .join("\n");
    target.host_key = HostKeyPolicy::Strict;
    connector(&learned).connect(&target).await.unwrap();
    // What was learned is what OpenSSH finds.
    let file = sshd.path("known_hosts");
    fs::write(&file, learned + "\n").unwrap();
    let found = Command::new("ssh-keygen").args(["-F", &name, "-f"]).arg(&file).output().unwrap();
    assert!(found.status.success());

    target.host_key = HostKeyPolicy::Off;
    connector("").connect(&target).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_not_authorised_is_refused_once() {
    let Some(sshd) = Sshd::start("LogLevel VERBOSE") else { return };
    generate(&sshd.path("stranger"), "ed25519", "");
    let target = sshd.target("stranger");
    let (stage, message) = stage_and_message(sshd.connect(&target, "ed25519").await).await;
    assert_eq!(stage, Stage::Authenticate);
    let file = sshd.path("stranger");
    assert_eq!(
        message,
        format!("the device refused the key {} of `{}`", file.display(), target.user)
    );
    let attempts = sshd.read("log").matches("Failed publickey").count();
    assert_eq!(attempts, 1, "{}", sshd.read("log"));
}

#[tokio::test]
async fn a_key_with_a_passphrase_wants_it_before_any_packet() {
    let Some(sshd) = Sshd::start("LogLevel VERBOSE") else { return };
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let name = format!("user_{kind}");
        lock(&sshd.path(&name), &[]);
        let mut target = sshd.target(&name);
        target.private_key_passphrase = Some(Secret::new("canary"));
        sshd.connect(&target, "ed25519").await.unwrap();

        target.port = 1;
        for (passphrase, said) in
            [(None, "is protected by a passphrase"), (Some("wrong"), "cannot be unlocked: ")]
        {
            target.private_key_passphrase = passphrase.map(Secret::new);
            let (stage, message) = stage_and_message(connector("").connect(&target).await).await;
            assert_eq!(stage, Stage::Authenticate);
            assert!(message.contains(said) && !message.contains("canary"), "{message}");
        }
    }
}

#[tokio::test]
async fn a_locked_key_in_pem_form_works_too() {
    let Some(sshd) = Sshd::start("LogLevel VERBOSE") else { return };
    for form in ["PEM", "PKCS8"] {
        for kind in ["ecdsa", "rsa"] {
            let name = format!("user_{kind}");
            let file = sshd.path(&format!("{kind}.{form}"));
            fs::copy(sshd.path(&name), &file).unwrap();
            lock(&file, &["-m", form]);
            assert!(fs::read_to_string(&file).unwrap().contains("ENCRYPTED"));
            let mut target = sshd.target(&name);
            target.private_key_file = Some(file);
            target.private_key_passphrase = Some(Secret::new("canary"));
            sshd.connect(&target, "ed25519").await.unwrap();

            target.private_key_passphrase = Some(Secret::new("wrong"));
            let before = sshd.read("log").matches("Failed publickey").count();
            let (_, message) = stage_and_message(sshd.connect(&target, "ed25519").await).await;
            assert!(message.contains("cannot be used: "), "{message}");
            // Nothing was offered to the server, so that nothing counts there.
            assert_eq!(sshd.read("log").matches("Failed publickey").count(), before);
        }
    }
}

/// Runs the audit through the binary, with an agent and more variables of the one host.
fn audit(sshd: &Sshd, agent: &Path, more: &[&str]) -> (Desk, Outcome) {
    audit_with(sshd, agent, more, "")
}

/// The same, with that in `~/.ssh/config`.
fn audit_with(sshd: &Sshd, agent: &Path, more: &[&str], config: &str) -> (Desk, Outcome) {
    let desk = Desk::new();
    desk.file(".ssh/config", config);
    let target = sshd.target("user_ed25519");
    let hosts = desk.file(
        "hosts.ini",
        &format!(
            "fgt-sshd ansible_host=127.0.0.1 ansible_port={} ansible_user={} {}\n",
            sshd.port,
            target.user,
            more.join(" ")
        ),
    );
    let name = format!("[127.0.0.1]:{}", sshd.port);
    let known = desk.file("known_hosts", &format!("{name} {}\n", sshd.host_key("ed25519")));
    let reports = desk.path("reports");
    let arguments = [
        "run",
        "playbooks/fortitoken-audit.yml",
        "-i",
        &hosts,
        "--known-hosts",
        &known,
        "--store",
        "none",
        "-o",
        reports.to_str().unwrap(),
    ];
    let outcome = desk.finish(desk.command(&arguments).env("SSH_AUTH_SOCK", agent));
    (desk, outcome)
}

fn failure_of(desk: &Desk) -> String {
    desk.json()["devices"][0]["failure"]["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_agent_logs_in_with_the_key_that_is_meant_and_with_no_other() {
    let Some(sshd) = Sshd::start("LogLevel VERBOSE") else { return };
    generate(&sshd.path("stranger"), "ed25519", "");
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let key = sshd.path(&format!("user_{kind}"));
        let agent = SshAgent::start(sshd.folder.path(), std::slice::from_ref(&key));
        let (desk, outcome) = audit(&sshd, &agent.socket, &[]);
        assert_eq!(outcome.code, 8, "{kind}: {}", outcome.err);
        assert_eq!(desk.json()["devices"][0]["outcome"], "examined", "{}", outcome.err);
    }
    assert_eq!(sshd.read("log").matches("Accepted publickey").count(), 3);

    let both = [sshd.path("stranger"), sshd.path("user_ecdsa")];
    let agent = SshAgent::start(sshd.folder.path(), &both);
    let (desk, outcome) = audit(&sshd, &agent.socket, &[]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    assert!(failure_of(&desk).starts_with("the agent holds 2 keys, and none is named for "));
    assert_eq!(sshd.read("log").matches("Failed publickey").count(), 0);

    // Its public key names it; so does a locked private key with the public one beside it.
    let public = format!("ansible_ssh_private_key_file={}.pub", sshd.path("user_ecdsa").display());
    assert_eq!(audit(&sshd, &agent.socket, &[&public]).1.code, 8);
    lock(&sshd.path("user_ecdsa"), &[]);
    let locked = format!("ansible_ssh_private_key_file={}", sshd.path("user_ecdsa").display());
    assert_eq!(audit(&sshd, &agent.socket, &[&locked]).1.code, 8);
    assert_eq!(sshd.read("log").matches("Failed publickey").count(), 0);

    let other = format!("ansible_ssh_private_key_file={}.pub", sshd.path("user_rsa").display());
    let (desk, _) = audit(&sshd, &agent.socket, &[&other]);
    assert!(failure_of(&desk).ends_with("holds a public key, and no agent holds the private one"));
    let stranger = format!("ansible_ssh_private_key_file={}", sshd.path("stranger.pub").display());
    let (desk, _) = audit(&sshd, &agent.socket, &[&stranger]);
    assert!(failure_of(&desk).starts_with("the device refused the key SHA256:"));
    assert_eq!(sshd.read("log").matches("Failed publickey").count(), 1);
}

#[test]
fn with_identities_only_no_key_is_tried_that_is_not_named() {
    let Some(sshd) = Sshd::start("LogLevel VERBOSE") else { return };
    generate(&sshd.path("stranger"), "ed25519", "");
    let agent = SshAgent::start(sshd.folder.path(), &[sshd.path("stranger")]);
    let config = "Match host 127.0.0.1\n  IdentitiesOnly yes\n";
    for (more, config) in [("", config), ("ansible_ssh_args='-o IdentitiesOnly=yes'", "")] {
        let (desk, outcome) = audit_with(&sshd, &agent.socket, &[more], config);
        assert_eq!(outcome.code, 4, "{}", outcome.err);
        assert!(failure_of(&desk).starts_with("there is neither a password nor a key for "));
        assert!(!outcome.err.contains("ignored"), "{}", outcome.err);
    }
    // The key that is named is tried: one of the agent by its public key, or one of a file.
    let config = format!(
        "{config}  IdentityFile {}\n  IdentityFile {}\n",
        sshd.path("user_ecdsa").display(),
        sshd.path("stranger").display()
    );
    let (_, outcome) = audit_with(&sshd, &agent.socket, &[], &config);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let held = SshAgent::start(sshd.folder.path(), &[sshd.path("stranger"), sshd.path("user_rsa")]);
    let config = config.replacen("user_ecdsa", "user_rsa.pub", 1);
    let (_, outcome) = audit_with(&sshd, &held.socket, &[], &config);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    assert_eq!(sshd.read("log").matches("Accepted publickey").count(), 2);
    assert_eq!(sshd.read("log").matches("Failed publickey").count(), 0);
    // Without the option the agent's only key is the one.
    let agent = SshAgent::start(sshd.folder.path(), &[sshd.path("stranger")]);
    let overruled = "ansible_ssh_args='-o IdentitiesOnly=no'";
    let (desk, _) = audit_with(&sshd, &agent.socket, &[overruled], "IdentitiesOnly yes\n");
    assert!(failure_of(&desk).starts_with("the device refused the key SHA256:"));
}

#[test]
fn an_agent_that_never_signs_holds_nobody_up() {
    let Some(sshd) = Sshd::start("") else { return };
    let agent = SshAgent::start(sshd.folder.path(), &[sshd.path("user_ed25519")]);
    // It lists its keys for the first two questions, and is silent from then on.
    let relay = sshd.path("relay");
    let listener = std::os::unix::net::UnixListener::bind(&relay).unwrap();
    let real = agent.socket.clone();
    thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let (real, mut stream) = (real.clone(), stream.unwrap());
            let mut request = [0; 5];
            std::io::Read::read_exact(&mut stream, &mut request).unwrap();
            let mut upstream = std::os::unix::net::UnixStream::connect(&real).unwrap();
            std::io::Write::write_all(&mut upstream, &request).unwrap();
            let mut answer = vec![0; 4096];
            let count = std::io::Read::read(&mut upstream, &mut answer).unwrap();
            std::io::Write::write_all(&mut stream, &answer[..count]).unwrap();
            held.push(stream);
        }
    });
    let begun = std::time::Instant::now();
    let (desk, outcome) = audit(&sshd, &relay, &["ansible_connect_timeout=2"]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    assert_eq!(failure_of(&desk), "the device did not decide on the login within 2 s");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_lost_connection_is_an_error_and_not_an_end() {
    let Some(sshd) = Sshd::start("") else { return };
    let mut transport = sshd.connect(&sshd.target("user_ed25519"), "ed25519").await.unwrap();
    answer(&mut transport).await;
    // The server's process for this connection is a child of the one that listens.
    let parent = sshd.process.id().to_string();
    let killed = Command::new("pkill").args(["-KILL", "-P", &parent]).status();
    if !killed.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no `pkill` to cut the connection with");
        return;
    }
    let end = timeout(Duration::from_secs(10), transport.read(&mut [0; 100])).await.unwrap();
    assert_eq!(end.unwrap_err().to_string(), "the connection was lost");
}

#[test]
fn the_audit_reads_every_token_through_a_real_sshd() {
    let Some(sshd) = Sshd::start("") else { return };
    let target = sshd.target("user_ed25519");
    let desk = Desk::new();
    let hosts = desk.file(
        "hosts.ini",
        &format!(
            "fgt-sshd ansible_host=127.0.0.1 ansible_port={} ansible_user={} \
             ansible_ssh_private_key_file={}\n",
            sshd.port,
            target.user,
            sshd.path("user_ed25519").display()
        ),
    );
    let key = sshd.host_key("ed25519");
    let known = desk.file("known_hosts", &format!("[127.0.0.1]:{} {key}\n", sshd.port));
    let audit = "playbooks/fortitoken-audit.yml";
    let outcome = desk.audit(&[audit, "-i", &hosts, "--known-hosts", &known]);
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    let report = desk.json();
    let tokens: Vec<String> = report["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .map(|token| {
            let field = |name: &str| token[name].as_str().unwrap_or_default().to_owned();
            let drift = token["drift"].as_i64().unwrap();
            [field("serial"), drift.to_string(), field("status"), field("owner")].join(" | ")
        })
        .collect();
    assert_eq!(
        tokens,
        [
            "FTK200A000000001 | 0 | active | ",
            "FTK200A000000002 | -2 | token already activated, and seed won't be returned | ",
            "FTKMOB0000000003 | 0 | provisioned | ",
            "FTKMOB0000000004 | 0 | provision timeout | mobile.user",
        ]
    );
    assert_eq!(report["devices"][0]["device_serial"], "FGT60FTK00000042");

    let stranger = desk.file("nobody", "");
    let outcome = desk.audit(&[audit, "-i", &hosts, "--known-hosts", &stranger]);
    assert_eq!(outcome.code, 4, "{}", outcome.err);
    let remembered = [audit, "-i", &hosts, "--known-hosts", &stranger];
    let outcome = desk.audit(&[&remembered[..], &["--host-key-checking", "accept-new"]].concat());
    assert_eq!(outcome.code, 8, "{}", outcome.err);
    assert_eq!(desk.audit(&remembered).code, 8, "the accepted key was not remembered");
}
