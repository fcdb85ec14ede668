//! How a command ends.

use std::process::ExitCode;

/// The exit code is a set of bits, so that a script can tell the causes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    /// Everything was done, and nothing was found at or above `--fail-on`.
    pub const SUCCESS: Self = Self(0);
    /// The input cannot be used; bad flags as well.
    pub const INPUT: Self = Self(1);
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}
