//! `tokenfleet scan-keys`: gathers host keys for review, before the first run.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::cli::arguments::ScanKeysArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::forks::Forks;
use crate::cli::known_hosts_files::{add_known_hosts, known_hosts_flag, read_known_hosts};
use crate::cli::preparation::{read_extra_vars, read_inventory};
use crate::cli::signals::listen;
use crate::cli::sources::read_limit;
use crate::cli::ssh_config_files::{read_other_ssh_configs, read_ssh_config};
use crate::cli::stream::{print, say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::cli::vault_passwords::read_keyring;
use crate::cli::ways::agent_socket;
use crate::files;
use crate::inventory::Inventory;
use crate::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, InputIssue, KnownHostsFiles, SourceFile,
    Target,
};
use crate::playbook::{self, Request};
use crate::runner::Clock;
use crate::ssh::{ScannedKey, SshConnector, SshSettings, Standing};
use crate::template::Templar;
use crate::vault::Keyring;

/// With it, hosts are found and their variables filled in exactly as a run does it.
const EVERYBODY: &str = "- hosts: all\n  tasks:\n    - debug:\n        msg: scan\n";

/// What came of each host, by its position in the inventory.
type Scans = BTreeMap<usize, Scan>;

/// A host, the files that know its key, and what it showed.
struct Scan {
    host: HostName,
    files: KnownHostsFiles,
    shown: Result<ScannedKey, HostFailure>,
}

pub(super) fn scan_keys(arguments: &ScanKeysArguments) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: no threads could be started: {error}\n"));
            return Exit::INPUT;
        }
    };
    match runtime.block_on(scan(arguments)) {
        Ok(exit) => exit,
        Err(complaint) => complaint.say(),
    }
}

async fn scan(arguments: &ScanKeysArguments) -> Result<Exit, Complaint> {
    let mut remarks = Complaint::default();
    let keyring = read_keyring(&arguments.vault)?;
    let inventory = read_inventory(&arguments.inventories, None, &keyring, &mut remarks)?;
    let targets = targets(inventory, arguments, keyring, &mut remarks)?;
    let given = arguments.known_hosts.as_deref();
    let known = read_known_hosts(targets.iter(), given, true, &mut remarks)?;
    say_issues(&remarks.issues, &remarks.sources);
    let forks = Forks::choose(arguments.forks, targets.iter());
    say(&format!("{forks}\n"));
    let limit = arguments.timeout.map(Duration::from_secs);
    let settings = SshSettings {
        known_hosts: known,
        // It is for jump hosts alone: no device is logged in to.
        agent: agent_socket(),
        ..limit.map_or_else(SshSettings::default, SshSettings::with_limit)
    };
    let (scans, interrupted) = ask_all(targets, SshConnector::new(settings), forks.count).await;

    let exit = tell(&scans) | put(arguments, &scans)?;
    Ok(if interrupted { Exit::INTERRUPTED } else { exit })
}

/// The hosts that are meant and reached over SSH, in inventory order.
fn targets(
    inventory: Inventory,
    arguments: &ScanKeysArguments,
    keyring: Arc<Keyring>,
    remarks: &mut Complaint,
) -> Result<Vec<Target>, Complaint> {
    let templar = Templar::new(SystemClock.now());
    let source = SourceFile::new("scan-keys", EVERYBODY);
    let Some(playbook) = playbook::check(&source, &templar).playbook else {
        return Err(InputIssue::error("the built-in playbook of scan-keys cannot be used").into());
    };
    let mut request = Request {
        limit: arguments.limit.as_deref().map(read_limit).transpose()?,
        limit_text: arguments.limit.clone(),
        extra_vars: read_extra_vars(&arguments.extra_vars, &keyring)?,
        keyring,
        leaves_secrets: true,
        settings: arguments.settings.clone(),
        ..Request::default()
    };
    request.connection.known_hosts = known_hosts_flag(arguments.known_hosts.as_deref());
    request.connection.ssh_config = read_ssh_config(arguments.ssh_config.as_deref(), remarks)?;
    request.connection.other_ssh_configs =
        read_other_ssh_configs(&inventory, &arguments.settings, remarks)?;
    let planned = playbook::plan(&playbook, Arc::new(inventory), request, &templar)
        .map_err(|issues| Complaint::new(issues, remarks.sources.clone()))?;
    remarks.issues.extend(planned.warnings);
    let open = planned.plan.hosts.into_iter().filter(|host| host.locked.is_none());
    let targets = open.map(|host| host.target);
    let reached = targets.filter(|target| target.connection == Connection::Ssh);
    // Its key is shown and held against what is known, whatever a run would do about it.
    let targets: Vec<_> =
        reached.map(|target| Target { host_key: HostKeyPolicy::Strict, ..target }).collect();
    if targets.is_empty() {
        return Err(InputIssue::error("none of these hosts is reached over SSH")
            .hint("the keys of simulated units need no review: they are known beforehand")
            .into());
    }
    Ok(targets)
}

