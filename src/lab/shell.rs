//! The command line of one unit: bytes in, steps out, no sockets and no clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answers::vdom_list;
use super::command::{self, Reply, Standing};
use super::device::{Banner, Device, Vdom};
use super::fault::Fault;
use super::filter;
use super::journal::Journal;
use super::line_editor::{Key, LineEditor};
use super::pager::Pager;

/// What the server has to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Write(Vec<u8>),
    /// The unit works on a command: the place for a latency.
    Think,
    /// Close the channel, as after `exit`.
    Close,
    /// Cut the connection without a word.
    Cut,
}

/// One login on one unit.
#[derive(Debug)]
pub struct Shell {
    device: Arc<Device>,
    journal: Arc<Mutex<Journal>>,
    /// Rows of the terminal; `None` without one.
    rows: Option<usize>,
    editor: LineEditor,
    context: Context,
    state: State,
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

#[derive(Debug)]
enum State {
    Banner,
    /// A new password is asked for, or asked for again.
    NewPassword {
        again: bool,
    },
    Prompt,
    Pager(Pager),
    /// Nothing is answered any more.
    Stuck,
}

impl Shell {
    pub fn new(device: Arc<Device>, journal: Arc<Mutex<Journal>>, rows: Option<usize>) -> Self {
        Self {
            device,
            journal,
            rows,
            editor: LineEditor::default(),
            context: Context::Top,
            state: State::Prompt,
        }
    }

    /// What appears when the shell opens.
    pub fn open(&mut self) -> Vec<Step> {
        self.journal().shells += 1;
        match (self.device.fault, self.device.login.banner) {
            (Some(Fault::SessionsTaken), _) => {
                vec![write("Reached maximum number of logged in administrators.\r\n"), Step::Close]
            }
            (Some(Fault::PasswordExpired), _) => {
                self.state = State::NewPassword { again: false };
                vec![write(
                    "You are forced to change your password. Please input a new password.\r\n\
                     New Password: ",
                )]
            }
            (_, banner @ (Banner::PostLogin | Banner::PostLoginDrawn)) => {
                self.state = State::Banner;
                vec![write(&post_login(banner, &self.device.prompt))]
            }
            (_, Banner::None | Banner::PreLogin) => vec![write(&self.prompt())],
        }
    }

    /// Takes the rows of a terminal whose size changed.
    pub fn resize(&mut self, rows: usize) {
        self.rows = self.rows.map(|_| rows);
    }

    /// Runs the lines of an exec request: no echo, no pages, the prompt before and after.
    pub fn exec(&mut self, commands: &str) -> Vec<Step> {
        self.rows = None;
        self.journal().receive(commands.as_bytes());
        let mut steps = self.open();
        for line in commands.lines() {
            if !matches!(self.state, State::Prompt) {
                break;
            }
            steps.extend(self.enter(line));
        }
        steps.push(Step::Close);
        steps
    }

    /// Takes what the client typed.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<Step> {
        self.journal().receive(bytes);
        let mut steps = Vec::new();
        for byte in bytes {
            self.press(*byte, &mut steps);
            if steps.last().is_some_and(|step| matches!(step, Step::Close | Step::Cut)) {
                break;
            }
        }
        steps
    }

    fn press(&mut self, byte: u8, steps: &mut Vec<Step>) {
        match &mut self.state {
            State::Stuck => {}
            State::Banner => {
                if byte == b'a' {
                    self.state = State::Prompt;
                    steps.push(write(&format!("\r\n\r\n{}", self.prompt())));
                }
            }
            State::NewPassword { .. } => self.press_password(byte, steps),
            State::Pager(pager) => match byte {
                b' ' => {
                    let page = pager.page();
                    self.turn(page, steps);
                }
                b'\r' => {
                    pager.allow_one_line();
                    let page = pager.page();
                    self.turn(page, steps);
                }
                b'q' | b'Q' | 0x03 => {
                    self.state = State::Prompt;
                    steps.push(write(&format!("{}\r\n{}", Pager::WIPE, self.prompt())));
                }
                _ => {}
            },
            State::Prompt => self.press_at_prompt(byte, steps),
        }
    }

    fn press_password(&mut self, byte: u8, steps: &mut Vec<Step>) {
        let State::NewPassword { again } = self.state else { return };
        match self.editor.press(byte) {
            Key::Interrupt(_) => steps.push(Step::Close),
            Key::Enter(_) if again => steps.extend([write("\r\n"), Step::Close]),
            Key::Enter(_) => {
                self.journal().harm("answered the question for a new password".to_owned());
                self.state = State::NewPassword { again: true };
                steps.push(write("\r\nConfirm Password: "));
            }
            _ => {}
        }
    }

