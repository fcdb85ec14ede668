//! What an action may see.

use crate::model::Value;
use crate::playbook::HostScope;
use crate::runner::reporter::Reporter;
use crate::template::{Templar, TemplateError};

/// The host's variables, the templar, and the way out for what the device answers.
pub(in crate::runner) struct Context<'a, K> {
    pub scope: &'a HostScope,
    pub templar: &'a Templar,
    pub reporter: &'a Reporter<'a, K>,
    /// `no_log`: what the device answers is not reported.
    pub is_hidden: bool,
}

impl<K> Context<'_, K> {
    /// A text with its templates filled in.
    pub fn text(&self, text: &str) -> Result<String, TemplateError> {
        Ok(match self.templar.fill(&Value::text(text), &self.scope.shared())? {
            Value::Text(text) | Value::Unsafe(text) => text,
            Value::Null => String::new(),
            other => serde_json::to_string(&other).unwrap_or_default(),
        })
    }
}
