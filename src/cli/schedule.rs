//! `tokenfleet schedule`: has a command run again and again, by systemd, cron or Kubernetes.

use std::env;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::cli::arguments::{Arguments, Command};
use crate::cli::exit::Exit;
use crate::cli::run_arguments::{HostKeyChecking, RunArguments};
use crate::cli::schedule_arguments::{
    Engine, ScheduleCommand, ScheduleInstallArguments, ScheduleRemoveArguments,
    ScheduleShowArguments,
};
use crate::cli::stream::{print_plain, say, say_issues};
use crate::cli::systemd::Systemd;
use crate::files::{self, FileKind};
use crate::model::InputIssue;
use crate::schedule::{Job, MARK, Owner, Word, cron_job, cron_line, service, timer};

pub(super) fn schedule(command: &ScheduleCommand) -> Exit {
    let done = match command {
        ScheduleCommand::Install(arguments) => install(arguments),
        ScheduleCommand::Show(arguments) => show(arguments),
        ScheduleCommand::Remove(arguments) => remove(arguments),
    };
    done.unwrap_or_else(|issue| {
        say_issues(&[issue], &[]);
        Exit::INPUT
    })
}

fn install(arguments: &ScheduleInstallArguments) -> Result<Exit, InputIssue> {
    let mut job = job(arguments)?;
    let mut issues = Vec::new();
    let command = check_command(&job, arguments, &mut issues)?;
    say_issues(&issues, &[]);
    if issues.iter().any(InputIssue::is_error) {
        return Ok(Exit::INPUT);
    }
    match arguments.engine {
        Engine::Cron => return Ok(print_plain(&cron_line(&job))),
        Engine::Kubernetes => {
            // To it, whatever is not 0 has failed.
            if matches!(&command, Command::Run(run) if !run.output.exit_zero) {
                job.arguments.push(Word::Text("--exit-zero".to_owned()));
            }
            return Ok(print_plain(&cron_job(&job, &arguments.image)));
        }
        Engine::Systemd => {}
    }
    let units = [service(&job), timer(&job)];
    if arguments.print {
        let text: Vec<_> =
            units.iter().map(|unit| format!("# {}\n{}", unit.file, unit.text)).collect();
        return Ok(print_plain(&text.join("\n")));
    }
    let systemd = Systemd::of(&arguments.units)?;
    for unit in &units {
        let path = systemd.folder().join(&unit.file);
        refuse_others(&path)?;
        files::write_atomically(&path, unit.text.as_bytes())?;
        say(&format!("written: {}\n", path.display()));
    }
    systemd.reload()?;
    systemd.enable(&units[1].file)?;
    Ok(Exit::SUCCESS)
}

/// The job that the flags describe.
fn job(arguments: &ScheduleInstallArguments) -> Result<Job, InputIssue> {
    let folder = env::current_dir().map_err(|error| {
        InputIssue::error(format!("the current folder cannot be told: {error}"))
            .hint("go to a folder that exists")
    })?;
    let program = env::current_exe().map_err(|error| {
        InputIssue::error(format!("the path of this program cannot be told: {error}"))
            .hint("start it by its full path")
    })?;
    // A script is run and not read, so that it stays where it is.
    let secret_at = |value: &str| {
        let path = folder.join(value);
        let is_plain = files::kind_of(&path) == FileKind::File && !files::is_executable(&path);
        is_plain.then(|| path.to_string_lossy().into_owned())
    };
    let (words, secrets) = Job::words(&arguments.command, secret_at);
    let is_oneself = arguments.units.user || arguments.engine != Engine::Systemd;
    let owner = match &arguments.as_user {
        _ if is_oneself => Owner::Oneself,
        Some(user) => Owner::User(user.clone()),
        None => Owner::Nobody,
    };
    Ok(Job {
        name: arguments.name.clone(),
        calendar: arguments.at.clone(),
        time_zone: arguments.time_zone.clone(),
        splay: arguments.splay,
        program: program.to_string_lossy().into_owned(),
        folder: folder.to_string_lossy().into_owned(),
        arguments: words,
        secrets,
        owner,
    })
}

/// Whether the command can do without a person, and without what only a person has.
fn check_command(
    job: &Job,
    arguments: &ScheduleInstallArguments,
    issues: &mut Vec<InputIssue>,
) -> Result<Command, InputIssue> {
    let words = std::iter::once("tokenfleet").chain(arguments.command.iter().map(String::as_str));
    let parsed = Arguments::try_parse_from(words).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        InputIssue::error(format!("the command to schedule cannot be used: {first}"))
            .hint("write it behind `--`, as on the command line: `-- run PLAYBOOK -i INVENTORY`")
    })?;
    match &parsed.command {
        Command::Run(run) => check_run(job, run, issues),
        Command::Lab(_) | Command::Schedule(_) => {
            issues.push(
                InputIssue::error(format!("`{}` is not to be scheduled", arguments.command[0]))
                    .hint("schedule a `run`, a `report` or the upkeep of the store"),
            );
        }
        _ => {}
    }
    Ok(parsed.command)
}

