//! What a rule must know of a device before its silence means anything.

use super::device::DeviceFacts;
use super::sheet::TokenSheet;

/// Something without which a rule cannot be judged on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// `get system status`
    Status,
    /// Every token table, to its last line.
    Tokens,
    /// What the tables say of the token server.
    Server,
    /// How every token is configured.
    Configuration,
    /// Every administrator.
    Administrators,
    /// Every account that may hold a token.
    Holders,
    /// Limits that the inventory sets.
    DriftLimit,
    ClockTokens,
    ExpiryHours,
    SpareTokens,
}

impl Need {
    pub fn is_met(self, device: &DeviceFacts) -> bool {
        let limits = &device.entry.limits;
        let every = |known: fn(&TokenSheet) -> bool| {
            !device.sheets.is_empty() && device.sheets.iter().all(known)
        };
        match self {
            Self::Status => device.system.is_some(),
            Self::Tokens => device.tokens_are_known(),
            Self::Server => every(|sheet| sheet.server.is_some()),
            Self::Configuration => {
                every(|sheet| sheet.tokens.values().all(|token| token.configuration.is_some()))
            }
            Self::Administrators => device.administrators_are_known,
            Self::Holders => every(|sheet| sheet.holders_are_known),
            Self::DriftLimit => limits.drift.is_some(),
            Self::ClockTokens => limits.clock_tokens.is_some(),
            Self::ExpiryHours => limits.expiry_hours.is_some(),
            Self::SpareTokens => limits.spare_tokens.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::findings::RULES;
    use crate::findings::specimen::Specimen;
    use crate::model::Limits;

    fn unjudged(fleet: &Specimen) -> Vec<&'static str> {
        let facts = fleet.facts();
        let device = facts.devices().next().unwrap();
        RULES.iter().filter(|rule| !rule.is_judged_on(device)).map(|rule| rule.id).collect()
    }

    #[test]
    fn of_what_was_not_read_no_rule_says_that_it_is_in_order() {
        let all = RULES.iter().filter(|rule| !rule.needs.is_empty()).count();
        assert_eq!(unjudged(&Specimen::new(&["fw"])).len(), all);

        let rows = ["FTK2000000000001 0 active"];
        let tokens = Specimen::new(&["fw"])
            .limits("fw", Limits { drift: None, ..Limits::default() })
            .status("fw", "FGT60F0000000001", "disable")
            .tokens("fw", None, &rows, "reachable");
        let unjudged = unjudged(&tokens);
        assert!(!unjudged.contains(&"token-locked"), "{unjudged:?}");
        for rule in ["token-unheld", "token-activation-expired", "device-no-break-glass"] {
            assert!(unjudged.contains(&rule), "{rule} rests on what was not read");
        }
        assert!(unjudged.contains(&"token-drift"), "no limit is set");
    }
}
