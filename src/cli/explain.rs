//! `tokenfleet explain`: what a rule means.

use crate::cli::arguments::ExplainArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::preparation::read_playbook;
use crate::cli::stream::{print, say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::cli::vault_passwords::read_keyring;
use crate::findings::{RULES, Rule};
use crate::model::{OwnRule, Written};
use crate::runner::Clock;
use crate::template::Templar;

pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    let own = match own_rules(arguments) {
        Ok(own) => own,
        Err(complaint) => return complaint.say(),
    };
    let rows: Vec<Row<'_>> =
        RULES.iter().map(Row::BuiltIn).chain(own.iter().map(Row::Own)).collect();
    let Some(id) = &arguments.rule else {
        let width = rows.iter().map(|row| row.id().len()).max().unwrap_or(0);
        let lines: Vec<String> = rows.iter().map(|row| row.line(width)).collect();
        return print(&lines.concat());
    };
    let Some(row) = rows.iter().find(|row| row.id() == id) else {
        let likeness = |row: &&Row<'_>| strsim::jaro(row.id(), id);
        let nearest = rows.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let nearest = nearest.map_or("", Row::id);
        say(&format!(
            "error: there is no rule `{id}`\nhelp: did you mean `{nearest}`? `tokenfleet explain` lists all\n"
        ));
        return Exit::INPUT;
    };
    print(&row.page())
}

/// The rules of the playbook that is named.
fn own_rules(arguments: &ExplainArguments) -> Result<Vec<OwnRule>, Complaint> {
    let Some(path) = &arguments.playbook else { return Ok(Vec::new()) };
    let mut remarks = Complaint::default();
    let keyring = read_keyring(&arguments.vault)?;
    let templar = Templar::new(SystemClock.now());
    let playbook = read_playbook(path, &templar, &keyring, &mut remarks)?;
    say_issues(&remarks.issues, &remarks.sources);
    Ok(playbook.plays.into_iter().flat_map(|play| play.rules).collect())
}

/// A rule that can be explained.
enum Row<'a> {
    BuiltIn(&'a Rule),
    Own(&'a OwnRule),
}

impl Row<'_> {
    fn id(&self) -> &str {
        match self {
            Self::BuiltIn(rule) => rule.id,
            Self::Own(rule) => &rule.id,
        }
    }

    fn line(&self, width: usize) -> String {
        let (severity, action, title) = match self {
            Self::BuiltIn(rule) => (rule.severity, rule.action, rule.title),
            Self::Own(rule) => (rule.severity, rule.action, &*rule.title),
        };
        format!("{:width$}  {severity:8}  {action:14}  {title}\n", self.id())
    }

    fn page(&self) -> String {
        match self {
            Self::BuiltIn(rule) => format!(
                "{}: {}\nseverity: {}   action: {}\n\n{}\n\nWhat to do: {}\n",
                rule.id, rule.title, rule.severity, rule.action, rule.explanation, rule.remedy
            ),
            Self::Own(rule) => {
                let conditions: Vec<&str> =
                    rule.when.iter().map(|written| written.text.trim()).collect();
                format!(
                    "{}: {}\nseverity: {}   action: {}\n\nA rule of {}, line {}. It fires for each {} where\n    {}\nand says: {}\n\nWhat to do: {}\n",
                    rule.id,
                    rule.title,
                    rule.severity,
                    rule.action,
                    rule.place.file,
                    rule.place.line,
                    rule.over.as_str(),
                    conditions.join("\n    and "),
                    text(Some(&rule.message)),
                    text(rule.remedy.as_ref()),
                )
            }
        }
    }
}

fn text(written: Option<&Written>) -> &str {
    written.map_or("the playbook does not say", |written| written.text.trim())
}
