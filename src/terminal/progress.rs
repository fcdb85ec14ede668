//! How a run is coming along.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::Look;
use super::line_writer::LineWriter;
use super::tally::Tally;
use super::task_line::TaskLines;
use crate::model::{RunEvent, clean};

/// How often the bar's clock moves on while nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// Without a terminal, seconds after which a line is due.
const LINE_EVERY: i64 = 30;

/// Shows the events of a run: as a bar on a terminal, else as a line now and then; with `-v`, as
/// a line per task and host. A stream that takes nothing more is left alone: a run does not stop
/// for want of eyes.
#[derive(Debug)]
pub struct Progress {
    tally: Tally,
    lines: TaskLines,
    screen: Screen,
}

enum Screen {
    Bar(ProgressBar),
    Lines { writer: LineWriter, said: Said },
}

/// When the last line was due.
#[derive(Debug, Default, Clone, Copy)]
struct Said {
    /// Tenths of the hosts that were done.
    tenths: u64,
    at: Option<Timestamp>,
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bar(_) => "Bar",
            Self::Lines { .. } => "Lines",
        })
    }
}

impl Progress {
    /// Shows on stderr. `verbosity` counts the `-v`s.
    pub fn new(look: Look, verbosity: u8) -> Self {
        if look.live {
            Self::on_terminal(ProgressDrawTarget::stderr(), look, verbosity)
        } else {
            Self::on_stream(Box::new(io::stderr()), verbosity)
        }
    }

    fn on_terminal(target: ProgressDrawTarget, look: Look, verbosity: u8) -> Self {
        let template = if look.colour {
            "{elapsed:>4} {bar:16.cyan/dim} {pos}/{len} {wide_msg}"
        } else {
            "{elapsed:>4} {bar:16} {pos}/{len} {wide_msg}"
        };
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style);
        bar.enable_steady_tick(TICK);
        Self { tally: Tally::default(), lines: TaskLines::new(verbosity), screen: Screen::Bar(bar) }
    }

    fn on_stream(stream: Box<dyn Write + Send>, verbosity: u8) -> Self {
        let screen = Screen::Lines { writer: LineWriter::new(stream), said: Said::default() };
        Self { tally: Tally::default(), lines: TaskLines::new(verbosity), screen }
    }

    /// Takes the next event of the run.
    pub fn apply(&mut self, event: &RunEvent) {
        self.tally.apply(event);
        let line = self.lines.of(event);
        match &mut self.screen {
            Screen::Bar(bar) => {
                if let Some(line) = line {
                    bar.println(line);
                }
                bar.set_length(self.tally.total);
                bar.set_position(self.tally.done);
                bar.set_message(self.tally.details());
            }
            Screen::Lines { writer, said } => {
                let due = said.due(&self.tally).then(|| self.tally.sentence());
                for line in line.into_iter().chain(due) {
                    writer.line(&line);
                }
            }
        }
    }

    /// Prints a line without disturbing the bar: a warning, say. It is cleaned.
    pub fn say(&mut self, text: &str) {
        let text = clean(text);
        match &mut self.screen {
            Screen::Bar(bar) => bar.println(text),
            Screen::Lines { writer, .. } => writer.line(&text),
        }
    }

    /// Takes the bar off the screen.
    pub fn finish(self) {
        match self.screen {
            Screen::Bar(bar) => bar.finish_and_clear(),
            Screen::Lines { writer, .. } => writer.finish(),
        }
    }
}

impl Said {
    /// Whether a line is due: another tenth of the hosts is done, or it has been quiet for long.
    fn due(&mut self, tally: &Tally) -> bool {
        let tenths = (tally.done * 10).checked_div(tally.total).unwrap_or(0);
        let Some(now) = tally.now else { return false };
        let since = now.duration_since(*self.at.get_or_insert(now)).as_secs();
        let due = tenths > self.tenths || since >= LINE_EVERY;
        if due {
            *self = Self { tenths, at: Some(now) };
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use indicatif::TermLike;

    use crate::model::{HostEntry, HostName, HostOutcome, Limits, RunHeader};

    use super::*;

    /// Keeps what it is told.
    #[derive(Debug, Clone, Default)]
    struct Screenshot(Arc<Mutex<String>>);

    impl Screenshot {
        fn push(&self, text: &str) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        }

        fn text(&self) -> String {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    impl Write for Screenshot {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.push(&String::from_utf8_lossy(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl TermLike for Screenshot {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.push(&format!("{text}\n"));
            Ok(())
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.push(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn run(hosts: usize) -> RunEvent {
        let entry = |number| HostEntry {
            host: HostName::new(format!("fgt-{number}")),
            address: String::new(),
            groups: vec![],
            limits: Limits::default(),
            new_serial: None,
            is_controller: false,
        };
        RunEvent::RunStarted {
            run: RunHeader {
                id: "a".into(),
                version: "0.1.0".into(),
                playbook: "p.yml".into(),
                inventories: vec![],
                limit: None,
                started: at(0),
                hosts: (0..hosts).map(entry).collect(),
                notes: vec![],
                reports: vec![],
                rules: vec![],
                mutes: vec![],
                baseline: None,
                origin: None,
            },
        }
    }

    fn done(number: usize, second: i64) -> RunEvent {
        let host = HostName::new(format!("fgt-{number}"));
        RunEvent::HostFinished { host, at: at(second), outcome: HostOutcome::Examined }
    }

    fn lines(events: &[RunEvent], verbosity: u8) -> Vec<String> {
        let screen = Screenshot::default();
        let mut progress = Progress::on_stream(Box::new(screen.clone()), verbosity);
        events.iter().for_each(|event| progress.apply(event));
        progress.finish();
        screen.text().lines().map(str::to_owned).collect()
    }

    #[test]
    fn without_a_terminal_each_tenth_is_a_line() {
        let mut events = vec![run(1_000)];
        events.extend((0..1_000).map(|number| done(number, 1)));
        let lines = lines(&events, 0);
        assert_eq!(lines.len(), 10, "{lines:?}");
        assert_eq!(lines[0], "100 of 1000 hosts done");
        assert_eq!(lines[9], "1000 of 1000 hosts done");
    }

    #[test]
    fn without_a_terminal_long_silence_is_broken() {
        let events = [run(1_000), done(0, 10), done(1, 29), done(2, 31), done(3, 40), done(4, 70)];
        assert_eq!(lines(&events, 0), ["3 of 1000 hosts done", "5 of 1000 hosts done"]);
    }

    #[test]
    fn a_terminal_has_a_bar_with_lines_above_it() {
        let screen = Screenshot::default();
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        let mut progress = Progress::on_terminal(target, Look::PLAIN, 1);
        progress.apply(&run(4));
        progress.apply(&done(0, 3));
        progress.say("warn\u{1b}[2Jing");
        progress.apply(&RunEvent::HostFinished {
            host: "fgt-2".into(),
            at: at(4),
            outcome: HostOutcome::NotAttempted { reason: "interrupted".into(), remedy: None },
        });
        progress.finish();
        let text = screen.text();
        assert!(text.contains("1/4"), "{text}");
        assert!(text.contains("warning"), "{text}");
        assert!(text.contains("skipping: [fgt-2]: not attempted: interrupted"), "{text}");
    }
}
