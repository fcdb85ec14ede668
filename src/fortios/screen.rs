//! Received bytes to lines of text, as a person would see them on a dumb terminal.

/// Longest line, in bytes; the rest of a longer one is dropped.
pub const MAX_LINE: usize = 64 << 10;

/// Turns a byte stream into lines, wherever the stream is cut.
///
/// A carriage return before a line feed ends the line together with it, in any number (the echo of
/// a command ends `\r\r\n`). Any other carriage return starts the line anew, as the pager does
/// when it wipes `--More-- `. Escape sequences (ANSI, OSC) and all other control characters are
/// dropped, a tab becomes a blank, and bytes that are not UTF-8 become U+FFFD, so that no line
/// ever carries what could steer a terminal.
#[derive(Debug, Default)]
pub struct Screen {
    line: Vec<u8>,
    cut: bool,
    /// A carriage return was read and nothing behind it yet.
    returned: bool,
    escape: Escape,
}

/// A complete line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenLine {
    pub text: String,
    /// The line was longer than [`MAX_LINE`].
    pub cut: bool,
}

/// Where in an escape sequence the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Escape {
    #[default]
    None,
    /// Behind ESC and its intermediate bytes.
    Begun,
    /// Behind `ESC [`.
    Control,
    /// Within a string such as `ESC ] …`, which ends with BEL or `ESC \`. A line feed ends it as
    /// well, or one sequence could hide all that follows.
    Text,
}

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7f;

impl Screen {
    /// Takes bytes and hands each line that they complete to `on_line`.
    pub fn receive(&mut self, mut bytes: &[u8], mut on_line: impl FnMut(ScreenLine)) {
        while let Some(&byte) = bytes.first() {
            if self.escape == Escape::None && is_printable(byte) {
                let run = bytes.iter().position(|&b| !is_printable(b)).unwrap_or(bytes.len());
                self.print(&bytes[..run]);
                bytes = &bytes[run..];
                continue;
            }
            bytes = &bytes[1..];
            if let Some(line) = self.step(byte) {
                on_line(line);
            }
        }
    }

    /// The line that is not yet complete, when it is short enough to be a prompt or a question
    /// and not empty.
    pub fn partial(&self) -> Option<String> {
        const LONGEST_PROMPT: usize = 512;
        let text = || clean(&self.line);
        (!self.line.is_empty() && self.line.len() <= LONGEST_PROMPT).then(text)
    }

    /// Forgets the incomplete line: it has been answered.
    pub fn clear_partial(&mut self) {
        self.line.clear();
        self.cut = false;
        self.returned = false;
    }

    fn step(&mut self, byte: u8) -> Option<ScreenLine> {
        match (self.escape, byte) {
            (_, b'\n') => {
                self.escape = Escape::None;
                self.returned = false;
                let text = clean(&self.line);
                self.line.clear();
                return Some(ScreenLine { text, cut: std::mem::take(&mut self.cut) });
            }
            (_, ESC) => self.escape = Escape::Begun,
            (Escape::None, b'\r') => {
                // Blanks that wiped something out are no text of the next line.
                if self.line.iter().all(|&b| b == b' ') {
                    self.line.clear();
                }
                self.returned = true;
            }
            (Escape::None, b'\t') => self.print(b" "),
            (Escape::None, BACKSPACE) => {
                self.line.pop();
            }
            (Escape::None, _) => {}
            (Escape::Begun, b'[') => self.escape = Escape::Control,
            (Escape::Begun, b']' | b'P' | b'X' | b'^' | b'_') => self.escape = Escape::Text,
            (Escape::Begun, b' '..=b'/') => {}
            (Escape::Control, b' '..=b'?') => {}
            (Escape::Text, byte) if byte != BEL => {}
            (Escape::Begun | Escape::Control | Escape::Text, _) => self.escape = Escape::None,
        }
        None
    }

    fn print(&mut self, bytes: &[u8]) {
        if std::mem::take(&mut self.returned) {
            self.line.clear();
            self.cut = false;
        }
        let room = MAX_LINE - self.line.len();
        self.cut |= bytes.len() > room;
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

fn is_printable(byte: u8) -> bool {
    byte >= b' ' && byte != DELETE
}

/// Decodes a line and drops the characters that steer a terminal or the order of the text.
fn clean(line: &[u8]) -> String {
    match std::str::from_utf8(line) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => String::from_utf8_lossy(line).chars().filter(|&c| is_text(c)).collect(),
    }
}

/// Whether a character is text, and not a control or one that reorders what is shown.
pub fn is_text(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(chunks: &[&[u8]]) -> (Vec<String>, Option<String>) {
        let mut screen = Screen::default();
        let mut lines = Vec::new();
        for chunk in chunks {
            screen.receive(chunk, |line| lines.push(line.text));
        }
        (lines, screen.partial())
    }

    #[test]
    fn an_echo_ends_with_two_carriage_returns() {
        assert_eq!(
            read(&[b"get system status\r\r\nVersion: x\r\n\r\nfgt # "]),
            (
                vec!["get system status".into(), "Version: x".into(), String::new()],
                Some("fgt # ".into())
            )
        );
    }

    #[test]
    fn the_pager_wipes_its_own_line() {
        let (lines, partial) = read(&[b"one\r\n--More-- ", b"\r         \rtwo\r\n"]);
        assert_eq!((lines, partial), (vec!["one".into(), "two".into()], None));
        let (lines, _) = read(&[b"--More-- \r         \r\r\nend\r\n"]);
        assert_eq!(lines, ["", "end"]);
    }

    #[test]
    fn escape_sequences_and_controls_are_dropped() {
        let bytes = b"\x1b[?2004h\x1b[1;31mred\x1b[0m\x1b(B\x07\x00 \x1b]0;title\x07ok\x1b]8;;x\x1b\\!\tb\x7f\n";
        assert_eq!(read(&[bytes]).0, ["red ok! b"]);
        assert_eq!(read(&["a\u{9b}31m\u{202e}b\n".as_bytes()]).0, ["a31mb"]);
        assert_eq!(read(&[b"\x1b]0;never closed\nnext\n"]).0, ["", "next"]);
        assert_eq!(read(&[b"--More--\x08\x08\x08\x08\x08\x08\x08\x08next\n"]).0, ["next"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        assert_eq!(read(&[b"caf\xc3", b"\xa9 \xff\n"]).0, ["café \u{fffd}"]);
    }

    #[test]
    fn a_line_without_an_end_is_bounded() {
        let mut screen = Screen::default();
        let mut lines = Vec::new();
        for _ in 0..100 {
            screen.receive(&[b'x'; 4096], |line| lines.push(line));
        }
        assert_eq!(screen.line.len(), MAX_LINE);
        assert_eq!(screen.partial(), None);
        screen.receive(b"\nshort\n", |line| lines.push(line));
        assert!(lines[0].cut && lines[0].text.len() == MAX_LINE);
        assert_eq!(lines[1], ScreenLine { text: "short".into(), cut: false });
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter_and_nothing_steers_a_terminal(
            bytes in prop::collection::vec(
                prop_oneof![Just(b'\r'), Just(b'\n'), Just(ESC), Just(b'['), Just(b' '), any::<u8>()],
                0..200,
            ),
            at in 0usize..200,
        ) {
            let (head, tail) = bytes.split_at(at.min(bytes.len()));
            let whole = read(&[&bytes]);
            prop_assert_eq!(&read(&[head, tail]), &whole);
            for line in whole.0.iter().chain(whole.1.as_ref()) {
                prop_assert!(line.chars().all(is_text), "{line:?}");
            }
        }
    }
}
