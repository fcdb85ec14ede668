//! Events of the YAML parser to a tree of nodes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};

use crate::model::{InputIssue, Place, SourceFile};

use super::{Node, NodeValue, json, mistake};

/// Deeper documents are refused: nobody writes them, and every reader of the tree recurses.
pub(super) const MOST_DEPTH: usize = 100;

/// How many nodes all aliases of a file may copy together. Ten thousand hosts may share a
/// mapping of fifty variables; a bomb of nested aliases stops here.
const MOST_COPIES: usize = 1_000_000;

/// What a line within brackets is indented by, when it begins further left than its key; how many
/// lines of a file may; and how many bytes are read again for their sake, since each line costs a
/// reading from the begin.
const INDENT: &str = "                                        ";
const MOST_INDENTED: usize = 100;
const MOST_WORK: usize = 64 << 20;

/// Tags that mean something here; any other would be read wrongly, so it is refused.
const KNOWN_TAGS: [&str; 12] = [
    "!vault",
    "!vault-encrypted",
    "!unsafe",
    "!",
    "!!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!!seq",
    "!!map",
    "!!timestamp",
];

/// A file as far as it could be read, and all that is wrong with it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The document; `None` when the file holds none, or when its syntax is broken.
    pub node: Option<Node>,
    /// In file order. An error means that the file must not be used.
    pub issues: Vec<InputIssue>,
}

impl Parsed {
    pub fn has_errors(&self) -> bool {
        self.issues.iter().any(InputIssue::is_error)
    }
}

/// Reads a file that holds one YAML (or JSON) document. Never panics, and bounds depth and
/// copies, whatever the text.
pub fn parse(source: &SourceFile) -> Parsed {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    if text.trim_start().starts_with(['{', '['])
        && let Ok(parsed) = json::read(source)
    {
        return parsed;
    }
    let mut indented = BTreeSet::new();
    let (first, mut line) = attempt(source, text, &indented);
    // PyYAML lets the lines within brackets begin anywhere, YAML and our scanner do not.
    while let Some(number) = line {
        let work = indented.len().saturating_mul(text.len());
        if work > MOST_WORK || indented.len() >= MOST_INDENTED || !indented.insert(number) {
            break;
        }
        let lines = text.split_inclusive('\n').enumerate();
        let text: String = lines
            .flat_map(|(index, line)| {
                let more = if indented.contains(&(index + 1)) { INDENT } else { "" };
                [more, line]
            })
            .collect();
        let (parsed, next) = attempt(source, &text, &indented);
        if next.is_none() && parsed.node.is_some() {
            return parsed;
        }
        line = next;
    }
    first
}

/// Reads a text of which the lines in `indented` were indented by [`INDENT`] more than they are
/// written. Besides the outcome, the line that is not indented enough, where that ended it.
fn attempt(source: &SourceFile, text: &str, indented: &BTreeSet<usize>) -> (Parsed, Option<usize>) {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        file: source.name.clone(),
        lines: text.lines().collect(),
        indented,
        too_far_left: None,
        anchors: HashMap::new(),
        copies: 0,
        issues: Vec::new(),
    };
    let node = reader.document().unwrap_or_else(|stop| {
        reader.issues.push(*stop);
        None
    });
    let mut issues = reader.issues;
    issues.sort_by_key(|issue| issue.place.as_ref().map(|place| (place.line, place.column)));
    (Parsed { node, issues }, reader.too_far_left)
}

