//! A PostgreSQL server of this test's own: in a temporary folder, on a port of its own.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

pub const PASSWORD: &str = "s3cret-of-the-store";

/// A server, which ends with this value.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    /// What it is started with beside the usual.
    settings: Vec<String>,
    server: Option<Child>,
}

impl Postgres {
    /// `None`, and a word about it, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let mut server = Self::new()?;
        server.bring_up();
        Some(server)
    }

    /// One that speaks TLS, with the `server.pem` and `server.key` of this folder.
    pub fn start_with_tls(folder: &Path) -> Option<Self> {
        let mut server = Self::new()?;
        server.settings.push("ssl=on".to_owned());
        for (name, setting) in [("server.pem", "ssl_cert_file"), ("server.key", "ssl_key_file")] {
            let file = server.folder.path().join("data").join(name);
            fs::copy(folder.join(name), &file).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = other_user() {
                chown(&file, Some(user), Some(group)).unwrap();
            }
            server.settings.push(format!("{setting}={name}"));
        }
        server.bring_up();
        Some(server)
    }

    fn new() -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: PostgreSQL is not installed (apt-get install postgresql)");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        let password = folder.path().join("password");
        fs::write(&password, PASSWORD).unwrap();
        if let Some((user, group)) = other_user() {
            chown(&data, Some(user), Some(group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, programs, port, settings: Vec::new(), server: None };
        let initialised = server
            .program("initdb")
            .args(["--no-sync", "-U", "anna", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"])
            .arg("--pwfile")
            .arg(&password)
            .arg("-D")
            .arg(&data)
            .output()
            .unwrap();
        assert!(initialised.status.success(), "{initialised:?}");
        Some(server)
    }

    /// Its database, by the name and password of its owner.
    pub fn url(&self) -> String {
        format!("postgres://anna:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// The same as it may be shown.
    pub fn shown(&self) -> String {
        format!("postgres://anna@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs statements, as a person would, and gives what comes of them.
    pub fn sql(&self, statements: &str) -> String {
        let asked = Command::new(self.programs.join("psql"))
            .args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", statements, &self.url()])
            .output()
            .unwrap();
        assert!(asked.status.success(), "{asked:?}");
        String::from_utf8(asked.stdout).unwrap().trim().to_owned()
    }

    /// Kills the server with all of its connections.
    pub fn take_down(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        // At once: connections are not waited for, as after a crash.
        Command::new("kill").args(["-QUIT", &server.id().to_string()]).status().unwrap();
        server.wait().unwrap();
    }

    /// Lets the server with all of its connections stand still, so that nothing is refused and nothing
    /// answered, or go on.
    pub fn stand_still(&self, still: bool) {
        let Some(server) = &self.server else { return };
        let process = server.id().to_string();
        let children = Command::new("pgrep").args(["-P", &process]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let signal = if still { "-STOP" } else { "-CONT" };
        let all = children.split_whitespace().chain([process.as_str()]);
        Command::new("kill").arg(signal).args(all).status().unwrap();
    }

    /// Starts it on the same port, and waits until it answers.
    pub fn bring_up(&mut self) {
        let data = self.folder.path().join("data");
        let server = self
            .program("postgres")
            .args([
                "-c",
                "fsync=off",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=100",
            ])
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .args(["-c", "listen_addresses=127.0.0.1", "-p", &self.port.to_string(), "-D"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(server);
        for _ in 0..200 {
            let asked = Command::new(self.programs.join("psql"))
                .args(["-qAt", "-c", "SELECT 1", &self.url()])
                .output()
                .unwrap();
            if asked.status.success() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("the server does not answer");
    }

    /// It refuses to be run by root.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = match other_user() {
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={user}"), &format!("--regid={group}")]);
                command.arg("--clear-groups").arg(path);
                command
            }
            None => Command::new(path),
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.take_down();
    }
}

fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut programs: Vec<PathBuf> =
        versions.map(|version| version.unwrap().path().join("bin")).collect();
    programs.retain(|folder| folder.join("initdb").exists());
    programs.sort();
    programs.pop()
}

/// Whose the server is to be when root runs the tests.
fn other_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let accounts = fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let find = |name: &str| {
        let line = accounts.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
    };
    find("postgres").or_else(|| find("nobody"))
}
