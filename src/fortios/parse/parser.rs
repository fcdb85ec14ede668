//! The registry of parsers.

use serde_json::Value as Json;

/// A parser as users know it: `tokenfleet parse COMMAND`, `cli: {parse: NAME}`.
#[derive(Debug, Clone, Copy)]
pub struct Parser {
    /// `fortitoken_info`
    pub name: &'static str,
    /// The commands whose answers it reads, in full words.
    pub commands: &'static [&'static str],
    /// One line for `--help` and the documentation.
    pub help: &'static str,
    /// Reads an answer. The result is an object with `unparsed` and, where the text is no answer
    /// to the command, `error`, a sentence.
    pub run: fn(&str) -> Json,
}

/// All parsers, in the order in which help lists them.
pub static PARSERS: &[Parser] = &[];

/// The parser of that name.
pub fn by_name(name: &str) -> Option<&'static Parser> {
    PARSERS.iter().find(|parser| parser.name == name)
}

/// The parser that reads the answer of a command; a filter behind it (`| grep .`) is left aside.
pub fn by_command(command: &str) -> Option<&'static Parser> {
    let command = command.split('|').next().unwrap_or_default().trim();
    PARSERS.iter().find(|parser| parser.commands.contains(&command))
}
