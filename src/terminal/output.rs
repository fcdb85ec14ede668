//! Text on its way out.

use std::io::{self, Write};

/// Writes `text` and flushes. A reader that has gone away (`| head`) is no error: it has seen
/// what it wanted.
///
/// # Errors
/// Whatever else the stream says, such as a full disk behind `>`.
pub fn write_text(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_error_and_a_full_disk_is() {
        assert!(write_text(&mut Failing(io::ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write_text(&mut Failing(io::ErrorKind::StorageFull), "x").is_err());
    }
}
