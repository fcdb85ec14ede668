//! What a unit received: the proof that nothing but the plan was sent.

/// Everything that came in on the shells of one unit, within bounds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// Shells that were opened.
    pub shells: usize,
    /// Logins that were refused.
    pub refused: usize,
    /// Every byte, in the order received; the first [`Journal::BYTES`] are kept.
    pub bytes: Vec<u8>,
    /// Lines that were entered, without the carriage return; the first [`Journal::LINES`].
    pub lines: Vec<String>,
    /// Sentences about what would have changed a real unit; the first [`Journal::LINES`].
    pub harm: Vec<String>,
    /// More came than is kept.
    pub truncated: bool,
}

impl Journal {
    pub const BYTES: usize = 256 * 1024;
    pub const LINES: usize = 4096;

    pub fn receive(&mut self, bytes: &[u8]) {
        let room = Self::BYTES - self.bytes.len();
        self.truncated |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub fn enter(&mut self, line: &str) {
        self.truncated |= !push(&mut self.lines, line.to_owned());
    }

    pub fn harm(&mut self, sentence: String) {
        self.truncated |= !push(&mut self.harm, sentence);
    }
}

fn push(lines: &mut Vec<String>, line: String) -> bool {
    let room = lines.len() < Journal::LINES;
    if room {
        lines.push(line);
    }
    room
}
