//! The arguments for OpenSSH, wherever an inventory has them.

use indexmap::{IndexMap, IndexSet};

use crate::model::{InputIssue, Place};

use super::ssh_options::SshOptions;
use super::target::is_template;
use super::{Inventory, Located, Variables, connection};

/// One warning for each set of options that is passed over, at the first place that has it.
pub(super) fn warnings(inventory: &Inventory) -> Vec<InputIssue> {
    warnings_of(layers(inventory))
}

/// The same for the arguments of settings.
pub fn ssh_argument_warnings(settings: &Variables) -> Vec<InputIssue> {
    warnings_of([settings].into_iter())
}

fn warnings_of<'a>(layers: impl Iterator<Item = &'a Variables>) -> Vec<InputIssue> {
    let mut found: IndexMap<_, (Option<Place>, usize)> = IndexMap::new();
    for (name, located, options) in all(layers) {
        if !options.ignored.is_empty() {
            let place = || (located.place.clone(), 0);
            found.entry((name, options.ignored)).or_insert_with(place).1 += 1;
        }
    }
    found
        .into_iter()
        .map(|((name, options), (place, count))| {
            let more = match count {
                1 => String::new(),
                count => format!(", here and in {} more places", count - 1),
            };
            let issue = InputIssue::warning(format!(
                "`{name}` has options that mean nothing here and are ignored{more}: `{}`",
                options.join("`, `")
            ));
            match place {
                Some(place) => issue.at(place, 1),
                None => issue,
            }
        })
        .collect()
}

/// The configurations of OpenSSH that `-F` names, to be read before targets are made.
pub fn ssh_config_files(inventory: &Inventory, settings: &Variables) -> Vec<String> {
    let files =
        all(layers(inventory).chain([settings])).filter_map(|(_, _, options)| options.config_file);
    files.collect::<IndexSet<_>>().into_iter().collect()
}

/// Everywhere that an inventory has variables.
fn layers(inventory: &Inventory) -> impl Iterator<Item = &Variables> {
    let groups = inventory.groups.values().map(|group| (&group.variables, &group.files));
    let hosts = inventory.hosts.values().map(|host| (&host.variables, &host.files));
    groups.chain(hosts).flat_map(|(own, files)| [own].into_iter().chain(files))
}

/// Each variable with arguments that can be read. What is wrong with the others is told when a
/// target is made of them.
fn all<'a>(
    layers: impl Iterator<Item = &'a Variables>,
) -> impl Iterator<Item = (&'static str, &'a Located, SshOptions)> {
    let variables = layers.flat_map(|layer| {
        connection::SSH_ARGUMENTS.into_iter().filter_map(|name| Some((name, layer.get(name)?)))
    });
    variables.filter_map(|(name, located)| {
        let text = located.value.as_str()?;
        let mut options = SshOptions::default();
        let is_read = !is_template(text) && options.add_arguments(text).is_ok();
        is_read.then_some((name, located, options))
    })
}

#[cfg(test)]
mod tests {
    use crate::inventory::{InventorySource, Sources, Variables, load};
    use crate::model::SourceFile;

    #[test]
    fn ignored_options_are_told_once() {
        let text = "[all:vars]\nansible_ssh_args='-C -o ControlMaster=auto'\n\
                    [one]\na ansible_ssh_args=-q\nb ansible_ssh_args=-q\n";
        let file = InventorySource::File(SourceFile::new("hosts.ini", text));
        let issues = load(&Sources { inventories: vec![file], ..Sources::default() }).issues;
        let told: Vec<_> = issues.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "hosts.ini:2:1: `ansible_ssh_args` has options that mean nothing here and are \
                 ignored: `-C`, `-o ControlMaster`",
                "hosts.ini:4:3: `ansible_ssh_args` has options that mean nothing here and are \
                 ignored, here and in 1 more places: `-q`",
            ]
        );
    }

    #[test]
    fn configurations_are_named_once() {
        let text = "a ansible_ssh_args='-F x -J b'\nb ansible_ssh_common_args='-Fx'\n\
                    c ansible_ssh_args='-F none'\nd ansible_ssh_args='-F {{ e }}'\n";
        let file = InventorySource::File(SourceFile::new("hosts.ini", text));
        let sources = Sources { inventories: vec![file], ..Sources::default() };
        assert_eq!(
            super::ssh_config_files(&load(&sources).inventory, &Variables::default()),
            ["x", "none"]
        );
    }
}
