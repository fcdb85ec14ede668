//! `--limit`: the part of a play's hosts that is meant this time.

use std::collections::HashSet;

use crate::model::{HostName, InputIssue, SourceFile};

use super::{Inventory, Selection, pattern};

/// A limit, its files read.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    parts: Vec<String>,
}

/// The names of the files that a limit takes patterns from: `retry.txt` in `@retry.txt`.
pub fn limit_files(text: &str) -> Vec<String> {
    let parts = parts_of(text);
    parts.iter().filter_map(|part| part.strip_prefix('@')).map(str::to_owned).collect()
}

impl Limit {
    /// Reads the text of a `--limit`. `files` are those that [`limit_files`] names, under these
    /// names. A file holds one pattern in each line; unlike in Ansible, `#` begins a comment,
    /// and a limit that says nothing is an error instead of all hosts.
    pub fn new(text: &str, files: &[SourceFile]) -> Result<Self, InputIssue> {
        let mut parts = Vec::new();
        for part in parts_of(text) {
            let Some(name) = part.strip_prefix('@') else {
                parts.push(part);
                continue;
            };
            let file = files.iter().find(|file| &*file.name == name).ok_or_else(|| {
                InputIssue::error(format!("the limit file `{name}` was not read"))
                    .hint("write `--limit @FILE` with the path of a file that exists")
            })?;
            let lines = patterns_in(file);
            if lines.is_empty() {
                return Err(InputIssue::error(format!("the limit file `{name}` names no host"))
                    .hint("write one host or group in each line"));
            }
            parts.extend(lines);
        }
        if parts.is_empty() {
            return Err(pattern::says_nothing(text));
        }
        Ok(Self { parts })
    }

    /// Those of `hosts` that the limit means, their order kept.
    pub fn apply(
        &self,
        inventory: &Inventory,
        hosts: Vec<HostName>,
    ) -> Result<Selection, InputIssue> {
        let Selection { hosts: meant, warnings } = pattern::evaluate(inventory, &self.parts)?;
        let meant: HashSet<HostName> = meant.into_iter().collect();
        let hosts = hosts.into_iter().filter(|host| meant.contains(host)).collect();
        Ok(Selection { hosts, warnings })
    }
}

/// A lone `@FILE` is taken whole: its path may hold blanks.
fn parts_of(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.starts_with('@') && !text.contains([',', ':']) {
        vec![text.to_owned()]
    } else {
        pattern::split(text)
    }
}

fn patterns_in(file: &SourceFile) -> Vec<String> {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    text.lines()
        .map(|line| line.split(" #").next().unwrap_or("").trim())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Sources, load, select};

    fn limited(text: &str, file: &str) -> Result<String, String> {
        let sources = Sources {
            inventories: vec![InventorySource::HostList("fw1,fw2,fw3,2001:db8::1,".to_owned())],
            ..Sources::default()
        };
        let inventory = load(&sources).inventory;
        let files = [SourceFile::new("only.txt", file)];
        let all = select(&inventory, &["all"]).unwrap().hosts;
        Limit::new(text, &files)
            .and_then(|limit| limit.apply(&inventory, all))
            .map(|s| s.hosts.iter().map(HostName::as_str).collect::<Vec<_>>().join(" "))
            .map_err(|issue| issue.message)
    }

    #[test]
    fn the_order_of_the_play_is_kept() {
        assert_eq!(limited("fw3,fw1", ""), Ok("fw1 fw3".to_owned()));
        assert_eq!(limited("!fw2", ""), Ok("fw1 fw3 2001:db8::1".to_owned()));
    }

    #[test]
    fn a_file_holds_one_pattern_in_each_line() {
        assert_eq!(limit_files("uk,@only.txt"), ["only.txt"]);
        assert_eq!(limit_files("@my files/x"), ["my files/x"]);
        let file = "# late ones\n\nfw2  # again\n2001:db8::1\n";
        assert_eq!(limited("@only.txt", file), Ok("fw2 2001:db8::1".to_owned()));
        assert_eq!(limited("@only.txt,fw1", "!fw1\nfw2\n"), Ok("fw2".to_owned()));
    }

    #[test]
    fn a_limit_that_says_nothing_never_means_all_hosts() {
        assert!(limited("@only.txt", "# nobody\n\n").unwrap_err().contains("names no host"));
        assert!(limited("@gone.txt", "").unwrap_err().contains("was not read"));
        assert!(limited(" , ", "").is_err());
        assert!(limited("", "").is_err());
    }
}
