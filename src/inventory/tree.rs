//! Inventories in Ansible's YAML form, and in JSON, which is read the same way.

use std::sync::Arc;

use crate::model::{Place, SourceFile, Value, nearest_hint};
use crate::yaml::{self, Node};

use super::draft::{Draft, Spot};
use super::{Located, connection};

const KEYS: [&str; 3] = ["hosts", "children", "vars"];

/// Reads one file into `draft`; what is wrong goes to its issues.
pub(super) fn read(source: &SourceFile, draft: &mut Draft) {
    let parsed = yaml::parse(source);
    let is_broken = parsed.has_errors();
    draft.issues.extend(parsed.issues);
    let Some(node) = parsed.node.filter(|node| node.as_map().is_none_or(|map| !map.is_empty()))
    else {
        if !is_broken {
            draft.issues.push(
                Spot { place: Place::new(source.name.clone(), 1, 1), width: 1 }
                    .error("this inventory is empty")
                    .hint("an inventory in YAML begins with `all:`"),
            );
        }
        return;
    };
    if node.as_map().is_none() {
        let issue = node
            .error(format!("an inventory must be a mapping of groups, not {}", node.kind()))
            .hint("begin with `all:`, or name the file without `.yml` if it is in INI form");
        draft.issues.push(issue);
        return;
    }
    if let Some((key, _)) = node.entry("plugin") {
        draft.issues.push(
            key.error("this file configures an inventory plugin, which only Ansible can run")
                .hint("let `ansible-inventory --export --list --yaml` write an inventory from it"),
        );
        return;
    }
    if let Some((key, _)) = node.entry("_meta") {
        draft
            .issues
            .push(key.error("this is the output of an inventory script, not an inventory").hint(
            "give the script itself to `-i`, or let `--list --yaml --export` write an inventory",
        ));
        return;
    }
    let mut reader = Reader { file: source.name.clone(), draft };
    for (key, value) in node.into_entries() {
        reader.group(&key, value, None);
    }
}

struct Reader<'a> {
    file: Arc<str>,
    draft: &'a mut Draft,
}

/// What is read is let go at once: the nodes of a large file take more memory than its variables.
impl Reader<'_> {
    /// Reads a group below `parent`; what cannot be one is reported. As in Ansible, it only is
    /// an error where a group is sure to be meant.
    fn group(&mut self, key: &Node, node: Node, parent: Option<usize>) {
        let Some(name) = key.as_text().filter(|name| !name.is_empty()) else {
            self.draft.issues.push(
                key.error(format!("the name of a group must be text, not {}", key.kind()))
                    .hint("put the name into quotes"),
            );
            return;
        };
        if node.as_map().is_none() && !node.is_null() {
            let message = format!("`{name}` is no group: it is {}, not a mapping", node.kind());
            let issue = match parent {
                Some(_) => key.error(message),
                None => key.warning(format!("{message}, and is skipped")),
            };
            self.draft.issues.push(issue.hint("a group holds `hosts`, `children` and `vars`"));
            return;
        }
        let group = self.draft.group(name, &spot(key));
        for (key, value) in node.into_entries() {
            self.section(group, name, &key, value);
        }
        if let Some(parent) = parent {
            self.draft.adopt(parent, group, &spot(key));
        }
    }

    fn section(&mut self, group: usize, name: &str, key: &Node, node: Node) {
        let kind = key.key_text();
        if !KEYS.contains(&kind.as_str()) {
            self.draft.issues.push(
                key.warning(format!("the key `{kind}` in group `{name}` is unknown and skipped"))
                    .hint(nearest_hint(&kind, &KEYS)),
            );
            return;
        }
        // One name alone may stand as text.
        if let Some(only) = node.as_text() {
            match kind.as_str() {
                "hosts" => {
                    self.draft.hosts(only, group, &self.file.clone(), &spot(&node));
                }
                "children" => {
                    let child = self.draft.group(only, &spot(&node));
                    self.draft.adopt(group, child, &spot(&node));
                }
                _ => {
                    let value = Located::new(Value::Null, Some(node.place.clone()));
                    self.draft.set_group(group, only, value, &spot(&node));
                }
            }
            return;
        }
        if node.is_null() {
            return;
        }
        if node.as_map().is_none() {
            let remedy = match kind.as_str() {
                "vars" => "write one `name: value` in each line",
                _ => "write one `name:` in each line, with a colon and without a dash",
            };
            self.draft.issues.push(
                node.error(format!(
                    "`{kind}` of group `{name}` must be a mapping, not {}",
                    node.kind()
                ))
                .hint(remedy),
            );
            return;
        }
        for (key, value) in node.into_entries() {
            match kind.as_str() {
                "hosts" => self.hosts(group, &key, &value),
                "children" => self.group(&key, value, Some(group)),
                _ => {
                    let (name, value) = variable(&key, &value, self.draft);
                    self.draft.set_group(group, &name, value, &spot(&key));
                }
            }
        }
    }

    fn hosts(&mut self, group: usize, key: &Node, node: &Node) {
        let Some(written) = key.as_text() else {
            self.draft.issues.push(
                key.error(format!("the name of a host must be text, not {}", key.kind()))
                    .hint("put the name into quotes"),
            );
            return;
        };
        let names = self.draft.hosts(written, group, &self.file.clone(), &spot(key));
        match node.as_map() {
            Some(variables) => {
                let Some((last, others)) = names.split_last() else { return };
                for (key, value) in variables {
                    let (name, value) = variable(key, value, self.draft);
                    for host in others {
                        self.draft.set_host(host, &name, value.clone(), &spot(key));
                    }
                    self.draft.set_host(last, &name, value, &spot(key));
                }
            }
            None if node.is_null() => {}
            None => self.draft.issues.push(
                node.error(format!(
                    "the variables of host `{written}` must be a mapping, not {}",
                    node.kind()
                ))
                .hint("write one `name: value` in each line below the host"),
            ),
        }
    }
}

/// One variable of a YAML file, inventory or `group_vars`.
pub(super) fn variable(key: &Node, value: &Node, draft: &mut Draft) -> (String, Located) {
    let name = key.key_text();
    draft.issues.extend(connection::misread_secret(&name, value));
    (name, Located::new(value.to_value(), Some(key.place.clone())))
}

pub(super) fn spot(node: &Node) -> Spot {
    Spot { place: node.place.clone(), width: node.width }
}
