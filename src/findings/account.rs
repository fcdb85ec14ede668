//! The accounts of one device.

use crate::model::{Account, AccountKind};

/// What tells the accounts of a device apart: kind, VDOM and name.
pub(super) type AccountKey = (AccountKind, Option<String>, String);

/// An account, and where it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// `None` for an administrator, who is global, and on a device without VDOMs.
    pub vdom: Option<String>,
    pub account: Account,
}

impl AccountFacts {
    /// `vdom` is where it was read.
    pub(super) fn new(vdom: Option<&String>, account: Account) -> Self {
        let vdom = match account.kind {
            AccountKind::LocalUser => vdom.cloned(),
            AccountKind::Administrator => None,
        };
        Self { vdom, account }
    }

    pub(super) fn key(&self) -> AccountKey {
        (self.account.kind, self.vdom.clone(), self.account.name.clone())
    }
}
