//! The keys of plays and tasks: those that are read here, and Ansible's others.

use crate::model::{InputIssue, nearest, nearest_hint};
use crate::yaml::Node;

use super::Reader;

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Play,
    /// An entry with `import_playbook`.
    Import,
    Block,
    Task,
}

impl Level {
    const fn noun(self) -> &'static str {
        match self {
            Self::Play => "play",
            Self::Import => "playbook's import",
            Self::Block => "block",
            Self::Task => "task",
        }
    }
}

/// What becomes of a key. One whose loss would change what runs, on which hosts, or what is
/// reported is never passed over in silence.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// Read here.
    Read,
    /// Let pass: it changes nothing that tokenfleet does.
    NoEffect,
    /// Let pass with one of these values, which say what is so anyway; else refused with a remedy.
    Only(&'static [&'static str], &'static str),
    /// Refused with a remedy.
    Refused(&'static str),
}

/// One key of Ansible's or ours.
pub(super) struct Keyword {
    name: &'static str,
    levels: &'static [Level],
    rule: Rule,
}

const fn row(name: &'static str, levels: &'static [Level], rule: Rule) -> Keyword {
    Keyword { name, levels, rule }
}

const PLAY: &[Level] = &[Level::Play];
const TASK: &[Level] = &[Level::Task];
const BLOCK: &[Level] = &[Level::Block];
const ALL: &[Level] = &[Level::Play, Level::Block, Level::Task];
/// What an import of a playbook says as well.
const EVERYWHERE: &[Level] = &[Level::Play, Level::Import, Level::Block, Level::Task];

const FALSE: &[&str] = &["false", "no"];
const BECOME: &str = "leave it out: reading needs no more rights than the login has";
const REACHED: &str = "set `ansible_user` and `ansible_port` in the inventory or under `vars:`";
const NO_PROGRAM: &str = "no program is run here: write its items under `loop:`";
const IN_TASKS: &str = "move its tasks into `tasks:`";

/// Every key that tokenfleet knows of. A key that comes to be read is a changed row here and an
/// arm in `play.rs`, `block.rs` or `task.rs`; what all three have is read in `inherited.rs`.
static KEYWORDS: &[Keyword] = &[
    row("name", EVERYWHERE, Rule::Read),
    row("hosts", PLAY, Rule::Read),
    row("gather_facts", PLAY, Rule::Read),
    row("vars", EVERYWHERE, Rule::Read),
    row("tags", EVERYWHERE, Rule::Read),
    row("ignore_errors", ALL, Rule::Read),
    row("no_log", ALL, Rule::Read),
    row("pre_tasks", PLAY, Rule::Read),
    row("tasks", PLAY, Rule::Read),
    row("post_tasks", PLAY, Rule::Read),
    row("reports", PLAY, Rule::Read),
    row("findings", PLAY, Rule::Read),
    row("mute", PLAY, Rule::Read),
    row("when", &[Level::Import, Level::Block, Level::Task], Rule::Read),
    row("loop", TASK, Rule::Read),
    row("loop_control", TASK, Rule::Read),
    row("register", TASK, Rule::Read),
    row("failed_when", TASK, Rule::Read),
    row("changed_when", TASK, Rule::Read),
    row("args", TASK, Rule::Read),
    // What is gathered is always the same: `get system status`.
    row("gather_subset", PLAY, Rule::NoEffect),
    row("gather_timeout", PLAY, Rule::NoEffect),
    row("fact_path", PLAY, Rule::NoEffect),
    // Names are looked up in one place only.
    row("collections", ALL, Rule::NoEffect),
    // Nothing is changed, so there is nothing to show the difference of.
    row("diff", ALL, Rule::NoEffect),
    row(
        "connection",
        ALL,
        Rule::Only(
            &["ssh", "smart", "network_cli", "ansible.netcommon.network_cli"],
            "tokenfleet speaks SSH: leave it out",
        ),
    ),
    row("strategy", PLAY, Rule::Read),
    row("order", PLAY, Rule::Read),
    row("become", ALL, Rule::Only(FALSE, BECOME)),
    row("become_user", ALL, Rule::Refused(BECOME)),
    row("become_method", ALL, Rule::Refused(BECOME)),
    row("become_flags", ALL, Rule::Refused(BECOME)),
    row("become_exe", ALL, Rule::Refused(BECOME)),
    row("check_mode", ALL, Rule::Only(FALSE, "leave it out: every action only reads")),
    row("run_once", ALL, Rule::Read),
    row("any_errors_fatal", ALL, Rule::Read),
    row("ignore_unreachable", ALL, Rule::Read),
    row("max_fail_percentage", PLAY, Rule::Read),
    row("serial", PLAY, Rule::Read),
    row("throttle", ALL, Rule::Read),
    row("timeout", ALL, Rule::Read),
    row("remote_user", ALL, Rule::Refused(REACHED)),
    row("port", ALL, Rule::Refused(REACHED)),
    row("environment", ALL, Rule::Refused("leave it out: a FortiGate's CLI has no environment")),
    row("module_defaults", ALL, Rule::Refused("write the parameters at each task")),
    row("debugger", ALL, Rule::Refused("leave it out, and look at the run with `-vv`")),
    row("vars_files", PLAY, Rule::Read),
    row("vars_prompt", PLAY, Rule::Read),
    row("roles", PLAY, Rule::Refused(IN_TASKS)),
    row("handlers", PLAY, Rule::Refused("write tasks with `when` in their place")),
    row("force_handlers", PLAY, Rule::Refused("leave it out: there are no handlers")),
    row("notify", ALL, Rule::Refused("write a task with `when: RESULT.changed` below it")),
    row("listen", TASK, Rule::Refused("leave it out: there are no handlers")),
    row("block", BLOCK, Rule::Read),
    row("rescue", BLOCK, Rule::Read),
    row("always", BLOCK, Rule::Read),
    row("until", TASK, Rule::Read),
    row("retries", TASK, Rule::Read),
    row("delay", TASK, Rule::Read),
    row("async", TASK, Rule::Refused("leave it out: each task is waited for")),
    row("poll", TASK, Rule::Refused("leave it out: each task is waited for")),
    row("delegate_to", &[Level::Block, Level::Task], Rule::Read),
    row("delegate_facts", &[Level::Block, Level::Task], Rule::Read),
    row("action", TASK, Rule::Read),
    row("local_action", TASK, Rule::Read),
    row("with_list", TASK, Rule::Read),
    row("with_items", TASK, Rule::Read),
    row("with_indexed_items", TASK, Rule::Read),
    row("with_dict", TASK, Rule::Read),
    row("with_nested", TASK, Rule::Read),
    row("with_cartesian", TASK, Rule::Read),
    row("with_together", TASK, Rule::Read),
    row("with_sequence", TASK, Rule::Read),
    row("with_flattened", TASK, Rule::Read),
    row("with_subelements", TASK, Rule::Read),
    row("with_fileglob", TASK, Rule::Read),
    row("with_first_found", TASK, Rule::Read),
    row("with_file", TASK, Rule::Read),
    row("with_lines", TASK, Rule::Refused(NO_PROGRAM)),
    row("with_random_choice", TASK, Rule::Refused("two runs are to do the same: write `loop:`")),
];

