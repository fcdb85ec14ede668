//! What flags leave open is taken from the environment and from `ansible.cfg`.

use std::path::PathBuf;

use crate::cli::ansible_keys as keys;
use crate::cli::ansible_settings::AnsibleSettings;
use crate::cli::arguments::{Command, DoctorArguments, ScanKeysArguments};
use crate::cli::complaint::Complaint;
use crate::cli::run_arguments::{HostKeyChecking, PlanArguments, RunArguments};
use crate::cli::stream::{say_issues, set_colour};
use crate::cli::vault_arguments::{SealingArguments, VaultArguments, VaultCommand};
use crate::inventory::{Located, Variables, ssh_argument_warnings};
use crate::model::{InputIssue, Value};

/// Completes the arguments of a command that has anything to do with inventories or vaults.
pub(super) fn fill_in(command: &mut Command) -> Result<(), Complaint> {
    if matches!(
        command,
        Command::Report(_)
            | Command::Parse(_)
            | Command::Config(_)
            | Command::Lab(_)
            | Command::Schedule(_)
            | Command::Schema(_)
    ) {
        return Ok(());
    }
    let mut remarks = Complaint::default();
    let settings = AnsibleSettings::read(&mut remarks)?;
    remarks.issues.extend(settings.warning());
    if let Err(issue) = (Filler { settings: &settings }).fill(command) {
        remarks.issues.push(issue);
        return Err(remarks);
    }
    remarks.issues.extend(match command {
        Command::Run(arguments) => ssh_argument_warnings(&arguments.plan.settings),
        Command::ScanKeys(arguments) => ssh_argument_warnings(&arguments.settings),
        Command::Doctor(arguments) => ssh_argument_warnings(&arguments.settings),
        _ => Vec::new(),
    });
    say_issues(&remarks.issues, &remarks.sources);
    Ok(())
}

struct Filler<'a> {
    settings: &'a AnsibleSettings,
}

