//! Arguments to settings to one short file per subcommand.
//!
//! Comes in: the command line and the environment. Goes out: an exit code.
