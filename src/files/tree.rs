//! Folders that come in: inventories, variables, templates.

use std::fs;
use std::path::{Path, PathBuf};

use super::{FileAttempt, FileCause, FileError};

/// How many folders may lie in one another.
pub const MAX_DEPTH: usize = 16;
/// How many files one tree may hold.
pub const MAX_FILES: usize = 100_000;

/// One file of a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeFile {
    /// Relative to the tree's root.
    pub path: PathBuf,
    /// Somebody may execute it: Ansible runs such inventories, tokenfleet does not.
    pub executable: bool,
}

/// Lists the files under `root`, sorted by path. Links are followed, circles left out; what is
/// neither file nor folder is left out too.
///
/// # Errors
/// When a folder cannot be listed, and when the tree exceeds [`MAX_DEPTH`] or [`MAX_FILES`].
pub fn list_tree(root: &Path) -> Result<Vec<TreeFile>, FileError> {
    let mut files = Vec::new();
    let mut above = Vec::new();
    descend(root, Path::new(""), &mut above, &mut files)?;
    files.sort();
    Ok(files)
}

/// The paths of the files in `folder` itself, sorted. Links are followed.
///
/// # Errors
/// When it cannot be listed, and when it holds more than [`MAX_FILES`].
pub fn list_folder(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = || FileError::io(folder, FileAttempt::List);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        if fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            files.push(path);
        }
        if files.len() > MAX_FILES {
            let cause = FileCause::TooMany { limit: MAX_FILES };
            return Err(FileError::new(folder, FileAttempt::List, cause));
        }
    }
    files.sort();
    Ok(files)
}

fn descend(
    root: &Path,
    relative: &Path,
    above: &mut Vec<PathBuf>,
    files: &mut Vec<TreeFile>,
) -> Result<(), FileError> {
    let folder = if above.is_empty() { root.to_owned() } else { root.join(relative) };
    let failed = || FileError::io(&folder, FileAttempt::List);
    let real = fs::canonicalize(&folder).map_err(failed())?;
    if above.contains(&real) {
        return Ok(());
    }
    if above.len() > MAX_DEPTH {
        let cause = FileCause::TooDeep { limit: MAX_DEPTH };
        return Err(FileError::new(root, FileAttempt::List, cause));
    }
    above.push(real);
    for entry in fs::read_dir(&folder).map_err(failed())? {
        let path = relative.join(entry.map_err(failed())?.file_name());
        // A dangling link is nobody's file.
        let Ok(metadata) = fs::metadata(root.join(&path)) else { continue };
        if metadata.is_dir() {
            descend(root, &path, above, files)?;
        } else if metadata.is_file() {
            if files.len() == MAX_FILES {
                let cause = FileCause::TooMany { limit: MAX_FILES };
                return Err(FileError::new(root, FileAttempt::List, cause));
            }
            files.push(TreeFile { path, executable: is_executable(&metadata) });
        }
    }
    above.pop();
    Ok(())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the test lays out its own files")]

    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn tree(paths: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for path in paths {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        root
    }

    #[test]
    fn files_come_sorted_with_relative_paths() {
        let root = tree(&["hosts.yml", "group_vars/site/b.yml", "group_vars/all.yml", "dyn.py"]);
        fs::set_permissions(root.path().join("dyn.py"), fs::Permissions::from_mode(0o755)).unwrap();
        let listed = list_tree(root.path()).unwrap();
        let listed: Vec<_> =
            listed.iter().map(|file| (file.path.to_str().unwrap(), file.executable)).collect();
        assert_eq!(
            listed,
            [
                ("dyn.py", true),
                ("group_vars/all.yml", false),
                ("group_vars/site/b.yml", false),
                ("hosts.yml", false)
            ]
        );
    }

    #[test]
    fn a_folder_is_listed_without_what_is_below_it() {
        let root = tree(&["b", "a", "below/c"]);
        let names: Vec<_> = list_folder(root.path())
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn links_are_followed_and_circles_are_not() {
        let root = tree(&["a/one.yml"]);
        symlink(root.path(), root.path().join("a/up")).unwrap();
        symlink("one.yml", root.path().join("a/two.yml")).unwrap();
        symlink("gone", root.path().join("a/dangling")).unwrap();
        let listed = list_tree(root.path()).unwrap();
        let paths: Vec<_> = listed.iter().map(|file| file.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["a/one.yml", "a/two.yml"]);
    }

    #[test]
    fn a_bottomless_tree_is_refused() {
        let root = tree(&[&format!("{}x", "d/".repeat(MAX_DEPTH + 1))]);
        let error = list_tree(root.path()).unwrap_err();
        assert!(error.to_string().ends_with("its folders are more than 16 deep"), "{error}");
        let root = tree(&[&format!("{}x", "d/".repeat(MAX_DEPTH))]);
        assert_eq!(list_tree(root.path()).unwrap().len(), 1);
    }

    #[test]
    fn a_missing_tree_is_an_error() {
        let error = list_tree(Path::new("no/such/folder")).unwrap_err();
        assert!(error.is_missing());
        assert_eq!(
            error.to_string(),
            "cannot list `no/such/folder`: there is no such file or folder"
        );
    }
}
