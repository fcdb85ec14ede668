//! `tokenfleet inventory --explain`: where each value of a host was set, and what it overrode.

use std::collections::HashSet;

use crate::model::{InputIssue, nearest};

use super::inventory::Owner;
use super::listing::no_host;
use super::printable::{HIDDEN, INTERNAL, is_hidden, secrets};
use super::python_text::python_text;
use super::{Inventory, Located};

/// Longer values are cut: they stand in full in `--host`.
const MOST_CHARACTERS: usize = 60;

/// Every value that a variable of a host has anywhere, the one that counts first, each with its
/// place and with whose it is; of all variables when none is named.
pub fn explain(
    inventory: &Inventory,
    host: &str,
    variable: Option<&str>,
) -> Result<String, InputIssue> {
    if !inventory.contains(host) {
        return Err(no_host(inventory, host));
    }
    let variables = inventory.variables(host);
    let hidden = secrets(inventory);
    let mut names: Vec<&str> = variables.names().filter(|name| !INTERNAL.contains(name)).collect();
    names.sort_unstable();
    if let Some(wanted) = variable {
        if !names.contains(&wanted) {
            let issue = InputIssue::error(format!("the host `{host}` has no variable `{wanted}`"));
            return Err(issue.hint(match nearest(wanted, &names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`--explain HOST` alone tells all of them".to_owned(),
            }));
        }
        names = vec![wanted];
    }
    let told = names.iter().map(|name| one(inventory, host, name, &hidden));
    Ok(told.collect::<Vec<_>>().join("\n"))
}

fn one(inventory: &Inventory, host: &str, name: &str, hidden: &HashSet<&str>) -> String {
    let mut rows: Vec<[String; 3]> = Vec::new();
    for layer in inventory.layers(host).into_iter().rev() {
        let mut value = layer.variables.get(name);
        while let Some(located) = value {
            rows.push([
                short(name, located, hidden),
                located.place.as_ref().map_or_else(|| "-e".to_owned(), ToString::to_string),
                owner(layer.owner),
            ]);
            value = located.overrode.as_deref();
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let (first, second) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
    let mut text = format!("{name}\n");
    for (at, [value, place, owner]) in rows.iter().enumerate() {
        let verb = if at == 0 { "is       " } else { "overrides" };
        text.push_str(&format!("  {verb} {value:first$}  {place:second$}  {owner}\n"));
    }
    text
}

fn short(name: &str, located: &Located, hidden: &HashSet<&str>) -> String {
    if is_hidden(name, located, hidden) {
        return HIDDEN.to_owned();
    }
    let text = python_text(&located.value).replace('\n', "\\n");
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn owner(owner: Owner<'_>) -> String {
    match owner {
        Owner::Group(name) => format!("group {name}"),
        Owner::GroupVars(name) => format!("group_vars of {name}"),
        Owner::Host(name) => format!("host {name}"),
        Owner::HostVars(name) => format!("host_vars of {name}"),
        Owner::ExtraVars => "command line".to_owned(),
    }
}
