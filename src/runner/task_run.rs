//! One task on one host: its loop, its conditions, its result.

use indexmap::IndexMap;
use tokio::time::{sleep, timeout};

use super::action;
use super::judge::Judge;
use super::link::Link;
use super::port::{Clock, Connector};
use super::task_result::{TaskResult, mistake};
use crate::model::{HostFailure, Stage, TaskOutcome, TaskRef, TaskStatus, Value};
use crate::playbook::{Action, Extended, HostScope, Loop, Meta, PlannedPlay, Task};
use crate::template::{Templar, is_template};

/// What stands in the place of what `no_log` hides.
const HIDDEN: &str =
    "the output has been hidden due to the fact that 'no_log: true' was specified for this task";

/// The most items of a loop each of which sees all others: the memory grows with the square.
const MOST_EXTENDED: usize = 1000;

/// How a task, or several, ended for their host.
pub(super) enum Ended {
    /// The next one may run.
    On,
    /// What a `rescue` may take over.
    Failed(HostFailure),
    /// There is no session with the device any more, or none came about.
    Lost(HostFailure),
    /// The host leaves the play without having failed.
    Left,
}

/// One task, about to run.
pub(super) struct TaskRun<'a> {
    pub play: &'a PlannedPlay,
    pub task: &'a Task,
    /// A `rescue` takes over when it fails.
    pub is_caught: bool,
}

/// An item of a loop: its variables, and the item itself.
struct Turn {
    variables: Vec<(String, Value)>,
}

