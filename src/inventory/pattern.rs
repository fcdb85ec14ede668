//! Host patterns: which hosts a play or a limit means.

use std::collections::HashSet;
use std::sync::LazyLock;

use fancy_regex::Regex as PythonRegex;
use regex::Regex;

use crate::model::{HostName, InputIssue, nearest};

use super::{Inventory, address};

/// Hosts, and what is odd about the patterns that found them.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// In the order in which the patterns name them, each once.
    pub hosts: Vec<HostName>,
    pub warnings: Vec<InputIssue>,
}

/// How many patterns that match nothing get a hint of their own.
const MOST_HINTS: usize = 20;

static PART: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:[^\s:\[\]]|\[[^\]]*\])+").ok());

static SUBSCRIPT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(.+)\[(?:(-?[0-9]+)|([0-9]+)([:-])([0-9]*))\]$").ok());

/// The hosts that `patterns` (the `hosts:` of a play: one text, or a list of them) mean.
///
/// Plain patterns come first, then `&` keeps and `!` removes, whatever the written order. A
/// pattern that matches nothing is a warning; one that says nothing at all is an error, where
/// Ansible takes it for all hosts.
pub fn select<S: AsRef<str>>(
    inventory: &Inventory,
    patterns: &[S],
) -> Result<Selection, InputIssue> {
    let mut parts = Vec::new();
    for pattern in patterns {
        let found = split(pattern.as_ref());
        if found.is_empty() {
            return Err(says_nothing(pattern.as_ref()));
        }
        parts.extend(found);
    }
    evaluate(inventory, &parts)
}

pub(super) fn says_nothing(pattern: &str) -> InputIssue {
    InputIssue::error(format!("the pattern `{pattern}` names no host and no group"))
        .hint("write `all` for every host, or names of hosts and groups with commas between them")
}

