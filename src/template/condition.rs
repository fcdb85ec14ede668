//! A condition over data, compiled once and asked often.

use minijinja::{Environment, Expression, Value as Jinja};

use super::TemplateError;
use super::conversion::from_jinja;
use super::names::{Purpose, check_code};
use super::path::explain;
use super::source::{Reading, Source};
use crate::model::Value;

/// An expression without braces that must be true or false.
#[derive(Debug)]
pub struct Condition<'e> {
    text: String,
    source: Source,
    expression: Expression<'e, 'static>,
}

impl<'e> Condition<'e> {
    pub(super) fn new(
        environment: &'e Environment<'static>,
        text: &str,
    ) -> Result<Self, TemplateError> {
        check_code(text, 0..text.len(), Purpose::Report)?;
        let source = Source::expression(text, 0..text.len(), Reading::File);
        let compiled = environment.compile_expression_owned(source.ready.clone());
        let expression = compiled.map_err(|error| TemplateError::of(&error, |_| Some(&source)))?;
        Ok(Self { text: text.to_owned(), source, expression })
    }

    /// Whether it holds for what `context` names.
    ///
    /// # Errors
    /// A name that is not there, a mistake in the expression, or a result that is neither true nor
    /// false.
    pub fn holds(&self, context: &Jinja) -> Result<bool, TemplateError> {
        let value = self.expression.eval(context.clone()).map_err(|error| {
            explain(TemplateError::of(&error, |_| Some(&self.source)), &self.text, context)
        })?;
        if value.is_undefined() {
            let error = TemplateError::undefined(self.text.trim());
            return Err(explain(error, &self.text, context));
        }
        match from_jinja(&value)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(TemplateError::new(format!(
                "it is {}, and a condition must be true or false",
                other.kind()
            ))
            .hint("compare it with something, or test it: `x is none`, `x | length > 0`")),
        }
    }
}
