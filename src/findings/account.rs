//! The accounts of a device, with the lines that they stand on.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::fortios::parse::Parsed;
use crate::model::{Account, AccountKind, Transcript};

/// One entry of `show user local` or `show system admin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// Where a local user is configured; `None` for administrators, who are global, and on a
    /// device without VDOMs.
    pub vdom: Option<String>,
    pub account: Arc<Account>,
    pub command: Arc<str>,
    /// The line of its `edit`.
    pub text: Box<str>,
}

impl AccountFacts {
    /// Whether it can log in and needs a FortiToken for it.
    pub fn needs_token(&self) -> bool {
        self.account.enabled && self.account.two_factor.as_deref() == Some("fortitoken")
    }
}

/// The accounts of one device as they are read.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    known: IndexMap<(AccountKind, Option<String>, String), AccountFacts>,
    /// The VDOMs whose local users were read to the last.
    users_read: HashSet<Option<String>>,
    administrators_read: bool,
}

impl Accounts {
    /// Takes one answer. An account that was read twice counts once, as read last.
    /// `is_whole`: the answer was not filtered, asked for one account, or cut.
    pub fn add(
        &mut self,
        transcript: &Transcript,
        kind: AccountKind,
        read: Parsed<Vec<Account>>,
        is_whole: bool,
    ) {
        let is_whole = is_whole && read.unparsed.is_empty();
        let Ok(accounts) = read.answer() else { return };
        let lines: Vec<&str> = transcript.text.lines().collect();
        let command: Arc<str> = transcript.command.as_str().into();
        let vdom = match kind {
            AccountKind::LocalUser => transcript.vdom.clone(),
            AccountKind::Administrator => None,
        };
        match kind {
            _ if !is_whole => {}
            AccountKind::LocalUser => {
                self.users_read.insert(vdom.clone());
            }
            AccountKind::Administrator => self.administrators_read = true,
        }
        self.known.reserve(accounts.len());
        for account in accounts {
            let line = account.line.checked_sub(1).and_then(|index| lines.get(index));
            let text = line.map_or("", |line| line.trim()).into();
            let key = (kind, vdom.clone(), account.name.to_string());
            let (vdom, account) = (vdom.clone(), Arc::new(account));
            let facts = AccountFacts { vdom, account, command: command.clone(), text };
            self.known.insert(key, facts);
        }
    }

    /// Whether every local user of a VDOM was read.
    pub fn users_are_known(&self, vdom: Option<&String>) -> bool {
        self.users_read.contains(&vdom.cloned())
    }

    /// Whether every administrator was read, as far as the login may see them.
    pub fn administrators_are_known(&self) -> bool {
        self.administrators_read
    }

    pub fn iter(&self) -> impl Iterator<Item = &AccountFacts> {
        self.known.values()
    }

    pub fn into_facts(self) -> Vec<AccountFacts> {
        let mut facts: Vec<AccountFacts> = self.known.into_values().collect();
        // What is made of the room of a map has more room than it needs.
        facts.shrink_to_fit();
        facts
    }
}
