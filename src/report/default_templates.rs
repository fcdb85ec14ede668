//! The templates that come with tokenfleet.

use crate::model::SourceFile;

macro_rules! default {
    ($name:literal) => {
        ($name, include_str!(concat!("../../templates/", $name)))
    };
}

const DEFAULTS: [(&str, &str); 17] = [
    default!("head.html"),
    default!("macros.html"),
    default!("notification-servicenow.json"),
    default!("notification-slack.json"),
    default!("notification-teams.json"),
    default!("notification.json"),
    default!("notification.txt"),
    default!("replacement.html"),
    default!("replacement.md"),
    default!("report.html"),
    default!("report.md"),
    default!("reprovision.md"),
    default!("rma.html"),
    default!("rma.md"),
    default!("style.css"),
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
    use std::sync::Arc;

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use jiff::Timestamp;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::model::{ReportRequest, ReportSource};
    use crate::report::{Renderer, example_view};
    use crate::template::TemplateSet;

    /// What stands between two marks.
    fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
        Some(text.split_once(from)?.1.split_once(to)?.0)
    }

    fn rendered(name: &str, each: Option<&str>) -> String {
        let view = Arc::new(example_view());
        let templates = TemplateSet::new(default_templates(), Timestamp::UNIX_EPOCH).unwrap();
        let request = ReportRequest {
            source: ReportSource::Template(name.to_owned()),
            dest: each.map_or(name.to_owned(), |each| format!("{{{{ {each}.host }}}}")),
            each: each.map(str::to_owned),
            place: None,
        };
        let mut documents = Renderer::new(&view, &templates).render(&request).unwrap();
        documents.remove(0).content.into_text()
    }

    #[test]
    fn each_page_runs_its_own_script_and_no_other() {
        for (name, each) in [
            ("report.html", None),
            ("rma.html", Some("rma")),
            ("replacement.html", Some("replacement")),
        ] {
            let page = rendered(name, each);
            let policy = between(&page, "Content-Security-Policy\" content=\"", "\"").unwrap();
            for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
                let (open, close) = (format!("<{element}>"), format!("</{element}>"));
                let Some(inside) = between(&page, &open, &close) else {
                    assert!(!page.contains(&close) && !policy.contains(directive), "{name}");
                    continue;
                };
                let hash = BASE64_STANDARD.encode(Sha256::digest(inside.as_bytes()));
                let expected = format!("{directive} 'sha256-{hash}'");
                assert!(policy.contains(&expected), "templates/{name}: put this in: {expected}");
            }
        }
    }

    #[test]
    fn no_page_asks_for_anything_outside() {
        for (name, source) in default_templates() {
            if !name.ends_with(".html") && !name.ends_with(".css") {
                continue;
            }
            for outside in
                ["http:", "https:", "//", "src=", "url(", "@import", " style=", " onclick="]
            {
                assert!(!source.text.contains(outside), "{name} asks for {outside}");
            }
        }
    }
}
