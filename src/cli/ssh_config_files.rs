//! OpenSSH's configuration of this user, and the files that it includes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::cli::complaint::Complaint;
use crate::files::{self, FileKind};
use crate::inventory::{Inventory, SshConfig, Variables, ssh_config_files};
use crate::model::{InputIssue, SourceFile, matches_wildcards};

/// Where the system keeps its own.
const SYSTEM: &str = "/etc/ssh";

/// Reads those that an inventory or the settings name by `-F`, each under its name.
pub(super) fn read_other_ssh_configs(
    inventory: &Inventory,
    settings: &Variables,
    remarks: &mut Complaint,
) -> Result<HashMap<String, SshConfig>, Complaint> {
    let names = ssh_config_files(inventory, settings).into_iter();
    names
        .map(|name| {
            let path = match (name.strip_prefix("~/"), BaseDirs::new()) {
                (Some(rest), Some(folders)) => folders.home_dir().join(rest),
                _ => PathBuf::from(&name),
            };
            Ok((name, read_ssh_config(Some(&path), remarks)?))
        })
        .collect()
}

/// Reads `--ssh-config`, else the user's file and the system's, where they exist. The mistakes
/// are all told; warnings go into `remarks`.
pub(super) fn read_ssh_config(
    given: Option<&Path>,
    remarks: &mut Complaint,
) -> Result<SshConfig, Complaint> {
    let home = BaseDirs::new().map(|folders| folders.home_dir().to_owned());
    let mut config = SshConfig::new(home.clone());
    let files = match given {
        Some(path) if path == Path::new("none") => Vec::new(),
        Some(path) => vec![path.to_owned()],
        None => {
            let own = home.as_ref().map(|home| home.join(".ssh/config"));
            own.into_iter().chain([Path::new(SYSTEM).join("ssh_config")]).collect()
        }
    };
    let mut sources = Vec::new();
    let mut issues = Vec::new();
    for path in files {
        let source = match read(&path, given.is_none()) {
            Ok(Some(source)) => source,
            Ok(None) if given.is_none() => continue,
            // It was asked for: now it is an error.
            Ok(None) => files::read_text(&path)?,
            Err(issue) => return Err(issue.into()),
        };
        sources.push(source.clone());
        let mut includes = |name: &str, from: &SourceFile| {
            let included = included(name, from, home.as_deref(), given.is_none())?;
            sources.extend(included.iter().cloned());
            Ok(included)
        };
        issues.extend(config.read(&source, &mut includes));
    }
    if issues.iter().any(InputIssue::is_error) {
        return Err(Complaint::new(issues, sources));
    }
    remarks.issues.extend(issues);
    remarks.sources.extend(sources);
    Ok(config)
}

/// The files that an `Include` means, sorted; wildcards may stand in the last part of a path.
/// One that is not there is none, as in OpenSSH.
fn included(
    name: &str,
    from: &SourceFile,
    home: Option<&Path>,
    is_guarded: bool,
) -> Result<Vec<SourceFile>, InputIssue> {
    let path = match (name.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ if from.name.starts_with(SYSTEM) => Path::new(SYSTEM).join(name),
        (None, Some(home)) => home.join(".ssh").join(name),
        _ => PathBuf::from(name),
    };
    let has_wildcards = |text: &str| text.contains(['*', '?', '[']);
    let (Some(folder), Some(last)) = (path.parent(), path.file_name()) else {
        return Ok(Vec::new());
    };
    let last = last.to_string_lossy();
    let mut paths = vec![path.clone()];
    if folder.to_str().is_some_and(has_wildcards) || last.contains('[') {
        return Err(InputIssue::error(format!("`Include {name}` has wildcards where none can be"))
            .hint("`*` and `?` may stand in the last part of a path"));
    }
    if has_wildcards(&last) {
        paths = match files::kind_of(folder) {
            FileKind::Folder => files::list_folder(folder)?,
            _ => Vec::new(),
        };
        // As in a shell, a file whose name begins with a dot is asked for by it.
        paths.retain(|path| {
            path.file_name().map(|name| name.to_string_lossy()).is_some_and(|name| {
                matches_wildcards(&last, &name) && name.starts_with('.') == last.starts_with('.')
            })
        });
    }
    paths.iter().filter_map(|path| read(path, is_guarded).transpose()).collect()
}

/// Reads a file that may be missing. It can name commands to be run, so one that is read unasked
/// must not be anybody's to change.
fn read(path: &Path, is_guarded: bool) -> Result<Option<SourceFile>, InputIssue> {
    if is_guarded && files::is_writable_by_others(path) {
        return Err(InputIssue::error(format!(
            "others than you may change the SSH configuration `{}`",
            path.display()
        ))
        .hint("take the right from them (`chmod go-w`), as ssh demands too, or give `--ssh-config none`"));
    }
    match files::read_text(path) {
        Ok(source) => Ok(Some(source)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
