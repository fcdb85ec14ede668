//! `tokenfleet inventory`: the inventory as it is understood.

use crate::cli::arguments::InventoryArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::preparation::{read_extra_vars, read_inventory_beside};
use crate::cli::sources::read_limit;
use crate::cli::stream::{print_json, print_plain, say_issues};
use crate::cli::vault_passwords::read_keyring;
use crate::files;
use crate::inventory::{self, Form, Inventory, Style};
use crate::model::{HostName, InputIssue, clean};

pub(super) fn inventory(arguments: &InventoryArguments) -> Exit {
    let mut remarks = Complaint::default();
    match text(arguments, &mut remarks) {
        Ok(text) => {
            say_issues(&remarks.issues, &remarks.sources);
            put(arguments, &format!("{}\n", text.trim_end_matches('\n')))
        }
        Err(mut complaint) => {
            complaint.issues.splice(0..0, remarks.issues);
            complaint.sources.extend(remarks.sources);
            complaint.say()
        }
    }
}

fn text(arguments: &InventoryArguments, remarks: &mut Complaint) -> Result<String, Complaint> {
    if arguments.toml {
        let issue = InputIssue::error("inventories are not written as TOML");
        return Err(issue.hint("write JSON, or YAML with `--yaml`: Ansible reads both").into());
    }
    let keyring = read_keyring(&arguments.vault)?;
    let extra = read_extra_vars(&arguments.extra_vars, &keyring)?;
    let folder = arguments.playbook_dir.as_deref();
    let mut inventory = read_inventory_beside(&arguments.inventories, folder, &keyring, remarks)?;
    inventory.lay_over(extra);
    Ok(show(&inventory, arguments, remarks)?)
}

fn show(
    inventory: &Inventory,
    arguments: &InventoryArguments,
    remarks: &mut Complaint,
) -> Result<String, InputIssue> {
    let form = &arguments.form;
    let style = Style {
        form: if arguments.yaml { Form::Yaml } else { Form::Json },
        export: arguments.export,
    };
    // As with Ansible, whose graph has all hosts; but not in silence.
    if arguments.limit.is_some() && !form.list {
        let issue = InputIssue::warning("`--limit` changes nothing here: it is for `--list`");
        remarks.issues.push(issue.hint("leave it out"));
    }
    if let Some(name) = &form.host {
        return inventory::host(inventory, name, style);
    }
    if let Some(group) = &form.graph {
        let text = inventory::graph(inventory, group, arguments.vars)?;
        return Ok(clean(&text).into_owned());
    }
    if let Some([host, rest @ ..]) = form.explain.as_deref() {
        let text = inventory::explain(inventory, host, rest.first().map(String::as_str))?;
        return Ok(clean(&text).into_owned());
    }
    let hosts = limited(inventory, arguments.limit.as_deref(), remarks)?;
    Ok(inventory::list(inventory, &hosts, style))
}

/// The hosts that a limit leaves, in inventory order.
fn limited(
    inventory: &Inventory,
    limit: Option<&str>,
    remarks: &mut Complaint,
) -> Result<Vec<HostName>, InputIssue> {
    let hosts: Vec<HostName> = inventory.hosts().cloned().collect();
    let Some(text) = limit else { return Ok(hosts) };
    let selection = read_limit(text)?.apply(inventory, hosts)?;
    remarks.issues.extend(selection.warnings);
    Ok(selection.hosts)
}

fn put(arguments: &InventoryArguments, text: &str) -> Exit {
    let Some(path) = &arguments.output else {
        // What Ansible reads from a pipe is what Ansible writes.
        let is_json = !arguments.yaml && (arguments.form.list || arguments.form.host.is_some());
        return if is_json { print_json(text) } else { print_plain(text) };
    };
    match files::write_atomically(path, text.as_bytes()) {
        Ok(()) => Exit::SUCCESS,
        Err(error) => Complaint::from(error).say(),
    }
}
