//! `action: debug msg=x`: the older way to name an action.

use crate::yaml::{Node, NodeValue};

use super::Reader;

/// The key and the value that the newer way would have.
pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<(Node, Node)> {
    if let Some(entries) = node.as_map() {
        let Some((_, name)) = node.entry("module") else {
            reader.refuse(node, "it names no action", "write `module: ACTION` below it");
            return None;
        };
        let name = Node { width: name.width, ..name.clone() };
        let rest = entries.iter().filter(|(key, _)| key.key_text() != "module").cloned();
        let value = Node { value: NodeValue::Map(rest.collect()), ..node.clone() };
        return Some((name, value));
    }
    let text = reader.text("action", node)?;
    let begin = text.chars().take_while(|c| c.is_whitespace()).count();
    let word: String = text.trim_start().chars().take_while(|c| !c.is_whitespace()).collect();
    let width = word.chars().count();
    let rest = &text.trim_start()[word.len()..];
    let blanks = rest.chars().take_while(|c| c.is_whitespace()).count();
    let rest = rest.trim();
    let key = reader.part(node, begin, width, &word);
    let value = reader.part(node, begin + width + blanks, rest.chars().count(), rest);
    Some((key, value))
}
