//! The conditions of a task: whether it runs, whether it is content, what its result counts as.

use std::time::Duration;

use super::task_result::{TaskResult, mistake};
use crate::model::{HostFailure, Stage, Value};
use crate::playbook::{Expression, HostScope, Loop, Task};
use crate::template::{Templar, text_of};

/// The longest wait between two runs of a task, in seconds.
const LONGEST_DELAY: f64 = 86_400.0;

/// Evaluates what a task says of itself.
pub(super) struct Judge<'a> {
    pub task: &'a Task,
    pub templar: &'a Templar,
}

impl Judge<'_> {
    /// `when`: the result of a task that is skipped; `None` when it may run.
    pub fn condition(&self, scope: &HostScope) -> Result<Option<TaskResult>, Box<TaskResult>> {
        Ok(self.first_false(&self.task.when, scope, "when")?.map(TaskResult::skipped))
    }

    /// `changed_when`, then `failed_when`, with the result under the name that it is registered
    /// as.
    pub fn result(&self, scope: &HostScope, result: &mut TaskResult) {
        if let Some(conditions) = &self.task.changed_when {
            match self.first_false(conditions, &self.seeing(scope, result), "changed_when") {
                Ok(held) => result.changed = held.is_none(),
                Err(wrong) => return result.misjudged("changed_when_result", *wrong),
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
                Err(wrong) => return result.misjudged("failed_when_result", *wrong),
            }
            let failed = Value::Bool(result.failure.is_some());
            result.fields.insert("failed_when_result".to_owned(), failed);
        }
    }

    /// The result under its name, and what it sets already.
    fn seeing(&self, scope: &HostScope, result: &TaskResult) -> HostScope {
        let facts = result.facts.iter().chain(&result.variables).cloned();
        let registered = self.task.register.clone().map(|name| (name, result.value()));
        scope.with(facts.chain(registered))
    }

    /// The first condition that does not hold. As in Ansible 2.19, it must be a boolean.
    fn first_false<'c>(
        &self,
        conditions: &'c [Expression],
        scope: &HostScope,
        keyword: &str,
    ) -> Result<Option<&'c str>, Box<TaskResult>> {
        if conditions.is_empty() {
            return Ok(None);
        }
        let scope = scope.shared();
        for condition in conditions {
            let held = self.templar.evaluate(&condition.text, &scope).map_err(|error| {
                let what = format!("`{keyword}: {}`", condition.text);
                let context = "Error while evaluating conditional: ";
                Box::new(TaskResult::mistaken(&what, context, error))
            })?;
            match held {
                Value::Bool(true) => {}
                Value::Bool(false) => return Ok(Some(&condition.text)),
                other => {
                    let message = format!(
                        "`{keyword}: {}` is {}, and a condition must be true or false",
                        condition.text,
                        other.kind()
                    );
                    let hint =
                        "Compare it with something, or test it: `x is defined`, `x | length > 0`.";
                    return Err(Box::new(TaskResult::not_boolean(message, hint, &other)));
                }
            }
        }
        Ok(None)
    }

    /// The host in whose name the task is done, where that is another.
    pub fn delegate(&self, scope: &HostScope) -> Result<Option<String>, HostFailure> {
        let Some(delegate) = &self.task.delegate else { return Ok(None) };
        let to = Value::text(&*delegate.to.text);
        let filled = self.templar.fill_unless_omitted(&to, &scope.shared());
        let filled = filled.map_err(|error| mistake("`delegate_to`", error))?;
        Ok(filled.as_ref().map(text_of))
    }

    /// What went wrong before the task was done, with the host in whose name it was to be.
    pub fn delegated(&self, wrong: TaskResult, scope: &HostScope) -> TaskResult {
        TaskResult { delegate: self.delegate(scope).ok().flatten(), ..wrong }
    }

    /// How often the task may run again, and the wait between two runs.
    pub fn patience(&self, scope: &HostScope) -> Result<(i64, Duration), HostFailure> {
        let Some(retry) = &self.task.retry else { return Ok((0, Duration::ZERO)) };
        let retries = self.number("retries", &retry.retries, scope)?;
        let delay = self.number("delay", &retry.delay, scope)?.min(LONGEST_DELAY);
        // The fraction of a run is none.
        Ok((retries as i64, Duration::from_secs_f64(delay)))
    }

    fn number(&self, key: &str, value: &Value, scope: &HostScope) -> Result<f64, HostFailure> {
        let filled = self.templar.fill(value, &scope.shared());
        let filled = filled.map_err(|error| mistake(&format!("`{key}`"), error))?;
        let number = match &filled {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Text(text) | Value::Unsafe(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| *number >= 0.0).ok_or_else(|| {
            HostFailure::new(
                Stage::Task,
                format!("`{key}` is {}, where a number from 0 on is needed", filled.kind()),
                "Write a number, or a template that gives one.",
            )
        })
    }

    /// Whether a task that may run again has no need to.
    pub fn is_content(
        &self,
        scope: &HostScope,
        result: &TaskResult,
    ) -> Result<bool, Box<TaskResult>> {
        match &self.task.retry {
            Some(retry) if !retry.until.is_empty() => {
                let scope = self.seeing(scope, result);
                Ok(self.first_false(&retry.until, &scope, "until")?.is_none())
            }
            _ => Ok(result.failure.is_none()),
        }
    }

    /// Whether no item of a loop follows this one.
    pub fn breaks(&self, repeat: &Loop, scope: &HostScope, result: &mut TaskResult) -> bool {
        if repeat.break_when.is_empty() {
            return false;
        }
        let held = self.first_false(&repeat.break_when, &self.seeing(scope, result), "break_when");
        match held {
            Ok(first_false) => first_false.is_none(),
            Err(wrong) => {
                result.failure = result.failure.take().or(wrong.failure);
                true
            }
        }
    }

    /// What became of a task that ran as often as it may, and never was content.
    pub fn gave_up(&self, retries: i64) -> HostFailure {
        let until = self.task.retry.iter().flat_map(|retry| &retry.until);
        let until: Vec<_> = until.map(|condition| condition.text.as_str()).collect();
        HostFailure::new(
            Stage::Task,
            format!("`until: {}` did not hold in {} runs", until.join(" and "), retries + 1),
            "See what the device answered, or give it more `retries` or a longer `delay`.",
        )
    }
}
