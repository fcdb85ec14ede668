//! `tokenfleet vault`: what `ansible-vault` does, with its flags and its format.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::stream::{print_bytes, say, variable};
use crate::cli::vault_arguments::{
    CreateArguments, DecryptArguments, EncryptArguments, RekeyArguments, SealingArguments,
    VaultArguments, VaultCommand, ViewArguments,
};
use crate::cli::vault_encrypt_string::encrypt_string;
use crate::cli::vault_passwords::{
    Asking, Origin, Source, file_source, read_passwords, source, sources,
};
use crate::files::{self, FileKind};
use crate::model::InputIssue;
use crate::vault::{DEFAULT_LABEL, Envelope, Keyring, Password, SALT, is_vaulted, seal};

pub(super) fn vault(command: &VaultCommand) -> Exit {
    let done = match command {
        VaultCommand::View(arguments) => view(arguments),
        VaultCommand::Encrypt(arguments) => encrypt(arguments),
        VaultCommand::EncryptString(arguments) => encrypt_string(arguments),
        VaultCommand::Decrypt(arguments) => decrypt(arguments),
        VaultCommand::Rekey(arguments) => rekey(arguments),
        VaultCommand::Edit(arguments) => edit(arguments),
        VaultCommand::Create(arguments) => create(arguments),
    };
    done.unwrap_or_else(|issue| Complaint::from(issue).say())
}

fn view(arguments: &ViewArguments) -> Result<Exit, InputIssue> {
    let keyring = opening_keyring(&arguments.vault)?;
    let mut exit = Exit::SUCCESS;
    for path in &arguments.files {
        exit = exit | print_bytes(&opened(path, &read(path)?, &keyring)?.bytes);
    }
    Ok(exit)
}

fn encrypt(arguments: &EncryptArguments) -> Result<Exit, InputIssue> {
    refuse_many(&arguments.files, arguments.output.as_deref())?;
    let password = sealing_password(&arguments.key)?;
    let mut sealed = Vec::new();
    for path in inputs(&arguments.files) {
        let plain = read(&path)?;
        if text_of(&plain).is_some_and(is_vaulted) {
            let message = format!("`{}` is vaulted already", path.display());
            return Err(InputIssue::error(message)
                .hint("change its password with `tokenfleet vault rekey`"));
        }
        sealed.push((path, seal_now(&plain, &password)?));
    }
    let mut exit = Exit::SUCCESS;
    for (path, text) in sealed {
        exit = exit | write(&path, arguments.output.as_deref(), text.as_bytes())?;
    }
    tell("Encryption successful");
    Ok(exit)
}

fn decrypt(arguments: &DecryptArguments) -> Result<Exit, InputIssue> {
    refuse_many(&arguments.files, arguments.output.as_deref())?;
    let keyring = opening_keyring(&arguments.vault)?;
    let mut plain = Vec::new();
    for path in inputs(&arguments.files) {
        let opened = opened(&path, &read(&path)?, &keyring)?;
        plain.push((path, opened.bytes));
    }
    let mut exit = Exit::SUCCESS;
    for (path, bytes) in plain {
        exit = exit | write(&path, arguments.output.as_deref(), &bytes)?;
    }
    tell("Decryption successful");
    Ok(exit)
}

/// All files are opened before the first is written: none is left with the old password alone.
fn rekey(arguments: &RekeyArguments) -> Result<Exit, InputIssue> {
    let keyring = opening_keyring(&arguments.key.vault)?;
    let mut plain = Vec::new();
    for path in &arguments.files {
        plain.push((path, opened(path, &read(path)?, &keyring)?.bytes));
    }
    let label = arguments.key.encrypt_vault_id.as_deref();
    let known = arguments.key.vault.identities.iter().filter(|_| label.is_some());
    let mut new: Vec<_> = known.map(|id| source(id)).collect();
    new.extend(arguments.new_vault_id.as_deref().map(source));
    new.extend(arguments.new_vault_password_file.clone().map(file_source));
    let password = chosen(or_asked(new), label)?;
    let sealed = plain
        .into_iter()
        .map(|(path, bytes)| Ok((path, seal_now(&bytes, &password)?)))
        .collect::<Result<Vec<_>, InputIssue>>()?;
    for (path, text) in sealed {
        files::write_atomically(&files::real_path(path), text.as_bytes())?;
    }
    tell("Rekey successful");
    Ok(Exit::SUCCESS)
}

fn edit(arguments: &ViewArguments) -> Result<Exit, InputIssue> {
    let keyring = opening_keyring(&arguments.vault)?;
    for path in &arguments.files {
        let Opened { bytes, secret, label } = opened(path, &read(path)?, &keyring)?;
        let edited = Zeroizing::new(files::edit(&editor(), path, &bytes)?);
        if *edited != *bytes {
            let text = seal_now(&edited, &Password::new(label, secret))?;
            files::write_atomically(&files::real_path(path), text.as_bytes())?;
        }
    }
    Ok(Exit::SUCCESS)
}

