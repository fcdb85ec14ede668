//! Whether a run saw a host.

/// How much of a host a run saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sight {
    /// Nothing was read of it.
    None,
    /// Something, but perhaps not all: what is not there may only not have been read.
    Part,
    /// All that the playbook asks for: what is not there is not there.
    Whole,
}

/// A host of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostState {
    /// Its name in the inventory.
    pub host: String,
    /// As reports have it: `examined`, `unreachable` …
    pub outcome: String,
    pub sight: Sight,
    /// The lines that its findings were judged by, as one word.
    pub limits: String,
    /// Rules that could not be judged on it, since what they rest on was not read.
    pub unjudged: Vec<String>,
}

impl Sight {
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::None => "-",
            Self::Part => "p",
            Self::Whole => "w",
        }
    }

    pub(super) fn of_letter(letter: &str) -> Option<Self> {
        [Self::None, Self::Part, Self::Whole].into_iter().find(|sight| sight.letter() == letter)
    }
}
