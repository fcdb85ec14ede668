//! The answers of one device, by place and command.

use std::fmt;

use crate::fortios::prompt::is_cut_of;

/// Where an answer was collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where the login led.
    Home,
    /// Behind `config global`.
    Global,
    Vdom(String),
}

/// `… in the global context`, for messages.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => Ok(()),
            Self::Global => f.write_str(" in the global context"),
            Self::Vdom(name) => write!(f, " in VDOM {name}"),
        }
    }
}

/// One collected answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    pub place: Place,
    /// As it was typed, its words perhaps shortened, with single blanks.
    pub command: String,
    /// The lines of the answer; `None` where the log breaks off within it.
    pub answer: Option<Vec<String>>,
}

/// Everything that was collected of one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collection {
    /// The name at the prompt, where a log shows one.
    pub name: Option<String>,
    /// The prompt ends with `$`.
    pub restricted: bool,
    /// In the order of files and lines: of two answers the later counts.
    pub answers: Vec<Collected>,
}

/// A command that is the same in every place, so that any will do.
const ANYWHERE: &str = "get system status";

impl Collection {
    /// The answer to a command, written in full, in a place. `Some(None)`: it breaks off.
    pub fn find(&self, place: &Place, command: &str) -> Option<Option<&[String]>> {
        let typed = |answer: &&Collected| is_shorthand(&answer.command, command);
        let here = self.answers.iter().rev().filter(|answer| answer.place == *place).find(typed);
        let anywhere = || self.answers.iter().rev().filter(|_| command == ANYWHERE).find(typed);
        here.or_else(anywhere).map(|answer| answer.answer.as_deref())
    }

    /// Where nothing of what the device calls itself is `host`: its name at the prompt, or else in its
    /// status.
    pub fn stranger(&self, host: &str) -> Option<String> {
        let status = self.find(&Place::Home, ANYWHERE).flatten().unwrap_or_default();
        let said = |key: &str| {
            let values = status.iter().filter_map(|line| line.strip_prefix(key));
            values.map(|value| value.trim().to_owned()).next()
        };
        let names = [self.name.clone(), said("Hostname:"), said("Serial-Number:")];
        let names: Vec<String> = names.into_iter().flatten().collect();
        let host = host.to_lowercase();
        let first = host.split('.').next().unwrap_or_default();
        let is_it = |name: &String| {
            let name = name.to_lowercase();
            is_cut_of(&name, &host) || is_cut_of(&name, first)
        };
        if names.iter().any(is_it) { None } else { names.into_iter().next() }
    }

    /// Whether anything was collected beyond the place of the login.
    pub fn goes_beyond_home(&self) -> bool {
        self.answers.iter().any(|answer| answer.place != Place::Home)
    }
}

/// Whether a typed line is this command. FortiOS takes any unambiguous beginning of a word for the
/// word, and people type so. An answer that went through a filter answers nothing else.
fn is_shorthand(typed: &str, command: &str) -> bool {
    let halves = |text: &'_ str| -> (Vec<String>, Option<String>) {
        let (words, filter) = match text.split_once('|') {
            Some((words, filter)) => (words, Some(filter.trim().to_owned())),
            None => (text, None),
        };
        (words.split_whitespace().map(str::to_owned).collect(), filter)
    };
    let ((typed, typed_filter), (words, filter)) = (halves(typed), halves(command));
    typed.len() == words.len()
        && typed_filter == filter
        && typed.iter().zip(&words).all(|(short, word)| word.starts_with(short.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(place: Place, command: &str, line: &str) -> Collected {
        Collected { place, command: command.into(), answer: Some(vec![line.into()]) }
    }

    #[test]
    fn an_answer_is_found_by_place_and_by_what_people_type() {
        let vdom = |name: &str| Place::Vdom(name.to_owned());
        let collection = Collection {
            answers: vec![
                collected(vdom("a"), "diag fortitoken info", "old"),
                collected(vdom("a"), "diagnose fortitoken info", "new"),
                collected(vdom("a"), "diag fortitoken info | grep FTK", "filtered"),
                collected(vdom("b"), "get sys stat", "status"),
            ],
            ..Collection::default()
        };
        let find = |place: &Place, command: &str| {
            collection.find(place, command).map(|answer| answer.map(<[String]>::concat))
        };
        let tokens = "diagnose fortitoken info";
        assert_eq!(find(&vdom("a"), tokens), Some(Some("new".to_owned())));
        assert_eq!(find(&vdom("b"), tokens), None);
        assert_eq!(find(&Place::Home, tokens), None);
        assert_eq!(find(&Place::Home, "get system status"), Some(Some("status".to_owned())));
        assert_eq!(find(&vdom("a"), "diagnose fortitoken info FTKMOB0000000001"), None);
    }
}
