//! The lines of an answer within whatever somebody pasted around it.

use std::borrow::Cow;

use memchr::memchr2;

use crate::fortios::prompt::Prompt;
use crate::fortios::redact::redact;
use crate::fortios::refusal;
use crate::fortios::text::{all_bytes, lines, trim, trim_start};

/// A text as somebody pasted it, without what a terminal leaves in it and without secrets. What
/// has gone through a session has neither, and is not copied.
#[derive(Debug)]
pub struct Capture<'t>(Cow<'t, str>);

/// One line of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureLine<'t> {
    /// Line of the given text, counted from 1.
    pub number: usize,
    /// Without pager remnants, control characters and trailing blanks.
    pub text: &'t str,
}

impl<'t> Capture<'t> {
    /// Secrets are replaced: what was pasted has not gone through a session, and lines that are
    /// not understood are shown again.
    pub fn of(text: &'t str) -> Self {
        Self(match without_pagers(text) {
            Cow::Borrowed(text) => redact(text),
            Cow::Owned(text) => Cow::Owned(redact(&text).into_owned()),
        })
    }

    /// The lines that answer one of `commands`.
    ///
    /// Left out are echoed commands, prompts, leading comments (`# …`), and the answers to other
    /// commands when a whole session was pasted. Blank lines stay.
    pub fn lines(&self, commands: &[&str]) -> Vec<CaptureLine<'_>> {
        // What stands before the first echo is taken for an answer to the command as well.
        let mut blocks = vec![Block::new(true)];
        // Few texts have a sign of a prompt anywhere.
        let may_hold_prompts = holds_sign_of_prompt(&self.0);
        for (index, line) in lines(&self.0).enumerate() {
            let Some(block) = blocks.last_mut() else { break };
            match Read::line(line, commands, block.begun, may_hold_prompts) {
                Read::Nothing => {}
                Read::Echo { ours } => blocks.push(Block::new(ours)),
                Read::Text(at) => {
                    let text = &line[at..];
                    block.begun |= !text.is_empty();
                    block.lines.push(CaptureLine { number: index + 1, text });
                }
            }
        }
        // Where no echo is one of ours it is an alias, and everything may be the answer.
        let known = blocks.iter().skip(1).any(|block| block.ours);
        let mut answers = blocks.into_iter().filter(|block| block.ours || !known);
        let mut lines = answers.next().map(|block| block.lines).unwrap_or_default();
        lines.extend(answers.flat_map(|block| block.lines));
        lines
    }
}

/// Why an answer is none, where it says that the device refused the command.
pub fn refusal_in(lines: &[CaptureLine<'_>]) -> Option<String> {
    let refused =
        lines.iter().map(|line| trim(line.text)).find(|line| refusal::is_refusal(line))?;
    Some(format!("the device refused the command: `{refused}`"))
}

/// What stands between two echoed commands.
struct Block<'t> {
    ours: bool,
    /// A line that is not blank has been read.
    begun: bool,
    lines: Vec<CaptureLine<'t>>,
}

impl Block<'_> {
    fn new(ours: bool) -> Self {
        Self { ours, begun: false, lines: Vec::new() }
    }
}

enum Read {
    /// A prompt alone, or a comment.
    Nothing,
    Echo {
        ours: bool,
    },
    /// The text of an answer, from this byte of the line on.
    Text(usize),
}

/// Words with which a line typed at a prompt begins.
const VERBS: [&str; 14] = [
    "get", "show", "diagnose", "config", "execute", "end", "exit", "edit", "next", "set", "unset",
    "sudo", "quit", "?",
];

impl Read {
    fn line(line: &str, commands: &[&str], begun: bool, may_hold_prompt: bool) -> Self {
        let may_hold_prompt = may_hold_prompt && holds_sign_of_prompt(line);
        if may_hold_prompt && (Prompt::parse(line).is_some() || (!begun && line.starts_with('#'))) {
            return Self::Nothing;
        }
        let typed = trim_start(line);
        if commands.iter().any(|command| is_typed(typed, command)) {
            return Self::Echo { ours: true };
        }
        if !may_hold_prompt {
            return Self::Text(0);
        }
        let Some(at) = end_of_prompt(line) else { return Self::Text(0) };
        let typed = &line[at..];
        let verb = typed.split(' ').next().unwrap_or_default();
        if VERBS.iter().any(|known| known.starts_with(verb)) {
            let ours = commands.iter().any(|command| is_shorthand(typed, command));
            return Self::Echo { ours };
        }
        // Without a terminal, FortiOS prints the prompt before the first line of an answer.
        Self::Text(if begun { 0 } else { at })
    }
}

