//! A host as inventories write it: name or address, a port, ranges.

use std::sync::LazyLock;

use regex::Regex;

/// More hosts from one line are a slip of the finger.
const MOST_HOSTS: usize = 100_000;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// A pattern that stands in this file and is tested by it.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static BRACKETED_PORT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\[(.+)\]:([0-9]+)$"));

static PORT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^((?:[^:\[\]]|\[[^\]]*\])*):([0-9]+)$"));

static IPV4: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const PART: &str = r"(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|\[[0-9]+:[0-9]+(?::[0-9]+)?\])";
    pattern(&format!(r"^(?:{PART}\.){{3}}{PART}$"))
});

/// One part of an IPv6 address, which may be a range.
static IPV6_PART: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)^(?:[0-9a-f]{1,4}|\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\])"));

/// What stands between two dots of a name.
static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const RANGE: &str = r"\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]";
    pattern(&format!(r"(?i)^(?:\w|{RANGE})(?:[\w-]|{RANGE})*$"))
});

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// A host and its port. The name may hold ranges; it is not checked further.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Address {
    pub name: String,
    pub port: Option<u32>,
}

/// Splits off the port: `fw1:22`, `192.0.2.1:22`, `[2001:db8::1]:22`. A bare IPv6 address has
/// none. `None` when `text` is neither a name nor an address.
pub(super) fn parse(text: &str) -> Option<Address> {
    let mut name = text;
    let mut port = None;
    for pattern in [&BRACKETED_PORT, &PORT] {
        if let Some(parts) = pattern.as_ref().and_then(|pattern| pattern.captures(name))
            && let (Some(host), Some(number)) = (parts.get(1), parts.get(2))
        {
            name = host.as_str();
            port = Some(number.as_str().parse().unwrap_or(u32::MAX));
        }
    }
    let is_name = |name: &str| {
        name.split('.').all(|label| matches(&LABEL, label) && !label.ends_with(['-', '_']))
    };
    (matches(&IPV4, name) || is_ipv6(name) || is_name(name))
        .then(|| Address { name: name.to_owned(), port })
}

