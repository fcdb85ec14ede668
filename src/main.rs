//! The binary. Everything lives in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A session makes and frees thousands of small things, often on another thread: with the system's
/// allocator that takes a tenth of a run's CPU time (docs/decisions/0003-crates.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    small_pages();
    tokenfleet::cli::main()
}

/// Where Linux hands out 2 MiB at a time, it clears and holds far more than is used: a run over 1,000
/// devices takes a fifth less memory without, and no more time. A kernel that knows no such wish
/// keeps its ways.
#[cfg(target_os = "linux")]
fn small_pages() {
    rustix::thread::disable_transparent_huge_pages(true).ok();
}
