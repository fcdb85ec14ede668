//! Paths and addresses of pages, as text: nothing is looked up.

use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid, items};
use super::super::text_form::text;
use super::filter::Filter;
use super::url::Url;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("basename", &[], basename),
    Filter::new("dirname", &[], dirname),
    Filter::new("splitext", &[], splitext),
    Filter::new("path_join", &[], path_join),
    Filter::new("urlsplit", &["query"], urlsplit),
];

fn basename(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let path = text(value)?;
    Ok(Value::from(path.rsplit('/').next().unwrap_or("")))
}

fn dirname(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let path = text(value)?;
    let head = path.rfind('/').map_or("", |slash| &path[..=slash]);
    Ok(Value::from(match head.trim_end_matches('/') {
        "" => head,
        folder => folder,
    }))
}

fn splitext(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let path = text(value)?;
    let name_start = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = &path[name_start..];
    let dots = name.len() - name.trim_start_matches('.').len();
    let split = name[dots..].rfind('.').map_or(path.len(), |dot| name_start + dots + dot);
    Ok(Value::from(vec![Value::from(&path[..split]), Value::from(&path[split..])]))
}

fn path_join(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let parts = match value.as_str() {
        Some(_) => vec![value.clone()],
        None => items(value)?,
    };
    let mut joined = String::new();
    for part in parts {
        let part = text(&part)?;
        if part.starts_with('/') {
            joined.clear();
        } else if !joined.is_empty() && !joined.ends_with('/') {
            joined.push('/');
        }
        joined.push_str(&part);
    }
    Ok(Value::from(joined))
}

fn urlsplit(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let written = text(value)?;
    let parts = Url::split(&written).ok_or_else(|| invalid("the text is not a URL"))?.parts();
    match arguments.text("query", "")?.as_str() {
        "" => Ok(Value::from_pairs(parts)),
        wanted => parts
            .into_iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, part)| part)
            .ok_or_else(|| invalid("a URL has no such part")),
    }
}
