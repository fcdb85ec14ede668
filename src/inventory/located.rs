//! A value that knows who set it.

use std::collections::HashMap;
use std::fmt;

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::model::{Place, Value};

/// The value of a variable, the place that set it, and what it replaced there before.
#[derive(Clone, PartialEq)]
pub struct Located {
    pub value: Value,
    /// `None` for a value that stands in no file, such as one from a flag.
    pub place: Option<Place>,
    /// The value that the same host or group had before, from the same kind of source.
    pub overrode: Option<Box<Located>>,
    /// It was read from a file that is vaulted as a whole: nothing prints it.
    pub sealed: bool,
}

impl Located {
    pub fn new(value: Value, place: Option<Place>) -> Self {
        Self { value, place, overrode: None, sealed: false }
    }

    fn seal(&mut self) {
        self.sealed = true;
        if let Some(before) = &mut self.overrode {
            before.seal();
        }
    }
}

impl fmt::Debug for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value: &dyn fmt::Debug = if self.sealed { &"hidden" } else { &self.value };
        let mut shown = f.debug_struct("Located");
        shown.field("value", value).field("place", &self.place);
        shown.field("overrode", &self.overrode).finish()
    }
}

/// Variables by name, each with the place that set it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variables(IndexMap<String, Located>);

impl Variables {
    pub fn get(&self, name: &str) -> Option<&Located> {
        self.0.get(name)
    }

    /// Sets `name`; a value that it had is kept as what was overridden. Mappings are replaced,
    /// never merged, as Ansible does by default.
    pub fn set(&mut self, name: impl Into<String>, value: Located) {
        match self.0.entry(name.into()) {
            Entry::Occupied(mut known) => {
                let before = std::mem::replace(known.get_mut(), value);
                known.get_mut().overrode = Some(Box::new(before));
            }
            Entry::Vacant(free) => {
                free.insert(value);
            }
        }
    }

    /// The same, read from a file that is vaulted as a whole.
    pub fn sealed(mut self) -> Self {
        self.0.values_mut().for_each(Located::seal);
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Located)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// The variables of one host after inheritance, borrowed from the inventory.
#[derive(Debug, Clone, Default)]
pub struct HostVariables<'a>(HashMap<&'a str, &'a Located>);

impl<'a> HostVariables<'a> {
    pub fn get(&self, name: &str) -> Option<&'a Located> {
        self.0.get(name).copied()
    }

    /// The value alone.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.get(name).map(|located| &located.value)
    }

    /// Lays a variable over what is there, as play variables and `-e` do.
    pub fn set(&mut self, name: &'a str, value: &'a Located) {
        self.0.insert(name, value);
    }

    /// Lays all variables of a layer over what is there.
    pub fn extend(&mut self, layer: &'a Variables) {
        self.0.extend(layer.iter());
    }

    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().copied()
    }

    /// In the order of the names.
    pub fn sorted(&self) -> Vec<(&'a str, &'a Located)> {
        let mut all: Vec<_> = self.0.iter().map(|(name, value)| (*name, *value)).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }
}
