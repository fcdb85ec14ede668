//! `tokenfleet run`: a playbook over a fleet.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::cli::baseline::{Baseline, read_baseline, read_run};
use crate::cli::beginning::{Beginning, Begun, begin};
use crate::cli::complaint::Complaint;
use crate::cli::division::division;
use crate::cli::exit::Exit;
use crate::cli::following::{Followed, follow};
use crate::cli::forks::Forks;
use crate::cli::known_hosts_files::{probe_known_hosts, read_known_hosts, remember};
use crate::cli::lab_fleet::serve_lab;
use crate::cli::listing::{list_hosts, list_tags, list_tasks};
use crate::cli::log::set_run;
use crate::cli::notify::{Finished, notify, refuse_forgetful};
use crate::cli::open_files::{files_each, forks_within};
use crate::cli::preparation::{Asked, Prepared, prepare};
use crate::cli::publication::{Past, output_folder, publish};
use crate::cli::rehearsal::list_commands;
use crate::cli::run_arguments::{Format, RunArguments};
use crate::cli::run_id::run_id;
use crate::cli::session_logs::SessionLogs;
use crate::cli::signals::listen;
use crate::cli::store_location::open_store;
use crate::cli::stream::{print, say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::cli::ways::{Ways, agent_socket};
use crate::files;
use crate::fortios::session::Limits;
use crate::model::{
    Connection, Division, HostKeyPolicy, HostOutcome, HostRecord, InputIssue, RunHeader, RunRecord,
    Secret, clean,
};
use crate::offline::TranscriptConnector;
use crate::playbook::{Plan, PlannedHost, PlannedPlay};
use crate::runner::{Clock, Runner, RunnerSettings, SessionLog};
use crate::ssh::{SshConnector, SshSettings};
use crate::terminal::{PlayHeading, ansible_stream};

pub(super) fn run(arguments: &RunArguments) -> Exit {
    if !is_look_only(arguments) {
        wait_by_chance(arguments.splay);
    }
    let started = SystemClock.now();
    let asked = match ask_secrets(arguments) {
        Ok(asked) => asked,
        Err(issue) => return Complaint::from(issue).say(),
    };
    let prepared = match prepare(arguments, asked, started) {
        Ok(prepared) => prepared,
        Err(complaint) => return complaint.say(),
    };
    say_issues(&prepared.remarks.issues, &prepared.remarks.sources);
    if is_look_only(arguments) {
        let playbook = arguments.plan.playbook.display();
        let mut text = format!("\nplaybook: {playbook}\n");
        if arguments.list_hosts {
            text.push_str(&list_hosts(&prepared.plan));
        }
        if arguments.list_tasks {
            text.push_str(&list_tasks(&prepared.plan));
        }
        if arguments.list_tags {
            text.push_str(&list_tags(&prepared.plan));
        }
        if arguments.check {
            text.push_str(&list_commands(&prepared.plan, &prepared.templar));
        }
        return print(&clean(&text));
    }
    let audited = match threads() {
        Err(issue) => Err(Complaint::new(vec![issue], Vec::new())),
        Ok(runtime) => {
            let audited = runtime.block_on(audit(arguments, prepared));
            runtime.shutdown_background();
            audited
        }
    };
    audited.unwrap_or_else(|complaint| complaint.say()).told(arguments.output.exit_zero)
}

/// Threads that wait for many things at once.
fn threads() -> Result<Runtime, InputIssue> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| InputIssue::error(format!("no threads could be started: {error}")))
}

/// Lets a part of `splay` go by, before anything is read: what the run then sees is as of its
/// beginning.
fn wait_by_chance(splay: Option<Duration>) {
    let Some(splay) = splay.filter(|splay| !splay.is_zero()) else { return };
    let chance = getrandom::u32().unwrap_or(u32::MAX);
    let wait = splay.mul_f64(f64::from(chance) / f64::from(u32::MAX));
    say(&format!("waiting for {} s of at most {}\n", wait.as_secs(), splay.as_secs()));
    std::thread::sleep(wait);
}