fn holds_sign_of_prompt(text: &str) -> bool {
    memchr2(b'#', b'$', text.as_bytes()).is_some()
}

/// Where the text behind a prompt begins, on a line with both.
fn end_of_prompt(line: &str) -> Option<usize> {
    let at = line.find(" # ").or_else(|| line.find(" $ "))? + " # ".len();
    let prompt = Prompt::parse(&line[..at])?;
    (!prompt.name.contains(' ') && at < line.len()).then_some(at)
}

/// Whether a line is the command, whole, with or without a filter behind it.
fn is_typed(line: &str, command: &str) -> bool {
    line.strip_prefix(command).is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.is_empty() || rest.starts_with('|')
    })
}

/// Whether a typed line is the command with its words shortened, as people type it; a filter and
/// the name of one entry may follow.
fn is_shorthand(typed: &str, command: &str) -> bool {
    let typed = typed.split('|').next().unwrap_or_default();
    let mut words = typed.split_whitespace();
    let begins = |full: &str| words.next().is_some_and(|word| full.starts_with(word));
    command.split(' ').all(begins) && words.count() <= 1
}

/// [`without_pager`] for each line.
fn without_pagers(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return text.into();
    }
    let mut clean = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            clean.push('\n');
        }
        clean.push_str(&without_pager(line));
    }
    clean.into()
}

/// Whether [`without_pager`] would change no line.
fn is_clean(text: &str) -> bool {
    let is_plain = |b: &u8| matches!(b, b' '..=b'~' | b'\n');
    let ends_in_blank = || text.ends_with(' ') || text.contains(" \n");
    all_bytes(text, is_plain) && !ends_in_blank() && !text.contains(MORE)
}

const MORE: &str = "--More--";

/// Drops `--More--` with what wiped it out, carriage returns and other control characters.
fn without_pager(raw: &str) -> Cow<'_, str> {
    let line = raw.trim_end();
    let line: Cow<'_, str> = match line.bytes().all(|b| matches!(b, b' '..=b'~')) {
        true => line.into(),
        false => {
            let line = line.rsplit('\r').next().unwrap_or_default();
            let seen = line.chars().filter(|c| !c.is_control() || *c == '\t');
            seen.map(|c| if c == '\t' { ' ' } else { c }).collect::<String>().into()
        }
    };
    match line.trim_start().strip_prefix(MORE) {
        Some(rest) => rest.trim_start().to_owned().into(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMANDS: &[&str] = &["diagnose fortitoken info"];

    fn texts(text: &str) -> Vec<(usize, String)> {
        Capture::of(text)
            .lines(COMMANDS)
            .into_iter()
            .filter(|line| !line.text.is_empty())
            .map(|line| (line.number, line.text.to_owned()))
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_taken_for_clean_is(
            parts in prop::collection::vec(
                prop_oneof![
                    Just("--More--"), Just("\n"), Just(" "), Just("\r"), Just("\t"), Just("x"),
                    Just("\u{e9}"), Just("\u{7f}"),
                ],
                0..12,
            ),
        ) {
            let text = parts.concat();
            let lines: Vec<_> = text.split('\n').map(|line| without_pager(line)).collect();
            prop_assert_eq!(without_pagers(&text), lines.join("\n"));
        }
    }

    #[test]
    fn what_was_pasted_around_an_answer_is_left_out() {
        let text = "# from site 7\r\nfgt (root) # diagnose fortitoken info\r\r\n\r\none\r\n--More-- \
                    \r         \rtwo\r\n--More-- three\r\n\r\nfgt (root) # \r\n";
        assert_eq!(texts(text), [(4, "one".into()), (5, "two".into()), (6, "three".into())]);
    }

    #[test]
    fn answers_to_other_commands_are_left_out() {
        let text = "fgt $ get system status\nVersion: x\n\nfgt $ diag fort info | grep .\none\n\nfgt $ \
                    exit\nbye\n";
        assert_eq!(texts(text), [(5, "one".into())]);
    }

    #[test]
    fn an_alias_or_no_echo_at_all_keeps_everything() {
        assert_eq!(texts("one\ntwo"), [(1, "one".into()), (2, "two".into())]);
        assert_eq!(texts("fgt # get tokens\none"), [(2, "one".into())]);
    }

    #[test]
    fn a_prompt_may_stand_before_the_first_line_of_an_answer() {
        assert_eq!(
            texts("fgt # one\ntwo # three\nfgt # "),
            [(1, "one".into()), (2, "two # three".into())]
        );
    }
}
