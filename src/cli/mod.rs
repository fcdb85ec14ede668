//! Arguments to settings to one short file per subcommand.
//!
//! Comes in: the command line and the environment. Goes out: an exit code. This is the only module
//! that knows all the others; start reading at [`main`].

mod arguments;
mod exit;
mod explain;
mod inventory;
mod lab;
mod main;
mod parse;
mod sources;
mod stream;

pub use main::main;