impl TaskRun<'_> {
    /// Runs the task, registers its result and reports it.
    pub async fn run<C: Connector, K: Clock>(
        &self,
        scope: &mut HostScope,
        link: &mut Link<'_, C, K>,
    ) -> Ended {
        // A lost session ends the host whatever `ignore_errors` says: there is no next task.
        let (result, lost) = match self.whole(scope, link).await {
            Ok(result) => (result, false),
            Err(failure) if failure.stage.is_unreachable() => {
                (TaskResult::unreachable(failure), !self.task.ignore_unreachable)
            }
            Err(failure) => (TaskResult::failed(failure), true),
        };
        if let Some(name) = &self.task.register {
            scope.set_fact(name.clone(), result.value());
        }
        if let Action::Meta(meta) = &self.task.action
            && result.failure.is_none()
        {
            let has_left = *meta == Meta::EndHost && !result.skipped;
            return if has_left { Ended::Left } else { Ended::On };
        }
        let is_passed_over = !lost && (self.task.ignore_errors || result.unreachable);
        let status = match (&result.failure, result.skipped) {
            (Some(_), _) if is_passed_over => TaskStatus::Ignored,
            (Some(_), _) if self.is_caught && !lost => TaskStatus::Rescued,
            (Some(_), _) => TaskStatus::Failed,
            (None, true) => TaskStatus::Skipped,
            (None, false) => TaskStatus::Ok,
        };
        if status == TaskStatus::Rescued {
            scope.set_fact("ansible_failed_task", self.told());
            scope.set_fact("ansible_failed_result", result.value());
        }
        let said = result.failure.as_ref().map(ToString::to_string).or(result.message);
        let message = said.map(|text| if self.task.no_log { HIDDEN.to_owned() } else { text });
        let outcome = TaskOutcome { status, changed: result.changed, message };
        let reference = self.reference(scope, &link.shared.templar);
        link.reporter.task_finished(reference, outcome).await;
        match result.failure {
            Some(failure) if lost => Ended::Lost(self.shown(failure)),
            Some(failure) if status != TaskStatus::Ignored => Ended::Failed(self.shown(failure)),
            _ => Ended::On,
        }
    }

    /// `ansible_failed_task`
    fn told(&self) -> Value {
        let text = |text: &str| Value::Unsafe(text.to_owned());
        Value::Map(IndexMap::from([
            ("name".to_owned(), text(&self.task.name)),
            ("action".to_owned(), text(self.task.action.name())),
            ("tags".to_owned(), Value::List(self.task.tags.iter().map(|tag| text(tag)).collect())),
        ]))
    }

    fn shown(&self, failure: HostFailure) -> HostFailure {
        if self.task.no_log {
            HostFailure::new(failure.stage, HIDDEN, "Run it without `no_log` to see why.")
        } else {
            failure
        }
    }

    fn reference(&self, scope: &HostScope, templar: &Templar) -> TaskRef {
        let name = match is_template(&self.task.name) && !self.task.no_log {
            true => match templar.fill(&Value::text(&*self.task.name), &scope.shared()) {
                Ok(Value::Text(name) | Value::Unsafe(name)) => shortened(&name),
                _ => self.task.name.clone(),
            },
            false => self.task.name.clone(),
        };
        let action = self.task.action.name().to_owned();
        TaskRef { play: self.play.index, task: self.task.index, name, action }
    }

    /// # Errors
    /// The session is lost, or none came about.
    async fn whole<C: Connector, K: Clock>(
        &self,
        scope: &mut HostScope,
        link: &mut Link<'_, C, K>,
    ) -> Result<TaskResult, HostFailure> {
        let judge = Judge { task: self.task, templar: &link.shared.templar };
        let Some(repeat) = &self.task.repeat else {
            return self.turn(scope, Vec::new(), link).await;
        };
        let turns = match self.turns(repeat, scope, &link.shared.templar) {
            Ok(turns) => turns,
            // Ansible skips a task whose condition is false, even when its loop is undefined.
            Err(failure) => {
                return Ok(match judge.condition(scope) {
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
        let mut results: Vec<(Turn, TaskResult)> = Vec::new();
        for turn in turns {
            if !results.is_empty() && !repeat.pause.is_zero() {
                sleep(repeat.pause).await;
            }
            let mut result = self.turn(scope, turn.variables.clone(), link).await?;
            let inner = scope.with(turn.variables.clone());
            let is_last = judge.breaks(repeat, &inner, &mut result);
            self.label(repeat, scope, &turn, &mut result, &link.shared.templar);
            results.push((turn, result));
            if is_last {
                break;
            }
        }
        Ok(gathered(repeat, results))
    }

    /// Puts the item, or what `label` shows in its place, before what a turn has to say.
    fn label(
        &self,
        repeat: &Loop,
        scope: &HostScope,
        turn: &Turn,
        result: &mut TaskResult,
        templar: &Templar,
    ) {
        let item = match &repeat.label {
            Some(label) => {
                let scope = scope.with(turn.variables.clone()).shared();
                templar.fill(&Value::text(&*label.text), &scope).ok()
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

    /// One turn of the loop, or the task itself: until it is content.
    async fn turn<C: Connector, K: Clock>(
        &self,
        scope: &mut HostScope,
        variables: Vec<(String, Value)>,
        link: &mut Link<'_, C, K>,
    ) -> Result<TaskResult, HostFailure> {
        let inner = scope.with(variables);
        let judge = Judge { task: self.task, templar: &link.shared.templar };
        match judge.condition(&inner) {
            Ok(None) => {}
            Ok(Some(skipped)) => return Ok(skipped),
            Err(failure) => return Ok(TaskResult::failed(failure)),
        }
        let (retries, delay) = match judge.patience(&inner) {
            Ok(patience) => patience,
            Err(failure) => return Ok(TaskResult::failed(failure)),
        };
        let mut attempt = 1;
        loop {
            let (mut result, facts) = self.attempt(&inner, link).await?;
            judge.result(&inner, &mut result);
            if retries > 0 {
                result.fields.insert("attempts".to_owned(), Value::Int(attempt.min(retries)));
                match judge.is_content(&inner, &result) {
                    Ok(true) => {}
                    Ok(false) if attempt <= retries => {
                        attempt += 1;
                        sleep(delay).await;
                        continue;
                    }
                    Ok(false) => {
                        result.failure.get_or_insert_with(|| judge.gave_up(retries));
                    }
                    Err(failure) => result.failure = Some(failure),
                }
            }
            // What failed sets nothing.
            if result.failure.is_none() {
                for (name, value) in facts {
                    scope.set_fact(name, value);
                }
            }
            return Ok(result);
        }
    }

    /// Does what the task says, once, within its time.
    async fn attempt<C: Connector, K: Clock>(
        &self,
        scope: &HostScope,
        link: &mut Link<'_, C, K>,
    ) -> Result<(TaskResult, Vec<(String, Value)>), HostFailure> {
        let context = action::Context {
            scope,
            templar: &link.shared.templar,
            reporter: link.reporter,
            is_hidden: self.task.no_log,
        };
        let performed = action::perform(&self.task.action, &context, link);
        let Some(limit) = self.task.timeout else { return performed.await };
        match timeout(limit, performed).await {
            Ok(performed) => performed,
            Err(_) => {
                // Nobody knows where in an answer the session is: the next task has another.
                link.leave().await;
                let seconds = limit.as_secs();
                let failure = HostFailure::new(
                    Stage::Task,
                    format!("the task took longer than its `timeout` of {seconds} seconds"),
                    "The device answers slowly: give the task more time.",
                );
                Ok((TaskResult::failed(failure), Vec::new()))
            }
        }
    }

    fn turns(
        &self,
        repeat: &Loop,
        scope: &HostScope,
        templar: &Templar,
    ) -> Result<Vec<Turn>, HostFailure> {
        let filled = templar.fill(&repeat.items, &scope.shared());
        let filled = filled.map_err(|error| mistake("`loop`", error))?;
        let items = repeat.lookup.items(filled).map_err(|wrong| {
            HostFailure::new(
                Stage::Task,
                format!("the loop cannot be made: {wrong}"),
                "Give it a list; `| dict2items` makes one of a mapping.",
            )
        })?;
        if repeat.extended.is_some_and(|extended| extended.has_all) && items.len() > MOST_EXTENDED {
            return Err(HostFailure::new(
                Stage::Task,
                format!("`extended` keeps {} items for each of them", items.len()),
                "Set `extended_allitems: false` in `loop_control`.",
            ));
        }
        let turn = |index: usize| {
            let item = (repeat.variable.clone(), items[index].clone());
            let position = repeat.index_variable.clone().map(|name| (name, number(index)));
            let loops = repeat
                .extended
                .map(|extended| ("ansible_loop".to_owned(), position_of(index, &items, extended)));
            Turn { variables: [item].into_iter().chain(position).chain(loops).collect() }
        };
        Ok((0..items.len()).map(turn).collect())
    }
}

fn number(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `ansible_loop`
fn position_of(index: usize, items: &[Value], extended: Extended) -> Value {
    let left = items.len() - index;
    let mut fields = vec![
        ("index", number(index + 1)),
        ("index0", number(index)),
        ("first", Value::Bool(index == 0)),
        ("last", Value::Bool(left == 1)),
        ("length", number(items.len())),
        ("revindex", number(left)),
        ("revindex0", number(left - 1)),
    ];
    if extended.has_all {
        fields.insert(0, ("allitems", Value::List(items.to_vec())));
    }
    let neighbour = |at: Option<usize>| at.and_then(|at| items.get(at)).cloned();
    fields.extend(neighbour(index.checked_add(1)).map(|item| ("nextitem", item)));
    fields.extend(neighbour(index.checked_sub(1)).map(|item| ("previtem", item)));
    Value::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
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
fn gathered(repeat: &Loop, turns: Vec<(Turn, TaskResult)>) -> TaskResult {
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
        fields.insert("ansible_loop_var".to_owned(), Value::text(&*repeat.variable));
        if let Some(name) = &repeat.index_variable {
            fields.insert("ansible_index_var".to_owned(), Value::text(&**name));
        }
        results.push(Value::Map(fields));
        said.extend(result.message);
        failures.extend(result.failure);
    }
    let failed = failures.len();
    let text = match (failed, whole.skipped) {
        (0, true) => "All items skipped",
        (0, false) => "All items completed",
        _ => "One or more items failed",
    };
    let mut failures = failures.into_iter();
    whole.failure = failures.next().map(|mut first| {
        if failed > 1 {
            first.message = format!("{} (and {} more items failed)", first.message, failed - 1);
        }
        first
    });
    whole.message = (!said.is_empty()).then(|| said.join("\n"));
    let skipped = Value::Bool(whole.skipped);
    whole.with("results", Value::List(results)).with("skipped", skipped).with("msg", text)
}
