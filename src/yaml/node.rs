//! A node of a YAML document.

use indexmap::IndexMap;

use crate::model::{InputIssue, Place, Value};

use super::scalar;

/// One value of a document, with the place where it was written.
///
/// A node that came through an alias or a merge key keeps the place of its definition: that is
/// the line that a person has to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: NodeValue,
    /// Where the node begins.
    pub place: Place,
    /// How many characters of its first line it takes; at least 1.
    pub width: u32,
    /// Its tag as users write it: `!vault`, `!unsafe`, `!!str`.
    pub tag: Option<Box<str>>,
}

/// Large inventories are millions of these: a text takes what it needs, and no more.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeValue {
    Scalar {
        /// The text without quotes, escapes and folding undone.
        text: Box<str>,
        /// Written without quotes, and not as a block: its type is read from its text.
        plain: bool,
    },
    List(Vec<Node>),
    /// In written order, keys unique, merge keys (`<<`) applied.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The value as Ansible's own reader sees it: plain scalars resolved by YAML 1.1, `!vault`,
    /// `!vault-encrypted` and `!unsafe` honoured.
    pub fn to_value(&self) -> Value {
        self.value_of(self.is_unsafe())
    }

    fn value_of(&self, is_unsafe: bool) -> Value {
        let value = match &self.value {
            NodeValue::Scalar { text, plain } => scalar::resolve(text, *plain, self.tag.as_deref()),
            NodeValue::List(items) => Value::List(
                items.iter().map(|item| item.value_of(is_unsafe || item.is_unsafe())).collect(),
            ),
            NodeValue::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, item)| {
                        (key.key_text(), item.value_of(is_unsafe || item.is_unsafe()))
                    })
                    .collect::<IndexMap<_, _>>(),
            ),
        };
        match value {
            Value::Text(text) if is_unsafe => Value::Unsafe(text),
            value => value,
        }
    }

    fn is_unsafe(&self) -> bool {
        self.tag.as_deref() == Some("!unsafe")
    }

    /// The text that this node becomes as the key of a mapping: `yes:` is the key `true`, as in
    /// Ansible. Lists and mappings, which no key may be, give an empty text.
    pub fn key_text(&self) -> String {
        match &self.value {
            NodeValue::Scalar { text, plain } => {
                scalar::key_text(text, *plain, self.tag.as_deref())
            }
            NodeValue::List(_) | NodeValue::Map(_) => String::new(),
        }
    }

    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match &self.value {
            NodeValue::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries of a mapping, taken out of it; none of anything else.
    pub fn into_entries(self) -> Vec<(Node, Node)> {
        match self.value {
            NodeValue::Map(entries) => entries,
            NodeValue::Scalar { .. } | NodeValue::List(_) => Vec::new(),
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            NodeValue::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a scalar that is text once resolved: quoted, or plain and not a number, a
    /// boolean or null.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Scalar { text, plain }
                if scalar::is_text(text, *plain, self.tag.as_deref()) =>
            {
                Some(text)
            }
            _ => None,
        }
    }

    /// The text of any scalar, as written: `0644` for the number 420.
    pub fn scalar_text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            NodeValue::Scalar { text, plain } => {
                match scalar::resolve(text, *plain, self.tag.as_deref()) {
                    Value::Bool(value) => Some(value),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Nothing written, `~` or `null`.
    pub fn is_null(&self) -> bool {
        match &self.value {
            NodeValue::Scalar { text, plain } => {
                scalar::resolve(text, *plain, self.tag.as_deref()) == Value::Null
            }
            _ => false,
        }
    }

    /// The value under `key`, where this node is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The key's own node and its value.
    pub fn entry(&self, key: &str) -> Option<&(Node, Node)> {
        self.as_map()?.iter().find(|(node, _)| node.key_text() == key)
    }

    /// The kind in the user's words, for messages: "a list", "text".
    pub fn kind(&self) -> &'static str {
        match &self.value {
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a mapping",
            NodeValue::Scalar { .. } => self.to_value().kind(),
        }
    }

    /// An error at this node.
    pub fn error(&self, message: impl Into<String>) -> InputIssue {
        InputIssue::error(message).at(self.place.clone(), self.width)
    }

    /// A warning at this node.
    pub fn warning(&self, message: impl Into<String>) -> InputIssue {
        InputIssue::warning(message).at(self.place.clone(), self.width)
    }
}
