//! `include_tasks` and `include_vars`: what other files hold.

use indexmap::IndexMap;

use super::context::Context;
use crate::model::Value;
use crate::playbook::{Include, IncludeVars};
use crate::runner::task_result::{Inclusion, Mishap, TaskResult, unusable};

/// Finds the tasks; doing them is up to the walk through the play.
pub(super) fn tasks<K>(include: &Include, context: &Context<'_, K>) -> TaskResult {
    let name = match context.text(&include.file.text) {
        Ok(name) => name,
        Err(error) => return TaskResult::unfilled("include_tasks", "_raw_params", error),
    };
    let none = Value::Map(IndexMap::new());
    let result = TaskResult::default()
        .with("include", Value::Unsafe(name.clone()))
        .with("include_args", none);
    match include.load(&name, context.scope.library(), context.templar) {
        Err(issue) => TaskResult { failure: Some(unusable(issue)), mishap: Mishap::File, ..result },
        Ok((path, steps)) => {
            let vars = include.vars.iter();
            let params =
                vars.map(|(name, value)| (name.to_owned(), context.scope.used(value))).collect();
            let absolute = context.scope.absolute(&path);
            let told = format!("included: {absolute} for {}", context.reporter.host);
            let inclusion = Inclusion { steps, path, item: 0, params, told };
            TaskResult { inclusions: vec![inclusion], ..result }
        }
    }
}

pub(super) fn variables<K>(include: &IncludeVars, context: &Context<'_, K>) -> TaskResult {
    let key = if include.folder.is_some() { "dir" } else { "file" };
    let name = match context.text(&include.name.text) {
        Ok(name) => name,
        Err(error) => return TaskResult::unfilled("include_vars", key, error),
    };
    let read = match include.load(&name, context.scope.library()) {
        Ok(read) => read,
        Err(issue) => return TaskResult::failed(unusable(issue)),
    };
    let files = read.files.iter().map(|file| Value::Unsafe(context.scope.absolute(file)));
    let files = Value::List(files.collect());
    let read = read.variables.iter();
    let read = read.map(|(name, value)| (name.to_owned(), context.scope.used(value)));
    let variables = match &include.bundle {
        Some(bundle) => vec![(bundle.clone(), Value::Map(read.collect()))],
        None => read.collect(),
    };
    let facts = Value::Map(variables.iter().cloned().collect());
    let result = TaskResult { variables, ..TaskResult::default() };
    result.with("ansible_facts", facts).with("ansible_included_var_files", files)
}
