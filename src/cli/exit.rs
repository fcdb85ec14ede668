//! How a command ends.

use std::ops::BitOr;
use std::process::ExitCode;

use crate::model::{Finding, HostOutcome, HostRecord, RunRecord, Severity, TaskStatus};
use crate::report::View;

/// The exit code is a set of bits, so that a script can tell the causes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    /// Everything was done, and nothing was found at or above `--fail-on`.
    pub const SUCCESS: Self = Self(0);
    /// The input cannot be used, bad flags as well; or what was asked for could not be written.
    pub const INPUT: Self = Self(1);
    /// A task failed on some host.
    pub const FAILED: Self = Self(2);
    /// Some host was not reached.
    pub const UNREACHABLE: Self = Self(4);
    /// Findings at or above `--fail-on`, or such hurdles of a swap.
    pub const FINDINGS: Self = Self(8);
    /// Interrupted; it stands alone, as shells have it.
    pub const INTERRUPTED: Self = Self(130);

    /// What a run comes to.
    pub fn of(record: &RunRecord, findings: &[Finding], fail_on: Severity) -> Self {
        if record.interrupted || record.finished.is_none() {
            return Self::INTERRUPTED;
        }
        let mut exit = record.hosts.values().map(Self::of_host).fold(Self::SUCCESS, BitOr::bitor);
        if findings.iter().any(|finding| finding.severity >= fail_on) {
            exit = exit | Self::FINDINGS;
        }
        exit
    }

    /// What a part of a run comes to that others go on with: the hosts that it had, without findings,
    /// which are those of the whole run.
    pub fn of_part(record: &RunRecord) -> Self {
        if record.interrupted {
            return Self::INTERRUPTED;
        }
        let mine = record.hosts.values().filter(|host| host.outcome.is_some());
        mine.map(Self::of_host).fold(Self::SUCCESS, BitOr::bitor)
    }

    fn of_host(host: &HostRecord) -> Self {
        let task = if host.count(TaskStatus::Failed) > 0 { Self::FAILED } else { Self::SUCCESS };
        task | match &host.outcome {
            Some(HostOutcome::Examined) => Self::SUCCESS,
            Some(HostOutcome::Failed { .. }) => Self::FAILED,
            // Of these, too, nothing is known that could be called a success.
            _ => Self::UNREACHABLE,
        }
    }

    /// With `exit_zero` only what is not reported remains: an audit that did not come about, or not
    /// to its end.
    pub fn told(self, exit_zero: bool) -> Self {
        if exit_zero && self != Self::INTERRUPTED { Self(self.0 & Self::INPUT.0) } else { self }
    }

    /// What is in the way of a swap, or left to do after one, counts as findings do.
    pub fn of_swaps(view: &View, fail_on: Severity) -> Self {
        let before = view.rma.iter().filter_map(|rma| rma.severity);
        let after = view.replacements.iter().filter_map(|replacement| replacement.severity);
        let mut found = before.chain(after).filter_map(|severity| severity.parse().ok());
        let is_grave = found.any(|severity: Severity| severity >= fail_on);
        if is_grave { Self::FINDINGS } else { Self::SUCCESS }
    }
}

impl BitOr for Exit {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        if self == Self::INTERRUPTED || other == Self::INTERRUPTED {
            return Self::INTERRUPTED;
        }
        Self(self.0 | other.0)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}
