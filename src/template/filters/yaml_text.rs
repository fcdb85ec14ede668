//! Values as YAML text, laid out as PyYAML's emitter lays them out: Ansible users compare files.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::super::arguments::{invalid, pairs};
use super::super::conversion::{MOST_NESTING, key_text};
use super::super::text_form::float_text;
use super::yaml_scalar::{Analysis, escape, is_break, needs_escape, reads_as_text};

/// How a document is laid out.
pub(super) struct Layout {
    /// Spaces per level.
    pub indent: usize,
    /// Columns after which long text is folded.
    pub width: usize,
    pub sorted: bool,
    /// Everything on one line, nothing so, or only lists and mappings of scalars.
    pub flow: Option<bool>,
}

/// A document with the line end that closes it.
pub(super) fn write(value: &Value, layout: &Layout) -> Result<String, Error> {
    let node = node(value, layout, 0)?;
    let mut emitter = Emitter {
        out: String::new(),
        layout,
        indents: Vec::new(),
        indent: None,
        column: 0,
        whitespace: true,
        indention: true,
        flow_level: 0,
    };
    emitter.node(&node, Within::Root);
    emitter.write_indent();
    if let Node::Scalar { text, is_text } = &node
        && emitter.style_of(text, *is_text, false) == Style::Plain
    {
        // PyYAML ends a document of one plain scalar so.
        emitter.out.push_str("...\n");
    }
    Ok(emitter.out)
}

enum Node {
    Scalar { text: String, is_text: bool },
    List { items: Vec<Node>, flow: bool },
    Map { pairs: Vec<(Node, Node)>, flow: bool },
}

fn node(value: &Value, layout: &Layout, depth: usize) -> Result<Node, Error> {
    if depth > MOST_NESTING {
        return Err(invalid("the value is nested too deep"));
    }
    let all_scalars =
        |nodes: &[&Node]| nodes.iter().all(|node| matches!(node, Node::Scalar { .. }));
    Ok(match value.kind() {
        ValueKind::Undefined => return Err(minijinja::ErrorKind::UndefinedError.into()),
        ValueKind::Invalid => return Err(super::super::conversion::error_of(value).into()),
        ValueKind::None => Node::Scalar { text: "null".to_owned(), is_text: false },
        ValueKind::Bool => Node::Scalar { text: key_text(value), is_text: false },
        ValueKind::Number => Node::Scalar { text: number_text(value)?, is_text: false },
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value
                .try_iter()?
                .checked()
                .map(|item| node(&item?, layout, depth + 1))
                .collect::<Result<Vec<_>, _>>()?;
            let flow =
                layout.flow.unwrap_or_else(|| all_scalars(&items.iter().collect::<Vec<_>>()));
            Node::List { flow: flow || items.is_empty(), items }
        }
        ValueKind::Map => {
            let mut entries = pairs(value)?;
            if layout.sorted {
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            let pairs = entries
                .iter()
                .map(|(key, item)| {
                    Ok((node(key, layout, depth + 1)?, node(item, layout, depth + 1)?))
                })
                .collect::<Result<Vec<_>, Error>>()?;
            let nodes: Vec<&Node> = pairs.iter().flat_map(|(key, item)| [key, item]).collect();
            let flow = layout.flow.unwrap_or_else(|| all_scalars(&nodes));
            Node::Map { flow: flow || pairs.is_empty(), pairs }
        }
        _ => Node::Scalar { text: value.to_string(), is_text: true },
    })
}

