//! One task on one host: its loop, its conditions, its result.

use super::action::{self, Device};
use super::port::{Clock, Transport};
use super::reporter::Reporter;
use super::task_result::{TaskResult, mistake};
use crate::model::{HostFailure, Stage, TaskOutcome, TaskRef, TaskStatus, Value};
use crate::playbook::{Expression, HostScope, Loop, PlannedPlay, Task};
use crate::template::{Templar, is_template};

/// What stands in the place of what `no_log` hides.
const HIDDEN: &str =
    "the output has been hidden due to the fact that 'no_log: true' was specified for this task";

/// How a task ended for its host.
pub(super) enum Ended {
    /// The next one may run.
    On,
    Failed(HostFailure),
}

/// One task, about to run.
pub(super) struct TaskRun<'a, K> {
    pub play: &'a PlannedPlay,
    pub task: &'a Task,
    pub templar: &'a Templar,
    pub reporter: &'a Reporter<'a, K>,
}

/// An item of a loop: its variables, and the item itself.
struct Turn {
    variables: Vec<(String, Value)>,
}

impl<K: Clock> TaskRun<'_, K> {
    /// Runs the task, registers its result and reports it.
    pub async fn run<T: Transport>(&self, scope: &mut HostScope, device: &mut Device<T>) -> Ended {
        // A lost session ends the host whatever `ignore_errors` says: there is no next task.
        let (result, lost) = match self.whole(scope, device).await {
            Ok(result) => (result, false),
            Err(failure) => (TaskResult::failed(failure), true),
        };
        if let Some(name) = &self.task.register {
            scope.set_fact(name.clone(), result.value());
        }
        let status = match (&result.failure, result.skipped) {
            (Some(_), _) if self.task.ignore_errors && !lost => TaskStatus::Ignored,
            (Some(_), _) => TaskStatus::Failed,
            (None, true) => TaskStatus::Skipped,
            (None, false) => TaskStatus::Ok,
        };
        let said = result.failure.as_ref().map(ToString::to_string).or(result.message);
        let message = said.map(|text| if self.task.no_log { HIDDEN.to_owned() } else { text });
        self.reporter.task_finished(self.reference(scope), TaskOutcome { status, message }).await;
        match result.failure {
            Some(failure) if status == TaskStatus::Failed => Ended::Failed(self.shown(failure)),
            _ => Ended::On,
        }
    }

    fn shown(&self, failure: HostFailure) -> HostFailure {
        if self.task.no_log {
            HostFailure::new(failure.stage, HIDDEN, "Run it without `no_log` to see why.")
        } else {
            failure
        }
    }

    fn reference(&self, scope: &HostScope) -> TaskRef {
        let name = match is_template(&self.task.name) && !self.task.no_log {
            true => match self.templar.fill(&Value::text(&*self.task.name), &scope.shared()) {
                Ok(Value::Text(name) | Value::Unsafe(name)) => shortened(&name),
                _ => self.task.name.clone(),
            },
            false => self.task.name.clone(),
        };
        let action = self.task.action.name().to_owned();
        TaskRef { play: self.play.index, task: self.task.index, name, action }
    }

    /// # Errors
    /// The session is lost.
    async fn whole<T: Transport>(
        &self,
        scope: &mut HostScope,
        device: &mut Device<T>,
    ) -> Result<TaskResult, HostFailure> {
        let Some(repeat) = &self.task.repeat else {
            return self.turn(scope, Vec::new(), device).await;
        };
        let turns = match self.turns(repeat, scope) {
            Ok(turns) => turns,
            // Ansible skips a task whose condition is false, even when its loop is undefined.
            Err(failure) => {
                return Ok(match self.condition(scope) {
                    Ok(Some(skipped)) => skipped,
                    _ => TaskResult::failed(failure),
                });
            }
        };
        if turns.is_empty() {
            let nothing = TaskResult { skipped: true, ..TaskResult::default() };
            return Ok(nothing
                .with("skipped_reason", "No items in the list")
                .with("results", Value::List(Vec::new())));
        }
        let mut results = Vec::new();
        for turn in turns {
            let mut result = self.turn(scope, turn.variables.clone(), device).await?;
            self.label(repeat, scope, &turn, &mut result);
            results.push((turn, result));
        }
        Ok(gathered(&repeat.variable, results))
    }

    /// Puts the item, or what `label` shows in its place, before what a turn has to say.
    fn label(&self, repeat: &Loop, scope: &HostScope, turn: &Turn, result: &mut TaskResult) {
        let item = match &repeat.label {
            Some(label) => {
                let scope = scope.with(turn.variables.clone()).shared();
                self.templar.fill(&Value::text(&*label.text), &scope).ok()
            }
            None => turn.variables.first().map(|(_, item)| item.clone()),
        };
        let item = item.map_or_else(String::new, |item| match item {
            Value::Text(text) | Value::Unsafe(text) => text,
            other => serde_json::to_string(&other).unwrap_or_default(),
        });
        let item = shortened(&item);
        if let Some(message) = &mut result.message {
            *message = format!("(item={item}) {message}");
        }
        if let Some(failure) = &mut result.failure {
            failure.message = format!("(item={item}) {}", failure.message);
        }
    }

    /// One turn of the loop, or the task itself.
    async fn turn<T: Transport>(
        &self,
        scope: &mut HostScope,
        variables: Vec<(String, Value)>,
        device: &mut Device<T>,
    ) -> Result<TaskResult, HostFailure> {
        let inner = scope.with(variables);
        match self.condition(&inner) {
            Ok(None) => {}
            Ok(Some(skipped)) => return Ok(skipped),
            Err(failure) => return Ok(TaskResult::failed(failure)),
        }
        let context = action::Context {
            scope: &inner,
            templar: self.templar,
            reporter: self.reporter,
            is_hidden: self.task.no_log,
        };
        let (mut result, facts) = action::perform(&self.task.action, &context, device).await?;
        self.judge(&inner, &mut result);
        // What failed sets nothing.
        if result.failure.is_none() {
            for (name, value) in facts {
                scope.set_fact(name, value);
            }
        }
        Ok(result)
    }

    /// `when`: the result of a task that is skipped; `None` when it may run.
    fn condition(&self, scope: &HostScope) -> Result<Option<TaskResult>, HostFailure> {
        Ok(self.first_false(&self.task.when, scope, "when")?.map(TaskResult::skipped))
    }

    /// `changed_when`, then `failed_when`, with the result under the name that it is registered
    /// as.
    fn judge(&self, scope: &HostScope, result: &mut TaskResult) {
        if let Some(conditions) = &self.task.changed_when {
            match self.first_false(conditions, &self.seeing(scope, result), "changed_when") {
                Ok(held) => result.changed = held.is_none(),
                Err(failure) => result.failure = Some(failure),
            }
        }
        if let Some(conditions) = &self.task.failed_when {
            match self.first_false(conditions, &self.seeing(scope, result), "failed_when") {
                Ok(Some(_)) => result.failure = None,
                Ok(None) => {
                    result.failure.get_or_insert_with(|| {
                        let held: Vec<_> = conditions.iter().map(|c| c.text.as_str()).collect();
                        HostFailure::new(
                            Stage::Task,
                            format!("`failed_when` holds: {}", held.join(" and ")),
                            "The playbook calls this a failure: see what the device answered.",
                        )
                    });
                }
                Err(failure) => result.failure = Some(failure),
            }
            let failed = Value::Bool(result.failure.is_some());
            result.fields.insert("failed_when_result".to_owned(), failed);
        }
    }

    fn seeing(&self, scope: &HostScope, result: &TaskResult) -> HostScope {
        scope.with(self.task.register.clone().map(|name| (name, result.value())))
    }

    /// The first condition that does not hold. As in Ansible 2.19, it must be a boolean.
    fn first_false<'c>(
        &self,
        conditions: &'c [Expression],
        scope: &HostScope,
        keyword: &str,
    ) -> Result<Option<&'c str>, HostFailure> {
        if conditions.is_empty() {
            return Ok(None);
        }
        let scope = scope.shared();
        for condition in conditions {
            let held = self
                .templar
                .evaluate(&condition.text, &scope)
                .map_err(|error| mistake(&format!("`{keyword}: {}`", condition.text), error))?;
            match held {
                Value::Bool(true) => {}
                Value::Bool(false) => return Ok(Some(&condition.text)),
                other => {
                    return Err(HostFailure::new(
                        Stage::Task,
                        format!(
                            "`{keyword}: {}` is {}, and a condition must be true or false",
                            condition.text,
                            other.kind()
                        ),
                        "Compare it with something, or test it: `x is defined`, `x | length > 0`.",
                    ));
                }
            }
        }
        Ok(None)
    }

    fn turns(&self, repeat: &Loop, scope: &HostScope) -> Result<Vec<Turn>, HostFailure> {
        let filled = self.templar.fill(&repeat.items, &scope.shared());
        match filled.map_err(|error| mistake("`loop`", error))? {
            Value::List(items) => Ok(items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    let position = repeat
                        .index_variable
                        .clone()
                        .map(|name| (name, Value::Int(i64::try_from(index).unwrap_or(i64::MAX))));
                    let item = (repeat.variable.clone(), item);
                    Turn { variables: [item].into_iter().chain(position).collect() }
                })
                .collect()),
            other => Err(HostFailure::new(
                Stage::Task,
                format!("`loop` is {}, where a list is needed", other.kind()),
                "Give it a list; `| dict2items` makes one of a mapping.",
            )),
        }
    }
}

