//! Nodes to the types of a playbook, and the issues found on the way.

use std::sync::Arc;

use crate::inventory::{Located, Variables, is_secret_name, misread_secret};
use crate::model::{InputIssue, SourceFile, Value, nearest_hint};
use crate::playbook::flag::truth;
use crate::playbook::library::Library;
use crate::playbook::{Expression, Flag, Template};
use crate::template::{Templar, TemplateError, is_template};
use crate::yaml::{Node, NodeValue};

use super::names::{self, BadName};
use super::spot::place_within;

/// Reads values of one file. What is wrong is reported, and the value is then `None` or empty:
/// the caller goes on, so that all problems come to light at once.
pub(in crate::playbook) struct Reader<'a> {
    source: &'a SourceFile,
    templar: &'a Templar,
    library: &'a dyn Library,
    issues: Vec<InputIssue>,
    /// The files that led to this one, itself the last.
    path: Vec<Arc<str>>,
    /// What came of the files that this one names.
    others: Read,
    /// A text since the play began names what depends on other hosts.
    sees_others: bool,
}

/// All that is wrong with a file and those that it names, and their texts.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub issues: Vec<InputIssue>,
    pub sources: Vec<SourceFile>,
}

/// How many files may name one another.
const MOST_FILES: usize = 30;

impl<'a> Reader<'a> {
    pub(super) fn new(
        source: &'a SourceFile,
        templar: &'a Templar,
        library: &'a dyn Library,
    ) -> Self {
        let path = vec![source.name.clone()];
        Self {
            source,
            templar,
            library,
            issues: Vec::new(),
            path,
            others: Read::default(),
            sees_others: false,
        }
    }

    /// Issues in file order, then those of other files. What came twice through an alias is told
    /// once.
    pub(super) fn into_read(self) -> Read {
        let mut issues = self.issues;
        issues.sort_by_key(|issue| issue.place.as_ref().map(|place| (place.line, place.column)));
        issues.extend(self.others.issues);
        let mut told = Vec::new();
        issues.retain(|issue| {
            let is_new = !told.contains(issue);
            if is_new {
                told.push(issue.clone());
            }
            is_new
        });
        Read { issues, sources: self.others.sources }
    }

    /// Whether anything so far is wrong and not only odd.
    pub(super) fn has_errors(&self) -> bool {
        self.issues.iter().chain(&self.others.issues).any(InputIssue::is_error)
    }

    pub(super) fn begin_play(&mut self) {
        self.sees_others = false;
    }

    pub(super) fn sees_others(&self) -> bool {
        self.sees_others
    }