fn check_run(job: &Job, run: &RunArguments, issues: &mut Vec<InputIssue>) {
    let plan = &run.plan;
    let asking = [
        (plan.ask_pass, "-k"),
        (plan.ask_key_passphrase, "--ask-key-passphrase"),
        (plan.vault.ask_vault_pass, "-J"),
        (plan.vault.vault_ids.iter().any(|id| id.ends_with("prompt")), "--vault-id"),
    ];
    for (_, flag) in asking.into_iter().filter(|(is_asking, _)| *is_asking) {
        issues
            .push(InputIssue::error(format!("`{flag}` asks, and nobody is there to answer")).hint(
                "name a file: `--vault-password-file FILE`, and keep passwords in the vault",
            ));
    }
    if job.owner != Owner::Nobody {
        return;
    }
    let paths = [&plan.known_hosts, &plan.ssh_config, &plan.templates].into_iter().flatten();
    let inventories = plan.inventories.iter().map(PathBuf::from);
    let paths = [plan.playbook.clone()].into_iter().chain(inventories).chain(paths.cloned());
    let hidden: Vec<_> = paths
        .filter(|path| !files::is_readable_by_all(&Path::new(&job.folder).join(path)))
        .collect();
    for path in hidden {
        issues.push(
            InputIssue::error(format!(
                "`{}` may not be read by the user that exists only while the audit runs",
                path.display()
            ))
            .hint(
                "let everybody read it and enter its folders (secrets in it belong into the \
                 vault), or run as a user of this machine: `--as USER`",
            ),
        );
    }
    if plan.known_hosts.is_none() && plan.host_key_checking != Some(HostKeyChecking::Off) {
        issues.push(
            InputIssue::warning("a user that exists only while the audit runs knows no host keys")
                .hint("name the file: `--known-hosts FILE`, unless the inventory does"),
        );
    }
}

/// A unit of that name that somebody else wrote stays.
fn refuse_others(path: &Path) -> Result<(), InputIssue> {
    if files::kind_of(path) == FileKind::Missing {
        return Ok(());
    }
    if files::read_text(path)?.text.starts_with(MARK) {
        return Ok(());
    }
    Err(InputIssue::error(format!("`{}` was not written by tokenfleet", path.display()))
        .hint("choose another name for the schedule"))
}

fn show(arguments: &ScheduleShowArguments) -> Result<Exit, InputIssue> {
    let systemd = Systemd::of(&arguments.units)?;
    let names = installed(systemd.folder())?;
    if let Some(name) = &arguments.name {
        if !names.contains(name) {
            return Err(unknown(name, &names));
        }
        let mut text = String::new();
        for kind in ["service", "timer"] {
            let path = systemd.folder().join(format!("tokenfleet-{name}.{kind}"));
            text.push_str(&format!("# {}\n{}\n", path.display(), files::read_text(&path)?.text));
        }
        text.push_str(&systemd.state(Some(name)));
        return Ok(print_plain(&text));
    }
    if names.is_empty() {
        say(&format!("nothing is scheduled in {}\n", systemd.folder().display()));
        return Ok(Exit::SUCCESS);
    }
    let mut text = String::new();
    for name in &names {
        let path = |kind: &str| systemd.folder().join(format!("tokenfleet-{name}.{kind}"));
        let timer = files::read_text(&path("timer"))?.text;
        let service = files::read_text(&path("service"))?.text;
        let times: Vec<_> = settings(&timer, "OnCalendar=").collect();
        let command = settings(&service, "ExecStart=").next().unwrap_or_default().to_owned();
        text.push_str(&format!("{name}: {}\n    {command}\n", times.join(" and ")));
    }
    text.push_str(&systemd.state(None));
    Ok(print_plain(&text))
}

fn remove(arguments: &ScheduleRemoveArguments) -> Result<Exit, InputIssue> {
    let systemd = Systemd::of(&arguments.units)?;
    let names = installed(systemd.folder())?;
    let name = &arguments.name;
    if !names.contains(name) {
        return Err(unknown(name, &names));
    }
    systemd.disable(&format!("tokenfleet-{name}.timer"))?;
    for kind in ["timer", "service"] {
        let path = systemd.folder().join(format!("tokenfleet-{name}.{kind}"));
        refuse_others(&path)?;
        files::remove(&path)?;
        say(&format!("removed: {}\n", path.display()));
    }
    systemd.reload()?;
    say("its runs and reports are left where they are\n");
    Ok(Exit::SUCCESS)
}

/// Names of the schedules in a folder of units, sorted.
fn installed(folder: &Path) -> Result<Vec<String>, InputIssue> {
    if files::kind_of(folder) == FileKind::Missing {
        return Ok(Vec::new());
    }
    let name = |path: &PathBuf| {
        let file = path.file_name()?.to_str()?;
        Some(file.strip_prefix("tokenfleet-")?.strip_suffix(".timer")?.to_owned())
    };
    let is_ours =
        |path: &PathBuf| files::read_text(path).is_ok_and(|source| source.text.starts_with(MARK));
    let paths = files::list_folder(folder)?;
    let mut names: Vec<_> = paths
        .iter()
        .filter(|path| name(path).is_some() && is_ours(path))
        .filter_map(name)
        .collect();
    names.sort();
    Ok(names)
}

fn settings<'a>(unit: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    unit.lines().filter_map(move |line| line.strip_prefix(key))
}

fn unknown(name: &str, names: &[String]) -> InputIssue {
    let issue = InputIssue::error(format!("no schedule `{name}` is installed"));
    match names {
        [] => issue.hint("none is; `--user` looks among your own"),
        names => issue.hint(format!("installed: {}", names.join(", "))),
    }
}
