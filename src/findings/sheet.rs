//! The tokens of one VDOM, with the lines they stand on.

use std::sync::Arc;

use indexmap::IndexMap;

use super::account::Accounts;
use super::configuration::{Configuration, Configurations};
use super::owner::Owners;
use super::server::ServerFacts;
use crate::model::{Account, Token, TokenKind, TokenStatus, TokenTable, Transcript};

/// All that is known of the tokens in one VDOM.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenSheet {
    /// `None` on a device without VDOMs.
    pub vdom: Option<String>,
    /// By serial in upper case, in the order the device lists them.
    pub tokens: IndexMap<Arc<str>, TokenFacts>,
    pub server: Option<ServerFacts>,
    /// Whether the last answer shows every token: it was not filtered, asked for one token or cut,
    /// and every line was read.
    pub is_whole: bool,
    /// Whether every account that may hold one of the tokens was read: the local users of the VDOM
    /// and the administrators.
    pub holders_are_known: bool,
}

/// One token as a device shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    pub token: Token,
    pub command: Arc<str>,
    /// The line of the transcript that shows it.
    pub text: Box<str>,
    /// Several accounts may hold one token; none is usual for a spare one.
    pub owners: Box<[Arc<Account>]>,
    /// How it is configured, where that was read.
    pub configuration: Option<Configuration>,
}

impl TokenFacts {
    /// Whether somebody can log in with it.
    pub fn is_in_use(&self) -> bool {
        matches!(self.token.status, TokenStatus::Active | TokenStatus::Provisioned)
    }

    pub fn is_mobile(&self) -> bool {
        self.token.kind == TokenKind::Mobile
    }

    /// The licence that the token belongs to: mobile ones have one.
    pub fn license(&self) -> Option<&str> {
        self.configuration.as_ref()?.token.license.as_deref().filter(|text| !text.is_empty())
    }
}

impl TokenSheet {
    pub(super) fn new(vdom: Option<String>) -> Self {
        Self { vdom, ..Self::default() }
    }

    /// Takes one answer. A token that was shown before is replaced, so that the newest counts.
    pub(super) fn add(&mut self, transcript: &Transcript, table: TokenTable, is_whole: bool) {
        self.is_whole = is_whole;
        let lines: Vec<&str> = transcript.text.lines().collect();
        let text = |line: usize| {
            let found = line.checked_sub(1).and_then(|index| lines.get(index));
            found.map_or("", |text| text.trim_end())
        };
        let command: Arc<str> = transcript.command.as_str().into();
        self.tokens.reserve(table.tokens.len());
        for token in table.tokens {
            let facts = TokenFacts {
                text: text(token.line).into(),
                command: Arc::clone(&command),
                owners: Box::default(),
                configuration: None,
                token,
            };
            self.tokens.insert(facts.token.serial.to_ascii_uppercase().into(), facts);
        }
        if let (Some(state), Some(line)) = (table.server_status, table.server_line) {
            let command = transcript.command.clone();
            self.server = Some(ServerFacts { state, command, line, text: text(line).to_owned() });
        }
    }

    pub(super) fn join(
        &mut self,
        accounts: &Accounts,
        owners: &Owners,
        configurations: &mut Configurations,
    ) {
        self.holders_are_known =
            accounts.users_are_known(self.vdom.as_ref()) && accounts.administrators_are_known();
        // Of a large fleet, the room for tokens that never came is much.
        self.tokens.shrink_to_fit();
        for (serial, facts) in &mut self.tokens {
            facts.owners = owners.of(self.vdom.as_ref(), serial);
            facts.configuration = configurations.take(self.vdom.as_ref(), serial);
        }
    }
}
