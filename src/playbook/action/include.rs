//! `include_tasks`: the tasks of another file.

use std::fmt;
use std::sync::Arc;

use crate::inventory::Variables;
use crate::model::InputIssue;
use crate::playbook::check::{Inherited, included};
use crate::playbook::library::{self, Library};
use crate::playbook::{Step, Template};
use crate::template::Templar;

/// `include_tasks`: the tasks of another file, in the place of this one.
#[derive(Clone, PartialEq)]
pub struct Include {
    pub file: Template,
    /// The file that names it.
    pub from: Arc<str>,
    /// The variables of this task: they beat what registered results and `set_fact` set.
    pub vars: Variables,
    /// What its tasks have from the blocks around the include, and from `apply`.
    pub(in crate::playbook) inherited: Arc<Inherited>,
    /// The tasks, where its name holds no template and it is there.
    pub steps: Option<Arc<Vec<Step>>>,
}

impl fmt::Debug for Include {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.as_ref().map(|steps| steps.len());
        f.debug_struct("Include")
            .field("file", &self.file)
            .field("vars", &self.vars)
            .field("steps", &steps)
            .finish_non_exhaustive()
    }
}

impl Include {
    /// The steps of the file `name`, and the path that it has.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn load(
        &self,
        name: &str,
        library: &dyn Library,
        templar: &Templar,
    ) -> Result<(Arc<str>, Arc<Vec<Step>>), InputIssue> {
        let Some(source) = library::find(library, &self.from, "tasks", name)? else {
            return Err(InputIssue::error(format!("there is no file `{name}`"))
                .hint("names are taken relative to the file that names them"));
        };
        let path = source.name.clone();
        if let Some(steps) = self.steps.as_ref().filter(|_| name == self.file.text) {
            return Ok((path, steps.clone()));
        }
        let read = included(&source, &self.inherited, library, templar);
        match read.issues.into_iter().find(InputIssue::is_error) {
            Some(issue) => Err(issue),
            None => Ok((path, Arc::new(read.steps))),
        }
    }
}
