//! The end of an Ansible run, in Ansible's words.

use crate::model::{HostOutcome, HostRecord, RunRecord, Stage, TaskRecord, TaskStatus, clean_line};

/// Ansible pads its headings with stars to one column more than this.
const COLUMNS: usize = 79;

/// `PLAY RECAP` and one line for each host that took part, sorted by name, as `ansible-playbook`
/// prints them to a pipe: scripts that read its recap read this one. `changed` counts what
/// `changed_when` says, since nothing here changes a device.
pub fn recap(record: &RunRecord) -> String {
    let mut lines = vec![banner("PLAY RECAP")];
    let mut hosts: Vec<_> = record.hosts.iter().filter(|(_, host)| took_part(host)).collect();
    hosts.sort_by_key(|(name, _)| *name);
    lines.extend(hosts.into_iter().map(|(name, host)| line(&clean_line(name.as_str()), host)));
    lines.push(String::new());
    lines.join("\n")
}

/// A heading, with stars up to the width of a page, and at least three.
pub(super) fn banner(title: &str) -> String {
    let title = clean_line(title);
    let stars = COLUMNS.saturating_sub(title.chars().count()).max(3);
    format!("{title} {}", "*".repeat(stars))
}

fn took_part(host: &HostRecord) -> bool {
    match &host.outcome {
        Some(HostOutcome::Unreachable { .. }) => true,
        Some(HostOutcome::Failed { failure }) if failure.stage != Stage::Stopped => true,
        _ => !host.tasks.is_empty(),
    }
}

fn line(name: &str, host: &HostRecord) -> String {
    let unreachable = matches!(host.outcome, Some(HostOutcome::Unreachable { .. }));
    // Who was stopped since others failed has not failed.
    let failed = matches!(&host.outcome, Some(HostOutcome::Failed { failure })
        if failure.stage != Stage::Stopped);
    let ignored = host.count(TaskStatus::Ignored);
    // A host may fail between its tasks.
    let failures = host.count(TaskStatus::Failed).max(usize::from(failed));
    format!(
        "{name:<26} : ok={:<4} changed={:<4} unreachable={:<4} failed={:<4} skipped={:<4} \
         rescued={:<4} ignored={ignored:<4}",
        // Ansible counts an ignored failure as ok too.
        host.count(TaskStatus::Ok) + ignored,
        host.tasks.iter().filter(|task| is_changed(task)).count(),
        host.count(TaskStatus::Unreachable).max(usize::from(unreachable)),
        failures,
        host.count(TaskStatus::Skipped),
        host.count(TaskStatus::Rescued),
    )
}

/// Ansible counts a change only where the task went on.
fn is_changed(task: &TaskRecord) -> bool {
    task.outcome.changed && matches!(task.outcome.status, TaskStatus::Ok | TaskStatus::Ignored)
}

#[cfg(test)]
mod tests {
    use crate::model::{
        HostEntry, HostFailure, HostName, Limits, RunEvent, RunHeader, TaskOutcome, TaskRef,
    };

    use super::*;

    fn record(hosts: &[(&str, &[TaskStatus], HostOutcome)]) -> RunRecord {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let entry = |name: &str| HostEntry {
            host: HostName::from(name),
            address: String::new(),
            groups: vec![],
            limits: Limits::default(),
            new_serial: None,
            is_controller: false,
        };
        let mut record = RunRecord::new(RunHeader {
            id: "a".into(),
            version: "0.1.0".into(),
            playbook: "p.yml".into(),
            inventories: vec![],
            limit: None,
            started: at,
            hosts: hosts.iter().map(|(name, ..)| entry(name)).collect(),
            notes: vec![],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        });
        for (name, statuses, outcome) in hosts {
            let host = HostName::from(*name);
            for (task, status) in statuses.iter().enumerate() {
                record.apply(RunEvent::TaskFinished {
                    host: host.clone(),
                    at,
                    task: TaskRef {
                        play: 0,
                        task,
                        inside: vec![],
                        name: "t".into(),
                        action: "cli".into(),
                    },
                    outcome: TaskOutcome::new(*status, None),
                });
            }
            record.apply(RunEvent::HostFinished { host, at, outcome: outcome.clone() });
        }
        record
    }

    #[test]
    fn it_reads_as_ansible_writes_it() {
        use TaskStatus::{Failed, Ignored, Ok, Rescued, Skipped};
        let lost = |stage| HostOutcome::from(HostFailure::new(stage, "lost", "look"));
        let text = recap(&record(&[
            ("fw2", &[Ok, Ok, Skipped, Ignored, Rescued], HostOutcome::Examined),
            ("fw1", &[], lost(Stage::Connect)),
            ("fw3", &[Ok, Failed], lost(Stage::Task)),
            ("fw4", &[], lost(Stage::Vdom)),
            ("fw5", &[], HostOutcome::NotAttempted { reason: "interrupted".into(), remedy: None }),
        ]));
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "PLAY RECAP *********************************************************************",
                "fw1                        : ok=0    changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0   ",
                "fw2                        : ok=3    changed=0    unreachable=0    failed=0    skipped=1    rescued=1    ignored=1   ",
                "fw3                        : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   ",
                "fw4                        : ok=0    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0   ",
            ]
        );
    }
}