fn number_text(value: &Value) -> Result<String, Error> {
    if value.is_integer() {
        return Ok(value.to_string());
    }
    let text = float_text(f64::try_from(value.clone())?);
    Ok(match text.as_str() {
        "nan" => ".nan".to_owned(),
        "inf" => ".inf".to_owned(),
        "-inf" => "-.inf".to_owned(),
        _ if !text.contains('.') => text.replace('e', ".0e"),
        _ => text,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Root,
    List,
    Map,
    /// A key that is followed by `:` on its line.
    Key,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

/// PyYAML's emitter, as far as dumped data needs it; its fields have PyYAML's names.
struct Emitter<'a> {
    out: String,
    layout: &'a Layout,
    indents: Vec<Option<usize>>,
    indent: Option<usize>,
    column: usize,
    whitespace: bool,
    indention: bool,
    flow_level: usize,
}

impl Emitter<'_> {
    fn node(&mut self, node: &Node, within: Within) {
        match node {
            Node::Scalar { text, is_text } => {
                let is_key = within == Within::Key;
                self.increase_indent(true, false);
                match self.style_of(text, *is_text, is_key) {
                    Style::Plain => self.write_plain(text, !is_key),
                    Style::Single => self.write_single(text, !is_key),
                    Style::Double => self.write_double(text, !is_key),
                }
                self.indent = self.indents.pop().flatten();
            }
            Node::List { items, flow } if *flow || self.flow_level > 0 => {
                self.write_indicator("[", true, true, false);
                self.begin_flow();
                for (at, item) in items.iter().enumerate() {
                    self.separate(at);
                    self.node(item, Within::List);
                }
                self.end_flow("]");
            }
            Node::Map { pairs, flow } if *flow || self.flow_level > 0 => {
                self.write_indicator("{", true, true, false);
                self.begin_flow();
                for (at, (key, item)) in pairs.iter().enumerate() {
                    self.separate(at);
                    self.key(key);
                    self.node(item, Within::Map);
                }
                self.end_flow("}");
            }
            Node::List { items, .. } => {
                let indentless = within == Within::Map && !self.indention;
                self.increase_indent(false, indentless);
                for item in items {
                    self.write_indent();
                    self.write_indicator("-", true, false, true);
                    self.node(item, Within::List);
                }
                self.indent = self.indents.pop().flatten();
            }
            Node::Map { pairs, .. } => {
                self.increase_indent(false, false);
                for (key, item) in pairs {
                    self.write_indent();
                    self.key(key);
                    self.node(item, Within::Map);
                }
                self.indent = self.indents.pop().flatten();
            }
        }
    }

    fn key(&mut self, key: &Node) {
        let is_simple = match key {
            Node::Scalar { text, .. } => {
                !text.is_empty() && text.chars().count() < 128 && !text.contains(is_break)
            }
            Node::List { items, .. } => items.is_empty(),
            Node::Map { pairs, .. } => pairs.is_empty(),
        };
        if is_simple {
            self.node(key, Within::Key);
            self.write_indicator(":", false, false, false);
            return;
        }
        self.write_indicator("?", true, false, self.flow_level == 0);
        self.node(key, Within::Map);
        if self.flow_level == 0 || self.column > self.layout.width {
            self.write_indent();
        }
        self.write_indicator(":", true, false, self.flow_level == 0);
    }

    fn begin_flow(&mut self) {
        self.flow_level += 1;
        self.increase_indent(true, false);
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.write_indicator(",", false, false, false);
        }
        if self.column > self.layout.width {
            self.write_indent();
        }
    }

    fn end_flow(&mut self, close: &str) {
        self.indent = self.indents.pop().flatten();
        self.flow_level -= 1;
        self.write_indicator(close, false, false, false);
    }

    fn increase_indent(&mut self, flow: bool, indentless: bool) {
        self.indents.push(self.indent);
        self.indent = match self.indent {
            None if flow => Some(self.layout.indent),
            None => Some(0),
            Some(indent) if indentless => Some(indent),
            Some(indent) => Some(indent + self.layout.indent),
        };
    }

    fn style_of(&self, text: &str, is_text: bool, is_key: bool) -> Style {
        let analysis = Analysis::of(text);
        let fits_key = !(is_key && analysis.multiline);
        let plain_is_same = !is_text || reads_as_text(text);
        let allows_plain = match self.flow_level {
            0 => analysis.block_plain,
            _ => analysis.flow_plain,
        };
        match () {
            () if plain_is_same && fits_key && allows_plain => Style::Plain,
            () if analysis.single && fits_key => Style::Single,
            () => Style::Double,
        }
    }

    fn push(&mut self, text: &str) {
        self.column += text.chars().count();
        self.out.push_str(text);
    }

    fn write_indicator(&mut self, mark: &str, spaced: bool, whitespace: bool, indention: bool) {
        if spaced && !self.whitespace {
            self.push(" ");
        }
        self.whitespace = whitespace;
        self.indention = self.indention && indention;
        self.push(mark);
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.write_break('\n');
        }
        if self.column < indent {
            self.whitespace = true;
            self.push(&" ".repeat(indent - self.column));
        }
    }

    fn write_break(&mut self, c: char) {
        self.whitespace = true;
        self.indention = true;
        self.column = 0;
        self.out.push(c);
    }

    fn write_plain(&mut self, text: &str, split: bool) {
        if text.is_empty() {
            return;
        }
        if !self.whitespace {
            self.push(" ");
        }
        self.whitespace = false;
        self.indention = false;
        for piece in Pieces(text) {
            let folds = piece == " " && self.column > self.layout.width && split;
            if folds {
                self.write_indent();
                self.whitespace = false;
                self.indention = false;
            } else {
                self.push(piece);
            }
        }
    }

    fn write_single(&mut self, text: &str, split: bool) {
        self.write_indicator("'", true, false, false);
        let mut at = 0;
        for piece in Pieces(text) {
            let (start, end) = (at, at + piece.len());
            at = end;
            if piece.starts_with(is_break) {
                if piece.starts_with('\n') {
                    self.write_break('\n');
                }
                for c in piece.chars() {
                    self.write_break(c);
                }
                self.write_indent();
            } else if piece == " "
                && self.column > self.layout.width
                && split
                && start != 0
                && end != text.len()
            {
                self.write_indent();
            } else {
                self.push(&piece.replace('\'', "''"));
            }
        }
        self.write_indicator("'", false, false, false);
    }

    fn write_double(&mut self, text: &str, split: bool) {
        self.write_indicator("\"", true, false, false);
        let chars: Vec<char> = text.chars().collect();
        let (mut start, mut end) = (0, 0);
        while end <= chars.len() {
            let c = chars.get(end).copied();
            if c.is_none_or(needs_escape) {
                let run: String = chars[start..end].iter().collect();
                self.push(&run);
                start = end;
                if let Some(c) = c {
                    self.push(&escape(c));
                    start = end + 1;
                }
            }
            let is_inside = 0 < end && end + 1 < chars.len();
            let run = end.saturating_sub(start);
            if is_inside
                && (c == Some(' ') || start >= end)
                && self.column + run > self.layout.width
                && split
            {
                let run: String = chars.get(start..end).unwrap_or_default().iter().collect();
                start = start.max(end);
                self.push(&run);
                self.push("\\");
                self.write_indent();
                self.whitespace = false;
                self.indention = false;
                if chars.get(start) == Some(&' ') {
                    self.push("\\");
                }
            }
            end += 1;
        }
        self.write_indicator("\"", false, false, false);
    }
}

/// A text as runs of spaces, runs of line ends, and what lies between.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let class = |c: char| match c {
            ' ' => 0,
            c if is_break(c) => 1,
            _ => 2,
        };
        let first = class(self.0.chars().next()?);
        let end = self.0.find(|c| class(c) != first).unwrap_or(self.0.len());
        let (piece, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(piece)
    }
}
