//! The runs in the store, and how a user names one.

use std::cmp::Reverse;

use jiff::Timestamp;

/// What the store's list shows of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    pub id: String,
    /// To the millisecond.
    pub started: Timestamp,
    /// `None` while it runs, and for ever when its process was killed.
    pub finished: Option<Timestamp>,
    pub interrupted: bool,
    /// Version of the tokenfleet that wrote it.
    pub version: String,
    pub playbook: String,
    pub inventories: Vec<String>,
    pub limit: Option<String>,
    /// How many hosts it set out to examine.
    pub hosts: u64,
}

/// What a user's name for a run comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    One(String),
    /// The name is the beginning of all of these.
    Several(Vec<String>),
    /// No run has such a name; these are the most similar ones.
    None(Vec<String>),
}

const SHOWN: usize = 3;

/// Finds the run that `wanted` means among `ids`, newest first: `latest`, a whole id, or the
/// beginning of exactly one.
pub(super) fn find(wanted: &str, ids: &[String]) -> Named {
    if wanted == "latest" {
        return ids.first().map_or_else(|| Named::None(Vec::new()), |id| Named::One(id.clone()));
    }
    if ids.iter().any(|id| id == wanted) {
        return Named::One(wanted.to_owned());
    }
    let beginning: Vec<&String> =
        ids.iter().filter(|id| !wanted.is_empty() && id.starts_with(wanted)).collect();
    match beginning.as_slice() {
        [] => Named::None(nearest(wanted, ids)),
        [one] => Named::One((*one).clone()),
        several => Named::Several(several.iter().take(SHOWN).map(|id| (*id).clone()).collect()),
    }
}

/// The most similar ids; among equals the newest.
fn nearest(wanted: &str, ids: &[String]) -> Vec<String> {
    // Similarity lies between 0 and 1: a thousandth is enough to rank by.
    let rank = |id: &str| Reverse((strsim::jaro_winkler(wanted, id) * 1000.0) as u32);
    let mut ids: Vec<&String> = ids.iter().collect();
    ids.sort_by_key(|id| rank(id));
    ids.into_iter().take(SHOWN).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<String> {
        ["20261124T031500Z-7f3a", "20261123T031500Z-11aa", "20261123T031400Z-9c2e"]
            .map(str::to_owned)
            .to_vec()
    }

    fn one(id: &str) -> Named {
        Named::One(id.to_owned())
    }

    #[test]
    fn latest_is_the_newest() {
        assert_eq!(find("latest", &ids()), one("20261124T031500Z-7f3a"));
        assert_eq!(find("latest", &[]), Named::None(vec![]));
    }

    #[test]
    fn a_whole_id_or_the_beginning_of_one_finds_it() {
        assert_eq!(find("20261123T031500Z-11aa", &ids()), one("20261123T031500Z-11aa"));
        assert_eq!(find("20261124", &ids()), one("20261124T031500Z-7f3a"));
        assert_eq!(
            find("20261123T0314", &["20261123T0314".to_owned(), "20261123T0314x".to_owned()]),
            one("20261123T0314")
        );
    }

    #[test]
    fn the_beginning_of_several_finds_none() {
        assert_eq!(find("20261123", &ids()), Named::Several(ids()[1..].to_vec()));
    }

    #[test]
    fn an_unknown_id_is_answered_with_the_nearest() {
        let expected = ["20261123T031500Z-11aa", "20261123T031400Z-9c2e", "20261124T031500Z-7f3a"];
        assert_eq!(
            find("20261123T031500Z-11ab", &ids()),
            Named::None(expected.map(str::to_owned).to_vec())
        );
        assert!(matches!(find("", &ids()), Named::None(_)));
    }
}