/// The keyword of that name at that level.
pub(super) fn by_name(name: &str, level: Level) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name == name && keyword.levels.contains(&level))
}

/// The keys that are read at a level.
pub(super) fn read_at(level: Level) -> Vec<&'static str> {
    let is_read =
        |keyword: &&Keyword| keyword.rule == Rule::Read && keyword.levels.contains(&level);
    KEYWORDS.iter().filter(is_read).map(|keyword| keyword.name).collect()
}

/// The keys that pass at a level, each with the values that it may have where only some pass.
pub(super) fn allowed_at(level: Level) -> Vec<(&'static str, Option<&'static [&'static str]>)> {
    let rows = KEYWORDS.iter().filter(|keyword| keyword.levels.contains(&level));
    rows.filter_map(|keyword| match keyword.rule {
        Rule::Read | Rule::NoEffect => Some((keyword.name, None)),
        Rule::Only(values, _) => Some((keyword.name, Some(values))),
        Rule::Refused(_) => None,
    })
    .collect()
}

/// The entries of a play or task.
pub(super) struct Sifted<'n> {
    read: Vec<(&'static str, &'n Node)>,
    /// Those that are no keyword at this level.
    pub others: Vec<&'n (Node, Node)>,
}

impl<'n> Sifted<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.read.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Sorts the entries, and refuses those of Ansible's keys that would be lost.
    pub fn of(entries: &'n [(Node, Node)], level: Level, reader: &mut Reader<'_>) -> Self {
        let mut sifted = Self { read: Vec::new(), others: Vec::new() };
        for entry in entries {
            let (key, value) = entry;
            let name = key.key_text();
            let Some(keyword) = by_name(&name, level) else {
                sifted.others.push(entry);
                continue;
            };
            match keyword.rule {
                Rule::Read => sifted.read.push((keyword.name, value)),
                Rule::NoEffect => {}
                Rule::Only(values, _) if says_one_of(value, values) => {}
                Rule::Only(_, hint) => {
                    let written = match value.scalar_text().filter(|text| text.len() <= 30) {
                        Some(text) => format!("{name}: {text}"),
                        None => name,
                    };
                    reader.report(of_ansible(key, &written).hint(hint));
                }
                Rule::Refused(hint) => reader.report(of_ansible(key, &name).hint(hint)),
            }
        }
        sifted
    }
}

