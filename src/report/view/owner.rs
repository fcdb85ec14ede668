//! Who holds a token.

use serde::Serialize;

use super::Text;
use crate::findings::Owner;

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
    fn new(owner: &Owner) -> Self {
        Self {
            kind: owner.kind.as_str(),
            name: Text::from(&owner.name),
            enabled: owner.enabled,
            email: Text::maybe(owner.email.as_ref()),
            phone: Text::maybe(owner.phone.as_ref()),
        }
    }

    pub(super) fn all_of(owners: &[Owner]) -> Vec<Self> {
        owners.iter().map(Self::new).collect()
    }

    /// All owners in one text; `None` where there are none.
    pub(super) fn text(owners: &[Owner]) -> Option<Text> {
        let names: Vec<&str> = owners.iter().map(|owner| owner.name.as_str()).collect();
        (!names.is_empty()).then(|| Text::new(&names.join(", ")))
    }
}
