//! `tokenfleet check`: is everything right before the first packet?

use std::sync::Arc;

use crate::cli::arguments::CheckArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::notify::read_notifications;
use crate::cli::preparation::{check_reports, read_inventory, read_playbook};
use crate::cli::stream::{say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::cli::template_files::read_templates;
use crate::cli::vault_opening::open_ahead;
use crate::cli::vault_passwords::read_keyring;
use crate::playbook::{self, Request};
use crate::report;
use crate::runner::Clock;
use crate::template::Templar;
use crate::vault::Keyring;

/// Checks every playbook, and does not stop at the first with a mistake.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let keyring = match read_keyring(&arguments.vault) {
        Ok(keyring) => keyring,
        Err(issue) => return Complaint::from(issue).say(),
    };
    let mut exit = Exit::SUCCESS;
    for playbook in &arguments.playbooks {
        let mut remarks = Complaint::default();
        match one(arguments, playbook, &keyring, &mut remarks) {
            Ok(said) => {
                say_issues(&remarks.issues, &remarks.sources);
                say(&said);
            }
            Err(mut complaint) => {
                complaint.issues.splice(0..0, remarks.issues);
                complaint.sources.extend(remarks.sources);
                exit = exit | complaint.say();
            }
        }
    }
    exit
}

fn one(
    arguments: &CheckArguments,
    path: &std::path::Path,
    keyring: &Arc<Keyring>,
    remarks: &mut Complaint,
) -> Result<String, Complaint> {
    let now = SystemClock.now();
    let templar = Templar::new(now);
    let playbook = read_playbook(path, &templar, keyring, remarks)?;
    let templates = read_templates(path, arguments.templates.as_deref(), now)?;
    let requests: Vec<_> = playbook.plays.iter().flat_map(|play| play.reports.clone()).collect();
    let mutes: Vec<_> = playbook.plays.iter().flat_map(|play| play.mutes.clone()).collect();
    check_reports(&requests, &playbook, &mutes, &templates, &remarks.sources)?;
    if let Some(file) = &arguments.notify {
        read_notifications(file, keyring, &templates, &requests)?;
    }
    let tasks: usize = playbook.plays.iter().map(|play| playbook::tasks(&play.steps).len()).sum();
    let mut said = format!("{}: {} plays with {tasks} tasks", path.display(), playbook.plays.len());
    if !arguments.inventories.is_empty() {
        let inventory = read_inventory(&arguments.inventories, Some(path), keyring, remarks)?;
        // Without a password, all but the secrets can be checked.
        let leaves_secrets = keyring.is_empty();
        let request = Request { keyring: keyring.clone(), leaves_secrets, ..Request::default() };
        open_ahead(keyring, &playbook::vaulted(&playbook, &inventory, &request));
        let planned = playbook::plan(&playbook, inventory.into(), request, &templar)
            .map_err(|issues| Complaint::new(issues, Vec::new()))?;
        remarks.issues.extend(planned.warnings);
        // Only an inventory says whether a `match` leaves anything out.
        let issues = report::check_mutes(&planned.plan.mutes_to_check(), &playbook.rules());
        if !issues.is_empty() {
            return Err(Complaint::new(issues, Vec::new()));
        }
        said.push_str(&format!(" on {} hosts", planned.plan.hosts.len()));
    }
    said.push_str(": nothing wrong\n");
    Ok(said)
}
