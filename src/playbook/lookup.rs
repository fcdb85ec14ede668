//! `with_items` and its like: what a loop goes over.

use indexmap::IndexMap;

use super::file_lookup::{Shelves, contents, fileglob, first_found};
use crate::model::Value;

/// The most items that a sequence or a product may have: far above any fleet's needs.
const MOST_ITEMS: usize = 1_000_000;

/// How the items of a loop come from what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// `loop:`, a list as it is.
    List,
    /// `with_items`: lists in the list are flattened, one level deep.
    Items,
    /// `with_indexed_items`: the same, each with its position.
    IndexedItems,
    /// `with_dict`
    Dict,
    /// `with_nested`, `with_cartesian`: each with each.
    Nested,
    /// `with_together`: the first with the first.
    Together,
    /// `with_sequence`
    Sequence,
    /// `with_flattened`: lists in lists are flattened, however deep.
    Flattened,
    /// `with_subelements`
    Subelements,
    /// `with_fileglob`: the files whose names match.
    Fileglob,
    /// `with_first_found`: the first file that there is.
    FirstFound,
    /// `with_file`: what files hold.
    File,
}

impl Lookup {
    /// The keys of a task that are loops.
    pub(super) const KEYS: [(&str, Self); 14] = [
        ("loop", Self::List),
        ("with_list", Self::List),
        ("with_items", Self::Items),
        ("with_indexed_items", Self::IndexedItems),
        ("with_dict", Self::Dict),
        ("with_nested", Self::Nested),
        ("with_cartesian", Self::Nested),
        ("with_together", Self::Together),
        ("with_sequence", Self::Sequence),
        ("with_flattened", Self::Flattened),
        ("with_subelements", Self::Subelements),
        ("with_fileglob", Self::Fileglob),
        ("with_first_found", Self::FirstFound),
        ("with_file", Self::File),
    ];

    /// The lookup of that name: `lookup('items', …)` goes over what `with_items` goes over.
    pub(super) fn named(name: &str) -> Option<Self> {
        let is_it = |key: &str| key.strip_prefix("with_") == Some(name);
        Self::KEYS.iter().find(|(key, _)| is_it(key)).map(|(_, lookup)| *lookup)
    }

    /// The items of a value whose templates are filled in.
    ///
    /// # Errors
    /// What is wrong with the value, as a sentence without a full stop.
    pub fn items(self, value: Value, shelves: &Shelves<'_>) -> Result<Vec<Value>, String> {
        match self {
            Self::List => list(value),
            Self::Items => Ok(flattened(listed(value), 1)),
            Self::IndexedItems => Ok(numbered(flattened(listed(value), 1))),
            Self::Flattened => Ok(flattened(listed(value), usize::MAX)),
            Self::Dict => pairs(value),
            Self::Nested => product(parts(value)?),
            Self::Together => Ok(together(&parts(value)?)),
            Self::Sequence => sequence(&value),
            Self::Subelements => subelements(value),
            Self::Fileglob => fileglob(&listed(value), shelves),
            Self::FirstFound => first_found(&listed(value), shelves),
            Self::File => contents(&listed(value), shelves),
        }
    }
}

fn list(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(format!("it is {}, where a list is needed", other.kind())),
    }
}

/// One value is a list of it alone.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items,
        other => vec![other],
    }
}

fn flattened(items: Vec<Value>, levels: usize) -> Vec<Value> {
    let flat = |item| match item {
        Value::List(inner) if levels > 0 => flattened(inner, levels - 1),
        other => vec![other],
    };
    items.into_iter().flat_map(flat).collect()
}

fn numbered(items: Vec<Value>) -> Vec<Value> {
    let number = |index| Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
    let pair = |(index, item)| Value::List(vec![number(index), item]);
    items.into_iter().enumerate().map(pair).collect()
}

fn pairs(value: Value) -> Result<Vec<Value>, String> {
    let mut pairs = Vec::new();
    for value in listed(value) {
        let Value::Map(map) = value else {
            return Err(format!("it is {}, where a mapping is needed", value.kind()));
        };
        pairs.extend(map.into_iter().map(|(key, value)| {
            Value::Map(IndexMap::from([
                ("key".to_owned(), Value::Unsafe(key)),
                ("value".to_owned(), value),
            ]))
        }));
    }
    Ok(pairs)
}

fn parts(value: Value) -> Result<Vec<Vec<Value>>, String> {
    let parts: Vec<_> = list(value)?.into_iter().map(listed).collect();
    if parts.is_empty() { Err("it needs at least one list".to_owned()) } else { Ok(parts) }
}

