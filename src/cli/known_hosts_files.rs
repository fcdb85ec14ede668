//! The host keys that this user knows.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use directories::BaseDirs;
use indexmap::IndexSet;

use crate::cli::complaint::Complaint;
use crate::files::{self, FileKind};
use crate::model::{HostKeyPolicy, InputIssue, KnownHostsFiles, Target};
use crate::ssh::{HostKeys, KnownHosts, News};

/// Every user's host keys, where the system keeps them.
const SYSTEM: &str = "/etc/ssh/ssh_known_hosts";

/// What is known, by the files that targets name.
pub(super) type Known = HashMap<KnownHostsFiles, Vec<Arc<KnownHosts>>>;

/// What `--known-hosts` means: that file alone, also without the system's.
pub(super) fn known_hosts_flag(given: Option<&Path>) -> KnownHostsFiles {
    match given {
        Some(path) => {
            KnownHostsFiles { user: Some(vec![path.to_owned()]), global: Some(Vec::new()) }
        }
        None => KnownHostsFiles::default(),
    }
}

/// The user's own, the first of which is written to.
fn own_files(files: &KnownHostsFiles) -> Vec<PathBuf> {
    match &files.user {
        Some(paths) => paths.clone(),
        None => {
            let home = BaseDirs::new().into_iter();
            home.map(|folders| folders.home_dir().join(".ssh/known_hosts")).collect()
        }
    }
}

/// The files that hosts and jump hosts name, each of them once.
fn named<'t>(targets: impl Iterator<Item = &'t Target>) -> IndexSet<&'t KnownHostsFiles> {
    let all = targets.flat_map(|target| std::iter::once(target).chain(target.jump_hosts()));
    let checked = all.filter(|target| match target.host_key {
        HostKeyPolicy::Strict | HostKeyPolicy::AcceptNew => true,
        HostKeyPolicy::Off | HostKeyPolicy::Pinned(_) => false,
    });
    checked.map(|target| &target.known_hosts).collect()
}

/// Reads the files that `targets` name, each once. A missing one knows nobody; but the one of
/// `--known-hosts` must be there, unless it `may_be_new`, and it is told when there is none at all
/// of those that a host names. A line that cannot be used is a warning.
pub(super) fn read_known_hosts<'t>(
    targets: impl Iterator<Item = &'t Target>,
    given: Option<&Path>,
    may_be_new: bool,
    remarks: &mut Complaint,
) -> Result<Known, InputIssue> {
    let mut read: HashMap<PathBuf, Option<Arc<KnownHosts>>> = HashMap::new();
    let mut known = Known::new();
    let mut nowhere = Vec::new();
    for files in named(targets) {
        let own = own_files(files);
        let global = files.global.clone().unwrap_or_else(|| vec![PathBuf::from(SYSTEM)]);
        for path in own.iter().chain(&global) {
            if read.contains_key(path) {
                continue;
            }
            let text = match files::read_text(path) {
                Ok(source) => {
                    let mut text = KnownHosts::default();
                    remarks.issues.extend(text.read(&source));
                    remarks.sources.push(source);
                    Some(Arc::new(text))
                }
                Err(error) if !error.is_missing() => return Err(error.into()),
                Err(error) if Some(path.as_path()) == given && !may_be_new => {
                    return Err(error.into());
                }
                Err(_) => None,
            };
            read.insert(path.clone(), text);
        }
        let texts = |paths: &[PathBuf]| -> Vec<_> {
            paths.iter().filter_map(|path| read.get(path).cloned().flatten()).collect()
        };
        let (own_texts, global_texts) = (texts(&own), texts(&global));
        if files.user.is_some() && !own.is_empty() && own_texts.is_empty() {
            nowhere.extend(own.into_iter().next());
        }
        known.insert(files.clone(), [own_texts, global_texts].concat());
    }
    if let Some(first) = nowhere.first().filter(|_| !may_be_new) {
        let more = match nowhere.len() {
            1 => String::new(),
            count => format!(", and so are {} others", count - 1),
        };
        remarks.issues.push(
            InputIssue::warning(format!(
                "the file of known host keys `{}` is missing{more}",
                first.display()
            ))
            .hint("see `UserKnownHostsFile`; `tokenfleet scan-keys --append` creates it"),
        );
    }
    Ok(known)
}

/// Makes sure, before the first packet, that accepted keys will have a place to go to.
pub(super) fn probe_known_hosts<'t>(
    targets: impl Iterator<Item = &'t Target>,
) -> Result<(), InputIssue> {
    let all = targets.flat_map(|target| std::iter::once(target).chain(target.jump_hosts()));
    let learning = all.filter(|target| target.host_key == HostKeyPolicy::AcceptNew);
    let files: IndexSet<_> = learning.map(|target| &target.known_hosts).collect();
    let mut folders = HashSet::new();
    for files in files {
        let Some(path) = kept_in(files)? else { continue };
        // Nothing is changed; but the file and its folder are created when they are missing.
        files::update_shared(&path, |_| None)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        if folders.insert(folder.to_owned()) {
            files::probe_writable(folder).map_err(InputIssue::from)?;
        }
    }
    Ok(())
}

/// Where accepted keys go, if they are kept at all.
fn kept_in(files: &KnownHostsFiles) -> Result<Option<PathBuf>, InputIssue> {
    match own_files(files).into_iter().next() {
        Some(path) => Ok(Some(path).filter(|path| !keeps_nothing(path))),
        None if files.user.is_some() => Ok(None),
        None => Err(InputIssue::error("accepted host keys have no file to go to")
            .hint("name one with `--known-hosts`")),
    }
}

/// Adds the keys that this run accepted as new, and gives how many; the second are warnings.
pub(super) fn remember(keys: &HostKeys) -> Result<(usize, Vec<InputIssue>), InputIssue> {
    let mut count = 0;
    let mut warnings = Vec::new();
    for files in keys.learned() {
        let Some(path) = kept_in(&files)? else { continue };
        let mut news = News::default();
        files::update_shared(&path, |now| {
            let mut known = KnownHosts::default();
            known.read(now);
            news = keys.news_for(&files, &known);
            with_lines(&now.text, &news.lines)
        })?;
        count += news.lines.len();
        warnings.extend(news.contested.iter().map(|name| {
            InputIssue::warning(format!(
                "the key of {name} that was accepted as new is not remembered: somebody added \
                 another one to `{}` during the run",
                path.display()
            ))
            .hint("find out which of them is the device's own, on its console")
        }));
    }
    Ok((count, warnings))
}

/// Adds lines to the file in which such keys are kept, and gives how many were not there yet.
pub(super) fn add_known_hosts(
    files: &KnownHostsFiles,
    lines: &[String],
) -> Result<(usize, Option<PathBuf>), InputIssue> {
    let Some(path) = kept_in(files)? else { return Ok((0, None)) };
    let mut count = 0;
    files::update_shared(&path, |now| {
        let there: HashSet<&str> = now.text.lines().collect();
        let missing = |line: &&String| !there.contains(line.as_str());
        let lines: Vec<String> = lines.iter().filter(missing).cloned().collect();
        count = lines.len();
        with_lines(&now.text, &lines)
    })?;
    Ok((count, Some(path)))
}

/// `/dev/null`, by which a user says that nothing is to be remembered.
fn keeps_nothing(path: &Path) -> bool {
    files::kind_of(path) == FileKind::Special
}

/// The text with the lines behind it; `None` when there are none.
fn with_lines(text: &str, lines: &[String]) -> Option<String> {
    if lines.is_empty() {
        return None;
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Some(format!("{text}{gap}{}\n", lines.join("\n")))
}
