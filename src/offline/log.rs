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
        if self.is_outside(prompt) {
            self.tables = 0;
        }
        let words: Vec<&str> = typed.split_whitespace().collect();
        let is = |word: &str, full: &str| full.starts_with(word) && !word.is_empty();
        match words.as_slice() {
            [] => {}
            [config, place]
                if is(config, "config") && (is(place, "global") || is(place, "vdom")) => {}
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

    /// Whether the prompt shows that no table is open, whatever was typed: it may have been refused.
    fn is_outside(&self, prompt: &Prompt) -> bool {
        let in_entered = self.entered.as_ref().is_some_and(|name| prompt.is_in(name));
        in_entered || matches!(prompt.context.as_deref(), None | Some("global" | "vdom"))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(log: &str) -> Result<Vec<(Place, String, Option<String>)>, Unusable> {
        let mut collection = Collection::default();
        add_log(&mut collection, log.as_bytes())?;
        let answers = collection.answers.into_iter();
        Ok(answers.map(|c| (c.place, c.command, c.answer.map(|lines| lines.join("\n")))).collect())
    }

    fn vdom(name: &str) -> Place {
        Place::Vdom(name.to_owned())
    }

    #[test]
    fn prompts_say_where_an_answer_belongs() {
        let log = "login as: x\r\n# fgt # get ready #\r\nfgt # get sys stat\r\r\none\r\n\r\n\
                   fgt # conf vdom\r\n\r\nfgt (vdom) # edit \"customer-north\"\r\ncurrent vf=x:1\r\n\r\n\
                   fgt (customer-n~) # diag  fortitoken info\r\ntwo\r\n\r\nfgt (customer-n~) # next\r\n\r\n\
                   fgt (vdom) # end\r\nfgt # conf usr loc\r\nno\r\nfgt # conf glo\r\nfgt (global) # sudo b show user local\r\nthree\r\n\
                   fgt (global) # get system ha status\r\nfour\r\n\r\nfgt (global) # ";
        let whole = |text: &str| Some(text.to_owned());
        let wanted = [
            (Place::Home, "get sys stat", whole("one\n")),
            (vdom("customer-north"), "diag fortitoken info", whole("two\n")),
            (vdom("b"), "show user local", whole("three")),
            (Place::Global, "get system ha status", whole("four\n")),
        ];
        let answers: Vec<_> = cut(log).unwrap();
        for (place, command, answer) in wanted {
            assert!(
                answers.contains(&(place, command.to_owned(), answer)),
                "{command}: {answers:?}"
            );
        }
    }

    #[test]
    fn what_is_typed_inside_of_a_table_is_no_answer_of_a_vdom() {
        let log = "fgt (a) # config user local\nfgt (local) # show\nno\nfgt (local) # edit x\n\
                   fgt (x) # get\nno\nfgt (x) # end\nfgt (a) # show user local\nyes\nfgt (a) # ";
        let answers = cut(log).unwrap();
        assert_eq!(answers, [(vdom("a"), "show user local".to_owned(), Some("yes".to_owned()))]);
    }

    #[test]
    fn a_log_without_its_end_is_told_from_one_with_it() {
        let log = "fgt # show user local\nconfig user local\nend";
        assert_eq!(cut(log).unwrap(), [(Place::Home, "show user local".to_owned(), None)]);
        assert_eq!(cut("nothing\nuser@box:~$ get it\n"), Err(Unusable::NoPrompt));
        assert_eq!(
            cut("a # get system status\na # \nb # get system status\n"),
            Err(Unusable::TwoDevices("a".to_owned(), "b".to_owned()))
        );
    }

    proptest! {
        #[test]
        fn no_line_is_invented(parts in prop::collection::vec(prop_oneof![
            Just("fgt # ".to_owned()), Just("fgt (a) # get x".to_owned()), Just("\n".to_owned()),
            Just("--More-- \r         \r".to_owned()), Just("end".to_owned()),
            Just("fgt (vdom) # edit a".to_owned()), "\\PC{0,8}",
        ], 0..40)) {
            let log = parts.concat();
            for (_, command, answer) in cut(&log).unwrap_or_default() {
                prop_assert!(!command.is_empty());
                for line in answer.iter().flat_map(|text| text.lines()) {
                    prop_assert!(lines_of(log.as_bytes()).iter().any(|l| l == line), "{line:?}");
                }
            }
        }
    }
}
