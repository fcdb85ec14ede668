//! Who holds a token.

use std::collections::HashMap;
use std::sync::Arc;

use super::account::AccountFacts;
use crate::model::{Account, AccountKind};

/// The owners of one device's tokens. Local users hold tokens of their own VDOM; administrators
/// are global and may hold any.
#[derive(Debug, Default)]
pub(super) struct Owners {
    users: HashMap<(Option<String>, String), Vec<Arc<Account>>>,
    administrators: HashMap<String, Vec<Arc<Account>>>,
}

impl Owners {
    pub(super) fn new<'a>(accounts: impl Iterator<Item = &'a AccountFacts>) -> Self {
        let mut owners = Self::default();
        for AccountFacts { vdom, account, .. } in accounts {
            let Some(token) = &account.token else { continue };
            let serial = token.to_ascii_uppercase();
            let holders = match account.kind {
                AccountKind::LocalUser => owners.users.entry((vdom.clone(), serial)).or_default(),
                AccountKind::Administrator => owners.administrators.entry(serial).or_default(),
            };
            holders.push(account.clone());
        }
        owners
    }

    /// The owners of one token: local users first, each group in the order configured.
    pub(super) fn of(&self, vdom: Option<&String>, serial: &str) -> Box<[Arc<Account>]> {
        let serial = serial.to_ascii_uppercase();
        let administrators = self.administrators.get(&serial);
        let users = self.users.get(&(vdom.cloned(), serial));
        users.into_iter().chain(administrators).flatten().cloned().collect()
    }
}
