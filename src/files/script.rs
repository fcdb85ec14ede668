//! Programs that print what a file would hold.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{FileAttempt, FileCause, FileError, MAX_TEXT};

/// How often a script that has said all is looked after.
const TICK: Duration = Duration::from_millis(10);

/// What came of a script.
#[derive(Debug)]
pub struct ScriptOutput {
    pub stdout: Vec<u8>,
    pub status: ExitStatus,
}

/// Whether `path` is a file that may be executed.
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path);
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Runs a script to its end. It has this process's standard input and error, so that it may ask
/// something itself.
///
/// # Errors
/// When it cannot be started, prints more than [`MAX_TEXT`] bytes, or takes longer than `limit`;
/// it is killed then.
pub fn run_script(
    path: &Path,
    arguments: &[&str],
    limit: Duration,
) -> Result<ScriptOutput, FileError> {
    let failed = || FileError::io(path, FileAttempt::Run);
    // A name without a slash would be looked for on the PATH.
    let program = std::path::absolute(path).map_err(failed())?;
    let mut command = Command::new(program);
    let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().map_err(failed())?;
    let (sender, receiver) = mpsc::channel();
    let output = child.stdout.take();
    // A grandchild may hold the pipe open for ever: then this thread is left to itself.
    thread::spawn(move || sender.send(read(output)));
    let cause = match receiver.recv_timeout(limit) {
        Ok(Ok(stdout)) if stdout.len() as u64 > MAX_TEXT => FileCause::TooLarge { limit: MAX_TEXT },
        Ok(Ok(stdout)) => match ended(&mut child, limit).map_err(failed())? {
            Some(status) => return Ok(ScriptOutput { stdout, status }),
            None => FileCause::TooSlow { limit },
        },
        Ok(Err(error)) => FileCause::Io(error),
        Err(_) => FileCause::TooSlow { limit },
    };
    kill(&mut child);
    Err(FileError::new(path, FileAttempt::Run, cause))
}

fn read(output: Option<ChildStdout>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(output) = output {
        output.take(MAX_TEXT + 1).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// How it ended; `None` when it does not.
fn ended(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let mut waited = Duration::ZERO;
    while waited < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(TICK);
        waited += TICK;
    }
    Ok(None)
}

/// One that has ended already is no trouble.
fn kill(child: &mut Child) {
    child.kill().ok();
    child.wait().ok();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "the test lays out its own files")]

    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn script(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        (folder, path)
    }

    #[test]
    fn a_script_gives_what_it_prints_and_how_it_ended() {
        let (_folder, path) = script("echo \"$1 $2\"; exit 3");
        assert!(is_executable(&path) && !is_executable(path.parent().unwrap()));
        let output = run_script(&path, &["--list", "a b"], Duration::from_secs(10)).unwrap();
        assert_eq!(output.stdout, b"--list a b\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[test]
    fn a_script_that_hangs_is_killed() {
        for text in ["exec sleep 600", "echo x; exec >&-; exec sleep 600"] {
            let (_folder, path) = script(text);
            let error = run_script(&path, &[], Duration::from_millis(300)).unwrap_err();
            assert!(error.to_string().ends_with("it takes longer than 0.3 seconds"), "{error}");
        }
    }

    #[test]
    fn what_is_no_program_says_so() {
        let (_folder, path) = script("");
        fs::write(&path, "no program").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = run_script(&path, &[], Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().starts_with("cannot run `"), "{error}");
    }
}
