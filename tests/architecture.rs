//! Holds `src/` to the rings of `docs/ARCHITECTURE.md`: who may name whom, and what the core may
//! not touch. A violation fails with a sentence that names the file, the line and the rule.

// A test reads the sources and fails by panicking.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One row of the table in `docs/ARCHITECTURE.md`.
struct Ring {
    name: &'static str,
    /// The other modules of this crate that it may name.
    may_name: &'static [&'static str],
    /// Core modules neither wait nor touch the world.
    core: bool,
}

const fn core(name: &'static str, may_name: &'static [&'static str]) -> Ring {
    Ring { name, may_name, core: true }
}

const fn adapter(name: &'static str, may_name: &'static [&'static str]) -> Ring {
    Ring { name, may_name, core: false }
}

const RINGS: &[Ring] = &[
    core("model", &[]),
    core("yaml", &["model"]),
    core("vault", &["model"]),
    core("template", &["model", "yaml", "vault"]),
    core("inventory", &["model", "yaml", "vault", "template"]),
    core("fortios", &["model"]),
    core("playbook", &["model", "yaml", "vault", "template", "inventory", "fortios"]),
    core("findings", &["model", "fortios"]),
    core("report", &["model", "template", "findings"]),
    core("history", &["model", "findings", "report"]),
    core("schedule", &[]),
    adapter("runner", &["model", "vault", "template", "fortios", "playbook"]),
    adapter("files", &["model"]),
    adapter("ssh", &["model", "runner"]),
    adapter("offline", &["model", "fortios", "runner", "files"]),
    adapter("store", &["model"]),
    adapter("notification", &["model", "yaml"]),
    adapter("terminal", &["model", "report", "history"]),
    adapter("lab", &["model"]),
    adapter(
        "cli",
        &[
            "model",
            "yaml",
            "vault",
            "template",
            "inventory",
            "fortios",
            "playbook",
            "findings",
            "report",
            "history",
            "schedule",
            "runner",
            "files",
            "ssh",
            "offline",
            "store",
            "notification",
            "terminal",
            "lab",
        ],
    ),
];

/// What a core module must not mention: it would wait, look at a clock or touch the world.
const WORLD: &[&str] = &[
    "tokio",
    "async fn",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file with the top-level module it belongs to; `lib` and `main` belong to none.
fn files() -> Vec<(String, String, String)> {
    let src = root().join("src");
    let mut paths = Vec::new();
    sources(&src, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            let module = relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            (format!("src/{relative}"), module, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The lines of a file that are code: comments are left out, and so is what follows the unit
/// tests' header, since tests may name and touch more.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("")))
}

/// The names that stand directly behind `crate::` in a line, braces included.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let group = rest.strip_prefix('{').map_or(rest, |inner| inner.split('}').next().unwrap());
        let parts: Vec<&str> =
            if rest.starts_with('{') { group.split(',').collect() } else { vec![group] };
        for part in parts {
            let name: String =
                part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                names.push(name);
            }
        }
    }
    names
}

#[test]
fn each_module_names_only_modules_above_it() {
    let mut wrong = Vec::new();
    for (path, module, text) in files() {
        let Some(ring) = RINGS.iter().find(|ring| ring.name == module) else { continue };
        for (number, line) in code(&text) {
            for name in named(line) {
                let is_module = RINGS.iter().any(|other| other.name == name);
                if is_module && name != module && !ring.may_name.contains(&name.as_str()) {
                    wrong.push(format!(
                        "{path}:{number}: `{module}` may not name `{name}`; it may name {:?}",
                        ring.may_name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_neither_waits_nor_touches_the_world() {
    let mut wrong = Vec::new();
    for (path, module, text) in files() {
        if !RINGS.iter().any(|ring| ring.core && ring.name == module) {
            continue;
        }
        for (number, line) in code(&text) {
            for word in WORLD {
                if line.contains(word) {
                    wrong.push(format!(
                        "{path}:{number}: `{module}` is a core module and may not mention `{word}`"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_top_level_module_stands_in_the_table() {
    let found: BTreeSet<String> = files()
        .into_iter()
        .map(|(_, module, _)| module)
        .filter(|module| module != "lib" && module != "main")
        .collect();
    let known: BTreeSet<String> = RINGS.iter().map(|ring| ring.name.to_owned()).collect();
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?} stand in src/ but in no ring: give them a place");

    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    for module in &found {
        assert!(
            page.contains(&format!("| `{module}` |")),
            "docs/ARCHITECTURE.md has no row for `{module}`"
        );
    }
}

#[test]
fn a_module_file_holds_a_header_and_re_exports_only() {
    let mut wrong = Vec::new();
    for (path, _, text) in files() {
        if !path.ends_with("/mod.rs") {
            continue;
        }
        if !text.starts_with("//! ") {
            wrong.push(format!("{path}: begins without a header (`//!`)"));
        }
        for (number, line) in code(&text) {
            let item = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            if ["fn ", "struct ", "enum ", "trait ", "impl ", "const "]
                .iter()
                .any(|word| item.starts_with(word))
            {
                wrong.push(format!("{path}:{number}: define this in a file named after it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn secrets_are_exposed_in_few_places() {
    let allowed = ["model", "vault", "ssh", "runner", "notification"];
    for (path, module, text) in files() {
        for (number, line) in code(&text) {
            assert!(
                !line.contains(".expose()") || allowed.contains(&module.as_str()),
                "{path}:{number}: `{module}` may not look into a secret"
            );
        }
    }
}
