//! `tokenfleet store`: what keeps a store in order, and moves runs between stores.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::baseline::told;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::history_arguments::{
    ExportArguments, ImportArguments, Keep, PruneArguments, StoreArguments, StoreCommand,
};
use crate::cli::holder::this_process;
use crate::cli::memory::Memory;
use crate::cli::run_file::{RunFileError, pack, unpack};
use crate::cli::store_location::{in_runtime, open_existing_store, open_store};
use crate::cli::stream::{print_plain, say};
use crate::cli::system_clock::SystemClock;
use crate::files;
use crate::model::{InputIssue, RunEvent};
use crate::runner::Clock;
use crate::store::{StoreError, StoredRun};

pub(super) fn store(command: &StoreCommand) -> Exit {
    in_runtime(async {
        let done = match command {
            StoreCommand::Prune(arguments) => prune(arguments, SystemClock.now()).await,
            StoreCommand::Check(arguments) => check(arguments).await,
            StoreCommand::Export(arguments) => export(arguments).await,
            StoreCommand::Import(arguments) => import(arguments).await,
        };
        done.unwrap_or_else(|issue| Complaint::from(issue).say())
    })
}

/// A run that has no end is left alone for so long: it may still be under way.
const UNDER_WAY: Duration = Duration::from_secs(48 * 3600);

async fn prune(arguments: &PruneArguments, now: Timestamp) -> Result<Exit, InputIssue> {
    let since = arguments.keep.age.as_deref().map(|age| before(now, age)).transpose()?;
    let store = open_existing_store(arguments.store.store.as_deref()).await?;
    let memory = Memory::of(&store).await?;
    let old = old(memory.runs(), &arguments.keep, since, now);
    let (all, count) = (memory.runs().len(), old.len());
    let mut text = String::new();
    for run in &old {
        let started = run.started.strftime("%Y-%m-%d %H:%M UTC");
        text += &format!("{}  {started}  {}\n", run.id, run.playbook);
    }
    if !arguments.dry_run && count > 0 {
        let ids: Vec<String> = old.iter().map(|run| run.id.clone()).collect();
        store.remove(&ids).await.map_err(told)?;
    }
    let would = if arguments.dry_run { "would be " } else { "" };
    text += &format!("{count} of {all} runs {would}removed\n");
    store.close().await;
    Ok(print_plain(&text))
}

/// The moment that lies so long before `now`: `90d`, `12w`, `36h`.
fn before(now: Timestamp, age: &str) -> Result<Timestamp, InputIssue> {
    let bad = || {
        InputIssue::error(format!("`{age}` is no age"))
            .hint("write a number with h, d or w for hours, days or weeks: `--keep 90d`")
    };
    let unit = age.chars().last().ok_or_else(bad)?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        _ => return Err(bad()),
    };
    let number: u64 = age[..age.len() - unit.len_utf8()].parse().map_err(|_| bad())?;
    let age = number.checked_mul(hours * 3600).map(Duration::from_secs).ok_or_else(bad)?;
    now.checked_sub(age).map_err(|_| bad())
}

/// The runs that nothing says to keep, the oldest first.
fn old<'r>(
    runs: &'r [StoredRun],
    keep: &Keep,
    since: Option<Timestamp>,
    now: Timestamp,
) -> Vec<&'r StoredRun> {
    let mut old = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let is_young = since.is_some_and(|since| run.started >= since);
        let is_same = |other: &&StoredRun| {
            (&other.playbook, &other.inventories) == (&run.playbook, &run.inventories)
        };
        let is_newest =
            keep.runs.is_some_and(|keep| runs[..index].iter().filter(is_same).count() < keep.get());
        let may_run = run.finished.is_none()
            && now.checked_sub(UNDER_WAY).is_ok_and(|limit| run.started >= limit);
        if !is_young && !is_newest && !may_run {
            old.push(run);
        }
    }
    old.reverse();
    old
}

async fn check(arguments: &StoreArguments) -> Result<Exit, InputIssue> {
    let store = open_existing_store(arguments.store.as_deref()).await?;
    let damage = store.damage().await.map_err(told)?;
    let mut memory = Memory::of(&store).await?;
    let runs = memory.runs().to_vec();
    let (mut text, mut events, mut unreadable, mut unfinished) = (String::new(), 0, 0, 0);
    for said in &damage {
        text += &format!("damaged: {said}\n");
    }
    for run in &runs {
        match store.events(&run.id).await {
            Ok(read) => {
                events += read.len();
                if run.finished.is_none() {
                    unfinished += 1;
                    let started = run.started.strftime("%Y-%m-%d %H:%M UTC");
                    text += &format!(
                        "unfinished: run {} of {started} is under way, or its process was killed\n",
                        run.id
                    );
                }
            }
            Err(error @ (StoreError::Event { .. } | StoreError::Damaged { .. })) => {
                unreadable += 1;
                text += &format!("unreadable: {error}\n");
            }
            Err(error) => return Err(told(error)),
        }
    }
    let made = memory.mend().await?;
    let mended = if made > 0 { format!("; {made} summarised anew") } else { String::new() };
    let number = |count: usize, one: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
    };
    text += &format!(
        "{} with {}: {unreadable} unreadable, {unfinished} unfinished{mended}\n",
        number(runs.len(), "run"),
        number(events, "event"),
    );
    store.close().await;
    let exit = print_plain(&text);
    Ok(if damage.is_empty() && unreadable == 0 { exit } else { exit | Exit::INPUT })
}

