//! The templates of a run: the built-in ones, and the user's own over them.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::complaint::Complaint;
use crate::cli::sources::folder_of;
use crate::files::{self, FileError, FileKind};
use crate::model::SourceFile;
use crate::report::default_templates;
use crate::template::TemplateSet;

/// Reads the folder `templates/` beside the playbook, and the one that `--templates` names, which
/// counts more. Every template is checked.
pub(super) fn read_templates(
    playbook: &Path,
    folder: Option<&Path>,
    now: Timestamp,
) -> Result<TemplateSet, Complaint> {
    let mut templates: Vec<_> = default_templates().collect();
    let beside = folder_of(playbook).join("templates");
    if files::kind_of(&beside) == FileKind::Folder {
        templates.extend(templates_in(&beside)?);
    }
    if let Some(folder) = folder {
        templates.extend(templates_in(folder)?);
    }
    let sources = templates.iter().map(|(_, source)| source.clone()).collect();
    TemplateSet::new(templates, now).map_err(|issues| Complaint::new(issues, sources))
}

/// The templates of a folder under their names: paths relative to it.
fn templates_in(folder: &Path) -> Result<Vec<(String, SourceFile)>, FileError> {
    let is_hidden = |path: &Path| {
        path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
    };
    files::list_tree(folder)?
        .into_iter()
        .filter(|file| !is_hidden(&file.path))
        .map(|file| {
            let name = file.path.to_string_lossy().replace('\\', "/");
            Ok((name, files::read_text(&folder.join(&file.path))?))
        })
        .collect()
}
