//! What happens during a run: the one channel between the workers and the rest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    HostName, HostOutcome, Limits, Mute, Negotiated, Origin, OwnRule, ReportRequest, Transcript,
};

/// One fact about a run. Workers send them, one loop applies them, the store keeps them; a
/// [`super::RunRecord`] is a fold over them. Additions must stay readable by old records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    RunStarted {
        run: RunHeader,
    },
    /// Another process goes on with the run, after the one before or beside it.
    PartStarted {
        at: Timestamp,
        /// Version of tokenfleet.
        version: String,
        /// How many hosts it sets out to examine.
        hosts: usize,
        /// What a reader of the report must know of it, such as a playbook that has changed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
    },
    HostStarted {
        host: HostName,
        at: Timestamp,
    },
    /// The login was accepted, over SSH.
    HostConnected {
        host: HostName,
        at: Timestamp,
        negotiated: Negotiated,
    },
    CommandAnswered {
        host: HostName,
        transcript: Transcript,
    },
    TaskFinished {
        host: HostName,
        at: Timestamp,
        task: TaskRef,
        outcome: TaskOutcome,
    },
    HostFinished {
        host: HostName,
        at: Timestamp,
        outcome: HostOutcome,
    },
    RunFinished {
        at: Timestamp,
        interrupted: bool,
    },
}

/// What is known of a run before its first packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHeader {
    /// Sorts by time: `20261124T031500Z-7f3a`.
    pub id: String,
    /// Version of tokenfleet.
    pub version: String,
    /// Path of the playbook, as given.
    pub playbook: String,
    /// Paths of the inventories, as given.
    pub inventories: Vec<String>,
    /// `--limit`, as given.
    #[serde(default)]
    pub limit: Option<String>,
    pub started: Timestamp,
    /// Every host of the run, in inventory order: none may go missing.
    pub hosts: Vec<HostEntry>,
    /// Things a reader of the report must know of how it came about, such as a check that was
    /// switched off.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the plays ask for, in order.
    #[serde(default)]
    pub reports: Vec<ReportRequest>,
    /// What the plays add to the built-in rules, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<OwnRule>,
    /// What the plays mute, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutes: Vec<Mute>,
    /// Id of the run before a swap that this one is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// `None` in runs of versions that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl RunHeader {
    /// How many devices it is about.
    pub fn devices(&self) -> usize {
        self.hosts.iter().filter(|entry| !entry.is_controller).count()
    }
}

/// One host of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostEntry {
    pub host: HostName,
    /// `address:port`
    pub address: String,
    /// Groups but `all`, in the order Ansible gives them.
    pub groups: Vec<String>,
    /// Where rules draw their lines on it.
    #[serde(flatten)]
    pub limits: Limits,
    /// Serial of the unit that is to replace this one (`new_serial`), as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_serial: Option<String>,
    /// The machine that the run was on, where a play names it: it is no device, and stands in no
    /// report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_controller: bool,
}

/// Which task of which play.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskRef {
    /// Both count from 0, in file order.
    pub play: usize,
    pub task: usize,
    /// Where the task stands in a file that `task` included: for each include the number of the
    /// item and that of the task in its file, counted from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<usize>,
    pub name: String,
    /// Name of the action: `fortitoken_info`.
    pub action: String,
}

/// How a task ended on one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskOutcome {
    pub status: TaskStatus,
    /// `changed_when` said so; nothing here changes a device.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
    /// The host in whose name the task was done (`delegate_to`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegate: Option<String>,
    /// What a person should read: the cause of a failure, the text of a `debug`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The result itself, where somebody wants to see it (`--format ansible`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<TaskDetail>>,
}

/// What Ansible would print of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDetail {
    pub status: TaskStatus,
    pub changed: bool,
    /// What stands for the item of a loop; `None` for a task itself.
    pub item: Option<String>,
    /// The host in whose name it was done.
    #[serde(default)]
    pub delegate: Option<String>,
    /// JSON.
    pub result: String,
    /// Whether it is there to be read, as what `debug` says is.
    pub is_said: bool,
    /// How often it ran again, and how often it may.
    pub retries: (u32, u32),
    /// The items of a loop.
    pub items: Vec<TaskDetail>,
}

impl TaskDetail {
    /// Changes every text in it.
    pub fn hide(&mut self, hide: &dyn Fn(&str) -> String) {
        self.result = hide(&self.result);
        self.item = self.item.as_deref().map(hide);
        self.delegate = self.delegate.as_deref().map(hide);
        self.items.iter_mut().for_each(|item| item.hide(hide));
    }
}

impl TaskOutcome {
    pub fn new(status: TaskStatus, message: Option<String>) -> Self {
        Self { status, changed: false, delegate: None, message, detail: None }
    }
}

/// The states of Ansible's recap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Ok,
    Skipped,
    Failed,
    /// Failed, with `ignore_errors`; or not reached, with `ignore_unreachable`.
    Ignored,
    /// Failed in a block whose `rescue` took over.
    Rescued,
    /// The device was not reached.
    Unreachable,
}
