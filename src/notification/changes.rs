//! What has been told, and what is new since.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A finding as far as it matters whether it was told of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToldFinding {
    pub rule: String,
    pub severity: String,
    pub host: String,
    pub vdom: Option<String>,
    /// Serial of the token.
    pub token: Option<String>,
    pub message: String,
}

impl ToldFinding {
    /// What stays the same from run to run as long as it is the same finding.
    pub fn key(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        [self.rule.clone(), self.host.clone(), part(&self.vdom), part(&self.token)].join("|")
    }
}

/// What a run saw.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Those worth telling, in the order of the reports.
    pub findings: Vec<ToldFinding>,
    /// The keys of those that are muted.
    pub muted: BTreeSet<String>,
    pub hosts: BTreeSet<String>,
    /// Those of them that were not examined.
    pub unexamined: BTreeSet<String>,
    /// Rules whose silence says nothing, with the host.
    pub unjudged: BTreeSet<(String, String)>,
}

/// What was told the last time. It goes into the store as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub findings: BTreeMap<String, ToldFinding>,
    pub unexamined: BTreeSet<String>,
}

/// What is different from what was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub new: Vec<ToldFinding>,
    /// They were told, and are no longer there.
    pub gone: Vec<ToldFinding>,
    /// Hosts that can no longer be examined.
    pub lost: Vec<String>,
    /// Hosts that can be examined again.
    pub back: Vec<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.lost.is_empty() && self.back.is_empty()
    }
}

impl Told {
    /// What changed, and what has been told once that is told. What nobody looked at keeps its last
    /// known state: a host that was not reached is never told as repaired. A host that is no longer
    /// part of the run is forgotten.
    pub fn changes(&self, seen: &Seen) -> (Changes, Self) {
        let mut changes = Changes::default();
        let mut next = Self { findings: BTreeMap::new(), unexamined: seen.unexamined.clone() };
        for finding in &seen.findings {
            let key = finding.key();
            if !self.findings.contains_key(&key) {
                changes.new.push(finding.clone());
            }
            next.findings.insert(key, finding.clone());
        }
        for (key, finding) in &self.findings {
            let is_there = next.findings.contains_key(key) || seen.muted.contains(key);
            if is_there || !seen.hosts.contains(&finding.host) {
                continue;
            }
            let place = (finding.host.clone(), finding.rule.clone());
            if seen.unexamined.contains(&finding.host) || seen.unjudged.contains(&place) {
                next.findings.insert(key.clone(), finding.clone());
            } else {
                changes.gone.push(finding.clone());
            }
        }
        changes.lost = seen.unexamined.difference(&self.unexamined).cloned().collect();
        let back = self.unexamined.difference(&seen.unexamined);
        changes.back = back.filter(|host| seen.hosts.contains(*host)).cloned().collect();
        (changes, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(host: &str, rule: &str) -> ToldFinding {
        ToldFinding {
            rule: rule.to_owned(),
            severity: "error".to_owned(),
            host: host.to_owned(),
            vdom: None,
            token: None,
            message: format!("{rule} on {host}."),
        }
    }

    fn seen(findings: &[(&str, &str)], unexamined: &[&str]) -> Seen {
        Seen {
            findings: findings.iter().map(|(host, rule)| finding(host, rule)).collect(),
            hosts: ["a", "b"].map(str::to_owned).into(),
            unexamined: unexamined.iter().map(ToString::to_string).collect(),
            ..Seen::default()
        }
    }

    fn told(seen: &Seen) -> Told {
        Told::default().changes(seen).1
    }

    #[test]
    fn what_was_told_is_not_told_again() {
        let night = seen(&[("a", "locked")], &["b"]);
        let (changes, first) = Told::default().changes(&night);
        assert_eq!((changes.new.len(), changes.lost.as_slice()), (1, &["b".to_owned()][..]));
        let (changes, second) = first.changes(&night);
        assert!(changes.is_empty(), "{changes:?}");
        assert_eq!(second, first);
    }

    #[test]
    fn what_is_mended_is_told_once() {
        let before = told(&seen(&[("a", "locked")], &[]));
        let (changes, after) = before.changes(&seen(&[], &[]));
        assert_eq!(changes.gone, [finding("a", "locked")]);
        assert!(after.changes(&seen(&[], &[])).0.is_empty());
    }

    #[test]
    fn a_host_that_was_not_reached_is_never_told_as_repaired() {
        let before = told(&seen(&[("a", "locked")], &[]));
        let (changes, after) = before.changes(&seen(&[], &["a"]));
        assert_eq!((changes.gone.len(), changes.lost.len()), (0, 1));
        // It is there again, and so is what it had: nothing new.
        let (changes, _) = after.changes(&seen(&[("a", "locked")], &[]));
        assert_eq!((changes.new.len(), changes.back.as_slice()), (0, &["a".to_owned()][..]));
    }

    #[test]
    fn what_could_not_be_judged_and_what_is_muted_is_not_gone() {
        let before = told(&seen(&[("a", "locked"), ("a", "drift")], &[]));
        let mut now = seen(&[], &[]);
        now.unjudged.insert(("a".to_owned(), "locked".to_owned()));
        now.muted.insert(finding("a", "drift").key());
        let (changes, after) = before.changes(&now);
        assert!(changes.is_empty(), "{changes:?}");
        assert_eq!(after.findings.len(), 1, "the muted one comes back as new");
    }

    #[test]
    fn a_host_that_left_the_inventory_is_forgotten_in_silence() {
        let before = told(&seen(&[("a", "locked")], &["b"]));
        let mut now = seen(&[], &[]);
        now.hosts = ["c".to_owned()].into();
        let (changes, after) = before.changes(&now);
        assert!(changes.is_empty(), "{changes:?}");
        assert_eq!(after, Told::default());
    }
}
