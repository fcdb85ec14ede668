//! `cli`: any read-only command.

use crate::fortios::session::Reach;
use crate::playbook::Template;

/// A command, where to run it, and how to read its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// When it holds no template it has passed the read-only gate already.
    pub command: Template,
    /// `all`, `global`, `current` or the name of a VDOM; a template as well.
    pub vdom: Template,
    /// Name of a parser that exists.
    pub parse: Option<String>,
}

impl Cli {
    /// What a `vdom:` means once its template is filled in.
    pub fn reach(vdom: &str) -> Reach {
        match vdom {
            "all" => Reach::EveryVdom,
            "global" => Reach::Global,
            "current" => Reach::Current,
            name => Reach::Vdom(name.to_owned()),
        }
    }
}
