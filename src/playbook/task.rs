//! One task.

use crate::inventory::Variables;
use crate::model::{Place, Value};

use super::{Action, Expression, Template};

/// One action with everything that is said about when and how it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Position in its play, counted from 0, whether or not tags leave tasks out.
    pub index: usize,
    /// `name:` as written, where it may hold a template; else the name of the action.
    pub name: String,
    pub action: Action,
    /// All must hold, in this order. Evaluated for each item of a loop.
    pub when: Vec<Expression>,
    pub repeat: Option<Loop>,
    pub register: Option<String>,
    pub ignore_errors: bool,
    /// The task failed when all hold; `None`: the action itself says.
    pub failed_when: Option<Vec<Expression>>,
    /// The task changed something when all hold; `None`: it did not.
    pub changed_when: Option<Vec<Expression>>,
    /// The play's tags, then its own.
    pub tags: Vec<String>,
    /// Variables of this task alone.
    pub vars: Variables,
    /// Neither output nor messages of this task are shown or recorded.
    pub no_log: bool,
    pub place: Place,
}

/// `loop:` and `loop_control:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// A list, or the template of one.
    pub items: Value,
    /// Name under which the task sees the item: `item`.
    pub variable: String,
    /// Name under which the task sees the position, counted from 0.
    pub index_variable: Option<String>,
    /// What is shown in place of the item.
    pub label: Option<Template>,
    pub place: Place,
}
