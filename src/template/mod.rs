//! minijinja brought to Ansible's Jinja.
//!
//! Comes in: template or expression text and a scope. Goes out: text, a value that keeps its
//! type, or an error with its line. Does not know: playbooks, reports.
//! Start reading at [`Templar`] for the values of playbooks and inventories, at [`TemplateSet`]
//! for template files.

mod conversion;
mod environment;
mod markdown;
mod scope;
mod templar;
mod template_error;
mod template_set;

pub use scope::Scope;
pub use templar::{Templar, is_template};
pub use template_error::TemplateError;
pub use template_set::TemplateSet;
