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

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    /// What stands between two marks.
    fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
        text.split_once(from).unwrap().1.split_once(to).unwrap().0
    }

    #[test]
    fn the_page_runs_its_own_script_and_no_other() {
        let (_, page) = default_templates().next().unwrap();
        let policy = between(&page.text, "Content-Security-Policy\" content=\"", "\"");
        for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
            let inside = between(&page.text, &format!("<{element}>"), &format!("</{element}>"));
            let hash = BASE64_STANDARD.encode(Sha256::digest(inside.as_bytes()));
            let expected = format!("{directive} 'sha256-{hash}'");
            assert!(policy.contains(&expected), "templates/report.html: put this in: {expected}");
        }
        for outside in ["http:", "https:", "//", "src=", "url(", "@import", " style=", " onclick="]
        {
            assert!(!page.text.contains(outside), "the page asks for {outside}");
        }
    }
}
