//! OpenSSH's agent, and keys with a passphrase for it to hold.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

/// A running ssh-agent.
pub struct SshAgent {
    pub socket: PathBuf,
    process: Child,
}

impl SshAgent {
    /// Starts one with these keys.
    pub fn start(folder: &Path, keys: &[PathBuf]) -> Self {
        let socket = folder.join("agent");
        let _ = fs::remove_file(&socket);
        let process = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let agent = Self { socket, process };
        for _ in 0..100 {
            if agent.socket.exists() {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        for key in keys {
            let added = Command::new("ssh-add")
                .arg("-q")
                .arg(key)
                .env("SSH_AUTH_SOCK", &agent.socket)
                .status();
            assert!(added.unwrap().success());
        }
        agent
    }
}

impl Drop for SshAgent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Puts the passphrase `canary` on a key file.
pub fn lock(file: &Path, options: &[&str]) {
    let locked = Command::new("ssh-keygen")
        .args(["-q", "-p", "-N", "canary"])
        .args(options)
        .arg("-f")
        .arg(file)
        .stdout(Stdio::null())
        .status();
    assert!(locked.unwrap().success());
}
