//! Reads everything that belongs to an inventory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::script_inventory::ask_script;
use crate::files::{self, FileError, FileKind};
use crate::inventory::{
    InventorySource, Limit, Sources, VariableDirectory, inventory_files, limit_files,
    variable_files,
};
use crate::model::{InputIssue, SourceFile};
use crate::vault::{Keyring, is_vaulted};

/// Reads the inventories that `-i` names, and the `group_vars/` and `host_vars/` beside them and
/// in the folder of the playbook. All files that cannot be read are told at once.
pub(super) fn read_sources(
    inventories: &[String],
    playbooks: Option<&Path>,
    keyring: &Arc<Keyring>,
) -> Result<Sources, Vec<InputIssue>> {
    let mut issues = Vec::new();
    let mut sources = Sources { keyring: keyring.clone(), ..Sources::default() };
    let mut folders = Vec::new();
    for given in inventories {
        match read_inventory(given, &mut sources) {
            Ok(folder) => folders.extend(folder),
            Err(issue) => issues.push(issue),
        }
    }
    for (at, folder) in folders.iter().enumerate() {
        // The last of the same counts.
        if folders[at + 1..].contains(folder) {
            continue;
        }
        match variables_beside(folder) {
            Ok(directory) => sources.beside_inventories.push(directory),
            Err(error) => issues.push(error.into()),
        }
    }
    if let Some(folder) = playbooks {
        match variables_beside(folder) {
            Ok(directory) => sources.beside_playbook = directory,
            Err(error) => issues.push(error.into()),
        }
    }
    if issues.is_empty() { Ok(sources) } else { Err(issues) }
}

/// Reads a `--limit` with the files that it names.
pub(super) fn read_limit(text: &str) -> Result<Limit, InputIssue> {
    let mut read = Vec::new();
    for name in limit_files(text) {
        read.push(files::read_text(Path::new(&name))?);
    }
    Limit::new(text, &read)
}

/// The texts that were read, for excerpts. Vaulted files have none: what is said of them is about
/// what they hold.
pub(super) fn texts(sources: &Sources) -> Vec<SourceFile> {
    files_of(sources).filter(|file| !is_vaulted(&file.text)).cloned().collect()
}

/// The texts that have to be opened.
pub(super) fn vaulted_texts(sources: &Sources) -> Vec<&str> {
    files_of(sources).map(|file| &*file.text).filter(|text| is_vaulted(text)).collect()
}

fn files_of(sources: &Sources) -> impl Iterator<Item = &SourceFile> {
    let inventories = sources.inventories.iter().filter_map(|source| match source {
        InventorySource::File(file) => Some(file),
        // A line of a script's answer may hold the secrets of all hosts.
        InventorySource::HostList(_) | InventorySource::Script(_) => None,
    });
    let directories = sources.beside_inventories.iter().chain([&sources.beside_playbook]);
    let variables = directories.flat_map(|directory| &directory.files).map(|(_, file)| file);
    inventories.chain(variables)
}

/// Reads one `-i`, and gives the folder whose variables belong to it.
fn read_inventory(given: &str, sources: &mut Sources) -> Result<Option<PathBuf>, InputIssue> {
    let path = Path::new(given);
    match files::kind_of(path) {
        FileKind::Missing if given.contains(',') => {
            sources.inventories.push(InventorySource::HostList(given.to_owned()));
            Ok(None)
        }
        FileKind::Folder => {
            let paths = relative_paths(path)?;
            let found = inventory_files(&paths);
            if found.is_empty() {
                return Err(InputIssue::error(format!("the folder `{given}` holds no inventory"))
                    .hint("name a folder with a hosts.yml or hosts.ini in it"));
            }
            for file in found {
                sources.inventories.push(read_source(&path.join(file))?);
            }
            Ok(Some(path.to_owned()))
        }
        _ => {
            sources.inventories.push(read_source(path)?);
            Ok(Some(folder_of(path).to_owned()))
        }
    }
}

/// Reads a file, or runs it where it is a program.
fn read_source(path: &Path) -> Result<InventorySource, InputIssue> {
    if !files::is_script(path) {
        return Ok(InventorySource::File(files::read_text(path)?));
    }
    Ok(InventorySource::Script(ask_script(path)?))
}

/// `group_vars/` and `host_vars/` in `folder`; nothing else of it is walked, since an inventory
/// may lie in a large folder.
fn variables_beside(folder: &Path) -> Result<VariableDirectory, FileError> {
    let mut directory = VariableDirectory::default();
    for name in ["group_vars", "host_vars"] {
        let below = folder.join(name);
        if files::kind_of(&below) != FileKind::Folder {
            continue;
        }
        let paths: Vec<String> =
            relative_paths(&below)?.into_iter().map(|path| format!("{name}/{path}")).collect();
        for path in variable_files(&paths) {
            let named = if folder == Path::new(".") { path.into() } else { folder.join(path) };
            directory.files.push((path.to_owned(), files::read_text(&named)?));
        }
    }
    Ok(directory)
}

fn relative_paths(folder: &Path) -> Result<Vec<String>, FileError> {
    let files = files::list_tree(folder)?;
    Ok(files.into_iter().map(|file| file.path.to_string_lossy().replace('\\', "/")).collect())
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
