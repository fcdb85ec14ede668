//! Sources to an inventory.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{InputIssue, Place, SourceFile, nearest};
use crate::yaml;

use super::draft::{Draft, Spot};
use super::inventory::MOST_DEPTH;
use super::sources::Index;
use super::{
    Inventory, InventorySource, Located, Sources, VariableDirectory, Variables, address, csv, ini,
    script, shared_device, ssh_arguments, tree,
};

/// An inventory and all that is wrong with its sources.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Complete only when no issue is an error.
    pub inventory: Inventory,
    /// Source by source, each in file order.
    pub issues: Vec<InputIssue>,
}

impl Loaded {
    pub fn has_errors(&self) -> bool {
        self.issues.iter().any(InputIssue::is_error)
    }
}

/// Builds the inventory: all sources merged in order, groups and memberships settled, variable
/// files read for those groups and hosts that exist.
pub fn load(sources: &Sources) -> Loaded {
    let mut draft = Draft::new(sources.keyring.clone());
    for source in &sources.inventories {
        let before = draft.issues.len();
        read(source, &mut draft);
        draft.issues[before..]
            .sort_by_key(|issue| issue.place.as_ref().map(|place| (place.line, place.column)));
    }
    draft.inventory.settle();
    refuse_depth(&mut draft);
    warn_of_twins(&mut draft);
    let directories = sources.beside_inventories.iter().chain([&sources.beside_playbook]);
    for directory in directories {
        add_layer(directory, &mut draft);
    }
    let Draft { inventory, mut issues, .. } = draft;
    issues.extend(ssh_arguments::warnings(&inventory));
    issues.extend(shared_device::warnings(&inventory));
    Loaded { inventory, issues }
}

fn read(source: &InventorySource, draft: &mut Draft) {
    match source {
        InventorySource::HostList(list) => host_list(list, draft),
        InventorySource::Script(answers) => script::read(answers, draft),
        InventorySource::File(file) if file.text.starts_with("#!") => {
            draft.issues.push(script::not_run(file));
        }
        InventorySource::File(file) => read_file(file, draft),
    }
}

fn read_file(file: &SourceFile, draft: &mut Draft) {
    if let Some(file) = draft.open(file) {
        match form_of(&file) {
            Form::Ini => ini::read(&file, draft),
            Form::Yaml => tree::read(&file, draft),
            Form::Csv => csv::read(&file, draft),
            Form::Refused(message, hint) => draft.issues.push(
                InputIssue::error(message).at(Place::new(file.name.clone(), 1, 1), 1).hint(hint),
            ),
        }
    }
}

/// `fw1,fw2:2222,`: hosts that are not known yet join `ungrouped`. Ranges are not unfolded.
fn host_list(list: &str, draft: &mut Draft) {
    const UNGROUPED: usize = 1;
    let source: Arc<str> = Arc::from(list);
    for written in list.split(',').map(str::trim).filter(|written| !written.is_empty()) {
        let (name, port) = match address::parse(written) {
            Some(address) if !address.name.contains('[') => (address.name, address.port),
            _ => (written.to_owned(), None),
        };
        if !draft.inventory.contains(&name) {
            draft.host(&name, port, UNGROUPED, &source, None);
        }
    }
}

/// How a file is to be read.
enum Form {
    Ini,
    Yaml,
    Csv,
    Refused(&'static str, &'static str),
}

/// Told from the ending, else from the first line that says something. Ansible tries all of its
/// readers in turn and shows every error; one reader and its error are clearer.
fn form_of(file: &SourceFile) -> Form {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or("");
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("yml" | "yaml" | "json") => Form::Yaml,
        Some("ini") => Form::Ini,
        Some("csv") => Form::Csv,
        Some("toml") => {
            Form::Refused("inventories in TOML are not read", "write it in YAML or in INI form")
        }
        _ if looks_like_yaml(text) => Form::Yaml,
        _ => Form::Ini,
    }
}

/// `---`, `{` or `key:` in the first line that is no comment.
fn looks_like_yaml(text: &str) -> bool {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    line.is_some_and(|line| {
        let line = line.split(" #").next().unwrap_or("").trim_end();
        line.starts_with("---")
            || line.starts_with('{')
            || !line.starts_with(['[', ';'])
                && (line.ends_with(':') || line.contains(": "))
                && !line.contains('=')
    })
}

