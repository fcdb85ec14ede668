//! `diagnose fortitoken info`: the table of tokens and its three trailers.

use super::capture::{Capture, refusal_in};
use super::parsed::Parsed;
use crate::model::{ServerState, Token, TokenKind, TokenStatus, TokenTable};

pub const COMMANDS: &[&str] = &["diagnose fortitoken info"];

/// Reads the table. No rows between a header and trailers are an empty table; no rows without
/// them are no answer, so that a refused command never looks like a unit without tokens.
pub fn fortitoken_info(text: &str) -> Parsed<TokenTable> {
    let mut table = TokenTable::default();
    let mut unparsed = Vec::new();
    let mut header = false;
    let mut trailer = false;
    let capture = Capture::of(text);
    let lines = capture.lines(COMMANDS);
    let refused = refusal_in(&lines);
    for line in lines {
        let content = line.text.trim();
        if content.is_empty() {
            continue;
        }
        if is_header(content) {
            header = true;
        } else if let Some(token) = row(content, line.number, header) {
            table.tokens.push(token);
        } else if let Some(state) = value_of(content, "Token server status") {
            table.server_status = Some(ServerState::parse(state));
            table.server_line = Some(line.number);
            trailer = true;
        } else if let Some(total) = total(content, "Total activated token") {
            table.total_activated = Some(total);
            trailer = true;
        } else if let Some(total) = total(content, "Total global activated token") {
            table.total_global_activated = Some(total);
            trailer = true;
        } else {
            unparsed.push(line.text.to_owned());
        }
    }
    let problem = match refused {
        Some(_) => refused,
        None if !table.tokens.is_empty() || (header && trailer) => None,
        None => Some("there is no table of tokens in this text".to_owned()),
    };
    Parsed { value: table, unparsed, problem }
}

fn is_header(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let begins = |word: &str| words.next().is_some_and(|found| found.eq_ignore_ascii_case(word));
    ["FORTITOKEN", "DRIFT", "STATUS"].into_iter().all(begins) && words.next().is_none()
}

/// Behind the header any serial will do; without it (a filter dropped it) only a FortiToken's.
fn row(line: &str, number: usize, header: bool) -> Option<Token> {
    let (serial, drift, status) = columns(line)?;
    let kind = TokenKind::of_serial(serial);
    if !header && kind == TokenKind::Unknown {
        return None;
    }
    let (drift, status) = (drift.parse().ok()?, TokenStatus::parse(status));
    Some(Token { serial: serial.into(), kind, drift, status, line: number })
}

/// A serial, a signed drift, and the status to the end of the line. The status has blanks, commas
/// and parentheses in it, and copies of the output differ in their columns.
fn columns(line: &str) -> Option<(&str, &str, &str)> {
    let (serial, rest) = line.split_once(char::is_whitespace)?;
    let (drift, status) = rest.trim_start().split_once(char::is_whitespace)?;
    let digits = drift.strip_prefix(['+', '-']).unwrap_or(drift);
    let is_serial = (4..=32).contains(&serial.len())
        && serial.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_drift = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let status = status.trim_start();
    (is_serial && is_drift && !status.is_empty()).then_some((serial, drift, status))
}

/// The value of `key: value`, whatever the case of the key.
fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = line.split_once(':')?;
    found.trim().eq_ignore_ascii_case(key).then_some(value.trim())
}

fn total(line: &str, key: &str) -> Option<u64> {
    value_of(line, key)?.parse().ok()
}
