//! The registry of parsers.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::parsed::Parsed;
use super::{accounts, fortitoken_info, ha_status, system_status, user_fortitoken, vdom_list};

/// A parser as users know it: `tokenfleet parse COMMAND`, `cli: {parse: NAME}`.
#[derive(Debug, Clone, Copy)]
pub struct Parser {
    /// `fortitoken_info`
    pub name: &'static str,
    /// The commands whose answers it reads, in full words.
    pub commands: &'static [&'static str],
    /// One line for `--help` and the documentation.
    pub help: &'static str,
    /// Reads an answer. The result is an object with `unparsed`, the lines that were not
    /// understood, and, where the text is no answer to the command, `error`, a sentence.
    pub run: fn(&str) -> Json,
}

/// All parsers, in the order in which help lists them.
pub static PARSERS: &[Parser] = &[
    Parser {
        name: "fortitoken_info",
        commands: fortitoken_info::COMMANDS,
        help: "tokens with serial, kind, drift and status, the server's status and the totals",
        run: |text| object(fortitoken_info::fortitoken_info(text)),
    },
    Parser {
        name: "system_status",
        commands: system_status::COMMANDS,
        help: "model, version, serial, hostname, VDOM mode, HA mode, and every other field",
        run: |text| object(system_status::system_status(text)),
    },
    Parser {
        name: "ha_status",
        commands: ha_status::COMMANDS,
        help: "mode, health, and the members with hostname, serial and role",
        run: |text| object(ha_status::ha_status(text)),
    },
    Parser {
        name: "vdom_list",
        commands: vdom_list::COMMANDS,
        help: "the VDOMs, and apart from them the ones that FortiOS keeps for itself",
        run: |text| object(vdom_list::vdom_list(text)),
    },
    Parser {
        name: "user_local",
        commands: accounts::USER_LOCAL,
        help: "local users with two-factor method, token, e-mail address and phone",
        run: |text| list("accounts", accounts::user_local(text)),
    },
    Parser {
        name: "system_admin",
        commands: accounts::SYSTEM_ADMIN,
        help: "administrators with profile, two-factor method, token, e-mail address and phone",
        run: |text| list("accounts", accounts::system_admin(text)),
    },
    Parser {
        name: "user_fortitoken",
        commands: user_fortitoken::COMMANDS,
        help: "configured tokens with licence and status, without their secrets",
        run: |text| list("tokens", user_fortitoken::user_fortitoken(text)),
    },
];

/// The parser of that name.
pub fn by_name(name: &str) -> Option<&'static Parser> {
    PARSERS.iter().find(|parser| parser.name == name)
}

/// The parser that reads the answer of a command. A filter behind it (`| grep .`) and the name of
/// one entry (`diagnose fortitoken info SERIAL`) are left aside.
pub fn by_command(command: &str) -> Option<&'static Parser> {
    let command = command.split('|').next().unwrap_or_default();
    let words: Vec<&str> = command.split_whitespace().collect();
    let find = |words: &[&str]| {
        let text = words.join(" ");
        PARSERS.iter().find(|parser| parser.commands.contains(&text.as_str()))
    };
    find(&words).or_else(|| find(words.split_last()?.1))
}

/// The fields of the value, then what was not understood.
fn object<T: Serialize>(parsed: Parsed<T>) -> Json {
    let value = match serde_json::to_value(&parsed.value) {
        Ok(Json::Object(map)) => map,
        Ok(other) => Map::from_iter([("value".to_owned(), other)]),
        Err(_) => Map::new(),
    };
    complete(value, parsed)
}

/// A list under its name, then what was not understood.
fn list<T: Serialize>(name: &str, parsed: Parsed<Vec<T>>) -> Json {
    let items = serde_json::to_value(&parsed.value).unwrap_or_default();
    complete(Map::from_iter([(name.to_owned(), items)]), parsed)
}

fn complete<T>(mut object: Map<String, Json>, parsed: Parsed<T>) -> Json {
    object.insert("unparsed".to_owned(), parsed.unparsed.into());
    if let Some(problem) = parsed.problem {
        object.insert("error".to_owned(), problem.into());
    }
    Json::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fortios::command::Command;

    #[test]
    fn names_and_commands_are_unique_and_admitted() {
        let mut names = std::collections::BTreeSet::new();
        for parser in PARSERS {
            assert!(names.insert(parser.name), "{} twice", parser.name);
            assert!(!parser.help.is_empty() && !parser.commands.is_empty());
            for command in parser.commands {
                assert!(names.insert(command), "{command} twice");
                assert!(Command::parse(command).is_ok(), "{command}");
                assert_eq!(by_command(command).unwrap().name, parser.name);
            }
            assert_eq!(by_name(parser.name).unwrap().name, parser.name);
        }
    }

    #[test]
    fn filters_and_single_entries_are_left_aside() {
        let name = |command: &str| by_command(command).map(|parser| parser.name);
        assert_eq!(name("diagnose fortitoken info | grep ."), Some("fortitoken_info"));
        assert_eq!(name("diagnose fortitoken info FTKMOB0000000001"), Some("fortitoken_info"));
        assert_eq!(name("get system"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn every_parser_says_what_is_no_answer() {
        for parser in PARSERS {
            for text in ["", "\n\n", "8278: Unknown action 0\nCommand fail. Return code -1\n", "x"]
            {
                let json = (parser.run)(text);
                assert!(json["error"].is_string(), "{}: {text:?} gave {json}", parser.name);
                assert!(json["unparsed"].is_array());
            }
        }
    }
}
