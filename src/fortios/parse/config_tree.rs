//! The configuration language of `show`: `config`, `edit`, `set`, `unset`, `next`, `end`.

use indexmap::IndexMap;

use super::capture::CaptureLine;
use crate::fortios::redact::MASK;

/// A `config PATH … end` block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// `user local`
    pub path: String,
    /// The entries in the order shown.
    pub entries: Vec<Entry>,
    /// Line of the `config`, counted from 1.
    pub line: usize,
}

/// An `edit NAME … next` block, or the settings that stand in a table without one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Empty for the settings of a table without entries.
    pub name: String,
    /// The words of each `set`; of several the last counts.
    pub settings: IndexMap<String, Vec<String>>,
    pub tables: Vec<Table>,
    /// Line of the `edit`, counted from 1.
    pub line: usize,
}

impl Entry {
    /// The value of a setting, its words joined by blanks; `None` when it is not set or empty.
    pub fn get(&self, key: &str) -> Option<String> {
        let value = self.settings.get(key)?.join(" ");
        (!value.is_empty()).then_some(value)
    }
}

/// What a reader made of the lines.
#[derive(Debug, Default)]
pub struct Tree {
    pub tables: Vec<Table>,
    pub unparsed: Vec<String>,
}

impl Tree {
    /// The entries of all tables of that path, wherever they stand: at the top, or within a VDOM.
    pub fn entries_of<'a>(&'a self, path: &'a str) -> Vec<&'a Entry> {
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

fn holds(table: &Table, path: &str) -> bool {
    let inner = || table.entries.iter().flat_map(|entry| &entry.tables);
    table.path == path || inner().any(|table| holds(table, path))
}

fn collect<'a>(table: &'a Table, path: &str, found: &mut Vec<&'a Entry>) {
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
pub fn config_tree(lines: &[CaptureLine]) -> Tree {
    let mut reader = Reader::default();
    let mut rest = lines;
    while let Some(line) = rest.first() {
        let content = line.text.trim();
        let taken = if content.is_empty() || content.starts_with('#') || content == MASK {
            1
        } else {
            match statement(rest) {
                Some((words, taken)) => {
                    if !reader.take(&words, line.number) {
                        reader.tree.unparsed.push(line.text.clone());
                    }
                    taken
                }
                None => {
                    reader.tree.unparsed.push(line.text.clone());
                    1
                }
            }
        };
        rest = &rest[taken..];
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    tree: Tree,
    /// The open blocks, outermost first. An entry is open where its name is `Some`.
    open: Vec<(Table, Option<Entry>)>,
}

impl Reader {
    /// Takes the words of a statement; false when it has no place here.
    fn take(&mut self, words: &[String], line: usize) -> bool {
        let Some((verb, arguments)) = words.split_first() else { return false };
        match verb.as_str() {
            "config" if !arguments.is_empty() && self.open.len() < MAX_DEPTH => {
                let table = Table { path: arguments.join(" "), entries: Vec::new(), line };
                self.open.push((table, None));
                true
            }
            "edit" if !arguments.is_empty() => self.within(|table, entry| {
                close_entry(table, entry);
                *entry = Some(Entry { name: arguments.join(" "), line, ..Entry::default() });
            }),
            "set" if !arguments.is_empty() => self.within(|_, entry| {
                let entry = entry.get_or_insert_with(|| Entry { line, ..Entry::default() });
                entry.settings.insert(arguments[0].clone(), arguments[1..].to_vec());
            }),
            "unset" => !self.open.is_empty(),
            "next" => self.within(close_entry),
            "end" => self.close_table(),
            _ => false,
        }
    }

    fn within(&mut self, change: impl FnOnce(&mut Table, &mut Option<Entry>)) -> bool {
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

    fn finish(mut self) -> Tree {
        while self.close_table() {}
        self.tree
    }
}

fn close_entry(table: &mut Table, entry: &mut Option<Entry>) {
    table.entries.extend(entry.take());
}

/// The words of the statement that begins on the first line, and how many lines it has: a quoted
/// value may go on. `None` when its quote is never closed.
fn statement(lines: &[CaptureLine]) -> Option<(Vec<String>, usize)> {
    let mut words = Words::default();
    for (index, line) in lines.iter().enumerate() {
        // `grep -f` marks the lines that it found.
        let text = line.text.strip_suffix(" <---").unwrap_or(&line.text);
        if words.read(text) {
            return Some((words.finished, index + 1));
        }
    }
    None
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
    use super::*;
    use crate::fortios::parse::capture::lines_of;

    fn tree(text: &str) -> Tree {
        config_tree(&lines_of(text, &[]))
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
        assert_eq!((entry.name.as_str(), entry.line), ("a \"b\" \\c", 5));
        assert_eq!(entry.settings["members"], ["x y", "z"]);
        assert_eq!(entry.get("comment").as_deref(), Some("two\nlines"));
        assert_eq!(entry.tables[0].entries[0].get("value").as_deref(), Some("1"));
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
        let tree = tree(&"config a\n".repeat(10_000));
        assert_eq!(tree.unparsed.len(), 10_000 - MAX_DEPTH);
    }

    #[test]
    fn statements_outside_a_block_are_not_understood() {
        let tree = tree("set a b\nnext\nend\nnonsense\n");
        assert_eq!(tree.unparsed, ["set a b", "next", "end", "nonsense"]);
    }
}
