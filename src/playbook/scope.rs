//! What names mean on one host while a run goes on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::inventory::{Inventory, Located, Variables, is_secret_name};
use crate::model::{HostName, InputIssue, Value};
use crate::template::{Scope, Templar, text_of};
use crate::vault::{Opened, VaultError};

use super::fact::Fact;
use super::file_lookup::Shelves;
use super::library::{self, Library};
use super::tags::Tags;
use super::{Lookup, PlannedPlay, Request, Task};

/// What every host of a run shares.
#[derive(Debug)]
pub struct RunVariables {
    pub(super) inventory: Arc<Inventory>,
    pub(super) request: Request,
    pub(super) tags: Tags,
    pub(super) library: Arc<dyn Library>,
}

/// Variables that a run has set for one host.
pub type Facts = IndexMap<String, Fact>;

/// What is known of the other hosts of a run.
pub type Peers = HashMap<HostName, Peer>;

/// What is known of another host.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    pub facts: Arc<Facts>,
    /// What it opened out of vaults: its facts may be made of that.
    pub opened: Opened,
}

/// A fact that one host sets for another.
#[derive(Debug, Clone)]
pub struct Letter {
    pub name: String,
    pub value: Value,
    /// What the sender opened out of vaults.
    pub opened: Opened,
}

impl Peer {
    /// Notes what another host has set for it.
    pub fn receive(&mut self, letter: &Letter) {
        Arc::make_mut(&mut self.facts).insert(letter.name.clone(), letter.value.clone().into());
        self.opened.learn(&letter.opened);
    }
}

/// The variables of one host within one play: Ansible's precedence, lowest first: inventory, play
/// `vars`, `vars_prompt`, `vars_files`, block and task `vars`, `include_vars`, registered results
/// and `set_fact`, those of an include, `-e`, loop variables, magic variables.
///
/// Connection secrets are in none of them: a template that names one finds nothing.
#[derive(Debug, Clone)]
pub struct HostScope {
    run: Arc<RunVariables>,
    play: Arc<PlannedPlay>,
    host: HostName,
    /// The task that is running.
    task: Option<Arc<Task>>,
    /// Those of `vars_files` whose names hold templates.
    files: Arc<Variables>,
    included: Arc<Facts>,
    facts: Arc<Facts>,
    /// The variables of the includes around the task, the outermost first.
    params: Arc<Vec<(String, Value)>>,
    items: Vec<(String, Value)>,
    opened: Opened,
    peers: Arc<Peers>,
    /// The hosts of its batch that are still there; `None`: those of the play.
    batch: Option<Arc<Vec<HostName>>>,
    /// The hosts that failed before this batch began.
    failed: Arc<HashSet<HostName>>,
    /// It stands for another host in `hostvars`, where a play says nothing: what that host opened.
    peer: Option<Opened>,
}

