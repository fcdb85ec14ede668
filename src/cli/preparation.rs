//! From flags and files to a plan: everything that is done before any packet.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::cli::complaint::Complaint;
use crate::cli::forks::usual;
use crate::cli::known_hosts_files::known_hosts_flag;
use crate::cli::notify::{Ready, make_ready, read_notifications};
use crate::cli::origin::origin;
use crate::cli::playbook_files::PlaybookFiles;
use crate::cli::prompts::ask_prompts;
use crate::cli::run_arguments::{HostKeyChecking, PlanArguments, RunArguments};
use crate::cli::sources::{folder_of, read_limit, read_sources, texts, vaulted_texts};
use crate::cli::ssh_config_files::{read_other_ssh_configs, read_ssh_config};
use crate::cli::template_files::read_templates;
use crate::cli::vault_opening::{open_ahead, open_files_ahead};
use crate::cli::vault_passwords::read_keyring;
use crate::files;
use crate::inventory::{
    self, ConnectionDefaults, ExtraVars, Inventory, Variables, extra_vars, open_file,
};
use crate::model::{HostKeyPolicy, Mute, Origin, ReportRequest, Secret, SourceFile};
use crate::playbook::{self, Library, Plan, Playbook, Request};
use crate::report;
use crate::template::{Templar, TemplateSet};
use crate::vault::{Keyring, is_vaulted};

/// The secrets that a person typed in.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// `-k`
    pub password: Option<Secret>,
    /// `--ask-key-passphrase`
    pub key_passphrase: Option<Secret>,
}

/// What a run needs.
pub(super) struct Prepared {
    pub plan: Plan,
    pub templates: TemplateSet,
    pub templar: Templar,
    pub origin: Origin,
    /// Whom to tell of it.
    pub notifications: Vec<Ready>,
    /// Warnings, and the texts that they are about.
    pub remarks: Complaint,
}

/// Reads and checks all that the flags name. Without `asked` nobody is going to log in.
pub(super) fn prepare(
    run: &RunArguments,
    asked: Option<Asked>,
    now: Timestamp,
) -> Result<Prepared, Complaint> {
    let arguments = &run.plan;
    let templar = Templar::new(now);
    let mut remarks = Complaint::default();
    let keyring = read_keyring(&arguments.vault)?;
    let playbook = read_playbook(&arguments.playbook, &templar, &keyring, &mut remarks)?;
    let texts_of_playbook = remarks.sources.len();
    let templates = read_templates(&arguments.playbook, arguments.templates.as_deref(), now)?;
    let inventory =
        read_inventory(&arguments.inventories, Some(&arguments.playbook), &keyring, &mut remarks)?;
    let (of_playbook, of_inventory) = remarks.sources.split_at(texts_of_playbook);
    let origin = origin(of_playbook, of_inventory, run);
    let ssh_config = read_ssh_config(arguments.ssh_config.as_deref(), &mut remarks)?;
    let other_ssh_configs = read_other_ssh_configs(&inventory, &arguments.settings, &mut remarks)?;
    let is_look_only = asked.is_none();
    let of_notifications = keyring.clone();
    let mut request = request(arguments, asked, keyring, now)?;
    let prompted = ask_prompts(&playbook, &request.extra_vars, is_look_only);
    request.prompted =
        prompted.map_err(|issue| Complaint::new(vec![issue], remarks.sources.clone()))?;
    request.forks = run.forks.map_or_else(usual, |forks| forks as usize);
    request.verbosity = run.verbose;
    request.checks_only = run.check;
    request.start_at.clone_from(&run.start_at_task);
    request.connection.ssh_config = ssh_config;
    request.connection.other_ssh_configs = other_ssh_configs;
    open_ahead(&request.keyring, &playbook::vaulted(&playbook, &inventory, &request));
    let planned = playbook::plan(&playbook, Arc::new(inventory), request, &templar);
    let planned = planned.map_err(|issues| Complaint::new(issues, remarks.sources.clone()))?;
    remarks.issues.extend(planned.warnings);
    let plan = planned.plan;
    let mutes = plan.mutes_to_check();
    check_reports(&plan.reports(), &playbook, &mutes, &templates, &remarks.sources)?;
    let mut notifications = Vec::new();
    if let Some(file) = &run.notify {
        let mut requests = plan.reports();
        requests.extend(run.output.extra_reports.iter().map(|extra| extra.request.clone()));
        let read = read_notifications(file, &of_notifications, &templates, &requests)?;
        if !is_look_only {
            notifications = make_ready(file, read, &of_notifications)?;
        }
    }
    Ok(Prepared { plan, templates, templar, origin, notifications, remarks })
}