/// The error that ends the reading of a file.
type Stop = Box<InputIssue>;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    file: Arc<str>,
    lines: Vec<&'a str>,
    /// Lines that begin with [`INDENT`] that nobody wrote.
    indented: &'a BTreeSet<usize>,
    /// The line within brackets at which the scanner gave up.
    too_far_left: Option<usize>,
    /// Finished nodes by anchor, with the number of nodes in each.
    anchors: HashMap<usize, (Node, usize)>,
    copies: usize,
    issues: Vec<InputIssue>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                if mistake::is_too_far_left(&error) {
                    self.too_far_left = Some(error.marker().line());
                }
                Err(Box::new(mistake::explain(&error, &self.file, &self.lines)))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(document),
                Event::DocumentStart(_) if document.is_some() => {
                    return Err(self.stop(
                        &span,
                        "a second document begins here, and only one is read",
                        "remove the line `---`, or put the documents into files of their own",
                    ));
                }
                Event::StreamStart
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                event => {
                    let node = self.node(event, &span, 0)?;
                    let is_empty = node.scalar_text() == Some("") && node.is_null();
                    self.refuse_mark(&node);
                    document = (!is_empty).then_some(node);
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, Stop> {
        if depth > MOST_DEPTH {
            return Err(self.stop(
                span,
                &format!("lists and mappings are nested more than {MOST_DEPTH} deep"),
                "flatten the structure",
            ));
        }
        let (value, anchor, tag) = match event {
            Event::Alias(anchor) => return self.copy(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let tag = self.tag(tag.as_deref(), span);
                (NodeValue::Scalar { text: text.into(), plain }, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = self.tag(tag.as_deref(), span);
                (self.list(depth)?, anchor, tag)
            }
            Event::MappingStart(anchor, tag) => {
                let tag = self.tag(tag.as_deref(), span);
                (self.map(span, depth)?, anchor, tag)
            }
            _ => {
                return Err(self.stop(span, "a value is missing here", "write it, or `null`"));
            }
        };
        let node = Node { value, place: self.place(span), width: self.width(span), tag };
        if anchor > 0 {
            let size = size(&node);
            self.count_copies(size, span)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<NodeValue, Stop> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd | Event::StreamEnd) {
                items.shrink_to_fit();
                return Ok(NodeValue::List(items));
            }
            let item = self.node(event, &span, depth + 1)?;
            self.refuse_mark(&item);
            items.push(item);
        }
    }

    fn map(&mut self, start: &Span, depth: usize) -> Result<NodeValue, Stop> {
        let mut merged = Vec::new();
        let mut own = Vec::new();
        loop {
            let (event, key_span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                break;
            }
            let key = self.node(event, &key_span, depth + 1)?;
            let (event, span) = self.next()?;
            let mut value = self.node(event, &span, depth + 1)?;
            self.refuse_mark(&value);
            if is_absent(&value) {
                // The parser places an absent value at whatever follows it.
                value.place = key.place.clone();
                value.place.column += key.width;
            }
            if key.scalar_text().is_none() {
                self.issues.push(mistake::collection_as_key(&key, self.place(start)));
            } else if is_merge(&key) {
                self.merge(value, &mut merged);
            } else {
                own.push((key, value));
            }
        }
        let mut entries = unite(merged, own, &mut self.issues);
        entries.shrink_to_fit();
        Ok(NodeValue::Map(entries))
    }

    /// In YAML 1.1 a plain `=` or `<<` is no text, and PyYAML refuses it as a value.
    fn refuse_mark(&mut self, value: &Node) {
        if let (NodeValue::Scalar { text, plain: true }, None) = (&value.value, &value.tag)
            && matches!(&**text, "=" | "<<")
        {
            self.issues.push(
                value
                    .error(format!("a bare `{text}` is no value in YAML 1.1"))
                    .hint(format!("put it into quotes: '{text}'")),
            );
        }
    }

    /// Takes the entries of `value`, one mapping or a list of them, for a merge key. In a list
    /// the first mapping wins.
    fn merge(&mut self, value: Node, merged: &mut Vec<(Node, Node)>) {
        match value.value {
            NodeValue::Map(entries) => merged.extend(entries),
            NodeValue::List(items) if items.iter().all(|item| item.as_map().is_some()) => {
                for item in items.into_iter().rev() {
                    self.merge(item, merged);
                }
            }
            _ => self.issues.push(
                value
                    .error(format!("the merge key `<<` takes a mapping, not {}", value.kind()))
                    .hint("give it an alias such as `<<: *defaults`, or a list of them"),
            ),
        }
    }

    fn copy(&mut self, anchor: usize, span: &Span) -> Result<Node, Stop> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return Err(self.stop(
                span,
                "this alias stands inside the value that it names",
                "remove the alias: a value cannot contain itself",
            ));
        };
        let (node, size) = (node.clone(), *size);
        self.count_copies(size, span)?;
        Ok(node)
    }

    fn count_copies(&mut self, size: usize, span: &Span) -> Result<(), Stop> {
        self.copies = self.copies.saturating_add(size);
        if self.copies > MOST_COPIES {
            return Err(self.stop(
                span,
                &format!("the aliases of this file unfold to more than {MOST_COPIES} values"),
                "use fewer aliases, or group variables in their place",
            ));
        }
        Ok(())
    }

    fn tag(&mut self, tag: Option<&Tag>, span: &Span) -> Option<Box<str>> {
        let tag = tag?;
        let written = match tag.handle.as_str() {
            "tag:yaml.org,2002:" => format!("!!{}", tag.suffix),
            handle => format!("{handle}{}", tag.suffix),
        };
        if !KNOWN_TAGS.contains(&written.as_str()) {
            let near = KNOWN_TAGS
                .iter()
                .filter(|known| strsim::damerau_levenshtein(known, &written) <= 2)
                .min_by_key(|known| strsim::damerau_levenshtein(known, &written));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "known are `!vault`, `!unsafe` and YAML's own, such as `!!str`".to_owned(),
            };
            self.issues.push(
                InputIssue::error(format!("unknown tag `{written}`"))
                    .at(self.place(span), self.width(span))
                    .hint(hint),
            );
        }
        Some(written.into())
    }

    fn place(&self, span: &Span) -> Place {
        let line = span.start.line();
        let added = if self.indented.contains(&line) { INDENT.len() } else { 0 };
        place(&self.file, line, span.start.col().saturating_sub(added))
    }

    fn width(&self, span: &Span) -> u32 {
        let width = if span.end.line() == span.start.line() {
            span.end.col().saturating_sub(span.start.col())
        } else {
            let line = self.lines.get(span.start.line().saturating_sub(1)).copied().unwrap_or("");
            line.chars().count().saturating_sub(span.start.col())
        };
        u32::try_from(width).unwrap_or(u32::MAX).max(1)
    }

    fn stop(&self, span: &Span, message: &str, hint: &str) -> Stop {
        Box::new(InputIssue::error(message).at(self.place(span), self.width(span)).hint(hint))
    }
}

