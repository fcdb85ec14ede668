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
use crate::runner::task_result::{TaskResult, untrusted};

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
    let mut tokens = Vec::new();
    let mut vdoms = Vec::new();
    let mut worst: Option<ServerState> = None;
    for transcript in &answers.transcripts {
        let table = match understood(transcript, parse::fortitoken_info(&transcript.text)) {
            Ok(table) => table,
            Err(failure) => {
                result.failure.get_or_insert(failure);
                continue;
            }
        };
        vdoms.push(vdom_of(transcript));
        tokens.extend(rows(&table.tokens, transcript));
        worst = worst.into_iter().chain(table.server_status).max_by_key(weight);
    }
    let server = worst.map_or(Value::Null, |state| Value::Unsafe(state.as_str().to_owned()));
    Ok(result
        .with("tokens", Value::List(tokens))
        .with("server_status", server)
        .with("vdoms", Value::List(vdoms)))
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
    let vdoms = device.survey.vdoms.iter().map(|vdom| Value::Unsafe(vdom.clone())).collect();
    result.fields.extend(fields(&status));
    Ok(result
        .with("ha_mode", Value::Unsafe(status.ha.text.clone()))
        .with("ha_role", value_of(&status.ha.role))
        .with("ha_members", members)
        .with("vdoms", Value::List(vdoms)))
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
    let mut owners = Vec::new();
    let read = users.transcripts.iter().map(|t| (t, parse::user_local(&t.text)));
    let read =
        read.chain(administrators.transcripts.iter().map(|t| (t, parse::system_admin(&t.text))));
    for (transcript, parsed) in read {
        match understood(transcript, parsed) {
            Ok(accounts) => owners.extend(rows(&accounts, transcript)),
            Err(failure) => {
                result.failure.get_or_insert(failure);
            }
        }
    }
    if let Some(said) = result.message.clone() {
        result = result.with("msg", Value::Unsafe(said));
    }
    Ok(result.with("owners", Value::List(owners)))
}

/// What the configuration says of the tokens: the state that they are in is another matter.
async fn configuration<K: Clock, T: Transport>(
    context: &Context<'_, K>,
    device: &mut Device<T>,
) -> Result<TaskResult, HostFailure> {
    let answers = device.ask(&Command::USER_FORTITOKEN, Reach::EveryVdom, context).await?;
    let mut result = TaskResult { failure: answers.failure(), ..TaskResult::default() };
    let mut tokens = Vec::new();
    for transcript in &answers.transcripts {
        match understood(transcript, parse::user_fortitoken(&transcript.text)) {
            Ok(configured) => tokens.extend(rows(&configured, transcript)),
            Err(failure) => {
                result.failure.get_or_insert(failure);
            }
        }
    }
    Ok(result.with("tokens", Value::List(tokens)))
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

/// One mapping a row, its VDOM first.
fn rows<R: Serialize>(rows: &[R], transcript: &Transcript) -> Vec<Value> {
    let row = |row: &R| {
        let mut map = IndexMap::from([("vdom".to_owned(), vdom_of(transcript))]);
        map.extend(fields(row));
        Value::Map(map)
    };
    rows.iter().map(row).collect()
}

fn vdom_of(transcript: &Transcript) -> Value {
    transcript.vdom.clone().map_or(Value::Null, Value::Unsafe)
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