/// An IPv6 address, in which each part may be a range.
pub(super) fn is_ipv6(text: &str) -> bool {
    let mut rest = text;
    let mut parts = 0;
    let mut gaps = 0;
    loop {
        if let Some(found) = IPV6_PART.as_ref().and_then(|pattern| pattern.find(rest)) {
            if parts > 0 && rest[found.end()..].starts_with('.') {
                return is_ipv6_with_ipv4(text);
            }
            parts += 1;
            rest = &rest[found.end()..];
            if rest.is_empty() {
                break;
            }
        }
        match rest.strip_prefix("::") {
            Some(after) => {
                gaps += 1;
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            None => match rest.strip_prefix(':') {
                Some(after) if parts > 0 && !after.is_empty() => rest = after,
                _ => return false,
            },
        }
        if gaps > 1 || parts > 8 || rest.starts_with(':') {
            return false;
        }
    }
    gaps == 0 && parts == 8 || gaps == 1 && parts <= 7
}

/// `::ffff:192.0.2.1` and its kin.
fn is_ipv6_with_ipv4(text: &str) -> bool {
    text.parse::<core::net::Ipv6Addr>().is_ok()
}

/// Every host that `name` stands for: ranges `[a:b]` and `[a:b:step]` are unfolded from left to
/// right, both ends included. The error is a sentence.
pub(super) fn expand(name: &str) -> Result<Vec<String>, String> {
    let mut names = vec![name.to_owned()];
    while names.first().is_some_and(|name| name.contains('[')) {
        let mut unfolded = Vec::new();
        for name in &names {
            unfold(name, &mut unfolded)?;
        }
        names = unfolded;
    }
    Ok(names)
}

/// Unfolds the first range of `name`.
fn unfold(name: &str, names: &mut Vec<String>) -> Result<(), String> {
    let broken = || format!("the range in `{name}` has no closing `]`");
    let (head, rest) = name.split_once('[').ok_or_else(broken)?;
    let (range, tail) = rest.split_once(']').ok_or_else(broken)?;
    for part in members(range)? {
        if names.len() >= MOST_HOSTS {
            return Err(format!("the ranges in one line make more than {MOST_HOSTS} hosts"));
        }
        names.push(format!("{head}{part}{tail}"));
    }
    Ok(())
}

fn members(range: &str) -> Result<Vec<String>, String> {
    let bounds: Vec<&str> = range.split(':').collect();
    let (begin, end, step) = match bounds.as_slice() {
        [begin, end] => (*begin, *end, "1"),
        [begin, end, step] => (*begin, *end, *step),
        _ => return Err(format!("the range `[{range}]` needs a begin and an end: `[1:9]`")),
    };
    if end.is_empty() {
        return Err(format!("the range `[{range}]` has no end"));
    }
    let begin = if begin.is_empty() { "0" } else { begin };
    let step =
        step.parse::<usize>().ok().filter(|step| *step > 0).ok_or_else(|| {
            format!("the step of the range `[{range}]` must be a number from 1 on")
        })?;
    let backwards = || format!("the range `[{range}]` runs backwards and makes no host");
    let letter = |text: &str| if text.len() == 1 { LETTERS.find(text) } else { None };
    if let (Some(from), Some(to)) = (letter(begin), letter(end)) {
        if from > to {
            return Err(backwards());
        }
        return Ok(LETTERS[from..=to].chars().step_by(step).map(String::from).collect());
    }
    let number = |text: &str| {
        text.parse::<usize>()
            .ok()
            .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
            .ok_or_else(|| format!("the range `[{range}]` mixes what cannot be counted"))
    };
    let (from, to) = (number(begin)?, number(end)?);
    let is_padded = begin.len() > 1 && begin.starts_with('0');
    if is_padded && begin.len() != end.len() {
        return Err(format!(
            "begin and end of the range `[{range}]` must be equally long, since the begin is \
             padded with zeros"
        ));
    }
    if from > to {
        return Err(backwards());
    }
    if (to - from) / step >= MOST_HOSTS {
        return Err(format!("the range `[{range}]` makes more than {MOST_HOSTS} hosts"));
    }
    let width = if is_padded { begin.len() } else { 0 };
    Ok((from..=to).step_by(step).map(|value| format!("{value:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> Option<(String, Option<u32>)> {
        parse(text).map(|address| (address.name, address.port))
    }

    #[test]
    fn the_patterns_are_valid() {
        for pattern in [&BRACKETED_PORT, &PORT, &IPV4, &IPV6_PART, &LABEL] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn a_port_is_split_off() {
        for (text, name, port) in [
            ("fw1", "fw1", None),
            ("fw1:2222", "fw1", Some(2222)),
            ("192.0.2.7:22", "192.0.2.7", Some(22)),
            ("[2001:db8::1]:22", "2001:db8::1", Some(22)),
            ("2001:db8::1", "2001:db8::1", None),
            ("fw[01:03]:22", "fw[01:03]", Some(22)),
            ("fw-[a:c].example.net", "fw-[a:c].example.net", None),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1", None),
        ] {
            assert_eq!(address(text), Some((name.to_owned(), port)), "{text}");
        }
        for text in ["fw1:", "fw_:22", "a b", "-fw", "fw[1]:22", "a:b:c", "", "1:2:3"] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn ipv6_addresses_are_told_from_lists_of_names() {
        for text in ["::", "::1", "fe80::", "1:2:3:4:5:6:7:8", "2001:db8::[1:f]", "a::b:c"] {
            assert!(is_ipv6(text), "{text}");
        }
        for text in ["1:2:3", ":1", "1::2::3", "1:2:3:4:5:6:7:8:9", "uk:fr", "12345::", "a:"] {
            assert!(!is_ipv6(text), "{text}");
        }
    }

    #[test]
    fn ranges_unfold_from_left_to_right() {
        for (text, names) in [
            ("fw[1:3]", vec!["fw1", "fw2", "fw3"]),
            ("fw[08:10]", vec!["fw08", "fw09", "fw10"]),
            ("fw[0:9:4]", vec!["fw0", "fw4", "fw8"]),
            ("fw[:2]", vec!["fw0", "fw1", "fw2"]),
            ("[y:B]x", vec!["yx", "zx", "Ax", "Bx"]),
            ("r[1:2]-[a:b]", vec!["r1-a", "r1-b", "r2-a", "r2-b"]),
            ("plain", vec!["plain"]),
        ] {
            assert_eq!(expand(text).unwrap(), names, "{text}");
        }
    }

    #[test]
    fn bad_ranges_say_why() {
        for (text, word) in [
            ("[1]", "needs a begin and an end"),
            ("[1:]", "has no end"),
            ("[01:100]", "equally long"),
            ("[5:1]", "backwards"),
            ("[c:a]", "backwards"),
            ("[a:3]", "cannot be counted"),
            ("[1:3:0]", "step"),
            ("[1:9999999]", "more than 100000"),
            ("[1:999][1:999]", "more than 100000"),
            ("[1:3", "no closing"),
        ] {
            let told = expand(text).unwrap_err();
            assert!(told.contains(word), "{text}: {told}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-a-f0-9:.\\[\\]é]{0,40}") {
            parse(&text);
            let _ = expand(&text);
        }
    }
}
