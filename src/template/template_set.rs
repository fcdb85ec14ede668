//! Template files that may include one another.

use jiff::Timestamp;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, Value as Jinja};
use serde::Serialize;

use super::TemplateError;
use super::environment::environment;
use crate::model::{InputIssue, Place, SourceFile};

/// Templates by name, checked. Those whose name ends in `.html` escape what they print. As in
/// Ansible, the line end behind a block is not part of the text, and the last one of a file is.
#[derive(Debug)]
pub struct TemplateSet {
    environment: Environment<'static>,
    sources: Vec<SourceFile>,
}

impl TemplateSet {
    /// Takes templates by their names (`report.html`, relative to their folder, with `/`). A later
    /// one of the same name takes the place of an earlier one. `now` is what `now()` gives.
    ///
    /// # Errors
    /// All templates that have a mistake, each with its first.
    pub fn new(
        templates: impl IntoIterator<Item = (String, SourceFile)>,
        now: Timestamp,
    ) -> Result<Self, Vec<InputIssue>> {
        let mut environment = environment(now);
        if let Ok(syntax) =
            SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build()
        {
            environment.set_syntax(syntax);
        }
        let mut set = Self { environment, sources: Vec::new() };
        let mut issues = Vec::new();
        for (name, source) in templates {
            let text = source.text.to_string();
            if let Err(error) = set.environment.add_template_owned(name, text) {
                issues.push(issue(&source, error.into()));
            }
            set.sources.push(source);
        }
        if issues.is_empty() { Ok(set) } else { Err(issues) }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.environment.get_template(name).is_ok()
    }

    /// The names of all templates.
    pub fn names(&self) -> Vec<&str> {
        self.environment.templates().map(|(name, _)| name).collect()
    }

    /// The files behind the templates, for excerpts.
    pub fn sources(&self) -> &[SourceFile] {
        &self.sources
    }

    /// What a view becomes as the context of [`TemplateSet::render`]; made once for many renders.
    pub fn context<T: Serialize>(view: &T) -> Jinja {
        Jinja::from(Serde(view))
    }

    /// A context that knows `value` too, under `name`.
    pub fn with(context: &Jinja, name: &str, value: Jinja) -> Jinja {
        merge_maps([Jinja::from_pairs([(name, value)]), context.clone()])
    }

    /// Fills a text in that is no template of the set, such as the name of a file.
    ///
    /// # Errors
    /// The first mistake.
    pub fn fill(&self, text: &str, context: &Jinja) -> Result<String, TemplateError> {
        Ok(self.environment.render_str(text, context.clone())?)
    }

    /// Fills a template in.
    ///
    /// # Errors
    /// The first mistake, at its place in the template that holds it.
    pub fn render(&self, name: &str, context: &Jinja) -> Result<String, InputIssue> {
        let render = |name| self.environment.get_template(name)?.render(context.clone());
        render(name).map_err(|error| {
            let error = TemplateError::from(error);
            let named = error.spot.as_ref().and_then(|spot| spot.template.as_deref());
            let source = self.source_of(named.unwrap_or(name));
            match source {
                Some(source) => issue(source, error),
                None => InputIssue::error(error.message),
            }
        })
    }

    fn source_of(&self, name: &str) -> Option<&SourceFile> {
        self.sources.iter().rev().find(|source| source.name.ends_with(name))
    }
}

fn issue(source: &SourceFile, error: TemplateError) -> InputIssue {
    let (line, column, width) =
        error.spot.as_ref().map_or((1, 1, 1), |spot| (spot.line, spot.column, spot.width));
    error.at(&Place::new(source.name.clone(), line, column), width)
}
