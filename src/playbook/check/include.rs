//! Other files of tasks: `include_tasks`, `import_tasks`.

use std::sync::Arc;

use crate::model::{InputIssue, SourceFile};
use crate::playbook::action::Include;
use crate::playbook::library::{self, Library};
use crate::playbook::{Action, Lookup, Step, Task, tasks};
use crate::template::{Templar, is_template};
use crate::yaml::{self, Node};

use super::block::Steps;
use super::inherited::Inherited;
use super::keywords::{self, Level, Sifted};
use super::{Parameters, Reader};

const RELATIVE: &str = "names are taken relative to the file that names them";

/// Keywords that say nothing of a file of tasks.
const NOT_FOR_INCLUDES: [&str; 5] = ["until", "retries", "delay", "failed_when", "changed_when"];
/// Steps of another file, and all that is wrong with them.
pub(in crate::playbook) struct Included {
    pub steps: Vec<Step>,
    pub issues: Vec<InputIssue>,
}

/// Reads a file of tasks while a run goes on.
pub(in crate::playbook) fn included(
    source: &SourceFile,
    inherited: &Inherited,
    library: &dyn Library,
    templar: &Templar,
) -> Included {
    let mut reader = Reader::new(source, templar, library);
    let steps = file_of(source, inherited, &mut Steps::default(), &mut reader);
    Included { steps, issues: reader.into_read().issues }
}

fn file_of(
    source: &SourceFile,
    inherited: &Inherited,
    steps: &mut Steps,
    reader: &mut Reader<'_>,
) -> Vec<Step> {
    let parsed = yaml::parse(source);
    reader.report_all(parsed.issues);
    match parsed.node {
        // An empty file is an empty list, as in Ansible.
        None => Vec::new(),
        Some(node) => steps.list("a file of tasks", &node, inherited, reader),
    }
}

/// `import_tasks`: the tasks of another file as if they stood here, with all keywords of this one.
pub(super) fn import(
    keys: &Sifted<'_>,
    parameters: &Parameters,
    inner: &Inherited,
    steps: &mut Steps,
    reader: &mut Reader<'_>,
) -> Vec<Step> {
    // An import is no task: nothing can be registered or repeated.
    let loops = Lookup::KEYS.iter().map(|(key, _)| key);
    refuse("import_tasks", ["register"].iter().chain(loops).chain(&NOT_FOR_INCLUDES), keys, reader);
    let Some(node) = parameters.get("file") else {
        let hint = "write `import_tasks: FILE`";
        parameters.report_missing("`import_tasks` has no file", hint, reader);
        return Vec::new();
    };
    let Some(name) = reader.text("file", node) else { return Vec::new() };
    if is_template(name) {
        let message = "the file of `import_tasks` is read before the run";
        reader.refuse(node, message, "write `include_tasks`, which may hold a template");
        return Vec::new();
    }
    match library::find(reader.library(), &reader.file(), "tasks", name) {
        Ok(Some(source)) if reader.may_open(&source.name) => {
            reader.within(&source, |reader| file_of(&source, inner, steps, reader))
        }
        Ok(Some(_)) => {
            let hint = "write `include_tasks` with a `when` that ends it";
            reader.refuse(node, format!("`{name}` imports itself"), hint);
            Vec::new()
        }
        Ok(None) => {
            reader.refuse(node, format!("there is no file `{name}`"), RELATIVE);
            Vec::new()
        }
        Err(issue) => {
            reader.report(issue.at(node.place.clone(), node.width));
            Vec::new()
        }
    }
}

/// `include_tasks`, whose file is read already where its name holds no template.
pub(super) fn include(
    keys: &Sifted<'_>,
    parameters: &Parameters,
    outer: &Inherited,
    reader: &mut Reader<'_>,
) -> Option<Include> {
    refuse("include_tasks", NOT_FOR_INCLUDES.iter(), keys, reader);
    let Some(node) = parameters.get("file") else {
        let hint = "write `include_tasks: FILE`";
        parameters.report_missing("`include_tasks` has no file", hint, reader);
        return None;
    };
    let file = reader.template("file", node);
    let vars = keys.get("vars").map(|node| reader.task_variables(node)).unwrap_or_default();
    let mut inherited = outer.clone();
    if let Some(node) = parameters.get("apply") {
        let Some(entries) = node.as_map() else {
            let message = format!("`apply` must be a mapping, not {}", node.kind());
            reader.refuse(node, message, "write keywords below it: `tags: read`");
            return None;
        };
        let keys = Sifted::of(entries, Level::Block, reader);
        for (key, _) in &keys.others {
            reader.report(keywords::unknown(key, Level::Block, &[]));
        }
        inherited = inherited.with(&keys, reader);
    }
    let from = reader.file();
    let mut include =
        Include { file: file?, from, vars, inherited: Arc::new(inherited), steps: None };
    include.steps = ahead(&include, node, reader).map(Arc::new);
    Some(include)
}

fn refuse<'k>(
    action: &str,
    refused: impl Iterator<Item = &'k &'static str>,
    keys: &Sifted<'_>,
    reader: &mut Reader<'_>,
) {
    for key in refused {
        if let Some(node) = keys.get(key) {
            let message = format!("`{key}` has no meaning for `{action}`");
            reader.refuse(node, message, "set it on the tasks of the file");
        }
    }
}

/// Reads the file before the run, so that its mistakes are told now.
fn ahead(include: &Include, node: &Node, reader: &mut Reader<'_>) -> Option<Vec<Step>> {
    let name = &include.file.text;
    if is_template(name) {
        return None;
    }
    match library::find(reader.library(), &include.from, "tasks", name) {
        Ok(Some(source)) if reader.may_open(&source.name) => {
            let inherited = &include.inherited;
            Some(reader.within(&source, |reader| {
                file_of(&source, inherited, &mut Steps::default(), reader)
            }))
        }
        // It includes itself, until its `when` says otherwise.
        Ok(Some(_)) => None,
        Ok(None) => {
            let issue = node.warning(format!("there is no file `{name}`"));
            reader.report(issue.hint("a host that comes here fails, unless `when` skips it"));
            None
        }
        Err(issue) => {
            reader.report(issue.at(node.place.clone(), node.width));
            None
        }
    }
}

/// Whether that holds for any of the tasks, those of included files as far as they are known.
pub(in crate::playbook) fn any(steps: &[Step], holds: &dyn Fn(&Task) -> bool) -> bool {
    tasks(steps).into_iter().any(|task| {
        let inner = match &task.action {
            Action::Include(include) => include.steps.as_deref(),
            _ => None,
        };
        holds(task) || inner.is_some_and(|steps| any(steps, holds))
    })
}

/// Whether any of the steps asks a device.
pub(in crate::playbook) fn asks(steps: &[Step]) -> bool {
    any(steps, &|task| task.action.needs_device())
}
