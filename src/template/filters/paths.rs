//! Paths and addresses of pages, as text: nothing is looked up.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid, items, pairs};
use super::super::text_form::text;
use super::filter::Filter;
use super::url::Url;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("basename", &[], basename),
    Filter::new("dirname", &[], dirname),
    Filter::new("splitext", &[], splitext),
    Filter::new("path_join", &[], path_join),
    Filter::new("urlsplit", &["query"], urlsplit),
    Filter::new("urlencode", &[], urlencode),
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

/// A text as a part of a path, a mapping or a list of pairs as a query.
fn urlencode(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let fields = match value.kind() {
        ValueKind::Map => pairs(value)?,
        ValueKind::Seq | ValueKind::Iterable => items(value)?
            .iter()
            .map(|pair| match <[Value; 2]>::try_from(items(pair)?) {
                Ok([name, value]) => Ok((name, value)),
                Err(_) => Err(invalid("`urlencode` needs a list of pairs")),
            })
            .collect::<Result<_, _>>()?,
        _ => return Ok(Value::from(percent_encoded(&text(value)?, "/"))),
    };
    let field = |part: &Value| -> Result<String, Error> {
        Ok(percent_encoded(&text(part)?, "").replace("%20", "+"))
    };
    let fields: Result<Vec<_>, Error> = fields
        .iter()
        .map(|(name, value)| Ok(format!("{}={}", field(name)?, field(value)?)))
        .collect();
    Ok(Value::from(fields?.join("&")))
}

fn percent_encoded(text: &str, safe: &str) -> String {
    let is_safe = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.as_bytes().contains(&byte)
    };
    text.bytes()
        .map(|byte| match is_safe(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
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
