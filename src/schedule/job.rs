//! What shall run, and when.

use std::time::Duration;

use super::Calendar;

/// A command that shall run again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Letters, digits, `-` and `_`: it becomes part of names of files.
    pub name: String,
    pub calendar: Calendar,
    /// Name of the time zone that the calendar is of; else that of the machine.
    pub time_zone: Option<String>,
    /// It begins later than its time by up to so much, by chance.
    pub splay: Option<Duration>,
    /// Path of the program.
    pub program: String,
    /// The folder in which it runs: the paths of its arguments may be relative.
    pub folder: String,
    pub arguments: Vec<Word>,
    /// Files whose content is a secret, each named once.
    pub secrets: Vec<SecretFile>,
    pub owner: Owner,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    Text(String),
    /// Ends with the path of a secret, which is elsewhere wherever it runs.
    Secret {
        before: String,
        index: usize,
    },
}

/// A file that only its owner may read, and that the job reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFile {
    /// Within the job: `vault-password`.
    pub name: String,
    /// Absolute.
    pub path: String,
}

/// As whom the job runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// As a user that exists only while it runs.
    Nobody,
    /// As this user of the machine.
    User(String),
    /// As the one who asked for it, by the user's own service manager.
    Oneself,
}

/// Flags that name a file with a secret, and what the secret is called.
const SECRET_FLAGS: [(&str, &str); 4] = [
    ("--vault-password-file", "vault-password"),
    ("--vault-pass-file", "vault-password"),
    ("--private-key", "private-key"),
    ("--key-file", "private-key"),
];

/// Its value is a label, `@` and a file.
const VAULT_ID: &str = "--vault-id";

impl Job {
    /// Tells the arguments that name a secret from the others. `secret_at`: the absolute path of a
    /// value that is a plain file, and nothing for what must stay where it is, like a script.
    pub fn words(
        arguments: &[String],
        secret_at: impl Fn(&str) -> Option<String>,
    ) -> (Vec<Word>, Vec<SecretFile>) {
        let mut secrets: Vec<SecretFile> = Vec::new();
        let mut awaited: Option<&'static str> = None;
        let mut words = Vec::new();
        for argument in arguments {
            let (before, value, kind) = match (awaited.take(), argument.split_once('=')) {
                (Some(kind), _) => (String::new(), argument.as_str(), Some(kind)),
                (None, Some((flag, value))) => (format!("{flag}="), value, kind_of(flag)),
                (None, None) => {
                    awaited = kind_of(argument);
                    (String::new(), argument.as_str(), None)
                }
            };
            let (before, value) = match value.rsplit_once('@') {
                Some((label, file)) if kind == Some(VAULT_ID) => {
                    (format!("{before}{label}@"), file)
                }
                _ => (before, value),
            };
            let secret = kind.and_then(|kind| Some((kind, secret_at(value)?)));
            words.push(match secret {
                Some((kind, path)) => Word::Secret { before, index: add(&mut secrets, kind, path) },
                None => Word::Text(argument.clone()),
            });
        }
        (words, secrets)
    }

    /// The arguments as they are written where secrets lie at the paths that `place` gives.
    pub fn written(&self, place: impl Fn(&SecretFile) -> String) -> impl Iterator<Item = String> {
        self.arguments.iter().map(move |word| match word {
            Word::Text(text) => text.clone(),
            Word::Secret { before, index } => {
                let place = self.secrets.get(*index).map(&place).unwrap_or_default();
                format!("{before}{place}")
            }
        })
    }
}

fn kind_of(flag: &str) -> Option<&'static str> {
    if flag == VAULT_ID {
        return Some(VAULT_ID);
    }
    SECRET_FLAGS.iter().find(|(name, _)| *name == flag).map(|(_, kind)| *kind)
}

/// The place of a secret among the others, each file once.
fn add(secrets: &mut Vec<SecretFile>, kind: &str, path: String) -> usize {
    if let Some(index) = secrets.iter().position(|secret| secret.path == path) {
        return index;
    }
    let kind = if kind == VAULT_ID { "vault-password" } else { kind };
    let before = secrets.iter().filter(|secret| secret.name.starts_with(kind)).count();
    let name = if before == 0 { kind.to_owned() } else { format!("{kind}-{}", before + 1) };
    secrets.push(SecretFile { name, path });
    secrets.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_other_arguments() {
        let arguments = [
            "run",
            "a.yml",
            "--vault-id",
            "prod@/s/prod",
            "--vault-id=/s/prod",
            "--vault-id",
            "x@script",
            "--private-key=/s/key",
            "--vault-password-file",
            "/s/other",
            "-l",
            "--private-key",
        ];
        let (words, secrets) = Job::words(&arguments.map(str::to_owned), |path| {
            path.starts_with("/s/").then(|| path.to_owned())
        });
        let job = Job { arguments: words, secrets, ..job() };
        let written: Vec<_> = job.written(|secret| format!("<{}>", secret.name)).collect();
        assert_eq!(
            written.join(" "),
            "run a.yml --vault-id prod@<vault-password> --vault-id=<vault-password> --vault-id \
             x@script --private-key=<private-key> --vault-password-file <vault-password-2> -l \
             --private-key"
        );
    }

    fn job() -> Job {
        Job {
            name: "nightly".to_owned(),
            calendar: Calendar::parse("03:15").unwrap(),
            time_zone: None,
            splay: None,
            program: "/usr/bin/tokenfleet".to_owned(),
            folder: "/srv/audit".to_owned(),
            arguments: Vec::new(),
            secrets: Vec::new(),
            owner: Owner::Nobody,
        }
    }
}
