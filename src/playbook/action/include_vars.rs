//! `include_vars`: the variables of another file, or of all files of a folder, from now on.

use std::sync::Arc;

use fancy_regex::Regex;

use crate::inventory::Variables;
use crate::model::InputIssue;
use crate::playbook::Template;
use crate::playbook::check::{Parameters, Reader};
use crate::playbook::library::{self, Library};

/// The endings of files of variables.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// The parameters that are about a folder alone.
const OF_FOLDERS: [&str; 5] =
    ["depth", "files_matching", "ignore_files", "extensions", "ignore_unknown_extensions"];

/// Where the variables come from, and what holds them.
#[derive(Debug, Clone, PartialEq)]
pub struct IncludeVars {
    /// Name of the file or the folder.
    pub name: Template,
    /// Which files of the folder; `None`: it is a file.
    pub folder: Option<Selection>,
    /// The file that names it.
    pub from: Arc<str>,
    /// The variable that is to hold them all, as a mapping.
    pub bundle: Option<String>,
}

/// Which files of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// How many folders deep, 1 being the folder itself; 0: all.
    pub depth: u64,
    /// A regular expression that a name has to match somewhere.
    pub matching: Option<String>,
    /// Regular expressions of which a name must match none at its end.
    pub ignored: Vec<String>,
    /// Endings without the dot.
    pub extensions: Vec<String>,
    /// Files with other endings are no mistake.
    pub ignores_others: bool,
}

/// What was read.
#[derive(Debug)]
pub struct IncludedVars {
    pub files: Vec<Arc<str>>,
    pub variables: Variables,
}

impl IncludeVars {
    /// Reads the file, or the files of the folder, that `name` means.
    ///
    /// # Errors
    /// The first thing that is wrong with one of them.
    pub fn load(&self, name: &str, library: &dyn Library) -> Result<IncludedVars, InputIssue> {
        let Some(selection) = &self.folder else {
            let (file, variables) = read(library, &self.from, name)?;
            return Ok(IncludedVars { files: vec![file], variables });
        };
        let beside = self.from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = match (name.starts_with('/'), beside) {
            (true, _) | (_, "") => name.trim_end_matches('/').to_owned(),
            _ => format!("{beside}/{}", name.trim_end_matches('/')),
        };
        let Some(mut paths) = library.list(&folder)? else {
            return Err(InputIssue::error(format!("there is no folder `{name}`"))
                .hint("names are taken relative to the file that names them"));
        };
        // The files of a folder come before those of the folders in it.
        paths.sort_by_cached_key(|path| match path.rsplit_once('/') {
            Some((folder, file)) => (folder.to_owned(), file.to_owned()),
            None => (String::new(), path.clone()),
        });
        let mut included = IncludedVars { files: Vec::new(), variables: Variables::default() };
        for path in paths {
            if selection.takes(&path)? {
                // A path that begins with `/` is where it says; others are relative to `from`.
                let path = format!("{}/{path}", name.trim_end_matches('/'));
                let (file, variables) = read(library, &self.from, &path)?;
                included.files.push(file);
                for (name, value) in variables.iter() {
                    included.variables.set(name, value.clone());
                }
            }
        }
        Ok(included)
    }

