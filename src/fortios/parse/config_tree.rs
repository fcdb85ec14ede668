//! The configuration language of `show`: `config`, `edit`, `set`, `unset`, `next`, `end`.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::capture::CaptureLine;
use crate::fortios::redact::MASK;
use crate::fortios::refusal;
use crate::fortios::text::{all_bytes, lines, skip_blanks, trim};

/// A `config PATH … end` block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table<'t> {
    /// `user local`
    pub path: String,
    /// The entries in the order shown.
    pub entries: Vec<Entry<'t>>,
    /// Line of the `config`, counted from 1.
    pub line: usize,
}

/// An `edit NAME … next` block, or the settings that stand in a table without one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry<'t> {
    /// Empty for the settings of a table without entries.
    pub name: Cow<'t, str>,
    /// Each `set` with its words, joined by blanks; of several the last counts.
    settings: Vec<(Cow<'t, str>, Cow<'t, str>)>,
    pub tables: Vec<Table<'t>>,
    /// Line of the `edit`, counted from 1.
    pub line: usize,
}

impl Entry<'_> {
    /// The value of a setting, its words joined by blanks; `None` when it is not set or empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        let (_, value) = self.settings.iter().rfind(|(name, _)| name == key)?;
        (!value.is_empty()).then_some(value)
    }
}

/// Whether a text is beyond doubt an answer with a table of that path: it begins with one, and no line
/// of it refuses anything. To see that takes a fraction of the time that it takes to read it.
pub fn shows_table(text: &str, path: &str) -> bool {
    let mut said = lines(text).map(trim).filter(|line| !line.is_empty());
    let opens = said.next().and_then(|line| line.strip_prefix("config "));
    opens == Some(path) && !said.any(refusal::is_refusal)
}

/// What a reader made of the lines.
#[derive(Debug, Default)]
pub struct Tree<'t> {
    pub tables: Vec<Table<'t>>,
    pub unparsed: Vec<String>,
}

impl<'t> Tree<'t> {
    /// The entries of all tables of that path, wherever they stand: at the top, or within a VDOM.
    pub fn entries_of(&self, path: &str) -> Vec<&Entry<'t>> {
        let mut found = Vec::new();
        for table in &self.tables {
            collect(table, path, &mut found);
        }
        found
    }

    /// Whether there is a table of that path, an empty one included.
    pub fn has_table(&self, path: &str) -> bool {
        self.tables.iter().any(|table| holds(table, path))
    }
}

fn holds(table: &Table<'_>, path: &str) -> bool {
    let inner = || table.entries.iter().flat_map(|entry| &entry.tables);
    table.path == path || inner().any(|table| holds(table, path))
}

fn collect<'a, 't>(table: &'a Table<'t>, path: &str, found: &mut Vec<&'a Entry<'t>>) {
    let wanted = table.path == path;
    for entry in &table.entries {
        if wanted {
            found.push(entry);
        }
        for inner in &entry.tables {
            collect(inner, path, found);
        }
    }
}

/// Deepest nesting that is read; FortiOS needs half of it.
const MAX_DEPTH: usize = 32;

/// Reads the blocks. What is open at the end is closed there, so that a cut paste keeps what it
/// has. Comments (`#config-version=…`) and the lines of a redacted value are left out.
pub fn config_tree<'t>(lines: &[CaptureLine<'t>]) -> Tree<'t> {
    let mut reader = Reader::default();
    let mut words = Vec::new();
    let mut rest = lines;
    while let Some(line) = rest.first() {
        let mut taken = 1;
        let content = trim(line.text);
        if !content.is_empty() && !content.starts_with('#') && content != MASK {
            words.clear();
            let has_place = if plain_words(unmarked(content), &mut words).is_some() {
                reader.take(&words, line.number)
            } else if let Some((words, lines)) = statement(rest) {
                taken = lines;
                reader.take(&words, line.number)
            } else {
                false
            };
            if !has_place {
                reader.tree.unparsed.push(line.text.to_owned());
            }
        }
        rest = &rest[taken..];
    }
    reader.finish()
}

