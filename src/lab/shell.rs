//! The command line of one unit: bytes in, steps out, no sockets and no clock.

use std::sync::{Arc, Mutex};

use super::device::{Banner, Device};
use super::dice::Dice;
use super::fault::Fault;
use super::interpreter::Interpreter;
use super::journal::Journal;
use super::line_editor::{Key, LineEditor};
use super::pager::Pager;

/// What the server has to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Write(Vec<u8>),
    /// Write these one at a time, slowly.
    Drip(Vec<u8>),
    /// Write `block` so many times, and then `end`.
    Flood {
        block: Vec<u8>,
        times: usize,
        end: Vec<u8>,
    },
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
    interpreter: Interpreter,
    /// Rows of the terminal; `None` without one.
    rows: Option<usize>,
    editor: LineEditor,
    state: State,
    /// The token table of a VDOM has been shown.
    has_told: bool,
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
    /// There is always another page.
    EndlessPager,
    /// Nothing is answered any more.
    Stuck,
}

impl Shell {
    pub fn new(device: Arc<Device>, journal: Arc<Mutex<Journal>>, rows: Option<usize>) -> Self {
        Self {
            interpreter: Interpreter::new(device, journal),
            rows,
            editor: LineEditor::default(),
            state: State::Prompt,
            has_told: false,
        }
    }

    /// What appears when the shell opens.
    pub fn open(&mut self) -> Vec<Step> {
        self.interpreter.journal().shells += 1;
        match (self.interpreter.device.fault, self.interpreter.device.login.banner) {
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
            (Some(Fault::NoPrompt), _) => {
                self.state = State::Stuck;
                Vec::new()
            }
            (_, banner @ (Banner::PostLogin | Banner::PostLoginDrawn)) => {
                self.state = State::Banner;
                vec![write(&post_login(banner, &self.interpreter.device.prompt))]
            }
            (_, Banner::None | Banner::PreLogin) => vec![write(&self.interpreter.prompt())],
        }
    }

    /// Takes the rows of a terminal whose size changed.
    pub fn resize(&mut self, rows: usize) {
        self.rows = self.rows.map(|_| rows);
    }

    /// Runs the lines of an exec request: no echo, no pages, the prompt before and after.
    pub fn exec(&mut self, commands: &str) -> Vec<Step> {
        self.rows = None;
        self.interpreter.journal().receive(commands.as_bytes());
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
        self.interpreter.journal().receive(bytes);
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
                    steps.push(write(&format!("\r\n\r\n{}", self.interpreter.prompt())));
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
                    steps.push(write(&format!("{}\r\n{}", Pager::WIPE, self.interpreter.prompt())));
                }
                _ => {}
            },
            State::EndlessPager => match byte {
                b' ' | b'\r' => steps.push(write(&format!("{}{}", Pager::WIPE, Pager::another()))),
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
                self.interpreter
                    .journal()
                    .harm("answered the question for a new password".to_owned());
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
            Key::Interrupt(true) if self.interpreter.is_at_top() => steps.push(Step::Close),
            Key::Interrupt(_) => {
                push(steps, &encode(&format!("\r\r\n{}", self.interpreter.prompt())))
            }
            Key::Help => {
                let line = String::from_utf8_lossy(self.editor.text()).into_owned();
                push(steps, &encode(&format!("?\r\n{HELP}{}{line}", self.interpreter.prompt())));
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
            text.push_str(&self.interpreter.prompt());
        }
        steps.push(write(&text));
    }

    /// Runs one line, whose echo is already out.
    fn enter(&mut self, line: &str) -> Vec<Step> {
        if line.trim().is_empty() {
            return vec![write(&self.interpreter.prompt())];
        }
        self.interpreter.journal().enter(line.trim());
        let (words, filter) = match line.split_once('|') {
            Some((words, filter)) => (words, Some(filter)),
            None => (line, None),
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        if self.interpreter.leaves(&words) {
            return vec![Step::Close];
        }
        let answer = self.interpreter.answer(&words, filter);
        let mut steps = vec![Step::Think];
        let fault = self.interpreter.device.fault;
        let tells = words.contains(&"fortitoken");
        if fault == Some(Fault::DropsBetweenVdoms) && self.has_told {
            return vec![Step::Cut];
        }
        self.has_told |= tells;
        match fault.filter(|_| tells).and_then(|fault| self.spoil(fault, &answer)) {
            Some(spoiled) => steps.extend(spoiled),
            None => {
                let mut pager = Pager::new(&answer, self.rows.filter(|_| filter.is_none()), 1);
                let (mut text, more) = pager.page();
                if more {
                    self.state = State::Pager(pager);
                } else {
                    text.push_str("\r\n");
                    text.push_str(&self.interpreter.prompt());
                }
                steps.push(write(&text));
            }
        }
        steps
    }
}

