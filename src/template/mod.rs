//! minijinja brought to Ansible's Jinja.
//!
//! Comes in: template or expression text and a scope. Goes out: text, a value that keeps its
//! type, or an error with its line. Does not know: playbooks, reports.
//! Start reading at [`Templar`] for the values of playbooks and inventories, at [`TemplateSet`]
//! for template files.

mod arguments;
mod condition;
mod conversion;
mod environment;
mod evaluation;
mod field;
mod filters;
mod functions;
mod lookup;
mod names;
mod omit;
mod rows;
mod path;
mod scope;
mod shape;
mod source;
mod tag;
mod templar;
mod template_error;
mod template_set;
mod text_form;
mod token;
mod value_tests;

pub use condition::Condition;
pub use names::members;
pub use rows::Rows;
pub use scope::Scope;
pub use templar::{Templar, is_template};
pub use template_error::{Spot, TemplateError};
pub use template_set::TemplateSet;
pub use text_form::text_of;

#[cfg(test)]
mod examples;
