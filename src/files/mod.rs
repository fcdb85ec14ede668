//! Reads inputs and writes outputs.
//!
//! Comes in: paths. Goes out: texts, also those that a program answers; files appear whole or not
//! at all.
//! Does not know: what the texts mean.
//! Start reading at [`read_text`] and [`write_atomically`].

mod editing;
mod file_error;
mod output;
mod script;
mod shared;
mod source;
mod tree;

pub use editing::edit;
pub use file_error::{FileAttempt, FileCause, FileError};
pub use output::{
    append_private, probe_writable, remove, stream_atomically, write_atomically, write_private,
};
pub use script::{ScriptOutput, Speech, is_executable, is_script, run_script};
pub use shared::update_shared;
pub use source::{
    FileKind, MAX_TEXT, is_readable_by_all, is_writable_by_all, is_writable_by_others, kind_of,
    read_bytes, read_bytes_from, read_text, read_text_from, real_path,
};
pub use tree::{MAX_DEPTH, MAX_FILES, TreeFile, list_folder, list_tree};
