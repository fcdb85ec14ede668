//! `ansible.cfg`: found as Ansible finds it, and taken apart.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::cli::complaint::Complaint;
use crate::cli::stream::variable;
use crate::files::{self, FileKind};
use crate::model::{InputIssue, Place, SourceFile};

const NAME: &str = "ansible.cfg";

/// The one file that counts.
#[derive(Debug, Default)]
pub(super) struct AnsibleConfig {
    /// `None`: there is none.
    pub file: Option<SourceFile>,
    /// In file order.
    pub entries: Vec<Entry>,
}

/// One line with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub section: String,
    /// In small letters.
    pub key: String,
    pub value: String,
    /// Where the key stands.
    pub place: Place,
}

/// Reads the first that exists of `ANSIBLE_CONFIG`, `./ansible.cfg`, `~/.ansible.cfg` and
/// `/etc/ansible/ansible.cfg`. Warnings go into `remarks`.
pub(super) fn read_ansible_config(remarks: &mut Complaint) -> Result<AnsibleConfig, Complaint> {
    let Some(path) = find(remarks) else { return Ok(AnsibleConfig::default()) };
    let file = files::read_text(&path)?;
    let (entries, issues) = entries(&file);
    if !issues.is_empty() {
        return Err(Complaint::new(issues, vec![file]));
    }
    remarks.sources.push(file.clone());
    Ok(AnsibleConfig { file: Some(file), entries })
}

fn find(remarks: &mut Complaint) -> Option<PathBuf> {
    let is_there = |path: &PathBuf| files::kind_of(path) != FileKind::Missing;
    if let Some(given) = variable("ANSIBLE_CONFIG").filter(|given| !given.is_empty()) {
        let path = PathBuf::from(given);
        // It was asked for: where it is missing, reading it says so.
        return Some(if files::kind_of(&path) == FileKind::Folder {
            path.join(NAME)
        } else {
            path
        });
    }
    let here = PathBuf::from(NAME);
    if is_there(&here) {
        if !files::is_writable_by_all(Path::new(".")) {
            return Some(here);
        }
        remarks.issues.push(
            InputIssue::warning(
                "`ansible.cfg` is ignored, as Ansible does: anybody may write in this folder",
            )
            .hint("take that right away (`chmod o-w .`), or name the file in `ANSIBLE_CONFIG`"),
        );
    }
    let own = BaseDirs::new().map(|folders| folders.home_dir().join(".ansible.cfg"));
    own.into_iter().chain([Path::new("/etc/ansible").join(NAME)]).find(is_there)
}

/// As Python's configparser reads them, with comments behind `;` within a line.
fn entries(file: &SourceFile) -> (Vec<Entry>, Vec<InputIssue>) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut issues = Vec::new();
    let mut sections: Vec<String> = Vec::new();
    let mut section: Option<String> = None;
    // Whether the line before may go on in an indented one.
    let mut is_open = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        let text = without_comment(line).trim();
        if text.is_empty() {
            continue;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > 0
            && is_open
            && let Some(entry) = entries.last_mut()
        {
            entry.value.push('\n');
            entry.value.push_str(text);
            continue;
        }
        let column = u32::try_from(indent + 1).unwrap_or(u32::MAX);
        let place = Place::new(file.name.clone(), number, column);
        let width = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            if sections.iter().any(|known| known == name) {
                let issue = InputIssue::error(format!("the section `{name}` stands here twice"));
                issues.push(issue.at(place, width).hint("move its lines into the first one"));
            }
            sections.push(name.to_owned());
            section = Some(name.to_owned());
            is_open = false;
        } else if let (Some(section), Some((key, value))) = (&section, text.split_once(['=', ':']))
        {
            let key = key.trim().to_ascii_lowercase();
            let known = entries.iter().find(|entry| entry.section == *section && entry.key == key);
            if let Some(known) = known {
                let line = known.place.line;
                let message = format!("`{key}` was already set in line {line}");
                issues.push(
                    InputIssue::error(message)
                        .at(place.clone(), width)
                        .hint("leave one of the two out: Ansible does not read such a file either"),
                );
            }
            entries.push(Entry {
                section: section.clone(),
                key,
                value: value.trim().to_owned(),
                place,
            });
            is_open = true;
        } else {
            let (what, remedy) = match &section {
                None => ("stands in no section", "write `[defaults]` above it"),
                Some(_) => ("is neither a section nor `key = value`", "write `key = value`"),
            };
            let issue = InputIssue::error(format!("this line {what}"));
            issues.push(issue.at(place, width).hint(remedy));
        }
    }
    (entries, issues)
}

/// A line that begins with `#` or `;` is a comment; so is what follows a `;` with white space
/// before it.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with(['#', ';']) {
        return "";
    }
    let comment =
        line.match_indices(';').find(|(at, _)| line[..*at].ends_with(char::is_whitespace));
    comment.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let (entries, issues) = entries(&SourceFile::new(NAME, text));
        let shown = entries.iter().map(|entry| {
            let Entry { section, key, value, place } = entry;
            format!("{section}.{key}={value:?} at {}:{}", place.line, place.column)
        });
        shown.chain(issues.iter().map(ToString::to_string)).collect()
    }

    #[test]
    fn a_file_is_read_as_python_reads_it() {
        let text = "# about\n[defaults]\nForks = 20 ; many\r\n; no\ninventory: a.yml,\n  b.yml\n\n\
                    nocows=1#2\n[ssh_connection]\nssh_args =\n";
        assert_eq!(
            read(text),
            [
                "defaults.forks=\"20\" at 3:1",
                "defaults.inventory=\"a.yml,\\nb.yml\" at 5:1",
                "defaults.nocows=\"1#2\" at 8:1",
                "ssh_connection.ssh_args=\"\" at 10:1",
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        assert_eq!(
            read("forks = 1\n[defaults]\nforks\n"),
            [
                "ansible.cfg:1:1: this line stands in no section (write `[defaults]` above it)",
                "ansible.cfg:3:1: this line is neither a section nor `key = value` (write `key = value`)",
            ]
        );
    }

    #[test]
    fn what_stands_there_twice_is_refused_as_python_refuses_it() {
        assert_eq!(
            read("[defaults]\nforks = 1\n[tags]\nrun = a\nForks = 1\n[defaults]\nforks: 2\n")[4..],
            [
                "ansible.cfg:6:1: the section `defaults` stands here twice (move its lines into the first one)",
                "ansible.cfg:7:1: `forks` was already set in line 2 (leave one of the two out: Ansible does not read such a file either)",
            ]
        );
    }
}
