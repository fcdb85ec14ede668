//! `tokenfleet parse`: a pasted answer to JSON.

use std::io;
use std::path::Path;

use crate::cli::arguments::ParseArguments;
use crate::cli::exit::Exit;
use crate::cli::stream::{print, say};
use crate::files;
use crate::fortios::parse::{PARSERS, by_command, by_name};

pub(super) fn parse(arguments: &ParseArguments) -> Exit {
    let command = arguments.command.trim();
    let Some(parser) = by_command(command).or_else(|| by_name(command)) else {
        let known: Vec<String> = PARSERS
            .iter()
            .flat_map(|parser| parser.commands)
            .map(|command| format!("  {command}\n"))
            .collect();
        say(&format!(
            "error: no parser reads the answer of `{command}`\nhelp: these are read:\n{}",
            known.concat()
        ));
        return Exit::INPUT;
    };
    let source = match &arguments.file {
        Some(path) => files::read_text(path),
        None => files::read_text_from(Path::new("standard input"), io::stdin().lock()),
    };
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            say(&format!("error: {error}\nhelp: {}\n", error.remedy()));
            return Exit::INPUT;
        }
    };
    let result = (parser.run)(&source.text);
    let exit = print(&format!("{result:#}\n"));
    match result.get("error").and_then(|error| error.as_str()) {
        Some(error) => {
            say(&format!("error: {error}\nhelp: paste the whole answer of `{command}`\n"));
            Exit::INPUT
        }
        None => exit,
    }
}