/// Unique keys in the order of their first appearance, the last value winning; keys written
/// twice in one mapping are reported, since one of them is surely a mistake.
pub(super) fn unite(
    merged: Vec<(Node, Node)>,
    own: Vec<(Node, Node)>,
    issues: &mut Vec<InputIssue>,
) -> Vec<(Node, Node)> {
    if merged.is_empty() && are_distinct(&own) {
        return own;
    }
    let first_own = merged.len();
    let mut entries: Vec<(Node, Node)> = Vec::with_capacity(merged.len() + own.len());
    // The entry of each key, and whether this mapping itself set it.
    let mut known: HashMap<String, (usize, bool)> = HashMap::with_capacity(own.len());
    for (index, (key, value)) in merged.into_iter().chain(own).enumerate() {
        let is_own = index >= first_own;
        let name = key.key_text();
        match known.get_mut(&name) {
            Some((position, was_own)) => {
                if is_own && *was_own {
                    let first = entries[*position].0.place.line;
                    issues.push(
                        key.warning(format!(
                            "the key `{name}` was already set in line {first}; this value wins"
                        ))
                        .hint("remove one of the two"),
                    );
                }
                *was_own |= is_own;
                entries[*position] = (key, value);
            }
            None => {
                known.insert(name, (entries.len(), is_own));
                entries.push((key, value));
            }
        }
    }
    entries
}

