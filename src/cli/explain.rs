//! `tokenfleet explain`: what a rule means.

use crate::cli::arguments::ExplainArguments;
use crate::cli::exit::Exit;
use crate::cli::stream::{print, say};
use crate::findings::{self, RULES};

pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    let Some(id) = &arguments.rule else {
        let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        let lines: Vec<String> = RULES
            .iter()
            .map(|rule| {
                format!(
                    "{:width$}  {:8}  {:14}  {}\n",
                    rule.id, rule.severity, rule.action, rule.title
                )
            })
            .collect();
        return print(&lines.concat());
    };
    let Some(rule) = findings::explain(id) else {
        let nearest = RULES
            .iter()
            .max_by(|a, b| strsim::jaro(a.id, id).total_cmp(&strsim::jaro(b.id, id)))
            .map_or("", |rule| rule.id);
        say(&format!(
            "error: there is no rule `{id}`\nhelp: did you mean `{nearest}`? `tokenfleet explain` lists all\n"
        ));
        return Exit::INPUT;
    };
    print(&format!(
        "{}: {}\nseverity: {}   action: {}\n\n{}\n\nWhat to do: {}\n",
        rule.id, rule.title, rule.severity, rule.action, rule.explanation, rule.remedy
    ))
}
