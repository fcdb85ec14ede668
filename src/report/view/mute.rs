//! One entry of `mute:`.

use serde::Serialize;

use super::Text;
use crate::findings::MuteUse;
use crate::model::Mute;

/// What somebody muted, and what that came to in this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MuteView {
    /// The id of a rule, or a pattern of ids.
    pub rule: Text,
    /// The pattern of its hosts, as written; `None`: those of its play.
    pub hosts: Option<Text>,
    /// The serial of a token, or a pattern of serials.
    pub token: Option<Text>,
    /// The last day: `2027-01-31`.
    pub until: Text,
    pub because: Text,
    /// `active`, `expired` or `unused`.
    pub state: &'static str,
    /// How many findings it mutes; of one that has expired, how many are back.
    pub findings: usize,
}

impl MuteView {
    pub(super) fn new(mute: &Mute, used: MuteUse) -> Self {
        Self {
            rule: Text::from(&mute.rule.text),
            hosts: Text::maybe(mute.pattern.as_ref().map(|pattern| &pattern.text)),
            token: Text::maybe(mute.token.as_ref()),
            until: Text::new(&mute.until.to_string()),
            because: Text::from(&mute.because),
            state: used.state.as_str(),
            findings: used.count,
        }
    }
}
