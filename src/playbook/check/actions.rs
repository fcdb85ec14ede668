//! The actions there are.

use crate::playbook::{Action, Assert, Cli, Collect, Debug, Meta, action::set_fact};

use super::{Parameters, Reader};

/// What a text behind an action's name means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TextForm {
    Nothing,
    /// `NAME=VALUE` pairs.
    Pairs,
    /// The value of this parameter.
    Is(&'static str),
}

/// An action as a playbook names it.
pub(super) struct ActionRow {
    pub name: &'static str,
    /// Ansible has it too, so that `ansible.builtin.NAME` is its name as well.
    pub is_ansibles: bool,
    /// `None`: the names are the user's.
    pub parameters: Option<&'static [&'static str]>,
    pub text: TextForm,
    pub read: fn(&Parameters, &mut Reader<'_>) -> Option<Action>,
}

const fn collect(
    name: &'static str,
    read: fn(&Parameters, &mut Reader<'_>) -> Option<Action>,
) -> ActionRow {
    ActionRow { name, is_ansibles: false, parameters: Some(&[]), text: TextForm::Nothing, read }
}

/// A new action is a row here, a file in `action/`, and a file in the runner.
pub(super) static ACTIONS: &[ActionRow] = &[
    collect("fortitoken_info", |_, _| Some(Action::Collect(Collect::FortitokenInfo))),
    collect("fortios_facts", |_, _| Some(Action::Collect(Collect::FortiosFacts))),
    collect("fortitoken_owners", |_, _| Some(Action::Collect(Collect::FortitokenOwners))),
    collect("fortitoken_config", |_, _| Some(Action::Collect(Collect::FortitokenConfig))),
    ActionRow {
        name: "cli",
        is_ansibles: false,
        parameters: Some(&["command", "vdom", "parse"]),
        text: TextForm::Is("command"),
        read: |parameters, reader| Cli::read(parameters, reader).map(Action::Cli),
    },
    ActionRow {
        name: "assert",
        is_ansibles: true,
        parameters: Some(&["that", "fail_msg", "msg", "success_msg", "quiet"]),
        text: TextForm::Pairs,
        read: |parameters, reader| Assert::read(parameters, reader).map(Action::Assert),
    },
    ActionRow {
        name: "set_fact",
        is_ansibles: true,
        parameters: None,
        text: TextForm::Pairs,
        read: |parameters, reader| set_fact::read(parameters, reader).map(Action::SetFact),
    },
    ActionRow {
        name: "debug",
        is_ansibles: true,
        parameters: Some(&["msg", "var", "verbosity"]),
        text: TextForm::Pairs,
        read: |parameters, reader| Debug::read(parameters, reader).map(Action::Debug),
    },
    ActionRow {
        name: "fail",
        is_ansibles: true,
        parameters: Some(&["msg"]),
        text: TextForm::Pairs,
        read: |parameters, reader| {
            let message = parameters.get("msg").map(|node| reader.template("msg", node));
            Some(Action::Fail(message.flatten()))
        },
    },
    ActionRow {
        name: "meta",
        is_ansibles: true,
        parameters: Some(&["free_form"]),
        text: TextForm::Is("free_form"),
        read: |parameters, reader| Meta::read(parameters, reader).map(Action::Meta),
    },
];

/// The action of that name, short or with Ansible's prefix.
pub(super) fn by_name(name: &str) -> Option<&'static ActionRow> {
    let short = ["ansible.builtin.", "ansible.legacy."]
        .into_iter()
        .find_map(|prefix| name.strip_prefix(prefix));
    ACTIONS.iter().find(|row| row.name == name || row.is_ansibles && short == Some(row.name))
}

/// The names of all actions.
pub(super) fn names() -> Vec<&'static str> {
    ACTIONS.iter().map(|row| row.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::check::{foreign, keywords};

    #[test]
    fn a_name_is_an_action_or_a_keyword_or_foreign() {
        for row in ACTIONS {
            assert!(keywords::by_name(row.name, keywords::Level::Task).is_none(), "{}", row.name);
            assert!(foreign::module(row.name).is_none(), "{}", row.name);
            assert_eq!(by_name(row.name).unwrap().name, row.name);
            let long = by_name(&format!("ansible.builtin.{}", row.name));
            assert_eq!(long.is_some(), row.is_ansibles, "{}", row.name);
        }
    }
}
