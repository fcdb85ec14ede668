//! What an action may see.

use crate::model::Value;
use crate::playbook::HostScope;
use crate::runner::reporter::Reporter;
use crate::template::{Templar, TemplateError, text_of};

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
        Ok(text_of(&self.templar.fill(&Value::text(text), &self.scope.shared())?))
    }

    /// The same; `None` where the parameter is to be left out.
    pub fn text_or_none(&self, text: &str) -> Result<Option<String>, TemplateError> {
        let value = self.templar.fill_unless_omitted(&Value::text(text), &self.scope.shared())?;
        Ok(value.as_ref().map(text_of))
    }
}
