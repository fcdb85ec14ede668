//! `cli`: any read-only command.

use indexmap::IndexMap;

use super::context::Context;
use crate::fortios::command::Command;
use crate::fortios::parse::{Parser, by_name};
use crate::fortios::session::Reach;
use crate::model::{HostFailure, Stage, Transcript, Value};
use crate::playbook::Cli;
use crate::runner::link::Link;
use crate::runner::port::{Clock, Connector};
use crate::runner::task_result::{TaskResult, mistake, untrusted};

/// Sends the command where it should run. The result of `vdom: all` has one entry a VDOM under
/// `vdoms`; that of one place has its fields itself.
pub(super) async fn perform<C: Connector, K: Clock>(
    cli: &Cli,
    context: &Context<'_, K>,
    link: &mut Link<'_, C, K>,
) -> Result<TaskResult, HostFailure> {
    let (command, reach) = match planned(cli, context) {
        Ok(planned) => planned,
        Err(failure) => return Ok(TaskResult::failed(failure)),
    };
    let parser = cli.parse.as_deref().and_then(by_name);
    let is_everywhere = reach == Reach::EveryVdom;
    let answers = link.device().await?.ask(&command, reach, context).await?;
    let mut result = TaskResult { failure: answers.failure(), ..TaskResult::default() };
    let mut places = Vec::new();
    for transcript in &answers.transcripts {
        let (fields, failure) = fields_of(transcript, parser);
        result.failure = result.failure.or(failure);
        places.push(fields);
    }
    result.fields.insert("command".to_owned(), Value::Unsafe(command.as_str().to_owned()));
    if is_everywhere {
        let places = places.into_iter().map(Value::Map).collect();
        result.fields.insert("vdoms".to_owned(), Value::List(places));
    } else if let Some(fields) = places.into_iter().next() {
        result.fields.extend(fields);
    }
    Ok(result)
}

/// The command and its place, filled in. What a template made of the command has to pass the gate
/// like any other.
fn planned<K>(cli: &Cli, context: &Context<'_, K>) -> Result<(Command, Reach), HostFailure> {
    let text = context.text(&cli.command.text).map_err(|error| mistake("`command`", error))?;
    let command = Command::parse(&text).map_err(|refusal| {
        HostFailure::new(
            Stage::Task,
            format!("`{text}` is not sent: {refusal}"),
            refusal.hint.unwrap_or_else(|| "Only read-only commands are sent.".to_owned()),
        )
    })?;
    let vdom = context.text_or_none(&cli.vdom.text).map_err(|error| mistake("`vdom`", error))?;
    Ok((command, Cli::reach(vdom.as_deref().unwrap_or("current"))))
}

fn fields_of(
    transcript: &Transcript,
    parser: Option<&Parser>,
) -> (IndexMap<String, Value>, Option<HostFailure>) {
    let line = |line: &str| Value::Unsafe(line.to_owned());
    let mut fields = IndexMap::new();
    fields.insert("vdom".to_owned(), transcript.vdom.as_deref().map_or(Value::Null, line));
    fields.insert("stdout".to_owned(), line(&transcript.text));
    let lines = transcript.text.lines().map(line).collect();
    fields.insert("stdout_lines".to_owned(), Value::List(lines));
    // What playbooks that ran under Ansible may look at: a FortiGate has one stream only.
    fields.insert("stderr".to_owned(), line(""));
    fields.insert("stderr_lines".to_owned(), Value::List(Vec::new()));
    fields.insert("rc".to_owned(), Value::Int(0));
    let Some(parser) = parser else { return (fields, None) };
    let parsed = (parser.run)(&transcript.text);
    let failure = parsed.get("error").and_then(|error| error.as_str()).map(|error| {
        HostFailure::new(
            Stage::Parse,
            format!("the parser `{}` does not understand the answer: {error}", parser.name),
            "See the answer with `-vv`, and whether the parser belongs to the command.",
        )
        .during(&transcript.command, transcript.vdom.clone())
    });
    fields.insert("parsed".to_owned(), untrusted(parsed));
    (fields, failure)
}
