//! Rules over what no task reads: they would find nothing, which is not the same as that nothing is
//! wrong.

use super::Reader;
use super::include::any;
use crate::fortios::parse::by_command;
use crate::model::{InputIssue, OwnRule, Subject};
use crate::playbook::{Action, Cli, Collect, Play, Task};
use crate::template::is_template;

/// Warns of the rules that look at what no play reads. What a file reads whose name is a template,
/// or a command with a template, is not known: it may be anything.
pub(super) fn warn_of_unread(plays: &[Play], reader: &mut Reader<'_>) {
    let unread = |over| !plays.iter().any(|play| any(&play.steps, &|task| may_read(task, over)));
    let (tokens, users) = (unread(Subject::Token), unread(Subject::User));
    for rule in plays.iter().flat_map(|play| &play.rules) {
        let issue = match rule.over {
            Subject::Token if tokens => unread_by(rule, Collect::FortitokenInfo),
            Subject::User if users => unread_by(rule, Collect::FortitokenOwners),
            _ => continue,
        };
        reader.report(issue);
    }
}

fn unread_by(rule: &OwnRule, missing: Collect) -> InputIssue {
    let message = format!(
        "the rule `{}` is over {}s, and no task reads them, so that it finds nothing",
        rule.id,
        rule.over.as_str()
    );
    let width = u32::try_from(rule.id.len()).unwrap_or(1);
    InputIssue::warning(message)
        .at(rule.place.clone(), width)
        .hint(format!("add the task `{}:`", missing.name()))
}

fn may_read(task: &Task, over: Subject) -> bool {
    let (collect, parsers) = match over {
        Subject::Token => (Collect::FortitokenInfo, &["fortitoken_info"][..]),
        Subject::User => (Collect::FortitokenOwners, &["user_local", "system_admin"][..]),
        Subject::Device | Subject::Fleet => return true,
    };
    match &task.action {
        Action::Collect(found) => *found == collect,
        Action::Cli(Cli { command, .. }) if is_template(&command.text) => true,
        Action::Cli(Cli { command, .. }) => {
            by_command(&command.text).is_some_and(|parser| parsers.contains(&parser.name))
        }
        Action::Include(include) => include.steps.is_none(),
        _ => false,
    }
}
