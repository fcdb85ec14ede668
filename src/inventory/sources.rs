//! What an inventory is read from: texts, and where they stood.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::model::SourceFile;
use crate::vault::Keyring;

use super::ScriptAnswers;

/// Names that hold variables, not inventories.
const VARIABLE_DIRECTORIES: [&str; 2] = ["group_vars", "host_vars"];

/// What Ansible leaves out when it reads a directory as an inventory.
const IGNORED_ENDINGS: [&str; 12] =
    [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];

/// The endings of variable files, in the order in which they are looked for.
const VARIABLE_ENDINGS: [&str; 3] = [".yml", ".yaml", ".json"];

/// Everything that an inventory is built from, read by the caller.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// In the order of the `-i` options; a directory gives its files one by one, in the order of
    /// [`inventory_files`]. Later ones win.
    pub inventories: Vec<InventorySource>,
    /// The directories of the `-i` options, in the same order: the directory itself, or the one
    /// that holds the file; of several that are the same, the last. A host list has none.
    pub beside_inventories: Vec<VariableDirectory>,
    /// The directory of the playbook; its variables win over those beside the inventory.
    pub beside_playbook: VariableDirectory,
    /// Opens files that are vaulted as a whole.
    pub keyring: Arc<Keyring>,
}

/// One inventory.
#[derive(Debug, Clone)]
pub enum InventorySource {
    /// INI, YAML, JSON or CSV; told apart by the name's ending, else by the first line.
    File(SourceFile),
    /// What an executable inventory answered.
    Script(ScriptAnswers),
    /// `-i fw1,fw2,`
    HostList(String),
}

/// The `group_vars/` and `host_vars/` of one directory.
#[derive(Debug, Clone, Default)]
pub struct VariableDirectory {
    /// Relative path with `/`, such as `group_vars/uk/10-snmp.yml`, and text; all those that
    /// [`variable_files`] names. Files of groups and hosts that do not exist are not looked into.
    pub files: Vec<(String, SourceFile)>,
}

impl VariableDirectory {
    /// The files that hold the variables of `name`, in the order of their reading. `kind` is
    /// `group_vars` or `host_vars`.
    ///
    /// Of `uk`, `uk.yml`, `uk.yaml` and `uk.json` only the first that exists counts; where it is
    /// a directory, all of its files do.
    pub(super) fn files_of<'a>(
        &'a self,
        index: &Index<'a>,
        kind: &str,
        name: &str,
    ) -> Vec<&'a SourceFile> {
        let endings = [""].into_iter().chain(VARIABLE_ENDINGS);
        endings
            .filter_map(|ending| index.get(&(kind, format!("{name}{ending}"))))
            .map(|positions| positions.iter().map(|position| &self.files[*position].1).collect())
            .next()
            .unwrap_or_default()
    }

    /// The positions of the files by the kind and by the name below `group_vars/`.
    pub(super) fn index(&self) -> Index<'_> {
        let mut positions: Vec<usize> = (0..self.files.len()).collect();
        positions.sort_by(|a, b| by_components(&self.files[*a].0, &self.files[*b].0));
        let mut index = Index::new();
        for position in positions {
            let path = &self.files[position].0;
            let mut parts = path.splitn(3, '/');
            if let (Some(kind), Some(name)) = (parts.next(), parts.next())
                && is_variable_file(path)
            {
                index.entry((kind, name.to_owned())).or_default().push(position);
            }
        }
        index
    }
}

pub(super) type Index<'a> = std::collections::HashMap<(&'a str, String), Vec<usize>>;

/// Of the files below a directory that was given as an inventory (relative paths with `/`),
/// those that are inventories, in the order in which they are to be read.
pub fn inventory_files(paths: &[String]) -> Vec<&str> {
    let mut found: Vec<&str> = paths
        .iter()
        .map(String::as_str)
        .filter(|path| {
            path.split('/').all(|part| {
                !part.starts_with('.')
                    && part != "vars_plugins"
                    && !VARIABLE_DIRECTORIES.contains(&part)
                    && !IGNORED_ENDINGS.iter().any(|ending| part.ends_with(ending))
            })
        })
        .collect();
    found.sort_by(|a, b| by_components(a, b));
    found
}

/// Of the files below the directory of an inventory or a playbook (relative paths with `/`),
/// those that belong into its [`VariableDirectory`].
pub fn variable_files(paths: &[String]) -> Vec<&str> {
    let mut found: Vec<&str> =
        paths.iter().map(String::as_str).filter(|path| is_variable_file(path)).collect();
    found.sort_by(|a, b| by_components(a, b));
    found
}

/// `group_vars/NAME`, with any ending, since a name may hold a dot; or a file in a directory
/// `group_vars/NAME/`, which needs an ending of YAML, or none.
fn is_variable_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [kind, name, rest @ ..] = parts.as_slice() else { return false };
    let is_visible = |part: &str| !part.starts_with('.') && !part.ends_with('~');
    if !VARIABLE_DIRECTORIES.contains(kind) || !is_visible(name) {
        return false;
    }
    let Some((file, directories)) = rest.split_last() else { return true };
    let ending = file.rfind('.').map_or("", |dot| &file[dot..]);
    directories.iter().all(|part| is_visible(part) && !part.contains('.'))
        && is_visible(file)
        && (ending.is_empty() || VARIABLE_ENDINGS.contains(&ending))
}

/// The order in which a walk that sorts each directory by name meets the files.
fn by_components(a: &str, b: &str) -> Ordering {
    a.split('/').cmp(b.split('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn a_directory_gives_its_inventories_in_order() {
        let tree = paths(&[
            "b.yml",
            "a-b/hosts",
            "a/z.ini",
            "a/group_vars/x.yml",
            "group_vars/all.yml",
            "host_vars/fw1/a.yml",
            "vars_plugins/x.py",
            ".hidden",
            "old.bak",
            "notes.md",
            "ansible.cfg",
            "hosts.yml~",
            "old.cfg/hosts",
        ]);
        assert_eq!(inventory_files(&tree), ["a/z.ini", "a-b/hosts", "b.yml"]);
    }

    #[test]
    fn variables_are_found_by_ansible_s_rules() {
        let tree = paths(&[
            "hosts.ini",
            "group_vars/uk/20.yml",
            "group_vars/uk/10.yaml",
            "group_vars/uk/sub/deep",
            "group_vars/uk/readme.md",
            "group_vars/uk/.x.yml",
            "group_vars/uk.yml",
            "group_vars/fr.json",
            "group_vars/fr.yml",
            "host_vars/fw.example.net",
            "host_vars/fw1.yml~",
        ]);
        let directory = VariableDirectory {
            files: tree
                .iter()
                .map(|path| (path.clone(), SourceFile::new(path.as_str(), "")))
                .collect(),
        };
        let index = directory.index();
        let names = |kind: &str, name: &str| -> Vec<String> {
            directory.files_of(&index, kind, name).iter().map(|f| f.name.to_string()).collect()
        };
        assert_eq!(
            names("group_vars", "uk"),
            ["group_vars/uk/10.yaml", "group_vars/uk/20.yml", "group_vars/uk/sub/deep"]
        );
        assert_eq!(names("group_vars", "fr"), ["group_vars/fr.yml"]);
        assert_eq!(names("host_vars", "fw.example.net"), ["host_vars/fw.example.net"]);
        assert!(names("host_vars", "fw1").is_empty());
        assert!(!variable_files(&tree).contains(&"hosts.ini"));
    }
}
