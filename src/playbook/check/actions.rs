//! The actions there are.

use crate::playbook::{Action, Assert, Cli, Collect, Debug, IncludeVars, Meta, action::set_fact};

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
    /// Collections of Ansible that have it too, so that `ansible.builtin.NAME` is its name as well.
    pub collections: &'static [&'static str],
    /// `None`: the names are the user's.
    pub parameters: Option<&'static [&'static str]>,
    pub text: TextForm,
    pub read: Reading,
}

/// How an action is read.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// By its parameters.
    Alone(fn(&Parameters, &mut Reader<'_>) -> Option<Action>),
    /// `import_tasks`, by all of its task: it becomes the tasks of a file.
    Import,
    /// `include_tasks`, by all of its task: its file is read with it.
    Include,
}

const fn collect(
    name: &'static str,
    read: fn(&Parameters, &mut Reader<'_>) -> Option<Action>,
) -> ActionRow {
    let read = Reading::Alone(read);
    ActionRow { name, collections: &[], parameters: Some(&[]), text: TextForm::Nothing, read }
}

const BUILTIN: &[&str] = &["ansible.builtin", "ansible.legacy"];

/// A new action is a row here, a file in `action/`, and a file in the runner.
pub(super) static ACTIONS: &[ActionRow] = &[
    collect("fortitoken_info", |_, _| Some(Action::Collect(Collect::FortitokenInfo))),
    collect("fortios_facts", |_, _| Some(Action::Collect(Collect::FortiosFacts))),
    collect("fortitoken_owners", |_, _| Some(Action::Collect(Collect::FortitokenOwners))),
    collect("fortitoken_config", |_, _| Some(Action::Collect(Collect::FortitokenConfig))),
    ActionRow {
        name: "cli",
        collections: &[],
        parameters: Some(&["command", "vdom", "parse"]),
        text: TextForm::Is("command"),
        read: Reading::Alone(|parameters, reader| Cli::read(parameters, reader).map(Action::Cli)),
    },
    // Ansible's own ways to send a command run unchanged, through the same gate.
    ActionRow {
        name: "cli_command",
        collections: &["ansible.netcommon"],
        parameters: Some(&[
            "command",
            "prompt",
            "answer",
            "sendonly",
            "newline",
            "check_all",
            "check_mode",
        ]),
        text: TextForm::Pairs,
        read: Reading::Alone(|parameters, reader| Cli::read(parameters, reader).map(Action::Cli)),
    },
    ActionRow {
        name: "raw",
        collections: BUILTIN,
        parameters: Some(&["command", "executable"]),
        text: TextForm::Is("command"),
        read: Reading::Alone(|parameters, reader| Cli::read(parameters, reader).map(Action::Cli)),
    },
    ActionRow {
        name: "assert",
        collections: BUILTIN,
        parameters: Some(&["that", "fail_msg", "msg", "success_msg", "quiet"]),
        text: TextForm::Pairs,
        read: Reading::Alone(|parameters, reader| {
            Assert::read(parameters, reader).map(Action::Assert)
        }),
    },
    ActionRow {
        name: "set_fact",
        collections: BUILTIN,
        parameters: None,
        text: TextForm::Pairs,
        read: Reading::Alone(|parameters, reader| {
            set_fact::read(parameters, reader).map(Action::SetFact)
        }),
    },
    ActionRow {
        name: "debug",
        collections: BUILTIN,
        parameters: Some(&["msg", "var", "verbosity"]),
        text: TextForm::Pairs,
        read: Reading::Alone(|parameters, reader| {
            Debug::read(parameters, reader).map(Action::Debug)
        }),
    },
    ActionRow {
        name: "fail",
        collections: BUILTIN,
        parameters: Some(&["msg"]),
        text: TextForm::Pairs,
        read: Reading::Alone(|parameters, reader| {
            let message = parameters.get("msg").map(|node| reader.template("msg", node));
            Some(Action::Fail(message.flatten()))
        }),
    },
    ActionRow {
        name: "meta",
        collections: BUILTIN,
        parameters: Some(&["free_form"]),
        text: TextForm::Is("free_form"),
        read: Reading::Alone(|parameters, reader| Meta::read(parameters, reader).map(Action::Meta)),
    },
    ActionRow {
        name: "include_tasks",
        collections: BUILTIN,
        parameters: Some(&["file", "apply"]),
        text: TextForm::Is("file"),
        read: Reading::Include,
    },
    ActionRow {
        name: "import_tasks",
        collections: BUILTIN,
        parameters: Some(&["file"]),
        text: TextForm::Is("file"),
        read: Reading::Import,
    },
    ActionRow {
        name: "include_vars",
        collections: BUILTIN,
        parameters: Some(&[
            "file",
            "name",
            "dir",
            "depth",
            "files_matching",
            "ignore_files",
            "extensions",
            "ignore_unknown_extensions",
            "hash_behaviour",
        ]),
        text: TextForm::Is("file"),
        read: Reading::Alone(|parameters, reader| {
            IncludeVars::read(parameters, reader).map(Action::IncludeVars)
        }),
    },
];

/// The action of that name, short or with the name of its collection.
pub(super) fn by_name(name: &str) -> Option<&'static ActionRow> {
    let (collection, short) = match name.rsplit_once('.') {
        Some((collection, short)) => (Some(collection), short),
        None => (None, name),
    };
    let is_its = |row: &&ActionRow| match collection {
        Some(collection) => row.collections.contains(&collection),
        None => true,
    };
    ACTIONS.iter().filter(|row| row.name == short).find(is_its)
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
            assert_eq!(long.is_some(), row.collections == BUILTIN, "{}", row.name);
        }
    }
}
