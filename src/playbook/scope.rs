//! What names mean on one host while a run goes on.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::inventory::{Inventory, Located, Variables, is_secret_name};
use crate::model::{HostName, Value};
use crate::template::Scope;
use crate::vault::{Opened, VaultError};

use super::{PlannedPlay, Request, Task};

/// What every host of a run shares.
#[derive(Debug)]
pub struct RunVariables {
    pub(super) inventory: Arc<Inventory>,
    pub(super) request: Request,
}

/// The variables of one host within one play: Ansible's precedence, lowest first: inventory, play
/// `vars`, task `vars`, registered results and `set_fact`, `-e`, loop variables, magic variables.
///
/// Connection secrets are in none of them: a template that names one finds nothing.
#[derive(Debug, Clone)]
pub struct HostScope {
    run: Arc<RunVariables>,
    play: Arc<PlannedPlay>,
    host: HostName,
    /// The task that is running.
    task: Option<Arc<Task>>,
    facts: Arc<IndexMap<String, Value>>,
    items: Vec<(String, Value)>,
    opened: Opened,
}

impl HostScope {
    pub fn new(run: Arc<RunVariables>, play: Arc<PlannedPlay>, host: HostName) -> Self {
        Self {
            run,
            play,
            host,
            task: None,
            facts: Arc::default(),
            items: Vec::new(),
            opened: Opened::default(),
        }
    }

    /// What is opened out of vaults is remembered in `opened`.
    pub fn remembering(mut self, opened: Opened) -> Self {
        self.opened = opened;
        self
    }

    /// The same host in another play: what was registered or set stays.
    pub fn enter_play(&mut self, play: Arc<PlannedPlay>) {
        self.play = play;
        self.task = None;
        self.items.clear();
    }

    /// Goes on to a task of the play.
    pub fn enter_task(&mut self, task: Arc<Task>) {
        self.task = Some(task);
        self.items.clear();
    }

    /// Sets what `register` or `set_fact` sets: for this host, for all that follows.
    pub fn set_fact(&mut self, name: impl Into<String>, value: Value) {
        Arc::make_mut(&mut self.facts).insert(name.into(), value);
    }

    /// The scope of one turn of a loop, or of one look at a result.
    pub fn with(&self, items: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut scope = self.clone();
        scope.items.extend(items);
        scope
    }

    /// As the templar takes it.
    pub fn shared(&self) -> Arc<dyn Scope> {
        Arc::new(self.clone())
    }

    fn task_vars(&self) -> Option<&Variables> {
        self.task.as_ref().map(|task| &task.vars)
    }

    fn magic(&self, name: &str) -> Option<Value> {
        let host = self.host.as_str();
        let inventory = &self.run.inventory;
        let request = &self.run.request;
        Some(match name {
            "inventory_hostname" => Value::Unsafe(host.to_owned()),
            "inventory_hostname_short" => {
                Value::Unsafe(host.split('.').next().unwrap_or(host).to_owned())
            }
            "inventory_file" => Value::Unsafe(inventory.source_of(host)?.to_owned()),
            "inventory_dir" => {
                let folder =
                    inventory.source_of(host)?.rsplit_once('/').map_or(".", |(dir, _)| dir);
                Value::Unsafe(folder.to_owned())
            }
            "group_names" => texts(inventory.groups_of(host)),
            "groups" => {
                let members = |group| texts(inventory.hosts_of(group).into_iter().flatten());
                let groups = inventory.groups().map(|group| (group.to_owned(), members(group)));
                Value::Map(groups.collect())
            }
            "playbook_dir" => Value::Unsafe(request.playbook_dir.clone()),
            "ansible_play_name" => Value::Unsafe(self.play.name.clone()),
            "ansible_play_hosts"
            | "ansible_play_hosts_all"
            | "ansible_play_batch"
            | "play_hosts" => texts(&self.play.hosts),
            "ansible_limit" => Value::Unsafe(request.limit_text.clone()?),
            "ansible_run_tags" if request.tags.is_empty() => texts(["all"]),
            "ansible_run_tags" => texts(&request.tags),
            "ansible_skip_tags" => texts(&request.skip_tags),
            "ansible_check_mode" | "ansible_diff_mode" => Value::Bool(false),
            _ => return None,
        })
    }
}

/// Names that mean something on every host; no playbook may set them.
pub(super) const MAGIC: [&str; 17] = [
    "inventory_hostname",
    "inventory_hostname_short",
    "inventory_file",
    "inventory_dir",
    "group_names",
    "groups",
    "playbook_dir",
    "ansible_play_name",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_batch",
    "play_hosts",
    "ansible_limit",
    "ansible_run_tags",
    "ansible_skip_tags",
    "ansible_check_mode",
    "ansible_diff_mode",
];

fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().map(|item| Value::Unsafe(item.to_string())).collect())
}

impl Scope for HostScope {
    fn get(&self, name: &str) -> Option<Value> {
        if is_secret_name(name) {
            return None;
        }
        let value = |located: &Located| {
            if located.sealed {
                self.opened.remember(&located.value);
            }
            located.value.clone()
        };
        let variables = |variables: &Variables| variables.get(name).map(value);
        self.magic(name)
            .or_else(|| {
                let item = self.items.iter().rev().find(|(item, _)| item == name);
                item.map(|(_, value)| value.clone())
            })
            .or_else(|| variables(&self.run.request.extra_vars))
            .or_else(|| self.facts.get(name).cloned())
            .or_else(|| self.task_vars().and_then(variables))
            .or_else(|| variables(&self.play.vars))
            .or_else(|| {
                let inventory = &self.run.inventory;
                inventory.variable(self.host.as_str(), name).map(value)
            })
    }

    fn names(&self) -> Vec<String> {
        let inventory = self.run.inventory.variables(self.host.as_str());
        let layers = [Some(&self.run.request.extra_vars), self.task_vars(), Some(&self.play.vars)];
        let mut names: Vec<String> = MAGIC.iter().map(ToString::to_string).collect();
        names.extend(layers.into_iter().flatten().flat_map(Variables::iter).map(|(n, _)| n.into()));
        names.extend(self.items.iter().map(|(name, _)| name.clone()));
        names.extend(self.facts.keys().cloned());
        names.extend(inventory.names().map(str::to_owned));
        names.retain(|name| !is_secret_name(name));
        names.sort_unstable();
        names.dedup();
        names
    }

    fn open(&self, ciphertext: &str) -> Result<Value, VaultError> {
        self.opened.open(&self.run.request.keyring, ciphertext)
    }
}
