//! `show user fortitoken`: the tokens of a VDOM as they are configured.

use serde::Serialize;

use super::capture::{Capture, refusal_in};
use super::config_tree::{Entry, config_tree};
use super::parsed::Parsed;
use crate::model::TokenKind;

pub const COMMANDS: &[&str] = &["show user fortitoken", "show full-configuration user fortitoken"];

/// One configured token, without its secrets (activation code, seed, registration id).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfiguredToken {
    pub serial: Box<str>,
    pub kind: TokenKind,
    /// `active` or `lock`. This is the configuration's word, not the state that `diagnose
    /// fortitoken info` shows; `active` is the default, which `show` leaves out.
    pub status: Box<str>,
    /// `EFTM…`, or `FTMTRIAL…` for the free ones; hardware has none.
    pub license: Option<Box<str>>,
    /// Seconds since 1970 at which the activation code ends or ended.
    pub activation_expire: Option<u64>,
    /// Whether an activation code stands in the configuration.
    pub has_activation_code: bool,
    /// Whether a seed stands in the configuration: without one, hardware was never activated.
    pub has_seed: bool,
    /// Whether a phone has registered.
    pub registered: bool,
    /// Line of its `edit`, counted from 1.
    pub line: usize,
}

/// Reads the table. An empty one is an answer.
pub fn user_fortitoken(text: &str) -> Parsed<Vec<ConfiguredToken>> {
    const PATH: &str = "user fortitoken";
    let capture = Capture::of(text);
    let lines = capture.lines(COMMANDS);
    let tree = config_tree(&lines);
    let problem = refusal_in(&lines).or_else(|| {
        let missing = !tree.has_table(PATH);
        missing.then(|| format!("there is no `config {PATH}` in this text"))
    });
    let value = tree.entries_of(PATH).into_iter().map(token).collect();
    Parsed { value, unparsed: tree.unparsed, problem }
}

fn token(entry: &Entry<'_>) -> ConfiguredToken {
    ConfiguredToken {
        serial: (&*entry.name).into(),
        kind: TokenKind::of_serial(&entry.name),
        status: entry.get("status").unwrap_or("active").into(),
        license: entry.get("license").map(Box::from),
        activation_expire: entry.get("activation-expire").and_then(|time| time.parse().ok()),
        has_activation_code: entry.get("activation-code").is_some(),
        has_seed: entry.get("seed").is_some(),
        registered: entry.get("reg-id").is_some(),
        line: entry.line,
    }
}
