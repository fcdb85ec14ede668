//! One task.

use std::time::Duration;

use crate::inventory::Variables;
use crate::model::{Place, Value};

use super::{Action, Expression, Flag, Lookup, Template};

/// One action with everything that is said about when and how it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Position in its play, counted from 0, whether or not tags leave tasks out.
    pub index: usize,
    /// `name:` as written, where it may hold a template; else the name of the action.
    pub name: String,
    /// Whether it has a name of its own.
    pub is_named: bool,
    pub action: Action,
    /// All must hold, in this order, those of its blocks first. Evaluated for each item of a loop.
    pub when: Vec<Expression>,
    pub repeat: Option<Loop>,
    /// `until`, `retries` and `delay`.
    pub retry: Option<Retry>,
    pub register: Option<String>,
    pub ignore_errors: Flag,
    /// A device that is not reached costs this task alone; the next one tries again.
    pub ignore_unreachable: Flag,
    /// The most that its action may take.
    pub timeout: Option<Duration>,
    /// The task failed when all hold; `None`: the action itself says.
    pub failed_when: Option<Vec<Expression>>,
    /// The task changed something when all hold; `None`: it did not.
    pub changed_when: Option<Vec<Expression>>,
    /// One host of a batch does it for all.
    pub run_once: Flag,
    /// Where it fails on one host, all of them stop.
    pub any_errors_fatal: Flag,
    /// The most hosts that do it at once.
    pub throttle: Option<usize>,
    pub delegate: Option<Delegate>,
    /// Those of its play and its blocks, then its own.
    pub tags: Vec<String>,
    /// Those of its blocks, and its own over them.
    pub vars: Variables,
    /// Neither output nor messages of this task are shown or recorded.
    pub no_log: Flag,
    pub place: Place,
}

/// `delegate_to`: in whose name a task is done that needs no device.
#[derive(Debug, Clone, PartialEq)]
pub struct Delegate {
    pub to: Template,
    /// Whether its facts are set for that host: `delegate_facts`.
    pub facts: bool,
}

/// How often a task runs again until it is content.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// All must hold; without any, the task must not fail.
    pub until: Vec<Expression>,
    /// Runs after the first: a whole number, or the template of one.
    pub retries: Value,
    /// Seconds between two runs: a number, or the template of one.
    pub delay: Value,
}

/// `loop:` or one of its like, and `loop_control:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    pub lookup: Lookup,
    /// What the lookup makes items of, or the template of it.
    pub items: Value,
    /// Name under which the task sees the item: `item`.
    pub variable: String,
    /// Name under which the task sees the position, counted from 0.
    pub index_variable: Option<String>,
    /// What is shown in place of the item.
    pub label: Option<Template>,
    /// Wait between two items.
    pub pause: Duration,
    /// Whether the task sees `ansible_loop`.
    pub extended: Option<Extended>,
    /// No item follows the one after which all hold.
    pub break_when: Vec<Expression>,
    pub place: Place,
}

/// What `ansible_loop` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extended {
    /// `allitems` too, unless `extended_allitems` is false.
    pub has_all: bool,
}
