//! The commands that a simulated unit answers.

use super::answers::{accounts, fortitoken, ha_status, hardware, system_status, vdom_list};
use super::device::{Device, Vdom};

/// Where a command can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Anywhere,
    Global,
    Vdom,
}

/// What is within reach of the prompt.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub device: &'a Device,
    pub global: bool,
    pub vdom: Option<&'a Vdom>,
    pub diagnose: bool,
}

struct Row {
    words: &'static str,
    scope: Scope,
    /// What follows the words; `None` refuses it.
    answer: fn(Standing, &[&str]) -> Option<String>,
}

const fn row(
    words: &'static str,
    scope: Scope,
    answer: fn(Standing, &[&str]) -> Option<String>,
) -> Row {
    Row { words, scope, answer }
}

static ROWS: &[Row] = &[
    row("get system status", Scope::Anywhere, system_status::answer),
    row("get system ha status", Scope::Global, ha_status::answer),
    row("get system vdom-property", Scope::Global, vdom_list::properties),
    row("get system performance status", Scope::Global, hardware::performance),
    row("get hardware status", Scope::Global, hardware::status),
    row("diagnose sys vd list", Scope::Global, vdom_list::kernel),
    row("diagnose fortitoken info", Scope::Vdom, fortitoken::info),
    row("show user local", Scope::Vdom, accounts::local_users),
    row("show user fortitoken", Scope::Vdom, fortitoken::configuration),
    row("show system admin", Scope::Global, accounts::administrators),
];

/// How an answer came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Answer(String),
    /// The first word that was not understood.
    ErrorBefore(String),
    /// More words are needed.
    Incomplete,
    /// The first word is no command.
    UnknownAction,
}

/// Answers one command without its filter. Words may be shortened, as on a unit.
pub fn run(standing: Standing, words: &[&str]) -> Reply {
    let open = ROWS.iter().filter(|row| {
        let within = match row.scope {
            Scope::Anywhere => true,
            Scope::Global => standing.global,
            Scope::Vdom => standing.vdom.is_some(),
        };
        within && (standing.diagnose || !row.words.starts_with("diagnose"))
    });
    let mut understood = 0;
    for row in open {
        let wanted: Vec<&str> = row.words.split(' ').collect();
        let same = wanted.iter().zip(words).take_while(|(w, given)| w.starts_with(**given)).count();
        understood = understood.max(same);
        if same == wanted.len() {
            let rest = &words[same..];
            return match ((row.answer)(standing, rest), rest.first()) {
                (Some(answer), _) => Reply::Answer(answer),
                (None, Some(word)) => Reply::ErrorBefore((*word).to_owned()),
                (None, None) => Reply::Incomplete,
            };
        }
    }
    match words.get(understood) {
        Some(_) if understood == 0 => Reply::UnknownAction,
        Some(word) => Reply::ErrorBefore((*word).to_owned()),
        None => Reply::Incomplete,
    }
}

/// Whether `words` are a `diagnose` command of the table.
pub fn is_known_diagnose(words: &[&str]) -> bool {
    ROWS.iter().any(|row| {
        let mut wanted = row.words.split(' ');
        row.words.starts_with("diagnose")
            && words.len() >= wanted.clone().count()
            && words.iter().zip(&mut wanted).all(|(given, wanted)| wanted.starts_with(given))
    })
}

/// Answers a command that takes nothing more.
pub fn alone(rest: &[&str], answer: impl FnOnce() -> String) -> Option<String> {
    rest.is_empty().then(answer)
}
