//! One program that is told.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::DeliveryError;
use super::delivery::quoted;

/// Runs `words` (the program, then its arguments) with `text` on its standard input, for at most
/// `limit`. It hears no terminal, and no shell reads its arguments.
///
/// # Errors
/// It cannot be started, takes too long, or ends with another code than 0.
pub async fn run_command(
    words: &[String],
    text: &str,
    limit: Duration,
) -> Result<(), DeliveryError> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(DeliveryError::lasting("there is no command"));
    };
    let failed = |error: std::io::Error| {
        DeliveryError::lasting(format!("`{program}` cannot be run: {error}"))
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let input = child.stdin.take();
    let text = text.to_owned();
    // A program that does not read its input is no error.
    tokio::spawn(async move {
        if let Some(mut input) = input {
            let _ = input.write_all(text.as_bytes()).await;
        }
    });
    match timeout(limit, child.wait_with_output()).await {
        Err(_) => Err(DeliveryError::lasting(format!(
            "`{program}` took longer than {} s",
            limit.as_secs()
        ))),
        Ok(Err(error)) => Err(failed(error)),
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let last = quoted(last, None);
            let last = if last.is_empty() { last } else { format!(": {last}") };
            Err(DeliveryError::lasting(format!("`{program}` ended with {}{last}", output.status)))
        }
    }
}
