//! Inventories as Ansible reads them: each folder of `tests/fixtures/inventory` holds an
//! inventory and what must come out of it.
//!
//! `expected.list.json` and `expected.graph.txt` are what ansible-core 2.19 printed for it;
//! `expected.issues.txt` is what we say about it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures")]

use std::fs;
use std::path::{Path, PathBuf};

use tokenfleet::inventory::{
    Form, InventorySource, Loaded, Sources, Style, VariableDirectory, explain, graph,
    inventory_files, list, load, variable_files,
};
use tokenfleet::model::{HostName, SourceFile};

const JSON: Style = Style { form: Form::Json, export: false };
const YAML: Style = Style { form: Form::Yaml, export: false };

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/inventory");
    let mut cases: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn walk(base: &Path, folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(base, &path, paths);
        } else {
            paths.push(path.strip_prefix(base).unwrap().to_string_lossy().replace('\\', "/"));
        }
    }
}

/// A text named by its path within `base`, so that messages are the same everywhere.
fn read(base: &Path, path: &str) -> SourceFile {
    SourceFile::new(path, fs::read_to_string(base.join(path)).unwrap())
}

fn load_case(case: &Path) -> Loaded {
    let folder = case.join("inventory");
    let base = if folder.is_dir() { folder.as_path() } else { case };
    let mut paths = Vec::new();
    walk(base, base, &mut paths);
    let host_list = paths.iter().find(|path| *path == "list");
    let files = match host_list {
        Some(path) => vec![InventorySource::HostList(read(base, path).text.to_string())],
        None => inventory_files(&paths)
            .into_iter()
            .filter(|path| !path.contains("expected."))
            .map(|path| InventorySource::File(read(base, path)))
            .collect(),
    };
    let variables = variable_files(&paths);
    let files_beside =
        variables.into_iter().map(|path| (path.to_owned(), read(base, path))).collect();
    load(&Sources {
        inventories: files,
        beside_inventories: vec![VariableDirectory { files: files_beside }],
        ..Sources::default()
    })
}

fn expected(case: &Path, name: &str) -> Option<String> {
    fs::read_to_string(case.join(name)).ok().map(|text| text.trim_end().to_owned())
}

fn hosts(loaded: &Loaded) -> Vec<HostName> {
    loaded.inventory.hosts().cloned().collect()
}

#[test]
fn inventories_are_listed_as_ansible_lists_them() {
    let mut compared = 0;
    for case in fixtures() {
        let Some(wanted) = expected(&case, "expected.list.json") else { continue };
        let loaded = load_case(&case);
        assert_eq!(list(&loaded.inventory, &hosts(&loaded), JSON), wanted, "{}", case.display());
        assert_eq!(
            graph(&loaded.inventory, "all", false).unwrap(),
            expected(&case, "expected.graph.txt").unwrap(),
            "{}",
            case.display()
        );
        compared += 1;
    }
    assert!(compared >= 8);
}

#[test]
fn all_issues_of_an_inventory_are_told_at_once_with_place_and_remedy() {
    for case in fixtures() {
        let loaded = load_case(&case);
        let told: Vec<String> = loaded
            .issues
            .iter()
            .map(|issue| {
                let level = if issue.is_error() { "error" } else { "warning" };
                format!("{level}: {issue}")
            })
            .collect();
        let wanted = expected(&case, "expected.issues.txt").unwrap_or_default();
        assert_eq!(told.join("\n"), wanted, "{}", case.display());
        let is_refused = expected(&case, "expected.list.json").is_none();
        assert_eq!(loaded.has_errors(), is_refused, "{}", case.display());
    }
}

#[test]
fn the_yaml_listing_is_an_inventory_again() {
    for case in fixtures() {
        let loaded = load_case(&case);
        // Tags are written as mappings, and so do not come back as tags.
        if loaded.has_errors() || case.ends_with("types-yaml") {
            continue;
        }
        let text = list(&loaded.inventory, &hosts(&loaded), YAML);
        let again = load(&Sources {
            inventories: vec![InventorySource::File(SourceFile::new("again.yml", text))],
            ..Sources::default()
        });
        for host in loaded.inventory.hosts() {
            let values = |loaded: &Loaded| {
                let variables = loaded.inventory.variables(host.as_str()).sorted();
                serde_json::to_string(
                    &variables.iter().map(|(name, v)| (name, &v.value)).collect::<Vec<_>>(),
                )
                .unwrap()
            };
            assert_eq!(values(&again), values(&loaded), "{} {host}", case.display());
            assert_eq!(
                again.inventory.groups_of(host.as_str()),
                loaded.inventory.groups_of(host.as_str())
            );
        }
    }
}

#[test]
fn every_variable_leads_to_the_line_that_set_it_and_to_what_it_replaced() {
    let case = fixtures().into_iter().find(|case| case.ends_with("layers")).unwrap();
    let inventory = load_case(&case).inventory;
    let explained = |name: &str| explain(&inventory, "fgt-e1", Some(name)).unwrap();
    insta::assert_snapshot!(explained("file_or_line"), @r"
    file_or_line
      is        host_vars  host_vars/fgt-e1:1:1  host_vars of fgt-e1
      overrides line       10-base.ini:2:17      host fgt-e1
    ");
    insta::assert_snapshot!(explained("keep"), @r"
    keep
      is        {'b': 3}          group_vars/east/10.yml:1:1  group_vars of east
      overrides {'a': 1, 'b': 2}  group_vars/all.yml:3:1      group_vars of all
    ");
    let deep = inventory.variable("fgt-e1", "deep").unwrap();
    assert_eq!(deep.place.as_ref().unwrap().to_string(), "group_vars/east/more/20.json:1:2");
    let before = deep.overrode.as_ref().unwrap();
    assert_eq!(before.place.as_ref().unwrap().to_string(), "group_vars/east/10.yml:2:1");
}
