//! How far one host was come, step by step: what `tokenfleet doctor` says of it.

use std::net::IpAddr;

use serde::Serialize;

use crate::findings::{DeviceFacts, ServerReach, explain};
use crate::fortios::refusal;
use crate::model::{
    AccountKind, HostFailure, HostKeyPolicy, HostOutcome, HostRecord, Stage, Target, TaskStatus,
    clean_line,
};
use crate::ssh::{ScannedKey, Standing};

/// The steps, in the order in which they are gone.
pub(super) const STEPS: [&str; 9] = [
    "name",
    "connection",
    "ssh",
    "host_key",
    "login",
    "prompt",
    "device",
    "permissions",
    "token_server",
];

/// What is known of a host.
#[derive(Debug, Serialize)]
pub(super) struct Diagnosis {
    pub host: String,
    /// `address:port`
    pub address: String,
    /// The jump hosts on the way, the last first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<String>,
    /// All of [`STEPS`].
    pub steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub(super) struct Step {
    pub step: &'static str,
    pub state: State,
    /// Without a full stop; empty for a step that was not reached.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Ok,
    Warning,
    Failed,
    NotReached,
}

impl Diagnosis {
    /// `scanned`: what its key is, asked for without a login; `record`: what came of the one login,
    /// where there was one.
    pub fn new(
        target: &Target,
        address: &str,
        scanned: &Result<ScannedKey, HostFailure>,
        record: Option<&HostRecord>,
    ) -> Self {
        let mut steps = Steps(Vec::new());
        let facts = record.map(DeviceFacts::from_record);
        let outcome = record.and_then(|record| record.outcome.as_ref());
        let failure = match (scanned, outcome) {
            (Err(failure), _) => Some(failure.clone()),
            (_, Some(HostOutcome::NotAttempted { reason, remedy })) => {
                let remedy = remedy.clone().unwrap_or_else(|| "Try again.".to_owned());
                Some(HostFailure::new(Stage::Authenticate, reason.clone(), remedy))
            }
            (_, Some(HostOutcome::Interrupted) | None) => {
                Some(HostFailure::new(Stage::Resolve, "interrupted", "Try again."))
            }
            (_, outcome) => outcome.and_then(HostOutcome::failure).cloned(),
        };
        let end = failure.as_ref().map_or(STEPS.len(), |failure| step_of(failure, facts.as_ref()));
        for (index, step) in STEPS.iter().enumerate() {
            if index > end {
                steps.add(step, State::NotReached, String::new(), None);
            } else if let (true, Some(failure)) = (index == end, &failure) {
                steps.add(step, State::Failed, failure.to_string(), Some(failure.remedy.clone()));
            } else {
                steps.passed(index, target, scanned.as_ref().ok(), record, facts.as_ref());
            }
        }
        Self {
            host: target.host.to_string(),
            address: address.to_owned(),
            through: target.jump_hosts().map(|hop| hop.host.to_string()).collect(),
            steps: steps.0,
        }
    }

    /// The first step that did not go well, warnings left aside.
    pub fn obstacle(&self) -> Option<usize> {
        self.steps.iter().position(|step| step.state == State::Failed)
    }

