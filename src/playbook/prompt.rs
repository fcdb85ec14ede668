//! `vars_prompt`: what a person is asked before a run.

use crate::model::{Place, Value};

/// One question of a play.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// The variable that holds the answer; one that `-e` sets is not asked for.
    pub name: String,
    /// What is shown.
    pub text: String,
    /// The answer where nobody gives one.
    pub default: Option<Value>,
    /// Whether what is typed is shown.
    pub is_private: bool,
    /// Asked twice, until both answers are the same.
    pub is_confirmed: bool,
    pub place: Place,
}
