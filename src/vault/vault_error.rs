//! Why ciphertext could not be opened.

/// The cause. It completes "… cannot be opened: …", and never holds a password or plain text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Both count from 1, within the ciphertext.
    #[error("{what}")]
    Malformed { what: &'static str, line: u32, column: u32 },
    #[error("its cipher is `{0}`, and Ansible Vault knows only AES256")]
    UnknownCipher(String),
    #[error("no vault password was given")]
    NoPassword,
    /// Only passwords with the right label may be tried, and none has it.
    #[error("no vault password has the label `{0}`, and `ANSIBLE_VAULT_ID_MATCH` is set")]
    NoLabel(String),
    #[error("{}, or it was damaged", wrong(*.tried, .label))]
    WrongPassword {
        /// How many passwords there were to try.
        tried: usize,
        /// The label in the header.
        label: String,
    },
    #[error("what is in it is not UTF-8 text")]
    NotText,
}

fn wrong(tried: usize, label: &str) -> String {
    let label = match label {
        super::DEFAULT_LABEL => String::new(),
        label => format!(" (its label is `{label}`)"),
    };
    match tried {
        1 => format!("the vault password is wrong{label}"),
        tried => format!("none of the {tried} vault passwords is right{label}"),
    }
}

impl VaultError {
    /// What a person can do about it, one sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::UnknownCipher(_) => {
                "copy it again from where it was encrypted"
            }
            Self::NoPassword => {
                "give it with `--vault-password-file FILE`, `--vault-id LABEL@FILE` or `-J`"
            }
            Self::NoLabel(_) => "give it with `--vault-id LABEL@FILE`",
            Self::WrongPassword { .. } => {
                "see that the right password is given: `--vault-id LABEL@FILE` may be repeated"
            }
            Self::NotText => "only text can be read: decrypt it with `tokenfleet vault decrypt`",
        }
    }
}
