//! `tokenfleet inventory`: the inventory as it is understood.

use crate::cli::arguments::InventoryArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::sources::{read_limit, read_sources, texts, vaulted_texts};
use crate::cli::stream::{print, say_issues};
use crate::cli::vault_opening::open_files_ahead;
use crate::cli::vault_passwords::read_keyring;
use crate::inventory::{self, Inventory};
use crate::model::{HostName, InputIssue};

pub(super) fn inventory(arguments: &InventoryArguments) -> Exit {
    let keyring = match read_keyring(&arguments.vault) {
        Ok(keyring) => keyring,
        Err(issue) => return Complaint::from(issue).say(),
    };
    let sources = match read_sources(&arguments.inventories, None, &keyring) {
        Ok(sources) => sources,
        Err(issues) => {
            say_issues(&issues, &[]);
            return Exit::INPUT;
        }
    };
    open_files_ahead(&keyring, &vaulted_texts(&sources));
    let loaded = inventory::load(&sources);
    say_issues(&loaded.issues, &texts(&sources));
    if loaded.has_errors() {
        return Exit::INPUT;
    }
    match show(&loaded.inventory, arguments) {
        Ok(text) => print(&format!("{}\n", text.trim_end_matches('\n'))),
        Err(issue) => {
            say_issues(&[issue], &[]);
            Exit::INPUT
        }
    }
}

fn show(inventory: &Inventory, arguments: &InventoryArguments) -> Result<String, InputIssue> {
    let form = &arguments.form;
    if let Some(name) = &form.host {
        return inventory::host(inventory, name);
    }
    if let Some(group) = &form.graph {
        return inventory::graph(inventory, group);
    }
    let hosts = limited(inventory, arguments.limit.as_deref())?;
    if arguments.yaml {
        inventory::list_yaml(inventory, &hosts)
    } else {
        Ok(inventory::list(inventory, &hosts))
    }
}

/// The hosts that a limit leaves, in inventory order.
fn limited(inventory: &Inventory, limit: Option<&str>) -> Result<Vec<HostName>, InputIssue> {
    let hosts: Vec<HostName> = inventory.hosts().cloned().collect();
    let Some(text) = limit else { return Ok(hosts) };
    let selection = read_limit(text)?.apply(inventory, hosts)?;
    say_issues(&selection.warnings, &[]);
    Ok(selection.hosts)
}
