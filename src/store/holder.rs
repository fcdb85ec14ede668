//! The process that writes a part of a run.

use std::process;

/// Who writes a part of a run: for people, and for other processes on the same machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub(super) name: String,
    pub(super) process: Option<String>,
}

impl Holder {
    /// This process, which `user` started on `machine`.
    pub fn this_process(user: &str, machine: &str) -> Self {
        let id = process::id();
        Self { name: format!("{user}@{machine}, process {id}"), process: identity(id) }
    }
}

/// What no other process ever is: the system as it was started, the numbering of processes that
/// holds there (a container has its own), the process's number and when it began. `None` where the
/// system does not tell it as Linux does.
#[allow(clippy::disallowed_methods, reason = "an adapter: what the system says of a process")]
fn identity(id: u32) -> Option<String> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let boot = read("/proc/sys/kernel/random/boot_id")?;
    let numbering = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let stat = read(&format!("/proc/{id}/stat"))?;
    // The name of the program stands in brackets and may hold anything; the time is the 22nd field.
    let began = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?;
    Some(format!("{} {} {id} {began}", boot.trim(), numbering.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_is_told_from_all_others() {
        let here = Holder::this_process("anna", "audit-1");
        assert_eq!(here.name, format!("anna@audit-1, process {}", process::id()));
        assert_eq!(here, Holder::this_process("anna", "audit-1"));
        let mut other = process::Command::new("sleep").arg("10").spawn().unwrap();
        assert_ne!(identity(other.id()), here.process);
        other.kill().unwrap();
        other.wait().unwrap();
        assert_eq!(identity(other.id()), None);
    }
}