/// Whether all keys are text, and no two the same: so it is in nearly every mapping.
fn are_distinct(entries: &[(Node, Node)]) -> bool {
    let mut known = HashSet::with_capacity(entries.len());
    entries.iter().all(|(key, _)| key.as_text().is_some_and(|text| known.insert(text)))
}

/// The parser counts columns from 0.
pub(super) fn place(file: &Arc<str>, line: usize, column: usize) -> Place {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Place::new(file.clone(), number(line.max(1)), number(column.saturating_add(1)))
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        NodeValue::Scalar { .. } => 0,
        NodeValue::List(items) => items.iter().map(size).sum(),
        NodeValue::Map(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
    }
}

fn is_merge(key: &Node) -> bool {
    key.tag.is_none()
        && matches!(&key.value, NodeValue::Scalar { text, plain: true } if **text == *"<<")
}

fn is_absent(value: &Node) -> bool {
    matches!(&value.value, NodeValue::Scalar { text, plain: true } if text.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Value;

    fn read(text: &str) -> Parsed {
        parse(&SourceFile::new("test.yml", text))
    }

    fn value(text: &str) -> serde_json::Value {
        let parsed = read(text);
        assert!(!parsed.has_errors(), "{:?}", parsed.issues);
        serde_json::to_value(parsed.node.unwrap().to_value()).unwrap()
    }

    fn issues(text: &str) -> Vec<String> {
        read(text).issues.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nodes_know_their_place_and_width() {
        let parsed = read("# about\nall:\n  hosts:\n    fw-1: {ansible_host: '192.0.2.1'}\n");
        let node = parsed.node.unwrap();
        let host = node.get("all").unwrap().get("hosts").unwrap().entry("fw-1").unwrap();
        assert_eq!(host.0.place.to_string(), "test.yml:4:5");
        assert_eq!(host.0.width, 4);
        let address = host.1.get("ansible_host").unwrap();
        assert_eq!(address.place.to_string(), "test.yml:4:26");
        assert_eq!(address.width, 11);
    }

    #[test]
    fn an_absent_value_is_placed_behind_its_key() {
        let parsed = read("all:\n  hosts:\n    fw-1:\n    fw-2:\n");
        let hosts = parsed.node.unwrap();
        let hosts = hosts.get("all").unwrap().get("hosts").unwrap();
        assert!(hosts.get("fw-1").unwrap().is_null());
        assert_eq!(hosts.get("fw-1").unwrap().place.to_string(), "test.yml:3:9");
    }

    #[test]
    fn an_empty_file_holds_no_node() {
        for text in ["", "---\n", "# only a comment\n", "---\n...\n", "\u{feff}"] {
            assert!(read(text).node.is_none(), "{text:?}");
            assert!(read(text).issues.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn lines_within_brackets_may_begin_anywhere() {
        let text = "all:\n  vars:\n    list: [a,\nb,\n      {c: 1,\n  d: 2}\n]\n    e: !what 3\n";
        let parsed = read(text);
        assert_eq!(issues(text).len(), 1);
        let vars = parsed.node.unwrap();
        let vars = vars.get("all").unwrap().get("vars").unwrap();
        assert_eq!(
            serde_json::to_value(vars.get("list").unwrap().to_value()).unwrap(),
            serde_json::json!(["a", "b", {"c": 1, "d": 2}])
        );
        let place = |node: &Node| node.place.to_string();
        let list = vars.get("list").unwrap().as_list().unwrap();
        assert_eq!(place(&list[1]), "test.yml:4:1");
        assert_eq!(place(list[2].get("d").unwrap()), "test.yml:6:6");
        assert_eq!(place(vars.get("e").unwrap()), "test.yml:8:8");
        // What is broken otherwise is told as if nothing had been tried.
        assert!(issues("a:\n  b: [1,\n  two\nc: 3\n")[0].starts_with("test.yml:3:3: "));
    }

    #[test]
    fn marks_of_yaml_1_1_are_no_values() {
        assert_eq!(
            issues("a: =\nb: [<<]\nc: '='\n=: 1\n"),
            [
                "test.yml:1:4: a bare `=` is no value in YAML 1.1 (put it into quotes: '=')",
                "test.yml:2:5: a bare `<<` is no value in YAML 1.1 (put it into quotes: '<<')",
            ]
        );
    }

    #[test]
    fn keys_are_resolved_like_values() {
        assert_eq!(
            value("{yes: 1, 0644: 2, '0644': 3, ~: 4}"),
            serde_json::json!({"true": 1, "420": 2, "0644": 3, "null": 4})
        );
    }

    #[test]
    fn merge_keys_give_way_to_own_keys_and_the_first_of_a_list_wins() {
        assert_eq!(
            value("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\n")["c"],
            serde_json::json!({"x": 1, "y": 1, "z": 3})
        );
        assert_eq!(value("{'<<': 1}"), serde_json::json!({"<<": 1}));
        assert_eq!(
            issues("<<: 3\na: 1"),
            ["test.yml:1:5: the merge key `<<` takes a mapping, not a whole number \
              (give it an alias such as `<<: *defaults`, or a list of them)"]
        );
    }

    #[test]
    fn a_key_written_twice_is_reported_with_both_places_and_the_last_wins() {
        let parsed = read("a: 1\nb: 2\na: 3\n");
        assert_eq!(
            parsed.issues[0].to_string(),
            "test.yml:3:1: the key `a` was already set in line 1; this value wins \
             (remove one of the two)"
        );
        assert!(!parsed.has_errors());
        let node = parsed.node.unwrap();
        assert_eq!(node.get("a").unwrap().to_value(), Value::Int(3));
    }

    #[test]
    fn tags_of_ansible_are_honoured_and_unknown_ones_refused() {
        assert_eq!(
            value("v: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nu: !unsafe '{{ x }}'\n"),
            serde_json::json!({
                "v": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n6162\n"},
                "u": {"__ansible_unsafe": "{{ x }}"},
            })
        );
        assert_eq!(
            value("!unsafe [a, {b: c, d: 1}]"),
            serde_json::json!([
                {"__ansible_unsafe": "a"},
                {"b": {"__ansible_unsafe": "c"}, "d": 1},
            ])
        );
        assert_eq!(
            issues("a: !valt x\nb: !!python/name:os.system y\n"),
            [
                "test.yml:1:4: unknown tag `!valt` (did you mean `!vault`?)",
                "test.yml:2:4: unknown tag `!!python/name:os.system` \
                 (known are `!vault`, `!unsafe` and YAML's own, such as `!!str`)",
            ]
        );
    }

    #[test]
    fn json_is_read_by_json_s_rules_for_numbers() {
        assert_eq!(
            value("{\"a\": 1e3, \"b\": \"yes\", \"c\": [true, null, \"\\u00e9\"]}"),
            serde_json::json!({"a": 1000.0, "b": "yes", "c": [true, null, "é"]})
        );
    }

    #[test]
    fn bombs_are_bounded() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", ")));
        }
        assert!(issues(&bomb)[0].contains("unfold to more than 1000000 values"));
        assert!(issues(&"[".repeat(150))[0].contains("nested more than 100 deep"));
        assert!(issues(&"[".repeat(3000))[0].contains("nested too deep"));
        assert!(issues(&"- ".repeat(3000))[0].contains("nested more than 100 deep"));
        assert!(issues("&a [*a]")[0].contains("stands inside the value that it names"));
    }

    #[test]
    fn a_second_document_is_refused() {
        assert_eq!(
            issues("a: 1\n---\nb: 2\n"),
            ["test.yml:2:1: a second document begins here, and only one is read \
              (remove the line `---`, or put the documents into files of their own)"]
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\PC\t\n]{0,200}") {
            let parsed = read(&text);
            if let Some(node) = parsed.node { node.to_value(); }
        }

        #[test]
        fn no_soup_of_indicators_makes_it_panic(text in "([-?:,\\[\\]{}#&*!|>'\"%@`<~ \n\ta1])*") {
            let parsed = read(&text);
            if let Some(node) = parsed.node { node.to_value(); }
        }
    }
}
