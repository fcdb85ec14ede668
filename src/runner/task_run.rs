//! One task on one host: its loop, its conditions, its result.

use indexmap::IndexMap;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::action;
use super::ansible_words;
use super::contact::Contact;
use super::judge::Judge;
use super::link::Link;
use super::meeting::{Done, Given};
use super::port::{Clock, Connector};
use super::redactor::Redactor;
use super::spot::Spot;
use super::task_result::{Inclusion, Mishap, TaskResult};
use super::turn::{Turn, gathered, turns};
use crate::model::{HostFailure, HostName, Stage, TaskOutcome, TaskRef, TaskStatus, Value};
use crate::playbook::{Action, Flag, HostScope, Letter, Loop, Meta, PlannedPlay, Task};
use crate::template::{Templar, is_template, text_of};

/// What stands in the place of what `no_log` hides.
const HIDDEN: &str =
    "the output has been hidden due to the fact that 'no_log: true' was specified for this task";

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
    /// The play is over for all, whatever its blocks say.
    Halted(HostFailure),
    /// The tasks of these files come next.
    Included(Vec<Inclusion>),
}

/// One task, about to run.
pub(super) struct TaskRun<'a> {
    pub play: &'a PlannedPlay,
    pub task: &'a Task,
    /// Where it stands when it stands in an included file: see [`TaskRef::inside`].
    pub path: &'a [Spot],
    /// A `rescue` takes over when it fails.
    pub is_caught: bool,
}

/// What the keywords of a task say on this host.
#[derive(Debug, Clone, Copy)]
struct Flags {
    ignore_errors: bool,
    ignore_unreachable: bool,
    any_errors_fatal: bool,
    run_once: bool,
    no_log: bool,
}

impl Flags {
    fn shown(self, failure: HostFailure) -> HostFailure {
        if self.no_log {
            HostFailure::new(failure.stage, HIDDEN, "Run it without `no_log` to see why.")
        } else {
            failure
        }
    }
}

