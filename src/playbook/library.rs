//! The files that a playbook names: where they are looked for, and the port that reads them.

use std::fmt::Debug;
use std::sync::Arc;

use crate::inventory::{ExtraVars, Variables, extra_vars};
use crate::model::{InputIssue, SourceFile};

/// Reads files for playbooks: their tasks, plays and variables.
pub trait Library: Debug + Send + Sync {
    /// The text at `path`; `None` where there is no such file.
    ///
    /// # Errors
    /// It is there and cannot be read.
    fn read(&self, path: &str) -> Result<Option<SourceFile>, InputIssue>;

    /// The paths of the files in `folder` and below it, relative to it and sorted; `None` where
    /// there is no such folder.
    ///
    /// # Errors
    /// It is there and cannot be listed.
    fn list(&self, folder: &str) -> Result<Option<Vec<String>>, InputIssue>;

    /// Whether the file of that name, which was read before, was vaulted: nothing prints what it
    /// holds.
    fn has_opened(&self, name: &str) -> bool;
}

/// Holds nothing: for playbooks that are whole in themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl Library for NoFiles {
    fn read(&self, _: &str) -> Result<Option<SourceFile>, InputIssue> {
        Ok(None)
    }

    fn list(&self, _: &str) -> Result<Option<Vec<String>>, InputIssue> {
        Ok(None)
    }

    fn has_opened(&self, _: &str) -> bool {
        false
    }
}

/// Finds what a file named `from` means by `name`: beside it, or in the folder `below` beside it.
///
/// # Errors
/// It is there and cannot be read.
pub(super) fn find(
    library: &dyn Library,
    from: &str,
    below: &str,
    name: &str,
) -> Result<Option<SourceFile>, InputIssue> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let join = |folder: &str, name: &str| match folder {
        _ if name.starts_with('/') => name.to_owned(),
        "" if !from.starts_with('/') => name.to_owned(),
        folder => format!("{folder}/{name}"),
    };
    let paths = [join(folder, name), join(folder, &join(below, name))];
    for path in paths {
        if let Some(file) = library.read(&path)? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// The first of `names` that exists, and the variables in it.
///
/// # Errors
/// All that is wrong with it, or that none of them exists.
pub(super) fn variables(
    library: &dyn Library,
    from: &str,
    names: &[String],
) -> Result<(Arc<str>, Variables), Vec<InputIssue>> {
    for name in names {
        if let Some(file) = find(library, from, "vars", name).map_err(|issue| vec![issue])? {
            let is_vaulted = library.has_opened(&file.name);
            let path = file.name.clone();
            let read = extra_vars(&[ExtraVars::File(file)], &Arc::default())?;
            return Ok((path, if is_vaulted { read.sealed() } else { read }));
        }
    }
    let message = match names {
        [name] => format!("there is no file `{name}`"),
        names => format!("there is none of the files `{}`", names.join("`, `")),
    };
    let hint = "names are taken relative to the file that names them";
    Err(vec![InputIssue::error(message).hint(hint)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Shelf(&'static [&'static str]);

    impl Library for Shelf {
        fn read(&self, path: &str) -> Result<Option<SourceFile>, InputIssue> {
            Ok(self.0.contains(&path).then(|| SourceFile::new(path, "a: 1\n")))
        }

        fn list(&self, _: &str) -> Result<Option<Vec<String>>, InputIssue> {
            Ok(None)
        }

        fn has_opened(&self, name: &str) -> bool {
            name.ends_with(".vault")
        }
    }

    #[test]
    fn files_are_beside_the_one_that_names_them_or_in_the_folder_for_them() {
        let shelf = Shelf(&["plays/x.yml", "plays/vars/y.yml", "z.yml", "/abs.yml", "vars/w.yml"]);
        let found = |from: &str, name: &str| {
            find(&shelf, from, "vars", name).unwrap().map(|file| file.name.to_string())
        };
        assert_eq!(found("plays/p.yml", "x.yml").unwrap(), "plays/x.yml");
        assert_eq!(found("plays/p.yml", "y.yml").unwrap(), "plays/vars/y.yml");
        assert_eq!(found("p.yml", "z.yml").unwrap(), "z.yml");
        assert_eq!(found("p.yml", "w.yml").unwrap(), "vars/w.yml");
        assert_eq!(found("plays/p.yml", "/abs.yml").unwrap(), "/abs.yml");
        assert_eq!(found("plays/p.yml", "z.yml"), None);
        assert_eq!(found("/p.yml", "abs.yml").unwrap(), "/abs.yml");
        assert_eq!(found("/vars/p.yml", "w.yml"), None);
    }

    #[test]
    fn the_first_file_that_exists_counts() {
        let shelf = Shelf(&["b.yml"]);
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(variables(&shelf, "p.yml", &names(&["a.yml", "b.yml"])).unwrap().1.len(), 1);
        let issues = variables(&shelf, "p.yml", &names(&["a.yml", "c.yml"])).unwrap_err();
        assert_eq!(issues[0].message, "there is none of the files `a.yml`, `c.yml`");
    }

    #[test]
    fn what_was_in_a_vault_is_sealed() {
        let shelf = Shelf(&["a.yml", "b.vault"]);
        let is_sealed = |name: &str| {
            let (_, read) = variables(&shelf, "p.yml", &[name.to_owned()]).unwrap();
            read.get("a").unwrap().sealed
        };
        assert!(!is_sealed("a.yml"));
        assert!(is_sealed("b.vault"));
    }
}
