//! Text to nodes that know their place, and values to text.
//!
//! Comes in: the text of a YAML file. Goes out: nodes with value, tag, style and position, their
//! plain scalars resolved as PyYAML (YAML 1.1) resolves them, as Ansible users expect.
//! Does not know: what the documents mean.
//! Start reading at [`parse`], which turns a file into [`Node`]s.

mod emit;
mod emit_scalar;
mod json;
mod mistake;
mod node;
mod number;
mod parse;
mod scalar;

pub use emit::{Written, emit, float_scalar};
pub use json::parse_json;
pub use node::{Node, NodeValue};
pub use number::whole_number;
pub use parse::{Parsed, parse};
pub use scalar::resolve_plain;