impl TaskRun<'_> {
    /// Runs the task, registers its result and reports it. The second part is what others have to
    /// know of it.
    pub async fn run<C: Connector, K: Clock>(
        &self,
        scope: &mut HostScope,
        link: &mut Link<'_, C, K>,
    ) -> (Ended, Done) {
        let (flags, wrong) = self.flags(scope, &link.shared.templar);
        let whole = match wrong {
            Some(wrong) => Ok(wrong),
            None => self.whole(scope, flags, link).await,
        };
        if let Err(failure) = &whole {
            // Whoever comes back has another session.
            link.lose(flags.shown(failure.clone())).await;
        }
        // A lost session ends the host whatever `ignore_errors` says: there is no next task.
        let (mut result, lost) = match whole {
            Ok(result) => (result, false),
            Err(failure) if failure.stage.is_unreachable() => {
                (TaskResult::unreachable(failure), !flags.ignore_unreachable)
            }
            Err(failure) => (TaskResult::failed(failure), true),
        };
        if let Some(name) = &self.task.register {
            scope.set_fact(name.clone(), result.fact());
        }
        let mut done = Done { is_caught: self.is_caught && !lost, ..Done::default() };
        done.is_fatal = flags.any_errors_fatal;
        if let Action::Meta(meta) = &self.task.action
            && result.failure.is_none()
        {
            let is_done = !result.skipped;
            done.meta = is_done.then_some(*meta);
            let has_left = matches!(meta, Meta::EndHost | Meta::EndBatch | Meta::EndPlay);
            return (if has_left && is_done { Ended::Left } else { Ended::On }, done);
        }
        let ignores = flags.ignore_errors && result.mishap != Mishap::File;
        let is_passed_over = !lost && (ignores || result.unreachable);
        let status = match result.status() {
            TaskStatus::Failed if is_passed_over => TaskStatus::Ignored,
            TaskStatus::Failed if result.unreachable => TaskStatus::Unreachable,
            TaskStatus::Failed if done.is_caught => TaskStatus::Rescued,
            status => status,
        };
        done.has_failed = result.failure.is_some() && status != TaskStatus::Ignored;
        if status == TaskStatus::Rescued {
            scope.set_fact("ansible_failed_task", self.told());
            scope.set_fact("ansible_failed_result", result.fact());
        }
        if done.has_failed {
            result.inclusions.clear();
        }
        let mut detail = link.shared.settings.details.then(|| {
            let mut detail = result.detail(self.task, flags.no_log, status, None);
            detail.hide(&|text| link.reporter.redactor.hide(text).into_owned());
            Box::new(detail)
        });
        let message = result.failure.as_ref().map(ToString::to_string).or(result.message.take());
        let message = message.map(|text| if flags.no_log { HIDDEN.to_owned() } else { text });
        let redactor = &link.reporter.redactor;
        let reference = self.reference(scope, flags, &link.shared.templar, redactor);
        if result.inclusions.is_empty() || result.failure.is_some() {
            let outcome = TaskOutcome {
                changed: result.changed,
                delegate: result.delegate.take(),
                detail: detail.take(),
                ..TaskOutcome::new(status, message)
            };
            link.reporter.task_finished(reference.clone(), outcome).await;
        }
        // Each of the files counts, as in Ansible. What the other items of a loop came to is told with
        // the first of them.
        for inclusion in &result.inclusions {
            let told = Some(inclusion.told.clone());
            let outcome =
                TaskOutcome { detail: detail.take(), ..TaskOutcome::new(TaskStatus::Ok, told) };
            link.reporter.task_finished(reference.clone(), outcome).await;
        }
        done.mail = std::mem::take(&mut result.mail);
        if flags.run_once {
            done.given = self.given(scope, &result);
        }
        let ended = match result.failure {
            Some(failure) if lost => Ended::Lost(flags.shown(failure)),
            Some(failure) if status != TaskStatus::Ignored => Ended::Failed(flags.shown(failure)),
            _ if !result.inclusions.is_empty() => Ended::Included(result.inclusions),
            _ => Ended::On,
        };
        (ended, done)
    }

    /// What a task that runs once has done for all. The tasks of a file are done by whoever includes it.
    fn given(&self, scope: &HostScope, result: &TaskResult) -> Given {
        let letter = |name: &String, value: Value| scope.letter(name.clone(), value);
        let registered = self.task.register.as_ref();
        let registered = registered
            .and_then(|name| Some(letter(name, scope.facts().get(name)?.value().clone())));
        let letters = |set: &[(String, Value)]| -> Vec<Letter> {
            set.iter().map(|(name, value)| letter(name, value.clone())).collect()
        };
        Given {
            facts: letters(&result.facts).into_iter().chain(registered).collect(),
            variables: letters(&result.variables),
        }
    }

    /// `ansible_failed_task`
    fn told(&self) -> Value {
        let text = |text: &str| Value::Unsafe(text.to_owned());
        Value::Map(IndexMap::from([
            ("name".to_owned(), text(if self.task.is_named { &self.task.name } else { "" })),
            ("action".to_owned(), text(self.task.action.name())),
            ("tags".to_owned(), Value::List(self.task.tags.iter().map(|tag| text(tag)).collect())),
        ]))
    }

    /// What the keywords say on this host; where one of them cannot be told, that is the result.
    fn flags(&self, scope: &HostScope, templar: &Templar) -> (Flags, Option<TaskResult>) {
        let mut wrong = None;
        let mut holds = |key: &str, flag: &Flag, otherwise: bool| {
            flag.holds(scope, templar).unwrap_or_else(|error| {
                wrong.get_or_insert_with(|| {
                    let context = format!("Error processing keyword '{key}': ");
                    TaskResult::mistaken(&format!("`{key}`"), &context, error)
                });
                otherwise
            })
        };
        let task = self.task;
        let flags = Flags {
            ignore_errors: holds("ignore_errors", &task.ignore_errors, false),
            ignore_unreachable: holds("ignore_unreachable", &task.ignore_unreachable, false),
            any_errors_fatal: holds("any_errors_fatal", &task.any_errors_fatal, false),
            run_once: holds("run_once", &task.run_once, false),
            // Who cannot tell shows nothing.
            no_log: holds("no_log", &task.no_log, true),
        };
        (flags, wrong)
    }

    fn reference(
        &self,
        scope: &HostScope,
        flags: Flags,
        templar: &Templar,
        redactor: &Redactor,
    ) -> TaskRef {
        let name = match is_template(&self.task.name) && !flags.no_log {
            true => match templar.fill(&Value::text(&*self.task.name), &scope.shared()) {
                Ok(Value::Text(name) | Value::Unsafe(name)) => shortened(&name, redactor),
                _ => self.task.name.clone(),
            },
            false => self.task.name.clone(),
        };
        let action = self.task.action.name().to_owned();
        let includes = self.path.iter().flat_map(|spot| [spot.task, spot.item]);
        let mut inside: Vec<usize> = includes.chain([self.task.index]).collect();
        let task = inside.remove(0);
        TaskRef { play: self.play.index, task, inside, name, action }
    }

    /// # Errors
    /// The session is lost, or none came about.
    async fn whole<C: Connector, K: Clock>(
        &self,
        scope: &mut HostScope,
        flags: Flags,
        link: &mut Link<'_, C, K>,
    ) -> Result<TaskResult, HostFailure> {
        let judge = Judge { task: self.task, templar: &link.shared.templar };
        let Some(repeat) = &self.task.repeat else {
            return self.turn(scope, Vec::new(), flags, link).await;
        };
        let turns = match turns(repeat, scope, &link.shared.templar) {
            Ok(turns) => turns,
            // Ansible skips a task whose condition is false, even when its loop is undefined.
            Err(wrong) => {
                let is_undefined = wrong.mishap == Mishap::Task;
                return Ok(match judge.condition(scope) {
                    Ok(Some(skipped)) if is_undefined => skipped,
                    _ => judge.delegated(*wrong, scope),
                });
            }
        };
        if turns.is_empty() {
            let nothing = TaskResult { skipped: true, ..TaskResult::default() };
            return Ok(nothing
                .with("skipped_reason", "No items in the list")
                .with("results", Value::List(Vec::new())));
        }
        let mut results: Vec<(Turn, Value, TaskResult)> = Vec::new();
        let mut items = Vec::new();
        for turn in turns {
            if !results.is_empty() && !repeat.pause.is_zero() {
                sleep(repeat.pause).await;
            }
            let mut result = self.turn(scope, turn.variables.clone(), flags, link).await?;
            // The label sees what came of this item, and so do the items that follow.
            if let Some(name) = &self.task.register {
                scope.set_fact(name.clone(), result.fact_of(&turn.variables));
            }
            let inner = scope.with(turn.variables.clone());
            let is_last = judge.breaks(repeat, &inner, &mut result);
            // What is registered says nothing of the label.
            let value = result.value();
            let mut shown = result.clone();
            let item = self.label(repeat, &inner, &turn, &mut result, flags, link);
            if link.shared.settings.details {
                let status = result.status();
                shown.fields.extend(turn.variables.clone());
                items.push(shown.detail(self.task, flags.no_log, status, Some(item)));
            }
            results.push((turn, value, result));
            if is_last {
                break;
            }
        }
        Ok(TaskResult { items, ..gathered(results) })
    }

    /// Puts the item, or what `label` shows in its place, before what a turn has to say.
    fn label<C: Connector, K: Clock>(
        &self,
        repeat: &Loop,
        scope: &HostScope,
        turn: &Turn,
        result: &mut TaskResult,
        flags: Flags,
        link: &Link<'_, C, K>,
    ) -> String {
        let item = match &repeat.label {
            Some(label) => {
                link.shared.templar.fill(&Value::text(&*label.text), &scope.shared()).ok()
            }
            None => turn.variables.first().map(|(_, item)| item.clone()),
        };
        let is_named = flags.no_log || item.as_ref().is_some_and(ansible_words::is_true);
        let item = match &item {
            _ if flags.no_log => "(censored due to no_log)".to_owned(),
            // Ansible prints what Python does.
            Some(Value::Null) => "None".to_owned(),
            item => {
                shortened(&item.as_ref().map(text_of).unwrap_or_default(), &link.reporter.redactor)
            }
        };
        // Ansible does not name what Python takes for false.
        for inclusion in result.inclusions.iter_mut().filter(|_| is_named) {
            inclusion.told = format!("{} => (item={item})", inclusion.told);
        }
        if let Some(message) = &mut result.message {
            *message = format!("(item={item}) {message}");
        }
        if let Some(failure) = &mut result.failure {
            failure.message = format!("(item={item}) {}", failure.message);
        }
        item
    }

    /// One turn of the loop, or the task itself: until it is content.
    async fn turn<C: Connector, K: Clock>(
        &self,
        scope: &mut HostScope,
        variables: Vec<(String, Value)>,
        flags: Flags,
        link: &mut Link<'_, C, K>,
    ) -> Result<TaskResult, HostFailure> {
        // What asks no device never waits, and is to hear of an interrupt all the same.
        yield_now().await;
        let inner = scope.with(variables.clone());
        let judge = Judge { task: self.task, templar: &link.shared.templar };
        match judge.condition(&inner) {
            Ok(None) => {}
            Ok(Some(skipped)) => return Ok(skipped),
            Err(wrong) => return Ok(judge.delegated(*wrong, &inner)),
        }
        let (retries, delay) = match judge.patience(&inner) {
            Ok(patience) => patience,
            Err(failure) => return Ok(TaskResult::failed(failure)),
        };
        let mut attempt = 1;
        loop {
            let delegate = match judge.delegate(&inner) {
                Ok(delegate) => delegate,
                Err(failure) => return Ok(TaskResult::failed(failure)),
            };
            let mut result = self.attempt(&inner, flags, link).await?;
            result.delegate = delegate;
            if result.mishap == Mishap::Task {
                return Ok(result);
            }
            if retries > 0 {
                result.fields.insert("attempts".to_owned(), Value::Int(attempt));
            }
            judge.result(&inner, &mut result);
            if retries > 0 {
                let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
                result.retries = (count(attempt - 1), count(retries));
                match judge.is_content(&inner, &result) {
                    Ok(true) => {}
                    Ok(false) if attempt <= retries => {
                        attempt += 1;
                        sleep(delay).await;
                        continue;
                    }
                    Ok(false) => {
                        // Ansible does not count the last run of those that were in vain.
                        result.fields.insert("attempts".to_owned(), Value::Int(retries));
                        // Where `failed_when` was asked, it alone says what is a failure.
                        if self.task.failed_when.is_none() {
                            result.failure.get_or_insert_with(|| judge.gave_up(retries));
                        } else if result.failure.is_none() {
                            result.gave_up = true;
                            let why = || Value::Unsafe(judge.gave_up(retries).to_string());
                            result.fields.entry("msg".to_owned()).or_insert_with(why);
                        }
                    }
                    Err(wrong) => {
                        let (retries, delegate) = (result.retries, result.delegate);
                        return Ok(TaskResult { retries, delegate, ..*wrong });
                    }
                }
            }
            // What failed sets nothing.
            if result.failure.is_some() {
                result.facts.clear();
                result.variables.clear();
                result.inclusions.clear();
                return Ok(result);
            }
            let other = self.task.delegate.as_ref().filter(|delegate| delegate.facts);
            let other =
                other.and(result.delegate.clone()).map(|name| HostName::from(name.as_str()));
            if let Some(host) = other {
                let facts = result.facts.drain(..);
                let letters = facts.map(|(name, value)| (host.clone(), scope.letter(name, value)));
                result.mail.extend(letters);
            }
            for (name, value) in result.facts.iter().cloned() {
                scope.set_fact(name, value);
            }
            for (name, value) in result.variables.iter().cloned() {
                scope.include(name, value);
            }
            for inclusion in &mut result.inclusions {
                inclusion.params.extend(variables.clone());
            }
            return Ok(result);
        }
    }

    /// Does what the task says, once, within its time.
    async fn attempt<C: Connector, K: Clock>(
        &self,
        scope: &HostScope,
        flags: Flags,
        link: &mut Link<'_, C, K>,
    ) -> Result<TaskResult, HostFailure> {
        let context = action::Context {
            scope,
            templar: &link.shared.templar,
            reporter: link.reporter,
            is_hidden: flags.no_log,
        };
        let performed = action::perform(&self.task.action, &context, link);
        let Some(limit) = self.task.timeout else { return performed.await };
        match timeout(limit, performed).await {
            Ok(performed) => performed,
            Err(_) => {
                let seconds = limit.as_secs();
                let failure = |stage| {
                    HostFailure::new(
                        stage,
                        format!("the task took longer than its `timeout` of {seconds} seconds"),
                        "The device answers slowly: give the task more time.",
                    )
                };
                if link.open.is_none() && self.task.action.needs_device() {
                    link.contact = Contact::Lost(failure(Stage::Connect));
                }
                // Nobody knows where in an answer the session is: the next task has another.
                link.leave().await;
                let failure = failure(Stage::Task);
                Ok(TaskResult::failed(failure))
            }
        }
    }
}

/// A name or an item, short enough for a line. Its secrets are hidden first: of one that was cut,
/// the beginning would be left.
fn shortened(text: &str, redactor: &Redactor) -> String {
    const MOST: usize = 120;
    let text = redactor.hide(text);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}
