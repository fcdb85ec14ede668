//! `assert`: conditions that must hold.

use crate::playbook::{Expression, Template};

/// Fails the task at the first condition that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assert {
    pub that: Vec<Expression>,
    /// `fail_msg`, or its alias `msg`.
    pub fail_msg: Option<Template>,
    pub success_msg: Option<Template>,
    /// Says nothing when all hold.
    pub quiet: bool,
}