fn create(arguments: &CreateArguments) -> Result<Exit, InputIssue> {
    let path = &arguments.file;
    if files::kind_of(path) != FileKind::Missing {
        return Err(InputIssue::error(format!("`{}` exists", path.display()))
            .hint("change it with `tokenfleet vault edit`"));
    }
    let password = sealing_password(&arguments.key)?;
    let plain = Zeroizing::new(files::edit(&editor(), path, b"")?);
    files::write_private(path, seal_now(&plain, &password)?.as_bytes())?;
    Ok(Exit::SUCCESS)
}

fn editor() -> String {
    variable("EDITOR").filter(|editor| !editor.is_empty()).unwrap_or_else(|| "vi".to_owned())
}

/// What a vaulted file holds, and what to encrypt it with again.
struct Opened {
    bytes: Zeroizing<Vec<u8>>,
    secret: crate::model::Secret,
    /// As the file has it, which need not be that of the password.
    label: String,
}

fn opened(path: &Path, bytes: &[u8], keyring: &Keyring) -> Result<Opened, InputIssue> {
    let shown = path.display();
    let Some(text) = text_of(bytes).filter(|text| is_vaulted(text)) else {
        return Err(InputIssue::error(format!("`{shown}` is not vaulted"))
            .hint("a vaulted file begins with `$ANSIBLE_VAULT;`"));
    };
    let refused = |error: crate::vault::VaultError| {
        InputIssue::error(format!("`{shown}` cannot be opened: {error}")).hint(error.remedy())
    };
    let label = Envelope::parse(text).map_err(refused)?.label;
    let (bytes, password) = keyring.open_file(text).map_err(refused)?;
    Ok(Opened { bytes, secret: password.secret.clone(), label })
}

/// The text that bytes are, where they are one.
fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Encrypts with a salt of chance.
pub(super) fn seal_now(plain: &[u8], password: &Password) -> Result<String, InputIssue> {
    let mut salt = [0; SALT];
    let salted = getrandom::fill(&mut salt);
    salted.ok().and_then(|()| seal(plain, password, salt)).ok_or_else(|| {
        InputIssue::error("nothing can be encrypted: the system gives no random numbers")
            .hint("see that `/dev/urandom` can be read")
    })
}

/// The passwords to open with; asked for when nothing says where they are.
fn opening_keyring(arguments: &VaultArguments) -> Result<Keyring, InputIssue> {
    let passwords = read_passwords(or_asked(sources(arguments)), Asking::Known)?;
    Ok(Keyring::new(passwords, arguments.labels_must_match))
}

/// The password to encrypt with.
pub(super) fn sealing_password(arguments: &SealingArguments) -> Result<Password, InputIssue> {
    chosen(or_asked(sources(&arguments.vault)), arguments.encrypt_vault_id.as_deref())
}

fn or_asked(mut sources: Vec<Source>) -> Vec<Source> {
    if sources.is_empty() {
        sources.push(Source { label: DEFAULT_LABEL.to_owned(), origin: Origin::Asked });
    }
    sources
}

fn chosen(sources: Vec<Source>, label: Option<&str>) -> Result<Password, InputIssue> {
    if let Some(source) = sources.iter().find(|source| source.label.contains([';', '\n', '\r'])) {
        return Err(InputIssue::error(format!("`{}` cannot be a label", source.label))
            .hint("a label holds neither `;` nor a line break"));
    }
    let passwords = read_passwords(sources, Asking::New)?;
    let labels: Vec<_> = passwords.iter().map(|p| format!("`{}`", p.label)).collect();
    let labels = labels.join(", ");
    let is_alone = passwords.len() == 1;
    let mut passwords = passwords.into_iter();
    match label {
        Some(label) => passwords.find(|password| password.label == label).ok_or_else(|| {
            InputIssue::error(format!("no vault password has the label `{label}`"))
                .hint(format!("known are {labels}"))
        }),
        None => passwords.next().filter(|_| is_alone).ok_or_else(|| {
            InputIssue::error(format!("there are several vault passwords: {labels}"))
                .hint("say with which to encrypt: `--encrypt-vault-id LABEL`")
        }),
    }
}

fn refuse_many(given: &[PathBuf], output: Option<&Path>) -> Result<(), InputIssue> {
    match given.len() > 1 && output.is_some() {
        true => Err(InputIssue::error("several files cannot be written into one")
            .hint("leave out `--output`, or name one file")),
        false => Ok(()),
    }
}

/// The files to work on; `-` is standard input.
fn inputs(given: &[PathBuf]) -> Vec<PathBuf> {
    if given.is_empty() { vec![PathBuf::from("-")] } else { given.to_owned() }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, InputIssue> {
    let bytes = match path == Path::new("-") {
        true => files::read_bytes_from(path, io::stdin().lock()),
        false => files::read_bytes(path),
    };
    Ok(Zeroizing::new(bytes?))
}

/// Into `output`, else back to where it came from.
pub(super) fn write(path: &Path, output: Option<&Path>, bytes: &[u8]) -> Result<Exit, InputIssue> {
    let path = output.unwrap_or(path);
    if path == Path::new("-") {
        return Ok(print_bytes(bytes));
    }
    files::write_private(&files::real_path(path), bytes)?;
    Ok(Exit::SUCCESS)
}

/// As `ansible-vault` does, only to a person.
pub(super) fn tell(what: &str) {
    if io::stdout().is_terminal() {
        say(&format!("{what}\n"));
    }
}
