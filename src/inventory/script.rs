//! What an executable inventory answers.
//!
//! `--list` gives groups, each with `hosts`, `vars` and `children`, and in `_meta.hostvars` the
//! variables of the hosts; where that is missing, `--host NAME` gives them host by host.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{InputIssue, Place, SourceFile};
use crate::yaml::{self, Node};

use super::draft::Draft;
use super::tree::{spot, variable};

/// The answers of one executable inventory.
#[derive(Debug, Clone)]
pub struct ScriptAnswers {
    /// The script as the user wrote it: `inventory_file`.
    pub script: Arc<str>,
    /// To `--list`; its name is that of the command.
    pub list: SourceFile,
    /// To `--host NAME`, for each host that [`hosts_to_ask_for`] names.
    pub hosts: Vec<(String, SourceFile)>,
}

const META: &str = "_meta";
const KEYS: [&str; 3] = ["hosts", "vars", "children"];

/// The hosts that a script must be asked for one by one, since its answer to `--list` has no
/// `_meta`; in the order of the answer.
pub fn hosts_to_ask_for(list: &SourceFile) -> Vec<String> {
    let Some(node) = yaml::parse_json(list).node else { return Vec::new() };
    if node.get(META).is_some() {
        return Vec::new();
    }
    let mut found = IndexMap::new();
    for (_, group) in node.as_map().unwrap_or_default() {
        let hosts = group.get("hosts").unwrap_or(group).as_list().unwrap_or_default();
        found.extend(hosts.iter().filter_map(Node::as_text).map(|host| (host.to_owned(), ())));
    }
    found.into_keys().collect()
}

/// Reads the answers into `draft`; what is wrong goes to its issues.
pub(super) fn read(answers: &ScriptAnswers, draft: &mut Draft) {
    let parsed = yaml::parse_json(&answers.list);
    draft.issues.extend(parsed.issues);
    let Some(node) = parsed.node else { return };
    let Some(groups) = node.as_map() else {
        let issue = node.error(format!(
            "an inventory script must answer with a mapping of groups, not {}",
            node.kind()
        ));
        draft.issues.push(issue.hint(SHAPE));
        return;
    };
    let mut reader = Reader { source: answers.script.clone(), hosts: HashSet::new(), draft };
    let mut meta = None;
    for (key, group) in groups {
        match key.key_text() {
            name if name == META => meta = Some((key, group)),
            name => reader.group(&name, key, group),
        }
    }
    match meta {
        Some((key, meta)) => reader.meta(key, meta),
        None => {
            for (host, answer) in &answers.hosts {
                reader.host(host, answer);
            }
        }
    }
}

const SHAPE: &str = "it is to print {\"GROUP\": {\"hosts\": […], \"vars\": {…}, \"children\": […]}, \
                     \"_meta\": {\"hostvars\": {…}}}";

struct Reader<'a> {
    source: Arc<str>,
    /// Those that a group of this answer holds.
    hosts: HashSet<String>,
    draft: &'a mut Draft,
}

