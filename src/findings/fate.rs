//! What becomes of a token when its FortiGate is swapped.

use super::sheet::TokenFacts;
use crate::model::TokenKind;

/// What becomes of one token.
///
/// Source: Fortinet's technical tips on transfers and RMA (193723, 205363, 194508, 193793, 410099).
/// In every case but a cluster's, a restored configuration does not carry tokens over: their seeds
/// are encrypted for the old unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Another member of the cluster has it too, and its holder notices nothing.
    Stays,
    /// Mobile, of a licence that was bought: the licence is transferred as a whole, the token is
    /// made anew, and its user activates again.
    Licence,
    /// Mobile, of a licence that was not read.
    LicenceUnread,
    /// Mobile, free: gone with the unit.
    Trial,
    /// Hardware that was bound to the unit at its activation: Fortinet must release it.
    Release,
    /// Hardware whose seed is on a CD: imported anew from there.
    SeedCd,
    /// Hardware of a model that is not known here.
    OtherHardware,
    /// Not a FortiToken's serial.
    Unknown,
}

impl Fate {
    pub const ALL: [Self; 8] = [
        Self::Licence,
        Self::LicenceUnread,
        Self::Trial,
        Self::Release,
        Self::SeedCd,
        Self::OtherHardware,
        Self::Unknown,
        Self::Stays,
    ];

    /// `survives`: another member of the cluster goes on with the tokens.
    pub(super) fn of(token: &TokenFacts, survives: bool) -> Self {
        if survives {
            return Self::Stays;
        }
        match token.token.kind {
            TokenKind::Mobile => match &token.configuration {
                Some(configuration) if configuration.is_trial() => Self::Trial,
                Some(configuration) if configuration.token.license.is_some() => Self::Licence,
                _ => Self::LicenceUnread,
            },
            TokenKind::HardwareBound => Self::Release,
            TokenKind::HardwareSeedCd => Self::SeedCd,
            TokenKind::Hardware => Self::OtherHardware,
            TokenKind::Unknown => Self::Unknown,
        }
    }

    /// Whether the holder of the token has to activate one on a phone again.
    pub fn is_activated_again(self) -> bool {
        matches!(self, Self::Licence | Self::LicenceUnread | Self::Trial)
    }

    /// The fate as reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stays => "stays",
            Self::Licence => "licence",
            Self::LicenceUnread => "licence_unread",
            Self::Trial => "trial",
            Self::Release => "release",
            Self::SeedCd => "seed_cd",
            Self::OtherHardware => "other_hardware",
            Self::Unknown => "unknown",
        }
    }

    /// A few words for headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stays => "Stays in the cluster",
            Self::Licence => "Mobile, bought",
            Self::LicenceUnread => "Mobile, licence not read",
            Self::Trial => "Mobile, trial",
            Self::Release => "Hardware, bound to the unit",
            Self::SeedCd => "Hardware with a seed CD",
            Self::OtherHardware => "Hardware of another model",
            Self::Unknown => "Not a FortiToken's serial",
        }
    }

    /// What happens to such a token, and what has to be done for it.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Stays => {
                "The other member of the cluster holds it as well: it works on, and nobody \
                 activates again."
            }
            Self::Licence => {
                "Customer Service transfers its licence, always as a whole: a licence shipped \
                 before 2025-08-04 to any unit, a later one for an RMA only. The token is deleted, \
                 imported again on the new unit, and its user activates again."
            }
            Self::LicenceUnread => {
                "Whether its licence was bought or is a trial was not read: the first is \
                 transferred, the second is gone with the unit. Its user activates again either way."
            }
            Self::Trial => {
                "It is gone with the unit. The new unit has two trial tokens of its own to import, \
                 and the user activates again."
            }
            Self::Release => {
                "Fortinet's support releases its activation lock, which one that was never activated \
                 has not. Then there is one attempt to activate it on the new unit; the holder keeps \
                 the token."
            }
            Self::SeedCd => {
                "Its seed file is imported on the new unit from the CD that came with it. It is \
                 not bound to a unit; the holder keeps the token."
            }
            Self::OtherHardware => {
                "How this model is moved is not known here: ask Fortinet's support before the swap."
            }
            Self::Unknown => {
                "Its serial is none of a FortiToken: find out what it is before the swap."
            }
        }
    }
}
