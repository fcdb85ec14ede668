//! `show user local` and `show system admin`: who may hold a token.

use super::capture::{Capture, refusal_in};
use super::config_tree::{Entry, config_tree};
use super::parsed::Parsed;
use crate::model::{Account, AccountKind};

pub const USER_LOCAL: &[&str] = &["show user local", "show full-configuration user local"];
pub const SYSTEM_ADMIN: &[&str] = &["show system admin", "show full-configuration system admin"];

/// Reads the local users of a VDOM. An empty table is an answer.
pub fn user_local(text: &str) -> Parsed<Vec<Account>> {
    accounts(text, USER_LOCAL, AccountKind::LocalUser, "user local")
}

/// Reads the administrators. An empty table is an answer.
pub fn system_admin(text: &str) -> Parsed<Vec<Account>> {
    accounts(text, SYSTEM_ADMIN, AccountKind::Administrator, "system admin")
}

fn accounts(text: &str, commands: &[&str], kind: AccountKind, path: &str) -> Parsed<Vec<Account>> {
    let capture = Capture::of(text);
    let lines = capture.lines(commands);
    let tree = config_tree(&lines);
    let problem = refusal_in(&lines).or_else(|| {
        let missing = !tree.has_table(path);
        missing.then(|| format!("there is no `config {path}` in this text"))
    });
    let value = tree.entries_of(path).into_iter().map(|entry| account(entry, kind)).collect();
    Parsed { value, unparsed: tree.unparsed, problem }
}

fn account(entry: &Entry<'_>, kind: AccountKind) -> Account {
    let text = |key| entry.get(key).map(Box::from);
    Account {
        kind,
        name: (&*entry.name).into(),
        enabled: entry.get("status") != Some("disable"),
        authentication: text("type"),
        two_factor: entry.get("two-factor").filter(|method| *method != "disable").map(Box::from),
        token: text("fortitoken"),
        email: text("email-to"),
        phone: text("sms-phone"),
        profile: text("accprofile"),
        line: entry.line,
    }
}