    /// For a person.
    pub fn text(&self) -> String {
        let mut text = format!("{} ({})", self.host, self.address);
        if !self.through.is_empty() {
            text.push_str(&format!(" through {}", self.through.join(", then ")));
        }
        text.push('\n');
        for Step { step, state, message, remedy } in &self.steps {
            let state = match state {
                State::Ok => "ok",
                State::Warning => "WARNING",
                State::Failed => "FAILED",
                State::NotReached => "-",
            };
            let step = step.replace('_', " ");
            text.push_str(format!("  {state:<8} {step:<13} {message}").trim_end());
            text.push('\n');
            if let Some(remedy) = remedy {
                text.push_str(&format!("{:25}{remedy}\n", ""));
            }
        }
        text
    }
}

/// At which step a failure is told. Until the device has said what it is, a refused command is
/// nothing about rights.
fn step_of(failure: &HostFailure, facts: Option<&DeviceFacts>) -> usize {
    let is_known = facts.is_some_and(|facts| facts.system.is_some());
    match failure.stage {
        Stage::Resolve => 0,
        Stage::Connect => 1,
        Stage::Handshake => 2,
        Stage::HostKey => 3,
        Stage::Authenticate => 4,
        Stage::Login => 5,
        Stage::Vdom => 6,
        Stage::Command | Stage::Parse | Stage::Task | Stage::Stopped if !is_known => 6,
        Stage::Command | Stage::Parse | Stage::Task | Stage::Stopped => 7,
    }
}

struct Steps(Vec<Step>);

impl Steps {
    fn add(&mut self, step: &'static str, state: State, message: String, remedy: Option<String>) {
        let message = clean_line(&message).into_owned();
        self.0.push(Step { step, state, message, remedy });
    }

    /// What there is to say of a step that went well, or well enough to go on.
    fn passed(
        &mut self,
        index: usize,
        target: &Target,
        scanned: Option<&ScannedKey>,
        record: Option<&HostRecord>,
        facts: Option<&DeviceFacts>,
    ) {
        let step = STEPS.get(index).copied().unwrap_or_default();
        let system = facts.and_then(|facts| facts.system.as_ref());
        let negotiated = record.and_then(|record| record.negotiated.as_ref());
        let message = match step {
            "name" if target.jump_hosts().next().is_some() => {
                format!("`{}` is for the jump host to resolve", target.address)
            }
            "name" if target.address.parse::<IpAddr>().is_ok() => {
                format!("{} is an address", target.address)
            }
            "name" => format!("`{}` has an address", target.address),
            "connection" => format!("port {} accepts connections", target.port),
            "ssh" => {
                negotiated.map_or_else(|| "keys were exchanged".to_owned(), ToString::to_string)
            }
            "host_key" => return self.host_key(step, target, scanned),
            "login" => format!("`{}` is let in", target.user),
            "prompt" => match system.map(|system| system.hostname.as_str()) {
                Some(name) if !name.is_empty() => format!("the prompt of {name} came"),
                _ => "a prompt came".to_owned(),
            },
            "device" => return self.device(step, facts),
            "permissions" => return self.permissions(step, target, record, facts),
            _ => return self.token_server(step, facts),
        };
        self.add(step, State::Ok, message, None);
    }

    fn host_key(&mut self, step: &'static str, target: &Target, scanned: Option<&ScannedKey>) {
        let Some(scanned) = scanned else {
            return self.add(step, State::Ok, "it is the right one".to_owned(), None);
        };
        let key = format!("{} {}", scanned.key.kind(), scanned.key.fingerprint());
        match (&target.host_key, &scanned.standing) {
            (HostKeyPolicy::Pinned(_), _) => {
                self.add(step, State::Ok, format!("{key}, as the inventory says"), None);
            }
            (_, Standing::Known) => self.add(step, State::Ok, format!("{key}, known"), None),
            (HostKeyPolicy::Off, _) => {
                let remedy = "Gather the keys with `tokenfleet scan-keys`, compare them, and remove \
                              what switches the check off.";
                let message = format!("{key}, which is not checked");
                self.add(step, State::Warning, message, Some(remedy.to_owned()));
            }
            (_, Standing::New) => {
                self.add(step, State::Ok, format!("{key}, new: a run would remember it"), None);
            }
            (_, Standing::Wrong(failure)) => {
                self.add(
                    step,
                    State::Warning,
                    failure.message.clone(),
                    Some(failure.remedy.clone()),
                );
            }
        }
    }

