//! A record to reports: on disk, on the screen, and as an exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};

use indexmap::IndexMap;

use crate::cli::baseline::Baseline;
use crate::cli::exit::Exit;
use crate::cli::log::{is_json, log_findings};
use crate::cli::push::push;
use crate::cli::remembering::remember_past;
use crate::cli::run_arguments::{Format, OutputArguments};
use crate::cli::stream::{print, say, say_issues, stdout_look};
use crate::files;
use crate::findings::FleetFacts;
use crate::model::{InputIssue, ReportRequest, ReportSource, RunRecord, Severity, SourceFile};
use crate::report::{Content, Document, FindingView, Renderer, View, judge};
use crate::store::Store;
use crate::template::TemplateSet;
use crate::terminal::{paint_summary, recap};

/// Names of reports that are listed one by one.
const MOST_NAMES: usize = 12;

/// The folder that the reports of a run go to.
pub(super) fn output_folder(arguments: &OutputArguments, run: &str) -> PathBuf {
    arguments.output_dir.clone().unwrap_or_else(|| arguments.reports_dir.join(run))
}

/// What came before a run.
#[derive(Clone, Copy)]
pub(super) struct Past<'a> {
    /// The store that holds the run whole.
    pub store: Option<&'a Store>,
    pub baseline: Option<&'a Baseline>,
}

/// What came of a record.
pub(super) struct Published {
    pub exit: Exit,
    pub view: Arc<View>,
}

/// Judges a record, compares it with what came before, and writes all that it is asked for. What cannot be
/// judged or written is told, and does not keep the rest from being written. `playbook`: its text,
/// where it is the one that was run.
pub(super) async fn publish(
    mut record: RunRecord,
    past: Past<'_>,
    templates: &TemplateSet,
    playbook: &[SourceFile],
    arguments: &OutputArguments,
    verbosity: u8,
) -> Published {
    let facts = FleetFacts::taken_from(&mut record);
    let record = &record;
    let mut judgement = judge(record, &facts, templates);
    let mut view = View::new(record, &facts, &judgement.findings).judged(&facts, &judgement);
    if let Some(replaced) = past.baseline.and_then(|baseline| baseline.replaced.as_ref()) {
        view = view.compared(&facts, replaced);
    }
    let mut issues = judgement.issues;
    if let Some(store) = past.store {
        let remembered = remember_past(store, record, &facts, &mut view, past.baseline).await;
        issues.extend(remembered.err());
    }
    if arguments.only_changes && view.changes.is_some() {
        let new = |(_, view): &(_, &FindingView)| view.change == Some("new");
        let found = judgement.findings.iter().zip(&view.findings).filter(new);
        judgement.findings = found.map(|(found, _)| found.clone()).collect();
        view = view.only_changes();
    }
    let mut exit = Exit::of(record, &judgement.findings, arguments.fail_on);
    exit = exit | Exit::of_swaps(&view, arguments.fail_on);
    if is_json() {
        log_findings(Severity::ALL.map(|severity| {
            let found = judgement.findings.iter().filter(|found| found.severity == severity);
            (severity, found.count())
        }));
    }
    // All that reports say is in the view; of a large fleet the rest is much.
    drop((facts, judgement.findings, judgement.muted));
    let view = Arc::new(view);
    let mut renderer = Renderer::new(&view, templates)
        .with_csv_style(arguments.csv_style())
        .with_fail_on(arguments.fail_on);
    let folder = output_folder(arguments, &record.header.id);
    let requests = requests(&record.header.reports, arguments);
    let (written, unwritten) = write_reports(&mut renderer, &requests, &folder);
    issues.extend(unwritten);
    let mut also = String::new();
    for (request, file) in elsewhere(arguments) {
        let content = renderer.content(request);
        let write =
            |content: Content<'_>| files::stream_atomically(file, |out| content.write_to(out));
        match content.and_then(|content| Ok(write(content)?)) {
            Ok(()) => also.push_str(&format!("Also written: {}\n", file.display())),
            Err(issue) => issues.push(issue),
        }
    }
    if let Some(url) = &arguments.push_metrics {
        issues.extend(push(url, &renderer).err());
    }
    match on_screen(&view, &renderer, arguments.format) {
        Ok(text) => exit = exit | print(&text),
        Err(issue) => issues.push(issue),
    }
    if verbosity > 0 && arguments.format == Format::Human {
        exit = exit | print(&recap(record));
    }
    if !written.is_empty() {
        say(&told(&folder, &written));
    }
    say(&also);
    if !issues.is_empty() {
        let sources: Vec<_> = playbook.iter().chain(templates.sources()).cloned().collect();
        say_issues(&issues, &sources);
    }
    if issues.iter().any(InputIssue::is_error) {
        exit = exit | Exit::INPUT;
    }
    drop(renderer);
    Published { exit, view }
}

