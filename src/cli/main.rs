//! From the command line to a command.

use std::process::ExitCode;

use clap::Parser;

use crate::cli::arguments::{Arguments, Command};
use crate::cli::exit::Exit;
use crate::cli::filling_in::fill_in;
use crate::cli::log::set_format;
use crate::cli::{
    check, config, diff, doctor, explain, history, inventory, lab, parse, report, run, scan_keys,
    schedule, schema, store, template, vault,
};

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and the version are no errors, though clap hands them out as such.
            let _ = error.print();
            return if error.use_stderr() { Exit::INPUT } else { Exit::SUCCESS }.into();
        }
    };
    set_format(arguments.log_format);
    let mut command = arguments.command;
    if let Err(complaint) = fill_in(&mut command) {
        return complaint.say().into();
    }
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::History(arguments) => history::history(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Store(arguments) => store::store(&arguments.command),
        Command::Inventory(arguments) => inventory::inventory(&arguments),
        Command::Parse(arguments) => parse::parse(&arguments),
        Command::ScanKeys(arguments) => scan_keys::scan_keys(&arguments),
        Command::Doctor(arguments) => doctor::doctor(&arguments),
        Command::Schedule(arguments) => schedule::schedule(&arguments.command),
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Template(arguments) => template::template(&arguments),
        Command::Config(arguments) => config::config(&arguments),
        Command::Vault(arguments) => vault::vault(&arguments.command),
        Command::Lab(arguments) => lab::lab(&arguments),
    }
    .into()
}
