//! Reads inputs and writes outputs.
//!
//! Comes in: paths. Goes out: texts; files appear whole or not at all.
//! Does not know: what the texts mean.
