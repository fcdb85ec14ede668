//! What an action, one turn of a loop, or a whole task came to.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use super::ansible_words;
use crate::model::{HostFailure, HostName, InputIssue, Stage, TaskDetail, TaskStatus, Value};
use crate::playbook::{Action, Fact, Letter, Step, Task};
use crate::template::TemplateError;

/// What Ansible does not show of a `debug` that shows a variable.
const HIDDEN_IN_DEBUG: [&str; 7] = [
    "changed",
    "failed",
    "skipped",
    "skip_reason",
    "ansible_loop_var",
    "ansible_index_var",
    "ansible_loop",
];

/// What of the playbook went wrong, so that nothing was done of what the task says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mishap {
    #[default]
    None,
    /// A condition, a parameter or a variable. No condition on the result is asked then.
    Task,
    /// Its loop goes over nothing that a loop can go over.
    Loop,
    /// The file whose tasks it includes. That is no matter of this task alone, and never ignored.
    File,
}

/// A result as `register` keeps it, and what a person should read of it.
#[derive(Debug, Clone, Default)]
pub(super) struct TaskResult {
    /// The first fields of the registered value, where they are many.
    pub unmade: Option<Unmade>,
    /// The fields of the registered value, without the ones that every result has.
    pub fields: IndexMap<String, Value>,
    pub failure: Option<HostFailure>,
    pub mishap: Mishap,
    /// `until` never held, and `failed_when` calls it no failure: who asks for `is failed` is told.
    pub gave_up: bool,
    /// `changed_when` said so; nothing here changes a device.
    pub changed: bool,
    pub skipped: bool,
    /// No session with the device came about.
    pub unreachable: bool,
    /// The result itself is there to be read, as that of a `debug` is.
    pub is_said: bool,
    pub message: Option<String>,
    /// The variables that it sets, unless it failed: those of `set_fact`,
    pub facts: Vec<(String, Value)>,
    /// And those of `include_vars`.
    pub variables: Vec<(String, Value)>,
    /// Facts for other hosts: `delegate_facts`.
    pub mail: Vec<(HostName, Letter)>,
    /// The host in whose name it was done.
    pub delegate: Option<String>,
    /// How often it ran again, and how often it might have.
    pub retries: (u32, u32),
    /// The turns of a loop, as they are shown.
    pub items: Vec<TaskDetail>,
    /// The tasks that it puts in its place.
    pub inclusions: Vec<Inclusion>,
}

/// Fields that are made when somebody looks at them.
#[derive(Clone)]
pub(super) struct Unmade(Arc<dyn Fn() -> IndexMap<String, Value> + Send + Sync>);

impl Unmade {
    pub fn new(make: impl Fn() -> IndexMap<String, Value> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }
}

impl fmt::Debug for Unmade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unmade")
    }
}

/// The steps of an included file, about to be done.
#[derive(Debug, Clone)]
pub(super) struct Inclusion {
    pub steps: Arc<Vec<Step>>,
    /// The file.
    pub path: Arc<str>,
    /// Which item of the loop it is, counted from 0.
    pub item: usize,
    /// The variables of the include and of its loop.
    pub params: Vec<(String, Value)>,
    /// What a person should read of it.
    pub told: String,
}

