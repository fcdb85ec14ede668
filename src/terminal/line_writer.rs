//! Lines on their way to a stream that may take its time.

use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use super::write_text;

/// Lines that may wait. What comes when so many do is lost: nobody reads them.
const WAITING: usize = 4096;

/// How long the end of a run waits for a reader (`| less`) to take the rest.
const PATIENCE: Duration = Duration::from_secs(1);

/// Writes lines from a thread of its own, so that a reader that has stopped reading stops nothing
/// else: not the run, and not the signals that should end it.
#[derive(Debug)]
pub(super) struct LineWriter {
    lines: SyncSender<String>,
    written: Receiver<()>,
}

impl LineWriter {
    pub fn new(mut stream: Box<dyn Write + Send>) -> Self {
        let (lines, waiting) = sync_channel::<String>(WAITING);
        let (done, written) = channel();
        let write = move || {
            for line in waiting {
                write_text(&mut *stream, &line).ok();
            }
            done.send(()).ok();
        };
        // Without a thread nothing is said, and the run goes on.
        thread::Builder::new().name("progress".to_owned()).spawn(write).ok();
        Self { lines, written }
    }

    pub fn line(&self, text: &str) {
        self.lines.try_send(format!("{text}\n")).ok();
    }

    /// Waits for what was said to be written, within reason.
    pub fn finish(self) {
        drop(self.lines);
        self.written.recv_timeout(PATIENCE).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A pipe that nobody reads.
    struct Stuck(Arc<Mutex<()>>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _held = self.0.lock();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stopped_reading_stops_nothing() {
        let pipe = Arc::new(Mutex::new(()));
        let held = pipe.lock().unwrap();
        let writer = LineWriter::new(Box::new(Stuck(pipe.clone())));
        for _ in 0..3 * WAITING {
            writer.line("still here");
        }
        writer.finish();
        drop(held);
    }
}
