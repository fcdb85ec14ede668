//! An inventory while it is being read.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{HostName, InputIssue, Place, SourceFile, Value};
use crate::vault::{Keyring, is_vaulted};

use super::address::{self, Address};
use super::inventory::{ALL, Group, Host, Inventory, UNGROUPED};
use super::{Located, Variables, open_file};

/// Where something stands and how many characters of its line it takes.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub place: Place,
    pub width: u32,
}

impl Spot {
    pub fn error(&self, message: impl Into<String>) -> InputIssue {
        InputIssue::error(message).at(self.place.clone(), self.width)
    }

    pub fn warning(&self, message: impl Into<String>) -> InputIssue {
        InputIssue::warning(message).at(self.place.clone(), self.width)
    }
}

/// Hosts and groups as far as they are known, and all that was wrong so far.
pub(super) struct Draft {
    pub inventory: Inventory,
    pub issues: Vec<InputIssue>,
    /// Who is whose member, to take each in only once.
    members: HashSet<(usize, usize)>,
    children: HashSet<(usize, usize)>,
    /// Names that were already complained about.
    complained: HashSet<String>,
    keyring: Arc<Keyring>,
    /// What is read now comes from a file that was vaulted.
    is_sealed: bool,
}

impl Draft {
    pub fn new(keyring: Arc<Keyring>) -> Self {
        let mut draft = Self {
            inventory: Inventory {
                hosts: IndexMap::new(),
                local: IndexMap::new(),
                groups: IndexMap::new(),
                extra: Variables::default(),
            },
            issues: Vec::new(),
            members: HashSet::new(),
            children: HashSet::new(),
            complained: HashSet::new(),
            keyring,
            is_sealed: false,
        };
        let all = draft.put_group(ALL, None);
        let ungrouped = draft.put_group(UNGROUPED, None);
        draft.link(all, ungrouped);
        draft
    }

    /// The text of a file, opened where it is vaulted as a whole; `None` when it cannot be, which
    /// is reported. What is set from here on is known to come from it.
    pub fn open(&mut self, file: &SourceFile) -> Option<SourceFile> {
        self.is_sealed = is_vaulted(&file.text);
        if !self.is_sealed {
            return Some(file.clone());
        }
        match open_file(file, &self.keyring) {
            Ok(opened) => Some(opened),
            Err(issue) => {
                self.issues.push(issue);
                None
            }
        }
    }

    /// A value as it was read, marked when it was vaulted.
    pub fn located(&self, value: Located) -> Located {
        Located { sealed: value.sealed || self.is_sealed, ..value }
    }

    /// What stands in a file, in backquotes, for a message that begins with it; of a vaulted file
    /// nothing is said again.
    pub fn quoted(&self, text: &str) -> String {
        if self.is_sealed { "what stands here".to_owned() } else { format!("`{text}`") }
    }

    pub fn has_group(&self, name: &str) -> bool {
        self.inventory.groups.contains_key(name)
    }

    /// The group of that name, made if there is none.
    pub fn group(&mut self, name: &str, spot: &Spot) -> usize {
        if let Some(position) = self.inventory.groups.get_index_of(name) {
            let group = &mut self.inventory.groups[position];
            group.place.get_or_insert_with(|| spot.place.clone());
            return position;
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.chars().all(is_plain) || name.starts_with(|c: char| c.is_ascii_digit()) {
            let issue = spot
                .warning(format!("the group name `{name}` is no valid variable name"))
                .hint("it is kept, but templates can only reach it as `groups['…']`");
            self.complain_once(format!("group {name}"), issue);
        }
        self.put_group(name, Some(spot.place.clone()))
    }

    fn put_group(&mut self, name: &str, place: Option<Place>) -> usize {
        let group = Group { place, priority: 1, ..Group::default() };
        self.inventory.groups.insert_full(name.to_owned(), group).0
    }

    /// Makes `child` a child of `parent`; a circle is an error at `spot`.
    pub fn adopt(&mut self, parent: usize, child: usize, spot: &Spot) {
        let name = self.inventory.group_name(child).to_owned();
        if child == 0 {
            self.issues.push(
                spot.error("the group `all` cannot be the child of a group")
                    .hint("every group is already a child of `all`; remove this line"),
            );
        } else if parent == child {
            self.issues.push(
                spot.error(format!("the group `{name}` is its own child")).hint("remove this line"),
            );
        } else if self.is_above(child, parent) {
            let parent = self.inventory.group_name(parent);
            self.issues.push(
                spot.error(format!(
                    "`{name}` cannot be a child of `{parent}`, which already stands below it"
                ))
                .hint("groups must not run in a circle: remove one of the two"),
            );
        } else {
            self.link(parent, child);
        }
    }

    fn link(&mut self, parent: usize, child: usize) {
        if self.children.insert((parent, child)) {
            self.inventory.groups[parent].children.push(child);
            self.inventory.groups[child].parents.push(parent);
        }
    }

    /// Whether `upper` is somewhere above `lower`.
    fn is_above(&self, upper: usize, lower: usize) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![lower];
        while let Some(position) = open.pop() {
            if position == upper {
                return true;
            }
            if seen.insert(position) {
                open.extend(self.inventory.group(position).into_iter().flat_map(|g| &g.parents));
            }
        }
        false
    }

