//! `tokenfleet report`: an earlier run, rendered anew.

use std::path::Path;

use crate::cli::arguments::ReportArguments;
use crate::cli::baseline::{read_baseline, told};
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::publication::{Past, publish};
use crate::cli::run_arguments::Format;
use crate::cli::store_location::{in_runtime, open_existing_store};
use crate::cli::stream::say;
use crate::cli::template_files::read_templates;
use crate::model::{InputIssue, RunRecord};

pub(super) fn report(arguments: &ReportArguments) -> Exit {
    in_runtime(async {
        let rendered = render(arguments).await;
        rendered.unwrap_or_else(|complaint| complaint.say()).told(arguments.output.exit_zero)
    })
}

/// Reads the run, and the one that it is compared with: the one that is named, or else the same as
/// when it ran.
async fn render(arguments: &ReportArguments) -> Result<Exit, Complaint> {
    if arguments.output.format == Format::Ansible {
        return Err(InputIssue::error("an earlier run has no results of its tasks to print")
            .hint("`--format ansible` belongs to `tokenfleet run`")
            .into());
    }
    let store = open_existing_store(arguments.output.store.as_deref()).await?;
    let events = store.events(&arguments.run).await.map_err(told)?;
    let record = RunRecord::from_events(events).ok_or_else(|| {
        InputIssue::error(format!("the run `{}` has no beginning in the store", arguments.run))
            .hint("the store may be damaged: render another run")
    })?;
    let header = &record.header;
    let baseline = arguments.output.baseline.as_deref().or(header.baseline.as_deref());
    let baseline = baseline.or(arguments.output.baseline());
    let baseline = read_baseline(baseline, Some(&store), header).await?;
    let (playbook, folder) = (Path::new(&header.playbook), arguments.templates.as_deref());
    let templates = read_templates(playbook, folder, header.started)?;
    let id = header.id.clone();
    let past = Past { store: Some(&store), baseline: baseline.as_ref() };
    let published = publish(record, past, &templates, &[], &arguments.output, 0).await;
    for delivery in store.deliveries(&id).await.map_err(told)? {
        if let Some(failure) = delivery.failure {
            say(&format!("note: `{}` was not delivered: {failure}\n", delivery.name));
        }
    }
    store.close().await;
    Ok(published.exit)
}
