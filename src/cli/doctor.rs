//! `tokenfleet doctor`: why a host is not examined, and what to do about it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::cli::arguments::{DoctorArguments, DoctorFormat};
use crate::cli::complaint::Complaint;
use crate::cli::diagnosis::Diagnosis;
use crate::cli::exit::Exit;
use crate::cli::known_hosts_files::{known_hosts_flag, read_known_hosts};
use crate::cli::lab_fleet::serve_lab;
use crate::cli::preparation::{Asked, read_extra_vars, read_inventory};
use crate::cli::run::ask;
use crate::cli::run_arguments::HostKeyChecking;
use crate::cli::run_id::run_id;
use crate::cli::signals::listen;
use crate::cli::sources::read_limit;
use crate::cli::ssh_config_files::{read_other_ssh_configs, read_ssh_config};
use crate::cli::stream::{print, say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::cli::vault_passwords::read_keyring;
use crate::cli::ways::agent_socket;
use crate::inventory::ConnectionDefaults;
use crate::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, InputIssue, RunHeader, RunRecord, SourceFile,
};
use crate::playbook::{self, Plan, Request};
use crate::runner::{Clock, Runner, RunnerSettings};
use crate::ssh::{ScannedKey, SshConnector, SshSettings};
use crate::template::Templar;

/// All that an audit asks, in one session.
const EVERYTHING: &str = "- hosts: all\n  gather_facts: true\n  tasks:\n    - fortitoken_info:\n      \
                          ignore_errors: true\n    - fortitoken_owners:\n      ignore_errors: true\n    \
                          - fortitoken_config:\n      ignore_errors: true\n";

/// Hosts under way at once.
const FORKS: usize = 20;

/// Events that may wait.
const WAITING: usize = 256;

/// What a host's key is, where it showed one.
type Scans = HashMap<HostName, Result<ScannedKey, HostFailure>>;

pub(super) fn doctor(arguments: &DoctorArguments) -> Exit {
    let asked = match ask(arguments.ask_pass, "SSH password: ", "-k") {
        Ok(password) => Asked { password, ..Asked::default() },
        Err(issue) => return Complaint::from(issue).say(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: no threads could be started: {error}\n"));
            return Exit::INPUT;
        }
    };
    let examined = runtime.block_on(examine(arguments, asked));
    // An agent that never answers keeps a thread for ever: nobody waits for it.
    runtime.shutdown_background();
    match examined {
        Ok(diagnoses) => tell(arguments, &diagnoses),
        Err(complaint) => complaint.say(),
    }
}

async fn examine(arguments: &DoctorArguments, asked: Asked) -> Result<Vec<Diagnosis>, Complaint> {
    let mut remarks = Complaint::default();
    let templar = Templar::new(SystemClock.now());
    let mut plan = plan(arguments, asked, &templar, &mut remarks)?;
    let lab = serve_lab(&mut plan).await.map_err(|issues| Complaint::new(issues, Vec::new()))?;
    let targets = plan.hosts.iter().map(|host| &host.target);
    let given = arguments.known_hosts.as_deref();
    let known = read_known_hosts(targets, given, false, &mut remarks)?;
    say_issues(&remarks.issues, &remarks.sources);
    let limit = arguments.timeout.map(Duration::from_secs);
    let connector = Arc::new(SshConnector::new(SshSettings {
        known_hosts: known,
        agent: agent_socket(),
        // One refusal is enough to know it.
        most_refused_logins: 1,
        ..limit.map_or_else(SshSettings::default, SshSettings::with_limit)
    }));
    let hosts: Vec<_> = plan
        .in_inventory_order()
        .into_iter()
        .map(|host| (host.target.clone(), host.entry.address.clone()))
        .collect();
    let scans = scan(&plan, &connector).await;
    plan.hosts.retain(|host| scans.get(&host.entry.host).is_some_and(Result::is_ok));
    let record = log_in(arguments, plan, connector, templar).await;
    let diagnoses = hosts.iter().filter_map(|(target, address)| {
        let scanned = scans.get(&target.host)?;
        Some(Diagnosis::new(target, address, scanned, record.hosts.get(&target.host)))
    });
    let diagnoses = diagnoses.collect();
    if let Some(lab) = lab {
        lab.shutdown().await;
    }
    Ok(diagnoses)
}

