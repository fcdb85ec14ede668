//! What a person is asked at a terminal: passwords of vaults and of devices, and `vars_prompt`. The
//! terminal is that of util-linux's `script`; where it is missing, the tests say that they were
//! skipped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use desk::Desk;

const SCRIPT: &str = "/usr/bin/script";

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(60);

/// The time in which nobody has begun to type.
const REACTION: Duration = Duration::from_millis(500);

/// A program at a terminal of its own.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Receiver<u8>,
    shown: String,
}

impl Terminal {
    /// `None`, said aloud, where there is no `script`.
    fn run(desk: &Desk, arguments: &[&str]) -> Option<Self> {
        if !Path::new(SCRIPT).exists() {
            eprintln!("SKIPPED: there is no {SCRIPT}, which would be the terminal");
            return None;
        }
        let program = [env!("CARGO_BIN_EXE_tokenfleet")];
        let line: Vec<String> =
            program.iter().chain(arguments).map(|word| format!("'{word}'")).collect();
        let mut child = Command::new(SCRIPT)
            .args(["--quiet", "--return", "--command", &line.join(" "), "/dev/null"])
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh"), ("NO_COLOR", "1")])
            .env("HOME", desk.path(""))
            .env("ANSIBLE_CONFIG", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut byte = [0];
            while matches!(stdout.read(&mut byte), Ok(1)) && sender.send(byte[0]).is_ok() {}
        });
        let keyboard = child.stdin.take().unwrap();
        Some(Self { child, keyboard, screen, shown: String::new() })
    }

    /// Waits until that is asked, and types the answer.
    fn answer(&mut self, question: &str, answer: &str) {
        let begin = self.shown.len();
        while !self.shown[begin..].contains(question) {
            match self.screen.recv_timeout(PATIENCE) {
                Ok(byte) => self.shown.push(char::from(byte)),
                Err(_) => panic!("`{question}` is not asked: {}", self.shown),
            }
        }
        // The echo is switched off once the question stands there: a person takes a moment.
        thread::sleep(REACTION);
        self.keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }

    /// All that was shown, and the exit code.
    fn end(mut self) -> (String, i32) {
        while let Ok(byte) = self.screen.recv_timeout(PATIENCE) {
            self.shown.push(char::from(byte));
        }
        (self.shown, self.child.wait().unwrap().code().unwrap())
    }
}

const PLAY: &str = "- hosts: all\n  vars_prompt:\n    - {name: ticket, prompt: Which ticket, private: false}\n    \
                    - {name: pin, prompt: Pin, confirm: true}\n  vars_files: secrets.yml\n  tasks:\n    \
                    - debug: {msg: '{{ ticket }} {{ pin | length }} {{ site }}'}\n";

/// A desk with a playbook whose variables are in a vault, and its path and that of its inventory.
fn vaulted() -> (Desk, String, String) {
    let desk = Desk::new();
    let (hosts, play) = (desk.file("hosts.ini", "h1\n"), desk.file("play.yml", PLAY));
    let (secrets, password) =
        (desk.file("secrets.yml", "site: lyon\n"), desk.file("pw", "correct horse\n"));
    let sealed = desk.run(&["vault", "encrypt", "--vault-password-file", &password, &secrets]);
    assert_eq!(sealed.code, 0, "{}", sealed.err);
    (desk, hosts, play)
}

#[test]
fn passwords_and_variables_are_asked_for_once_and_shown_to_nobody() {
    let (desk, hosts, play) = vaulted();
    let reports = desk.path("reports");
    let arguments = ["run", &play, "-i", &hosts, "-J", "-k", "-v", "-o", reports.to_str().unwrap()];
    let Some(mut terminal) = Terminal::run(&desk, &arguments) else { return };
    terminal.answer("SSH password: ", "of-the-device");
    terminal.answer("Vault password: ", "correct horse");
    terminal.answer("Which ticket", "T-42");
    terminal.answer("Pin", "12345");
    terminal.answer("Pin", "12345");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("debug: T-42 5 "), "{shown}");
    for secret in ["of-the-device", "correct horse", "12345"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for (path, bytes) in desk.files() {
        let is_in = |secret: &str| String::from_utf8_lossy(&bytes).contains(secret);
        let is_key = path.ends_with("pw");
        assert!(is_key || !["of-the-device", "correct horse"].into_iter().any(is_in), "{path:?}");
    }
}

#[test]
fn a_wrong_password_is_told_and_not_asked_for_again() {
    let (desk, hosts, play) = vaulted();
    let arguments = ["run", &play, "-i", &hosts, "--vault-id", "prod@prompt", "--list-hosts"];
    let Some(mut terminal) = Terminal::run(&desk, &arguments) else { return };
    terminal.answer("(prod): ", "wrong");
    let (shown, code) = terminal.end();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("the vault password is wrong"), "{shown}");
}