    fn device(&mut self, step: &'static str, facts: Option<&DeviceFacts>) {
        let Some(facts) = facts else { return };
        let system = facts.system.as_ref();
        let mut message = match system {
            Some(system) => format!("{}, FortiOS {}", system.model, system.version),
            None => "it did not say what it is".to_owned(),
        };
        match facts.vdoms.len() {
            0 => message.push_str(", no VDOMs"),
            _ => message.push_str(&format!(", VDOMs {}", facts.vdoms.join(", "))),
        }
        // What tasks could not read is told with the permissions.
        let is_of_vdoms = |gap: &&String| gap.contains("VDOM") && !gap.starts_with("task ");
        let confined = facts.gaps.iter().find(is_of_vdoms);
        match confined {
            None => self.add(step, State::Ok, message, None),
            Some(gap) => {
                let remedy =
                    "Where all VDOMs are to be seen, give the account the scope `global` and \
                              all VDOMs."
                        .to_owned();
                self.add(step, State::Warning, format!("{message}; {gap}"), Some(remedy));
            }
        }
    }

    fn permissions(
        &mut self,
        step: &'static str,
        target: &Target,
        record: Option<&HostRecord>,
        facts: Option<&DeviceFacts>,
    ) {
        let transcripts = record.map(|record| record.transcripts.as_slice()).unwrap_or_default();
        let refused: Vec<HostFailure> = transcripts.iter().filter_map(refusal::failure).collect();
        let grave = |failure: &&HostFailure| {
            failure
                .command
                .as_deref()
                .is_some_and(|command| command.starts_with("diagnose fortitoken"))
        };
        if let Some(failure) = refused.iter().find(grave) {
            let remedy = Some(failure.remedy.clone());
            return self.add(step, State::Failed, failure.to_string(), remedy);
        }
        let unread = |action: &str| {
            let tasks = record.into_iter().flat_map(|record| &record.tasks);
            let mut unread = tasks.filter(|task| {
                task.task.action.ends_with(action) && task.outcome.status == TaskStatus::Ignored
            });
            unread.next().and_then(|task| task.outcome.message.clone())
        };
        if let Some(message) = unread("fortitoken_info") {
            let remedy =
                "See what it answers: `tokenfleet run` with `--session-log FOLDER` writes it down.";
            return self.add(step, State::Failed, message, Some(remedy.to_owned()));
        }
        if let Some(failure) = refused.first() {
            let more = match refused.len() {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            let remedy = Some(failure.remedy.clone());
            return self.add(step, State::Warning, format!("{failure}{more}"), remedy);
        }
        let own = facts.and_then(|facts| {
            facts.accounts.iter().find(|facts| {
                let account = &facts.account;
                account.kind == AccountKind::Administrator && *account.name == *target.user
            })
        });
        if own.is_some_and(|own| own.account.profile.as_deref() == Some("super_admin")) {
            let message = format!(
                "`{}` may read all that an audit needs, and change everything",
                target.user
            );
            let remedy = "Give the account a profile that only reads: docs/fortios.md shows one.";
            return self.add(step, State::Warning, message, Some(remedy.to_owned()));
        }
        let message = format!("`{}` may read all that an audit needs", target.user);
        self.add(step, State::Ok, message, None);
    }

    fn token_server(&mut self, step: &'static str, facts: Option<&DeviceFacts>) {
        let reach = facts.map_or(ServerReach::Unsaid, DeviceFacts::server_reach);
        let remedy = |rule: &str| explain(rule).map(|rule| rule.remedy.to_owned());
        let (state, message, remedy) = match reach {
            ServerReach::Reachable => (State::Ok, "it is reached", None),
            ServerReach::Unsaid => {
                (State::Warning, "the device does not say whether it reaches it", None)
            }
            ServerReach::Unclear => (
                State::Warning,
                "the device is not clear about it",
                remedy("device-server-unknown"),
            ),
            ServerReach::Unreachable => {
                (State::Failed, "the device does not reach it", remedy("device-server-unreachable"))
            }
        };
        self.add(step, state, message.to_owned(), remedy);
    }
}
