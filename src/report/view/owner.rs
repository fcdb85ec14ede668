//! Who holds a token.

use std::sync::Arc;

use serde::Serialize;

use super::{Text, Texts};
use crate::model::Account;

/// An account that a token is assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnerView {
    /// `local_user` or `administrator`.
    pub kind: &'static str,
    pub name: Text,
    pub enabled: bool,
    /// `set email-to`: where an activation code by e-mail goes.
    pub email: Option<Text>,
    /// `set sms-phone`
    pub phone: Option<Text>,
}

impl OwnerView {
    fn new(owner: &Account, texts: &mut Texts) -> Self {
        Self {
            kind: owner.kind.as_str(),
            name: texts.text(&owner.name),
            enabled: owner.enabled,
            email: texts.maybe(owner.email.as_ref()),
            phone: texts.maybe(owner.phone.as_ref()),
        }
    }

    pub(super) fn all_of(owners: &[Arc<Account>], texts: &mut Texts) -> Vec<Self> {
        owners.iter().map(|owner| Self::new(owner, texts)).collect()
    }

    /// All owners in one text; `None` where there are none.
    pub(super) fn text(owners: &[Arc<Account>], texts: &mut Texts) -> Option<Text> {
        match owners {
            [] => None,
            [owner] => Some(texts.text(&owner.name)),
            owners => {
                let names: Vec<&str> = owners.iter().map(|owner| &*owner.name).collect();
                Some(Text::new(&names.join(", ")))
            }
        }
    }
}
