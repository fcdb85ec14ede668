//! `fortitoken_info` and its like: what tokenfleet asks and understands.

use indexmap::IndexMap;
use serde::Serialize;

use super::asking::{Answers, Device};
use super::context::Context;
use crate::fortios::command::Command;
use crate::fortios::parse::{self, Parsed};
use crate::fortios::session::Reach;
use crate::model::{HostFailure, ServerState, Stage, Transcript, Value};
use crate::playbook::Collect;
use crate::runner::port::{Clock, Transport};
use crate::runner::task_result::{TaskResult, Unmade, untrusted};

pub(super) async fn perform<K: Clock, T: Transport>(
    collect: Collect,
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<TaskResult, HostFailure> {
    match collect {
        Collect::FortitokenInfo => tokens(context, device).await,
        Collect::FortiosFacts => facts(context, device).await,
        Collect::FortitokenOwners => owners(context, device).await,
        Collect::FortitokenConfig => configuration(context, device).await,
    }
}

/// The tokens of every VDOM: they belong to VDOMs, and the global context does not show them.
async fn tokens<K: Clock, T: Transport>(
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<TaskResult, HostFailure> {
    let answers = device.ask(&Command::FORTITOKEN_INFO, Reach::EveryVdom, context).await?;
    let mut result = TaskResult { failure: answers.failure(), ..TaskResult::default() };
    let mut tables = Vec::new();
    let mut worst: Option<ServerState> = None;
    for transcript in &answers.transcripts {
        let table = match understood(transcript, parse::fortitoken_info(&transcript.text)) {
            Ok(table) => table,
            Err(failure) => {
                result.failure.get_or_insert(failure);
                continue;
            }
        };
        worst = worst.into_iter().chain(table.server_status).max_by_key(weight);
        tables.push((transcript.vdom.clone(), table.tokens));
    }
    let server = worst.map_or(Value::Null, |state| Value::Unsafe(state.as_str().to_owned()));
    result.unmade = Some(Unmade::new(move || {
        let vdoms = tables.iter().map(|(vdom, _)| vdom_of(vdom.as_ref())).collect();
        IndexMap::from([
            ("tokens".to_owned(), Value::List(rows(&tables))),
            ("server_status".to_owned(), server.clone()),
            ("vdoms".to_owned(), Value::List(vdoms)),
        ])
    }));
    Ok(result)
}

/// How much a state of the token server matters.
fn weight(state: &ServerState) -> u8 {
    match state {
        ServerState::Reachable => 0,
        ServerState::Unknown | ServerState::Other(_) => 1,
        ServerState::Unreachable => 2,
    }
}

/// `get system status` has been answered at the login; only a cluster needs another command.
async fn facts<K: Clock, T: Transport>(
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<TaskResult, HostFailure> {
    let status = device.survey.status.clone();
    let mut result = TaskResult::default();
    let mut members = Value::Null;
    if status.ha.clustered && device.sees_global() {
        let answers = device.ask(&Command::HA_STATUS, Reach::Global, context).await?;
        result.failure = answers.failure();
        for transcript in &answers.transcripts {
            match understood(transcript, parse::ha_status(&transcript.text)) {
                Ok(ha) => members = value_of(&ha.members),
                Err(failure) => {
                    result.failure.get_or_insert(failure);
                }
            }
        }
    } else if status.ha.clustered {
        result.message = Some(confined("the members of the cluster are not seen"));
    }
    let vdoms = device.survey.vdoms.clone();
    result.unmade = Some(Unmade::new(move || {
        let mut made = fields(&status);
        made.extend([
            ("ha_mode".to_owned(), Value::Unsafe(status.ha.text.clone())),
            ("ha_role".to_owned(), value_of(&status.ha.role)),
            ("ha_members".to_owned(), members.clone()),
            ("vdoms".to_owned(), Value::List(vdoms.iter().cloned().map(Value::Unsafe).collect())),
        ]);
        made
    }));
    Ok(result)
}

/// Local users belong to VDOMs, administrators to the device.
async fn owners<K: Clock, T: Transport>(
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<TaskResult, HostFailure> {
    let users = device.ask(&Command::USER_LOCAL, Reach::EveryVdom, context).await?;
    let sees_global = device.sees_global();
    let administrators = match sees_global {
        true => device.ask(&Command::SYSTEM_ADMIN, Reach::Global, context).await?,
        false => Answers::default(),
    };
    let mut result = TaskResult {
        failure: users.failure().or_else(|| administrators.failure()),
        message: (!sees_global).then(|| confined("tokens of administrators are not seen")),
        ..TaskResult::default()
    };
    let users = Tables::of(users, "user local", parse::user_local, &mut result);
    let administrators =
        Tables::of(administrators, "system admin", parse::system_admin, &mut result);
    let said = result.message.clone();
    result.unmade = Some(Unmade::new(move || {
        let said = said.clone().map(|said| ("msg".to_owned(), Value::Unsafe(said)));
        let owners = [&users, &administrators].into_iter().flat_map(Tables::rows).collect();
        said.into_iter().chain([("owners".to_owned(), Value::List(owners))]).collect()
    }));
    Ok(result)
}

/// What the configuration says of the tokens: the state that they are in is another matter.
async fn configuration<K: Clock, T: Transport>(
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<TaskResult, HostFailure> {
    let answers = device.ask(&Command::USER_FORTITOKEN, Reach::EveryVdom, context).await?;
    let mut result = TaskResult { failure: answers.failure(), ..TaskResult::default() };
    let tokens = Tables::of(answers, "user fortitoken", parse::user_fortitoken, &mut result);
    result.unmade = Some(Unmade::new(move || {
        IndexMap::from([("tokens".to_owned(), Value::List(tokens.rows()))])
    }));
    Ok(result)
}

/// Answers that show a table of the configuration. They are read when somebody looks at them: the
/// report reads them from the record.
struct Tables<R> {
    read: fn(&str) -> Parsed<Vec<R>>,
    answers: Vec<Transcript>,
}

impl<R: Serialize> Tables<R> {
    /// An answer that is none is a failure of the task.
    fn of(
        mut answers: Answers,
        path: &str,
        read: fn(&str) -> Parsed<Vec<R>>,
        result: &mut TaskResult,
    ) -> Self {
        answers.transcripts.retain(|transcript| {
            let is_one = parse::shows_table(&transcript.text, path);
            let problem = (!is_one).then(|| understood(transcript, read(&transcript.text)).err());
            let problem = problem.flatten();
            let is_answer = problem.is_none();
            result.failure = result.failure.take().or(problem);
            is_answer
        });
        Self { read, answers: answers.transcripts }
    }

    fn rows(&self) -> Vec<Value> {
        let read = |answer: &Transcript| (answer.vdom.clone(), (self.read)(&answer.text).value);
        rows(&self.answers.iter().map(read).collect::<Vec<_>>())
    }
}

fn confined(what: &str) -> String {
    format!("this login belongs to one VDOM: {what}")
}

fn understood<V>(transcript: &Transcript, parsed: Parsed<V>) -> Result<V, HostFailure> {
    parsed.answer().map_err(|problem| {
        HostFailure::new(
            Stage::Parse,
            format!("the answer is not understood: {problem}"),
            "Run the command by hand; if its answer is right, please report it with the release of \
             FortiOS.",
        )
        .during(&transcript.command, transcript.vdom.clone())
    })
}

/// One mapping a row of the tables of VDOMs, its VDOM first.
fn rows<R: Serialize>(tables: &[(Option<String>, Vec<R>)]) -> Vec<Value> {
    let row = |vdom: Option<&String>, row: &R| {
        let mut map = IndexMap::from([("vdom".to_owned(), vdom_of(vdom))]);
        map.extend(fields(row));
        Value::Map(map)
    };
    let of_table = |(vdom, rows): &(Option<String>, Vec<R>)| {
        rows.iter().map(|each| row(vdom.as_ref(), each)).collect::<Vec<_>>()
    };
    tables.iter().flat_map(of_table).collect()
}

fn vdom_of(vdom: Option<&String>) -> Value {
    vdom.cloned().map_or(Value::Null, Value::Unsafe)
}

fn value_of<V: Serialize>(value: &V) -> Value {
    serde_json::to_value(value).map_or(Value::Null, untrusted)
}

fn fields<V: Serialize>(value: &V) -> IndexMap<String, Value> {
    match value_of(value) {
        Value::Map(map) => map,
        _ => IndexMap::new(),
    }
}
