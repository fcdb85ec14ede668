//! The read-only gate: the only way to a command that a session will send.

use std::borrow::Cow;
use std::fmt;

mod diagnose;

use diagnose::READ_ONLY_DIAGNOSE;

/// Longest command, in characters. A FortiOS line editor redraws longer ones, which would spoil
/// the echo by which an answer is recognised.
pub const MAX_LENGTH: usize = 200;

/// A command that changes nothing on a FortiGate.
///
/// [`Command::parse`] is its only constructor. What it holds is exactly what was given: nothing is
/// normalised, so what a person reads in a playbook is what a device receives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Command(Cow<'static, str>);

/// Why a text is not admitted as a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Character at which the trouble begins, counted from 1.
    pub column: usize,
    /// The cause, one sentence without a full stop.
    pub message: String,
    /// What to write instead, where there is something.
    pub hint: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl Command {
    /// What a session asks first; a test holds these against [`Command::parse`].
    pub const SYSTEM_STATUS: Self = Self(Cow::Borrowed("get system status"));
    /// The list of VDOMs, for profiles that may `diagnose`.
    pub const VDOM_LIST: Self = Self(Cow::Borrowed("diagnose sys vd list"));
    /// The list of VDOMs, for profiles that may not.
    pub const VDOM_PROPERTY: Self = Self(Cow::Borrowed("get system vdom-property"));
    /// The tokens of a VDOM.
    pub const FORTITOKEN_INFO: Self = Self(Cow::Borrowed("diagnose fortitoken info"));
    /// The members of a cluster.
    pub const HA_STATUS: Self = Self(Cow::Borrowed("get system ha status"));
    /// The local users of a VDOM.
    pub const USER_LOCAL: Self = Self(Cow::Borrowed("show user local"));
    /// The tokens of a VDOM as they are configured. Its secrets are redacted by the session.
    pub const USER_FORTITOKEN: Self = Self(Cow::Borrowed("show user fortitoken"));
    /// The administrators of a device.
    pub const SYSTEM_ADMIN: Self = Self(Cow::Borrowed("show system admin"));

    /// Admits `get …`, `show …` and the `diagnose …` commands of a reasoned list, each with at
    /// most one ` | grep [-flags] WORD` behind it.
    ///
    /// Words are separated by single blanks and made of letters, digits and `._:/@+=,-`: no
    /// quotes, escapes, `?` (FortiOS acts on it without a carriage return), `;` or line breaks.
    /// The first two words are in lower case and the first is written out, since FortiOS takes any
    /// unambiguous beginning of a word for the word.
    ///
    /// # Errors
    /// Everything else, with the column where it begins.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        check_characters(text)?;
        let (body, filter) = match text.find('|') {
            Some(at) => (&text[..at], Some((&text[at..], at + 1))),
            None => (text, None),
        };
        let body = match filter {
            None => body,
            Some((filter, column)) => {
                check_filter(filter, column)?;
                body.strip_suffix(' ').ok_or_else(|| {
                    refuse(column, "`|` stands without a blank before it", "write ` | grep WORD`")
                })?
            }
        };
        let words = split_words(body)?;
        let [first, ..] = words.as_slice() else {
            return Err(refuse(
                1,
                "the command is empty",
                "write a `get`, `show` or `diagnose` command",
            ));
        };
        check_second_word(&words)?;
        match first.text {
            "get" => check_get(&words)?,
            "show" => {}
            "diagnose" => check_diagnose(&words)?,
            other => return Err(refuse_verb(other)),
        }
        Ok(Self(Cow::Owned(text.to_owned())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may follow `diagnose`, each with the reason why it is harmless, for the documentation.
    pub fn read_only_diagnose() -> impl Iterator<Item = (&'static str, &'static str)> {
        READ_ONLY_DIAGNOSE.iter().map(|row| (row.command, row.why))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A word of the command with its place.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    column: usize,
}

fn refuse(column: usize, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
    Refusal { column, message: message.into(), hint: Some(hint.into()) }
}

/// From here on the text is known to be short, printable ASCII, so that bytes are characters.
fn check_characters(text: &str) -> Result<(), Refusal> {
    for (index, c) in text.chars().enumerate() {
        let column = index + 1;
        if column > MAX_LENGTH {
            return Err(Refusal {
                column,
                message: format!("the command is longer than {MAX_LENGTH} characters"),
                hint: None,
            });
        }
        let trouble = match c {
            ' '..='~' => continue,
            '\n' | '\r' => "a command is one line, and this one has a line break",
            '\t' => "a tab makes FortiOS complete words by itself",
            c if c.is_control() => "a control character stands in the command",
            _ => "only ASCII is sent to a device",
        };
        return Err(refuse(column, trouble, "type the command in plain characters, on one line"));
    }
    Ok(())
}

/// The characters of a word. All others mean something to FortiOS or to a reader's shell.
fn is_word_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._:/@+=,-".contains(c)
}

fn split_words(body: &str) -> Result<Vec<Word<'_>>, Refusal> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let mut column = 1;
    let mut words = Vec::new();
    for text in body.split(' ') {
        if text.is_empty() {
            let message = "a blank stands where a word should begin";
            return Err(refuse(column, message, "separate the words by single blanks"));
        }
        check_word(text, column, is_word_character)?;
        words.push(Word { text, column });
        column += text.len() + 1;
    }
    Ok(words)
}

fn check_word(text: &str, column: usize, allowed: fn(char) -> bool) -> Result<(), Refusal> {
    let Some(offset) = text.find(|c| !allowed(c)) else { return Ok(()) };
    let c = text[offset..].chars().next().unwrap_or(' ');
    let hint = match c {
        '?' => "FortiOS answers `?` at once with help: leave it out",
        ';' => "write one task per command",
        '"' | '\'' | '`' => "names that need quotes cannot be used here",
        '\\' => "leave the backslash out",
        '|' => "one `| grep WORD` at the end is all that may follow a command",
        _ => "use letters, digits and . _ : / @ + = , -",
    };
    Err(refuse(column + offset, format!("`{c}` may not stand in a command"), hint))
}

/// `filter` begins with the first `|` of the command, at `column`.
fn check_filter(filter: &str, column: usize) -> Result<(), Refusal> {
    const HINT: &str =
        "the only filter is ` | grep WORD`, with flags as `-i`, `-v` or `-A2` before WORD";
    let wrong = |offset: usize, message: &str| Err(refuse(column + offset, message, HINT));
    let Some(rest) = filter.strip_prefix("| ") else {
        return wrong(0, "`|` stands without a blank behind it");
    };
    let Some(rest) = rest.strip_prefix("grep ") else {
        return wrong(2, "what follows `|` is not `grep`");
    };
    let mut offset = "| grep ".len();
    let mut patterns = 0;
    for part in rest.split(' ') {
        if patterns > 0 {
            return wrong(offset, "more stands behind the word that `grep` looks for");
        }
        match part.strip_prefix('-') {
            Some(flag) => {
                let number = flag.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                if flag.len() == number.len() || !number.bytes().all(|b| b.is_ascii_digit()) {
                    return wrong(offset, "this is not a flag of `grep`");
                }
            }
            None if part.is_empty() => return wrong(offset, "`grep` has no word to look for"),
            None => {
                check_word(part, column + offset, |c| is_word_character(c) || "^*".contains(c))?;
                patterns += 1;
            }
        }
        offset += part.len() + 1;
    }
    if patterns == 0 {
        return wrong(filter.len(), "`grep` has no word to look for");
    }
    Ok(())
}

/// The second word says what a command is about, and so it is held to lower case as the first is.
fn check_second_word(words: &[Word<'_>]) -> Result<(), Refusal> {
    match words {
        [_, second, ..] if second.text.bytes().any(|b| b.is_ascii_uppercase()) => Err(refuse(
            second.column,
            format!("`{}` is not in lower case", second.text),
            "write the words of FortiOS in lower case",
        )),
        _ => Ok(()),
    }
}

/// `get test …` talks to daemons on old releases, and `get t` is the same to FortiOS.
fn check_get(words: &[Word<'_>]) -> Result<(), Refusal> {
    match words {
        [_, second, ..] if "test".starts_with(second.text) => Err(refuse(
            second.column,
            "`get test` makes daemons act and is never sent",
            "use another `get` command",
        )),
        _ => Ok(()),
    }
}

fn check_diagnose(words: &[Word<'_>]) -> Result<(), Refusal> {
    if READ_ONLY_DIAGNOSE.iter().any(|row| row.admits(words.iter().skip(1).map(|w| w.text))) {
        return Ok(());
    }
    let column = words.get(1).map_or(1, |word| word.column);
    let given: Vec<&str> = words.iter().skip(1).map(|word| word.text).collect();
    let known = READ_ONLY_DIAGNOSE
        .iter()
        .map(|row| row.command)
        .max_by(|a, b| {
            let near = |text: &str| strsim::jaro_winkler(text, &given.join(" "));
            near(a).total_cmp(&near(b))
        })
        .unwrap_or_default();
    Err(refuse(
        column,
        format!("`diagnose {}` is not known to be read-only", given.join(" ")),
        format!("only listed `diagnose` commands are sent; the nearest is `diagnose {known}`"),
    ))
}

fn refuse_verb(word: &str) -> Refusal {
    let lower = word.to_ascii_lowercase();
    let full = ["get", "show", "diagnose"].into_iter().find(|verb| verb.starts_with(&lower));
    match full {
        Some(verb) => refuse(
            1,
            format!("`{word}` is not written out"),
            format!("write `{verb}`, in full and in lower case"),
        ),
        None => refuse(
            1,
            format!("`{word}` is not read-only"),
            "only `get`, `show` and listed `diagnose` commands are ever sent",
        ),
    }
}
