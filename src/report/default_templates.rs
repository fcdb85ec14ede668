//! The templates that come with tokenfleet.

use crate::model::SourceFile;

macro_rules! default {
    ($name:literal) => {
        ($name, include_str!(concat!("../../templates/", $name)))
    };
}

const DEFAULTS: [(&str, &str); 5] = [
    default!("report.html"),
    default!("report.md"),
    default!("reprovision.md"),
    default!("summary.txt"),
    default!("ticket.txt"),
];

/// The templates that are compiled in, by name. A user's folder is laid over them: what has the
/// same name takes their place.
pub fn default_templates() -> impl Iterator<Item = (String, SourceFile)> {
    DEFAULTS
        .into_iter()
        .map(|(name, text)| (name.to_owned(), SourceFile::new(format!("built-in/{name}"), text)))
}
