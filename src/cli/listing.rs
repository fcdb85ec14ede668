//! `--list-hosts` and `--list-tasks`, as Ansible prints them.

use crate::playbook::{Plan, tasks};

pub(super) fn list_hosts(plan: &Plan) -> String {
    let mut text = String::new();
    for play in &plan.plays {
        text.push_str(&format!("\n  play #{} ({}):\n", play.index + 1, play.name));
        text.push_str(&format!("    hosts ({}):\n", play.hosts.len()));
        for host in &play.hosts {
            text.push_str(&format!("      {host}\n"));
        }
    }
    text
}

pub(super) fn list_tasks(plan: &Plan) -> String {
    let mut text = String::new();
    for play in &plan.plays {
        text.push_str(&format!("\n  play #{} ({}):\n    tasks:\n", play.index + 1, play.name));
        for task in tasks(&play.steps) {
            text.push_str(&format!("      {}\tTAGS: [{}]\n", task.name, task.tags.join(", ")));
        }
    }
    text
}
