//! Where the runs are kept.

use directories::ProjectDirs;

use crate::cli::exit::Exit;
use crate::cli::stream::say;
use crate::files::{self, FileKind};
use crate::model::InputIssue;
use crate::store::Store;

/// Runs a command that needs nothing but a store.
pub(super) fn in_runtime(command: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => {
            say(&format!("error: no threads could be started: {error}\n"));
            Exit::INPUT
        }
    }
}

/// Opens the store that `--store` names, by default a file in the user's data folder, and makes it
/// when there is none. `None` for `none`.
pub(super) async fn open_store(given: Option<&str>) -> Result<Option<Store>, InputIssue> {
    match given {
        Some("none") => Ok(None),
        given => open(&location(given)?).await.map(Some),
    }
}

/// Opens a store to read from: it must be there.
pub(super) async fn open_existing_store(given: Option<&str>) -> Result<Store, InputIssue> {
    if given == Some("none") {
        return Err(InputIssue::error("`--store none` holds no run")
            .hint("name the store that the run was kept in"));
    }
    let location = location(given)?;
    if Store::file_of(&location).is_some_and(|path| files::kind_of(&path) == FileKind::Missing) {
        return Err(InputIssue::error(format!("there is no store `{location}`"))
            .hint("name the store that the run was kept in with `--store`"));
    }
    open(&location).await
}

async fn open(location: &str) -> Result<Store, InputIssue> {
    let opened = Store::open(location).await;
    opened.map_err(|error| InputIssue::error(error.to_string()).hint(error.remedy()))
}

fn location(given: Option<&str>) -> Result<String, InputIssue> {
    given.map_or_else(usual, |location| Ok(location.to_owned()))
}

fn usual() -> Result<String, InputIssue> {
    let folders = ProjectDirs::from("", "", "tokenfleet").ok_or_else(|| {
        InputIssue::error("this user has no data folder for the store")
            .hint("name a file with `--store FILE`, or `--store none`")
    })?;
    Ok(folders.data_dir().join("runs.db").to_string_lossy().into_owned())
}