impl Shell {
    /// What a faulty unit sends instead of the token table; `None` where the fault spares it.
    fn spoil(&mut self, fault: Fault, answer: &str) -> Option<Vec<Step>> {
        let whole = on_the_line(answer.lines());
        let prompt = format!("\r\n{}", self.interpreter.prompt());
        let (steps, state) = match fault {
            Fault::Hangs | Fault::Drops => {
                let half = on_the_line(answer.lines().take(answer.lines().count() / 2));
                let cut = (fault == Fault::Drops).then_some(Step::Cut);
                ([write(&half)].into_iter().chain(cut).collect(), State::Stuck)
            }
            Fault::PromptLost => (vec![write(&whole)], State::Stuck),
            Fault::Drips => (vec![Step::Drip(encode(&format!("{whole}{prompt}")))], State::Prompt),
            Fault::Floods => {
                let block = "no line of a token table\r\n".repeat(FLOOD_BLOCK / 26);
                let times = FLOOD.div_ceil(block.len());
                let end = encode(&prompt);
                let flood = Step::Flood { block: block.into_bytes(), times, end };
                (vec![write(&whole), flood], State::Prompt)
            }
            Fault::EndlessPager => (vec![write(&Pager::another())], State::EndlessPager),
            Fault::Garbage => {
                let mut dice = Dice::of(&self.interpreter.device.name);
                let garbage = (0..GARBAGE).flat_map(|_| dice.roll().to_le_bytes()).collect();
                (vec![Step::Write(garbage), write(&format!("\r\n{prompt}"))], State::Prompt)
            }
            _ => return None,
        };
        self.state = state;
        Some(steps)
    }
}

/// Bytes of [`Fault::Floods`], and of one piece of them.
const FLOOD: usize = 50 << 20;
const FLOOD_BLOCK: usize = 26 << 10;

/// Words of eight bytes that [`Fault::Garbage`] answers with.
const GARBAGE: usize = 1024;

const HELP: &str = "config     Configure object.\r\n\
                    get        Get dynamic and system information.\r\n\
                    show       Show configuration.\r\n\
                    diagnose   Diagnose facility.\r\n\
                    execute    Execute static commands.\r\n\
                    exit       Exit the CLI.\r\n\r\n";

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

