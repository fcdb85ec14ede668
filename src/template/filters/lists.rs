//! Lists: put together, taken apart, combined.

use minijinja::value::ValueKind;
use minijinja::{Error, State, Value};

use super::super::TemplateError;
use super::super::arguments::{Arguments, MORE, all_items, invalid, items};
use super::super::conversion::MOST_NESTING;
use super::filter::Filter;

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("list", &[], list),
    Filter::new("flatten", &["levels", "skip_nulls"], flatten),
    Filter::new("zip", &[MORE], zip),
    Filter::new("zip_longest", &[MORE, "fillvalue"], zip_longest),
    Filter::new("product", &[MORE, "repeat"], product),
    Filter::new("combinations", &["r"], combinations),
    Filter::new("permutations", &["r"], permutations),
    Filter::new("subelements", &["subelements", "skip_missing"], subelements),
    Filter::new("extract", &["container", "morekeys"], extract),
];

/// Items that a product or the like may have.
const MOST_ITEMS: usize = 1_000_000;

/// The items of a list, the keys of a mapping or the characters of a text, as a list.
fn list(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    all_items(value).map(Value::from)
}

fn flatten(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let levels = match arguments.given("levels") {
        Some(_) => arguments.size("levels", 0, MOST_NESTING)?,
        None => MOST_NESTING,
    };
    let mut flat = Vec::new();
    flatten_into(&mut flat, value, levels, arguments.flag("skip_nulls", true))?;
    Ok(Value::from(flat))
}

fn flatten_into(
    flat: &mut Vec<Value>,
    value: &Value,
    levels: usize,
    skips_nulls: bool,
) -> Result<(), Error> {
    for item in items(value)? {
        match item.kind() {
            ValueKind::None if skips_nulls => {}
            ValueKind::Seq | ValueKind::Iterable if levels > 0 => {
                flatten_into(flat, &item, levels - 1, skips_nulls)?;
            }
            _ => flat.push(item),
        }
    }
    Ok(())
}

/// The value and all further ones, each as the list of its items; text falls into characters.
fn lists(value: &Value, more: &[Value]) -> Result<Vec<Vec<Value>>, Error> {
    std::iter::once(value).chain(more).map(all_items).collect()
}

fn zip(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let lists = lists(value, &arguments.more)?;
    let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
    Ok((0..shortest)
        .map(|at| lists.iter().map(|list| list[at].clone()).collect::<Value>())
        .collect())
}

fn zip_longest(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let lists = lists(value, &arguments.more)?;
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let fill = arguments.get("fillvalue").cloned().unwrap_or(Value::from(()));
    let item = |list: &Vec<Value>, at| list.get(at).unwrap_or(&fill).clone();
    Ok((0..longest).map(|at| lists.iter().map(|list| item(list, at)).collect::<Value>()).collect())
}

fn product(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let once = lists(value, &arguments.more)?;
    let repeat = arguments.size("repeat", 1, 100)?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in std::iter::repeat_n(&once, repeat).flatten() {
        within_bounds(rows.len().saturating_mul(list.len()))?;
        rows = rows
            .iter()
            .flat_map(|row| {
                list.iter().map(move |item| row.iter().chain([item]).cloned().collect())
            })
            .collect();
    }
    Ok(rows.into_iter().map(Value::from).collect())
}

fn combinations(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let [list] = lists(value, &[])?.try_into().unwrap_or([Vec::new()]);
    chosen(&list, arguments.size("r", 2, 100)?, |chosen, next| {
        chosen.last().is_none_or(|last| *last < next)
    })
}

fn permutations(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let [list] = lists(value, &[])?.try_into().unwrap_or([Vec::new()]);
    chosen(&list, arguments.size("r", list.len().min(100), 100)?, |chosen, next| {
        !chosen.contains(&next)
    })
}

/// All ways to choose `length` items, each next one as `may_follow` allows.
fn chosen(
    list: &[Value],
    length: usize,
    may_follow: impl Fn(&[usize], usize) -> bool,
) -> Result<Value, Error> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..length {
        let mut longer = Vec::new();
        for row in &rows {
            for next in (0..list.len()).filter(|next| may_follow(row, *next)) {
                within_bounds(longer.len())?;
                longer.push(row.iter().copied().chain([next]).collect());
            }
        }
        rows = longer;
    }
    Ok(rows.iter().map(|row| row.iter().map(|at| list[*at].clone()).collect::<Value>()).collect())
}

fn within_bounds(items: usize) -> Result<(), Error> {
    match items < MOST_ITEMS {
        true => Ok(()),
        false => Err(invalid(format!("the result has more than {MOST_ITEMS} items"))),
    }
}

fn subelements(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let key = arguments.need("subelements")?;
    let path: Vec<Value> = match key.as_str() {
        Some(path) => path.split('.').map(Value::from).collect(),
        None => items(key)?,
    };
    let skips = arguments.flag("skip_missing", false);
    let outer = match value.kind() {
        ValueKind::Map => {
            super::super::arguments::pairs(value)?.into_iter().map(|(_, v)| v).collect()
        }
        _ => items(value)?,
    };
    let mut rows = Vec::new();
    for item in outer {
        let mut inner = item.clone();
        for step in &path {
            inner = if inner.is_undefined() { inner } else { inner.get_item(step)? };
        }
        match inner.kind() {
            ValueKind::Undefined if skips => {}
            ValueKind::Undefined => {
                return Err(TemplateError::missing("an item has no such part")
                    .hint("give `skip_missing=true` to leave such items out")
                    .into());
            }
            _ => {
                for part in items(&inner)? {
                    rows.push(Value::from(vec![item.clone(), part]));
                }
            }
        }
    }
    Ok(Value::from(rows))
}

fn extract(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    let more = match arguments.given("morekeys") {
        None => Vec::new(),
        Some(keys) if matches!(keys.kind(), ValueKind::Seq) => items(keys)?,
        Some(key) => vec![key.clone()],
    };
    let mut found = arguments.need("container")?.clone();
    for key in std::iter::once(value).chain(&more) {
        found = found.get_item(key)?;
        if found.is_undefined() {
            return Err(TemplateError::missing("the container has no such item").into());
        }
    }
    Ok(found)
}
