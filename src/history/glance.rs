//! A look at a run far back.

use std::collections::{HashMap, HashSet};

use super::{RunHead, Sight};

/// As much of an [`Overview`](super::Overview) as is needed to follow troubles into the past. Of a
/// year of runs hardly more than this is looked at, so it is read where it stands.
#[derive(Debug)]
pub struct Glance<'a> {
    pub(super) head: RunHead,
    /// The hosts that were read whole, each with the rules that could not be judged on it.
    pub(super) whole: HashMap<&'a str, &'a str>,
    /// Of all findings.
    pub(super) identities: HashSet<&'a str>,
}

impl<'a> Glance<'a> {
    /// Reads what [`Overview::to_text`](super::Overview::to_text) wrote.
    ///
    /// # Errors
    /// A sentence without a full stop, where it is something else.
    pub fn of_text(text: &'a str) -> Result<Self, String> {
        let (head, rest) = text.split_once('\n').ok_or("it is empty")?;
        let head = serde_json::from_str(head).map_err(|error| error.to_string())?;
        let mut glance = Self { head, whole: HashMap::new(), identities: HashSet::new() };
        let mut unjudged = "";
        for line in rest.lines() {
            let mut cells = line.split('\t');
            match (cells.next(), cells.next()) {
                (Some("f"), Some(identity)) => {
                    glance.identities.insert(identity);
                }
                (Some("h"), Some(host)) => {
                    let sight = cells.nth(1);
                    let rules = cells.nth(1).unwrap_or_default();
                    if rules != super::overview::SAME {
                        unjudged = rules;
                    }
                    if sight == Some(Sight::Whole.letter()) {
                        glance.whole.insert(host, unjudged);
                    }
                }
                _ => return Err("a row is none of a snapshot".to_owned()),
            }
        }
        Ok(glance)
    }
}