/// `--list-hosts` and its like: no connection, no report.
fn is_look_only(arguments: &RunArguments) -> bool {
    arguments.list_hosts
        || arguments.list_tasks
        || arguments.list_tags
        || arguments.syntax_check
        || arguments.check
}

/// All that is ever asked: before the run, and once.
fn ask_secrets(arguments: &RunArguments) -> Result<Option<Asked>, InputIssue> {
    if is_look_only(arguments) {
        return Ok(None);
    }
    let plan = &arguments.plan;
    Ok(Some(Asked {
        password: ask(plan.ask_pass, "SSH password: ", "-k")?,
        key_passphrase: ask(
            plan.ask_key_passphrase,
            "Passphrase of the private keys: ",
            "--ask-key-passphrase",
        )?,
    }))
}

/// Asks for a secret, where it is wanted.
pub(super) fn ask(wanted: bool, prompt: &str, flag: &str) -> Result<Option<Secret>, InputIssue> {
    if !wanted {
        return Ok(None);
    }
    rpassword::prompt_password(prompt).map(|text| Some(Secret::new(text))).map_err(|error| {
        InputIssue::error(format!("a secret could not be asked for: {error}"))
            .hint(format!("`{flag}` needs a terminal; without one, use a variable or an agent"))
    })
}