#[derive(Default)]
struct Reader<'t> {
    tree: Tree<'t>,
    /// The open blocks, outermost first. An entry is open where its name is `Some`.
    open: Vec<(Table<'t>, Option<Entry<'t>>)>,
}

impl<'t> Reader<'t> {
    /// Takes the words of a statement; false when it has no place here.
    fn take<W>(&mut self, words: &[W], line: usize) -> bool
    where
        W: AsRef<str> + Clone + Into<Cow<'t, str>>,
    {
        let Some((verb, arguments)) = words.split_first() else { return false };
        match verb.as_ref() {
            "config" if !arguments.is_empty() && self.open.len() < MAX_DEPTH => {
                let table =
                    Table { path: joined(arguments).into_owned(), entries: Vec::new(), line };
                self.open.push((table, None));
                true
            }
            "edit" if !arguments.is_empty() => self.within(|table, entry| {
                close_entry(table, entry);
                *entry = Some(Entry { name: joined(arguments), line, ..Entry::default() });
            }),
            "set" if !arguments.is_empty() => self.within(|_, entry| {
                let entry = entry.get_or_insert_with(|| Entry { line, ..Entry::default() });
                entry.settings.push((arguments[0].clone().into(), joined(&arguments[1..])));
            }),
            "unset" => !self.open.is_empty(),
            "next" => self.within(close_entry),
            "end" => self.close_table(),
            _ => false,
        }
    }

    fn within(&mut self, change: impl FnOnce(&mut Table<'t>, &mut Option<Entry<'t>>)) -> bool {
        match self.open.last_mut() {
            Some((table, entry)) => {
                change(table, entry);
                true
            }
            None => false,
        }
    }

    fn close_table(&mut self) -> bool {
        let Some((mut table, mut entry)) = self.open.pop() else { return false };
        close_entry(&mut table, &mut entry);
        match self.open.last_mut() {
            None => self.tree.tables.push(table),
            Some((_, entry)) => entry.get_or_insert_with(Entry::default).tables.push(table),
        }
        true
    }

    fn finish(mut self) -> Tree<'t> {
        while self.close_table() {}
        self.tree
    }
}

fn close_entry<'t>(table: &mut Table<'t>, entry: &mut Option<Entry<'t>>) {
    table.entries.extend(entry.take());
}

/// Words with blanks between; most values are one.
fn joined<'t, W: AsRef<str> + Clone + Into<Cow<'t, str>>>(words: &[W]) -> Cow<'t, str> {
    match words {
        [] => "".into(),
        [word] => word.clone().into(),
        words => words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ").into(),
    }
}

/// `grep -f` marks the lines that it found.
fn unmarked(line: &str) -> &str {
    line.strip_suffix(" <---").unwrap_or(line)
}

/// The words of the statement that begins on the first line, and how many lines it has: a quoted
/// value may go on. `None` when its quote is never closed.
fn statement(lines: &[CaptureLine<'_>]) -> Option<(Vec<String>, usize)> {
    let mut reader = Words::default();
    let last = lines.iter().position(|line| reader.read(unmarked(line.text)))?;
    Some((reader.finished, last + 1))
}

/// Adds the words of a line in which quotes stand around whole words, as in nearly all: they are
/// parts of it. `None` for a line that has to be read a character at a time.
fn plain_words<'t>(line: &'t str, words: &mut Vec<&'t str>) -> Option<()> {
    if !all_bytes(line, |b| matches!(b, b' '..=b'~') && *b != b'\\') {
        return None;
    }
    let mut rest = skip_blanks(line);
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = memchr(b'"', quoted.as_bytes())?;
                let (word, behind) = (&quoted[..end], &quoted[end + 1..]);
                if !behind.is_empty() && !behind.starts_with(' ') {
                    return None;
                }
                (word, behind)
            }
            None => rest.split_at(memchr2(b' ', b'"', rest.as_bytes()).unwrap_or(rest.len())),
        };
        if behind.starts_with('"') {
            return None;
        }
        words.push(word);
        rest = skip_blanks(behind);
    }
    Some(())
}

