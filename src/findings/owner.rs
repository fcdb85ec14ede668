//! Who holds a token.

use std::collections::HashMap;

use super::account::AccountFacts;
use crate::model::{Account, AccountKind};

/// An account that a token is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub kind: AccountKind,
    pub name: String,
    pub enabled: bool,
    /// `set email-to`
    pub email: Option<String>,
    /// `set sms-phone`
    pub phone: Option<String>,
}

impl Owner {
    /// Whether an activation code can be sent to it.
    pub fn is_reachable(&self) -> bool {
        self.email.is_some() || self.phone.is_some()
    }
}

impl From<&Account> for Owner {
    fn from(account: &Account) -> Self {
        Self {
            kind: account.kind,
            name: account.name.clone(),
            enabled: account.enabled,
            email: account.email.clone(),
            phone: account.phone.clone(),
        }
    }
}

/// The owners of one device's tokens. Local users hold tokens of their own VDOM; administrators
/// are global and may hold any.
#[derive(Debug, Default)]
pub(super) struct Owners {
    users: HashMap<(Option<String>, String), Vec<Owner>>,
    administrators: HashMap<String, Vec<Owner>>,
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
            holders.push(Owner::from(account));
        }
        owners
    }

    /// The owners of one token: local users first, each group in the order configured.
    pub(super) fn of(&self, vdom: Option<&String>, serial: &str) -> Vec<Owner> {
        let serial = serial.to_ascii_uppercase();
        let administrators = self.administrators.get(&serial);
        let users = self.users.get(&(vdom.cloned(), serial));
        users.into_iter().chain(administrators).flatten().cloned().collect()
    }
}
