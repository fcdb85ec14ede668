//! `tokenfleet config`: which settings hold, and who set them.

use crate::cli::ansible_keys::USED;
use crate::cli::ansible_settings::AnsibleSettings;
use crate::cli::arguments::ConfigArguments;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::stream::{print_plain, say_issues};

pub(super) fn config(arguments: &ConfigArguments) -> Exit {
    let mut remarks = Complaint::default();
    match AnsibleSettings::read(&mut remarks) {
        Ok(settings) => {
            say_issues(&remarks.issues, &remarks.sources);
            print_plain(&shown(&settings, arguments.only_changed))
        }
        Err(complaint) => complaint.say(),
    }
}

fn shown(settings: &AnsibleSettings, only_changed: bool) -> String {
    let mut text = match settings.file() {
        Some(file) => format!("file: {file}\n"),
        None => "file: none\n".to_owned(),
    };
    for key in USED {
        match settings.get(key) {
            Some(setting) => {
                let value = setting.value.replace('\n', " ");
                text.push_str(&row(key.name_in_section(), &value, &setting.origin.to_string()));
            }
            None if only_changed => {}
            None => text.push_str(&row(key.name_in_section(), key.default, "default")),
        }
    }
    let unused = settings.unused();
    if !unused.is_empty() {
        text.push_str("\nnot used here:\n");
        for unused in unused {
            text.push_str(&format!("{} ({})\n    {}\n", unused.name, unused.origin, unused.reason));
        }
    }
    text
}

fn row(name: String, value: &str, origin: &str) -> String {
    format!("{name} = {value} ({origin})\n")
}
