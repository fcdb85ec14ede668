//! Options for OpenSSH that mean nothing here.

use indexmap::IndexMap;

use crate::model::{InputIssue, Place, Value};

use super::ssh_options::SshOptions;
use super::target::is_template;
use super::{Inventory, Located, Variables, connection};

/// One warning for each set of options that is passed over, at the first place that has it.
pub(super) fn warnings(inventory: &Inventory) -> Vec<InputIssue> {
    let groups = inventory.groups.values().map(|group| (&group.variables, &group.files));
    let hosts = inventory.hosts.values().map(|host| (&host.variables, &host.files));
    let mut found: IndexMap<(&str, Vec<String>), (Option<Place>, usize)> = IndexMap::new();
    for (variables, files) in groups.chain(hosts) {
        for layer in [variables].into_iter().chain(files) {
            for (name, located, options) in ignored(layer) {
                let place = || (located.place.clone(), 0);
                found.entry((name, options)).or_insert_with(place).1 += 1;
            }
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

/// What is wrong with the other options is told when a target is made of them.
fn ignored(layer: &Variables) -> impl Iterator<Item = (&'static str, &Located, Vec<String>)> {
    connection::SSH_ARGUMENTS.into_iter().filter_map(|name| {
        let located = layer.get(name)?;
        let Value::Text(text) = &located.value else { return None };
        if is_template(text) {
            return None;
        }
        let mut options = SshOptions::default();
        options.add_arguments(text).ok()?;
        (!options.ignored.is_empty()).then_some((name, located, options.ignored))
    })
}

#[cfg(test)]
mod tests {
    use crate::inventory::{InventorySource, Sources, load};
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
}