async fn export(arguments: &ExportArguments) -> Result<Exit, InputIssue> {
    let store = open_existing_store(arguments.store.store.as_deref()).await?;
    let events = store.events(&arguments.run).await.map_err(told)?;
    let Some(RunEvent::RunStarted { run: header }) = events.first() else {
        let run = &arguments.run;
        return Err(InputIssue::error(format!("the run `{run}` has no beginning in the store"))
            .hint("`tokenfleet store check` tells what is wrong with the store"));
    };
    let file = arguments.output.clone();
    let file = file.unwrap_or_else(|| PathBuf::from(format!("{}.tokenfleet", header.id)));
    let bytes = pack(header, &events).map_err(|error| InputIssue::error(error.to_string()))?;
    // It holds what the store holds: the output of firewalls.
    files::write_private(&file, &bytes)?;
    say(&format!("run {} with {} events in {}\n", header.id, events.len(), file.display()));
    store.close().await;
    Ok(Exit::SUCCESS)
}

async fn import(arguments: &ImportArguments) -> Result<Exit, InputIssue> {
    let name = arguments.file.display();
    let bytes = files::read_bytes(&arguments.file)?;
    let (header, events) = unpack(&bytes).map_err(|error| match error {
        RunFileError::Foreign => {
            InputIssue::error(format!("`{name}` is no run that tokenfleet exported"))
                .hint("`tokenfleet store export RUN -o FILE` writes such a file")
        }
        RunFileError::Newer(version) => {
            InputIssue::error(format!("`{name}` was written by a newer tokenfleet ({version})"))
                .hint(format!("use tokenfleet {version} or later"))
        }
        RunFileError::Damaged(cause) => InputIssue::error(format!("`{name}` is damaged: {cause}"))
            .hint("export the run anew, or copy the file again; nothing was imported"),
    })?;
    let Some(store) = open_store(arguments.store.store.as_deref()).await? else {
        return Err(InputIssue::error("`--store none` keeps no run")
            .hint("name the store that is to take the run"));
    };
    if store.runs(u32::MAX).await.map_err(told)?.iter().any(|run| run.id == header.id) {
        let known = store.events(&header.id).await.map_err(told)?;
        store.close().await;
        if known == events {
            say(&format!("run {} is in the store already: nothing was changed\n", header.id));
            return Ok(Exit::SUCCESS);
        }
        return Err(InputIssue::error(format!("the store holds another run `{}`", header.id))
            .hint("nothing was imported: name another store"));
    }
    let count = events.len();
    let writer = store.begin(&header, &this_process()).await.map_err(told)?;
    for event in events {
        writer.append(event).await;
    }
    if let Err(loss) = writer.finish().await {
        // Half a run is none; what cannot be removed, `store check` tells.
        store.remove(std::slice::from_ref(&header.id)).await.ok();
        return Err(told(loss.error));
    }
    say(&format!("run {} with {count} events is in the store\n", header.id));
    store.close().await;
    Ok(Exit::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    fn run(id: &str, playbook: &str, hours: i64) -> StoredRun {
        StoredRun {
            id: id.to_owned(),
            started: at(hours),
            finished: Some(at(hours + 1)),
            interrupted: false,
            version: "0.1.0".to_owned(),
            playbook: playbook.to_owned(),
            inventories: vec![],
            limit: None,
            hosts: 1,
        }
    }

    fn removed(runs: &[StoredRun], age: Option<&str>, keep: Option<usize>) -> Vec<String> {
        let now = at(1000);
        let since = age.map(|age| before(now, age).unwrap());
        let keep = Keep { age: None, runs: keep.and_then(NonZeroUsize::new) };
        old(runs, &keep, since, now).iter().map(|run| run.id.clone()).collect()
    }

    #[test]
    fn a_run_is_kept_when_one_of_both_says_so() {
        let runs = [run("d", "a", 990), run("c", "b", 500), run("b", "a", 400), run("a", "a", 300)];
        assert_eq!(removed(&runs, Some("36h"), None), ["a", "b", "c"]);
        assert_eq!(removed(&runs, None, Some(1)), ["a", "b"]);
        assert_eq!(removed(&runs, Some("25d"), Some(1)), ["a"]);
        assert_eq!(removed(&runs, Some("9w"), None), [""; 0]);
    }

    #[test]
    fn a_run_that_may_be_under_way_is_kept() {
        let mut young = run("b", "a", 960);
        let mut lost = run("a", "a", 900);
        young.finished = None;
        lost.finished = None;
        assert_eq!(removed(&[young, lost], Some("1h"), None), ["a"]);
    }

    #[test]
    fn what_is_no_age_is_refused() {
        for age in ["", "d", "90", "-1d", "1y", "9ü", "99999999999999999d"] {
            assert!(before(at(0), age).is_err(), "{age}");
        }
    }
}
