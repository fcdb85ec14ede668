//! One of the five fields of a time in cron's notation.

use std::collections::BTreeSet;
use std::fmt;

/// What a field counts: its name, its first and last value, and the names that some values have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub name: &'static str,
    pub first: u8,
    pub last: u8,
    /// Names of the values from `first` on.
    pub names: &'static [&'static str],
}

pub(super) const MINUTE: Unit = Unit { name: "minute", first: 0, last: 59, names: &[] };
pub(super) const HOUR: Unit = Unit { name: "hour", first: 0, last: 23, names: &[] };
pub(super) const DAY: Unit = Unit { name: "day of the month", first: 1, last: 31, names: &[] };
pub(super) const MONTH: Unit = Unit {
    name: "month",
    first: 1,
    last: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
/// 7 is Sunday as well.
pub(super) const WEEKDAY: Unit = Unit {
    name: "day of the week",
    first: 0,
    last: 7,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/// A field: the values that it means, and the text that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    text: String,
    values: BTreeSet<u8>,
}

impl Field {
    /// Reads `*`, a value, a range, each with a step (`*/15`, `8-18/2`), and lists of them.
    ///
    /// # Errors
    /// A sentence that names the part that cannot be read.
    pub fn parse(text: &str, unit: Unit) -> Result<Self, String> {
        let mut values = BTreeSet::new();
        for part in text.split(',') {
            values.extend(part_values(part, unit)?);
        }
        if unit == WEEKDAY && values.remove(&7) {
            values.insert(0);
        }
        Ok(Self { text: text.to_owned(), values })
    }

    pub fn values(&self) -> &BTreeSet<u8> {
        &self.values
    }

    /// Whether it begins with `*`: cron takes such a field of days for no restriction.
    pub fn is_open(&self) -> bool {
        self.text.starts_with('*')
    }

    /// Whether it means every value.
    pub fn is_every(&self) -> bool {
        self.text == "*"
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn part_values(part: &str, unit: Unit) -> Result<impl Iterator<Item = u8>, String> {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => (unit.first, unit.last),
        Some((first, last)) => (value(first, unit)?, value(last, unit)?),
        None => {
            let only = value(range, unit)?;
            // `5/10` begins at 5 and goes on, as cron has it.
            (only, if step.is_some() { unit.last } else { only })
        }
    };
    if first > last {
        return Err(format!("the {} `{part}` ends before it begins", unit.name));
    }
    let step = match step {
        None => 1,
        Some(step) => step
            .parse::<u8>()
            .ok()
            .filter(|step| *step > 0)
            .ok_or_else(|| format!("`{step}` in the {} `{part}` is no step", unit.name))?,
    };
    Ok((first..=last).step_by(usize::from(step)))
}

fn value(text: &str, unit: Unit) -> Result<u8, String> {
    let lower = text.to_ascii_lowercase();
    if let Some(index) = unit.names.iter().position(|name| *name == lower) {
        return Ok(unit.first + u8::try_from(index).unwrap_or(0));
    }
    text.parse::<u8>()
        .ok()
        .filter(|value| (unit.first..=unit.last).contains(value))
        .ok_or_else(|| format!("`{text}` is no {}: {} to {}", unit.name, unit.first, unit.last))
}