    fn press_at_prompt(&mut self, byte: u8, steps: &mut Vec<Step>) {
        match self.editor.press(byte) {
            Key::Echo(bytes) => push(steps, &bytes),
            Key::Nothing => {}
            Key::Interrupt(true) if self.context == Context::Top => steps.push(Step::Close),
            Key::Interrupt(_) => push(steps, &encode(&format!("\r\r\n{}", self.prompt()))),
            Key::Help => {
                let line = String::from_utf8_lossy(self.editor.text()).into_owned();
                push(steps, &encode(&format!("?\r\n{HELP}{}{line}", self.prompt())));
            }
            Key::Enter(line) => {
                push(steps, b"\r\r\n");
                steps.extend(self.enter(&line));
            }
        }
    }

    /// Shows a page that was asked for at `--More-- `.
    fn turn(&mut self, (page, more): (String, bool), steps: &mut Vec<Step>) {
        let mut text = format!("{}{page}", Pager::WIPE);
        if !more {
            self.state = State::Prompt;
            text.push_str("\r\n");
            text.push_str(&self.prompt());
        }
        steps.push(write(&text));
    }

    /// Runs one line, whose echo is already out.
    fn enter(&mut self, line: &str) -> Vec<Step> {
        if line.trim().is_empty() {
            return vec![write(&self.prompt())];
        }
        self.journal().enter(line.trim());
        let (words, filter) = match line.split_once('|') {
            Some((words, filter)) => (words, Some(filter)),
            None => (line, None),
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        if words == ["exit"] && !matches!(self.context, Context::Vdoms | Context::Table(_)) {
            return vec![Step::Close];
        }
        let answer = match self.navigate(&words) {
            Some(text) => text,
            None => self.run(&words, filter),
        };
        let mut steps = vec![Step::Think];
        let in_table = words.first().is_some_and(|verb| "diagnose".starts_with(verb));
        match self.device.fault {
            Some(fault @ (Fault::Hangs | Fault::Drops)) if in_table => {
                let lines = answer.lines().count() / 2;
                let half: String =
                    answer.lines().take(lines).map(|line| format!("{line}\r\n")).collect();
                steps.push(write(&half));
                self.state = State::Stuck;
                steps.extend((fault == Fault::Drops).then_some(Step::Cut));
            }
            _ => {
                let mut pager = Pager::new(&answer, self.rows.filter(|_| filter.is_none()), 1);
                let (mut text, more) = pager.page();
                if more {
                    self.state = State::Pager(pager);
                } else {
                    text.push_str("\r\n");
                    text.push_str(&self.prompt());
                }
                steps.push(write(&text));
            }
        }
        steps
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
        let place = self.device.vdoms.iter().position(|vdom| vdom.name == name);
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

    fn run(&mut self, words: &[&str], filter: Option<&str>) -> String {
        if let Some(answer) = self.refuse_change(words) {
            return answer;
        }
        let reply = command::run(self.standing(), words);
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
                    && ["set", "unset", "edit", "delete", "purge", "rename", "next", "abort"]
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

    fn prompt(&self) -> String {
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

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
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

const HELP: &str = "config     Configure object.\r\n\
                    get        Get dynamic and system information.\r\n\
                    show       Show configuration.\r\n\
                    diagnose   Diagnose facility.\r\n\
                    execute    Execute static commands.\r\n\
                    exit       Exit the CLI.\r\n\r\n";

fn parse_error(word: &str) -> String {
    format!("command parse error before '{word}'\nCommand fail. Return code -61\n")
}

fn post_login(banner: Banner, name: &str) -> String {
    let notice = "This system is for authorised staff only. All activity is recorded.";
    let text = match banner {
        Banner::PostLoginDrawn => {
            let rule = "#".repeat(72);
            format!("{rule}\n# {name} #\n# {notice:<68} #\n{rule}\n#\n# {name} # \n")
        }
        _ => format!("POST WARNING:\n{notice}\n"),
    };
    format!("\r\n{}\r\n(Press 'a' to accept):", text.replace('\n', "\r\n"))
}

fn write(text: &str) -> Step {
    Step::Write(encode(text))
}

/// Adds bytes to the last write.
fn push(steps: &mut Vec<Step>, bytes: &[u8]) {
    match steps.last_mut() {
        Some(Step::Write(last)) => last.extend_from_slice(bytes),
        _ => steps.push(Step::Write(bytes.to_vec())),
    }
}

/// A replacement character stands for a byte that is no UTF-8.
fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for (index, part) in text.split('\u{fffd}').enumerate() {
        if index > 0 {
            bytes.push(0xff);
        }
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}