impl Reader<'_> {
    fn wrong(&mut self, node: &Node, what: &str, wanted: &str) {
        let issue = node.error(format!("{what} must be {wanted}, not {}", node.kind()));
        self.draft.issues.push(issue.hint(SHAPE));
    }

    fn group(&mut self, name: &str, key: &Node, node: &Node) {
        if name.is_empty() {
            self.draft.issues.push(key.error("the name of a group is empty").hint(SHAPE));
            return;
        }
        let group = self.draft.group(name, &spot(key));
        let Some(entries) = node.as_map() else {
            // An old form: the list of the hosts alone.
            self.hosts(name, group, node);
            return;
        };
        if !entries.iter().any(|(key, _)| KEYS.contains(&key.key_text().as_str())) {
            self.draft.issues.push(
                key.warning(format!(
                    "the group `{name}` has neither hosts, children nor vars: as in Ansible it is \
                     taken for a host of that name"
                ))
                .hint(SHAPE),
            );
            self.put(name, group, key);
            self.variables(node, |draft, name, value, spot| {
                draft.set_group(group, name, value, spot);
            });
            return;
        }
        for (key, value) in entries {
            match key.key_text().as_str() {
                "hosts" => self.hosts(name, group, value),
                "children" => self.children(name, group, value),
                "vars" if value.as_map().is_none() => {
                    self.wrong(value, &format!("`vars` of group `{name}`"), "a mapping");
                }
                "vars" => self.variables(value, |draft, name, value, spot| {
                    draft.set_group(group, name, value, spot);
                }),
                _ => {}
            }
        }
    }

    fn hosts(&mut self, name: &str, group: usize, node: &Node) {
        let Some(hosts) = node.as_list() else {
            self.wrong(node, &format!("`hosts` of group `{name}`"), "a list");
            return;
        };
        for host in hosts {
            match host.as_text() {
                Some(text) => self.put(text, group, host),
                None => self.wrong(host, "the name of a host", "text"),
            }
        }
    }

    /// Names are taken as they are: a script writes out ranges and sets ports itself.
    fn put(&mut self, host: &str, group: usize, node: &Node) {
        self.draft.host(host, None, group, &self.source, Some(&spot(node)));
        self.hosts.insert(host.to_owned());
    }

    fn children(&mut self, name: &str, group: usize, node: &Node) {
        let Some(children) = node.as_list() else {
            self.wrong(node, &format!("`children` of group `{name}`"), "a list");
            return;
        };
        for child in children {
            match child.as_text().filter(|text| !text.is_empty()) {
                Some(text) => {
                    let position = self.draft.group(text, &spot(child));
                    self.draft.adopt(group, position, &spot(child));
                }
                None => self.wrong(child, "the name of a group", "text"),
            }
        }
    }

    fn variables(
        &mut self,
        node: &Node,
        mut set: impl FnMut(&mut Draft, &str, super::Located, &super::draft::Spot),
    ) {
        for (key, value) in node.as_map().unwrap_or_default() {
            let (name, value) = variable(key, value, self.draft);
            set(self.draft, &name, value, &spot(key));
        }
    }

    fn meta(&mut self, key: &Node, meta: &Node) {
        let Some(variables) = meta.get("hostvars") else {
            let issue = key.error("`_meta` holds no `hostvars`");
            self.draft.issues.push(issue.hint(SHAPE));
            return;
        };
        let Some(entries) = variables.as_map() else {
            self.wrong(variables, "`_meta.hostvars`", "a mapping");
            return;
        };
        let mut unknown = Vec::new();
        for (key, value) in entries {
            let host = key.key_text();
            if self.hosts.contains(&host) {
                self.host_variables(&host, value);
            } else {
                unknown.push((host, key));
            }
        }
        if let [(first, key), rest @ ..] = unknown.as_slice() {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            self.draft.issues.push(
                key.warning(format!(
                    "the script has variables for `{first}`{more}, and no group holds that host: \
                     as in Ansible it does not exist"
                ))
                .hint("let the script put it into a group, `ungrouped` for one"),
            );
        }
    }

    /// The answer to `--host`; nothing at all stands for no variables.
    fn host(&mut self, host: &str, answer: &SourceFile) {
        if answer.text.trim().is_empty() {
            return;
        }
        let parsed = yaml::parse_json(answer);
        self.draft.issues.extend(parsed.issues);
        if let Some(node) = parsed.node {
            self.host_variables(host, &node);
        }
    }

    fn host_variables(&mut self, host: &str, node: &Node) {
        if node.as_map().is_none() {
            self.wrong(node, &format!("the variables of host `{host}`"), "a mapping");
            return;
        }
        self.variables(node, |draft, name, value, spot| draft.set_host(host, name, value, spot));
    }
}