/// The run itself: from the first packet to the reports.
async fn audit(arguments: &RunArguments, prepared: Prepared) -> Result<Exit, Complaint> {
    let Prepared { mut plan, templates, templar, origin, notifications, mut remarks } = prepared;
    remarks.issues.clear();
    let lab = serve_lab(&mut plan).await.map_err(|i| Complaint::new(i, Vec::new()))?;
    let targets = || plan.hosts.iter().map(|host| &host.target);
    probe_known_hosts(targets())?;
    let learns = targets().any(|target| target.host_key == HostKeyPolicy::AcceptNew);
    let given = arguments.plan.known_hosts.as_deref();
    let known = read_known_hosts(targets(), given, learns, &mut remarks)?;
    say_issues(&remarks.issues, &remarks.sources);
    check_steps(&plan)?;
    let session_logs = match &arguments.session_log {
        Some(folder) => Some(Arc::new(SessionLogs::new(folder)?)),
        None => None,
    };
    let mut header =
        RunHeader { origin: Some(origin), ..header(arguments, &plan, SystemClock.now()) };
    let store = open_store(arguments.output.store.as_deref()).await?;
    refuse_forgetful(&notifications, store.as_ref())?;
    let baseline = read_baseline(arguments.output.baseline(), store.as_ref(), &header).await;
    let baseline =
        baseline.map_err(|issue| Complaint::new(vec![issue], remarks.sources.clone()))?;
    header.baseline = baseline.as_ref().map(Baseline::to_keep);
    let headings = headings(&plan);
    let begun = match begin(arguments, header, &mut plan, store.as_ref()).await? {
        Beginning::Begun(begun) => begun,
        Beginning::Whole(run) => {
            say(&format!("run {run} is over: nothing is left to examine\n"));
            return Ok(Exit::SUCCESS);
        }
    };
    let Begun { record, opening, writer, supply } = *begun;
    set_run(&record.header.id);
    let is_own = arguments.resume.is_none() && division(arguments) == Division::Whole;
    let baseline = match is_own {
        true => baseline,
        // It is compared as whoever began it said.
        false => {
            let given = record.header.baseline.as_deref().or(arguments.output.baseline());
            read_baseline(given, store.as_ref(), &record.header).await?
        }
    };
    let forks = Forks::choose(arguments.forks, plan.hosts.iter().map(|host| &host.target));
    let mut settings = settings(arguments, forks.count);
    settings.session_log = session_logs.clone().map(|logs| -> Arc<dyn SessionLog> { logs });
    settings.supply = supply;
    say(&format!("{forks}\n"));

    let ssh = SshSettings { known_hosts: known, ..ssh_settings(arguments) };
    let connector = Arc::new(SshConnector::new(ssh));
    let transcripts = TranscriptConnector::new(plan.hosts.iter().map(|host| &host.target));
    let ways = Ways { ssh: connector.clone(), transcripts };
    let runner = Runner::new(Arc::new(plan), ways, SystemClock, settings, templar);
    let workers = threads().map_err(|issue| Complaint::new(vec![issue], Vec::new()))?;
    let Followed { record, loss, has_ended } =
        follow(runner, workers, record, opening, arguments.verbose, writer, &listen()).await;

    let mut exit = Exit::SUCCESS;
    if let Some(issue) = session_logs.and_then(|logs| logs.failure()) {
        say_issues(&[issue], &[]);
        exit = Exit::INPUT;
    }
    let mut record = record;
    // Without the store nobody knows what the others found.
    let has_ended = has_ended && (loss.is_none() || division(arguments) == Division::Whole);
    let is_kept = loss.is_none();
    // A run that is not whole in the store is not remembered as if it were.
    let store = match loss {
        Some(loss) => {
            say_issues(&[loss.told(&record, division(arguments))], &[]);
            exit = exit | Exit::INPUT;
            None
        }
        None => store,
    };
    if has_ended
        && division(arguments) != Division::Whole
        && let Some(store) = &store
    {
        // What the others found is in the store alone.
        record = read_run(store, &record.header.id).await?;
    }
    match remember(connector.host_keys()) {
        Ok((count, warnings)) => {
            say_issues(&warnings, &[]);
            if count > 0 {
                say(&format!("{count} host keys were accepted as new and remembered\n"));
            }
        }
        Err(issue) => {
            say_issues(&[issue], &[]);
            exit = exit | Exit::INPUT;
        }
    }
    if let Some(lab) = lab {
        lab.shutdown().await;
    }
    if !has_ended {
        if is_kept {
            let id = &record.header.id;
            say(&format!(
                "other processes have the rest of run {id}: the last one writes its reports\n"
            ));
        }
        return Ok(exit | Exit::of_part(&record));
    }
    let (output, sources) = (&arguments.output, &remarks.sources);
    if let Some(file) = &arguments.retry_file {
        match write_retry_file(&record, file) {
            Ok(0) => {}
            Ok(_) => say(&format!("to retry, use: --limit @{}\n", file.display())),
            Err(issue) => {
                say_issues(&[issue], &[]);
                exit = exit | Exit::INPUT;
            }
        }
    }
    for host in record.hosts.values().filter(|host| host.entry.is_controller) {
        // No report tells of it.
        if let Some(failure) = host.outcome.as_ref().and_then(HostOutcome::failure) {
            say(&format!("error: {}: {failure}\n", host.entry.host));
        }
    }
    if output.format == Format::Ansible {
        exit = exit | print(&ansible_stream(&record, &headings));
    }
    let (inventories, folder) =
        (record.header.inventories.clone(), output_folder(output, &record.header.id));
    let past = Past { store: store.as_ref(), baseline: baseline.as_ref() };
    let published = publish(record, past, &templates, sources, output, arguments.verbose).await;
    exit = exit | published.exit;
    let finished = Finished {
        view: &published.view,
        templates: &templates,
        folder: &folder,
        inventories: &inventories,
        store: store.as_ref(),
    };
    exit = exit | notify(&notifications, &finished).await;
    if let Some(store) = store {
        store.close().await;
    }
    Ok(exit)
}

/// One host a line; no file where there is none. The number of hosts.
fn write_retry_file(record: &RunRecord, file: &Path) -> Result<usize, InputIssue> {
    let is_done = |host: &&HostRecord| host.outcome == Some(HostOutcome::Examined);
    let left = record.hosts.values().filter(|host| !is_done(host));
    let lines: Vec<String> = left.map(|host| format!("{}\n", host.entry.host)).collect();
    if !lines.is_empty() {
        files::write_atomically(file, lines.concat().as_bytes())?;
    }
    Ok(lines.len())
}