/// A name or an item, short enough for a line.
fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The result of a loop: that of each turn under `results`.
fn gathered(variable: &str, turns: Vec<(Turn, TaskResult)>) -> TaskResult {
    let mut whole = TaskResult {
        skipped: turns.iter().all(|(_, result)| result.skipped),
        changed: turns.iter().any(|(_, result)| result.changed),
        ..TaskResult::default()
    };
    let mut said = Vec::new();
    let mut results = Vec::new();
    let mut failures = Vec::new();
    for (turn, result) in turns {
        let Value::Map(mut fields) = result.value() else { continue };
        fields.extend(turn.variables);
        fields.insert("ansible_loop_var".to_owned(), Value::text(variable));
        results.push(Value::Map(fields));
        said.extend(result.message);
        failures.extend(result.failure);
    }
    let failed = failures.len();
    let mut failures = failures.into_iter();
    whole.failure = failures.next().map(|mut first| {
        if failed > 1 {
            first.message = format!("{} (and {} more items failed)", first.message, failed - 1);
        }
        first
    });
    whole.message = (!said.is_empty()).then(|| said.join("\n"));
    whole.fields.insert("results".to_owned(), Value::List(results));
    whole.fields.insert("msg".to_owned(), Value::text("All items completed"));
    whole
}