impl HostScope {
    pub fn new(run: Arc<RunVariables>, play: Arc<PlannedPlay>, host: HostName) -> Self {
        Self {
            run,
            play,
            host,
            task: None,
            files: Arc::default(),
            included: Arc::default(),
            facts: Arc::default(),
            params: Arc::default(),
            items: Vec::new(),
            opened: Opened::default(),
            peers: Arc::default(),
            batch: None,
            failed: Arc::default(),
            peer: None,
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
        self.files = Arc::default();
        self.params = Arc::default();
        self.batch = None;
        self.items.clear();
    }

    /// What has been registered or set so far.
    pub fn facts(&self) -> &Arc<Facts> {
        &self.facts
    }

    /// What others may know of this host.
    pub fn known(&self) -> Peer {
        Peer { facts: self.facts.clone(), opened: self.opened.clone() }
    }

    /// What is known of the other hosts.
    pub fn meet(&mut self, peers: Arc<Peers>) {
        self.peers = peers;
    }

    /// Which hosts of its batch are still there, and which failed before it began.
    pub fn join(&mut self, batch: Arc<Vec<HostName>>, failed: Arc<HashSet<HostName>>) {
        self.batch = Some(batch);
        self.failed = failed;
    }

    /// Reads those of `vars_files` whose names are known now that the host is.
    ///
    /// # Errors
    /// What is wrong with the first of them that cannot be used.
    pub fn read_files(&mut self, templar: &Templar) -> Result<(), InputIssue> {
        let mut read = Variables::default();
        for file in &self.play.clone().files {
            let mut names = Vec::new();
            for name in &file.names {
                let filled = templar.fill(&Value::text(&*name.text), &self.shared());
                let filled = filled.map_err(|error| error.at(&name.place, 1))?;
                names.push(text_of(&filled));
            }
            let variables = library::variables(&*self.run.library, &file.from, &names);
            let (_, variables) = variables.map_err(|issues| {
                let place = file.names.first().map(|name| name.place.clone());
                let first = issues.into_iter().find(InputIssue::is_error);
                match (first, place) {
                    (Some(issue), Some(place)) if issue.place.is_none() => issue.at(place, 1),
                    (Some(issue), _) => issue,
                    (None, _) => InputIssue::error("a file of `vars_files` cannot be read"),
                }
            })?;
            for (name, value) in variables.iter() {
                read.set(name, value.clone());
            }
            self.files = Arc::new(read.clone());
        }
        Ok(())
    }

    /// Goes on to a task of the play.
    pub fn enter_task(&mut self, task: Arc<Task>) {
        self.task = Some(task);
        self.items.clear();
    }

    /// Goes into the tasks of an include, with its variables. What is given back is to be put in
    /// its place again with [`HostScope::leave_include`].
    pub fn enter_include(&mut self, params: Vec<(String, Value)>) -> Arc<Vec<(String, Value)>> {
        let inner = self.params.iter().cloned().chain(params).collect();
        std::mem::replace(&mut self.params, Arc::new(inner))
    }

    pub fn leave_include(&mut self, params: Arc<Vec<(String, Value)>>) {
        self.params = params;
    }

    /// Sets what `register` or `set_fact` sets: for this host, for all that follows.
    pub fn set_fact(&mut self, name: impl Into<String>, value: impl Into<Fact>) {
        Arc::make_mut(&mut self.facts).insert(name.into(), value.into());
    }

    /// A fact for another host.
    pub fn letter(&self, name: String, value: Value) -> Letter {
        Letter { name, value, opened: self.opened.clone() }
    }

    /// Sets what another host has set for this one. What that one opened is hidden in all that this
    /// one says from now on.
    pub fn receive(&mut self, letter: Letter) {
        self.opened.learn(&letter.opened);
        self.set_fact(letter.name, letter.value);
    }

    /// Sets what another host has included for this one.
    pub fn receive_included(&mut self, letter: Letter) {
        self.opened.learn(&letter.opened);
        self.include(letter.name, letter.value);
    }

    /// A value that is going to be used: what was in a vault is hidden in all that this host says
    /// from now on.
    pub fn used(&self, located: &Located) -> Value {
        if located.sealed {
            self.opened.remember(&located.value);
        }
        located.value.clone()
    }

    /// Sets what `include_vars` sets: for this host, for all that follows.
    pub fn include(&mut self, name: impl Into<String>, value: Value) {
        Arc::make_mut(&mut self.included).insert(name.into(), value.into());
    }

    /// Whether the tags let a task of an included file run.
    pub fn wants(&self, task: &Task) -> bool {
        self.run.tags.select(&task.tags)
    }

    /// The path of a file as Ansible tells it. A list of hosts is none.
    pub fn absolute(&self, path: &str) -> String {
        let folder = &self.run.request.working_dir;
        match path.strip_prefix("./").unwrap_or(path) {
            path if path.starts_with('/') || path.contains(',') || folder.is_empty() => {
                path.to_owned()
            }
            path => format!("{folder}/{path}"),
        }
    }

    /// Where the files that loops and `lookup` name are looked for.
    pub fn shelves(&self) -> Shelves<'_> {
        let playbook = &self.run.request.playbook_dir;
        let of_task = self.task.as_ref().map(|task| {
            let file = self.absolute(&task.place.file);
            file.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
        });
        let of_task = of_task.filter(|folder| folder != playbook);
        Shelves {
            library: self.library(),
            folders: of_task.into_iter().chain([playbook.clone()]).collect(),
        }
    }

    /// Where files are read from.
    pub fn library(&self) -> &dyn Library {
        &*self.run.library
    }

    /// How often `-v` was given.
    pub fn verbosity(&self) -> u8 {
        self.run.request.verbosity
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

    fn batch_of_play(&self) -> &[HostName] {
        let of_host = |batch: &&Vec<HostName>| batch.contains(&self.host);
        self.play.batches.iter().find(of_host).map_or(&[], Vec::as_slice)
    }

    fn play_vars(&self) -> Option<&Variables> {
        self.peer.is_none().then_some(&self.play.vars)
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
            "inventory_file" => Value::Unsafe(self.absolute(inventory.source_of(host)?)),
            "inventory_dir" => {
                let file = self.absolute(inventory.source_of(host)?);
                Value::Unsafe(file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned())
            }
            "group_names" => texts(inventory.groups_of(host)),
            "groups" => {
                let members = |group| texts(inventory.hosts_of(group).into_iter().flatten());
                let groups = inventory.groups().map(|group| (group.to_owned(), members(group)));
                Value::Map(groups.collect())
            }
            "playbook_dir" => Value::Unsafe(request.playbook_dir.clone()),
            "ansible_play_name" => Value::Unsafe(self.play.name.clone()),
            "ansible_play_hosts_all" => texts(&self.play.listed),
            "ansible_play_hosts" | "play_hosts" | "ansible_play_batch" => match &self.batch {
                Some(batch) if name == "ansible_play_batch" || self.play.batches.len() == 1 => {
                    texts(&**batch)
                }
                _ if name == "ansible_play_batch" => texts(self.batch_of_play()),
                Some(batch) => {
                    let own = self.batch_of_play();
                    let is_left = |host: &&HostName| {
                        batch.contains(host) || !own.contains(host) && !self.failed.contains(*host)
                    };
                    texts(self.play.listed.iter().filter(is_left))
                }
                None => texts(&self.play.listed),
            },
            "ansible_limit" => Value::Unsafe(request.limit_text.clone()?),
            "ansible_run_tags" if request.tags.is_empty() => texts(["all"]),
            "ansible_run_tags" => texts(&request.tags),
            "ansible_skip_tags" => texts(&request.skip_tags),
            "ansible_check_mode" => Value::Bool(request.checks_only),
            "ansible_diff_mode" => Value::Bool(false),
            "ansible_forks" => Value::Int(i64::try_from(request.forks).unwrap_or(i64::MAX)),
            "ansible_verbosity" => Value::Int(i64::from(request.verbosity)),
            "ansible_version" => version(),
            // Nothing runs in Python here.
            "ansible_playbook_python" => Value::Unsafe("python3".to_owned()),
            _ => return None,
        })
    }
}

