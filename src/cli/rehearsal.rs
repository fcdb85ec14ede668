//! `--check`: what would be asked of each host.

use crate::fortios::command::Command;
use crate::model::Value;
use crate::playbook::{Action, Collect, HostScope, Plan, PlannedHost, Step, Task, tasks};
use crate::template::{Templar, text_of};
use crate::vault::Opened;

/// For each host its commands, in the order in which they would be sent. What depends on an
/// answer is shown as it is written.
pub(super) fn list_commands(plan: &Plan, templar: &Templar) -> String {
    let mut text = String::new();
    for host in &plan.hosts {
        text.push_str(&format!("\n  {} ({}):\n", host.entry.host, host.entry.address));
        let lines = lines(plan, host, templar);
        if lines.is_empty() {
            text.push_str("    is not contacted: no task asks a device\n");
        }
        for line in lines {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

fn lines(plan: &Plan, host: &PlannedHost, templar: &Templar) -> Vec<String> {
    let mut lines = Vec::new();
    for play in host.plays.iter().filter_map(|index| plan.plays.get(*index)) {
        let mut scope =
            HostScope::new(plan.variables.clone(), play.clone(), host.entry.host.clone());
        if play.gathers && lines.is_empty() {
            lines.push("get system status".to_owned());
        }
        told(&play.steps, &mut scope, templar, &mut lines);
    }
    lines
}

fn told(steps: &[Step], scope: &mut HostScope, templar: &Templar, lines: &mut Vec<String>) {
    for task in tasks(steps) {
        scope.enter_task(task.clone());
        match &task.action {
            Action::Include(include) => match &include.steps {
                Some(steps) => told(steps, scope, templar, lines),
                None => lines.push(format!("# the tasks of {}", include.file.text)),
            },
            action => lines.extend(commands(action, task, scope, templar)),
        }
    }
}

fn commands(action: &Action, task: &Task, scope: &HostScope, templar: &Templar) -> Vec<String> {
    let filled = |text: &str| {
        let opened = Opened::default();
        let scope = scope.clone().remembering(opened.clone()).shared();
        match templar.fill(&Value::text(text), &scope) {
            Ok(value) if opened.is_empty() => text_of(&value),
            // It depends on an answer; or it is made of what was in a vault.
            _ => text.to_owned(),
        }
    };
    let conditions: Vec<&str> = task.when.iter().map(|when| when.text.as_str()).collect();
    let when = match (conditions.is_empty(), task.repeat.is_some()) {
        (true, false) => String::new(),
        (true, true) => "   # for each item".to_owned(),
        (false, is_loop) => {
            let each = if is_loop { "for each item, " } else { "" };
            format!("   # {each}when {}", conditions.join(" and "))
        }
    };
    let line = |command: &str, place: &str| format!("{command}   @ {place}{when}");
    let known = |command: &Command, place: &str| line(command.as_str(), place);
    match action {
        Action::Cli(cli) => {
            let place = filled(&cli.vdom.text);
            let place = match place.as_str() {
                "all" => "every VDOM".to_owned(),
                "current" => "where the login leads".to_owned(),
                other => other.to_owned(),
            };
            vec![line(&filled(&cli.command.text), &place)]
        }
        Action::Collect(Collect::FortitokenInfo) => {
            vec![known(&Command::FORTITOKEN_INFO, "every VDOM")]
        }
        Action::Collect(Collect::FortiosFacts) => {
            vec![format!("{}   # for a cluster", Command::HA_STATUS.as_str())]
        }
        Action::Collect(Collect::FortitokenOwners) => {
            vec![known(&Command::USER_LOCAL, "every VDOM"), known(&Command::SYSTEM_ADMIN, "global")]
        }
        Action::Collect(Collect::FortitokenConfig) => {
            vec![known(&Command::USER_FORTITOKEN, "every VDOM")]
        }
        _ => Vec::new(),
    }
}
