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

pub(super) fn list_tags(plan: &Plan) -> String {
    let mut text = String::new();
    for play in &plan.plays {
        let tags: Vec<&str> = play.task_tags.iter().map(String::as_str).collect();
        let (number, name) = (play.index + 1, &play.name);
        let pattern = play.pattern.join(",");
        let own = play.tags.join(",");
        text.push_str(&format!("\n  play #{number} ({pattern}): {name}\tTAGS: [{own}]\n"));
        text.push_str(&format!("      TASK TAGS: [{}]\n", tags.join(", ")));
    }
    text
}

pub(super) fn list_tasks(plan: &Plan) -> String {
    let mut text = String::new();
    for play in &plan.plays {
        let (number, name) = (play.index + 1, &play.name);
        let pattern = play.pattern.join(",");
        let own = play.tags.join(",");
        text.push_str(&format!("\n  play #{number} ({pattern}): {name}\tTAGS: [{own}]\n"));
        text.push_str("    tasks:\n");
        for task in tasks(&play.steps) {
            text.push_str(&format!("      {}\tTAGS: [{}]\n", task.name, task.tags.join(", ")));
        }
    }
    text
}
