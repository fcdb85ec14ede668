//! Hosts and groups, finished.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::model::{HostName, Place, Value};

use super::{HostVariables, Located, Variables};

/// The group of every host, and the one of hosts in no other group. Both always exist.
pub(super) const ALL: &str = "all";
pub(super) const UNGROUPED: &str = "ungrouped";

/// Names of the machine that the run is on. It is a host of a play where one of them is named, and
/// belongs to no group but `all`, whose variables it has and whose member it is not.
pub(super) const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Deeper nesting is refused: what walks down the groups does so by recursion.
pub(super) const MOST_DEPTH: usize = 200;

/// All hosts with their groups and variables.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// In order of first appearance.
    pub(super) hosts: IndexMap<HostName, Host>,
    /// Those of [`LOCAL_NAMES`] that are no hosts of their own. Their positions are those behind the
    /// hosts.
    pub(super) local: IndexMap<HostName, Host>,
    /// In order of first appearance; `all` and `ungrouped` first.
    pub(super) groups: IndexMap<String, Group>,
    /// `-e`
    pub(super) extra: Variables,
}

/// Variables that were set together, and for whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    pub owner: Owner<'a>,
    pub variables: &'a Variables,
}

/// Whose variables a layer holds, and what kind of file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'a> {
    /// In an inventory file.
    Group(&'a str),
    /// In `group_vars/`.
    GroupVars(&'a str),
    /// In an inventory file.
    Host(&'a str),
    /// In `host_vars/`.
    HostVars(&'a str),
    ExtraVars,
}

/// One host, as far as the inventory itself knows it.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// Where it was first named; `None` for one from a host list.
    pub place: Option<Place>,
    /// The inventory that first named it: `inventory_file`.
    pub source: Arc<str>,
    /// Set in inventory files.
    pub variables: Variables,
    /// Set in `host_vars/`, one layer for each directory, the playbook's last.
    pub files: Vec<Variables>,
    /// All groups that it is in, `all` first, then in rising precedence.
    pub groups: Vec<usize>,
}

/// One group. Hosts and groups are told by their position in the inventory.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Where it was first named; `None` for `all` and `ungrouped` when no file names them.
    pub place: Option<Place>,
    /// Direct members, in order.
    pub hosts: Vec<usize>,
    pub children: Vec<usize>,
    pub parents: Vec<usize>,
    /// Longest path from `all`.
    pub depth: usize,
    /// `ansible_group_priority`; 1 when nothing is said.
    pub priority: i64,
    /// Set in inventory files.
    pub variables: Variables,
    /// Set in `group_vars/`, one layer for each directory, the playbook's last.
    pub files: Vec<Variables>,
}

impl Inventory {
    /// The names of all hosts in order of first appearance.
    pub fn hosts(&self) -> impl ExactSizeIterator<Item = &HostName> {
        self.hosts.keys()
    }

    pub fn contains(&self, host: &str) -> bool {
        self.hosts.contains_key(host)
    }

    /// Whether a name stands for the machine that the run is on, and for no host of the inventory.
    pub fn is_local(&self, host: &str) -> bool {
        self.local.contains_key(host)
    }

    /// The names that do.
    pub fn local_names(&self) -> impl ExactSizeIterator<Item = &HostName> {
        self.local.keys()
    }

    /// How many hosts stand before this one.
    pub fn position_of(&self, host: &str) -> Option<usize> {
        self.hosts.get_index_of(host).or_else(|| self.local_position(host))
    }

    pub(super) fn local_position(&self, host: &str) -> Option<usize> {
        self.local.get_index_of(host).map(|position| self.hosts.len() + position)
    }

    /// Where a host was first named.
    pub fn place_of(&self, host: &str) -> Option<&Place> {
        self.hosts.get(host)?.place.as_ref()
    }

    /// The inventory that first named a host, as the user wrote it: `inventory_file`.
    pub fn source_of(&self, host: &str) -> Option<&str> {
        self.hosts.get(host).map(|host| &*host.source)
    }

    /// The names of all groups in order of first appearance, `all` and `ungrouped` first.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }

    /// The groups of a host, sorted by name and without `all`: `group_names`.
    pub fn groups_of(&self, host: &str) -> Vec<&str> {
        let Some(host) = self.hosts.get(host) else { return Vec::new() };
        let mut names: Vec<&str> =
            host.groups.iter().map(|group| self.group_name(*group)).filter(|n| *n != ALL).collect();
        names.sort_unstable();
        names
    }

    /// The hosts of a group and of the groups below it, nearest first. `None` for no such group.
    pub fn hosts_of(&self, group: &str) -> Option<Vec<&HostName>> {
        let position = self.groups.get_index_of(group)?;
        Some(self.members(position).into_iter().filter_map(|host| self.host_name(host)).collect())
    }

    /// The variables of a host after inheritance. Empty for a host that does not exist.
    pub fn variables(&self, host: &str) -> HostVariables<'_> {
        let mut variables = HostVariables::default();
        for layer in self.layers(host) {
            variables.extend(layer.variables);
        }
        variables
    }

    /// One variable of a host, without building all others.
    pub fn variable(&self, host: &str, name: &str) -> Option<&Located> {
        self.layers(host).into_iter().rev().find_map(|layer| layer.variables.get(name))
    }

    /// The layers of a host's variables in rising precedence:
    /// `[all:vars]`, the inventory's group variables, `group_vars/all`, the other `group_vars/`,
    /// the inventory's host variables, `host_vars/`, `-e`.
    ///
    /// This is Ansible's order as it runs (its setting `VARIABLE_PRECEDENCE`): a value in
    /// `group_vars/all` beats one that `[group:vars]` sets.
    pub(super) fn layers(&self, host: &str) -> Vec<Layer<'_>> {
        let found = self.hosts.get_key_value(host).or_else(|| self.local.get_key_value(host));
        let Some((name, host)) = found else { return Vec::new() };
        let groups = || {
            let named = |group: &usize| self.groups.get_index(*group);
            host.groups.iter().filter_map(named).map(|(name, group)| (name.as_str(), group))
        };
        let directories = groups().map(|(_, group)| group.files.len()).max().unwrap_or(0);
        let mut layers = Vec::new();
        for (name, group) in groups() {
            layers.push(Layer { owner: Owner::Group(name), variables: &group.variables });
        }
        for (name, all) in groups().take(1) {
            let owner = Owner::GroupVars(name);
            layers.extend(all.files.iter().map(|variables| Layer { owner, variables }));
        }
        for directory in 0..directories {
            layers.extend(groups().skip(1).filter_map(|(name, group)| {
                let variables = group.files.get(directory)?;
                Some(Layer { owner: Owner::GroupVars(name), variables })
            }));
        }
        let name = name.as_str();
        layers.push(Layer { owner: Owner::Host(name), variables: &host.variables });
        let owner = Owner::HostVars(name);
        layers.extend(host.files.iter().map(|variables| Layer { owner, variables }));
        layers.push(Layer { owner: Owner::ExtraVars, variables: &self.extra });
        layers.retain(|layer| !layer.variables.is_empty());
        layers
    }

    /// What is set for a host itself, and not for a group of it, in rising precedence.
    pub(super) fn own_layers(&self, host: &str) -> impl Iterator<Item = &Variables> {
        let host = self.hosts.get(host);
        host.into_iter().flat_map(|host| [&host.variables].into_iter().chain(&host.files))
    }

    /// All that is set anywhere, for whomever.
    pub(super) fn all_variables(&self) -> impl Iterator<Item = &Variables> {
        let of_groups = self.groups.values().map(|group| (&group.variables, &group.files));
        let of_hosts = self.hosts.values().map(|host| (&host.variables, &host.files));
        let layers = of_groups.chain(of_hosts);
        layers.flat_map(|(own, files)| [own].into_iter().chain(files)).chain([&self.extra])
    }

    /// Lays the variables of `-e` over those of every host.
    pub fn lay_over(&mut self, extra: Variables) {
        self.extra = extra;
    }

    pub(super) fn group(&self, position: usize) -> Option<&Group> {
        self.groups.get_index(position).map(|(_, group)| group)
    }

    pub(super) fn group_name(&self, position: usize) -> &str {
        self.groups.get_index(position).map_or("", |(name, _)| name)
    }

    pub(super) fn host_name(&self, position: usize) -> Option<&HostName> {
        let behind = || self.local.get_index(position.checked_sub(self.hosts.len())?);
        self.hosts.get_index(position).or_else(behind).map(|(name, _)| name)
    }

    /// The hosts of a group and all groups below it, breadth first, each once.
    pub(super) fn members(&self, group: usize) -> Vec<usize> {
        let mut hosts = Vec::new();
        let mut seen_hosts = HashSet::new();
        let mut seen = HashSet::from([group]);
        let mut queue = VecDeque::from([group]);
        while let Some(group) = queue.pop_front().and_then(|position| self.group(position)) {
            hosts.extend(group.hosts.iter().filter(|host| seen_hosts.insert(**host)));
            queue.extend(group.children.iter().filter(|child| seen.insert(**child)));
        }
        hosts
    }

    /// Brings depths, memberships and the order of precedence up to date, after all sources.
    pub(super) fn settle(&mut self) {
        self.adopt_orphans();
        self.sort_out_ungrouped();
        let depths = self.depths();
        for (group, depth) in self.groups.values_mut().zip(depths) {
            group.depth = depth;
        }
        let ranks = self.ranks();
        for (host, groups) in self.memberships(&ranks).into_iter().enumerate() {
            if let Some((_, host)) = self.hosts.get_index_mut(host) {
                host.groups = groups;
            }
        }
        self.settle_local();
    }

    fn settle_local(&mut self) {
        let connection = || Located::new(Value::text("local"), None);
        let local = |name: &str| {
            let mut variables = Variables::default();
            variables.set("ansible_connection", connection());
            let host = Host {
                place: None,
                source: Arc::from(""),
                variables,
                files: Vec::new(),
                groups: vec![0],
            };
            (HostName::from(name), host)
        };
        let names = LOCAL_NAMES.into_iter().filter(|name| !self.hosts.contains_key(*name));
        self.local = names.map(local).collect();
    }

    /// Groups without a parent are children of `all`.
    fn adopt_orphans(&mut self) {
        let orphans: Vec<usize> = self
            .groups
            .values()
            .enumerate()
            .filter(|(position, group)| *position != 0 && group.parents.is_empty())
            .map(|(position, _)| position)
            .collect();
        for orphan in orphans {
            self.groups[0].children.push(orphan);
            self.groups[orphan].parents.push(0);
        }
    }

    /// A host belongs to `ungrouped` when no other group but `all` holds it.
    fn sort_out_ungrouped(&mut self) {
        let mut grouped = vec![false; self.hosts.len()];
        let is_named = |name: &str| name != ALL && name != UNGROUPED;
        for (_, group) in self.groups.iter().filter(|(name, _)| is_named(name)) {
            for host in &group.hosts {
                grouped[*host] = true;
            }
        }
        let Some(ungrouped) = self.groups.get_mut(UNGROUPED) else { return };
        ungrouped.hosts.retain(|host| !grouped[*host]);
        for host in &ungrouped.hosts {
            grouped[*host] = true;
        }
        ungrouped.hosts.extend((0..grouped.len()).filter(|host| !grouped[*host]));
    }

    /// The longest path from `all` to each group; the graph has no cycles.
    fn depths(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.groups.values().map(|g| g.parents.len()).collect();
        let mut depths = vec![0; missing.len()];
        let mut queue: VecDeque<usize> =
            (0..missing.len()).filter(|group| missing[*group] == 0).collect();
        while let Some(position) = queue.pop_front() {
            for child in self.group(position).map_or(&[][..], |group| &group.children) {
                depths[*child] = depths[*child].max(depths[position] + 1);
                missing[*child] -= 1;
                if missing[*child] == 0 {
                    queue.push_back(*child);
                }
            }
        }
        depths
    }

    /// The place of each group in the order of precedence: by depth, priority, name.
    fn ranks(&self) -> Vec<usize> {
        let mut order: Vec<(usize, i64, &str, usize)> = self
            .groups
            .iter()
            .enumerate()
            .map(|(position, (name, group))| (group.depth, group.priority, name.as_str(), position))
            .collect();
        order.sort_unstable();
        let mut ranks = vec![0; order.len()];
        for (rank, (.., position)) in order.into_iter().enumerate() {
            ranks[position] = rank;
        }
        ranks
    }

    /// All groups of each host in rising precedence, `all` first.
    fn memberships(&self, ranks: &[usize]) -> Vec<Vec<usize>> {
        let mut direct: Vec<Vec<usize>> = vec![Vec::new(); self.hosts.len()];
        for (position, group) in self.groups.values().enumerate() {
            for host in &group.hosts {
                direct[*host].push(position);
            }
        }
        // Many hosts share the same direct groups.
        let mut known: HashMap<Vec<usize>, Vec<usize>> = HashMap::new();
        direct
            .into_iter()
            .map(|groups| {
                known.entry(groups).or_insert_with_key(|groups| self.upwards(groups, ranks)).clone()
            })
            .collect()
    }

    /// `groups` and everything above them, in rising precedence.
    fn upwards(&self, groups: &[usize], ranks: &[usize]) -> Vec<usize> {
        let mut found = Vec::from([0]);
        let mut seen = HashSet::from([0]);
        let mut open = groups.to_vec();
        while let Some(position) = open.pop() {
            if seen.insert(position) {
                found.push(position);
                open.extend(self.group(position).into_iter().flat_map(|group| &group.parents));
            }
        }
        found[1..].sort_unstable_by_key(|group| ranks[*group]);
        found
    }
}
