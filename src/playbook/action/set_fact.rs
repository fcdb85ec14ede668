//! `set_fact`: variables for the tasks and plays to come.

use indexmap::IndexMap;

use crate::model::Value;
use crate::playbook::check::{Parameters, Reader};

/// The variables by name. `cacheable`, which keeps facts for other runs, has no effect: nothing is
/// kept.
pub(in crate::playbook) fn read(
    parameters: &Parameters,
    reader: &mut Reader<'_>,
) -> Option<IndexMap<String, Value>> {
    let mut facts = IndexMap::new();
    for (key, value) in &parameters.entries {
        let name = key.key_text();
        if name == "cacheable" {
            reader.boolean("cacheable", value);
        } else if reader.is_variable_name(key) {
            facts.insert(name, reader.value(value));
        }
    }
    if parameters.entries.iter().all(|(key, _)| key.key_text() == "cacheable") {
        parameters.report_missing(
            "`set_fact` sets no variable",
            "write at least one `NAME: VALUE` line below it",
            reader,
        );
        return None;
    }
    Some(facts)
}
