//! The `diagnose` commands that are known to change nothing.

/// One admitted `diagnose` command.
pub struct ReadOnlyDiagnose {
    /// The words behind `diagnose`.
    pub command: &'static str,
    /// Whether one more word may follow: a serial, a name. It never selects a sub-command.
    argument: Argument,
    /// Why it is harmless.
    pub why: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    None,
    Optional,
}

impl ReadOnlyDiagnose {
    /// Whether the words behind `diagnose` are this command.
    pub fn admits<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> bool {
        let listed = self.command.split(' ').all(|word| words.next() == Some(word));
        listed
            && match words.next() {
                None => true,
                Some(_) => self.argument == Argument::Optional && words.next().is_none(),
            }
    }
}

const fn exactly(command: &'static str, why: &'static str) -> ReadOnlyDiagnose {
    ReadOnlyDiagnose { command, argument: Argument::None, why }
}

const fn with_name(command: &'static str, why: &'static str) -> ReadOnlyDiagnose {
    ReadOnlyDiagnose { command, argument: Argument::Optional, why }
}

/// A command is added here with its reason, or not at all. Left out on purpose: all that has a
/// sibling that clears or restarts under the same words, and all of `debug` and `test`.
pub const READ_ONLY_DIAGNOSE: &[ReadOnlyDiagnose] = &[
    with_name("fortitoken info", "lists drift and status of each token, or of the one named"),
    exactly("fortitoken-cloud show", "lists what FortiToken Cloud knows of this unit"),
    exactly("fortitoken-cloud show users", "lists the users of FortiToken Cloud"),
    exactly("fortitoken-cloud show service", "prints the state of the FortiToken Cloud service"),
    with_name(
        "fortitoken-cloud migrate-ftm show",
        "says whether a licence could be migrated; the migration is another command",
    ),
    exactly("sys vd list", "lists the VDOMs with their counters"),
    exactly("sys ha status", "prints the state of the cluster"),
    exactly("sys ha checksum show", "prints the configuration's checksums"),
    exactly("sys ha checksum cluster", "prints the checksums of all members"),
    exactly("sys ntp status", "prints how far the clock is from its servers"),
    exactly("sys session stat", "prints counters of the session table"),
    exactly("autoupdate versions", "prints the versions of the FortiGuard packages"),
    exactly("autoupdate version", "the same, as some releases spell it"),
    exactly("autoupdate status", "prints the state of the FortiGuard updates"),
    exactly("hardware deviceinfo psu", "prints the state of the power supplies"),
    with_name("hardware deviceinfo nic", "prints the counters of one interface"),
    exactly("hardware sysinfo memory", "prints the use of memory"),
    exactly("hardware sysinfo cpu", "prints the processors"),
];
