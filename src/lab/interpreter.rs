//! Understands a line at the prompt of one unit: contexts, commands, mistakes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answers::vdom_list;
use super::command::{self, Reply, Standing};
use super::device::{Device, Vdom};
use super::fault::Fault;
use super::filter;
use super::journal::Journal;

/// What a login has navigated to, and what it may reach from there.
#[derive(Debug)]
pub struct Interpreter {
    pub device: Arc<Device>,
    journal: Arc<Mutex<Journal>>,
    context: Context,
    /// It has listed its VDOMs.
    has_listed: bool,
}

/// Where the prompt stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Context {
    Top,
    Global,
    /// `config vdom`
    Vdoms,
    /// Place in the list.
    Vdom(usize),
    /// A VDOM that was created by naming it.
    Created(Vdom),
    /// Any other table of the configuration.
    Table(String),
}

impl Interpreter {
    pub fn new(device: Arc<Device>, journal: Arc<Mutex<Journal>>) -> Self {
        Self { device, journal, context: Context::Top, has_listed: false }
    }

    pub fn is_at_top(&self) -> bool {
        self.context == Context::Top
    }

    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the line ends the login here.
    pub fn leaves(&self, words: &[&str]) -> bool {
        words == ["exit"] && !matches!(self.context, Context::Vdoms | Context::Table(_))
    }

    /// Answers one line; `filter` is what stands behind `|`.
    pub fn answer(&mut self, words: &[&str], filter: Option<&str>) -> String {
        let mut words = words.to_vec();
        if let Some(first) = words.first_mut() {
            *first = spelled_out(first);
        }
        match words.as_slice() {
            ["sudo", place, rest @ ..] if self.takes_sudo() => self.sudo(place, rest, filter),
            words => match self.navigate(words) {
                Some(text) => text,
                None => self.run(words, filter),
            },
        }
    }

    /// From which release on `sudo` exists is not documented.
    fn takes_sudo(&self) -> bool {
        self.context == Context::Global && self.device.firmware.is_6_4()
    }

    /// Runs a command in another place, which must exist.
    fn sudo(&mut self, place: &str, words: &[&str], filter: Option<&str>) -> String {
        let context = match self.place(place) {
            Some(place) => Context::Vdom(place),
            None if place == "global" => Context::Global,
            None => return parse_error(place),
        };
        let here = std::mem::replace(&mut self.context, context);
        let answer = self.run(words, filter);
        self.context = here;
        answer
    }

    /// Changes the context. `None` when the words do not navigate.
    fn navigate(&mut self, words: &[&str]) -> Option<String> {
        let vdoms = self.device.has_vdoms() && self.device.login.vdom.is_none();
        match (&self.context, words) {
            (Context::Top, ["config", "global"]) if vdoms => self.context = Context::Global,
            (Context::Top, ["config", "vdom"]) if vdoms => self.context = Context::Vdoms,
            (Context::Vdoms, ["edit", name]) => return Some(self.edit(name.trim_matches('"'))),
            (Context::Vdom(_) | Context::Created(_), ["next"]) => self.context = Context::Vdoms,
            (Context::Top, _) => return None,
            (_, ["end"]) => self.context = Context::Top,
            _ => return None,
        }
        Some(String::new())
    }

    /// `edit NAME` behind `config vdom` enters the VDOM of that name, or creates it.
    fn edit(&mut self, name: &str) -> String {
        let place = self.place(name);
        match place {
            Some(place) if self.device.vdoms[place].reserved => {
                return format!("'{name}' is reserved and cannot be edited directly\n");
            }
            Some(place) => self.context = Context::Vdom(place),
            None => {
                self.journal().harm(format!("created the VDOM `{name}`"));
                let name = name.to_owned();
                self.context = Context::Created(Vdom { name, ..Vdom::default() });
            }
        }
        let index = vdom_list::index(place.unwrap_or(self.device.vdoms.len()));
        format!("current vf={name}:{index}\n")
    }

    /// Place of the VDOM of that name in the list.
    fn place(&self, name: &str) -> Option<usize> {
        self.device.vdoms.iter().position(|vdom| vdom.name == name)
    }

    fn run(&mut self, words: &[&str], filter: Option<&str>) -> String {
        if let Some(answer) = self.refuse_change(words) {
            return answer;
        }
        let reply = command::run(self.standing(), words);
        if words == ["diagnose", "sys", "vd", "list"] {
            self.lose_a_vdom();
        }
        match (reply, filter) {
            (Reply::Answer(text), None) => text,
            (Reply::Answer(text), Some(filter)) => {
                filter::grep(&text, filter).unwrap_or_else(|| parse_error(filter.trim()))
            }
            (Reply::ErrorBefore(word), _) => parse_error(&word),
            (Reply::Incomplete, _) => {
                "incomplete command in the end\nCommand fail. Return code -160\n".to_owned()
            }
            (Reply::UnknownAction, _) => self.unknown_action(),
        }
    }

