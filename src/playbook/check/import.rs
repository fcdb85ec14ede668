//! Lists of plays, and `import_playbook`, which puts those of another file in its place.

use crate::inventory::Variables;
use crate::playbook::{Expression, Play, library};
use crate::template::is_template;
use crate::yaml::{self, Node};

use super::keywords::{self, Level, Sifted};
use super::{Reader, play};

const KEY: &str = "import_playbook";

/// What an import says for all plays of its file.
#[derive(Debug, Clone, Default)]
pub(super) struct Imported {
    /// They beat those of the plays.
    pub vars: Variables,
    pub tags: Vec<String>,
    /// They come before those of the tasks.
    pub when: Vec<Expression>,
}

/// The plays of a file.
pub(super) fn plays(node: &Node, outer: &Imported, reader: &mut Reader<'_>) -> Vec<Play> {
    let Some(entries) = node.as_list() else {
        let issue = node.error(format!("a playbook must be a list of plays, not {}", node.kind()));
        reader.report(issue.hint("begin each play with `- `: `- hosts: all`"));
        return Vec::new();
    };
    if entries.is_empty() {
        reader.report(super::empty(node.error("the playbook holds no play")));
    }
    let mut plays = Vec::new();
    for entry in entries {
        match entry.get(KEY).or_else(|| entry.get("ansible.builtin.import_playbook")) {
            Some(file) => plays.extend(import(entry, file, outer, reader).unwrap_or_default()),
            None => plays.extend(play::read(entry, outer, reader)),
        }
    }
    plays
}

fn import(
    entry: &Node,
    file: &Node,
    outer: &Imported,
    reader: &mut Reader<'_>,
) -> Option<Vec<Play>> {
    let keys = Sifted::of(entry.as_map()?, Level::Import, reader);
    for (key, _) in &keys.others {
        if !key.key_text().ends_with(KEY) {
            reader.report(keywords::unknown(key, Level::Import, &[]));
        }
    }
    let mut imported = outer.clone();
    if let Some(node) = keys.get("name") {
        reader.literal("name", node);
    }
    if let Some(node) = keys.get("tags") {
        imported.tags.extend(super::inherited::tags(node, reader));
    }
    if let Some(node) = keys.get("when") {
        imported.when.extend(reader.conditions("when", node));
    }
    if let Some(node) = keys.get("vars") {
        let mut vars = reader.play_variables(node);
        for (name, value) in outer.vars.iter() {
            vars.set(name, value.clone());
        }
        imported.vars = vars;
    }
    let name = reader.text(KEY, file)?;
    if is_template(name) {
        let hint = "write the name out; `when` may decide whether its tasks run";
        reader.refuse(file, "a playbook is imported before the run", hint);
        return None;
    }
    let source = match library::find(reader.library(), &reader.file(), "playbooks", name) {
        Ok(Some(source)) if reader.may_open(&source.name) => source,
        Ok(found) => {
            let (what, hint) = match found {
                Some(_) => (format!("`{name}` imports itself"), "leave the import out"),
                None => (
                    format!("there is no file `{name}`"),
                    "names are taken relative to the file that names them",
                ),
            };
            reader.refuse(file, what, hint);
            return None;
        }
        Err(issue) => {
            reader.report(issue.at(file.place.clone(), file.width));
            return None;
        }
    };
    reader.within(&source, |reader| {
        let parsed = yaml::parse(&source);
        reader.report_all(parsed.issues);
        parsed.node.map(|node| plays(&node, &imported, reader))
    })
}
