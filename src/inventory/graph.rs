//! `tokenfleet inventory --graph`: groups and hosts as a tree.

use crate::model::{HostName, InputIssue, nearest};

use super::Inventory;
use super::inventory::MOST_DEPTH;

/// A group is drawn under each of its parents, so few groups can make a tree without end.
const MOST_LINES: usize = 500_000;

/// Draws the tree below `group`, `all` for everything, as `ansible-inventory` does.
pub fn graph(inventory: &Inventory, group: &str) -> Result<String, InputIssue> {
    let Some(position) = inventory.groups.get_index_of(group) else {
        let known: Vec<&str> = inventory.groups().collect();
        let issue = InputIssue::error(format!("the inventory has no group `{group}`"));
        return Err(issue.hint(match nearest(group, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a graph begins at a group; `all` shows everything".to_owned(),
        }));
    };
    let mut lines = Vec::new();
    draw(inventory, position, 0, &mut lines);
    if lines.len() >= MOST_LINES {
        lines.push("… (the tree is cut here)".to_owned());
    }
    Ok(lines.join("\n"))
}

fn draw(inventory: &Inventory, position: usize, depth: usize, lines: &mut Vec<String>) {
    let Some(group) = inventory.group(position) else { return };
    lines.push(line(&format!("@{}:", inventory.group_name(position)), depth));
    for child in &group.children {
        if lines.len() >= MOST_LINES || depth > MOST_DEPTH {
            return;
        }
        draw(inventory, *child, depth + 1, lines);
    }
    if position != 0 {
        let hosts = group.hosts.iter().filter_map(|host| inventory.host_name(*host));
        lines.extend(hosts.map(HostName::as_str).map(|host| line(host, depth + 1)));
    }
}

fn line(text: &str, depth: usize) -> String {
    if depth == 0 { text.to_owned() } else { format!("{}--{text}", "  |".repeat(depth)) }
}
