//! A keyword that is true or false, or the template of one of them.

use super::{HostScope, Template};
use crate::model::Value;
use crate::template::{Templar, TemplateError, text_of};

/// `ignore_errors: true`, or `ignore_errors: "{{ is_lab }}"`.
#[derive(Debug, Clone, PartialEq)]
pub enum Flag {
    Is(bool),
    Of(Template),
}

impl Default for Flag {
    fn default() -> Self {
        Self::Is(false)
    }
}

impl Flag {
    /// Whether it may be true on any host.
    pub fn may_hold(&self) -> bool {
        *self != Self::Is(false)
    }

    /// Whether it is true on a host.
    ///
    /// # Errors
    /// The template cannot be filled in, or gives something else.
    pub fn holds(&self, scope: &HostScope, templar: &Templar) -> Result<bool, TemplateError> {
        let template = match self {
            Self::Is(known) => return Ok(*known),
            Self::Of(template) => template,
        };
        let value = templar.fill_unless_omitted(&Value::text(&*template.text), &scope.shared())?;
        let Some(value) = value else { return Ok(false) };
        truth(&text_of(&value)).ok_or_else(|| {
            let message = format!("it gives {}, which is neither true nor false", value.kind());
            TemplateError::new(message).hint("compare it with something: `x == 'y'`")
        })
    }
}

/// What Ansible takes for true and false.
pub(super) fn truth(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "y" | "t" | "1" | "1.0" => Some(true),
        "no" | "false" | "off" | "n" | "f" | "0" | "0.0" => Some(false),
        _ => None,
    }
}
