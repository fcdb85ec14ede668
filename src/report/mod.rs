//! Facts and findings to texts.
//!
//! Comes in: facts and findings. Goes out: the view (the documented contract of the templates),
//! and from it pages, tables and tickets as text. Does not know: files, colours.
