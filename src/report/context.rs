//! The view as templates see it.

use std::sync::Arc;

use minijinja::Value as Jinja;
use minijinja::value::Serde;

use super::view::View;
use crate::template::Rows;

/// Every field of the view under its name. What is one thing is a value at once; lists become
/// values as a template goes over them.
pub(super) fn context(view: &Arc<View>) -> Jinja {
    Jinja::from_pairs([
        ("version", Jinja::from(view.version)),
        ("run", Jinja::from(Serde(&view.run))),
        ("summary", Jinja::from(Serde(&view.summary))),
        ("devices", Rows::value(view, |view| &view.devices)),
        ("tokens", Rows::value(view, |view| &view.tokens)),
        ("users", Rows::value(view, |view| &view.users)),
        ("findings", Rows::value(view, |view| &view.findings)),
        ("muted", Rows::value(view, |view| &view.muted)),
        ("mutes", Rows::value(view, |view| &view.mutes)),
        ("tickets", Rows::value(view, |view| &view.tickets)),
        ("reprovision", Rows::value(view, |view| &view.reprovision)),
        ("rma", Rows::value(view, |view| &view.rma)),
        ("replacements", Rows::value(view, |view| &view.replacements)),
        ("changes", Jinja::from(Serde(&view.changes))),
        ("trend", Jinja::from(Serde(&view.trend))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example_view;

    #[test]
    fn templates_see_what_report_json_holds() {
        let view = Arc::new(example_view());
        let context = context(&view);
        let seen = serde_json::to_value(&context).unwrap();
        assert_eq!(seen, serde_json::to_value(&*view).unwrap());
    }
}
