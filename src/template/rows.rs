//! Lists of a large view, as templates see them.

use std::fmt;
use std::sync::Arc;

use minijinja::Value as Jinja;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use serde::Serialize;

use super::field::{field, fields};

/// A list within something shared. An entry becomes a value when a template comes to it, and a
/// field of an entry when a template asks for it: as values that all exist at once, the tokens of a
/// large fleet would take far more memory than the view itself.
pub struct Rows<V, T> {
    whole: Arc<V>,
    list: fn(&V) -> &[T],
}

impl<V, T> Rows<V, T>
where
    V: Send + Sync + 'static,
    T: Serialize + 'static,
{
    /// The list that `list` finds in `whole`, as a value. Entries are structs.
    pub fn value(whole: &Arc<V>, list: fn(&V) -> &[T]) -> Jinja {
        Jinja::from_object(Self { whole: whole.clone(), list })
    }

    fn list(&self) -> &[T] {
        (self.list)(&self.whole)
    }
}

/// One entry, found again by its position.
struct Row<V, T> {
    rows: Arc<Rows<V, T>>,
    index: usize,
}

impl<V, T> fmt::Debug for Rows<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

impl<V, T> fmt::Debug for Row<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("index", &self.index).finish_non_exhaustive()
    }
}

impl<V, T> Object for Rows<V, T>
where
    V: Send + Sync + 'static,
    T: Serialize + 'static,
{
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let index = key.as_usize().filter(|index| *index < self.list().len())?;
        Some(Jinja::from_object(Row { rows: self.clone(), index }))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.list().len())
    }
}

impl<V, T> Object for Row<V, T>
where
    V: Send + Sync + 'static,
    T: Serialize + 'static,
{
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        field(self.rows.list().get(self.index)?, key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = self.rows.list().get(self.index).map(fields).unwrap_or_default();
        Enumerator::Values(names.into_iter().map(Jinja::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use minijinja::value::Serde;

    use super::*;
    use crate::model::SourceFile;
    use crate::template::TemplateSet;

    #[derive(Serialize)]
    struct Fleet {
        devices: Vec<Device>,
    }

    #[derive(Serialize)]
    struct Device {
        host: String,
        tokens: Vec<u32>,
        serial: Option<String>,
    }

    fn fleet() -> Arc<Fleet> {
        let device = |host: &str, tokens: &[u32]| Device {
            host: host.to_owned(),
            tokens: tokens.to_vec(),
            serial: None,
        };
        Arc::new(Fleet { devices: vec![device("b", &[1, 2]), device("a", &[])] })
    }

    /// What a template says to rows, and to the same made into values at once.
    fn both(template: &str) -> [Result<String, String>; 2] {
        let file = SourceFile::new("t", template);
        let set = TemplateSet::new([("t".into(), file)], jiff::Timestamp::UNIX_EPOCH).unwrap();
        let fleet = fleet();
        let rows = Rows::value(&fleet, |fleet| &fleet.devices);
        [Jinja::from_pairs([("devices", rows)]), Jinja::from(Serde(&*fleet))]
            .map(|context| set.render("t", &context).map_err(|issue| issue.to_string()))
    }

    #[test]
    fn a_template_sees_no_difference() {
        for template in [
            "{% for device in devices %}{{ loop.index }} {{ device.host }} {{ device.tokens[1:] }};{% endfor %}",
            "{{ devices | length }} {{ devices[0].host }} {{ devices[-1].host }} {{ devices[1:] | length }}",
            "{{ devices }} {{ devices | first }} {{ devices | last }}",
            "{{ devices | to_nice_json }} {{ devices[0] | to_json }} {{ devices | to_nice_yaml }}",
            "{{ devices | map(attribute='host') | sort | join(',') }} {{ devices | selectattr('tokens') | list }}",
            "{{ (devices | sort(attribute='host') | first).host }} {{ devices | groupby('host') }}",
            "{{ devices[0].items() }} {{ devices[0] | dictsort }} {{ devices[0].keys() }}",
            "{{ devices[0] is mapping }} {{ devices is sequence }} {{ 'host' in devices[0] }} {{ devices[0].serial is none }}",
            "{{ devices[0] == devices[0] }} {{ devices[0] == devices[1] }} {{ devices[0] in devices }}",
            "{{ devices[0] | combine({'x': 1}) }} {{ (devices + [1]) | length }}",
            "{{ devices[0].hots }}",
            "{{ devices[7].host }}",
        ] {
            let [rows, values] = both(template);
            assert_eq!(rows, values, "{template}");
        }
    }
}
