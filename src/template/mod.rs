//! minijinja brought to Ansible's Jinja.
//!
//! Comes in: template or expression text and a context. Goes out: text, a value that keeps its
//! type, or an error with its line. Does not know: playbooks, reports.
