//! The tests of Ansible (`x is match('…')`) that minijinja has not, or has otherwise.
//!
//! Comes in: a value and arguments. Goes out: yes or no. Does not know: scopes, template files.
//! Start reading at [`ValueTest`], a row of the registry; each family of tests is one file.

mod collections;
mod results;
mod texts;
mod value_test;
mod version;

pub(super) use value_test::{add_tests, refused_test, test_names};
