//! `tokenfleet diff`: what changed from one run to another.

use crate::cli::baseline::told;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::history::{pretty, table};
use crate::cli::history_arguments::{DiffArguments, DiffFormat};
use crate::cli::memory::Memory;
use crate::cli::store_location::{in_runtime, open_existing_store};
use crate::cli::stream::{print, stdout_look};
use crate::model::InputIssue;
use crate::report::{CsvStyle, changes_csv};
use crate::store::Store;
use crate::terminal::{changes_markdown, changes_text};

pub(super) fn diff(arguments: &DiffArguments) -> Exit {
    in_runtime(async {
        compared(arguments).await.unwrap_or_else(|issue| Complaint::from(issue).say())
    })
}

async fn compared(arguments: &DiffArguments) -> Result<Exit, InputIssue> {
    let store = open_existing_store(arguments.store.store.as_deref()).await?;
    let mut memory = Memory::of(&store).await?;
    let (before, after) = named(&store, &memory, &arguments.before, &arguments.after).await?;
    let changes = memory.changes(Some(&before), &after).await?.view();
    let playbook = memory.runs().iter().find(|run| run.id == after);
    let playbook = playbook.map_or("", |run| run.playbook.as_str()).to_owned();
    store.close().await;
    let style = CsvStyle { delimiter: arguments.csv_delimiter.into(), ..CsvStyle::default() };
    let text = match arguments.format {
        DiffFormat::Text => changes_text(&changes, &playbook, stdout_look()),
        DiffFormat::Markdown => changes_markdown(&changes, &playbook),
        DiffFormat::Csv => table(|out| changes_csv(&changes, style, out))?,
        DiffFormat::Json => {
            let json = serde_json::to_value(&changes);
            pretty(&json.map_err(|error| InputIssue::error(error.to_string()))?)?
        }
    };
    let is_different = arguments.exit_code && !changes.is_empty();
    let exit = if is_different { Exit::FINDINGS } else { Exit::SUCCESS };
    Ok(exit | print(&text))
}

/// The ids of two runs. `previous` is the run that the other one goes on from.
async fn named(
    store: &Store,
    memory: &Memory<'_>,
    before: &str,
    after: &str,
) -> Result<(String, String), InputIssue> {
    let resolve = async |name: &str| store.resolve(name).await.map_err(told);
    let previous = |of: &str| {
        let run = memory.previous(of).map(|run| run.id.clone());
        run.ok_or_else(|| {
            InputIssue::error(format!(
                "the store holds no earlier run of the same playbook and inventories as `{of}`"
            ))
            .hint("name the two runs by their ids; `tokenfleet history` lists them")
        })
    };
    match (before, after) {
        ("previous", "previous") => {
            Err(InputIssue::error("one of the two runs must be named")
                .hint("`diff previous latest`"))
        }
        ("previous", after) => {
            let after = resolve(after).await?;
            Ok((previous(&after)?, after))
        }
        (before, "previous") => {
            let before = resolve(before).await?;
            let after = previous(&before)?;
            Ok((before, after))
        }
        (before, after) => Ok((resolve(before).await?, resolve(after).await?)),
    }
}