impl TaskResult {
    pub fn failed(failure: HostFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// A mistake of the playbook on this host. `context` is how Ansible begins to tell of it, for
    /// those who look at `msg`.
    pub fn mistaken(what: &str, context: &str, error: TemplateError) -> Self {
        let words = ansible_words::mistake(&error);
        let msg = Value::Unsafe(format!("Task failed: {context}{words}"));
        let failed = Self::failed(mistake(what, error));
        Self { mishap: Mishap::Task, ..failed }.with("msg", msg)
    }

    /// A condition that is neither true nor false.
    pub fn not_boolean(message: String, hint: &str, value: &Value) -> Self {
        let msg = format!("Task failed: {}", ansible_words::not_boolean(value));
        let failed = Self::failed(HostFailure::new(Stage::Task, message, hint));
        Self { mishap: Mishap::Task, ..failed }.with("msg", Value::Unsafe(msg))
    }

    /// A parameter that cannot be filled in, under the name that Ansible has for it.
    pub fn unfilled(action: &str, key: &str, error: TemplateError) -> Self {
        let context = format!(
            "Finalization of task args for 'ansible.builtin.{action}' failed: Error while \
             resolving value for '{key}': "
        );
        let key = if key == "_raw_params" { "file" } else { key };
        Self::mistaken(&format!("`{key}`"), &context, error)
    }

    /// A condition on it cannot be evaluated.
    pub fn misjudged(&mut self, name: &str, wrong: Self) {
        self.failure = wrong.failure;
        if let Some(Value::Unsafe(msg)) = wrong.fields.get("msg") {
            let told = msg.strip_prefix("Task failed: ").unwrap_or(msg);
            self.fields.insert(name.to_owned(), Value::Unsafe(told.to_owned()));
        }
    }

    pub fn unreachable(failure: HostFailure) -> Self {
        Self { unreachable: true, ..Self::failed(failure) }
    }

    /// The condition that did not hold.
    pub fn skipped(condition: &str) -> Self {
        let condition = condition_of(condition);
        Self {
            skipped: true,
            ..Self::default()
                .with("skip_reason", "Conditional result was False")
                .with("false_condition", condition)
        }
    }

    /// What it is by itself, whatever is made of a failure.
    pub fn status(&self) -> TaskStatus {
        match (&self.failure, self.skipped) {
            (Some(_), _) => TaskStatus::Failed,
            (None, true) => TaskStatus::Skipped,
            (None, false) => TaskStatus::Ok,
        }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// As Ansible would print it, its secrets not yet hidden.
    pub fn detail(
        &self,
        task: &Task,
        no_log: bool,
        status: TaskStatus,
        item: Option<String>,
    ) -> TaskDetail {
        let result = match (self.value(), no_log) {
            (_, true) => {
                // Ansible leaves out what it never shows of a `debug`.
                let is_told = !matches!(task.action, Action::Debug(_)) || self.failure.is_none();
                let changed = match is_told && self.mishap != Mishap::Loop {
                    true => format!(", \"changed\": {}", self.changed),
                    false => String::new(),
                };
                let attempts = match self.fields.get("attempts") {
                    Some(Value::Int(attempts)) => format!("\"attempts\": {attempts}, "),
                    _ => String::new(),
                };
                format!(
                    "{{{attempts}\"censored\": \"the output has been hidden due to the fact that \
                     'no_log: true' was specified for this result\"{changed}}}"
                )
            }
            (Value::Map(mut fields), false) => {
                let is_debug = matches!(task.action, Action::Debug(_));
                let has_message = fields.contains_key("msg");
                fields.retain(|name, _| match is_debug {
                    true if has_message => name == "msg",
                    true => !HIDDEN_IN_DEBUG.contains(&name.as_str()),
                    false if self.mishap == Mishap::Loop => name == "msg",
                    false => !matches!(name.as_str(), "failed" | "skipped" | "results"),
                });
                plain(&Value::Map(fields)).to_string()
            }
            _ => String::new(),
        };
        TaskDetail {
            status,
            changed: self.changed,
            item,
            delegate: self.delegate.clone(),
            result,
            is_said: self.is_said && !no_log,
            retries: self.retries,
            items: self.items.clone(),
        }
    }

    /// What `register` keeps.
    pub fn fact(&self) -> Fact {
        match self.unmade {
            None => self.value().into(),
            Some(_) => {
                let result = self.clone();
                Fact::later(move || result.value())
            }
        }
    }

    /// What `register` keeps while a loop goes on: the result of one item, and the item.
    pub fn fact_of(&self, turn: &[(String, Value)]) -> Fact {
        let (result, turn) = (self.clone(), turn.to_vec());
        Fact::later(move || {
            let mut value = result.value();
            if let Value::Map(fields) = &mut value {
                fields.extend(turn);
            }
            value
        })
    }

    /// The value of a result.
    pub fn value(&self) -> Value {
        let mut fields = self.unmade.as_ref().map(|unmade| unmade.0()).unwrap_or_default();
        fields.extend(self.fields.clone());
        if self.mishap != Mishap::Loop {
            fields.insert("changed".into(), Value::Bool(self.changed));
        }
        // Ansible says of what was done whether it failed, and of no condition, no loop and no include
        // that it did not. It does not say that what was not reached has failed; it is no success
        // either.
        let was_done = !fields.contains_key("skip_reason")
            && !fields.contains_key("results")
            && self.inclusions.is_empty();
        let has_failed = self.failure.is_some() || self.gave_up;
        if was_done || has_failed {
            fields.insert("failed".into(), Value::Bool(has_failed));
        }
        if self.unreachable {
            fields.insert("unreachable".into(), Value::Bool(true));
        }
        if self.skipped {
            fields.insert("skipped".into(), Value::Bool(true));
        }
        if let Some(failure) = &self.failure
            && !fields.contains_key("msg")
        {
            fields.insert("msg".into(), Value::Unsafe(failure.to_string()));
        }
        Value::Map(fields)
    }
}

/// A condition as it was written: `when: false` is a boolean, not an expression.
pub(super) fn condition_of(text: &str) -> Value {
    match text {
        "false" => Value::Bool(false),
        text => Value::text(text),
    }
}

/// A failure of the playbook on this host, not of the device.
pub(super) fn mistake(what: &str, error: TemplateError) -> HostFailure {
    let remedy = error.hint.clone().unwrap_or_else(|| {
        "Correct the playbook, or the variables of this host (`tokenfleet inventory --host`)."
            .to_owned()
    });
    HostFailure::new(Stage::Task, format!("{what}: {error}"), remedy)
}

/// A value as JSON, with nothing but its text where it is never a template.
fn plain(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => Json::from(*value),
        Value::BigInt(text) | Value::Text(text) | Value::Unsafe(text) => Json::from(text.as_str()),
        Value::Vault(_) => Json::from("(vaulted)"),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
    }
}

/// A file that cannot be used.
pub(super) fn unusable(issue: InputIssue) -> HostFailure {
    let remedy = issue.hint.clone().unwrap_or_else(|| "Correct the file.".to_owned());
    let issue = InputIssue { hint: None, ..issue };
    HostFailure::new(Stage::Task, issue.to_string(), remedy)
}

/// What a device said, as a value: none of it is ever taken for a template, or for a vault.
pub(super) fn untrusted(json: serde_json::Value) -> Value {
    distrust(Value::from(json))
}

fn distrust(value: Value) -> Value {
    match value {
        Value::Text(text) | Value::Vault(text) => Value::Unsafe(text),
        Value::List(items) => Value::List(items.into_iter().map(distrust).collect()),
        Value::Map(map) => {
            Value::Map(map.into_iter().map(|(key, value)| (key, distrust(value))).collect())
        }
        other => other,
    }
}
