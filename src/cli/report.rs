//! `tokenfleet report`: an earlier run, rendered anew.

use std::path::Path;

use crate::cli::arguments::ReportArguments;
use crate::cli::baseline::read_baseline;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::publication::publish;
use crate::cli::run_arguments::Format;
use crate::cli::store_location::open_existing_store;
use crate::cli::stream::say;
use crate::cli::template_files::read_templates;
use crate::model::{InputIssue, RunRecord};

pub(super) fn report(arguments: &ReportArguments) -> Exit {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: no threads could be started: {error}\n"));
            return Exit::INPUT;
        }
    };
    let read = runtime.block_on(read(arguments)).map_err(Complaint::from);
    let rendered = read.and_then(|(record, baseline)| {
        let playbook = Path::new(&record.header.playbook);
        let folder = arguments.templates.as_deref();
        let templates = read_templates(playbook, folder, record.header.started)?;
        Ok(publish(record, baseline.as_ref(), &templates, &[], &arguments.output, 0))
    });
    rendered.unwrap_or_else(|complaint| complaint.say()).told(arguments.output.exit_zero)
}

/// The run, and the one that it is compared with: the one that is named, or else the same as when
/// it ran.
async fn read(arguments: &ReportArguments) -> Result<(RunRecord, Option<RunRecord>), InputIssue> {
    if arguments.output.format == Format::Ansible {
        return Err(InputIssue::error("an earlier run has no results of its tasks to print")
            .hint("`--format ansible` belongs to `tokenfleet run`"));
    }
    let store = open_existing_store(arguments.output.store.as_deref()).await?;
    let events = store
        .events(&arguments.run)
        .await
        .map_err(|error| InputIssue::error(error.to_string()).hint(error.remedy()))?;
    let record = RunRecord::from_events(events).ok_or_else(|| {
        InputIssue::error(format!("the run `{}` has no beginning in the store", arguments.run))
            .hint("the store may be damaged: render another run")
    })?;
    let header = &record.header;
    let baseline = arguments.output.baseline.as_deref().or(header.baseline.as_deref());
    let baseline = read_baseline(baseline, Some(&store), &header.reports, Some(&header.id)).await?;
    store.close().await;
    Ok((record, baseline))
}
