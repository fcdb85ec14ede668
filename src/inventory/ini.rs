//! Inventories in Ansible's INI form.

use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use regex::Regex;

use crate::model::{Place, SourceFile, nearest, nearest_hint};

use super::draft::{Draft, Spot};
use super::inventory::UNGROUPED;
use super::words::{self, BadWords, Word};
use super::{Located, literal};

static SECTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$").ok());

static GROUP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^([^:\]\s]+)\s*(?:#.*)?$").ok());

const KINDS: [&str; 3] = ["hosts", "children", "vars"];

/// Reads one file into `draft`; what is wrong goes to its issues, line by line.
pub(super) fn read(source: &SourceFile, draft: &mut Draft) {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut reader = Reader {
        file: source.name.clone(),
        draft,
        group: 1,
        kind: Kind::Hosts,
        pending: IndexMap::new(),
        undeclared: IndexMap::new(),
    };
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let indent = raw.chars().take_while(|c| c.is_whitespace()).count();
        reader.line(Line { text: line, number: index + 1, indent });
    }
    reader.finish();
}

/// What the lines of a section declare.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hosts,
    Children,
    Vars,
    /// A section that was refused: its lines are skipped.
    Unknown,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    /// Without blanks at both ends.
    text: &'a str,
    /// From 1.
    number: usize,
    /// Characters before the text.
    indent: usize,
}

struct Reader<'a> {
    file: Arc<str>,
    draft: &'a mut Draft,
    /// The group of the current section, and what its lines are.
    group: usize,
    kind: Kind,
    /// Children that no section has declared yet, with the groups that want them.
    pending: IndexMap<String, Vec<(usize, Spot)>>,
    /// Groups that only have a `vars` section so far.
    undeclared: IndexMap<String, Spot>,
}

