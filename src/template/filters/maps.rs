//! Mappings: put together, and to lists and back.

use indexmap::IndexMap;
use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, MORE, invalid, items, pairs};
use super::super::conversion::MOST_NESTING;
use super::super::text_form::escaped;
use super::super::{TemplateError, text_form};
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("combine", &[MORE, "recursive", "list_merge"], combine),
    Filter::new("dict2items", &["key_name", "value_name"], dict2items),
    Filter::new("items2dict", &["key_name", "value_name"], items2dict),
    Filter::new("xmlattr", &["autospace"], xmlattr),
];

type Map = IndexMap<Value, Value>;

fn combine(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let recursive = arguments.flag("recursive", false);
    let list_merge = arguments.text("list_merge", "replace")?;
    let known = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"];
    if !known.contains(&list_merge.as_str()) {
        return Err(invalid(format!("`list_merge` must be one of `{}`", known.join("`, `"))));
    }
    let mut merged = Map::new();
    for given in std::iter::once(value).chain(&arguments.more) {
        // A list of mappings counts as so many mappings.
        let maps = match given.kind() {
            ValueKind::Seq | ValueKind::Iterable => items(given)?,
            _ => vec![given.clone()],
        };
        for map in maps {
            merged = merge(merged, pairs(&map)?, recursive, &list_merge, 0)?;
        }
    }
    Ok(Value::from_pairs(merged))
}

fn merge(
    mut into: Map,
    from: Vec<(Value, Value)>,
    recursive: bool,
    list_merge: &str,
    depth: usize,
) -> Result<Map, Error> {
    if depth > MOST_NESTING {
        return Err(invalid("the value is nested too deep"));
    }
    for (key, new) in from {
        let old = into.get(&key).cloned();
        let is_list = |value: &Value| matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
        let value = match old {
            Some(old)
                if recursive && old.kind() == ValueKind::Map && new.kind() == ValueKind::Map =>
            {
                let old = pairs(&old)?.into_iter().collect();
                Value::from_pairs(merge(old, pairs(&new)?, recursive, list_merge, depth + 1)?)
            }
            Some(old) if is_list(&old) && is_list(&new) => {
                merge_lists(items(&old)?, items(&new)?, list_merge)
            }
            _ => new,
        };
        into.insert(key, value);
    }
    Ok(into)
}

fn merge_lists(old: Vec<Value>, new: Vec<Value>, list_merge: &str) -> Value {
    let without = |list: Vec<Value>, other: &[Value]| -> Vec<Value> {
        list.into_iter().filter(|item| !other.contains(item)).collect()
    };
    Value::from(match list_merge {
        "keep" => old,
        "append" => [old, new].concat(),
        "prepend" => [new, old].concat(),
        "append_rp" => [without(old, &new), new].concat(),
        "prepend_rp" => {
            let old = without(old, &new);
            [new, old].concat()
        }
        _ => new,
    })
}

fn dict2items(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let key_name = arguments.text("key_name", "key")?;
    let value_name = arguments.text("value_name", "value")?;
    Ok(pairs(value)?
        .into_iter()
        .map(|(key, item)| {
            Value::from_pairs([(key_name.as_str(), key), (value_name.as_str(), item)])
        })
        .collect())
}

fn items2dict(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let key_name = arguments.text("key_name", "key")?;
    let value_name = arguments.text("value_name", "value")?;
    let mut map = Map::new();
    for item in items(value)? {
        let part = |name: &str| match item.get_item(&Value::from(name)) {
            Ok(part) if !part.is_undefined() => Ok(part),
            _ => Err(Error::from(
                TemplateError::undefined(name)
                    .hint(format!("`items2dict` needs items with `{key_name}` and `{value_name}`")),
            )),
        };
        map.insert(part(&key_name)?, part(&value_name)?);
    }
    Ok(Value::from_pairs(map))
}

/// Attributes of an element; those that are none are left out.
fn xmlattr(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let mut out = String::new();
    for (key, item) in pairs(value)? {
        if matches!(item.kind(), ValueKind::None | ValueKind::Undefined) {
            continue;
        }
        let key = text_form::text(&key)?;
        if key.contains([' ', '\t', '\n', '\r', '/', '>', '=']) {
            return Err(invalid("a name of an attribute holds a character that it may not"));
        }
        if !out.is_empty() || arguments.flag("autospace", true) {
            out.push(' ');
        }
        out.push_str(&format!("{}=\"{}\"", escaped(&key), escaped(&text_form::text(&item)?)));
    }
    Ok(Value::from_safe_string(out))
}
