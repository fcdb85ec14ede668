//! Values as YAML text.

use minijinja::value::ValueKind;
use minijinja::{Error, Value};

use super::super::arguments::{invalid, pairs};
use super::super::conversion::{MOST_NESTING, key_text};
use super::super::text_form::float_text;
use crate::yaml::{Written, emit, float_scalar};

/// How a document is laid out.
pub(super) struct Layout {
    /// Spaces per level.
    pub indent: usize,
    /// Columns after which long text is folded.
    pub width: usize,
    pub sorted: bool,
    /// Everything on one line, nothing so, or only lists and mappings of scalars.
    pub flow: Option<bool>,
}

/// A document with the line end that closes it.
pub(super) fn write(value: &Value, layout: &Layout) -> Result<String, Error> {
    Ok(emit(&node(value, layout, 0)?, layout.indent, layout.width))
}

fn node(value: &Value, layout: &Layout, depth: usize) -> Result<Written, Error> {
    if depth > MOST_NESTING {
        return Err(invalid("the value is nested too deep"));
    }
    let all_scalars =
        |nodes: &[&Written]| nodes.iter().all(|node| matches!(node, Written::Scalar { .. }));
    Ok(match value.kind() {
        ValueKind::Undefined => return Err(minijinja::ErrorKind::UndefinedError.into()),
        ValueKind::Invalid => return Err(super::super::conversion::error_of(value).into()),
        ValueKind::None => Written::Scalar { text: "null".to_owned(), is_text: false },
        ValueKind::Bool => Written::Scalar { text: key_text(value), is_text: false },
        ValueKind::Number => Written::Scalar { text: number_text(value)?, is_text: false },
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value
                .try_iter()?
                .checked()
                .map(|item| node(&item?, layout, depth + 1))
                .collect::<Result<Vec<_>, _>>()?;
            let flow =
                layout.flow.unwrap_or_else(|| all_scalars(&items.iter().collect::<Vec<_>>()));
            Written::List { flow: flow || items.is_empty(), items }
        }
        ValueKind::Map => {
            let mut entries = pairs(value)?;
            if layout.sorted {
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            let pairs = entries
                .iter()
                .map(|(key, item)| {
                    Ok((node(key, layout, depth + 1)?, node(item, layout, depth + 1)?))
                })
                .collect::<Result<Vec<_>, Error>>()?;
            let nodes: Vec<&Written> = pairs.iter().flat_map(|(key, item)| [key, item]).collect();
            let flow = layout.flow.unwrap_or_else(|| all_scalars(&nodes));
            Written::Map { flow: flow || pairs.is_empty(), pairs }
        }
        _ => Written::Scalar { text: value.to_string(), is_text: true },
    })
}

fn number_text(value: &Value) -> Result<String, Error> {
    if value.is_integer() {
        return Ok(value.to_string());
    }
    Ok(float_scalar(&float_text(f64::try_from(value.clone())?)))
}