    /// A VDOM that vanishes does so once it was listed.
    fn lose_a_vdom(&mut self) {
        let vanishes = self.device.fault == Some(Fault::VdomVanishes);
        if vanishes && !std::mem::replace(&mut self.has_listed, true) {
            Arc::make_mut(&mut self.device).vdoms.pop();
        }
    }

    /// Answers what would change a real unit, and notes it down.
    fn refuse_change(&mut self, words: &[&str]) -> Option<String> {
        let line = words.join(" ");
        let inside = matches!(self.context, Context::Table(_) | Context::Vdoms);
        match words {
            // Not open to this account or in this place: a mistake, but no change.
            ["config", "global"] => return Some(parse_error("global")),
            ["config", "vdom"] => return Some(parse_error("vdom")),
            ["config", .., name] => {
                self.journal().harm(format!("opened a table with `{line}`"));
                self.context = Context::Table((*name).to_owned());
                return Some(String::new());
            }
            [verb, ..]
                if inside
                    && ["set", "unset", "edit", "delete", "purge", "rename", "next"]
                        .contains(verb) =>
            {
                self.journal().harm(format!("changed the configuration with `{line}`"));
                return Some(String::new());
            }
            ["execute", ..] => {
                self.journal().harm(format!("ran `{line}`"));
                return Some("Command fail. Return code -1\n".to_owned());
            }
            ["diagnose", ..] if !command::is_known_diagnose(words) => {
                self.journal().harm(format!("ran `{line}`, which is not known to be harmless"));
            }
            _ => {}
        }
        None
    }

    fn unknown_action(&self) -> String {
        // Newer releases put the number of the process before it.
        if self.device.firmware.is_7_0() {
            "8278: Unknown action 0\nCommand fail. Return code -1\n".to_owned()
        } else {
            "Unknown action 0\n".to_owned()
        }
    }

    fn standing(&self) -> Standing<'_> {
        let device = &*self.device;
        let root = device.vdoms.first();
        let (global, vdom) = match (&self.context, &device.login.vdom) {
            (Context::Top, _) if !device.has_vdoms() => (true, root),
            (Context::Top, Some(mine)) => {
                (false, device.vdoms.iter().find(|vdom| vdom.name == *mine))
            }
            (Context::Top | Context::Vdoms | Context::Table(_), _) => (false, None),
            (Context::Global, _) => (true, None),
            (Context::Vdom(place), _) => (false, device.vdoms.get(*place)),
            (Context::Created(vdom), _) => (false, Some(vdom)),
        };
        Standing { device, global, vdom, diagnose: device.fault != Some(Fault::DiagnoseLost) }
    }

    pub fn prompt(&self) -> String {
        let context = match &self.context {
            Context::Top => String::new(),
            Context::Global => " (global)".to_owned(),
            Context::Vdoms => " (vdom)".to_owned(),
            Context::Vdom(place) => {
                let name = self.device.vdoms.get(*place).map_or("", |vdom| vdom.name.as_str());
                format!(" ({})", shortened(name))
            }
            Context::Created(vdom) => format!(" ({})", shortened(&vdom.name)),
            Context::Table(name) => format!(" ({})", shortened(name)),
        };
        let end = if self.device.login.restricted { '$' } else { '#' };
        format!("{}{context} {end} ", self.device.prompt)
    }
}

/// A unit takes any beginning of a command that can mean one alone.
fn spelled_out(word: &str) -> &str {
    const COMMANDS: [&str; 8] =
        ["config", "diagnose", "edit", "end", "execute", "exit", "get", "show"];
    let mut meant = COMMANDS.into_iter().filter(|command| command.starts_with(word));
    match (meant.next(), meant.next()) {
        (Some(command), None) => command,
        _ => word,
    }
}

/// Longest name in a prompt, in characters; where a unit cuts exactly is not documented.
const PROMPT_NAME: usize = 20;

/// Long names end with `~` in the prompt.
fn shortened(name: &str) -> String {
    if name.chars().count() > PROMPT_NAME {
        name.chars().take(PROMPT_NAME - 1).chain(['~']).collect()
    } else {
        name.to_owned()
    }
}

fn parse_error(word: &str) -> String {
    format!("command parse error before '{word}'\nCommand fail. Return code -61\n")
}