fn plan(
    arguments: &DoctorArguments,
    asked: Asked,
    templar: &Templar,
    remarks: &mut Complaint,
) -> Result<Plan, Complaint> {
    let keyring = read_keyring(&arguments.vault)?;
    let inventory = read_inventory(&arguments.inventories, None, &keyring, remarks)?;
    let source = SourceFile::new("doctor", EVERYTHING);
    let Some(playbook) = playbook::check(&source, templar).playbook else {
        return Err(InputIssue::error("the built-in playbook of doctor cannot be used").into());
    };
    let mut request = Request {
        limit: Some(read_limit(&arguments.limit)?),
        limit_text: Some(arguments.limit.clone()),
        extra_vars: read_extra_vars(&arguments.extra_vars, &keyring)?,
        connection: ConnectionDefaults {
            user: arguments.user.clone(),
            password: asked.password,
            private_key_file: arguments.private_key.clone(),
            host_key: arguments.host_key_checking.map(|checking| match checking {
                HostKeyChecking::Strict => HostKeyPolicy::Strict,
                HostKeyChecking::AcceptNew => HostKeyPolicy::AcceptNew,
                HostKeyChecking::Off => HostKeyPolicy::Off,
            }),
            known_hosts: known_hosts_flag(arguments.known_hosts.as_deref()),
            ssh_config: read_ssh_config(arguments.ssh_config.as_deref(), remarks)?,
            other_ssh_configs: read_other_ssh_configs(&inventory, &arguments.settings, remarks)?,
            ..ConnectionDefaults::default()
        },
        keyring,
        settings: arguments.settings.clone(),
        ..Request::default()
    };
    request.forks = FORKS;
    let planned = playbook::plan(&playbook, Arc::new(inventory), request, templar)
        .map_err(|issues| Complaint::new(issues, remarks.sources.clone()))?;
    remarks.issues.extend(planned.warnings);
    let mut plan = planned.plan;
    let is_reached =
        |connection: &Connection| matches!(connection, Connection::Ssh | Connection::Lab);
    plan.hosts.retain(|host| host.locked.is_none() && is_reached(&host.target.connection));
    if plan.hosts.is_empty() {
        return Err(InputIssue::error("none of these hosts is reached over SSH")
            .hint("doctor walks the way to a device: name one with `-l HOST`")
            .into());
    }
    Ok(plan)
}

/// Asks each host for its key, without a login.
async fn scan(plan: &Plan, connector: &Arc<SshConnector>) -> Scans {
    let places = Arc::new(Semaphore::new(FORKS));
    let mut asking = JoinSet::new();
    for host in &plan.hosts {
        let (connector, places) = (connector.clone(), places.clone());
        let target = host.target.clone();
        asking.spawn(async move {
            let _place = places.acquire().await;
            let shown = connector.scan(&target).await;
            (target.host, shown)
        });
    }
    let mut scans = Scans::new();
    let mut stop = listen().stop;
    loop {
        tokio::select! {
            scan = asking.join_next() => match scan {
                Some(Ok((host, shown))) => { scans.insert(host, shown); }
                Some(Err(_)) => {}
                None => return scans,
            },
            () = stop.raised() => return scans,
        }
    }
}

/// One login for each host, and all that an audit asks.
async fn log_in(
    arguments: &DoctorArguments,
    plan: Plan,
    connector: Arc<SshConnector>,
    templar: Templar,
) -> RunRecord {
    let started = SystemClock.now();
    let mut record = RunRecord::new(RunHeader {
        id: run_id(started),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        playbook: "doctor".to_owned(),
        inventories: arguments.inventories.clone(),
        limit: Some(arguments.limit.clone()),
        started,
        hosts: plan.hosts.iter().map(|host| host.entry.clone()).collect(),
        notes: Vec::new(),
        reports: Vec::new(),
        rules: Vec::new(),
        mutes: Vec::new(),
        baseline: None,
        origin: None,
    });
    if plan.hosts.is_empty() {
        return record;
    }
    let mut settings = RunnerSettings { forks: FORKS, ..RunnerSettings::default() };
    if let Some(seconds) = arguments.timeout {
        let limit = Duration::from_secs(seconds);
        settings.session.login = limit;
        settings.session.idle = limit.max(settings.session.idle.min(limit * 3));
    }
    let runner = Runner::new(Arc::new(plan), connector, SystemClock, settings, templar);
    let (sender, mut events) = mpsc::channel(WAITING);
    let driving = tokio::spawn(runner.drive(sender, listen().stop));
    while let Some(event) = events.recv().await {
        record.apply(event);
    }
    driving.await.ok();
    record
}

fn tell(arguments: &DoctorArguments, diagnoses: &[Diagnosis]) -> Exit {
    let text = match arguments.format {
        DoctorFormat::Human => diagnoses.iter().map(Diagnosis::text).collect::<Vec<_>>().join("\n"),
        DoctorFormat::Json => {
            format!("{:#}\n", serde_json::json!({"version": 1, "hosts": diagnoses}))
        }
    };
    // Up to the prompt no session has come about.
    const PROMPT: usize = 5;
    let exits = diagnoses.iter().map(|diagnosis| match diagnosis.obstacle() {
        None => Exit::SUCCESS,
        Some(step) if step <= PROMPT => Exit::UNREACHABLE,
        Some(_) => Exit::FAILED,
    });
    exits.fold(print(&text), |all, one| all | one)
}