    pub(super) fn library(&self) -> &'a dyn Library {
        self.library
    }

    /// The path of the file that is read.
    pub fn file(&self) -> Arc<str> {
        self.source.name.clone()
    }

    /// Whether a file may be read below this one: not where it leads to itself.
    pub(super) fn may_open(&self, name: &str) -> bool {
        self.path.len() < MOST_FILES && !self.path.iter().any(|known| &**known == name)
    }

    /// Reads another file that this one names, with a reader of its own.
    pub(super) fn within<V>(
        &mut self,
        source: &SourceFile,
        read: impl FnOnce(&mut Reader<'_>) -> V,
    ) -> V {
        let mut inner = Reader::new(source, self.templar, self.library);
        inner.path = [self.path.as_slice(), std::slice::from_ref(&source.name)].concat();
        let value = read(&mut inner);
        self.sees_others |= inner.sees_others;
        let found = inner.into_read();
        self.others.issues.extend(found.issues);
        self.others.sources.push(source.clone());
        self.others.sources.extend(found.sources);
        value
    }

    pub(super) fn report_all(&mut self, issues: Vec<InputIssue>) {
        self.issues.extend(issues);
    }

    pub fn report(&mut self, issue: InputIssue) {
        self.issues.push(issue);
    }

    /// An error at `node` with its remedy.
    pub fn refuse(&mut self, node: &Node, message: impl Into<String>, hint: impl Into<String>) {
        self.report(node.error(message).hint(hint));
    }

    /// Reports `issue` at the character of the scalar's text, counted from 0, where that can be
    /// found in the file; else at the whole scalar.
    pub fn report_within(&mut self, issue: InputIssue, node: &Node, index: usize, width: u32) {
        self.report(match place_within(self.source, node, index) {
            Some(place) => issue.at(place, width),
            None => issue.at(node.place.clone(), node.width),
        });
    }

    /// A part of a scalar's text as a node of its own, quotes around it included.
    pub(super) fn part(&self, node: &Node, index: usize, width: usize, text: &str) -> Node {
        let place = place_within(self.source, node, index);
        let width = u32::try_from(width).unwrap_or(u32::MAX).max(1);
        Node {
            value: NodeValue::Scalar { text: text.into(), plain: false },
            width: if place.is_some() { width } else { node.width },
            place: place.unwrap_or_else(|| node.place.clone()),
            tag: None,
        }
    }

    /// Ansible's booleans: those of YAML, and the same words and digits in quotes.
    pub fn boolean(&mut self, key: &str, node: &Node) -> Option<bool> {
        let word = node.scalar_text().unwrap_or_default();
        match (truth(word), word) {
            (Some(truth), _) => Some(truth),
            (None, text) if is_template(text) => {
                let message = format!("`{key}` must be true or false, and may not hold a template");
                self.refuse(node, message, "write `true` or `false`");
                None
            }
            _ => {
                let message = format!("`{key}` must be true or false, not {}", described(node));
                self.refuse(node, message, "write `true` or `false`");
                None
            }
        }
    }

    /// True or false, or the template of it.
    pub fn flag(&mut self, key: &str, node: &Node) -> Option<Flag> {
        match node.as_text().is_some_and(is_template) {
            true => self.template(key, node).map(Flag::Of),
            false => self.boolean(key, node).map(Flag::Is),
        }
    }

    /// A whole number from 0 on, in quotes or not.
    pub fn number(&mut self, key: &str, node: &Node) -> Option<u64> {
        let number = node.scalar_text().and_then(|text| text.trim().parse().ok());
        if number.is_none() {
            let message = format!("`{key}` must be a whole number, not {}", described(node));
            self.refuse(node, message, format!("write a number, such as `{key}: 10`"));
        }
        number
    }

    /// Text, or a number or boolean taken as its characters.
    pub fn text<'n>(&mut self, key: &str, node: &'n Node) -> Option<&'n str> {
        match node.scalar_text() {
            Some(text) if !node.is_null() && !text.trim().is_empty() => Some(text),
            Some(_) => {
                self.refuse(node, format!("`{key}` is empty"), "write its value, or leave it out");
                None
            }
            None => {
                let message = format!("`{key}` must be text, not {}", node.kind());
                self.refuse(node, message, "write one value on one line");
                None
            }
        }
    }

    /// Text without a template.
    pub fn literal<'n>(&mut self, key: &str, node: &'n Node) -> Option<&'n str> {
        let text = self.text(key, node)?;
        if is_template(text) {
            let message = format!("`{key}` may not hold a template");
            self.refuse(node, message, "write it out");
            return None;
        }
        Some(text)
    }

    /// One literal or a list of them.
    pub fn literals<'n>(&mut self, key: &str, node: &'n Node) -> Vec<(&'n str, &'n Node)> {
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        nodes.iter().filter_map(|node| Some((self.literal(key, node)?, node))).collect()
    }

    /// Text that may hold `{{ … }}`.
    pub fn template(&mut self, key: &str, node: &Node) -> Option<Template> {
        let text = self.text(key, node)?;
        self.check_templates(node);
        Some(Template { text: text.to_owned(), place: node.place.clone() })
    }

    /// A condition, or a list of conditions that must all hold.
    pub fn conditions(&mut self, key: &str, node: &Node) -> Vec<Expression> {
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        nodes.iter().filter_map(|node| self.condition(key, node)).collect()
    }

    fn condition(&mut self, key: &str, node: &Node) -> Option<Expression> {
        match node.as_bool() {
            Some(value) => Some(Expression { text: value.to_string(), place: node.place.clone() }),
            None => self.expression(key, node),
        }
    }

    /// An expression. Braces around it are taken off with a warning, as Ansible does.
    pub fn expression(&mut self, key: &str, node: &Node) -> Option<Expression> {
        let Some(text) = node.as_text().filter(|text| !text.trim().is_empty()) else {
            let message = format!("`{key}` must be an expression, not {}", described(node));
            self.refuse(node, message, "write one as text, such as `status.failed`");
            return None;
        };
        let (text, skipped) = match without_braces(text) {
            Some(inner) => {
                let skipped = text[..text.find(inner).unwrap_or(0)].chars().count();
                let issue = node
                    .warning(format!("`{key}` is an expression already and needs no braces"))
                    .hint(format!("write `{key}: {inner}`"));
                self.report(issue);
                (inner, skipped)
            }
            None => (text, 0),
        };
        if is_template(text) {
            let index = skipped + text.find('{').map_or(0, |at| text[..at].chars().count());
            let issue = InputIssue::error(format!("braces stand inside the expression of `{key}`"))
                .hint("name variables without `{{ }}`: `x == y`");
            self.report_within(issue, node, index, 2);
            return None;
        }
        self.sees_others |= names_others(text);
        if let Err(error) = self.templar.check_expression(text) {
            self.report_mistake(error, node, text, skipped);
            return None;
        }
        Some(Expression { text: text.to_owned(), place: node.place.clone() })
    }

    /// Any value, with the templates in it checked.
    pub fn value(&mut self, node: &Node) -> Value {
        self.check_templates(node);
        node.to_value()
    }

    fn check_templates(&mut self, node: &Node) {
        if node.tag.as_deref() == Some("!unsafe") {
            return;
        }
        match &node.value {
            NodeValue::List(items) => items.iter().for_each(|item| self.check_templates(item)),
            NodeValue::Map(entries) => {
                entries.iter().for_each(|(_, value)| self.check_templates(value));
            }
            NodeValue::Scalar { text, .. } if is_template(text) && node.as_text().is_some() => {
                self.sees_others |= names_others(text);
                if let Err(error) = self.templar.check(text) {
                    self.report_mistake(error, node, text, 0);
                }
            }
            NodeValue::Scalar { .. } => {}
        }
    }

    /// A mistake in a part of a scalar that begins `skipped` characters into its text.
    fn report_mistake(&mut self, error: TemplateError, node: &Node, part: &str, skipped: usize) {
        let spot = error.spot.clone();
        let issue = error.at(&node.place, node.width);
        match spot.and_then(|spot| Some((index_of(part, spot.line, spot.column)?, spot.width))) {
            Some((index, width)) => self.report_within(issue, node, skipped + index, width),
            None => self.report(issue),
        }
    }

    /// A variable that is set while a run goes on.
    pub fn variable_name(&mut self, key: &str, node: &Node) -> Option<String> {
        let name = self.literal(key, node)?;
        self.check_name(node, names::variable_of_a_run(name)).then(|| name.to_owned())
    }

    /// A variable that is set before connections are made.
    pub(super) fn play_variable_name(&mut self, key: &str, node: &Node) -> Option<String> {
        let name = self.literal(key, node)?;
        self.check_name(node, names::variable(name)).then(|| name.to_owned())
    }

    /// The name in the key of `set_fact`.
    pub fn is_variable_name(&mut self, key: &Node) -> bool {
        self.check_name(key, names::variable_of_a_run(&key.key_text()))
    }

    fn check_name(&mut self, node: &Node, checked: Result<(), BadName>) -> bool {
        if let Err(BadName { message, hint }) = &checked {
            self.refuse(node, message, *hint);
        }
        checked.is_ok()
    }

    /// `vars:` of a play.
    pub(super) fn play_variables(&mut self, node: &Node) -> Variables {
        self.variables(node, names::variable)
    }

    /// `vars:` of a task.
    pub(super) fn task_variables(&mut self, node: &Node) -> Variables {
        self.variables(node, names::variable_of_a_run)
    }

    fn variables(&mut self, node: &Node, check: fn(&str) -> Result<(), BadName>) -> Variables {
        let mut variables = Variables::default();
        if node.is_null() {
            return variables;
        }
        let Some(entries) = node.as_map() else {
            let message = format!("`vars` must be a mapping, not {}", node.kind());
            self.refuse(node, message, "write `NAME: VALUE` lines below it");
            return variables;
        };
        for (key, value) in entries {
            let name = key.key_text();
            self.check_name(key, check(&name));
            let value_read = if is_secret_name(&name) {
                // A password may look like a broken template, and no message may quote it.
                self.issues.extend(misread_secret(&name, value));
                value.to_value()
            } else {
                self.value(value)
            };
            variables.set(name, Located::new(value_read, Some(value.place.clone())));
        }
        variables
    }

    /// The entries of a mapping of which all keys must be known.
    pub fn fields<'n>(
        &mut self,
        what: &str,
        node: &'n Node,
        known: &[&str],
    ) -> Option<&'n [(Node, Node)]> {
        let Some(entries) = node.as_map() else {
            let message = format!("{what} must be a mapping, not {}", described(node));
            self.refuse(node, message, format!("its keys are `{}`", known.join("`, `")));
            return None;
        };
        for (key, _) in entries {
            let name = key.key_text();
            if !known.contains(&name.as_str()) {
                let message = format!("unknown key `{name}` of {what}");
                self.refuse(key, message, nearest_hint(&name, known));
            }
        }
        Some(entries)
    }
}

