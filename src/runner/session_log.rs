//! What went over one session, for those who must see why it went wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::redactor::Redactor;
use crate::fortios::redact::redact;
use crate::fortios::screen::Screen;
use crate::model::HostName;

/// As much of a session is kept, in bytes.
const MOST: usize = 4 << 20;

/// Takes the logs of sessions, once each is over. A host may have several.
pub trait SessionLog: Send + Sync + fmt::Debug {
    /// `text`: whole lines, without secrets.
    fn keep(&self, host: &HostName, text: &str);
}

/// Writes down one session and hands it out when it is dropped, whatever ended the session.
pub(super) struct Recorder {
    log: Arc<dyn SessionLog>,
    host: HostName,
    redactor: Redactor,
    heading: String,
    screen: Screen,
    entries: Vec<Entry>,
    size: usize,
}

/// One line, and the time since the session began.
struct Entry {
    at: Duration,
    is_sent: bool,
    text: String,
}

impl Recorder {
    /// `heading`: a line about the session.
    pub fn new(
        log: Arc<dyn SessionLog>,
        host: HostName,
        redactor: Redactor,
        heading: String,
    ) -> Self {
        let (screen, entries) = (Screen::default(), Vec::new());
        Self { log, host, redactor, heading, screen, entries, size: 0 }
    }

    /// Takes what the device sent, as a terminal shows it.
    pub fn received(&mut self, bytes: &[u8], at: Duration) {
        if self.is_full(bytes.len()) {
            return;
        }
        let entries = &mut self.entries;
        self.screen.receive(bytes, |line| {
            entries.push(Entry { at, is_sent: false, text: line.text });
        });
    }

    /// Takes what was written to it. The prompt before it is a line of its own.
    pub fn sent(&mut self, bytes: &[u8], at: Duration) {
        if self.is_full(bytes.len()) {
            return;
        }
        self.end_line(at);
        let text = String::from_utf8_lossy(bytes).replace('\r', "");
        self.entries.push(Entry { at, is_sent: true, text });
    }

    fn is_full(&mut self, more: usize) -> bool {
        self.size = self.size.saturating_add(more);
        self.size > MOST
    }

    fn end_line(&mut self, at: Duration) {
        if let Some(text) = self.screen.partial() {
            self.entries.push(Entry { at, is_sent: false, text });
        }
        self.screen.clear_partial();
    }

    fn text(&mut self) -> String {
        let last = self.entries.last().map_or(Duration::ZERO, |entry| entry.at);
        self.end_line(last);
        // A secret may go over several lines, with a pager's answers between them: all that was
        // received is looked at as one text.
        let received = self.entries.iter().filter(|entry| !entry.is_sent);
        let received: Vec<&str> = received.map(|entry| entry.text.as_str()).collect();
        let shown = received.join("\n");
        let shown = self.redactor.hide(&shown);
        let hidden = redact(&shown);
        let mut lines: Vec<&str> = hidden.split('\n').collect();
        let keeps_lines = lines.len() == received.len();
        let mut text = format!("# {}\n", self.redactor.hide(&self.heading));
        let mut taken = lines.drain(..);
        for Entry { at, is_sent, text: own } in &self.entries {
            let at = at.as_secs_f64();
            let line = match (is_sent, keeps_lines) {
                (true, _) => format!("{at:9.3} > {}", self.redactor.hide(own)),
                (false, true) => format!("{at:9.3} < {}", taken.next().unwrap_or_default()),
                // A secret of several lines became one: the lines follow without their times.
                (false, false) => continue,
            };
            text.push_str(line.trim_end());
            text.push('\n');
        }
        for line in taken {
            text.push_str(format!("        ? < {line}").trim_end());
            text.push('\n');
        }
        if self.size > MOST {
            text.push_str(&format!("# cut after {MOST} bytes\n"));
        }
        text
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let text = self.text();
        self.log.keep(&self.host, &text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::vault::Opened;

    #[derive(Debug, Default)]
    struct Kept(Mutex<String>);

    impl SessionLog for Kept {
        fn keep(&self, host: &HostName, text: &str) {
            self.0.lock().unwrap().push_str(&format!("{host}\n{text}"));
        }
    }

    fn recorded(steps: impl FnOnce(&mut Recorder)) -> String {
        let kept = Arc::new(Kept::default());
        let redactor = Redactor::of_secrets(Vec::new(), Opened::default());
        let mut recorder = Recorder::new(kept.clone(), "fw".into(), redactor, "to fw".to_owned());
        steps(&mut recorder);
        drop(recorder);
        kept.0.lock().unwrap().clone()
    }

    #[test]
    fn what_was_sent_stands_between_what_came_before_and_after_it() {
        let at = Duration::from_millis;
        let log = recorded(|recorder| {
            recorder.received(b"Welcome\r\n\r\nfw # ", at(100));
            recorder.sent(b"show\r", at(101));
            recorder.received(b"show\r\nset password ENC c2Vj", at(200));
            recorder.received(b"cmV0\r\n--More-- ", at(210));
            recorder.sent(b" ", at(211));
            recorder.received(b"\r         \rend\r\nfw # ", at(300));
        });
        insta::assert_snapshot!(log, @r"
        fw
        # to fw
            0.100 < Welcome
            0.100 <
            0.101 < fw #
            0.101 > show
            0.200 < show
            0.210 < set password <redacted>
            0.211 < --More--
            0.211 >
            0.300 < end
            0.300 < fw #
        ");
    }

    #[test]
    fn a_key_that_goes_over_a_page_is_hidden_on_both() {
        let log = recorded(|recorder| {
            let at = Duration::ZERO;
            recorder.received(b"-----BEGIN PRIVATE KEY-----\r\nMIIabc\r\n--More-- ", at);
            recorder.sent(b" ", at);
            recorder.received(b"\r         \rMIIdef\r\n-----END PRIVATE KEY-----\r\n", at);
        });
        assert!(!log.contains("MII"), "{log}");
    }

    #[test]
    fn a_device_that_never_ends_fills_no_disk() {
        let log = recorded(|recorder| {
            for _ in 0..10 {
                recorder.received(&b"x".repeat(MOST / 4), Duration::ZERO);
                recorder.received(b"\r\n", Duration::ZERO);
            }
        });
        assert!(log.len() < MOST, "{}", log.len());
        assert!(log.ends_with(&format!("# cut after {MOST} bytes\n")));
    }
}
