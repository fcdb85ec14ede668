//! `diagnose fortitoken info`: the table of tokens and its three trailers.

use std::sync::LazyLock;

use regex::Regex;

use super::capture::{lines_of, refusal_in};
use super::parsed::Parsed;
use crate::model::{ServerState, Token, TokenKind, TokenStatus, TokenTable};

pub const COMMANDS: &[&str] = &["diagnose fortitoken info"];

/// A serial, a signed drift, and the status to the end of the line. The status has blanks, commas
/// and parentheses in it, and copies of the output differ in their columns.
static ROW: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*([A-Za-z0-9-]{4,32})\s+([+-]?\d{1,18})\s+(\S.*)$").ok());

/// Reads the table. No rows between a header and trailers are an empty table; no rows without
/// them are no answer, so that a refused command never looks like a unit without tokens.
pub fn fortitoken_info(text: &str) -> Parsed<TokenTable> {
    let mut table = TokenTable::default();
    let mut unparsed = Vec::new();
    let mut header = false;
    let mut trailer = false;
    let lines = lines_of(text, COMMANDS);
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
            unparsed.push(line.text);
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
    line.split_whitespace().map(str::to_ascii_uppercase).eq(["FORTITOKEN", "DRIFT", "STATUS"])
}

/// Behind the header any serial will do; without it (a filter dropped it) only a FortiToken's.
fn row(line: &str, number: usize, header: bool) -> Option<Token> {
    let fields = ROW.as_ref()?.captures(line)?;
    let serial = fields[1].to_owned();
    let kind = TokenKind::of_serial(&serial);
    if !header && kind == TokenKind::Unknown {
        return None;
    }
    let drift = fields[2].parse().ok()?;
    Some(Token { serial, kind, drift, status: TokenStatus::parse(&fields[3]), line: number })
}

/// The value of `key: value`, whatever the case of the key.
fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = line.split_once(':')?;
    found.trim().eq_ignore_ascii_case(key).then_some(value.trim())
}

fn total(line: &str, key: &str) -> Option<u64> {
    value_of(line, key)?.parse().ok()
}
