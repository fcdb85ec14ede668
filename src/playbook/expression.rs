//! Texts of a playbook that are evaluated for each host.

use crate::model::Place;

/// An expression without braces, as `when:` holds it. Its syntax has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    pub text: String,
    pub place: Place,
}

/// Text that may hold `{{ … }}`. Its syntax has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub text: String,
    pub place: Place,
}
