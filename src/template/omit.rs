//! `omit`: a value that means that there is none.

use minijinja::Value;
use minijinja::value::Object;

use super::TemplateError;

/// What `omit` is. A key of a mapping and an item of a list with this value are left out.
#[derive(Debug)]
pub(super) struct Omit;

impl Object for Omit {}

pub(super) fn is_omit(value: &Value) -> bool {
    value.downcast_object_ref::<Omit>().is_some()
}

/// It stands where something must be.
pub(super) fn omitted() -> TemplateError {
    TemplateError::new("the value is omitted where one is needed")
        .hint("use `default('')`, or leave the key out")
}
