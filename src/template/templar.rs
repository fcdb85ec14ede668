//! The values of playbooks and inventories, filled in.

use std::sync::Arc;

use jiff::Timestamp;
use minijinja::value::{Enumerator, Object};
use minijinja::{Environment, Value as Jinja};

use super::conversion::{from_jinja, to_jinja};
use super::environment::environment;
use super::{Scope, TemplateError};
use crate::model::Value;

/// How deep variables may refer to variables.
const MOST_DEPTH: usize = 30;

/// Whether a text holds a template: `{{`, `{%` or `{#`.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}

/// Evaluates expressions and fills templates in, as Ansible's templar does. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Templar {
    environment: Arc<Environment<'static>>,
}

impl Templar {
    /// `now` is what `now()` gives.
    pub fn new(now: Timestamp) -> Self {
        Self { environment: Arc::new(environment(now)) }
    }

    /// Checks the syntax of an expression without braces, and the names of its filters and tests.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check_expression(&self, text: &str) -> Result<(), TemplateError> {
        self.environment.compile_expression_owned(text.to_owned())?;
        Ok(())
    }

    /// Checks the syntax of a text that may hold `{{ … }}`, and the names of its filters and
    /// tests.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self, text: &str) -> Result<(), TemplateError> {
        self.environment.template_from_str(text)?;
        Ok(())
    }

    /// The value of an expression without braces, as `when:` holds it.
    ///
    /// # Errors
    /// A mistake in the expression or in a variable that it uses; an undefined result.
    pub fn evaluate(&self, text: &str, scope: &Arc<dyn Scope>) -> Result<Value, TemplateError> {
        from_jinja(&self.expression(text, scope, 0)?)
    }

    /// A value with all templates in it filled in: in lists and in the values of mappings too. A
    /// text that is one `{{ … }}` and nothing else becomes what the expression gives, any other
    /// text stays text. `Unsafe` text is left as it is.
    ///
    /// # Errors
    /// The first mistake.
    pub fn fill(&self, value: &Value, scope: &Arc<dyn Scope>) -> Result<Value, TemplateError> {
        self.fill_at(value, scope, 0)
    }

    fn fill_at(
        &self,
        value: &Value,
        scope: &Arc<dyn Scope>,
        depth: usize,
    ) -> Result<Value, TemplateError> {
        match value {
            Value::Text(text) if is_template(text) => {
                from_jinja(&self.template(text, scope, depth)?)
            }
            Value::List(items) => Ok(Value::List(
                items
                    .iter()
                    .map(|item| self.fill_at(item, scope, depth))
                    .collect::<Result<_, _>>()?,
            )),
            Value::Map(map) => Ok(Value::Map(
                map.iter()
                    .map(|(key, item)| Ok((key.clone(), self.fill_at(item, scope, depth)?)))
                    .collect::<Result<_, TemplateError>>()?,
            )),
            other => Ok(other.clone()),
        }
    }

    fn template(
        &self,
        text: &str,
        scope: &Arc<dyn Scope>,
        depth: usize,
    ) -> Result<Jinja, TemplateError> {
        if let Some(inner) = lone_expression(text)
            && let Ok(value) = self.expression(inner, scope, depth)
        {
            return Ok(value);
        }
        let template = self.environment.template_from_str(text)?;
        Ok(Jinja::from(template.render(self.context(scope, depth))?))
    }

    fn expression(
        &self,
        text: &str,
        scope: &Arc<dyn Scope>,
        depth: usize,
    ) -> Result<Jinja, TemplateError> {
        let expression = self.environment.compile_expression_owned(text.to_owned())?;
        Ok(expression.eval(self.context(scope, depth))?)
    }

    fn context(&self, scope: &Arc<dyn Scope>, depth: usize) -> Jinja {
        Jinja::from_object(Variables { templar: self.clone(), scope: Arc::clone(scope), depth })
    }
}

/// The inside of a text that is one `{{ … }}` and nothing else.
fn lone_expression(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inner.contains("{{") && !inner.contains("{%")).then_some(inner)
}

/// A scope as minijinja sees it: each variable is filled in when it is asked for.
#[derive(Debug)]
struct Variables {
    templar: Templar,
    scope: Arc<dyn Scope>,
    depth: usize,
}

impl Object for Variables {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let value = self.scope.get(key.as_str()?)?;
        let filled = match self.depth < MOST_DEPTH {
            true => self.templar.fill_at(&value, &self.scope, self.depth + 1),
            false => Err(TemplateError::new("variables refer to one another in a circle")),
        };
        Some(filled.and_then(|value| to_jinja(&value)).unwrap_or_else(|error| {
            minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, error.message).into()
        }))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(self.scope.names().into_iter().map(Jinja::from)))
    }
}