/// Asks every host, `forks` at a time. The second is true when somebody was impatient.
async fn ask_all(targets: Vec<Target>, connector: SshConnector, forks: usize) -> (Scans, bool) {
    let connector = Arc::new(connector);
    let places = Arc::new(Semaphore::new(forks.max(1)));
    let mut asking = JoinSet::new();
    for (index, target) in targets.into_iter().enumerate() {
        let (connector, places) = (connector.clone(), places.clone());
        asking.spawn(async move {
            let _place = places.acquire().await;
            let shown = connector.scan(&target).await;
            (index, Scan { host: target.host, files: target.known_hosts, shown })
        });
    }
    let mut stop = listen().stop;
    let mut scans = Scans::new();
    loop {
        tokio::select! {
            scan = asking.join_next() => match scan {
                Some(Ok((index, scan))) => { scans.insert(index, scan); }
                Some(Err(_)) => {}
                None => return (scans, false),
            },
            () = stop.raised() => {
                say("Interrupted: what was gathered so far follows.\n");
                return (scans, true);
            }
        }
    }
}

/// Tells what each host showed, for a person to compare.
fn tell(scans: &Scans) -> Exit {
    let mut text = String::new();
    let (mut new, mut known, mut wrong, mut lost) = (0, 0, 0, 0);
    for Scan { host, shown, .. } in scans.values() {
        let (shown, failure) = match shown {
            Ok(scanned) => {
                let shown = format!("{} {}", scanned.key.kind(), scanned.key.fingerprint());
                match &scanned.standing {
                    Standing::New => {
                        new += 1;
                        (format!("{shown} new"), None)
                    }
                    Standing::Known => {
                        known += 1;
                        (format!("{shown} known"), None)
                    }
                    Standing::Wrong(failure) => {
                        wrong += 1;
                        (format!("{shown} NOT THE KNOWN KEY"), Some(failure))
                    }
                }
            }
            Err(failure) => {
                lost += 1;
                (format!("no key ({})", failure.stage), Some(failure))
            }
        };
        // Writing into a String cannot fail.
        writeln!(text, "{host}: {shown}").ok();
        if let Some(failure) = failure {
            writeln!(text, "  {failure}\n  {}", failure.remedy).ok();
        }
    }
    writeln!(text, "{new} new, {known} known, {wrong} changed or revoked, {lost} without a key")
        .ok();
    say(&text);
    if wrong + lost > 0 { Exit::UNREACHABLE } else { Exit::SUCCESS }
}

/// Puts the keys where they are wanted, in inventory order.
fn put(arguments: &ScanKeysArguments, scans: &Scans) -> Result<Exit, Complaint> {
    let scanned = scans.values().filter_map(|scan| Some((&scan.files, scan.shown.as_ref().ok()?)));
    if arguments.append {
        let new = scanned.filter(|(_, scanned)| scanned.standing == Standing::New);
        let mut lines: IndexMap<_, Vec<String>> = IndexMap::new();
        for (files, scanned) in new {
            lines.entry(files).or_default().push(scanned.to_string());
        }
        let mut added: IndexMap<PathBuf, usize> = IndexMap::new();
        for (files, lines) in lines {
            let (count, path) = add_known_hosts(files, &each_once(lines.into_iter()))?;
            if let Some(path) = path {
                *added.entry(path).or_default() += count;
            }
        }
        for (path, count) in &added {
            say(&format!("{count} host keys were added to {}\n", path.display()));
        }
        if added.is_empty() {
            say("no host key was added\n");
        }
        return Ok(Exit::SUCCESS);
    }
    let mut text = each_once(scanned.map(|(_, scanned)| line(scanned))).join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    match &arguments.output {
        Some(path) => {
            files::write_atomically(path, text.as_bytes())?;
            Ok(Exit::SUCCESS)
        }
        None => Ok(print(&text)),
    }
}

/// A line of `known_hosts`. A key that is not the known one is a comment, so that whoever appends
/// the whole trusts nobody who should not be.
fn line(scanned: &ScannedKey) -> String {
    match scanned.standing {
        Standing::New | Standing::Known => scanned.to_string(),
        Standing::Wrong(_) => format!("# not the known key: {scanned}"),
    }
}

fn each_once(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    lines.filter(|line| seen.insert(line.clone())).collect()
}
