//! What `ansible.cfg` and the environment set.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use crate::cli::ansible_config::{AnsibleConfig, Entry, read_ansible_config};
use crate::cli::ansible_keys::{self as keys, Key, USED, reason};
use crate::cli::complaint::Complaint;
use crate::cli::stream::{variable, variables};
use crate::inventory::{Located, Variables};
use crate::model::{InputIssue, Place, Value, nearest};

/// What Ansible's own variables begin with.
const PREFIX: &str = "ANSIBLE_";

/// Variables that are read where they are used, or that say where the file is.
const ELSEWHERE: [&str; 2] = ["ANSIBLE_CONFIG", "ANSIBLE_HOME"];

/// The settings of a user who comes from Ansible. The environment counts more than the file.
#[derive(Debug, Default)]
pub(super) struct AnsibleSettings {
    config: AnsibleConfig,
}

/// A value, and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub value: String,
    pub origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Environment(&'static str),
    File(Place),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(name) => f.write_str(name),
            Self::File(place) => write!(f, "{}:{}", place.file, place.line),
        }
    }
}

/// Something that is set and means nothing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unused {
    pub name: String,
    pub origin: String,
    pub reason: String,
}

impl AnsibleSettings {
    /// Reads the file that counts; warnings go into `remarks`.
    pub fn read(remarks: &mut Complaint) -> Result<Self, Complaint> {
        Ok(Self { config: read_ansible_config(remarks)? })
    }

    /// The file's name, where there is one.
    pub fn file(&self) -> Option<&str> {
        self.config.file.as_ref().map(|file| &*file.name)
    }

    /// What is set; an empty value is none.
    pub fn get(&self, key: Key) -> Option<Setting> {
        let of_environment = variable(key.variable)
            .map(|value| Setting { value, origin: Origin::Environment(key.variable) });
        let of_file = || {
            let is_it = |entry: &&Entry| entry.section == key.section && entry.key == key.name;
            let entry = self.config.entries.iter().rev().find(is_it)?;
            let (value, place) = (entry.value.clone(), entry.place.clone());
            Some(Setting { value, origin: Origin::File(place) })
        };
        of_environment.or_else(of_file).filter(|setting| !setting.value.is_empty())
    }

    pub fn text(&self, key: Key) -> Option<String> {
        self.get(key).map(|setting| setting.value)
    }

    pub fn boolean(&self, key: Key) -> Result<Option<bool>, InputIssue> {
        let Some(setting) = self.get(key) else { return Ok(None) };
        match setting.value.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "n" | "f" | "0" => Ok(Some(false)),
            _ => Err(wrong(key, &setting, "neither true nor false", "write `true` or `false`")),
        }
    }

    /// A whole number within `range`.
    pub fn number(
        &self,
        key: Key,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, InputIssue> {
        let Some(setting) = self.get(key) else { return Ok(None) };
        let number = setting.value.parse().ok().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| {
            let remedy = format!("write a number from {} to {}", range.start(), range.end());
            wrong(key, &setting, "no number that can be meant", &remedy)
        })
    }

    /// Texts with commas between them.
    pub fn list(&self, key: Key) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// A path: `~/` is the user's home, and one in the file is relative to the file.
    pub fn path(&self, key: Key) -> Option<PathBuf> {
        self.get(key).map(|setting| placed(setting.value.trim(), &setting.origin))
    }

    /// Paths with commas between them.
    pub fn paths(&self, key: Key) -> Vec<PathBuf> {
        let Some(setting) = self.get(key) else { return Vec::new() };
        let parts = setting.value.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| placed(part, &setting.origin)).collect()
    }

    /// What holds for hosts whose own variables say nothing.
    pub fn variables(&self) -> Variables {
        let mut variables = Variables::default();
        for (name, key) in [
            ("ansible_port", keys::REMOTE_PORT),
            ("ansible_command_timeout", keys::COMMAND_TIMEOUT),
            ("ansible_ssh_args", keys::SSH_ARGS),
            ("ansible_ssh_common_args", keys::SSH_COMMON_ARGS),
            ("ansible_ssh_extra_args", keys::SSH_EXTRA_ARGS),
        ] {
            if let Some(Setting { value, origin }) = self.get(key) {
                let place = match origin {
                    Origin::File(place) => Some(place),
                    Origin::Environment(_) => None,
                };
                variables.set(name, Located::new(Value::Unsafe(value), place));
            }
        }
        variables
    }

    /// All that is set and means nothing here, that of the file first. The values stay where they
    /// are: any of them may be a secret of something else.
    pub fn unused(&self) -> Vec<Unused> {
        let known = |entry: &Entry| {
            USED.iter().any(|key| key.section == entry.section && key.name == entry.key)
        };
        let of_file =
            self.config.entries.iter().filter(|entry| !known(entry)).map(|entry| Unused {
                name: format!("{}.{}", entry.section, entry.key),
                origin: Origin::File(entry.place.clone()).to_string(),
                reason: reason_of(entry),
            });
        let is_used =
            |name: &str| ELSEWHERE.contains(&name) || USED.iter().any(|key| key.variable == name);
        let of_environment = variables(PREFIX).into_iter().filter(|(name, _)| !is_used(name));
        let of_environment = of_environment.map(|(name, _)| {
            let reason = reason(&name[PREFIX.len()..].to_ascii_lowercase()).to_owned();
            Unused { origin: "the environment".to_owned(), name, reason }
        });
        of_file.chain(of_environment).collect()
    }

    /// One warning for all that means nothing here; no line is shown with it.
    pub fn warning(&self) -> Option<InputIssue> {
        let unused = self.unused();
        let names: Vec<_> = unused.iter().map(|unused| format!("`{}`", unused.name)).collect();
        let issue = InputIssue::warning(match names.as_slice() {
            [] => return None,
            [name] => format!("the setting {name} is not used here"),
            names => format!("{} settings are not used here: {}", names.len(), names.join(", ")),
        });
        Some(issue.hint("`tokenfleet config` says why, and where it was set"))
    }
}

/// Why a line of the file is not used, or what may have been meant.
fn reason_of(entry: &Entry) -> String {
    let reason = reason(&entry.key);
    let elsewhere = USED.iter().find(|key| key.name == entry.key);
    let near = || {
        let names: Vec<_> =
            USED.iter().filter(|key| key.section == entry.section).map(|key| key.name).collect();
        nearest(&entry.key, &names).map(str::to_owned)
    };
    match elsewhere {
        Some(key) => format!("it stands under `[{}]`", key.section),
        None => match near() {
            Some(near) if reason.contains("not known") => format!("did you mean `{near}`?"),
            _ => reason.to_owned(),
        },
    }
}

fn placed(path: &str, origin: &Origin) -> PathBuf {
    if let (Some(rest), Some(folders)) = (path.strip_prefix("~/"), BaseDirs::new()) {
        return folders.home_dir().join(rest);
    }
    match origin {
        Origin::File(place) => match Path::new(&*place.file).parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.join(path),
            _ => PathBuf::from(path),
        },
        Origin::Environment(_) => PathBuf::from(path),
    }
}

fn wrong(key: Key, setting: &Setting, what: &str, remedy: &str) -> InputIssue {
    let name = match &setting.origin {
        Origin::Environment(name) => name,
        Origin::File(_) => key.name,
    };
    let issue = InputIssue::error(format!("`{name}` is `{}`, which is {what}", setting.value));
    let issue = issue.hint(remedy);
    match &setting.origin {
        Origin::File(place) => issue.at(place.clone(), 1),
        Origin::Environment(_) => issue,
    }
}
