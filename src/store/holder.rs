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

    /// Whether another process is known to live no more: it ran here, and here it is no longer.
    pub(super) fn is_gone(&self, other: &str) -> bool {
        let Some((here, _, _)) = self.process.as_deref().and_then(place_of) else { return false };
        match place_of(other) {
            Some((place, id, _)) if place == here => {
                // Where the processes of others are hidden, nothing can be told of them.
                identity(id).as_deref() != Some(other) && identity(1).is_some()
            }
            _ => false,
        }
    }
}

/// The parts of an identity: where, which number, since when.
fn place_of(identity: &str) -> Option<(&str, u32, &str)> {
    let (rest, began) = identity.rsplit_once(' ')?;
    let (place, id) = rest.rsplit_once(' ')?;
    Some((place, id.parse().ok()?, began))
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
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    // The dead stay listed until somebody asks after them.
    fields.next().filter(|state| !matches!(*state, "Z" | "X"))?;
    let began = fields.nth(18)?;
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
        let identity = identity(other.id()).unwrap();
        assert!(!here.is_gone(&identity));
        other.kill().unwrap();
        // A dead process that nobody has asked after is dead all the same.
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(here.is_gone(&identity));
        other.wait().unwrap();
        assert!(here.is_gone(&identity));
        // On another machine, it cannot be told.
        assert!(!here.is_gone(&format!("elsewhere {identity}")));
    }
}