/// What goes into the output folder: what the playbook asks for, and what flags add to it.
fn requests(of_plays: &[ReportRequest], arguments: &OutputArguments) -> Vec<ReportRequest> {
    let mut requests = of_plays.to_vec();
    for extra in arguments.extra_reports.iter().filter(|extra| extra.file.is_none()) {
        let ReportRequest { source, dest, .. } = &extra.request;
        if !requests.iter().any(|known| (&known.source, &known.dest) == (source, dest)) {
            requests.push(extra.request.clone());
        }
    }
    requests
}

/// What flags send to files of their own.
fn elsewhere(arguments: &OutputArguments) -> impl Iterator<Item = (&ReportRequest, &Path)> {
    let extras = arguments.extra_reports.iter();
    extras.filter_map(|extra| Some((&extra.request, extra.file.as_deref()?)))
}

fn on_screen(view: &View, renderer: &Renderer<'_>, format: Format) -> Result<String, InputIssue> {
    match format {
        Format::Human => Ok(paint_summary(&renderer.summary()?, stdout_look())),
        Format::Json => view.to_json(),
        // A run prints it itself: a record does not keep the results of tasks.
        Format::Ansible => Ok(String::new()),
    }
}

/// Paths relative to the folder, in the order written.
fn write_reports(
    renderer: &mut Renderer<'_>,
    requests: &[ReportRequest],
    folder: &Path,
) -> (Vec<String>, Vec<InputIssue>) {
    let write = |document: Document<'_>| {
        let path = folder.join(&document.path);
        files::stream_atomically(&path, |file| document.content.write_to(file))
            .map(|()| document.path)
            .map_err(InputIssue::from)
    };
    let mut written = Vec::new();
    let mut issues = Vec::new();
    thread::scope(|threads| {
        let mut attempts: Vec<Vec<Attempt<'_>>> = requests.iter().map(|_| Vec::new()).collect();
        // The workbook takes as long as all the others together: it is begun first, beside them.
        let is_book = |index: &usize| requests[*index].source == ReportSource::Xlsx;
        let (books, others): (Vec<_>, Vec<_>) = (0..requests.len()).partition(is_book);
        for index in books.into_iter().chain(others) {
            attempts[index] = match renderer.render(&requests[index]) {
                Err(found) => found.into_iter().map(|issue| Attempt::Over(Err(issue))).collect(),
                Ok(documents) if is_book(&index) => {
                    let begin = |document| Attempt::UnderWay(threads.spawn(|| write(document)));
                    documents.into_iter().map(begin).collect()
                }
                Ok(documents) => {
                    documents.into_iter().map(|document| Attempt::Over(write(document))).collect()
                }
            };
        }
        for attempt in attempts.into_iter().flatten() {
            match attempt.outcome() {
                Ok(path) => written.push(path),
                Err(issue) => issues.push(issue),
            }
        }
    });
    (written, issues)
}

/// The writing of one report.
enum Attempt<'t> {
    Over(Result<String, InputIssue>),
    UnderWay(ScopedJoinHandle<'t, Result<String, InputIssue>>),
}

impl Attempt<'_> {
    /// The path that was written.
    fn outcome(self) -> Result<String, InputIssue> {
        match self {
            Self::Over(outcome) => outcome,
            Self::UnderWay(thread) => thread.join().unwrap_or_else(|_| {
                Err(InputIssue::error("the workbook ended in a bug of tokenfleet")
                    .hint("please report it; the other reports are not concerned"))
            }),
        }
    }
}

/// `Reports in reports/x: report.html, tokens.csv, tickets/ (12)`, and what else lies there.
fn told(folder: &Path, written: &[String]) -> String {
    let mut names: IndexMap<&str, usize> = IndexMap::new();
    for path in written {
        let name = path.rsplit_once('/').map_or(path.as_str(), |(below, _)| below);
        *names.entry(name).or_default() += usize::from(name.len() < path.len());
    }
    let mut names: Vec<String> = names
        .into_iter()
        .map(|(name, below)| if below > 0 { format!("{name}/ ({below})") } else { name.to_owned() })
        .collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mut text = format!("Reports in {}: {}{more}\n", folder.display(), names.join(", "));
    let stale = stale(folder, written);
    if stale > 0 {
        text.push_str(&format!("note: {stale} more files lie there that this run did not write\n"));
    }
    text
}

/// How many files beside the reports are not of this run: last week's ticket must not pass for
/// today's. Only the folders that this run wrote into are looked at.
fn stale(folder: &Path, written: &[String]) -> usize {
    let mut by_folder: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in written {
        let (below, name) = path.rsplit_once('/').unwrap_or(("", path));
        by_folder.entry(below).or_default().insert(name);
    }
    let others = |(below, names): (&str, BTreeSet<&str>)| {
        let files = files::list_folder(&folder.join(below)).unwrap_or_default();
        let name =
            |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        files.iter().filter_map(name).filter(|name| !names.contains(name.as_str())).count()
    };
    by_folder.into_iter().map(others).sum()
}
