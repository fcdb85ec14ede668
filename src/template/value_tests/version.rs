//! Versions compared.

use std::cmp::Ordering;

use minijinja::{Error, Value};

use super::super::arguments::{Arguments, invalid};
use super::super::text_form::text;
use super::value_test::ValueTest;

const PARAMETERS: &[&str] = &["version", "operator", "strict", "version_type"];

pub(super) const TESTS: &[ValueTest] = &[
    ValueTest::new("version", PARAMETERS, version),
    ValueTest::new("version_compare", PARAMETERS, version),
];

fn version(value: &Value, arguments: &Arguments) -> Result<bool, Error> {
    let a = text(value)?;
    let b = text(arguments.need("version")?)?;
    if a.is_empty() || b.is_empty() {
        return Err(invalid("a version is empty"));
    }
    let strict = arguments.flag("strict", false);
    let kind = arguments.text("version_type", if strict { "strict" } else { "loose" })?;
    let ordering = match kind.as_str() {
        "loose" => compare_loose(&a, &b),
        "strict" => Some(strict_key(&a).zip(strict_key(&b)).map(|(a, b)| a.cmp(&b))).flatten(),
        "semver" | "semantic" => semantic_key(&a).zip(semantic_key(&b)).map(|(a, b)| a.cmp(&b)),
        _ => return Err(invalid("`version_type` must be `loose`, `strict` or `semver`")),
    };
    let ordering = ordering.ok_or_else(|| {
        invalid("the versions cannot be compared: a number stands in one where letters stand in the other, or they are not of this type")
    })?;
    let operator = arguments.text("operator", "eq")?;
    Ok(match operator.as_str() {
        "==" | "=" | "eq" => ordering == Ordering::Equal,
        "!=" | "<>" | "ne" => ordering != Ordering::Equal,
        "<" | "lt" => ordering == Ordering::Less,
        "<=" | "le" => ordering != Ordering::Greater,
        ">" | "gt" => ordering == Ordering::Greater,
        ">=" | "ge" => ordering != Ordering::Less,
        _ => return Err(invalid("the operator must be one of `==`, `!=`, `<`, `<=`, `>`, `>=`")),
    })
}

/// A part of a version: digits as a number, or letters.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Number(u64),
    Letters(&'a str),
}

/// Python's `LooseVersion`. `None` where a number would be compared with letters.
fn compare_loose(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (loose_parts(a), loose_parts(b));
    for (a, b) in a.iter().zip(&b) {
        let ordering = match (a, b) {
            (Part::Number(a), Part::Number(b)) => a.cmp(b),
            (Part::Letters(a), Part::Letters(b)) => a.cmp(b),
            _ => return None,
        };
        if ordering.is_ne() {
            return Some(ordering);
        }
    }
    Some(a.len().cmp(&b.len()))
}

fn loose_parts(text: &str) -> Vec<Part<'_>> {
    let class = |c: char| match c {
        '0'..='9' => 0,
        'a'..='z' => 1,
        '.' => 2,
        _ => 3,
    };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match class(first) {
            2 => 1,
            kind => rest.find(|c| class(c) != kind).unwrap_or(rest.len()),
        };
        let (part, behind) = rest.split_at(end);
        rest = behind;
        match (class(first), part.parse()) {
            (2, _) => {}
            (_, Ok(number)) => parts.push(Part::Number(number)),
            (_, Err(_)) => parts.push(Part::Letters(part)),
        }
    }
    parts
}

/// Python's `StrictVersion`: two or three numbers, and `a` or `b` with a number before a release.
fn strict_key(text: &str) -> Option<(Vec<u64>, (char, u64))> {
    let (numbers, stage) = match text.find(['a', 'b']) {
        Some(at) => {
            let (numbers, stage) = text.split_at(at);
            (numbers, (stage.chars().next()?, stage[1..].parse().ok()?))
        }
        // A release comes after all that leads to it.
        None => (text, ('z', 0)),
    };
    let mut numbers = numbers.split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>()?;
    if !(2..=3).contains(&numbers.len()) {
        return None;
    }
    numbers.resize(3, 0);
    Some((numbers, stage))
}

/// A part of what precedes a release: numbers come before words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Precedent<'a> {
    Number(u64),
    Word(&'a str),
}

/// Three numbers, then whether it is a release, then what precedes it.
type SemanticKey<'a> = ([u64; 3], bool, Vec<Precedent<'a>>);

fn semantic_key(text: &str) -> Option<SemanticKey<'_>> {
    let text = text.split('+').next()?;
    let (numbers, before) = match text.split_once('-') {
        Some((numbers, before)) => (numbers, Some(before)),
        None => (text, None),
    };
    let numbers = numbers.split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>()?;
    let precedents = before
        .into_iter()
        .flat_map(|before| before.split('.'))
        .map(|part| part.parse().map_or(Precedent::Word(part), Precedent::Number));
    Some((numbers.try_into().ok()?, before.is_none(), precedents.collect()))
}
