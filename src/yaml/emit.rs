//! YAML text, laid out as the emitter of libyaml lays it out, with which Ansible writes: Ansible
//! users compare files.

use super::emit_scalar::{Analysis, escape, is_break, needs_escape, reads_as_text};

/// What is to be written.
pub enum Written {
    /// Text is quoted where a plain scalar would be read as something else.
    Scalar {
        text: String,
        is_text: bool,
    },
    /// A block of lines behind a tag, such as `!vault`.
    Block {
        tag: &'static str,
        text: String,
    },
    List {
        items: Vec<Written>,
        flow: bool,
    },
    Map {
        pairs: Vec<(Written, Written)>,
        flow: bool,
    },
    /// A value that comes again, and the number it is known by.
    Anchored(usize, Box<Written>),
    /// The value of that number.
    Alias(usize),
}

/// A document with the line end that closes it. `indent`: spaces per level; `width`: columns after
/// which long text is folded.
pub fn emit(document: &Written, indent: usize, width: usize) -> String {
    let mut emitter = Emitter {
        out: String::new(),
        step: indent,
        width,
        indents: Vec::new(),
        indent: None,
        column: 0,
        whitespace: true,
        indention: true,
        flow_level: 0,
    };
    emitter.node(document, Within::Root);
    emitter.write_indent();
    if let Written::Scalar { text, is_text } = document
        && emitter.style_of(text, *is_text, false) == Style::Plain
    {
        // PyYAML ends a document of one plain scalar so.
        emitter.out.push_str("...\n");
    }
    emitter.out
}

/// The spelling of a float in YAML, from Python's.
pub fn float_scalar(python: &str) -> String {
    match python {
        "nan" => ".nan".to_owned(),
        "inf" => ".inf".to_owned(),
        "-inf" => "-.inf".to_owned(),
        _ if !python.contains('.') => python.replace('e', ".0e"),
        _ => python.to_owned(),
    }
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
struct Emitter {
    out: String,
    /// Spaces per level.
    step: usize,
    width: usize,
    indents: Vec<Option<usize>>,
    indent: Option<usize>,
    column: usize,
    whitespace: bool,
    indention: bool,
    flow_level: usize,
}

impl Emitter {
    fn node(&mut self, node: &Written, within: Within) {
        match node {
            Written::Scalar { text, is_text } => {
                let is_key = within == Within::Key;
                self.increase_indent(true, false);
                match self.style_of(text, *is_text, is_key) {
                    Style::Plain => self.write_plain(text, !is_key),
                    Style::Single => self.write_single(text, !is_key),
                    Style::Double => self.write_double(text, !is_key),
                }
                self.indent = self.indents.pop().flatten();
            }
            Written::Alias(number) => {
                self.write_indicator(&format!("*id{number:03}"), true, false, false)
            }
            Written::Anchored(number, node) => {
                self.write_indicator(&format!("&id{number:03}"), true, false, false);
                self.node(node, within);
            }
            Written::Block { tag, text } => self.write_block(tag, text),
            Written::List { items, flow } if *flow || self.flow_level > 0 => {
                self.write_indicator("[", true, true, false);
                self.begin_flow();
                for (at, item) in items.iter().enumerate() {
                    self.separate(at);
                    self.node(item, Within::List);
                }
                self.end_flow("]");
            }
            Written::Map { pairs, flow } if *flow || self.flow_level > 0 => {
                self.write_indicator("{", true, true, false);
                self.begin_flow();
                for (at, (key, item)) in pairs.iter().enumerate() {
                    self.separate(at);
                    self.key(key);
                    self.node(item, Within::Map);
                }
                self.end_flow("}");
            }
            Written::List { items, .. } => {
                let indentless = within == Within::Map && !self.indention;
                self.increase_indent(false, indentless);
                for item in items {
                    self.write_indent();
                    self.write_indicator("-", true, false, true);
                    self.node(item, Within::List);
                }
                self.indent = self.indents.pop().flatten();
            }
            Written::Map { pairs, .. } => {
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

    fn key(&mut self, key: &Written) {
        let is_simple = match key {
            Written::Scalar { text, .. } => {
                !text.is_empty() && text.chars().count() < 128 && !text.contains(is_break)
            }
            Written::List { items, .. } => items.is_empty(),
            Written::Map { pairs, .. } => pairs.is_empty(),
            Written::Alias(_) => true,
            Written::Block { .. } | Written::Anchored(..) => false,
        };
        if is_simple {
            self.node(key, Within::Key);
            self.write_indicator(":", false, false, false);
            return;
        }
        self.write_indicator("?", true, false, self.flow_level == 0);
        self.node(key, Within::Map);
        if self.flow_level == 0 || self.column > self.width {
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
        if self.column > self.width {
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
            None if flow => Some(self.step),
            None => Some(0),
            Some(indent) if indentless => Some(indent),
            Some(indent) => Some(indent + self.step),
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
            let folds = piece == " " && self.column > self.width && split;
            if folds {
                self.write_indent();
                self.whitespace = false;
                self.indention = false;
            } else {
                self.push(piece);
            }
        }
    }

    /// The lines as they are, indented.
    fn write_block(&mut self, tag: &str, text: &str) {
        self.write_indicator(tag, true, false, false);
        let body = text.trim_end_matches('\n');
        let keeps = match text.len() - body.len() {
            0 => "-",
            1 => "",
            _ => "+",
        };
        self.write_indicator(&format!("|{keeps}"), true, false, false);
        self.increase_indent(false, false);
        for line in body.split('\n') {
            self.write_break('\n');
            if !line.is_empty() {
                self.write_indent();
                self.push(line);
                self.indention = false;
            }
        }
        for _ in 1..text.len() - body.len() {
            self.write_break('\n');
        }
        self.whitespace = false;
        self.indent = self.indents.pop().flatten();
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
                && self.column > self.width
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
        let last = text.chars().count().saturating_sub(1);
        let mut behind_space = false;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((at, c)) = chars.next() {
            if needs_escape(c) {
                self.push(&escape(c));
                behind_space = false;
            } else if c != ' ' {
                self.push(c.encode_utf8(&mut [0; 4]));
                behind_space = false;
            } else {
                let folds =
                    split && !behind_space && self.column > self.width && at != 0 && at != last;
                if folds {
                    self.write_indent();
                    // A space at the begin of a line would be lost.
                    if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.push("\\");
                    }
                } else {
                    self.push(" ");
                }
                behind_space = true;
            }
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