impl Reader<'_> {
    fn spot(&self, line: Line<'_>, start: usize, width: usize) -> Spot {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Spot {
            place: Place::new(
                self.file.clone(),
                number(line.number),
                number(line.indent + start + 1),
            ),
            width: number(width.max(1)),
        }
    }

    fn line(&mut self, line: Line<'_>) {
        let section = SECTION.as_ref().and_then(|pattern| pattern.captures(line.text));
        if let Some(section) = section {
            let name = section.get(1).map_or("", |name| name.as_str());
            self.section(line, name, section.get(2).map(|kind| kind.as_str()));
        } else if line.text.starts_with('[') && line.text.ends_with(']') {
            self.kind = Kind::Unknown;
            let issue = self
                .spot(line, 0, line.text.chars().count())
                .error(format!("{} is no section", self.draft.quoted(line.text)))
                .hint("write `[group]`, `[group:children]` or `[group:vars]`, without spaces");
            self.draft.issues.push(issue);
        } else {
            match self.kind {
                Kind::Hosts => self.hosts(line),
                Kind::Children => self.child(line),
                Kind::Vars => self.variable(line),
                Kind::Unknown => {}
            }
        }
    }

    fn section(&mut self, line: Line<'_>, name: &str, kind: Option<&str>) {
        let spot = self.spot(line, 1, name.chars().count());
        self.kind = match kind {
            None | Some("hosts") => Kind::Hosts,
            Some("children") => Kind::Children,
            Some("vars") => Kind::Vars,
            Some(other) => {
                let start = 2 + name.chars().count();
                let issue = self
                    .spot(line, start, other.chars().count())
                    .error(format!("unknown kind of section `{other}`"))
                    .hint(nearest_hint(other, &KINDS));
                self.draft.issues.push(issue);
                Kind::Unknown
            }
        };
        if self.kind == Kind::Unknown {
            return;
        }
        if self.kind == Kind::Vars {
            if !self.draft.has_group(name) && !self.pending.contains_key(name) {
                self.undeclared.insert(name.to_owned(), spot.clone());
            }
            self.group = self.draft.group(name, &spot);
            return;
        }
        self.undeclared.shift_remove(name);
        self.group = self.draft.group(name, &spot);
        for (parent, spot) in self.pending.shift_remove(name).unwrap_or_default() {
            self.draft.adopt(parent, self.group, &spot);
        }
    }

    fn hosts(&mut self, line: Line<'_>) {
        let split = match words::split(line.text) {
            Ok(split) => split,
            Err(bad) => {
                let (start, what) = match bad {
                    BadWords::OpenQuote(start) => (start, "a quote is not closed"),
                    BadWords::LoneBackslash(start) => (start, "a backslash ends the line"),
                };
                let issue = self.spot(line, start, 1).error(what).hint(
                    "put a value that holds a quote into quotes of the other kind: a='it\"s'",
                );
                self.draft.issues.push(issue);
                return;
            }
        };
        if let Some(start) = split.cut {
            let issue = self
                .spot(line, start, 1)
                .warning("a comment begins here, in the middle of a word, and cuts it")
                .hint("put the value into quotes if the `#` belongs to it");
            self.draft.issues.push(issue);
        }
        let Some((host, assignments)) = split.words.split_first() else { return };
        if !self.is_host(line, host) {
            return;
        }
        let spot = self.spot(line, host.start, host.width);
        let source = self.file.clone();
        let names = self.draft.hosts(&host.text, self.group, &source, &spot);
        // What follows a broken assignment is mostly broken as well: one message is enough.
        let _ = assignments.iter().try_for_each(|word| self.assign(line, word, &names));
    }

    /// Refuses what is a sign of another kind of file or of a slip.
    fn is_host(&mut self, line: Line<'_>, word: &Word) -> bool {
        let (message, hint) = if word.text == "---" {
            (
                "`---` is no host: this looks like a YAML file".to_owned(),
                "name the file `….yml`, or remove this line",
            )
        } else if line.text.starts_with('[') && !word.text.contains(':') {
            (
                format!("{} is neither a section nor a host", self.draft.quoted(line.text)),
                "behind the `]` of a section only a comment with `#` may stand",
            )
        } else if word.text.ends_with(':') {
            (
                format!("{} ends in a colon, but names no port", self.draft.quoted(&word.text)),
                "write `name:22`, or remove the colon; YAML belongs into a file `….yml`",
            )
        } else {
            return true;
        };
        let issue = self.spot(line, word.start, word.width).error(message).hint(hint);
        self.draft.issues.push(issue);
        false
    }

    /// Sets a variable of the hosts of a line; `None` when `word` is no assignment.
    fn assign(&mut self, line: Line<'_>, word: &Word, hosts: &[String]) -> Option<()> {
        let spot = self.spot(line, word.start, word.width);
        match word.text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                let value = Located::new(literal::value_of(value), Some(spot.place.clone()));
                for host in hosts {
                    self.draft.set_host(host, name, value.clone(), &spot);
                }
                Some(())
            }
            _ => {
                let word = self.draft.quoted(&word.text);
                let issue = spot.error(format!("{word} is no assignment `name=value`"));
                self.draft.issues.push(issue.hint(
                    "write no blanks around the `=`, quote values with blanks, begin comments \
                     with `#`",
                ));
                None
            }
        }
    }

    fn variable(&mut self, line: Line<'_>) {
        let spot = self.spot(line, 0, line.text.chars().count());
        match line.text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                let value = literal::value_of(value.trim());
                let value = Located::new(value, Some(spot.place.clone()));
                self.draft.set_group(self.group, name.trim(), value, &spot);
            }
            _ => {
                let line = self.draft.quoted(line.text);
                let issue = spot.error(format!("{line} is no assignment `name = value`"));
                self.draft
                    .issues
                    .push(issue.hint("a `[group:vars]` section holds one assignment in each line"));
            }
        }
    }

    fn child(&mut self, line: Line<'_>) {
        let name = GROUP.as_ref().and_then(|pattern| pattern.captures(line.text));
        let Some(name) = name.as_ref().and_then(|found| found.get(1)).map(|name| name.as_str())
        else {
            let issue = self
                .spot(line, 0, line.text.chars().count())
                .error(format!("{} is not the name of a group", self.draft.quoted(line.text)))
                .hint("a `[group:children]` section holds one group in each line");
            self.draft.issues.push(issue);
            return;
        };
        let spot = self.spot(line, 0, name.chars().count());
        if self.draft.has_group(name) {
            let child = self.draft.group(name, &spot);
            self.draft.adopt(self.group, child, &spot);
        } else {
            self.pending.entry(name.to_owned()).or_default().push((self.group, spot));
        }
    }

    /// Reports every group that was used and never declared.
    fn finish(self) {
        let known: Vec<String> = self
            .draft
            .inventory
            .groups()
            .filter(|name| *name != UNGROUPED && !self.undeclared.contains_key(*name))
            .map(str::to_owned)
            .collect();
        let remedy = |name: &str| match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it with a section `[{name}]`"),
        };
        for (name, wanted) in &self.pending {
            for (_, spot) in wanted {
                let issue = spot.error(format!("the group `{name}` is declared nowhere"));
                self.draft.issues.push(issue.hint(remedy(name)));
            }
        }
        for (name, spot) in &self.undeclared {
            let issue =
                spot.error(format!("the group `{name}` has variables, but is declared nowhere"));
            self.draft.issues.push(issue.hint(remedy(name)));
        }
    }
}
