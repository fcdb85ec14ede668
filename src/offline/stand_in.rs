//! The shell that gives collected answers.

use super::collection::{Collection, Place};
use crate::fortios::refusal::NOT_COLLECTED;

/// Speaks as the device did: prompt, echo, answer. It knows the ways between contexts, and of
/// commands those that were collected; any other is refused with what is missing.
#[derive(Debug)]
pub struct StandIn {
    host: String,
    collection: Collection,
    at: At,
    line: Vec<u8>,
    is_over: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    Place(Place),
    /// Behind `config vdom`.
    Vdoms,
}

/// Longest line that is listened to.
const LONGEST: usize = 1024;

impl StandIn {
    pub fn new(host: &str, collection: Collection) -> Self {
        Self {
            host: host.to_owned(),
            collection,
            at: At::Place(Place::Home),
            line: Vec::new(),
            is_over: false,
        }
    }

    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What stands before a line that is typed.
    pub fn prompt(&self) -> String {
        let name = self.collection.name.as_deref().unwrap_or("transcript");
        let sign = if self.collection.restricted { '$' } else { '#' };
        match &self.at {
            At::Place(Place::Home) => format!("{name} {sign} "),
            At::Place(Place::Global) => format!("{name} (global) {sign} "),
            At::Place(Place::Vdom(vdom)) => format!("{name} ({vdom}) {sign} "),
            At::Vdoms => format!("{name} (vdom) {sign} "),
        }
    }

    /// Takes what was typed; gives what appears.
    pub fn receive(&mut self, bytes: &[u8]) -> String {
        let mut shown = String::new();
        for byte in bytes {
            match byte {
                b'\r' => {
                    let line = std::mem::take(&mut self.line);
                    let line = String::from_utf8_lossy(&line).into_owned();
                    shown.push_str(&format!("{line}\r\r\n"));
                    for line in self.enter(&line) {
                        shown.push_str(&line);
                        shown.push_str("\r\n");
                    }
                    shown.push_str(&format!("\r\n{}", self.prompt()));
                }
                byte if self.line.len() < LONGEST => self.line.push(*byte),
                _ => {}
            }
        }
        shown
    }

    fn enter(&mut self, line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split(' ').collect();
        match (&self.at, words.as_slice()) {
            (_, [""]) => Vec::new(),
            (_, ["exit"]) => {
                self.is_over = true;
                Vec::new()
            }
            (At::Place(Place::Home), ["config", _]) if !self.collection.goes_beyond_home() => {
                vec![format!("{NOT_COLLECTED}{}: anything beyond where the login led", self.host)]
            }
            (At::Place(Place::Home), ["config", "global"]) => self.go(At::Place(Place::Global)),
            (At::Place(Place::Home), ["config", "vdom"]) => self.go(At::Vdoms),
            (At::Vdoms, ["edit", name]) => self.go(At::Place(Place::Vdom((*name).to_owned()))),
            (_, ["end"]) => self.go(At::Place(Place::Home)),
            (At::Place(Place::Global), ["sudo", name, command @ ..]) => {
                self.answer(&Place::Vdom((*name).to_owned()), &command.join(" "))
            }
            (At::Place(place), _) => self.answer(place, line),
            (At::Vdoms, _) => vec!["Unknown action 0".to_owned()],
        }
    }

    fn go(&mut self, at: At) -> Vec<String> {
        self.at = at;
        Vec::new()
    }

    fn answer(&self, place: &Place, command: &str) -> Vec<String> {
        let missing =
            |what: &str| vec![format!("{NOT_COLLECTED}{}: {what} `{command}`{place}", self.host)];
        match self.collection.find(place, command) {
            Some(Some(lines)) => lines.to_vec(),
            Some(None) => missing("the end of the answer to"),
            None => missing("the answer to"),
        }
    }
}