/// Whether a text names what other hosts have come to know, or which of them are left.
fn names_others(text: &str) -> bool {
    const NAMES: [&str; 4] = ["hostvars", "ansible_play_hosts", "play_hosts", "ansible_play_batch"];
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| NAMES.contains(&word))
}

/// The kind of a node, for messages; nothing written is "empty" to a user.
fn described(node: &Node) -> &'static str {
    match node.as_text() {
        Some(text) if text.trim().is_empty() => "empty text",
        _ => node.kind(),
    }
}

/// The inside of a text that is one `{{ … }}` and nothing else.
fn without_braces(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner);
    let inner = inner.strip_suffix(['-', '+']).unwrap_or(inner).trim();
    (!inner.is_empty() && !is_template(inner) && !inner.contains("}}")).then_some(inner)
}

/// The character, counted from 0, at a line and column of a text, both counted from 1.
fn index_of(text: &str, line: u32, column: u32) -> Option<usize> {
    let before = usize::try_from(line).ok()?.checked_sub(1)?;
    let lines: Vec<&str> = text.split_inclusive('\n').take(before).collect();
    let earlier: usize = lines.iter().map(|line| line.chars().count()).sum();
    (lines.len() == before).then_some(earlier + usize::try_from(column).ok()?.checked_sub(1)?)
}
