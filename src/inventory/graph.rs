//! `tokenfleet inventory --graph`: groups and hosts as a tree.

use std::collections::HashSet;

use crate::model::{InputIssue, nearest};

use super::Inventory;
use super::inventory::MOST_DEPTH;
use super::json::Json;
use super::listing::group_variables;
use super::printable::{secrets, shown};
use super::python_text::python_text;

/// A group is drawn under each of its parents, so few groups can make a tree without end.
const MOST_LINES: usize = 500_000;

/// Draws the tree below `group`, `all` for everything, as `ansible-inventory` does; on request
/// with the variables of hosts and groups.
pub fn graph(
    inventory: &Inventory,
    group: &str,
    with_variables: bool,
) -> Result<String, InputIssue> {
    let Some(position) = inventory.groups.get_index_of(group) else {
        let known: Vec<&str> = inventory.groups().collect();
        let issue = InputIssue::error(format!("the inventory has no group `{group}`"));
        return Err(issue.hint(match nearest(group, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a graph begins at a group; `all` shows everything".to_owned(),
        }));
    };
    let hidden = with_variables.then(|| secrets(inventory));
    let mut artist = Artist { inventory, hidden, lines: Vec::new() };
    artist.draw(position, 0);
    if artist.lines.len() >= MOST_LINES {
        artist.lines.push("… (the tree is cut here)".to_owned());
    }
    Ok(artist.lines.join("\n"))
}

struct Artist<'a> {
    inventory: &'a Inventory,
    /// The names of secrets; `None` when no variable is to be drawn.
    hidden: Option<HashSet<&'a str>>,
    lines: Vec<String>,
}

impl Artist<'_> {
    fn draw(&mut self, position: usize, depth: usize) {
        let inventory = self.inventory;
        let Some(group) = inventory.group(position) else { return };
        self.line(&format!("@{}:", inventory.group_name(position)), depth);
        for child in &group.children {
            if self.lines.len() >= MOST_LINES || depth > MOST_DEPTH {
                return;
            }
            self.draw(*child, depth + 1);
        }
        let hosts = if position == 0 { &[][..] } else { &group.hosts };
        for host in hosts.iter().filter_map(|host| inventory.host_name(*host)) {
            self.line(host.as_str(), depth + 1);
            if let Some(hidden) = &self.hidden {
                let variables = inventory.variables(host.as_str()).sorted();
                self.variables(shown(&variables, hidden), depth + 2);
            }
        }
        if let Some(hidden) = &self.hidden {
            self.variables(group_variables(inventory, position, hidden), depth + 1);
        }
    }

    fn variables(&mut self, variables: Vec<(&str, Json<'_>)>, depth: usize) {
        for (name, value) in variables {
            let value = match &value {
                Json::Variable(variable) => python_text(&variable.value),
                Json::Text(text) => (*text).to_owned(),
                other => other.print(false),
            };
            self.line(&format!("{{{name} = {value}}}"), depth);
        }
    }

    fn line(&mut self, text: &str, depth: usize) {
        let stem = "  |".repeat(depth);
        self.lines.push(if depth == 0 { text.to_owned() } else { format!("{stem}--{text}") });
    }
}
