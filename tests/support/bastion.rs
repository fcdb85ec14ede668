//! A jump host: OpenSSH's sshd on loopback, which passes connections on and gives no shell.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use tempfile::TempDir;
use tokenfleet::model::{Connection, HostKeyPolicy, HostName, KnownHostsFiles, Route, Target};

const PROGRAM: &str = "/usr/sbin/sshd";

pub struct Bastion {
    folder: TempDir,
    pub port: u16,
    process: Child,
}

impl Bastion {
    /// Starts one with `options` before the usual; `None` where there is none to start.
    pub fn start(options: &str) -> Option<Self> {
        if !Path::new(PROGRAM).exists() {
            eprintln!("SKIPPED: {PROGRAM} is missing, so nothing was tested through a jump host");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for (name, kind) in [("host", "ed25519"), ("user", "ed25519"), ("user_rsa", "rsa")] {
            generate(&folder.path().join(name), kind);
        }
        let here = folder.path().display();
        let public = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let authorized = public("user.pub") + &public("user_rsa.pub");
        fs::write(folder.path().join("authorized_keys"), authorized).unwrap();
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let configuration = format!(
            "{options}\nPort {port}\nListenAddress 127.0.0.1\nPidFile none\nStrictModes no\n\
             UsePAM no\nHostKey {here}/host\nAuthorizedKeysFile {here}/authorized_keys\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\n\
             LogLevel VERBOSE\nAllowTcpForwarding yes\nForceCommand /bin/false\n"
        );
        fs::write(folder.path().join("sshd_config"), configuration).unwrap();
        // Where root starts it, sshd wants the folder in which it confines itself.
        let _ = fs::create_dir_all("/run/sshd");
        let process = Command::new(PROGRAM)
            .args(["-D", "-e", "-f"])
            .arg(folder.path().join("sshd_config"))
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let bastion = Self { folder, port, process };
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(bastion);
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("sshd does not listen: {}", bastion.log());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// How many logins were accepted so far.
    pub fn logins(&self) -> usize {
        self.log().matches("Accepted publickey").count()
    }

    /// Its line in `known_hosts`.
    pub fn known_hosts(&self) -> String {
        let key = fs::read_to_string(self.path("host.pub")).unwrap();
        format!("[127.0.0.1]:{} {key}", self.port)
    }

    pub fn user() -> String {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        String::from_utf8(user).unwrap().trim().to_owned()
    }

    /// It as a hop.
    pub fn hop(&self, route: Route) -> Target {
        Target {
            host: HostName::from("bastion"),
            connection: Connection::Ssh,
            address: "127.0.0.1".to_owned(),
            port: self.port,
            user: Self::user(),
            password: None,
            private_key_file: Some(self.path("user")),
            private_key_passphrase: None,
            identities_only: false,
            legacy: false,
            route,
            host_key: HostKeyPolicy::Strict,
            known_hosts: KnownHostsFiles::default(),
            connect_timeout: None,
            command_timeout: None,
        }
    }

    /// Cuts all connections that there are; new ones are still received.
    pub fn cut(&self) {
        let parent = self.process.id().to_string();
        let cut = Command::new("pkill").args(["-KILL", "-P", &parent]).status().unwrap();
        assert!(cut.success());
    }

    /// From now on its connections stand still, and neither side hears of an end.
    pub fn freeze(&self) {
        let children = |parent: &str| {
            let found = Command::new("pgrep").args(["-P", parent]).output().unwrap().stdout;
            let text = String::from_utf8(found).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let monitors = children(&self.process.id().to_string());
        assert!(!monitors.is_empty());
        for process in monitors.iter().flat_map(|monitor| children(monitor)).chain(monitors.clone())
        {
            let stopped = Command::new("kill").args(["-STOP", &process]).status().unwrap();
            assert!(stopped.success());
        }
    }

    fn cut_orphans(&self) {
        let parent = self.process.id().to_string();
        let _ = Command::new("pkill").args(["-KILL", "-P", &parent]).status();
    }
}

impl Drop for Bastion {
    fn drop(&mut self) {
        self.cut_orphans();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn generate(file: &Path, kind: &str) {
    // Small RSA keys are made quickly.
    let bits: &[&str] = if kind == "rsa" { &["-b", "2048"] } else { &[] };
    let made = Command::new("ssh-keygen")
        .args(bits)
        .args(["-q", "-t", kind, "-N", "", "-C", "test", "-f"])
        .arg(file)
        .status()
        .unwrap();
    assert!(made.success());
}