/// Reports the first group that stands too deep.
fn refuse_depth(draft: &mut Draft) {
    let groups = &draft.inventory.groups;
    if let Some((name, group)) = groups.iter().find(|(_, group)| group.depth > MOST_DEPTH) {
        let issue = InputIssue::error(format!(
            "the group `{name}` stands below more than {MOST_DEPTH} others"
        ))
        .hint("flatten the groups");
        draft.issues.push(match &group.place {
            Some(place) => issue.at(place.clone(), 1),
            None => issue,
        });
    }
}

/// A host and a group of one name are allowed, and nearly always a mistake.
fn warn_of_twins(draft: &mut Draft) {
    let twins: Vec<InputIssue> = draft
        .inventory
        .hosts
        .iter()
        .filter(|(name, _)| draft.inventory.groups.contains_key(name.as_str()))
        .map(|(name, host)| {
            let issue = InputIssue::warning(format!("`{name}` is the name of a host and a group"))
                .hint("rename one of the two: patterns will find the group");
            match &host.place {
                Some(place) => issue.at(place.clone(), 1),
                None => issue,
            }
        })
        .collect();
    draft.issues.extend(twins);
}

/// Adds one directory's variables to every group and host, as a layer of its own.
fn add_layer(directory: &VariableDirectory, draft: &mut Draft) {
    if directory.files.is_empty() {
        return;
    }
    let index = directory.index();
    let mut files = Files { directory, index, read: HashMap::new() };
    let groups: Vec<String> = draft.inventory.groups.keys().cloned().collect();
    for (position, name) in groups.iter().enumerate() {
        let variables = files.variables_of("group_vars", name, draft);
        draft.inventory.groups[position].files.push(variables);
    }
    draft.issues.extend(strays(directory, &groups));
    for position in 0..draft.inventory.hosts.len() {
        let name = draft.inventory.host_name(position).cloned();
        let Some(name) = name else { continue };
        let variables = files.variables_of("host_vars", name.as_str(), draft);
        draft.inventory.hosts[position].files.push(variables);
    }
    for position in 0..draft.inventory.local.len() {
        let name = draft.inventory.local.get_index(position).map(|(name, _)| name.clone());
        let Some(name) = name else { continue };
        let variables = files.variables_of("host_vars", name.as_str(), draft);
        draft.inventory.local[position].files.push(variables);
    }
}

/// Files in `group_vars/` that belong to no group and probably should: their names are nearly
/// those of one. Others are left alone, since many inventories share one folder.
fn strays(directory: &VariableDirectory, groups: &[String]) -> Vec<InputIssue> {
    let letters = |name: &str| name.replace(|c: char| c.is_ascii_digit(), "");
    let mut told = Vec::new();
    for (path, file) in &directory.files {
        let Some(name) = path.strip_prefix("group_vars/").and_then(|rest| rest.split('/').next())
        else {
            continue;
        };
        let stem = [".yml", ".yaml", ".json"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(name);
        if stem.len() < 4 || groups.iter().any(|group| group == stem || group == name) {
            continue;
        }
        if let Some(near) = nearest(stem, groups).filter(|n| letters(n) != letters(stem)) {
            let issue = InputIssue::warning(format!(
                "these variables are used by no host: there is no group `{stem}`"
            ));
            let issue = issue.hint(format!("did you mean the group `{near}`?"));
            told.push(issue.at(Place::new(file.name.clone(), 1, 1), 1));
        }
    }
    told
}

/// The variable files of one directory, each read once.
struct Files<'a> {
    directory: &'a VariableDirectory,
    index: Index<'a>,
    read: HashMap<Arc<str>, Variables>,
}

impl Files<'_> {
    fn variables_of(&mut self, kind: &str, name: &str, draft: &mut Draft) -> Variables {
        let mut found = Variables::default();
        for file in self.directory.files_of(&self.index, kind, name) {
            let variables =
                self.read.entry(file.name.clone()).or_insert_with(|| variables_in(file, draft));
            for (name, value) in variables.iter() {
                found.set(name, value.clone());
            }
        }
        found
    }
}