fn headings(plan: &Plan) -> Vec<PlayHeading> {
    let heading = |play: &Arc<PlannedPlay>| PlayHeading {
        index: play.index,
        name: play.name.clone(),
        batches: play.batches.clone(),
        max_fail: play.max_fail,
    };
    plan.plays.iter().map(heading).collect()
}

/// Hosts that go in step are all there at once, so that their sessions have to be.
fn check_steps(plan: &Plan) -> Result<(), InputIssue> {
    let in_step = plan.plays.iter().filter(|play| play.in_step);
    let Some(largest) = in_step.flat_map(|play| &play.batches).map(Vec::len).max() else {
        return Ok(());
    };
    let each = files_each(plan.hosts.iter().map(|host| &host.target));
    let possible = forks_within(largest, each);
    if possible >= largest {
        return Ok(());
    }
    Err(InputIssue::error(format!(
        "{largest} hosts are to go in step, and {possible} sessions can be open at once"
    ))
    .hint(format!(
        "write `serial: {possible}` for the play, or leave out what keeps its hosts in step"
    )))
}

fn settings(arguments: &RunArguments, forks: usize) -> RunnerSettings {
    let mut session = Limits::default();
    if let Some(seconds) = arguments.timeout {
        session.login = Duration::from_secs(seconds);
    }
    RunnerSettings {
        forks,
        retries: arguments.retries.unwrap_or_default(),
        ramp: arguments.ramp,
        host: Duration::from_secs(arguments.host_timeout),
        session,
        details: arguments.output.format == Format::Ansible,
        ..RunnerSettings::default()
    }
}

fn ssh_settings(arguments: &RunArguments) -> SshSettings {
    let limit = arguments.timeout.map(Duration::from_secs);
    SshSettings {
        jump_ramp: arguments.jump_ramp,
        most_refused_logins: arguments.max_refused_logins as usize,
        agent: agent_socket(),
        ..limit.map_or_else(SshSettings::default, SshSettings::with_limit)
    }
}

fn header(arguments: &RunArguments, plan: &Plan, started: jiff::Timestamp) -> RunHeader {
    let is_collected =
        |host: &&PlannedHost| matches!(host.target.connection, Connection::Transcript(_));
    let is_unchecked =
        |host: &&PlannedHost| host.target.host_key == HostKeyPolicy::Off && !is_collected(host);
    let unchecked = plan.hosts.iter().filter(is_unchecked).count();
    let collected = plan.hosts.iter().filter(is_collected).count();
    let mut notes = Vec::new();
    if collected > 0 {
        let hosts = if collected == 1 { "1 host" } else { &format!("{collected} hosts") };
        notes.push(format!("the answers of {hosts} are transcripts that somebody collected"));
    }
    if unchecked > 0 {
        notes.push(format!("the host keys of {unchecked} hosts were not checked"));
    }
    let hops = plan.hosts.iter().flat_map(|host| host.target.jump_hosts());
    let unchecked: BTreeSet<_> = hops
        .filter(|hop| hop.host_key == HostKeyPolicy::Off)
        .map(|hop| format!("`{}`", hop.host))
        .collect();
    if !unchecked.is_empty() {
        let names: Vec<_> = unchecked.into_iter().collect();
        notes.push(format!("the host keys of jump hosts were not checked: {}", names.join(", ")));
    }
    let legacy = plan.hosts.iter().filter(|host| host.target.legacy).count();
    if legacy > 0 {
        notes
            .push(format!("{legacy} hosts may use SSH algorithms of the SHA-1 era (`ssh_legacy`)"));
    }
    RunHeader {
        id: arguments.run_id.clone().unwrap_or_else(|| run_id(started)),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        playbook: arguments.plan.playbook.to_string_lossy().into_owned(),
        inventories: arguments.plan.inventories.clone(),
        limit: arguments.plan.limit.clone(),
        started,
        hosts: plan.in_inventory_order().into_iter().map(|host| host.entry.clone()).collect(),
        notes,
        reports: plan.reports(),
        rules: plan.rules(),
        mutes: plan.mutes(started),
        baseline: None,
        origin: None,
    }
}
