//! `cli`: any read-only command.

use crate::fortios::command::{Command, Refusal};
use crate::fortios::parse::{PARSERS, by_command, by_name};
use crate::fortios::session::Reach;
use crate::model::{InputIssue, nearest_hint};
use crate::playbook::Template;
use crate::playbook::check::{Parameters, Reader};
use crate::template::is_template;
use crate::yaml::Node;

/// A command, where to run it, and how to read its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// When it holds no template it has passed the read-only gate already.
    pub command: Template,
    /// `all`, `global`, `current` or the name of a VDOM; a template as well.
    pub vdom: Template,
    /// Name of a parser that exists.
    pub parse: Option<String>,
}

impl Cli {
    /// What a `vdom:` means once its template is filled in.
    pub fn reach(vdom: &str) -> Reach {
        match vdom {
            "all" => Reach::EveryVdom,
            "global" => Reach::Global,
            "current" => Reach::Current,
            name => Reach::Vdom(name.to_owned()),
        }
    }

    pub(in crate::playbook) fn read(
        parameters: &Parameters,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let command = parameters.get("command");
        if command.is_none() {
            let name = parameters.at.key_text();
            parameters.report_missing(
                &format!("`{name}` has no command"),
                &format!("write `{name}: COMMAND`, or `command: COMMAND` below it"),
                reader,
            );
        }
        for key in ["prompt", "answer", "sendonly"] {
            if let Some(node) = parameters.get(key) {
                let hint = "leave it out: a command that only reads asks nothing back";
                reader.refuse(node, format!("`{key}` has no meaning here"), hint);
            }
        }
        let parse = parameters.get("parse").and_then(|node| parser(node, command, reader));
        let vdom = match parameters.get("vdom") {
            Some(node) => reader.template("vdom", node),
            None => {
                let place = parameters.at.place.clone();
                Some(Template { text: "current".to_owned(), place })
            }
        };
        let command = command.and_then(|node| self::command(node, reader));
        Some(Self { command: command?, vdom: vdom?, parse })
    }
}

/// A command that passes the gate, as far as it is known before its template is filled in.
fn command(node: &Node, reader: &mut Reader<'_>) -> Option<Template> {
    let template = reader.template("command", node)?;
    let text = &template.text;
    let refusal = match literal_beginning(text) {
        Some(beginning) => refused_beginning(beginning),
        None => Command::parse(text).err(),
    };
    let Some(refusal) = refusal else { return Some(template) };
    let index = refusal.column.saturating_sub(1);
    let word = text.chars().skip(index).take_while(|c| !c.is_whitespace()).count();
    let issue = InputIssue::error(refusal.message);
    let issue = match refusal.hint {
        Some(hint) => issue.hint(hint),
        None => issue,
    };
    reader.report_within(issue, node, index, u32::try_from(word).unwrap_or(u32::MAX));
    None
}

/// What stands before the first template; `None` when there is no template.
fn literal_beginning(text: &str) -> Option<&str> {
    is_template(text).then(|| {
        let ends = ["{{", "{%", "{#"].into_iter().filter_map(|open| text.find(open));
        &text[..ends.min().unwrap_or(0)]
    })
}

/// Why no command can begin so, whatever a template adds. The whole command passes the gate at run
/// time; this only tells early what is wrong already.
fn refused_beginning(beginning: &str) -> Option<Refusal> {
    let (verb, rest) = beginning.split_once(' ')?;
    let refusal = Command::parse(&format!("{beginning}x")).err()?;
    let may_become_a_command = verb == "diagnose"
        && Command::read_only_diagnose()
            .any(|(known, _)| known.starts_with(rest) || rest.starts_with(&format!("{known} ")));
    let is_decided = refusal.column <= beginning.chars().count() && !may_become_a_command;
    is_decided.then_some(refusal)
}

fn parser(node: &Node, command: Option<&Node>, reader: &mut Reader<'_>) -> Option<String> {
    let name = reader.literal("parse", node)?;
    let Some(parser) = by_name(name) else {
        let known: Vec<&str> = PARSERS.iter().map(|parser| parser.name).collect();
        reader.refuse(node, format!("unknown parser `{name}`"), nearest_hint(name, &known));
        return None;
    };
    let command = command.and_then(Node::as_text).unwrap_or_default();
    if let Some(fitting) = by_command(command).filter(|fitting| fitting.name != parser.name) {
        let message = format!("the parser `{name}` does not read the answer of `{command}`");
        reader.refuse(node, message, format!("write `parse: {}`", fitting.name));
    }
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<usize> {
        refused_beginning(literal_beginning(text).unwrap()).map(|refusal| refusal.column)
    }

    #[test]
    fn a_beginning_that_no_template_can_mend_is_refused() {
        for (text, column) in [
            ("execute {{ x }}", 1),
            ("get test {{ x }}", 5),
            ("show a;b {{ x }}", 7),
            ("diagnose test {{ x }}", 10),
            ("diagnose sys vd stats {{ x }}", 10),
        ] {
            assert_eq!(refused(text), Some(column), "{text}");
        }
    }

    #[test]
    fn what_a_template_may_complete_waits_for_the_run() {
        for text in [
            "{{ x }}",
            "ge{{ x }}",
            "get {{ x }}",
            "get te{{ x }}",
            "diagnose {{ x }}",
            "diagnose sys {{ x }}",
            "diagnose sys vd l{{ x }}",
            "diagnose fortitoken info {{ serial }}",
            "show user local | grep -A{{ n }} x",
            "show user local | {{ x }}",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
    }
}
