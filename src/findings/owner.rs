//! Who holds a token.

use std::collections::HashMap;

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
    /// Takes what was configured in `vdom`. An account that was read twice counts once, as read
    /// last.
    pub(super) fn add(&mut self, vdom: Option<&String>, accounts: &[Account]) {
        for account in accounts {
            let Some(token) = &account.token else { continue };
            let serial = token.to_ascii_uppercase();
            let owners = match account.kind {
                AccountKind::LocalUser => self.users.entry((vdom.cloned(), serial)).or_default(),
                AccountKind::Administrator => self.administrators.entry(serial).or_default(),
            };
            let owner = Owner::from(account);
            match owners.iter_mut().find(|known| known.name == owner.name) {
                Some(known) => *known = owner,
                None => owners.push(owner),
            }
        }
    }

    /// The owners of one token: local users first, each group in the order configured.
    pub(super) fn of(&self, vdom: Option<&String>, serial: &str) -> Vec<Owner> {
        let serial = serial.to_ascii_uppercase();
        let administrators = self.administrators.get(&serial);
        let users = self.users.get(&(vdom.cloned(), serial));
        users.into_iter().chain(administrators).flatten().cloned().collect()
    }
}