/// Splits statements at blanks, with quotes and escapes.
#[derive(Default)]
struct Words {
    finished: Vec<String>,
    word: Option<String>,
    quoted: bool,
}

impl Words {
    /// Reads a line; true when the statement ends with it.
    fn read(&mut self, line: &str) -> bool {
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => self.push(chars.next().unwrap_or('\\')),
                '"' => {
                    self.quoted = !self.quoted;
                    self.word.get_or_insert_default();
                }
                c if c.is_whitespace() && !self.quoted => self.finished.extend(self.word.take()),
                c => self.push(c),
            }
        }
        if self.quoted {
            self.push('\n');
            return false;
        }
        self.finished.extend(self.word.take());
        true
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The tree of a text that has neither pagers nor secrets.
    fn tree(text: &str) -> Tree<'_> {
        let lines = text.trim_end_matches('\n').split('\n').enumerate();
        config_tree(
            &lines.map(|(at, text)| CaptureLine { number: at + 1, text }).collect::<Vec<_>>(),
        )
    }

    proptest! {
        #[test]
        fn plain_lines_are_read_as_all_others(
            parts in prop::collection::vec(
                prop_oneof![
                    Just(" "), Just("\""), Just("x"), Just("set"), Just("\\"), Just("\u{e9}"),
                    Just("\u{a0}"), Just("\"y z\""), Just("\t"),
                ],
                0..12,
            ),
        ) {
            let line = parts.concat();
            let mut words = Vec::new();
            if plain_words(&line, &mut words).is_some() {
                let mut reader = Words::default();
                prop_assert!(reader.read(&line));
                prop_assert_eq!(words, reader.finished);
            }
        }
    }

    proptest! {
        #[test]
        fn what_shows_a_table_is_read_as_one(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("config user local"), Just("config vdom"), Just("\n"), Just(" "),
                    Just("edit x"), Just("end"), Just("next"), Just("Unknown action 0"),
                    Just("fgt # "), Just("show user local"), Just("\""), Just("# "),
                ],
                0..12,
            ),
        ) {
            let text = parts.concat();
            if shows_table(&text, "user local") {
                prop_assert_eq!(crate::fortios::parse::user_local(&text).problem, None, "{}", text);
            }
        }
    }

    #[test]
    fn blocks_nest_and_values_are_unquoted() {
        let tree = tree(concat!(
            "#config-version=x\n",
            "config vdom\n",
            "edit root\n",
            "config user local\n",
            "    edit \"a \\\"b\\\" \\\\c\" <---\n",
            "        set type password\n",
            "        set members \"x y\" z\n",
            "        set comment \"two\n",
            "lines\"\n",
            "        unset phone\n",
            "        config inner\n",
            "            set value 1\n",
            "        end\n",
            "    next\n",
            "end\n",
            "end\n",
        ));
        assert_eq!(tree.unparsed, [] as [&str; 0]);
        let entries = tree.entries_of("user local");
        assert_eq!(entries.len(), 1);
        let entry = entries[0];
        assert_eq!((&*entry.name, entry.line), ("a \"b\" \\c", 5));
        assert_eq!(entry.get("members"), Some("x y z"));
        assert_eq!(entry.get("comment"), Some("two\nlines"));
        assert_eq!(entry.tables[0].entries[0].get("value"), Some("1"));
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_line_alone() {
        let tree =
            tree("config user group\nedit \"A\"\nset member \"x\" \"y\nnext\nedit B\nnext\n");
        assert_eq!(tree.unparsed, ["set member \"x\" \"y"]);
        let names: Vec<_> = tree.entries_of("user group").iter().map(|e| e.name.clone()).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn deep_nesting_is_bounded() {
        let text = "config a\n".repeat(10_000);
        let tree = tree(&text);
        assert_eq!(tree.unparsed.len(), 10_000 - MAX_DEPTH);
    }

    #[test]
    fn statements_outside_a_block_are_not_understood() {
        let tree = tree("set a b\nnext\nend\nnonsense\n");
        assert_eq!(tree.unparsed, ["set a b", "next", "end", "nonsense"]);
    }
}