impl Filler<'_> {
    fn fill(&self, command: &mut Command) -> Result<(), InputIssue> {
        let settings = self.settings;
        if settings.boolean(keys::NO_COLOUR)? == Some(true) {
            set_colour(false);
        } else if settings.boolean(keys::FORCE_COLOUR)? == Some(true) {
            set_colour(true);
        }
        match command {
            Command::Run(arguments) => self.run(arguments),
            Command::Check(arguments) => {
                self.inventories(&mut arguments.inventories);
                self.vault(&mut arguments.vault)
            }
            Command::Inventory(arguments) => {
                self.needed_inventories(&mut arguments.inventories)?;
                self.vault(&mut arguments.vault)
            }
            Command::ScanKeys(arguments) => self.scan_keys(arguments),
            Command::Doctor(arguments) => self.doctor(arguments),
            Command::Explain(arguments) => self.vault(&mut arguments.vault),
            Command::Template(arguments) => self.vault(&mut arguments.vault),
            Command::Vault(arguments) => self.vault_command(&mut arguments.command),
            Command::Report(_)
            | Command::Parse(_)
            | Command::Config(_)
            | Command::Lab(_)
            | Command::Schedule(_)
            | Command::Schema(_)
            | Command::History(_)
            | Command::Diff(_)
            | Command::Store(_) => Ok(()),
        }
    }

    fn run(&self, arguments: &mut RunArguments) -> Result<(), InputIssue> {
        self.plan(&mut arguments.plan)?;
        arguments.forks = or(arguments.forks, self.forks()?);
        arguments.timeout = or(arguments.timeout, self.timeout()?);
        arguments.retries = or(arguments.retries, self.settings.number(keys::RETRIES, 0..=10)?);
        if arguments.verbose == 0 {
            let verbosity = self.settings.number(keys::VERBOSITY, 0..=6)?;
            arguments.verbose = verbosity.and_then(|v| u8::try_from(v).ok()).unwrap_or(0);
        }
        Ok(())
    }

    fn plan(&self, arguments: &mut PlanArguments) -> Result<(), InputIssue> {
        let settings = self.settings;
        self.needed_inventories(&mut arguments.inventories)?;
        arguments.user = or(arguments.user.take(), settings.text(keys::REMOTE_USER));
        arguments.private_key = or(arguments.private_key.take(), settings.path(keys::PRIVATE_KEY));
        arguments.ask_pass |= settings.boolean(keys::ASK_PASS)?.unwrap_or(false);
        arguments.host_key_checking = or(arguments.host_key_checking, self.host_key_checking()?);
        if arguments.tags.is_empty() {
            arguments.tags = settings.list(keys::RUN_TAGS);
        }
        if arguments.skip_tags.is_empty() {
            arguments.skip_tags = settings.list(keys::SKIP_TAGS);
        }
        arguments.settings = settings.variables();
        put(&mut arguments.settings, "ansible_ssh_common_args", &arguments.ssh_common_args);
        put(&mut arguments.settings, "ansible_ssh_extra_args", &arguments.ssh_extra_args);
        self.vault(&mut arguments.vault)
    }

    fn scan_keys(&self, arguments: &mut ScanKeysArguments) -> Result<(), InputIssue> {
        self.needed_inventories(&mut arguments.inventories)?;
        arguments.forks = or(arguments.forks, self.forks()?);
        arguments.timeout = or(arguments.timeout, self.timeout()?);
        arguments.settings = self.settings.variables();
        self.vault(&mut arguments.vault)
    }

    fn doctor(&self, arguments: &mut DoctorArguments) -> Result<(), InputIssue> {
        let settings = self.settings;
        self.needed_inventories(&mut arguments.inventories)?;
        arguments.user = or(arguments.user.take(), settings.text(keys::REMOTE_USER));
        arguments.private_key = or(arguments.private_key.take(), settings.path(keys::PRIVATE_KEY));
        arguments.ask_pass |= settings.boolean(keys::ASK_PASS)?.unwrap_or(false);
        arguments.host_key_checking = or(arguments.host_key_checking, self.host_key_checking()?);
        arguments.timeout = or(arguments.timeout, self.timeout()?);
        arguments.settings = settings.variables();
        self.vault(&mut arguments.vault)
    }

    fn host_key_checking(&self) -> Result<Option<HostKeyChecking>, InputIssue> {
        let checking = self.settings.boolean(keys::HOST_KEY_CHECKING)?;
        Ok(checking.map(|is_checked| match is_checked {
            true => HostKeyChecking::Strict,
            false => HostKeyChecking::Off,
        }))
    }

    fn vault_command(&self, command: &mut VaultCommand) -> Result<(), InputIssue> {
        match command {
            VaultCommand::View(arguments) | VaultCommand::Edit(arguments) => {
                self.vault(&mut arguments.vault)
            }
            VaultCommand::Decrypt(arguments) => self.vault(&mut arguments.vault),
            VaultCommand::Encrypt(arguments) => self.sealing(&mut arguments.key),
            VaultCommand::EncryptString(arguments) => self.sealing(&mut arguments.key),
            VaultCommand::Rekey(arguments) => self.sealing(&mut arguments.key),
            VaultCommand::Create(arguments) => self.sealing(&mut arguments.key),
        }
    }

    fn sealing(&self, arguments: &mut SealingArguments) -> Result<(), InputIssue> {
        let label = self.settings.text(keys::VAULT_ENCRYPT_IDENTITY);
        arguments.encrypt_vault_id = or(arguments.encrypt_vault_id.take(), label);
        self.vault(&mut arguments.vault)
    }

    fn vault(&self, arguments: &mut VaultArguments) -> Result<(), InputIssue> {
        arguments.identities = self.settings.list(keys::VAULT_IDENTITY_LIST);
        arguments.vault_password_files.extend(self.settings.path(keys::VAULT_PASSWORD_FILE));
        arguments.ask_vault_pass |= self.settings.boolean(keys::ASK_VAULT_PASS)?.unwrap_or(false);
        arguments.labels_must_match = self.settings.boolean(keys::VAULT_ID_MATCH)?.unwrap_or(false);
        Ok(())
    }

    fn inventories(&self, given: &mut Vec<String>) {
        if given.is_empty() {
            let paths = self.settings.paths(keys::INVENTORY);
            given.extend(paths.iter().map(|path: &PathBuf| path.to_string_lossy().into_owned()));
        }
    }

    fn needed_inventories(&self, given: &mut Vec<String>) -> Result<(), InputIssue> {
        self.inventories(given);
        match given.is_empty() {
            true => Err(InputIssue::error("no inventory is given").hint(
                "name it with `-i PATH`, or with `inventory = PATH` under `[defaults]` in ansible.cfg",
            )),
            false => Ok(()),
        }
    }

    fn forks(&self) -> Result<Option<u32>, InputIssue> {
        self.settings.number(keys::FORKS, 1..=20_000)
    }

    /// `network_cli` has a limit of its own.
    fn timeout(&self) -> Result<Option<u64>, InputIssue> {
        let connect = self.settings.number(keys::CONNECT_TIMEOUT, 1..=3600)?;
        Ok(or(connect, self.settings.number(keys::TIMEOUT, 1..=3600)?).map(u64::from))
    }
}

fn or<T>(flag: Option<T>, setting: Option<T>) -> Option<T> {
    flag.or(setting)
}

fn put(variables: &mut Variables, name: &str, flag: &Option<String>) {
    if let Some(text) = flag {
        variables.set(name, Located::new(Value::Unsafe(text.clone()), None));
    }
}