    /// The hosts that `written` (a name, an address, ranges, a port) stands for, put into a
    /// group. What cannot be read is reported and gives no host.
    pub fn hosts(
        &mut self,
        written: &str,
        group: usize,
        source: &Arc<str>,
        spot: &Spot,
    ) -> Vec<String> {
        let Address { name, port } =
            address::parse(written).unwrap_or(Address { name: written.to_owned(), port: None });
        let names = match address::expand(&name) {
            Ok(names) => names,
            Err(message) => {
                let issue = spot
                    .error(message)
                    .hint("write ranges as `fw[1:9]`, `fw[01:60]`, `fw[a:f]` or `fw[0:100:10]`");
                self.issues.push(issue);
                return Vec::new();
            }
        };
        for name in &names {
            self.host(name, port, group, source, Some(spot));
        }
        names
    }

    /// Puts one host into a group, made if there is none of that name.
    pub fn host(
        &mut self,
        name: &str,
        port: Option<u32>,
        group: usize,
        source: &Arc<str>,
        spot: Option<&Spot>,
    ) {
        if name.is_empty() {
            self.issues.extend(spot.map(|spot| spot.error("the name of the host is missing")));
            return;
        }
        let place = spot.map(|spot| spot.place.clone());
        let position = match self.inventory.hosts.get_index_of(name) {
            Some(position) => {
                if port.is_some_and(|port| self.port_of(position) != Some(port)) {
                    self.issues.extend(spot.map(|spot| {
                        spot.warning(format!(
                            "the host `{name}` was named before, so this port is ignored, as \
                             Ansible does"
                        ))
                        .hint("write `ansible_port=…` instead")
                    }));
                }
                position
            }
            None => {
                self.doubt(name, spot);
                let mut variables = Variables::default();
                if let Some(port) = port.filter(|port| *port > 0) {
                    let value = Located::new(Value::Int(i64::from(port)), place.clone());
                    variables.set("ansible_port", value);
                }
                let host = Host {
                    place,
                    source: source.clone(),
                    variables,
                    files: Vec::new(),
                    groups: Vec::new(),
                };
                self.inventory.hosts.insert_full(HostName::new(name), host).0
            }
        };
        if self.members.insert((group, position)) {
            self.inventory.groups[group].hosts.push(position);
        }
    }

    fn port_of(&self, host: usize) -> Option<u32> {
        match &self.inventory.hosts[host].variables.get("ansible_port")?.value {
            Value::Int(port) => u32::try_from(*port).ok(),
            _ => None,
        }
    }

    /// Warns of a name that is probably not meant as one.
    fn doubt(&mut self, name: &str, spot: Option<&Spot>) {
        let message = if name.contains('[') {
            format!("the host name `{name}` holds a bracket: ranges are only unfolded in files")
        } else if name.contains(':') && !address::is_ipv6(name) {
            format!("the host name `{name}` holds a colon and is no IPv6 address")
        } else {
            return;
        };
        let issue = match spot {
            Some(spot) => spot.warning(message),
            None => InputIssue::warning(message),
        };
        self.issues.push(issue.hint("write a range into an inventory file, a port as `name:22`"));
    }

    /// Sets a variable of a host. Where a group bears the same name, it is the group's, as in
    /// Ansible; that this happens is reported.
    pub fn set_host(&mut self, host: &str, name: &str, value: Located, spot: &Spot) {
        self.check_name(name, spot);
        let value = self.located(value);
        if let Some(group) = self.inventory.groups.get_index_of(host) {
            let issue = spot
                .warning(format!(
                    "`{host}` is a host and a group: as in Ansible, this variable becomes the \
                     group's, and so every host's in it"
                ))
                .hint("rename one of the two");
            self.complain_once(format!("variable of {host}"), issue);
            self.set_group(group, name, value, spot);
        } else if let Some(host) = self.inventory.hosts.get_mut(host) {
            host.variables.set(name, value);
        }
    }

    /// Sets a variable of a group; `ansible_group_priority` is consumed.
    pub fn set_group(&mut self, group: usize, name: &str, value: Located, spot: &Spot) {
        self.check_name(name, spot);
        let value = self.located(value);
        let group = &mut self.inventory.groups[group];
        if name != "ansible_group_priority" {
            group.variables.set(name, value);
            return;
        }
        let priority = match &value.value {
            Value::Int(priority) => Some(*priority),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        match priority {
            Some(priority) => group.priority = priority,
            None => self.issues.push(
                spot.error("`ansible_group_priority` must be a whole number")
                    .hint("higher wins among groups of equal depth; 1 is the default"),
            ),
        }
    }

    pub fn check_name(&mut self, name: &str, spot: &Spot) {
        let is_valid = name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_numeric())
            && !name.is_empty();
        if !is_valid && !self.complained.contains(name) {
            let issue = spot.warning(format!("`{name}` is no valid name of a variable")).hint(
                "use letters, digits and `_`, and begin with a letter: templates cannot \
                       reach it otherwise",
            );
            self.complain_once(name.to_owned(), issue);
        }
    }

    fn complain_once(&mut self, about: String, issue: InputIssue) {
        if self.complained.insert(about) {
            self.issues.push(issue);
        }
    }
}