/// Names that mean something on every host; no playbook may set them.
pub(super) const MAGIC: [&str; 24] = [
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
    "ansible_forks",
    "ansible_verbosity",
    "ansible_version",
    "ansible_playbook_python",
    "hostvars",
    "omit",
    "vars",
];

/// The version of Ansible whose language this is.
fn version() -> Value {
    let text = |text: &str| Value::Unsafe(text.to_owned());
    let fields = [
        ("full", text("2.19.0")),
        ("major", Value::Int(2)),
        ("minor", Value::Int(19)),
        ("revision", Value::Int(0)),
        ("string", text("2.19.0")),
    ];
    Value::Map(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> Value {
    Value::List(items.into_iter().map(|item| Value::Unsafe(item.to_string())).collect())
}

impl Scope for HostScope {
    fn get(&self, name: &str) -> Option<Value> {
        if is_secret_name(name) {
            return None;
        }
        let value = |located: &Located| self.used(located);
        let fact = |fact: &Fact| fact.value().clone();
        let variables = |variables: &Variables| variables.get(name).map(value);
        self.magic(name)
            .or_else(|| {
                let item = self.items.iter().rev().find(|(item, _)| item == name);
                item.map(|(_, value)| value.clone())
            })
            .or_else(|| variables(&self.run.request.extra_vars))
            .or_else(|| {
                let param = self.params.iter().rev().find(|(param, _)| param == name);
                param.map(|(_, value)| value.clone())
            })
            .or_else(|| {
                let known = self.facts.get(name)?;
                self.peer.iter().for_each(|opened| self.opened.learn(opened));
                Some(fact(known))
            })
            .or_else(|| self.included.get(name).map(fact))
            .or_else(|| self.task_vars().and_then(variables))
            .or_else(|| variables(&self.files))
            .or_else(|| self.play_vars().and_then(variables))
            .or_else(|| {
                let inventory = &self.run.inventory;
                inventory.variable(self.host.as_str(), name).map(value)
            })
    }

    fn names(&self) -> Vec<String> {
        let inventory = self.run.inventory.variables(self.host.as_str());
        let extra = &self.run.request.extra_vars;
        let layers = [Some(extra), self.task_vars(), Some(&*self.files), self.play_vars()];
        let mut names: Vec<String> = MAGIC.iter().map(ToString::to_string).collect();
        names.extend(layers.into_iter().flatten().flat_map(Variables::iter).map(|(n, _)| n.into()));
        names.extend(self.items.iter().chain(&*self.params).map(|(name, _)| name.clone()));
        names.extend(self.facts.keys().chain(self.included.keys()).cloned());
        names.extend(inventory.names().map(str::to_owned));
        names.retain(|name| !is_secret_name(name));
        names.sort_unstable();
        names.dedup();
        names
    }

    fn open(&self, ciphertext: &str) -> Result<Value, VaultError> {
        self.opened.open(&self.run.request.keyring, ciphertext)
    }

    fn look_up(&self, name: &str, terms: Vec<Value>) -> Option<Result<Vec<Value>, String>> {
        Some(Lookup::named(name)?.items(Value::List(terms), &self.shelves()))
    }

    fn has_peers(&self) -> bool {
        true
    }

    fn peers(&self) -> Vec<String> {
        self.run.inventory.hosts().map(ToString::to_string).collect()
    }

    fn peer(&self, host: &str) -> Option<Arc<dyn Scope>> {
        let inventory = &self.run.inventory;
        let is_known = inventory.contains(host) || inventory.is_local(host);
        let host = is_known.then(|| HostName::from(host))?;
        let is_self = host == self.host;
        let known = match self.peers.get(&host) {
            _ if is_self => self.known(),
            known => known.cloned().unwrap_or_default(),
        };
        let included = if is_self { self.included.clone() } else { Arc::default() };
        let (run, play) = (self.run.clone(), self.play.clone());
        // What is opened for another host is hidden in what this one says.
        let scope = Self::new(run, play, host).remembering(self.opened.clone());
        Some(Arc::new(Self {
            facts: known.facts,
            included,
            peers: self.peers.clone(),
            peer: Some(known.opened),
            ..scope
        }))
    }
}
