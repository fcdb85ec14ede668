//! The values of playbooks and inventories, filled in.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use minijinja::{Environment, Value as Jinja};

use super::conversion::from_jinja;
use super::environment::environment;
use super::evaluation::Evaluation;
use super::names::{Purpose, check_code, check_template};
use super::omit::{is_omit, omitted};
use super::shape::{check_expression_shape, check_shape};
use super::source::{Reading, Source};
use super::token::cut;
use super::{Scope, TemplateError};
use crate::model::Value;

/// Characters of an expression that a message repeats.
const MOST_SHOWN: usize = 60;

/// Whether a text holds a template: `{{`, `{%` or `{#`.
pub fn is_template(text: &str) -> bool {
    text.contains('{') && ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
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
        check_code(text, 0..text.len(), Purpose::Playbook)?;
        let source = Source::expression(text, 0..text.len(), Reading::File);
        let compiled = self.environment.compile_expression_owned(source.ready.clone());
        compiled.map(drop).map_err(|error| TemplateError::of(&error, |_| Some(&source)))
    }

    /// Checks the syntax of a text that may hold `{{ … }}`, and the names of its filters and
    /// tests.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self, text: &str) -> Result<(), TemplateError> {
        check_template(text, Purpose::Playbook)?;
        let source = Source::template(text, Reading::Value);
        let compiled = self.environment.template_from_str(&source.ready);
        compiled.map(drop).map_err(|error| TemplateError::of(&error, |_| Some(&source)))
    }

    /// The value of an expression without braces, as `when:` holds it.
    ///
    /// # Errors
    /// A mistake in the expression or in a variable that it uses; an undefined result.
    pub fn evaluate(&self, text: &str, scope: &Arc<dyn Scope>) -> Result<Value, TemplateError> {
        let evaluation = Evaluation::new(self.clone(), Arc::clone(scope));
        from_jinja(&self.expression(text, 0..text.len(), Reading::File, &evaluation)?)
    }

    /// A value with all templates in it filled in: in lists and in the values of mappings too. A
    /// text that is one `{{ … }}` and nothing else becomes what the expression gives, any other
    /// text stays text. `Unsafe` text is left as it is, and text that comes out looking like a
    /// template is `Unsafe`, so that nobody fills it in again. Vaulted values are opened, and
    /// what is `omit` is left out.
    ///
    /// # Errors
    /// The first mistake.
    pub fn fill(&self, value: &Value, scope: &Arc<dyn Scope>) -> Result<Value, TemplateError> {
        self.fill_within(value, &Evaluation::new(self.clone(), Arc::clone(scope)))
    }

    /// The same; `None` where the whole value is `omit`.
    ///
    /// # Errors
    /// The first mistake.
    pub fn fill_unless_omitted(
        &self,
        value: &Value,
        scope: &Arc<dyn Scope>,
    ) -> Result<Option<Value>, TemplateError> {
        self.fill_part(value, &Evaluation::new(self.clone(), Arc::clone(scope)))
    }

    fn fill_within(
        &self,
        value: &Value,
        evaluation: &Arc<Evaluation>,
    ) -> Result<Value, TemplateError> {
        self.fill_part(value, evaluation)?.ok_or_else(omitted)
    }

    /// `None` for what is omitted: it is left out of the list or mapping that it is in.
    fn fill_part(
        &self,
        value: &Value,
        evaluation: &Arc<Evaluation>,
    ) -> Result<Option<Value>, TemplateError> {
        Ok(Some(match value {
            Value::Text(text) if is_template(text) => {
                let filled = self.template(text, evaluation)?;
                if is_omit(&filled) {
                    return Ok(None);
                }
                from_jinja(&filled)?
            }
            Value::List(items) => items
                .iter()
                .filter_map(|item| self.fill_part(item, evaluation).transpose())
                .collect::<Result<_, _>>()
                .map(Value::List)?,
            Value::Map(map) => map
                .iter()
                .filter_map(|(key, item)| {
                    let filled = self.fill_part(item, evaluation).transpose()?;
                    Some(filled.map(|item| (key.clone(), item)))
                })
                .collect::<Result<_, _>>()
                .map(Value::Map)?,
            Value::Vault(ciphertext) => evaluation.open(ciphertext)?,
            other => other.clone(),
        }))
    }

    /// What a text with templates in it becomes.
    pub(super) fn template(
        &self,
        text: &str,
        evaluation: &Arc<Evaluation>,
    ) -> Result<Jinja, TemplateError> {
        if let Some(range) = lone_expression(text) {
            return self.expression(text, range, Reading::Value, evaluation);
        }
        check_shape(text)?;
        let source = Source::template(text, Reading::Value);
        let context = Jinja::from_dyn_object(Arc::clone(evaluation));
        let rendered = self
            .environment
            .render_str(&source.ready, context)
            .map_err(|error| evaluation.explain(TemplateError::of(&error, |_| Some(&source))))?;
        // As in Ansible, a text that says nothing at all is nothing, and no empty text.
        let is_nothing = rendered.is_empty() && !says_something(text);
        Ok(if is_nothing { Jinja::from(()) } else { Jinja::from(rendered) })
    }

    fn expression(
        &self,
        text: &str,
        range: Range<usize>,
        reading: Reading,
        evaluation: &Arc<Evaluation>,
    ) -> Result<Jinja, TemplateError> {
        check_expression_shape(text, range.clone())?;
        let source = Source::expression(text, range.clone(), reading);
        let context = Jinja::from_dyn_object(Arc::clone(evaluation));
        let value = self
            .environment
            .compile_expression_owned(source.ready.clone())
            .and_then(|expression| expression.eval(context))
            .map_err(|error| evaluation.explain(TemplateError::of(&error, |_| Some(&source))))?;
        if value.is_undefined() {
            let shown: String = text[range].trim().chars().take(MOST_SHOWN).collect();
            let mut error = TemplateError::undefined(shown);
            error.spot = source.line(1).map(|line| Box::new(source.spot(line)));
            return Err(evaluation.explain(error));
        }
        Ok(value)
    }
}

/// Whether a text holds an expression that is evaluated in any case, within no `if` and no `for`.
fn says_something(text: &str) -> bool {
    let mut depth = 0_usize;
    for code in cut(text).codes {
        let inside = text[code.range.clone()].trim_start_matches(['-', '+']).trim_start();
        if code.is_expression && depth == 0 {
            return true;
        }
        let opens = ["if", "for", "macro", "call", "filter", "with", "block", "autoescape"];
        let word: String = inside.chars().take_while(char::is_ascii_alphabetic).collect();
        if !code.is_expression && word.starts_with("end") {
            depth = depth.saturating_sub(1);
        } else if !code.is_expression && opens.contains(&word.as_str()) {
            depth += 1;
        }
    }
    false
}

/// The inside of a text that is one `{{ … }}` and nothing else but comments.
fn lone_expression(text: &str) -> Option<Range<usize>> {
    let found = cut(text);
    let [code] = found.codes.as_slice() else { return None };
    if found.has_text || !code.is_expression || !text[code.range.end..].starts_with("}}") {
        return None;
    }
    // `{{-` and `-}}` strip white space that is not there.
    let inside = &text[code.range.clone()];
    let begin = usize::from(inside.starts_with(['-', '+']));
    let end = usize::from(inside.len() > begin && inside.ends_with(['-', '+']));
    Some(code.range.start + begin..code.range.end - end)
}
