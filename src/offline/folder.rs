//! The files of one host.

use std::path::{Path, PathBuf};

use super::collection::{Collected, Collection, Place};
use super::log::{Unusable, add_log};
use crate::files;
use crate::fortios::command::Command;
use crate::model::{HostFailure, Stage};

/// The most that the files of one host may hold together, in bytes.
const MOST: usize = 48 << 20;

/// Reads `FOLDER/HOST`, or `FOLDER` itself where there is no such folder and no other host names it.
///
/// A file that is called like a command (`diagnose fortitoken info.txt`; `_` stands for a blank)
/// holds its answer, a folder in between (`root/…`, `global/…`) says where it was given. Every other
/// file is the log of a session; below `FOLDER` itself, it may be that of another host, and is left alone.
///
/// # Errors
/// Nothing can be read there, it is too much, or it belongs to several devices or to another.
pub fn read(folder: &Path, host: &str, is_shared: bool) -> Result<Collection, HostFailure> {
    let own = folder.join(host);
    let is_own = files::kind_of(&own) == files::FileKind::Folder;
    if !is_own && is_shared {
        return Err(failure(
            format!(
                "there is no folder `{host}` in `{}`, which several hosts share",
                folder.display()
            ),
            "Keep the transcripts of each host in a folder of its own, called as the host is in the \
             inventory.",
        ));
    }
    let folder = if is_own { own } else { folder.to_owned() };
    let listed = files::list_tree(&folder).map_err(|error| unreadable(&error))?;
    let mut collection = Collection::default();
    let mut unused = Vec::new();
    let mut has_own = false;
    let mut size = 0;
    for file in listed {
        let bytes =
            files::read_bytes(&folder.join(&file.path)).map_err(|error| unreadable(&error))?;
        size += bytes.len();
        if size > MOST {
            return Err(failure(
                format!("the files in `{}` hold more than {} MiB", folder.display(), MOST >> 20),
                "Keep the transcripts of each host in a folder of its own.",
            ));
        }
        let is_below = file
            .path
            .parent()
            .is_some_and(|below| below != Path::new("") && below != Path::new("global"));
        let may_be_anothers = !is_own && is_below;
        let before = collection.answers.len();
        let added = match may_be_anothers {
            true => Err(Unusable::NoPrompt),
            false => add_log(&mut collection, &bytes),
        };
        match added {
            Ok(()) => {}
            Err(Unusable::TwoDevices(one, other)) => {
                return Err(failure(
                    format!(
                        "the files in `{}` show two devices, `{one}` and `{other}`",
                        folder.display()
                    ),
                    "Keep the transcripts of each host in a folder of its own, called as the host \
                     is in the inventory.",
                ));
            }
            Err(Unusable::NoPrompt) => match command_of(&file.path) {
                Some((place, command)) => {
                    let answer = Some(answer_lines(&bytes));
                    collection.answers.push(Collected { place, command, answer });
                }
                None if may_be_anothers => {}
                None => unused.push(file.path),
            },
        }
        has_own |= !may_be_anothers && collection.answers.len() > before;
    }
    if !has_own {
        return Err(failure(
            format!(
                "the files in `{}` hold no answer of a FortiGate{}",
                folder.display(),
                named(&unused)
            ),
            "A log must show the prompts; the answer to one command stands in a file of its name, \
             such as `diagnose fortitoken info.txt`.",
        ));
    }
    if let Some(other) = collection.stranger(host).filter(|_| !is_own) {
        return Err(failure(
            format!("the files in `{}` are of `{other}`, not of `{host}`", folder.display()),
            "If they are of this host all the same, put them into a folder called as it is in the \
             inventory.",
        ));
    }
    Ok(collection)
}

/// The place and the command that a path names.
fn command_of(path: &Path) -> Option<(Place, String)> {
    let command = path.file_stem()?.to_str()?.replace('_', " ");
    let words: Vec<&str> = command.split_whitespace().collect();
    Command::parse(&words.join(" ")).ok()?;
    let place = match path.parent().and_then(Path::to_str) {
        None | Some("") => Place::Home,
        Some("global") => Place::Global,
        Some(vdom) => Place::Vdom(vdom.to_owned()),
    };
    Some((place, words.join(" ")))
}

fn answer_lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(|line| line.trim_end().to_owned()).collect()
}

fn named(unused: &[PathBuf]) -> String {
    match unused.first() {
        None => String::new(),
        Some(path) => format!(" (`{}` shows no prompt)", path.display()),
    }
}

fn unreadable(error: &files::FileError) -> HostFailure {
    let remedy = error.remedy();
    failure(
        format!("the transcripts cannot be read: {error}"),
        &format!("Check `transcript_dir`: {remedy}."),
    )
}

fn failure(message: String, remedy: &str) -> HostFailure {
    HostFailure::new(Stage::Connect, message, remedy)
}
