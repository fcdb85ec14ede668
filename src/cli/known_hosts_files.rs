//! The host keys that this user knows.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::cli::complaint::Complaint;
use crate::files::{self, FileKind};
use crate::model::InputIssue;
use crate::ssh::{HostKeys, KnownHosts, News};

/// Every user's host keys, where the system keeps them.
const SYSTEM: &str = "/etc/ssh/ssh_known_hosts";

/// `--known-hosts`, else OpenSSH's file of this user.
fn known_hosts_file(given: Option<&Path>) -> Option<PathBuf> {
    match given {
        Some(path) => Some(path.to_owned()),
        None => Some(BaseDirs::new()?.home_dir().join(".ssh/known_hosts")),
    }
}

/// Reads the file, and the system's behind it. A file that the user named must be there, unless it
/// `may_be_new`; a line that cannot be used is a warning.
pub(super) fn read_known_hosts(
    given: Option<&Path>,
    may_be_new: bool,
    remarks: &mut Complaint,
) -> Result<KnownHosts, InputIssue> {
    let mut known = KnownHosts::default();
    let own = known_hosts_file(given);
    let system = given.is_none().then(|| PathBuf::from(SYSTEM));
    for path in own.into_iter().chain(system) {
        match files::read_text(&path) {
            Ok(source) => {
                remarks.issues.extend(known.read(&source));
                remarks.sources.push(source);
            }
            // Nobody has to have one; with `strict` every host then says that it is not known.
            Err(error) if error.is_missing() && (given.is_none() || may_be_new) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(known)
}

/// Makes sure, before the first packet, that accepted keys will have a place to go to.
pub(super) fn probe_known_hosts(given: Option<&Path>) -> Result<(), InputIssue> {
    let path = known_hosts_file(given).ok_or_else(no_file)?;
    if keeps_nothing(&path) {
        return Ok(());
    }
    // Nothing is changed; but the file and its folder are created when they are missing.
    files::update_shared(&path, |_| None)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    files::probe_writable(folder).map_err(InputIssue::from)
}

/// Adds the keys that this run accepted as new, and gives how many; the second are warnings.
pub(super) fn remember(
    keys: &HostKeys,
    given: Option<&Path>,
) -> Result<(usize, Vec<InputIssue>), InputIssue> {
    if keys.news_for(&KnownHosts::default()) == News::default() {
        return Ok((0, Vec::new()));
    }
    let path = known_hosts_file(given).ok_or_else(no_file)?;
    if keeps_nothing(&path) {
        return Ok((0, Vec::new()));
    }
    let mut news = News::default();
    files::update_shared(&path, |now| {
        let mut known = KnownHosts::default();
        known.read(now);
        news = keys.news_for(&known);
        with_lines(&now.text, &news.lines)
    })?;
    let contested = news.contested.iter().map(|name| {
        InputIssue::warning(format!(
            "the key of {name} that was accepted as new is not remembered: somebody added another \
             one to `{}` during the run",
            path.display()
        ))
        .hint("find out which of them is the device's own, on its console")
    });
    Ok((news.lines.len(), contested.collect()))
}

/// Adds lines to the known host keys, and gives how many were not there yet.
pub(super) fn add_known_hosts(
    given: Option<&Path>,
    lines: &[String],
) -> Result<(usize, PathBuf), InputIssue> {
    let path = known_hosts_file(given).ok_or_else(no_file)?;
    let mut count = 0;
    files::update_shared(&path, |now| {
        let there: HashSet<&str> = now.text.lines().collect();
        let missing = |line: &&String| !there.contains(line.as_str());
        let lines: Vec<String> = lines.iter().filter(missing).cloned().collect();
        count = lines.len();
        with_lines(&now.text, &lines)
    })?;
    Ok((count, path))
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

fn no_file() -> InputIssue {
    InputIssue::error("accepted host keys have no file to go to")
        .hint("name one with `--known-hosts`")
}