    pub(in crate::playbook) fn read(
        parameters: &Parameters,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        if let Some(node) = parameters.get("hash_behaviour")
            && node.as_text() != Some("replace")
        {
            let hint = "use `set_fact` with `| combine(…, recursive=true)`";
            reader.refuse(node, "mappings are replaced here, never merged", hint);
        }
        let bundle = parameters.get("name").and_then(|node| reader.variable_name("name", node));
        let (file, dir) = (parameters.get("file"), parameters.get("dir"));
        if let (Some(_), Some(node)) = (file, dir) {
            reader.refuse(node, "`include_vars` has both `file` and `dir`", "write one of them");
            return None;
        }
        if dir.is_none() {
            for name in OF_FOLDERS {
                let Some(node) = parameters.get(name) else { continue };
                let message = format!("`{name}` is about a folder, and `include_vars` has none");
                reader.refuse(node, message, "write `dir: FOLDER`, or leave it out");
            }
        }
        let Some(named) = file.or(dir) else {
            let hint = "write `include_vars: FILE`, or `dir: FOLDER` below it";
            parameters.report_missing("`include_vars` has no file", hint, reader);
            return None;
        };
        let name = reader.template(if dir.is_some() { "dir" } else { "file" }, named)?;
        let folder = dir.map(|_| Selection::read(parameters, reader));
        Some(Self { name, folder, from: reader.file(), bundle })
    }
}

fn read(
    library: &dyn Library,
    from: &str,
    name: &str,
) -> Result<(Arc<str>, Variables), InputIssue> {
    library::variables(library, from, &[name.to_owned()]).map_err(|issues| {
        let first = issues.into_iter().find(InputIssue::is_error);
        first.unwrap_or_else(|| InputIssue::error(format!("`{name}` cannot be read")))
    })
}

impl Selection {
    fn read(parameters: &Parameters, reader: &mut Reader<'_>) -> Self {
        let mut texts = |name: &str| -> Vec<String> {
            let texts = parameters.get(name).map(|node| reader.literals(name, node));
            texts.into_iter().flatten().map(|(text, _)| text.to_owned()).collect()
        };
        let (mut ignored, mut extensions) = (texts("ignore_files"), texts("extensions"));
        if extensions.is_empty() {
            extensions = EXTENSIONS.map(str::to_owned).into();
        }
        let mut matching = parameters
            .get("files_matching")
            .and_then(|node| reader.literal("files_matching", node))
            .map(str::to_owned);
        ignored.retain(|pattern| is_pattern(pattern, "ignore_files", parameters, reader));
        matching =
            matching.filter(|pattern| is_pattern(pattern, "files_matching", parameters, reader));
        let depth = parameters.get("depth").and_then(|node| reader.number("depth", node));
        let ignores = parameters.get("ignore_unknown_extensions");
        let ignores = ignores.and_then(|node| reader.boolean("ignore_unknown_extensions", node));
        Self {
            depth: depth.unwrap_or(0),
            matching,
            ignored,
            extensions,
            ignores_others: ignores.unwrap_or(false),
        }
    }

    /// Whether it takes the file at a path in the folder.
    fn takes(&self, path: &str) -> Result<bool, InputIssue> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let depth = path.matches('/').count() + 1;
        // Both were checked; one that takes too long to tell matches nothing.
        let matches = |pattern: &str| {
            Regex::new(pattern).is_ok_and(|regex| regex.is_match(name).unwrap_or(false))
        };
        let is_near = self.depth == 0 || depth as u64 <= self.depth;
        let is_meant = self.matching.as_deref().is_none_or(matches);
        let is_ignored = self.ignored.iter().any(|pattern| matches(&format!("(?:{pattern})$")));
        if !is_near || !is_meant || is_ignored {
            return Ok(false);
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if self.extensions.iter().any(|known| known == ending) {
            return Ok(true);
        }
        if self.ignores_others {
            return Ok(false);
        }
        let known = self.extensions.join("`, `");
        Err(InputIssue::error(format!("`{path}` ends in none of `{known}`"))
            .hint("name it in `ignore_files`, or set `ignore_unknown_extensions: true`"))
    }
}

fn is_pattern(pattern: &str, key: &str, parameters: &Parameters, reader: &mut Reader<'_>) -> bool {
    let is_one = Regex::new(pattern).is_ok();
    if let Some(node) = parameters.get(key).filter(|_| !is_one) {
        let message = format!("`{pattern}` is no regular expression");
        reader.refuse(node, message, "see the brackets and what stands before `*`");
    }
    is_one
}