/// Text as it is sent, with the ends of its lines.
fn on_the_line<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    lines.map(|line| format!("{line}\r\n")).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Fleet;

    /// A shell of the hand-made unit of that name, its journal, and what it showed on opening.
    fn open(name: &str, rows: Option<usize>) -> (Shell, Arc<Mutex<Journal>>, String) {
        let fleet = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
        let device = Arc::new(fleet.device(name).unwrap().clone());
        let journal = Arc::new(Mutex::new(Journal::default()));
        let mut shell = Shell::new(device, journal.clone(), rows);
        let opening = text(&shell.open());
        (shell, journal, opening)
    }

    fn text(steps: &[Step]) -> String {
        steps
            .iter()
            .filter_map(|step| match step {
                Step::Write(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
                _ => None,
            })
            .collect()
    }

    fn type_in(shell: &mut Shell, line: &str) -> String {
        text(&shell.receive(format!("{line}\r").as_bytes()))
    }

    fn harm(journal: &Mutex<Journal>) -> Vec<String> {
        journal.lock().unwrap().harm.clone()
    }

    #[test]
    fn a_line_is_echoed_answered_and_followed_by_a_blank_line_and_the_prompt() {
        let (mut shell, _, opening) = open("fgt-mex-01", None);
        assert_eq!(opening, "fgt-mex-01 # ");
        assert_eq!(
            type_in(&mut shell, "diagnose fortitoken info"),
            "diagnose fortitoken info\r\r\n\
             FORTITOKEN        DRIFT  STATUS\r\n\
             \r\n\
             Total activated token: 0\r\n\
             Total global activated token: 0\r\n\
             \r\n\
             Token server status: reachable\r\n\
             \r\n\
             fgt-mex-01 # "
        );
        assert_eq!(type_in(&mut shell, ""), "\r\r\nfgt-mex-01 # ");
        assert_eq!(shell.receive(b"exit\r"), [Step::Write(b"exit\r\r\n".to_vec()), Step::Close]);
    }

    #[test]
    fn typing_in_pieces_changes_nothing() {
        let (mut whole, _, _) = open("fgt-vie-01", Some(24));
        let (mut pieces, _, _) = open("fgt-vie-01", Some(24));
        let input = b"get system status\r exit\r";
        let at_once = text(&whole.receive(input));
        let bit_by_bit: String = input.iter().map(|byte| text(&pieces.receive(&[*byte]))).collect();
        assert_eq!(at_once, bit_by_bit);
    }

    #[test]
    fn the_table_pads_serial_and_drift() {
        let (mut shell, _, _) = open("fgt-chi-02", None);
        let answer = type_in(&mut shell, "diagnose fortitoken info");
        for part in ["  4      active\r\n", "  -17    provisioned\r\n", "  1234   active\r\n"] {
            assert!(answer.contains(part), "{answer}");
        }
    }

    #[test]
    fn mistakes_are_answered_in_the_words_of_the_release() {
        let (mut new, _, _) = open("fgt-lis-01", None);
        let (mut old, _, _) = open("fgt-phx-01", None);
        assert!(type_in(&mut new, "gibberish").contains(
            "\n8278: Unknown action 0\r\nCommand fail. Return code -1\r\n\r\nfgt-lis-01 # "
        ));
        assert!(type_in(&mut old, "gibberish").contains("\nUnknown action 0\r\n\r\nfgt-phx-01"));
        assert!(type_in(&mut new, "get system console").contains(
            "\ncommand parse error before 'console'\r\nCommand fail. Return code -61\r\n"
        ));
        assert!(type_in(&mut new, "get system").contains("Command fail. Return code -160\r\n"));
        assert!(type_in(&mut new, "end").contains("Unknown action 0"), "nothing to leave");
    }

    #[test]
    fn with_vdoms_a_command_works_where_it_belongs() {
        let (mut shell, journal, _) = open("fgt-del-01", None);
        let tokens = "diagnose fortitoken info";
        let cluster = "get system ha status";
        assert!(type_in(&mut shell, tokens).contains("Unknown action 0"));
        assert!(type_in(&mut shell, cluster).contains("parse error before 'ha'"));
        assert!(type_in(&mut shell, "config global").ends_with("\nfgt-del-01 (global) # "));
        assert!(type_in(&mut shell, cluster).contains("Mode: Standalone"));
        assert!(type_in(&mut shell, tokens).contains("parse error before 'fortitoken'"));
        assert!(type_in(&mut shell, "end").ends_with("\nfgt-del-01 # "));
        type_in(&mut shell, "config vdom");
        type_in(&mut shell, "edit north");
        assert!(type_in(&mut shell, tokens).contains("FORTITOKEN"));
        assert!(type_in(&mut shell, cluster).contains("parse error before 'ha'"));
        assert!(
            type_in(&mut shell, "get system status").contains("Current virtual domain: north\r\n")
        );
        assert!(type_in(&mut shell, "next").ends_with("\nfgt-del-01 (vdom) # "));
        assert_eq!(harm(&journal), [] as [String; 0]);
    }

    #[test]
    fn the_management_vdom_is_listed_and_not_entered() {
        let (mut shell, journal, _) = open("fgt-zrh-02", None);
        type_in(&mut shell, "config global");
        for list in ["diagnose sys vd list", "get system vdom-property"] {
            assert!(type_in(&mut shell, list).contains("dmgmt-vdom"));
        }
        type_in(&mut shell, "end");
        type_in(&mut shell, "config vdom");
        assert_eq!(
            type_in(&mut shell, "edit dmgmt-vdom"),
            "edit dmgmt-vdom\r\r\n'dmgmt-vdom' is reserved and cannot be edited directly\r\n\r\n\
             fgt-zrh-02 (vdom) # "
        );
        assert_eq!(harm(&journal), [] as [String; 0]);
    }

    #[test]
    fn whatever_would_change_a_unit_is_noted() {
        for line in [
            "execute reboot",
            "exec reboot",
            "config system console",
            "diagnose fortitoken debug enable",
            "diagnose test application forticldd 99",
        ] {
            let (mut shell, journal, _) = open("fgt-lis-01", None);
            type_in(&mut shell, line);
            assert_eq!(harm(&journal).len(), 1, "{line}");
        }
        let (mut shell, journal, _) = open("fgt-lis-01", None);
        type_in(&mut shell, "config system console");
        assert!(type_in(&mut shell, "set output standard").ends_with("(console) # "));
        assert!(type_in(&mut shell, "end").ends_with("fgt-lis-01 # "));
        assert_eq!(harm(&journal).len(), 2);
    }

    #[test]
    fn the_administrator_of_one_vdom_sees_that_one() {
        let (mut shell, _, opening) = open("fgt-zrh-01", None);
        assert_eq!(opening, "fgt-zrh-01 $ ");
        assert!(type_in(&mut shell, "config global").contains("parse error before 'global'"));
        assert!(type_in(&mut shell, "get sys stat").contains("Current virtual domain: customer-b"));
        assert!(type_in(&mut shell, "diagnose fortitoken info").contains("provision timeout"));
    }

    #[test]
    fn banners_want_one_letter() {
        for name in ["fgt-lon-02", "fgt-waw-01"] {
            let (mut shell, _, opening) = open(name, None);
            assert!(opening.ends_with("\r\n(Press 'a' to accept):"), "{opening:?}");
            assert_eq!(text(&shell.receive(b"x\r")), "");
            assert_eq!(text(&shell.receive(b"a")), format!("\r\n\r\n{name} # "));
        }
    }

    #[test]
    fn a_new_password_is_never_wanted_from_an_audit() {
        let (mut shell, journal, opening) = open("fgt-per-01", None);
        assert!(opening.ends_with("\r\nNew Password: "));
        assert_eq!(harm(&journal), [] as [String; 0]);
        assert_eq!(type_in(&mut shell, "secret"), "\r\nConfirm Password: ");
        assert_eq!(harm(&journal).len(), 1);
    }

    #[test]
    fn a_lost_right_looks_like_an_unknown_command() {
        let (mut shell, _, _) = open("fgt-mnl-01", None);
        assert!(type_in(&mut shell, "diagnose fortitoken info").contains("Unknown action 0"));
        assert!(type_in(&mut shell, "get system status").contains("Version: FortiGate-60F v7.4.8"));
        assert!(type_in(&mut shell, "show user local").contains("config user local"));
    }

    #[test]
    fn the_hanging_unit_answers_nothing_more() {
        let (mut shell, _, _) = open("fgt-kul-01", None);
        assert!(!type_in(&mut shell, "diagnose fortitoken info").contains("Token server"));
        assert_eq!(shell.receive(b"\x03exit\r"), []);
    }

    #[test]
    fn long_names_are_cut_in_the_prompt() {
        let (mut shell, _, _) = open("fgt-nyc-02", None);
        type_in(&mut shell, "config vdom");
        let answer = type_in(&mut shell, "edit datacentre-production-a");
        assert!(answer.ends_with("fgt-nyc-02 (datacentre-producti~) $ "), "{answer}");
    }

    #[test]
    fn hostile_names_are_sent_as_they_are() {
        let (mut shell, _, _) = open("fgt-sin-02", None);
        assert!(type_in(&mut shell, "get system status").contains("Hostname: <script>alert(1)"));
        let users = type_in(&mut shell, "show user local");
        assert!(users.contains("edit \"=cmd|'/C calc'!A0\"\r\n"), "{users}");
        assert!(users.contains("\u{1b}]0;owned\u{7}"), "{users}");

        let (mut shell, _, _) = open("fgt-tyo-01", None);
        let steps = shell.receive(b"show user local\r");
        let raw = steps.iter().any(|step| {
            matches!(step, Step::Write(bytes) if bytes.windows(4).any(|part| part == b"a\xffka"))
        });
        assert!(raw, "a byte that is no UTF-8");
    }
}
