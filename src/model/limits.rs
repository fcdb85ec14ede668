//! Where rules draw their lines, which is for each site to say.

use serde::{Deserialize, Serialize};

/// The lines of one host; `None`: what would cross it is never told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Drift beyond which a token is flagged, in the unit of `diagnose fortitoken info`.
    #[serde(rename = "drift_limit")]
    pub drift: Option<u64>,
    /// As many tokens that drift alike are the FortiGate's clock.
    pub clock_tokens: Option<u64>,
    /// Hours before its end from which on an activation code is told of.
    pub expiry_hours: Option<u64>,
    /// As many licensed tokens that nobody has are told of.
    pub spare_tokens: Option<u64>,
}

/// A variable that sets a limit.
pub type Limit = (&'static str, fn(&mut Limits) -> &mut Option<u64>);

impl Limits {
    /// The variables that set them.
    pub const VARIABLES: [Limit; 4] = [
        ("fortitoken_drift_limit", |limits| &mut limits.drift),
        ("fortitoken_clock_tokens", |limits| &mut limits.clock_tokens),
        ("fortitoken_expiry_hours", |limits| &mut limits.expiry_hours),
        ("fortitoken_spare_tokens", |limits| &mut limits.spare_tokens),
    ];

    /// Whether a variable is one of them.
    pub fn is_variable(name: &str) -> bool {
        Self::VARIABLES.iter().any(|(known, _)| *known == name)
    }
}

impl Default for Limits {
    /// What holds where no variable says otherwise.
    fn default() -> Self {
        Self {
            drift: None,
            clock_tokens: Some(3),
            // Soon enough to call the user today.
            expiry_hours: Some(24),
            // A smaller reserve is what one should have.
            spare_tokens: Some(10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HostEntry;

    #[test]
    fn runs_of_before_are_judged_by_what_held_then() {
        let old = r#"{"host":"fw","address":"fw:22","groups":[],"drift_limit":3}"#;
        let entry: HostEntry = serde_json::from_str(old).unwrap();
        assert_eq!(entry.limits, Limits { drift: Some(3), ..Limits::default() });
        let now = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<HostEntry>(&now).unwrap(), entry);
    }
}
