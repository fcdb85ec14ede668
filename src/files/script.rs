//! Programs that print what a file would hold.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::{FileAttempt, FileCause, FileError, MAX_TEXT};

/// How often a script that has said all is looked after.
const TICK: Duration = Duration::from_millis(10);

/// The most that is kept of what a script says on standard error, in bytes.
const MOST_SAID: u64 = 64 << 10;

/// Who hears a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// The user: it has this process's standard input and error, so that it may ask something.
    Passed,
    /// Nobody yet: what it says is kept, and it cannot ask.
    Kept,
}

/// What came of a script.
#[derive(Debug)]
pub struct ScriptOutput {
    pub stdout: Vec<u8>,
    /// What it said, where that was kept.
    pub stderr: Vec<u8>,
    pub status: ExitStatus,
}

/// Whether a file is a program to be run, and not a text to be read: it may be executed, and
/// begins as one. On disks without such rights every file may be executed.
pub fn is_script(path: &Path) -> bool {
    let mut begin = [0; 4];
    let is_program = |begin: &[u8]| begin.starts_with(b"#!") || begin.starts_with(b"\x7fELF");
    is_executable(path)
        && std::fs::File::open(path)
            .and_then(|mut file| file.read(&mut begin))
            .is_ok_and(|length| is_program(&begin[..length]))
}

/// Whether `path` is a file that may be executed.
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path);
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Runs a script to its end.
///
/// # Errors
/// When it cannot be started, prints more than [`MAX_TEXT`] bytes, or takes longer than `limit`;
/// it is killed then.
pub fn run_script(
    path: &Path,
    arguments: &[&str],
    speech: Speech,
    limit: Duration,
) -> Result<ScriptOutput, FileError> {
    let failed = || FileError::io(path, FileAttempt::Run);
    // A name without a slash would be looked for on the PATH.
    let program = std::path::absolute(path).map_err(failed())?;
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped());
    if speech == Speech::Kept {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
    }
    let mut child = start(&mut command).map_err(|error| match interpreter(path, &error) {
        Some(named) => FileError::new(path, FileAttempt::Run, FileCause::NoInterpreter { named }),
        None => failed()(error),
    })?;
    let output = follow(child.stdout.take(), MAX_TEXT + 1);
    let said = follow(child.stderr.take(), MOST_SAID);
    let cause = match output.recv_timeout(limit) {
        Ok(Ok(stdout)) if stdout.len() as u64 > MAX_TEXT => FileCause::TooLarge { limit: MAX_TEXT },
        Ok(Ok(stdout)) => match ended(&mut child, limit).map_err(failed())? {
            Some(status) => {
                let said = said.recv_timeout(TICK * 10).ok().and_then(Result::ok);
                return Ok(ScriptOutput { stdout, stderr: said.unwrap_or_default(), status });
            }
            None => FileCause::TooSlow { limit },
        },
        Ok(Err(error)) => FileCause::Io(error),
        Err(_) => FileCause::TooSlow { limit },
    };
    kill(&mut child);
    Err(FileError::new(path, FileAttempt::Run, cause))
}

/// What the first line of a script names, where the system finds the script and not that.
fn interpreter(path: &Path, error: &io::Error) -> Option<String> {
    if error.kind() != io::ErrorKind::NotFound {
        return None;
    }
    let text = fs::read(path).ok()?;
    let line = text.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    Some(String::from_utf8_lossy(line).replace('\r', "\\r").trim().to_owned())
}

fn start(command: &mut Command) -> io::Result<Child> {
    for _ in 0..20 {
        match command.spawn() {
            // Somebody is still writing it.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => thread::sleep(TICK),
            other => return other,
        }
    }
    command.spawn()
}

/// Reads a stream in the background, and keeps the first `most` bytes. A grandchild may hold it
/// open for ever: then the thread is left to itself.
fn follow(stream: Option<impl Read + Send + 'static>, most: u64) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let Some(mut stream) = stream else { return sender.send(Ok(bytes)) };
        let read = stream.by_ref().take(most).read_to_end(&mut bytes);
        let sent = sender.send(read.map(|_| bytes));
        if most == MOST_SAID {
            // Nobody who says more than is kept has to wait for it.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
        sent
    });
    receiver
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
        let output =
            run_script(&path, &["--list", "a b"], Speech::Passed, Duration::from_secs(10)).unwrap();
        assert_eq!(output.stdout, b"--list a b\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[test]
    fn a_script_that_hangs_is_killed() {
        for text in ["exec sleep 600", "echo x; exec >&-; exec sleep 600"] {
            let (_folder, path) = script(text);
            let error =
                run_script(&path, &[], Speech::Passed, Duration::from_millis(300)).unwrap_err();
            assert!(error.to_string().ends_with("it takes longer than 0.3 seconds"), "{error}");
        }
    }

    #[test]
    fn the_interpreter_that_is_not_there_is_named() {
        let (_folder, path) = script("");
        for (line, named) in
            [("#!/nowhere/python3 -u\n", "/nowhere/python3 -u"), ("#!/bin/sh\r\n", r"/bin/sh\r")]
        {
            fs::write(&path, line).unwrap();
            let error = run_script(&path, &[], Speech::Passed, Duration::from_secs(1)).unwrap_err();
            let told = format!("its first line asks for `{named}`, which is not there");
            assert!(error.to_string().ends_with(&told), "{error}");
            assert!(error.remedy().contains("#!"));
        }
    }

    #[test]
    fn what_is_no_program_says_so() {
        let (_folder, path) = script("");
        fs::write(&path, "no program").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = run_script(&path, &[], Speech::Passed, Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().starts_with("cannot run `"), "{error}");
    }

    #[test]
    fn what_a_script_says_may_be_kept_apart() {
        let (_folder, path) = script("echo warn >&2; echo answer; read line || echo deaf");
        let output = run_script(&path, &[], Speech::Kept, Duration::from_secs(10)).unwrap();
        assert_eq!(output.stdout, b"answer\ndeaf\n");
        assert_eq!(output.stderr, b"warn\n");
    }

    #[test]
    fn only_a_program_that_may_run_is_a_script() {
        let (_folder, path) = script("");
        assert!(is_script(&path));
        fs::write(&path, "[uk]\nfw1\n").unwrap();
        assert!(!is_script(&path));
        fs::write(&path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!is_script(&path));
    }
}