/// Cuts a pattern at its commas; without a comma, and unless it is an address or a range as a
/// whole, at the colons outside brackets.
pub(super) fn split(pattern: &str) -> Vec<String> {
    let parts: Vec<&str> = if pattern.contains(',') {
        pattern.split(',').collect()
    } else if address::parse(pattern).is_some() {
        vec![pattern]
    } else {
        PART.as_ref()
            .map(|part| part.find_iter(pattern).map(|found| found.as_str()).collect())
            .unwrap_or_default()
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The hosts that single patterns mean together.
pub(super) fn evaluate(inventory: &Inventory, parts: &[String]) -> Result<Selection, InputIssue> {
    let begins = |part: &&String, sign: char| part.starts_with(sign);
    let excluded: Vec<&String> = parts.iter().filter(|part| begins(part, '!')).collect();
    let kept: Vec<&String> = parts.iter().filter(|part| begins(part, '&')).collect();
    let mut plain: Vec<&str> =
        parts.iter().filter(|p| !begins(p, '!') && !begins(p, '&')).map(String::as_str).collect();
    if plain.is_empty() {
        plain.push("all");
    }

    let mut warnings = Vec::new();
    let mut hosts: Vec<usize> = Vec::new();
    let mut seen = HashSet::new();
    for part in plain {
        let found = match inventory.hosts.get_index_of(part) {
            Some(host) => vec![host],
            None => match inventory.local_position(part) {
                Some(local) => vec![local],
                None => matched(inventory, part, &mut warnings)?,
            },
        };
        hosts.extend(found.into_iter().filter(|host| seen.insert(*host)));
    }
    for part in kept {
        let found: HashSet<usize> =
            matched(inventory, &part[1..], &mut warnings)?.into_iter().collect();
        hosts.retain(|host| found.contains(host));
    }
    for part in excluded {
        let found: HashSet<usize> =
            matched(inventory, &part[1..], &mut warnings)?.into_iter().collect();
        hosts.retain(|host| !found.contains(host));
    }
    let hosts = hosts.into_iter().filter_map(|host| inventory.host_name(host).cloned()).collect();
    Ok(Selection { hosts, warnings })
}

/// The hosts of one pattern without its sign.
fn matched(
    inventory: &Inventory,
    pattern: &str,
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<usize>, InputIssue> {
    if pattern.is_empty() {
        return Err(says_nothing(pattern));
    }
    if let Some(local) = inventory.local_position(pattern) {
        return Ok(vec![local]);
    }
    let (name, subscript) = subscript(pattern, warnings)?;
    let hosts = enumerate(inventory, name, warnings)?;
    match subscript {
        None => Ok(hosts),
        Some(_) if hosts.is_empty() => Ok(hosts),
        Some(Subscript::One(at)) => pick(&hosts, at).map(|host| vec![host]).ok_or_else(|| {
            InputIssue::error(format!(
                "`{pattern}` asks for a host that `{name}` does not have: it has {}",
                hosts.len()
            ))
            .hint("count from 0, or from the end with -1")
        }),
        Some(Subscript::Range(from, to)) => {
            let end = to.map_or(hosts.len(), |to| to.saturating_add(1).min(hosts.len()));
            Ok(hosts.get(from.min(end)..end).map(<[usize]>::to_vec).unwrap_or_default())
        }
    }
}

/// Which of the hosts that a pattern finds are meant.
enum Subscript {
    /// `[0]`, `[-1]`
    One(i64),
    /// `[1:3]`, both ends included, and `[1:]`.
    Range(usize, Option<usize>),
}

fn subscript<'a>(
    pattern: &'a str,
    warnings: &mut Vec<InputIssue>,
) -> Result<(&'a str, Option<Subscript>), InputIssue> {
    let parts = SUBSCRIPT.as_ref().filter(|_| !pattern.starts_with('~'));
    let Some(parts) = parts.and_then(|subscript| subscript.captures(pattern)) else {
        return Ok((pattern, None));
    };
    let part = |index: usize| parts.get(index).map_or("", |found| found.as_str());
    let name = parts.get(1).map_or(pattern, |found| found.as_str());
    let too_big = || {
        InputIssue::error(format!("the number in `{pattern}` is too big"))
            .hint("count the hosts of a group from 0")
    };
    if !part(2).is_empty() {
        let at = part(2).parse().map_err(|_| too_big())?;
        return Ok((name, Some(Subscript::One(at))));
    }
    if part(4) == "-" {
        warnings.push(
            InputIssue::warning(format!("`{pattern}` is read as a range")).hint(format!(
                "write `{name}[{}:{}]`",
                part(3),
                part(5)
            )),
        );
    }
    let from: usize = part(3).parse().map_err(|_| too_big())?;
    if part(5).is_empty() {
        return Ok((name, Some(Subscript::Range(from, None))));
    }
    let to: usize = part(5).parse().map_err(|_| too_big())?;
    // Ansible takes an end of 0 for "no end given", which leaves the one host at the begin.
    let subscript = match to {
        0 => Subscript::One(i64::try_from(from).map_err(|_| too_big())?),
        to => Subscript::Range(from, Some(to)),
    };
    Ok((name, Some(subscript)))
}

fn pick(hosts: &[usize], at: i64) -> Option<usize> {
    let position = match usize::try_from(at) {
        Ok(position) => position,
        Err(_) => hosts.len().checked_sub(usize::try_from(at.unsigned_abs()).ok()?)?,
    };
    hosts.get(position).copied()
}

/// The hosts of the groups that `name` matches, and the hosts that it matches itself where no
/// group does or where it is more than a plain name.
fn enumerate(
    inventory: &Inventory,
    name: &str,
    warnings: &mut Vec<InputIssue>,
) -> Result<Vec<usize>, InputIssue> {
    let matcher = Matcher::new(name)?;
    let groups = match &matcher {
        Matcher::Exact(name) => inventory.groups.get_index_of(name.as_str()).into_iter().collect(),
        _ => matcher.positions(inventory.groups())?,
    };
    let any_group = !groups.is_empty();
    let mut found: Vec<usize> =
        groups.into_iter().flat_map(|group| inventory.members(group)).collect();
    if !any_group || name.starts_with('~') || name.contains(['.', '?', '*', '[']) {
        match &matcher {
            Matcher::Exact(name) => found.extend(inventory.hosts.get_index_of(name.as_str())),
            _ => found.extend(matcher.positions(inventory.hosts().map(HostName::as_str))?),
        }
    }
    if found.is_empty() && !any_group && name != "all" {
        let issue = InputIssue::warning(format!("no host and no group matches `{name}`"));
        // Looking for near names among thousands, for each of thousands, would take minutes.
        let hint = if warnings.len() < MOST_HINTS { no_match_hint(inventory, name) } else { None };
        warnings.push(match hint {
            Some(hint) => issue.hint(hint),
            None => issue.hint("`tokenfleet inventory --graph` shows all groups and hosts"),
        });
    }
    Ok(found)
}

/// What a pattern that matches nothing may have meant.
fn no_match_hint(inventory: &Inventory, name: &str) -> Option<String> {
    if let Some(expression) = name.strip_prefix('~') {
        return Some(format!(
            "a regular expression is matched from the begin of a name: try `~.*{expression}`"
        ));
    }
    let known: Vec<&str> =
        inventory.groups().chain(inventory.hosts().map(HostName::as_str)).collect();
    let host = name.rsplit_once(':').map(|(host, _)| host);
    if let Some(host) = host.filter(|host| known.contains(host)) {
        return Some(format!("a pattern holds no port: write `{host}`"));
    }
    nearest(name, &known).map(|near| format!("did you mean `{near}`?"))
}

/// One compiled pattern. All but `~` is a glob over the whole name, as in a shell.
enum Matcher {
    Exact(String),
    Glob(Regex),
    Python(Box<PythonRegex>, String),
}

impl Matcher {
    fn new(pattern: &str) -> Result<Self, InputIssue> {
        let invalid = |cause: String| {
            InputIssue::error(format!("the pattern `{pattern}` cannot be read: {cause}"))
        };
        if let Some(expression) = pattern.strip_prefix('~') {
            if expression.is_empty() {
                return Err(says_nothing(pattern));
            }
            return PythonRegex::new(&format!(r"\A(?:{expression})"))
                .map(|regex| Self::Python(Box::new(regex), pattern.to_owned()))
                .map_err(|error| {
                    invalid(error.to_string().replace('\n', " "))
                        .hint("behind `~` stands a regular expression")
                });
        }
        if !pattern.contains(['*', '?', '[']) {
            return Ok(Self::Exact(pattern.to_owned()));
        }
        Regex::new(&glob(pattern)).map(Self::Glob).map_err(|_| {
            invalid("its brackets are not understood".to_owned())
                .hint("in a glob `*` stands for any text, `?` for one character, `[a-f]` for one of several")
        })
    }

    /// The positions of those names that it matches.
    fn positions<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<usize>, InputIssue> {
        let mut found = Vec::new();
        for (position, name) in names.enumerate() {
            if self.matches(name)? {
                found.push(position);
            }
        }
        Ok(found)
    }

    fn matches(&self, name: &str) -> Result<bool, InputIssue> {
        match self {
            Self::Exact(text) => Ok(text == name),
            Self::Glob(regex) => Ok(regex.is_match(name)),
            Self::Python(regex, pattern) => regex.is_match(name).map_err(|_| {
                InputIssue::error(format!("the pattern `{pattern}` takes too long to match"))
                    .hint("write a simpler regular expression, without nested repetitions")
            }),
        }
    }
}

/// A shell's glob as a regular expression.
fn glob(pattern: &str) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let mut regex = String::from(r"(?s)\A");
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => match class(&chars[at..]) {
                Some((class, length)) => {
                    regex.push_str(&class);
                    at += length;
                }
                None => regex.push_str(r"\["),
            },
            other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push_str(r"\z");
    regex
}

/// The class of characters behind a `[`, and how many characters it takes with its `]`. `None`
/// when it is never closed.
fn class(chars: &[char]) -> Option<(String, usize)> {
    let is_negated = chars.first() == Some(&'!');
    let start = usize::from(is_negated);
    // A `]` in the first place belongs to the class.
    let end = start + 1 + chars.get(start + 1..)?.iter().position(|c| *c == ']')?;
    let members = &chars[start..end];
    let mut class = String::new();
    let mut at = 0;
    while at < members.len() {
        let escaped = |c: char| regex::escape(c.encode_utf8(&mut [0; 4]));
        let from = members[at];
        if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
            let to = members[at + 2];
            // An empty range such as `z-a` matches nothing.
            if from <= to {
                class.push_str(&format!("{}-{}", escaped(from), escaped(to)));
            }
            at += 3;
        } else {
            class.push_str(&escaped(from));
            at += 1;
        }
    }
    let class = match (class.is_empty(), is_negated) {
        (true, false) => r"[^\s\S]".to_owned(),
        (true, true) => ".".to_owned(),
        (false, false) => format!("[{class}]"),
        (false, true) => format!("[^{class}]"),
    };
    Some((class, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inventory::{InventorySource, Sources, load};
    use crate::model::SourceFile;

    fn inventory() -> Inventory {
        let text = "bastion\n[emea:children]\nuk\nfr\n[uk]\nfw-lon-[1:4]\n[fr]\nfw-par-1\nfw-lon-1\n\
                    [v6]\n2001:db8::1\n";
        let file = SourceFile::new("hosts.ini", text);
        load(&Sources { inventories: vec![InventorySource::File(file)], ..Sources::default() })
            .inventory
    }

    fn hosts(pattern: &str) -> String {
        let selection = select(&inventory(), &[pattern]).unwrap();
        selection.hosts.iter().map(HostName::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn patterns_select_as_ansible_does() {
        for (pattern, expected) in [
            ("uk", "fw-lon-1 fw-lon-2 fw-lon-3 fw-lon-4"),
            ("fr,uk", "fw-par-1 fw-lon-1 fw-lon-2 fw-lon-3 fw-lon-4"),
            ("!fw-lon-1:&uk:emea", "fw-lon-2 fw-lon-3 fw-lon-4"),
            ("!emea", "bastion 2001:db8::1"),
            ("uk[0]", "fw-lon-1"),
            ("uk[-1]", "fw-lon-4"),
            ("uk[1:2]", "fw-lon-2 fw-lon-3"),
            ("uk[2:]", "fw-lon-3 fw-lon-4"),
            ("uk[2:99]", "fw-lon-3 fw-lon-4"),
            ("uk[9:]", ""),
            ("*par*", "fw-par-1"),
            ("fw-lon-[!12]", "fw-lon-3 fw-lon-4"),
            ("fw-???-1", "fw-lon-1 fw-par-1"),
            ("~.*-[34]$", "fw-lon-3 fw-lon-4"),
            ("~fw-(?!lon)", "fw-par-1"),
            ("2001:db8::1", "2001:db8::1"),
            ("un*", "bastion"),
            ("fw-lon-0[12]", ""),
        ] {
            assert_eq!(hosts(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn what_matches_nothing_is_told_with_the_nearest_name() {
        let told =
            |pattern: &str| select(&inventory(), &[pattern]).unwrap().warnings[0].to_string();
        assert_eq!(
            told("fw-lon-11"),
            "no host and no group matches `fw-lon-11` (did you mean `fw-lon-1`?)"
        );
        assert!(told("~lon").contains("`~.*lon`"));
        assert!(told("fw-lon-1:22").contains("write `fw-lon-1`"));
        assert!(told("uk,nowhere").contains("--graph"));
    }

    #[test]
    fn patterns_that_say_nothing_never_mean_all_hosts() {
        for pattern in ["", ",", " , ", "[", "!", "&", "~", ":"] {
            let error = select(&inventory(), &[pattern]).unwrap_err();
            assert!(error.is_error(), "{pattern:?}");
        }
        assert!(select(&inventory(), &["uk[9]"]).unwrap_err().message.contains("it has 4"));
        assert!(select(&inventory(), &["~("]).is_err());
        assert!(select(&inventory(), &["~(a+)+$", "uk"]).is_ok());
    }

    proptest! {
        #[test]
        fn no_pattern_makes_it_panic(pattern in "[-a-z0-9~!&,:*?\\[\\]^\\\\(){}|+.]{0,20}") {
            let _ = select(&inventory(), &[pattern]);
        }
    }
}
