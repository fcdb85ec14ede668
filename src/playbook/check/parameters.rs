//! What an action is given.

use crate::model::{InputIssue, nearest_hint};
use crate::yaml::Node;

use super::Reader;
use super::actions::{ActionRow, TextForm};
use super::free_form::{self, BadLine};

/// The parameters of one action, from whichever form they were written in.
pub(in crate::playbook) struct Parameters {
    /// The action's name where it was written, for what is wrong with all of it.
    pub at: Node,
    /// In written order; those of `args:` last, where the action does not say them itself.
    pub entries: Vec<(Node, Node)>,
    /// Something is wrong with how they were written, and has been reported.
    is_broken: bool,
}

impl Parameters {
    /// The last of that name, as in Ansible, where one line says it twice.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries.iter().rfind(|(key, _)| key.key_text() == name).map(|(_, value)| value)
    }

    /// Reports that something is missing, unless it is only not recognised.
    pub fn report_missing(&self, message: &str, hint: &str, reader: &mut Reader<'_>) {
        if !self.is_broken {
            reader.refuse(&self.at, message, hint);
        }
    }

    /// Reads what stands behind the action's name, and `args:`.
    pub(super) fn read(
        row: &ActionRow,
        key: &Node,
        value: &Node,
        args: Option<&Node>,
        reader: &mut Reader<'_>,
    ) -> Self {
        let is_empty = value.scalar_text().is_some_and(|text| text.trim().is_empty());
        let entries = match value.as_map() {
            Some(entries) => Some(entries.to_vec()),
            None if value.is_null() || is_empty => Some(Vec::new()),
            None => text_form(row, key, value, reader),
        };
        let is_broken = entries.is_none();
        let entries = entries.unwrap_or_default();
        let mut parameters = Self { at: key.clone(), entries, is_broken };
        if let Some(args) = args {
            match args.as_map() {
                Some(entries) => {
                    for (key, value) in entries {
                        if parameters.get(&key.key_text()).is_none() {
                            parameters.entries.push((key.clone(), value.clone()));
                        }
                    }
                }
                None => {
                    let message = format!("`args` must be a mapping, not {}", args.kind());
                    reader.refuse(args, message, "write the parameters below the action itself");
                }
            }
        }
        parameters.refuse_unknown(row, reader);
        parameters
    }

    fn refuse_unknown(&mut self, row: &ActionRow, reader: &mut Reader<'_>) {
        let Some(known) = row.parameters else { return };
        for (key, _) in &self.entries {
            let name = key.key_text();
            if known.contains(&name.as_str()) {
                continue;
            }
            let hint = match known {
                [] => "it takes none".to_owned(),
                known => nearest_hint(&name, known),
            };
            self.is_broken = true;
            reader.refuse(key, format!("unknown parameter `{name}` of `{}`", row.name), hint);
        }
    }
}

fn text_form(
    row: &ActionRow,
    key: &Node,
    value: &Node,
    reader: &mut Reader<'_>,
) -> Option<Vec<(Node, Node)>> {
    let text = value.as_text();
    match (row.text, text) {
        (TextForm::Is(name), Some(text)) => {
            Some(vec![(reader.part(value, 0, text.chars().count(), name), value.clone())])
        }
        (TextForm::Pairs, Some(text)) => pairs(row, value, text, reader),
        (TextForm::Nothing, _) if row.parameters == Some(&[]) => {
            let message = format!("`{}` takes no parameters", row.name);
            reader.refuse(value, message, format!("write `{}:` alone", key.key_text()));
            None
        }
        _ => {
            let message =
                format!("`{}` takes a mapping of parameters, not {}", row.name, value.kind());
            let hint = match row.parameters {
                Some(known) => format!("its parameters are `{}`", known.join("`, `")),
                None => "write `NAME: VALUE` lines below it".to_owned(),
            };
            reader.refuse(value, message, hint);
            None
        }
    }
}

fn pairs(
    row: &ActionRow,
    value: &Node,
    text: &str,
    reader: &mut Reader<'_>,
) -> Option<Vec<(Node, Node)>> {
    let bad = match free_form::pairs(text) {
        Ok(pairs) => {
            let width = |name: &str| name.chars().count();
            let entries = pairs
                .into_iter()
                .map(|pair| {
                    let name = reader.part(value, pair.name_at, width(pair.name), pair.name);
                    let given = reader.part(value, pair.value_at, pair.value_width, pair.value);
                    (name, given)
                })
                .collect();
            return Some(entries);
        }
        Err(bad) => bad,
    };
    let (index, width, message) = match bad {
        BadLine::OpenQuote(at) => (at, 1, "this quote is not closed".to_owned()),
        BadLine::OpenTemplate(at) => (at, 2, "this template is not closed".to_owned()),
        BadLine::NoPair(at, width) => {
            (at, width, format!("`{}` takes `NAME=VALUE` here", row.name))
        }
    };
    let example = row.parameters.and_then(|known| known.first()).unwrap_or(&"NAME");
    let issue = InputIssue::error(message)
        .hint(format!("write the parameters as a mapping: `{example}: …` in a line below"));
    reader.report_within(issue, value, index, u32::try_from(width).unwrap_or(u32::MAX));
    None
}
