//! The passwords of vaults, wherever the user says that they are.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use directories::BaseDirs;
use zeroize::Zeroizing;

use crate::cli::stream::say_issues;
use crate::cli::vault_arguments::VaultArguments;
use crate::files::{self, Speech};
use crate::inventory::open_file;
use crate::model::{InputIssue, Secret};
use crate::vault::{DEFAULT_LABEL, Keyring, Password};

/// How long a script may take. Some ask a person to unlock something first.
const LIMIT: Duration = Duration::from_secs(120);

/// How a client script ends that does not know the label, as Ansible has it.
const UNKNOWN_LABEL: i32 = 2;

/// Where one password comes from.
pub(super) struct Source {
    pub label: String,
    pub origin: Origin,
}

pub(super) enum Origin {
    /// `--ask-vault-pass`
    Asked,
    /// `LABEL@prompt`
    Prompt,
    /// A file, or a script.
    File(PathBuf),
}

/// Whether a password is to be typed twice: nobody could open what is encrypted with a slip.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    Known,
    New,
}

/// Reads or asks for all passwords that flags and settings name.
///
/// # Errors
/// None of them could be had.
pub(super) fn read_keyring(arguments: &VaultArguments) -> Result<Arc<Keyring>, InputIssue> {
    let passwords = read_passwords(sources(arguments), Asking::Known)?;
    Ok(Arc::new(Keyring::new(passwords, arguments.labels_must_match)))
}

/// In Ansible's order: the list of the settings, `--vault-id`, `--vault-password-file`, the file
/// of the settings, `--ask-vault-pass`.
pub(super) fn sources(arguments: &VaultArguments) -> Vec<Source> {
    let ids = arguments.identities.iter().chain(&arguments.vault_ids);
    let mut sources: Vec<_> = ids.map(|id| source(id)).collect();
    sources.extend(arguments.vault_password_files.iter().cloned().map(file_source));
    if arguments.ask_vault_pass {
        sources.push(Source { label: DEFAULT_LABEL.to_owned(), origin: Origin::Asked });
    }
    sources
}

/// What a `--vault-id` means.
pub(super) fn source(id: &str) -> Source {
    let (label, origin) = id.split_once('@').unwrap_or((DEFAULT_LABEL, id));
    let origin = match origin {
        "prompt" => Origin::Prompt,
        path => Origin::File(PathBuf::from(path)),
    };
    Source { label: label.to_owned(), origin }
}

/// A `--vault-password-file`.
pub(super) fn file_source(path: PathBuf) -> Source {
    Source { label: DEFAULT_LABEL.to_owned(), origin: Origin::File(path) }
}

/// Reads or asks for passwords, one after the other: a file may be vaulted with one before it.
///
/// # Errors
/// What is wrong with the last one, when none could be had. As in Ansible, there is only a warning
/// when there is another.
pub(super) fn read_passwords(
    sources: Vec<Source>,
    asking: Asking,
) -> Result<Vec<Password>, InputIssue> {
    let mut passwords: Vec<Password> = Vec::new();
    let mut failures = Vec::new();
    for Source { label, origin } in sources {
        let secret = match origin {
            Origin::Asked => ask("", asking, &label)?,
            Origin::Prompt => ask(&format!(" ({label})"), asking, &label)?,
            Origin::File(path) => match of_file(&expanded(&path), &label, &passwords) {
                Ok(secret) => secret,
                Err(issue) => {
                    failures.push(issue);
                    continue;
                }
            },
        };
        passwords.push(Password::new(label, secret));
    }
    if passwords.is_empty() && !failures.is_empty() {
        return Err(failures.remove(failures.len() - 1));
    }
    for failure in failures {
        let level = crate::model::IssueLevel::Warning;
        say_issues(&[InputIssue { level, ..failure }], &[]);
    }
    Ok(passwords)
}

fn ask(of: &str, asking: Asking, label: &str) -> Result<Secret, InputIssue> {
    let prompt = |text: &str| {
        rpassword::prompt_password(text).map(Zeroizing::new).map_err(|error| {
            InputIssue::error(format!("the vault password could not be asked for: {error}"))
                .hint("asking needs a terminal; without one, use `--vault-password-file`")
        })
    };
    let password = match asking {
        Asking::Known => prompt(&format!("Vault password{of}: "))?,
        Asking::New => {
            let password = prompt(&format!("New vault password ({label}): "))?;
            if *password != *prompt(&format!("Confirm new vault password ({label}): "))? {
                return Err(InputIssue::error("the two passwords differ").hint("type them again"));
            }
            password
        }
    };
    match password.trim() {
        "" => Err(InputIssue::error("the vault password is empty").hint("type it again")),
        password => Ok(Secret::new(password)),
    }
}

/// `~/` is the home of the user: a shell does not see it behind a label.
fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), BaseDirs::new()) {
        (Ok(rest), Some(folders)) => folders.home_dir().join(rest),
        _ => path.to_owned(),
    }
}

/// The password in a file, or what a script prints.
fn of_file(path: &Path, label: &str, known: &[Password]) -> Result<Secret, InputIssue> {
    let shown = path.display();
    let text = if files::is_executable(path) {
        printed(path, label)?
    } else {
        let file = files::read_text(path).map_err(|error| {
            InputIssue::error(format!("the vault password `{label}` is missing: {error}"))
                .hint(error.remedy())
        })?;
        let opened = open_file(&file, &Keyring::new(known.to_vec(), false))?;
        Zeroizing::new(opened.text.trim().to_owned())
    };
    if text.is_empty() {
        return Err(InputIssue::error(format!("the vault password file `{shown}` is empty"))
            .hint("write the password into it, in one line"));
    }
    Ok(Secret::new(text.as_str()))
}

/// A script whose name ends in `-client`, before any ending, is told which label is wanted.
fn printed(path: &Path, label: &str) -> Result<Zeroizing<String>, InputIssue> {
    let shown = path.display();
    let is_client =
        path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("-client"));
    let arguments: &[&str] = if is_client { &["--vault-id", label] } else { &[] };
    let output = files::run_script(path, arguments, Speech::Passed, LIMIT)?;
    let wrong = |what: String| {
        InputIssue::error(format!("the vault password script `{shown}` {what}"))
            .hint("run it by hand to see why")
    };
    if !output.status.success() {
        return Err(match output.status.code() {
            Some(UNKNOWN_LABEL) if is_client => {
                wrong(format!("knows no password with the label `{label}`"))
            }
            Some(code) => wrong(format!("ended with exit code {code}")),
            None => wrong("was ended by a signal".to_owned()),
        });
    }
    let bytes = Zeroizing::new(output.stdout);
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| wrong("printed something that is not UTF-8 text".to_owned()))?;
    match text.trim_matches(['\r', '\n']) {
        "" => Err(wrong("printed no password".to_owned())),
        password => Ok(Zeroizing::new(password.to_owned())),
    }
}
