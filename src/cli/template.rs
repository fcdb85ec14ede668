//! `tokenfleet template`: fills one template in, for people who write templates.

use std::collections::BTreeSet;
use std::path::{Component, Path};
use std::sync::Arc;

use crate::cli::arguments::TemplateArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::preparation::read_extra_vars;
use crate::cli::sources::folder_of;
use crate::cli::stream::print_plain;
use crate::cli::system_clock::SystemClock;
use crate::cli::vault_passwords::read_keyring;
use crate::files::{self, FileKind};
use crate::inventory::Variables;
use crate::model::{SourceFile, Value};
use crate::report::default_templates;
use crate::runner::Clock;
use crate::template::{Scope, Templar, TemplateSet, members};
use crate::vault::{Keyring, VaultError};

pub(super) fn template(arguments: &TemplateArguments) -> Exit {
    match rendered(arguments) {
        Ok(text) => print_plain(&text),
        Err(complaint) => complaint.say(),
    }
}

fn rendered(arguments: &TemplateArguments) -> Result<String, Complaint> {
    let now = SystemClock.now();
    let keyring = read_keyring(&arguments.vault)?;
    let variables = read_extra_vars(&arguments.extra_vars, &keyring)?;
    let path = &arguments.file;
    let name =
        path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let file = files::read_text(path)?;
    let mut templates: Vec<_> = default_templates().collect();
    templates.extend(beside(folder_of(path), &file)?);
    templates.push((name.to_string(), file));
    let sources: Vec<_> = templates.iter().map(|(_, source)| source.clone()).collect();
    let set = TemplateSet::new(templates, now)
        .map_err(|issues| Complaint::new(issues, sources.clone()))?;
    let scope = Given { variables, keyring };
    let context = TemplateSet::variables(&Templar::new(now), Arc::new(scope));
    set.render(&name, &context).map_err(|issue| Complaint::new(vec![issue], sources))
}

/// The templates in `folder` that `file` names, and those that they name. A name that leads out of
/// the folder is the name of none.
fn beside(folder: &Path, file: &SourceFile) -> Result<Vec<(String, SourceFile)>, Complaint> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = members(&file.text);
    while let Some(name) = open.pop() {
        let path = folder.join(&name);
        let is_below =
            Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
        // One that is missing is told where it is named.
        if is_below && seen.insert(name.clone()) && files::kind_of(&path) == FileKind::File {
            let file = files::read_text(&path)?;
            open.extend(members(&file.text));
            found.push((name, file));
        }
    }
    Ok(found)
}

/// What `-e` gives.
#[derive(Debug)]
struct Given {
    variables: Variables,
    keyring: Arc<Keyring>,
}

impl Scope for Given {
    fn get(&self, name: &str) -> Option<Value> {
        self.variables.get(name).map(|located| located.value.clone())
    }

    fn names(&self) -> Vec<String> {
        self.variables.iter().map(|(name, _)| name.to_owned()).collect()
    }

    fn open(&self, ciphertext: &str) -> Result<Value, VaultError> {
        self.keyring.value(ciphertext)
    }
}
