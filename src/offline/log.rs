//! A session as PuTTY or `script` logged it, cut at its prompts.

use super::collection::{Collected, Collection, Place};
use crate::fortios::prompt::Prompt;
use crate::fortios::screen::Screen;

/// Words with which a line typed at a prompt begins, in full.
const VERBS: [&str; 12] = [
    "get", "show", "diagnose", "config", "execute", "end", "exit", "edit", "next", "set", "unset",
    "sudo",
];

/// Why a log cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum Unusable {
    /// No line of it is a prompt with a command.
    NoPrompt,
    /// It, or it and the logs before, show these two devices.
    TwoDevices(String, String),
}

/// Adds the answers of a log to those of its device.
///
/// The context of the prompt says where an answer belongs; a context that is cut (`custom~`) is the
/// VDOM that `edit` named before. What was typed inside of a table of the configuration is left out.
pub fn add_log(collection: &mut Collection, bytes: &[u8]) -> Result<(), Unusable> {
    let lines = lines_of(bytes);
    let mut prompts =
        lines.iter().filter_map(|line| typed_at(line)).filter(|(_, typed)| is_command(typed));
    let first = prompts.next().ok_or(Unusable::NoPrompt)?.0;
    let known = collection.name.get_or_insert_with(|| first.name.clone()).clone();
    let device = Prompt { name: known, ..first.clone() };
    if let Some((other, _)) = std::iter::once((first.clone(), ""))
        .chain(prompts)
        .find(|(prompt, _)| !prompt.same_device(&device))
    {
        return Err(Unusable::TwoDevices(device.name, other.name));
    }
    collection.restricted |= first.restricted;
    let mut cutter = Cutter { collection, entered: None, tables: 0, current: None };
    for line in &lines {
        match typed_at(line).filter(|(prompt, _)| prompt.same_device(&device)) {
            Some((prompt, typed)) if typed.is_empty() || is_command(typed) => {
                cutter.prompt(&prompt, typed);
            }
            _ => cutter.line(line),
        }
    }
    cutter.finish(false);
    Ok(())
}

/// The lines as they stood on the screen, without what the pager left.
fn lines_of(bytes: &[u8]) -> Vec<String> {
    const MORE: &str = "--More--";
    let mut screen = Screen::default();
    let mut lines = Vec::new();
    for bytes in [bytes, b"\n"] {
        screen.receive(bytes, |line| {
            let text = line.text.trim_start().strip_prefix(MORE).map(str::trim_start);
            lines.push(text.unwrap_or(&line.text).trim_end().to_owned());
        });
    }
    lines
}

/// The prompt at the beginning of a line, and what was typed there.
fn typed_at(line: &str) -> Option<(Prompt, &str)> {
    let ends = line.match_indices(['#', '$']).map(|(at, _)| at + 1);
    ends.filter(|at| line[*at..].is_empty() || line[*at..].starts_with(' ')).find_map(|at| {
        let prompt = Prompt::parse(&line[..at])?;
        Some((prompt, line[at..].trim()))
    })
}

/// Whether what was typed begins with a word of FortiOS, perhaps shortened.
fn is_command(typed: &str) -> bool {
    let verb = typed.split(' ').next().unwrap_or_default();
    verb.len() > 1 && VERBS.iter().any(|known| known.starts_with(verb))
}

/// Goes through the lines of one log.
struct Cutter<'c> {
    collection: &'c mut Collection,
    /// The VDOM of the last `edit` behind `config vdom`.
    entered: Option<String>,
    /// Tables of the configuration that are open.
    tables: usize,
    current: Option<Collected>,
}

impl Cutter<'_> {
    /// A prompt ends the answer before, and begins another where something was typed.
    fn prompt(&mut self, prompt: &Prompt, typed: &str) {
        self.finish(true);
        let words: Vec<&str> = typed.split_whitespace().collect();
        let is = |word: &str, full: &str| full.starts_with(word) && !word.is_empty();
        match words.as_slice() {
            [] => {}
            [config, "global" | "vdom"] if is(config, "config") => {}
            [config, ..] if is(config, "config") => self.tables += 1,
            [end] if is(end, "end") && end.len() > 1 => self.tables = self.tables.saturating_sub(1),
            [edit, name] if is(edit, "edit") && prompt.is_in("vdom") => {
                self.entered = Some(name.trim_matches('"').to_owned());
            }
            ["sudo", place, command @ ..] if self.tables == 0 => {
                let place = match *place {
                    "global" => Place::Global,
                    name => Place::Vdom(name.to_owned()),
                };
                self.begin(place, command);
            }
            command if self.tables == 0 => {
                if let Some(place) = self.place_of(prompt) {
                    self.begin(place, command);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, place: Place, command: &[&str]) {
        self.current = Some(Collected { place, command: command.join(" "), answer: Some(vec![]) });
    }

    fn place_of(&self, prompt: &Prompt) -> Option<Place> {
        let Some(context) = &prompt.context else { return Some(Place::Home) };
        let entered = self.entered.as_ref().filter(|name| prompt.is_in(name));
        match (context.as_str(), entered) {
            ("global", _) => Some(Place::Global),
            ("vdom", _) => None,
            (_, Some(name)) => Some(Place::Vdom(name.clone())),
            // The log begins within the VDOM.
            (name, None) => (!name.ends_with('~')).then(|| Place::Vdom(name.to_owned())),
        }
    }

    fn line(&mut self, line: &str) {
        if let Some(Collected { answer: Some(lines), .. }) = &mut self.current {
            lines.push(line.to_owned());
        }
    }

    /// Keeps the answer in hand; without a prompt behind it, as one that breaks off.
    fn finish(&mut self, is_whole: bool) {
        if let Some(mut collected) = self.current.take() {
            if !is_whole {
                collected.answer = None;
            }
            self.collection.answers.push(collected);
        }
    }
}