fn product(parts: Vec<Vec<Value>>) -> Result<Vec<Value>, String> {
    let size = parts.iter().try_fold(1_usize, |size, part| size.checked_mul(part.len()));
    if size.is_none_or(|size| size > MOST_ITEMS) {
        return Err(format!("it has more than {MOST_ITEMS} items"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for part in parts {
        let longer = |row: &Vec<Value>, item: &Value| [row, std::slice::from_ref(item)].concat();
        rows = rows.iter().flat_map(|row| part.iter().map(move |item| longer(row, item))).collect();
    }
    Ok(rows.into_iter().map(|row| Value::List(flattened(row, 1))).collect())
}

/// Shorter lists are filled up with nothing.
fn together(parts: &[Vec<Value>]) -> Vec<Value> {
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let at = |index: usize, part: &Vec<Value>| part.get(index).cloned().unwrap_or_default();
    let row = |index| parts.iter().map(|part| at(index, part)).collect();
    (0..longest).map(|index| Value::List(row(index))).collect()
}

/// Each entry of a list that stands in each mapping of a list: `[users, phones]`.
fn subelements(value: Value) -> Result<Vec<Value>, String> {
    const SHAPE: &str = "it needs a list of mappings, and the key of a list in each of them";
    let mut given = list(value)?.into_iter();
    let (Some(items), Some(key)) = (given.next(), given.next()) else {
        return Err(SHAPE.to_owned());
    };
    let may_be_missing = match given.next() {
        Some(Value::Map(flags)) => flags.get("skip_missing") == Some(&Value::Bool(true)),
        _ => false,
    };
    let key = key.as_str().ok_or(SHAPE)?;
    let items = match items {
        Value::Map(map) => map.into_values().collect(),
        other => list(other)?,
    };
    let mut rows = Vec::new();
    for item in items {
        let Value::Map(mut map) = item else { return Err(SHAPE.to_owned()) };
        let inner = key
            .split('.')
            .try_fold(&Value::Map(map.clone()), |value, name| match value {
                Value::Map(map) => map.get(name),
                _ => None,
            })
            .cloned();
        match inner {
            Some(Value::List(entries)) => {
                map.shift_remove(key);
                let row = |entry| Value::List(vec![Value::Map(map.clone()), entry]);
                rows.extend(entries.into_iter().map(row));
            }
            None if may_be_missing => {}
            _ => return Err(format!("`{key}` is no list in each of them")),
        }
    }
    Ok(rows)
}

/// The parameters of a sequence; all of its items are text.
#[derive(Debug, Default)]
struct Sequence {
    start: Option<i64>,
    end: Option<i64>,
    count: Option<i64>,
    stride: Option<i64>,
    format: Option<String>,
}

fn sequence(value: &Value) -> Result<Vec<Value>, String> {
    let sequence = match value {
        Value::List(items) if items.len() == 1 => return sequence(&items[0]),
        Value::Text(text) | Value::Unsafe(text) => match shortcut(text) {
            Some(sequence) => sequence,
            None => written(text)?,
        },
        Value::Int(end) => Sequence { end: Some(*end), ..Sequence::default() },
        other => return Err(format!("it is {}, where text is needed", other.kind())),
    };
    sequence.items()
}

/// `5`, `5-8`, `2-10/2`, `4:host%02d`
fn shortcut(text: &str) -> Option<Sequence> {
    let (rest, format) = match text.split_once(':') {
        Some((rest, format)) => (rest, Some(format.to_owned())),
        None => (text, None),
    };
    let (rest, stride) = match rest.split_once('/') {
        Some((rest, stride)) => (rest, Some(number(stride)?)),
        None => (rest, None),
    };
    let (start, end) = match rest.trim().split_once('-') {
        Some((start, end)) if !start.is_empty() => (Some(number(start)?), number(end)?),
        _ => (None, number(rest)?),
    };
    Some(Sequence { start, end: Some(end), count: None, stride, format })
}

/// `start=1 end=5 stride=2 format=host%02d`
fn written(text: &str) -> Result<Sequence, String> {
    let mut sequence = Sequence::default();
    for word in text.split_whitespace() {
        let wrong = || format!("`{word}` is no part of a sequence");
        let (name, value) = word.split_once('=').ok_or_else(wrong)?;
        let target = match name {
            "start" => &mut sequence.start,
            "end" => &mut sequence.end,
            "count" => &mut sequence.count,
            "stride" => &mut sequence.stride,
            "format" => {
                sequence.format = Some(value.to_owned());
                continue;
            }
            _ => return Err(wrong()),
        };
        *target = Some(number(value).ok_or_else(wrong)?);
    }
    Ok(sequence)
}

fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

impl Sequence {
    fn items(self) -> Result<Vec<Value>, String> {
        let start = self.start.unwrap_or(1);
        let stride = self.stride.unwrap_or(1);
        let end = match (self.end, self.count) {
            (Some(_), Some(_)) => return Err("it takes `end` or `count`, not both".to_owned()),
            (None, None) => return Err("it needs `end` or `count`".to_owned()),
            (None, Some(0)) => return Ok(Vec::new()),
            (Some(end), None) => end,
            (None, Some(count)) => {
                start.saturating_add(count.saturating_sub(1).saturating_mul(stride))
            }
        };
        if stride == 0 {
            return Err("its `stride` is 0".to_owned());
        }
        if (stride > 0 && end < start) || (stride < 0 && end > start) {
            return match self.stride {
                None => Err(format!("it would count down from {start} to {end}: set `stride=-1`")),
                Some(_) => Err("its `stride` leads away from its end".to_owned()),
            };
        }
        let size = (i128::from(end) - i128::from(start)) / i128::from(stride) + 1;
        let size = usize::try_from(size).ok().filter(|size| *size <= MOST_ITEMS);
        let size = size.ok_or_else(|| format!("it has more than {MOST_ITEMS} items"))?;
        let numbers = std::iter::successors(Some(start), |n| n.checked_add(stride)).take(size);
        let format = self.format.as_deref().unwrap_or("%d");
        numbers.map(|number| formatted(format, number).map(Value::Unsafe)).collect()
    }
}

/// One `%d`, `%i`, `%x`, `%X` or `%o`, with a width.
fn formatted(format: &str, number: i64) -> Result<String, String> {
    let wrong = || format!("`{format}` does not say how to write a number: try `%02d`");
    let (before, rest) = format.split_once('%').ok_or_else(wrong)?;
    let kind = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (width, rest) = rest.split_at(kind);
    let is_padded = width.starts_with('0');
    let width: usize = if width.is_empty() { 0 } else { width.parse().map_err(|_| wrong())? };
    if width > 100 {
        return Err(wrong());
    }
    let mut rest = rest.chars();
    let digits = match rest.next() {
        Some('d' | 'i' | 'u') => number.to_string(),
        Some('x') => format!("{number:x}"),
        Some('X') => format!("{number:X}"),
        Some('o') => format!("{number:o}"),
        _ => return Err(wrong()),
    };
    let after = rest.as_str();
    Ok(match is_padded {
        true => format!("{before}{digits:0>width$}{after}"),
        false => format!("{before}{digits:>width$}{after}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::NoFiles;

    fn value(json: &str) -> Value {
        Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap())
    }

    fn items(lookup: Lookup, json: &str) -> String {
        let shelves = Shelves { library: &NoFiles, folders: Vec::new() };
        match lookup.items(value(json), &shelves) {
            Ok(items) => {
                let plain = serde_json::to_string(&items).unwrap();
                plain.replace("{\"__ansible_unsafe\":", "").replace("\"}", "\"")
            }
            Err(wrong) => wrong,
        }
    }

    #[test]
    fn lists_are_taken_as_each_loop_takes_them() {
        use Lookup::{Flattened, IndexedItems, Items, List, Nested, Together};
        for (lookup, given, out) in [
            (List, "[[1,2],3]", "[[1,2],3]"),
            (Items, "[[1,[2]],3]", "[1,[2],3]"),
            (Items, "\"abc\"", "[\"abc\"]"),
            (Flattened, "[[1,[2]],3]", "[1,2,3]"),
            (IndexedItems, "[\"a\",\"b\"]", "[[0,\"a\"],[1,\"b\"]]"),
            (Nested, "[[1,2],[\"a\",\"b\"]]", "[[1,\"a\"],[1,\"b\"],[2,\"a\"],[2,\"b\"]]"),
            (Together, "[[1,2],[\"a\"]]", "[[1,\"a\"],[2,null]]"),
            (List, "\"abc\"", "it is text, where a list is needed"),
            (Nested, "[]", "it needs at least one list"),
        ] {
            assert_eq!(items(lookup, given), out, "{lookup:?} {given}");
        }
    }

    #[test]
    fn mappings_become_pairs_and_subelements_rows() {
        assert_eq!(items(Lookup::Dict, "{\"a\":1}"), "[{\"key\":\"a\",\"value\":1}]");
        assert_eq!(items(Lookup::Dict, "[1]"), "it is a whole number, where a mapping is needed");
        let users = "[{\"n\":\"a\",\"s\":[1,2]},{\"n\":\"b\"}]";
        assert_eq!(
            items(Lookup::Subelements, &format!("[{users},\"s\",{{\"skip_missing\":true}}]")),
            "[[{\"n\":\"a\"},1],[{\"n\":\"a\"},2]]".replace("\"a\"}", "\"a\"")
        );
        assert_eq!(
            items(Lookup::Subelements, &format!("[{users},\"s\"]")),
            "`s` is no list in each of them"
        );
    }

    #[test]
    fn sequences_are_text_and_bounded() {
        for (given, out) in [
            ("start=0 end=6 stride=2 format=h%02x", "[\"h00\",\"h02\",\"h04\",\"h06\"]"),
            ("5-8", "[\"5\",\"6\",\"7\",\"8\"]"),
            ("count=3", "[\"1\",\"2\",\"3\"]"),
            ("2-10/3:x%d", "[\"x2\",\"x5\",\"x8\"]"),
            ("start=3 end=1 stride=-1", "[\"3\",\"2\",\"1\"]"),
            ("count=0", "[]"),
            ("3-1", "it would count down from 3 to 1: set `stride=-1`"),
            ("1-9999999999", "it has more than 1000000 items"),
            ("start=1", "it needs `end` or `count`"),
            ("end=3 by=2", "`by=2` is no part of a sequence"),
            ("end=1 format=x", "`x` does not say how to write a number: try `%02d`"),
        ] {
            assert_eq!(items(Lookup::Sequence, &format!("\"{given}\"")), out, "{given}");
        }
    }
}
