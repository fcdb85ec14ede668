//! Where the runs are kept.

use directories::ProjectDirs;

use crate::model::InputIssue;
use crate::store::Store;

/// Opens the store that `--store` names, by default a file in the user's data folder. `None` for
/// `none`.
pub(super) async fn open_store(given: Option<&str>) -> Result<Option<Store>, InputIssue> {
    let location = match given {
        Some("none") => return Ok(None),
        Some(location) => location.to_owned(),
        None => usual()?,
    };
    match Store::open(&location).await {
        Ok(store) => Ok(Some(store)),
        Err(error) => Err(InputIssue::error(error.to_string()).hint(error.remedy())),
    }
}

fn usual() -> Result<String, InputIssue> {
    let folders = ProjectDirs::from("", "", "tokenfleet").ok_or_else(|| {
        InputIssue::error("this user has no data folder for the store")
            .hint("name a file with `--store FILE`, or `--store none`")
    })?;
    Ok(folders.data_dir().join("runs.db").to_string_lossy().into_owned())
}