fn says_one_of(value: &Node, values: &[&str]) -> bool {
    let text = value.scalar_text().map(str::to_ascii_lowercase);
    text.is_some_and(|text| values.contains(&text.as_str()))
}

/// `written`: the key as it was written, with its value where that decides.
pub(super) fn of_ansible(key: &Node, written: &str) -> InputIssue {
    key.error(format!("`{written}` is Ansible's, and this version of tokenfleet does not know it"))
}

/// An issue with a key that is no keyword at `level`; `more` are names that may stand there too.
pub(super) fn unknown(key: &Node, level: Level, more: &[&'static str]) -> InputIssue {
    let name = key.key_text();
    let issue = key.error(format!("unknown key `{name}`"));
    let levels = [Level::Play, Level::Task, Level::Block];
    if let Some(other) = levels.into_iter().find(|other| by_name(&name, *other).is_some()) {
        return issue.hint(format!("`{name}` belongs to a {}", other.noun()));
    }
    let mut known = read_at(level);
    known.extend(more);
    issue.hint(nearest_hint(&name, &known))
}

/// Whether a key stands in the place of an action, so that a task with it misses none.
pub(super) fn replaces_action(name: &str) -> bool {
    ["rescue", "always"].contains(&name)
}

/// Whether the name is nearly that of a keyword of tasks.
pub(super) fn is_near_keyword(name: &str) -> bool {
    let names: Vec<&str> = KEYWORDS
        .iter()
        .filter(|keyword| keyword.levels.contains(&Level::Task))
        .map(|keyword| keyword.name)
        .collect();
    nearest(name, &names).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::SourceFile;
    use crate::playbook::check;
    use crate::template::Templar;

    fn issues(text: &str) -> Vec<InputIssue> {
        let templar = Templar::new(jiff::Timestamp::UNIX_EPOCH);
        check(&SourceFile::new("t.yml", text), &templar).issues
    }

    fn playbook(level: Level, line: &str) -> String {
        match level {
            Level::Play if line.starts_with("hosts:") => format!("- {line}\n"),
            Level::Block if line.starts_with("block:") => {
                format!("- hosts: all\n  tasks:\n    - {line}\n")
            }
            Level::Block => {
                let block = "    - block: [{debug: {msg: x}}]";
                format!("- hosts: all\n  tasks:\n{block}\n      {line}\n")
            }
            Level::Play => format!("- hosts: all\n  {line}\n"),
            Level::Import => format!("- import_playbook: none.yml\n  {line}\n"),
            Level::Task => {
                format!("- hosts: all\n  tasks:\n    - debug: {{msg: x}}\n      {line}\n")
            }
        }
    }

    fn rows() -> impl Iterator<Item = (&'static Keyword, Level)> {
        KEYWORDS.iter().flat_map(|row| row.levels.iter().map(move |level| (row, *level)))
    }

    #[test]
    fn each_key_has_one_row() {
        let names: BTreeSet<_> = KEYWORDS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), KEYWORDS.len());
    }

    /// A key that is in the table and that nobody looks at would be lost in silence.
    #[test]
    fn each_key_that_is_read_is_looked_at() {
        for (row, level) in rows().filter(|(row, _)| row.rule == Rule::Read) {
            let nonsense = ["[[[1]]]", "{a: {b: 1}}", "\"{{ x \"", "null"];
            let is_refused = nonsense.iter().any(|value| {
                let told = issues(&playbook(level, &format!("{}: {value}", row.name)));
                assert!(told.iter().all(|issue| !issue.message.contains("unknown key `n")));
                !told.is_empty()
            });
            assert!(is_refused, "{} of a {}", row.name, level.noun());
        }
    }

    #[test]
    fn each_refused_key_is_refused_by_name_and_with_a_remedy() {
        for (row, level) in rows() {
            let (value, hint) = match row.rule {
                Rule::Refused(hint) | Rule::Only(_, hint) => ("true", hint),
                Rule::Read | Rule::NoEffect => continue,
            };
            let told = issues(&playbook(level, &format!("{}: {value}", row.name)));
            assert_eq!(told.len(), 1, "{}: {told:?}", row.name);
            assert!(told[0].message.starts_with(&format!("`{}", row.name)), "{told:?}");
            assert!(told[0].message.contains("is Ansible's"), "{told:?}");
            assert_eq!(told[0].hint.as_deref(), Some(hint));
        }
    }

    #[test]
    fn values_that_say_what_is_so_anyway_pass() {
        for (row, level) in rows() {
            let values: &[&str] = match row.rule {
                Rule::Only(values, _) => values,
                Rule::NoEffect => &["true"],
                Rule::Read | Rule::Refused(_) => continue,
            };
            for value in values {
                assert!(issues(&playbook(level, &format!("{}: {value}", row.name))).is_empty());
            }
        }
    }
}
