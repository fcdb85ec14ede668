//! The line that a user types.

/// Collects bytes into lines, as a terminal without wishes does.
#[derive(Debug, Default)]
pub struct LineEditor {
    line: Vec<u8>,
}

/// What a byte meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// These bytes are to be echoed.
    Echo(Vec<u8>),
    /// The line is complete.
    Enter(String),
    /// `?` asks for help at once.
    Help,
    /// Ctrl-C, or Ctrl-D on an empty line; `true` when there was nothing to give up.
    Interrupt(bool),
    Nothing,
}

impl LineEditor {
    /// Longest line; further characters are dropped.
    pub const LENGTH: usize = 1024;

    pub fn press(&mut self, byte: u8) -> Key {
        match byte {
            b'\r' | b'\n' => {
                let line = std::mem::take(&mut self.line);
                Key::Enter(String::from_utf8_lossy(&line).into_owned())
            }
            0x03 => {
                let empty = self.line.is_empty();
                self.line.clear();
                Key::Interrupt(empty)
            }
            0x04 if self.line.is_empty() => Key::Interrupt(true),
            b'?' => Key::Help,
            0x08 | 0x7f => match self.line.pop() {
                Some(_) => Key::Echo(b"\x08 \x08".to_vec()),
                None => Key::Nothing,
            },
            0x20.. if self.line.len() < Self::LENGTH => {
                self.line.push(byte);
                Key::Echo(vec![byte])
            }
            _ => Key::Nothing,
        }
    }

    /// What stands in the line.
    pub fn text(&self) -> &[u8] {
        &self.line
    }
}