/// Renders what is asked for from a made-up run, and judges it by the playbook's rules, so that a
/// name that no report has is told before the first packet and not after the last.
pub(super) fn check_reports(
    requests: &[ReportRequest],
    playbook: &Playbook,
    mutes: &[Mute],
    templates: &TemplateSet,
    sources: &[SourceFile],
) -> Result<(), Complaint> {
    let issues = report::check(requests, &playbook.rules(), mutes, templates);
    if issues.is_empty() {
        return Ok(());
    }
    let sources = sources.iter().chain(templates.sources()).cloned().collect();
    Err(Complaint::new(issues, sources))
}

/// Reads and checks a playbook; warnings go into `remarks`.
pub(super) fn read_playbook(
    path: &Path,
    templar: &Templar,
    keyring: &Arc<Keyring>,
    remarks: &mut Complaint,
) -> Result<Playbook, Complaint> {
    let source = files::read_text(path)?;
    let library = Arc::new(PlaybookFiles::new(keyring.clone()));
    let checked = playbook::check_with(&open_file(&source, keyring)?, library.clone(), templar);
    let own = (!is_vaulted(&source.text)).then_some(source);
    // What was in a vault is in no excerpt.
    let others = checked.sources.into_iter().filter(|source| !library.has_opened(&source.name));
    let sources: Vec<SourceFile> = own.into_iter().chain(others).collect();
    let Some(playbook) = checked.playbook else {
        return Err(Complaint::new(checked.issues, sources));
    };
    remarks.issues.extend(checked.issues);
    remarks.sources.extend(sources);
    Ok(playbook)
}

/// Reads inventories and their variables, those beside the playbook too; warnings go into
/// `remarks`.
pub(super) fn read_inventory(
    inventories: &[String],
    playbook: Option<&Path>,
    keyring: &Arc<Keyring>,
    remarks: &mut Complaint,
) -> Result<Inventory, Complaint> {
    read_inventory_beside(inventories, playbook.map(folder_of), keyring, remarks)
}

/// The same with the folder of the playbooks.
pub(super) fn read_inventory_beside(
    inventories: &[String],
    playbooks: Option<&Path>,
    keyring: &Arc<Keyring>,
    remarks: &mut Complaint,
) -> Result<Inventory, Complaint> {
    let sources = read_sources(inventories, playbooks, keyring)
        .map_err(|issues| Complaint::new(issues, Vec::new()))?;
    open_files_ahead(keyring, &vaulted_texts(&sources));
    let texts: Vec<SourceFile> = texts(&sources);
    let loaded = inventory::load(&sources);
    if loaded.has_errors() {
        return Err(Complaint::new(loaded.issues, texts));
    }
    remarks.issues.extend(loaded.issues);
    remarks.sources.extend(texts);
    Ok(loaded.inventory)
}

fn request(
    arguments: &PlanArguments,
    asked: Option<Asked>,
    keyring: Arc<Keyring>,
    now: Timestamp,
) -> Result<Request, Complaint> {
    let limit = arguments.limit.as_deref().map(read_limit).transpose()?;
    let leaves_secrets = asked.is_none();
    let asked = asked.unwrap_or_default();
    Ok(Request {
        limit,
        limit_text: arguments.limit.clone(),
        tags: arguments.tags.clone(),
        skip_tags: arguments.skip_tags.clone(),
        shuffle_seed: now.as_microsecond().unsigned_abs(),
        extra_vars: read_extra_vars(&arguments.extra_vars, &keyring)?,
        connection: ConnectionDefaults {
            user: arguments.user.clone(),
            password: asked.password,
            private_key_file: arguments.private_key.clone(),
            private_key_passphrase: asked.key_passphrase,
            host_key: arguments.host_key_checking.map(|checking| match checking {
                HostKeyChecking::Strict => HostKeyPolicy::Strict,
                HostKeyChecking::AcceptNew => HostKeyPolicy::AcceptNew,
                HostKeyChecking::Off => HostKeyPolicy::Off,
            }),
            known_hosts: known_hosts_flag(arguments.known_hosts.as_deref()),
            ..ConnectionDefaults::default()
        },
        keyring,
        leaves_secrets,
        settings: arguments.settings.clone(),
        playbook_dir: absolute(folder_of(&arguments.playbook)),
        working_dir: absolute(Path::new("")),
        ..Request::default()
    })
}

fn absolute(folder: &Path) -> String {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let absolute = std::path::absolute(here).unwrap_or_else(|_| folder.to_owned());
    absolute.to_string_lossy().into_owned()
}

pub(super) fn read_extra_vars(
    given: &[String],
    keyring: &Arc<Keyring>,
) -> Result<Variables, Complaint> {
    let mut read = Vec::new();
    let mut sources = Vec::new();
    for text in given {
        read.push(match text.strip_prefix('@') {
            Some(path) => {
                let file = files::read_text(Path::new(path))?;
                sources.push(file.clone());
                ExtraVars::File(file)
            }
            None => ExtraVars::Text(text.clone()),
        });
    }
    sources.retain(|file: &SourceFile| !is_vaulted(&file.text));
    extra_vars(&read, keyring).map_err(|issues| Complaint::new(issues, sources))
}
