//! The flags of vaults: Ansible's and `ansible-vault`'s.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where the passwords come from, for every command that reads something vaulted.
#[derive(Debug, Clone, Default, Args)]
pub struct VaultArguments {
    /// Source of a vault password, with its label: LABEL@FILE, a script, or LABEL@prompt; may be repeated
    #[arg(long = "vault-id", value_name = "[LABEL@]SOURCE")]
    pub vault_ids: Vec<String>,
    /// File with a vault password, or a script that prints it; may be repeated
    #[arg(long = "vault-password-file", visible_alias = "vault-pass-file", value_name = "FILE")]
    pub vault_password_files: Vec<PathBuf>,
    /// Ask for the vault password
    #[arg(short = 'J', long, visible_alias = "ask-vault-password")]
    pub ask_vault_pass: bool,
    /// `ANSIBLE_VAULT_IDENTITY_LIST`: these count before those of the flags.
    #[arg(skip)]
    pub identities: Vec<String>,
    /// `ANSIBLE_VAULT_ID_MATCH`
    #[arg(skip)]
    pub labels_must_match: bool,
}

/// `tokenfleet vault`
#[derive(Debug, Args)]
pub struct VaultCommandArguments {
    #[command(subcommand)]
    pub command: VaultCommand,
}

#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Print what vaulted files hold
    View(ViewArguments),
    /// Encrypt files in their place; without one, standard input
    Encrypt(EncryptArguments),
    /// Encrypt texts, as values to be pasted into YAML
    #[command(visible_alias = "encrypt_string")]
    EncryptString(EncryptStringArguments),
    /// Decrypt files in their place; without one, standard input
    Decrypt(DecryptArguments),
    /// Encrypt vaulted files with another password
    Rekey(RekeyArguments),
    /// Edit vaulted files with $EDITOR
    Edit(ViewArguments),
    /// Write a new vaulted file with $EDITOR
    Create(CreateArguments),
}

#[derive(Debug, Args)]
pub struct ViewArguments {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
pub struct EncryptArguments {
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write the result there; - is standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub key: SealingArguments,
}

#[derive(Debug, Args)]
pub struct EncryptStringArguments {
    /// The texts; - is standard input
    #[arg(value_name = "TEXT")]
    pub texts: Vec<String>,
    /// Ask for the text
    #[arg(short, long)]
    pub prompt: bool,
    /// With --prompt: show what is typed
    #[arg(long)]
    pub show_input: bool,
    /// Name of the variable, of each text in turn; may be repeated
    #[arg(short, long = "name", value_name = "NAME")]
    pub names: Vec<String>,
    /// Read a text from standard input, for the variable of this name
    #[arg(long, value_name = "NAME")]
    pub stdin_name: Option<String>,
    /// Write the result there; - is standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub key: SealingArguments,
}

#[derive(Debug, Args)]
pub struct DecryptArguments {
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write the result there; - is standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub vault: VaultArguments,
}

#[derive(Debug, Args)]
pub struct RekeyArguments {
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// File with the new password, or a script that prints it
    #[arg(long, value_name = "FILE", conflicts_with = "new_vault_id")]
    pub new_vault_password_file: Option<PathBuf>,
    /// Source of the new password, with its label
    #[arg(long, value_name = "[LABEL@]SOURCE")]
    pub new_vault_id: Option<String>,
    #[command(flatten)]
    pub key: SealingArguments,
}

#[derive(Debug, Args)]
pub struct CreateArguments {
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub key: SealingArguments,
}

/// The password to encrypt with.
#[derive(Debug, Args)]
pub struct SealingArguments {
    /// Encrypt with the password that has this label
    #[arg(long, value_name = "LABEL")]
    pub encrypt_vault_id: Option<String>,
    #[command(flatten)]
    pub vault: VaultArguments,
}
