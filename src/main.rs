//! The binary. Everything lives in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A session makes and frees thousands of small things, often on another thread: with the system's
/// allocator that takes a tenth of a run's CPU time (docs/decisions/0003-crates.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    tokenfleet::cli::main()
}
