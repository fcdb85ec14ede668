//! The binary. Everything lives in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tokenfleet::cli::main()
}
