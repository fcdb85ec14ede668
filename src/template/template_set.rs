//! Template files that may include one another.

use std::io;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, Value as Jinja};
use serde::Serialize;

use super::condition::Condition;
use super::environment::{Trimming, environment};
use super::evaluation::Evaluation;
use super::names::{Purpose, check_members, check_template};
use super::path::{check_paths, explain};
use super::source::{Reading, Source, header};
use super::{Scope, Templar, TemplateError};
use crate::model::{InputIssue, Place, SourceFile};

/// Work that one report may take: enough for 500,000 rows of a wide table.
const FUEL: u64 = 1_000_000_000;
/// Bytes that one report may have.
const MOST_OUTPUT: usize = 256 * 1024 * 1024;

/// Templates by name, checked. Those whose name ends in `.html` or `.xml` (or so with `.j2`
/// behind it) escape what they print.
#[derive(Debug)]
pub struct TemplateSet {
    environment: Environment<'static>,
    members: IndexMap<String, Member>,
    sources: Vec<SourceFile>,
}

#[derive(Debug)]
struct Member {
    file: SourceFile,
    source: Source,
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
        let mut set =
            Self { environment: environment(now), members: IndexMap::new(), sources: Vec::new() };
        set.environment.set_fuel(Some(FUEL));
        for (name, file) in templates {
            // Jinja2 knows one kind of line end.
            let source = Source::template(&file.text.replace("\r\n", "\n"), Reading::File);
            set.sources.push(file.clone());
            set.members.insert(name, Member { file, source });
        }
        let names: Vec<&str> = set.members.keys().map(String::as_str).collect();
        let mut issues = Vec::new();
        for (name, member) in &set.members {
            let trimming = header(&member.file.text).map(Trimming::of_header).unwrap_or_default();
            trimming.set(&mut set.environment);
            let checked = check_template(&member.file.text, Purpose::Report)
                .and_then(|()| check_members(&member.file.text, &names))
                .and_then(|()| {
                    set.environment
                        .add_template_owned(name.clone(), member.source.ready.clone())
                        .map_err(|error| TemplateError::of(&error, |_| Some(&member.source)))
                });
            if let Err(error) = checked {
                issues.push(issue(&member.file, error));
            }
        }
        if issues.is_empty() { Ok(set) } else { Err(issues) }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The names of all templates.
    pub fn names(&self) -> Vec<&str> {
        self.members.keys().map(String::as_str).collect()
    }

    /// The files behind the templates, for excerpts.
    pub fn sources(&self) -> &[SourceFile] {
        &self.sources
    }

    /// What a view becomes as the context of [`TemplateSet::render`]; made once for many renders.
    pub fn context<T: Serialize>(view: &T) -> Jinja {
        Jinja::from(Serde(view))
    }

    /// What a scope becomes as the context of [`TemplateSet::render`]: templates in the values are
    /// filled in, and vaulted values opened, when they are used.
    pub fn variables(templar: &Templar, scope: Arc<dyn Scope>) -> Jinja {
        Jinja::from_dyn_object(Evaluation::new(templar.clone(), scope))
    }

    /// A context that knows `value` too, under `name`, in place of what had that name.
    pub fn with(context: &Jinja, name: &str, value: Jinja) -> Jinja {
        merge_maps([context.clone(), Jinja::from_pairs([(name, value)])])
    }

    /// Fills a text in that is no template of the set, such as the name of a file.
    ///
    /// # Errors
    /// The first mistake.
    pub fn fill(&self, text: &str, context: &Jinja) -> Result<String, TemplateError> {
        check_template(text, Purpose::Report)?;
        let source = Source::template(text, Reading::File);
        let rendered = self.environment.render_str(&source.ready, context.clone());
        rendered
            .map_err(|error| explain(TemplateError::of(&error, |_| Some(&source)), text, context))
    }

    /// A condition over data, in the same terms as the templates.
    ///
    /// # Errors
    /// A mistake in the expression.
    pub fn condition(&self, text: &str) -> Result<Condition<'_>, TemplateError> {
        Condition::new(&self.environment, text)
    }

    /// Checks that the names in an expression, or in a text that may hold `{{ … }}`, lead to
    /// something in `example`, in which everything has a value.
    ///
    /// # Errors
    /// The first name that does not, with those that there are.
    pub fn check_paths(
        text: &str,
        is_template: bool,
        example: &Jinja,
    ) -> Result<(), TemplateError> {
        check_paths(text, is_template, example)
    }

    /// Fills a template in.
    ///
    /// # Errors
    /// The first mistake, at its place in the template that holds it.
    pub fn render(&self, name: &str, context: &Jinja) -> Result<String, InputIssue> {
        let mut output = Output(Vec::new());
        let rendered = self.environment.get_template(name).and_then(|template| {
            template.render_captured_to(context.clone(), &mut output).map(drop)
        });
        let text = rendered
            .map_err(|error| {
                TemplateError::of(&error, |name| Some(&self.members.get(name)?.source))
            })
            .and_then(|()| {
                String::from_utf8(output.0)
                    .map_err(|_| TemplateError::new("the template writes bytes that are not text"))
            });
        text.map_err(|error| {
            let holder = error.spot.as_ref().and_then(|spot| spot.template.as_deref());
            match self.members.get(holder.unwrap_or(name)) {
                Some(member) => issue(&member.file, explain(error, &member.file.text, context)),
                None => InputIssue::error(error.message),
            }
        })
    }
}

fn issue(source: &SourceFile, error: TemplateError) -> InputIssue {
    let (line, column, width) =
        error.spot.as_ref().map_or((1, 1, 1), |spot| (spot.line, spot.column, spot.width));
    error.at(&Place::new(source.name.clone(), line, column), width)
}

/// Bounded text.
struct Output(Vec<u8>);

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > MOST_OUTPUT {
            return Err(io::Error::other("too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
