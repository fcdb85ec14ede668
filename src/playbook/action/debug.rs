//! `debug`: says something.

use crate::model::Value;
use crate::playbook::Expression;

/// What to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Debug {
    /// `msg`: any value, with templates in it.
    Message(Value),
    /// `var`: the value of an expression, shown under its text.
    Variable(Expression),
}