/// The variables of one file, which must hold a mapping or nothing.
pub(super) fn variables_in(file: &SourceFile, draft: &mut Draft) -> Variables {
    let mut variables = Variables::default();
    let Some(file) = draft.open(file) else { return variables };
    let parsed = yaml::parse(&file);
    draft.issues.extend(parsed.issues);
    let Some(node) = parsed.node else { return variables };
    let Some(entries) = node.as_map() else {
        let issue = node
            .error(format!("a file of variables must be a mapping, not {}", node.kind()))
            .hint("write one `name: value` in each line");
        draft.issues.push(issue);
        return variables;
    };
    for (key, value) in entries {
        let (name, value): (String, Located) = tree::variable(key, value, draft);
        let spot: Spot = tree::spot(key);
        draft.check_name(&name, &spot);
        variables.set(name, draft.located(value));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(name: &str, text: &str) -> String {
        let file = InventorySource::File(SourceFile::new(name, text));
        let loaded = load(&Sources { inventories: vec![file], ..Sources::default() });
        loaded.issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_form_is_told_from_the_ending_or_the_first_line() {
        for (name, text) in [
            ("hosts.yml", "all: {hosts: {fw1: {}}}"),
            ("dir.d/hosts", "# about\n\nall:\n  hosts:\n    fw1:\n"),
            ("hosts", "---\nall: {hosts: {fw1: }}\n"),
            ("hosts", "{\"all\": {\"hosts\": {\"fw1\": {}}}}"),
            ("hosts", "# about\nfw1\n"),
            ("hosts", "\u{feff}[g]\r\nfw1 a='x: y'\r\n"),
            ("prod.lan", "fw1:22 note=\"a: b\"\n"),
            ("hosts.ini", "fw1\n"),
        ] {
            let file = InventorySource::File(SourceFile::new(name, text));
            let loaded = load(&Sources { inventories: vec![file], ..Sources::default() });
            assert!(loaded.issues.is_empty(), "{name}: {:?}", loaded.issues);
            assert!(loaded.inventory.contains("fw1"), "{name}: {text}");
        }
    }

    #[test]
    fn what_is_no_inventory_of_ours_says_so_once() {
        for (name, text, word) in [
            ("inv.py", "#!/usr/bin/python3\nprint(1)\n", "script"),
            ("hosts.toml", "[g]\n", "TOML"),
            ("hosts", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", "vault"),
            ("hosts.yml", "---\n", "empty"),
            ("hosts.json", "{}", "empty"),
            ("hosts.yml", "- fw1\n", "mapping of groups, not a list"),
            ("nb.yml", "plugin: netbox\n", "plugin"),
            (
                "out.json",
                "{\"_meta\": {}, \"g\": {\"hosts\": [\"a\"]}}",
                "output of an inventory script",
            ),
        ] {
            let told = issues(name, text);
            assert!(told.contains(word) && told.lines().count() == 1, "{name}: {told}");
        }
    }

    #[test]
    fn a_file_of_variables_with_a_slip_in_its_name_is_told() {
        let directory = |path: &str| VariableDirectory {
            files: vec![(path.to_owned(), SourceFile::new(path, "a: 1"))],
        };
        let told = |path: &str| {
            let sources = Sources {
                inventories: vec![InventorySource::File(SourceFile::new(
                    "h",
                    "[site1]\n[north]\n",
                ))],
                beside_inventories: vec![directory(path)],
                ..Sources::default()
            };
            load(&sources).issues.iter().map(ToString::to_string).collect::<String>()
        };
        assert_eq!(
            told("group_vars/nroth.yml"),
            "group_vars/nroth.yml:1:1: these variables are used by no host: there is no group \
             `nroth` (did you mean the group `north`?)"
        );
        for fine in ["group_vars/north.yml", "group_vars/site2.yml", "group_vars/elsewhere/x.yml"] {
            assert_eq!(told(fine), "", "{fine}");
        }
    }

    #[test]
    fn the_playbook_s_variables_win_over_those_beside_the_inventory() {
        let directory = |text: &str| VariableDirectory {
            files: vec![("group_vars/all.yml".to_owned(), SourceFile::new("all.yml", text))],
        };
        let sources = Sources {
            inventories: vec![InventorySource::HostList("fw1,".to_owned())],
            beside_inventories: vec![directory("who: inventory")],
            beside_playbook: VariableDirectory {
                files: directory("who: playbook")
                    .files
                    .into_iter()
                    .map(|(path, file)| (path, SourceFile::new("play/all.yml", file.text)))
                    .collect(),
            },
            ..Sources::default()
        };
        let inventory = load(&sources).inventory;
        assert_eq!(inventory.variables("fw1").value("who").unwrap().as_str(), Some("playbook"));
        assert_eq!(inventory.layers("fw1").len(), 2);
    }

    #[test]
    fn groups_below_each_other_without_end_are_refused() {
        let mut text = String::new();
        for group in 0..300 {
            text.push_str(&format!("[g{group}:children]\ng{}\n", group + 1));
        }
        text.push_str("[g300]\nfw1\n");
        assert!(issues("hosts.ini", &text).contains("below more than 200 others"));
    }
}
