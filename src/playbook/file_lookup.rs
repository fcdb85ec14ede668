//! What loops and `lookup` find on the disk: `fileglob`, `first_found`, `file`.

use super::Library;
use crate::model::{Value, matches_wildcards};

/// Where the files of a task are looked for.
pub struct Shelves<'l> {
    pub library: &'l dyn Library,
    /// Absolute folders, in order: that of the task's own file, that of the playbook.
    pub folders: Vec<String>,
}

impl Shelves<'_> {
    /// The paths that a name may mean, in the folder `below` before the one that it lies in.
    fn paths(&self, below: &str, name: &str) -> Vec<String> {
        if name.starts_with('/') {
            return vec![name.to_owned()];
        }
        let in_folder =
            |folder: &String| [format!("{folder}/{below}/{name}"), format!("{folder}/{name}")];
        self.folders.iter().flat_map(in_folder).collect()
    }
}

/// `with_fileglob`: the files whose names match, in the first folder in which any does. No file is
/// no mistake.
pub(super) fn fileglob(patterns: &[Value], shelves: &Shelves<'_>) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    for pattern in patterns {
        let pattern = text(pattern)?;
        let (folder, names) = pattern.rsplit_once('/').unwrap_or(("", pattern));
        let folders = shelves.paths("files", folder);
        for folder in folders.iter().map(|folder| folder.trim_end_matches('/')) {
            let files = shelves.library.list(folder).map_err(|issue| issue.message)?;
            // Of a hidden file the dot has to be written.
            let is_meant = |file: &&String| {
                !file.contains('/')
                    && (names.starts_with('.') || !file.starts_with('.'))
                    && matches_wildcards(names, file)
            };
            let files = files.unwrap_or_default();
            let files = files.iter().filter(is_meant);
            let before = found.len();
            found.extend(files.map(|file| Value::Unsafe(format!("{folder}/{file}"))));
            if found.len() > before {
                break;
            }
        }
    }
    Ok(found)
}

/// `with_first_found`: the first file that there is, of names or of `files` in `paths`.
pub(super) fn first_found(terms: &[Value], shelves: &Shelves<'_>) -> Result<Vec<Value>, String> {
    let mut may_be_missing = false;
    for term in terms {
        let names = match term {
            Value::Map(map) => {
                may_be_missing = map.get("skip") == Some(&Value::Bool(true));
                let files = listed(map.get("files"))?;
                let paths = listed(map.get("paths"))?;
                let within = |path: &String| -> Vec<String> {
                    files.iter().map(|file| format!("{path}/{file}")).collect()
                };
                if paths.is_empty() {
                    files.clone()
                } else {
                    paths.iter().flat_map(within).collect()
                }
            }
            Value::List(items) => {
                items.iter().map(|item| text(item).map(str::to_owned)).collect::<Result<_, _>>()?
            }
            term => vec![text(term)?.to_owned()],
        };
        for path in names.iter().flat_map(|name| shelves.paths("files", name)) {
            let is_there = shelves.library.read(&path).map_err(|issue| issue.message)?.is_some();
            if is_there {
                return Ok(vec![Value::Unsafe(path)]);
            }
        }
    }
    if may_be_missing { Ok(Vec::new()) } else { Err("none of its files is there".to_owned()) }
}

/// `with_file`: what the files hold, without line ends behind it.
pub(super) fn contents(names: &[Value], shelves: &Shelves<'_>) -> Result<Vec<Value>, String> {
    let content = |name: &Value| {
        let name = text(name)?;
        for path in shelves.paths("files", name) {
            if let Some(file) = shelves.library.read(&path).map_err(|issue| issue.message)? {
                return Ok(Value::Unsafe(file.text.trim_end().to_owned()));
            }
        }
        Err(format!("there is no file `{name}`"))
    };
    names.iter().map(content).collect()
}

fn text(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("it holds {}, where the name of a file is needed", value.kind()))
}

/// One name, several with commas between them, or a list.
fn listed(value: Option<&Value>) -> Result<Vec<String>, String> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::List(items)) => {
            items.iter().map(|item| text(item).map(str::to_owned)).collect()
        }
        Some(value) => {
            let names = text(value)?.split([',', ';']).map(str::trim);
            Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::model::{InputIssue, SourceFile};

    #[derive(Debug)]
    struct Shelf(&'static [&'static str]);

    impl Library for Shelf {
        fn read(&self, path: &str) -> Result<Option<SourceFile>, InputIssue> {
            Ok(self.0.contains(&path).then(|| SourceFile::new(path, "text\n\n")))
        }

        fn list(&self, folder: &str) -> Result<Option<Vec<String>>, InputIssue> {
            let below = |path: &&str| path.strip_prefix(&format!("{folder}/")).map(str::to_owned);
            Ok(Some(self.0.iter().filter_map(below).collect()))
        }

        fn has_opened(&self, _: &str) -> bool {
            false
        }
    }

    fn found(
        lookup: fn(&[Value], &Shelves<'_>) -> Result<Vec<Value>, String>,
        terms: &[Value],
    ) -> String {
        let library = Shelf(&["/p/a.yml", "/p/b.yml", "/p/.c.yml", "/p/v/d.yml", "/p/files/e.txt"]);
        let shelves = Shelves { library: &library, folders: vec!["/p/tasks".into(), "/p".into()] };
        match lookup(terms, &shelves) {
            Ok(found) => found.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            Err(wrong) => wrong,
        }
    }

    #[test]
    fn files_are_found_by_pattern_and_in_the_folder_for_them_first() {
        for (pattern, files) in [
            ("*.yml", "/p/a.yml /p/b.yml"),
            (".*", "/p/.c.yml"),
            ("v/*", "/p/v/d.yml"),
            ("*.txt", "/p/files/e.txt"),
            ("/p/?.yml", "/p/a.yml /p/b.yml"),
            ("none/*", ""),
        ] {
            assert_eq!(found(fileglob, &[Value::text(pattern)]), files, "{pattern}");
        }
    }

    #[test]
    fn the_first_file_that_is_there_counts_and_some_must_be_unless_told_otherwise() {
        assert_eq!(found(first_found, &[Value::text("no.yml"), Value::text("b.yml")]), "/p/b.yml");
        assert_eq!(found(first_found, &[Value::text("no.yml")]), "none of its files is there");
        let map = |skip| {
            Value::Map(IndexMap::from([
                ("files".to_owned(), Value::text("no.yml, d.yml")),
                ("paths".to_owned(), Value::List(vec![Value::text(if skip { "w" } else { "v" })])),
                ("skip".to_owned(), Value::Bool(skip)),
            ]))
        };
        assert_eq!(found(first_found, &[map(false)]), "/p/v/d.yml");
        assert_eq!(found(first_found, &[map(true)]), "");
    }

    #[test]
    fn a_file_is_read_without_its_line_end() {
        assert_eq!(found(contents, &[Value::text("e.txt")]), "text");
        assert_eq!(found(contents, &[Value::text("x.txt")]), "there is no file `x.txt`");
    }
}