/// Whether a text was meant to be run: the remedy depends on it.
pub(super) fn not_run(file: &SourceFile) -> InputIssue {
    InputIssue::error("this is an inventory script, and it may not be executed")
        .at(Place::new(file.name.clone(), 1, 1), 2)
        .hint(format!("allow it with `chmod +x {}`", file.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{InventorySource, Loaded, Sources, load};
    use crate::model::{HostName, Value};

    fn loaded(list: &str, hosts: &[(&str, &str)]) -> Loaded {
        let answers = ScriptAnswers {
            script: "inv.py".into(),
            list: SourceFile::new("inv.py --list", list),
            hosts: hosts
                .iter()
                .map(|(host, text)| {
                    let name = format!("inv.py --host {host}");
                    ((*host).to_owned(), SourceFile::new(name, *text))
                })
                .collect(),
        };
        let inventories = vec![InventorySource::Script(answers)];
        load(&Sources { inventories, ..Sources::default() })
    }

    fn told(list: &str) -> String {
        let hint = format!(" ({SHAPE})");
        let issues = loaded(list, &[]).issues;
        issues
            .iter()
            .map(|issue| issue.to_string().replace(&hint, ""))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn hosts_groups_and_variables_are_taken_as_they_are() {
        let list = r#"{"uk": {"hosts": ["fw1", "fw[1:2]"], "vars": {"a": 1}, "children": ["lon"]},
            "lon": ["fw3"], "_meta": {"hostvars": {"fw1": {"ansible_host": "192.0.2.1",
            "v": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n6162\n"},
            "u": [{"__ansible_unsafe": "{{ x }}"}]}}}}"#;
        let Loaded { inventory, issues } = loaded(list, &[]);
        assert!(issues.iter().all(|issue| issue.message.contains("holds a bracket")), "{issues:?}");
        let names: Vec<&str> = inventory.hosts().map(HostName::as_str).collect();
        assert_eq!(names, ["fw1", "fw[1:2]", "fw3"]);
        let value = |host: &str, name: &str| inventory.variables(host).value(name).cloned();
        assert_eq!(value("fw3", "a"), Some(Value::Int(1)));
        assert!(matches!(value("fw1", "v"), Some(Value::Vault(_))));
        let unsafe_text = Value::Unsafe("{{ x }}".to_owned());
        assert_eq!(value("fw1", "u"), Some(Value::List(vec![unsafe_text])));
        assert_eq!(inventory.groups_of("fw3"), ["lon", "uk"]);
    }

    #[test]
    fn without_meta_each_host_is_asked_for() {
        let list = r#"{"uk": {"hosts": ["fw1", "fw2"]}, "all": ["fw1", "fw3"]}"#;
        let source = SourceFile::new("inv.py --list", list);
        assert_eq!(hosts_to_ask_for(&source), ["fw1", "fw2", "fw3"]);
        let inventory = loaded(list, &[("fw1", "{\"a\": 1}"), ("fw2", "\n")]).inventory;
        assert_eq!(inventory.variables("fw1").value("a"), Some(&Value::Int(1)));
        let with = SourceFile::new("x", r#"{"uk": ["fw1"], "_meta": {"hostvars": {}}}"#);
        assert!(hosts_to_ask_for(&with).is_empty());
    }

    #[test]
    fn an_answer_of_another_shape_is_told_with_its_place() {
        for (list, expected) in [
            ("[1]", "1:1: an inventory script must answer with a mapping of groups, not a list"),
            (r#"{"g": {"hosts": "fw1"}}"#, "1:17: `hosts` of group `g` must be a list, not text"),
            (r#"{"g": "fw1"}"#, "1:7: `hosts` of group `g` must be a list, not text"),
            (r#"{"g": [1]}"#, "1:8: the name of a host must be text, not a whole number"),
            (r#"{"g": [""]}"#, "1:8: the name of the host is missing"),
            (r#"{"g": {"vars": [1]}}"#, "1:16: `vars` of group `g` must be a mapping, not a list"),
            (
                r#"{"g": {"children": "x"}}"#,
                "1:20: `children` of group `g` must be a list, not text",
            ),
            (r#"{"_meta": {}}"#, "1:2: `_meta` holds no `hostvars`"),
            (
                r#"{"_meta": {"hostvars": []}}"#,
                "1:24: `_meta.hostvars` must be a mapping, not a list",
            ),
            (
                r#"{"g": ["a"], "_meta": {"hostvars": {"a": 1}}}"#,
                "1:42: the variables of host `a` must be a mapping, not a whole number",
            ),
            (
                r#"{"g": {"children": ["g"]}}"#,
                "1:21: the group `g` is its own child (remove this line)",
            ),
        ] {
            assert_eq!(told(list), format!("inv.py --list:{expected}"), "{list}");
        }
    }

    #[test]
    fn what_is_read_otherwise_than_meant_is_a_warning() {
        assert_eq!(
            told(r#"{"g": ["a"], "_meta": {"hostvars": {"b": {}, "c": {}}}}"#),
            "inv.py --list:1:37: the script has variables for `b` and 1 more, and no group holds \
             that host: as in Ansible it does not exist (let the script put it into a group, \
             `ungrouped` for one)"
        );
        assert!(told(r#"{"odd": {"x": 1}}"#).contains("taken for a host of that name"));
    }
}
