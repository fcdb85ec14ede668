//! A service and a timer for systemd.

use std::fmt::Write as _;
use std::path::Path;

use super::{Job, Owner, Word};

/// The first line of what we write: nothing else is ever removed.
pub const MARK: &str = "# Written by `tokenfleet schedule`.";

/// A file for systemd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub file: String,
    pub text: String,
}

/// What a run reports by its exit code is no failure of the service: bits 2, 4 and 8. Where bit 1
/// is set there is no report, or not all of it.
const REPORTED: &str = "2 4 6 8 10 12 14";

/// What no audit needs, for a service of the system.
const HARDENED: &[&str] = &[
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    "PrivateDevices=yes",
    "DevicePolicy=closed",
    "PrivateUsers=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "KeyringMode=private",
    "RemoveIPC=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
];

/// Of these, what the service manager of a user may do.
const HARDENED_FOR_ONESELF: &[&str] = &[
    "NoNewPrivileges=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallArchitectures=native",
    "UMask=0077",
];

/// Sessions at once need files; the program cannot raise the hard limit itself.
const OPEN_FILES: &str = "LimitNOFILE=65536";

/// The service that runs the job once. Its store and its reports lie in a folder of its own.
pub fn service(job: &Job) -> Unit {
    let name = &job.name;
    let mut text = format!(
        "{MARK}\n[Unit]\nDescription=tokenfleet: {name}\nWants=network-online.target\n\
         After=network-online.target\n\n[Service]\nType=oneshot\nSuccessExitStatus={REPORTED}\n"
    );
    let mut add = |line: &str| {
        let _ = writeln!(text, "{line}");
    };
    add(&format!("WorkingDirectory={}", specifiers_kept(&job.folder)));
    add(&format!("ExecStart={}", command(job)));
    for secret in &job.secrets {
        add(&format!("LoadCredential={}:{}", secret.name, specifiers_kept(&secret.path)));
    }
    add(&format!("StateDirectory=tokenfleet/{name}"));
    add("StateDirectoryMode=0700");
    add(&format!("Environment=TOKENFLEET_STORE=%S/tokenfleet/{name}/runs.db"));
    add(&format!("Environment=TOKENFLEET_REPORTS=%S/tokenfleet/{name}/reports"));
    add(OPEN_FILES);
    match &job.owner {
        Owner::Nobody => add("DynamicUser=yes"),
        Owner::User(user) => add(&format!("User={user}")),
        Owner::Oneself => {}
    }
    if job.owner == Owner::Oneself {
        HARDENED_FOR_ONESELF.iter().for_each(|line| add(line));
    } else {
        let is_at_home = lies_in(job, &["/home", "/root", "/run/user"]);
        add(if is_at_home { "ProtectHome=read-only" } else { "ProtectHome=yes" });
        if !lies_in(job, &["/tmp", "/var/tmp"]) {
            add("PrivateTmp=yes");
        }
        HARDENED.iter().for_each(|line| add(line));
    }
    Unit { file: format!("tokenfleet-{name}.service"), text }
}

/// The timer that starts the service. A time that was missed while the machine was off is made up
/// for.
pub fn timer(job: &Job) -> Unit {
    let name = &job.name;
    let mut text = format!("{MARK}\n[Unit]\nDescription=tokenfleet: when {name} runs\n\n[Timer]\n");
    for line in job.calendar.on_calendar(job.time_zone.as_deref()) {
        let _ = writeln!(text, "OnCalendar={line}");
    }
    if let Some(splay) = job.splay {
        let _ = writeln!(text, "RandomizedDelaySec={}s", splay.as_secs());
    }
    text.push_str("Persistent=true\n\n[Install]\nWantedBy=timers.target\n");
    Unit { file: format!("tokenfleet-{name}.timer"), text }
}

/// Whether something that the job names lies in one of these folders, which are otherwise out of
/// its reach.
fn lies_in(job: &Job, folders: &[&str]) -> bool {
    let words = job.arguments.iter().filter_map(|word| match word {
        Word::Text(text) => Some(text),
        Word::Secret { .. } => None,
    });
    let mut paths = [&job.folder, &job.program].into_iter().chain(words);
    paths.any(|path| folders.iter().any(|folder| Path::new(path).starts_with(folder)))
}

fn command(job: &Job) -> String {
    let mut command = quoted(&job.program);
    // `%d` is the folder of the credentials: it is put in after all others are kept from meaning
    // something.
    const CREDENTIALS: char = '\u{1}';
    for argument in job.written(|secret| format!("{CREDENTIALS}/{}", secret.name)) {
        command.push(' ');
        command.push_str(&quoted(&argument));
    }
    command.replace(CREDENTIALS, "%d")
}

/// As systemd takes it for one word: systemd.service(5), "Command lines", and `$` and `%` as
/// themselves.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+\u{1}".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' | '%' => quoted.extend([c, c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A path, in which `%` is itself.
fn specifiers_kept(path: &str) -> String {
    path.replace('%', "%%")
}
