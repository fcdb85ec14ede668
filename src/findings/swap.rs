//! May a FortiGate be swapped?

use std::cmp::Reverse;

use super::account::AccountFacts;
use super::configuration::Configuration;
use super::device::DeviceFacts;
use super::fate::Fate;
use super::hurdle::Hurdle;
use super::hurdles::hurdles;
use super::sheet::{TokenFacts, TokenSheet};
use crate::model::{
    Account, AccountKind, Evidence, Finding, HaMember, Severity, TokenKind, TokenStatus,
};

/// The profile that no right is missing in.
const SUPER_ADMIN: &str = "super_admin";

/// What a swap of one FortiGate comes to. A pure function of its facts and its findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Swap<'a> {
    pub device: &'a DeviceFacts,
    pub verdict: Verdict,
    /// The other members of its cluster.
    pub survivors: Vec<&'a HaMember>,
    /// What is in the way, blockers first, then by weight.
    pub hurdles: Vec<Hurdle>,
    /// Every row of its token tables, in their order.
    pub tokens: Vec<SwapToken<'a>>,
}

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing of this unit is in the way.
    Ready,
    /// It may be swapped once something is prepared.
    Prepare,
    /// It must not be swapped yet.
    Blocked,
    /// Its tokens were not read: nothing can be said.
    Unknown,
}

impl Verdict {
    /// The verdict as reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Prepare => "prepare",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }
}

/// One token, and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SwapToken<'a> {
    pub sheet: &'a TokenSheet,
    pub token: &'a TokenFacts,
    pub fate: Fate,
}

impl<'a> SwapToken<'a> {
    /// The purchased or free licence it belongs to, where that was read.
    pub fn licence(&self) -> Option<&'a str> {
        self.token.configuration.as_ref()?.token.license.as_deref()
    }

    /// The line that tells its licence, else its line in the token table.
    pub(super) fn evidence(&self, device: &DeviceFacts) -> Evidence {
        let line = self.licence().and(device.configuration_evidence(self.sheet, self.token));
        line.unwrap_or_else(|| device.evidence(self.sheet, self.token))
    }

    /// Whether it is of one of the two free licences of a unit.
    pub fn is_trial(&self) -> bool {
        self.token.configuration.as_ref().is_some_and(Configuration::is_trial)
    }

    /// Whether somebody has to activate a token again in place of this one.
    pub fn is_activated_again(&self) -> bool {
        self.fate.is_activated_again()
            && (self.token.token.status != TokenStatus::New || !self.token.owners.is_empty())
    }
}

impl<'a> Swap<'a> {
    /// `findings` are those of this device; those of the fleet, which stand under a device only to
    /// stand somewhere, are not.
    pub fn judge(device: &'a DeviceFacts, findings: &[&Finding]) -> Self {
        let survivors = device.other_members();
        let survives = !survivors.is_empty();
        let tokens = device
            .tokens()
            .map(|(sheet, token)| SwapToken { sheet, token, fate: Fate::of(token, survives) })
            .collect();
        let mut swap =
            Self { device, verdict: Verdict::Ready, survivors, hurdles: Vec::new(), tokens };
        swap.hurdles = hurdles(&swap, findings);
        swap.hurdles.sort_by_key(|hurdle| (Reverse(hurdle.blocks), Reverse(hurdle.severity)));
        swap.verdict = swap.verdict();
        swap
    }

    fn verdict(&self) -> Verdict {
        if !self.is_known() {
            Verdict::Unknown
        } else if self.hurdles.iter().any(|hurdle| hurdle.blocks) {
            Verdict::Blocked
        } else if !self.hurdles.is_empty() {
            Verdict::Prepare
        } else {
            Verdict::Ready
        }
    }

    /// The gravest of its hurdles.
    pub fn severity(&self) -> Option<Severity> {
        self.hurdles.iter().map(|hurdle| hurdle.severity).max()
    }

    /// Whether its tokens were read.
    pub fn is_known(&self) -> bool {
        self.device.is_examined() && !self.device.sheets.is_empty()
    }

    /// Whether another member of its cluster goes on with the tokens.
    pub fn survives(&self) -> bool {
        !self.survivors.is_empty()
    }

    pub fn with_fate(&self, fate: Fate) -> impl Iterator<Item = &SwapToken<'a>> {
        self.tokens.iter().filter(move |token| token.fate == fate)
    }

    pub fn mobile(&self) -> impl Iterator<Item = &SwapToken<'a>> {
        self.tokens.iter().filter(|token| token.token.token.kind == TokenKind::Mobile)
    }

    /// Who must activate again, with the token of today.
    pub fn activations(&self) -> impl Iterator<Item = (&SwapToken<'a>, &'a Account)> {
        let again = self.tokens.iter().filter(|token| token.is_activated_again());
        again.flat_map(|token| token.token.owners.iter().map(move |owner| (token, &**owner)))
    }

    /// The licences of its mobile tokens, each once, in the order of the tables.
    pub fn licences(&self) -> Vec<&'a str> {
        let mut licences = Vec::new();
        for licence in self.mobile().filter_map(SwapToken::licence) {
            if !licences.contains(&licence) {
                licences.push(licence);
            }
        }
        licences
    }

    /// Enabled administrators with all rights, as far as they were read.
    pub fn super_administrators(&self) -> impl Iterator<Item = &'a AccountFacts> {
        self.device.accounts.iter().filter(|AccountFacts { account, .. }| {
            account.kind == AccountKind::Administrator
                && account.enabled
                && account.profile.as_deref() == Some(SUPER_ADMIN)
        })
    }

    /// Those of them who need no second factor, and so can log in on the new unit.
    pub fn break_glass(&self) -> impl Iterator<Item = &'a AccountFacts> {
        self.super_administrators().filter(|facts| facts.account.two_factor.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::specimen::Specimen;
    use crate::findings::{FleetFacts, evaluate};
    use crate::model::{HostFailure, HostName, Stage};

    const ADMIN: &str = "config system admin\n    edit \"admin\"\n        \
                         set accprofile \"super_admin\"\n    next\nend\n";
    const LICENCE: &str = "config user fortitoken\n    edit \"FTKMOB0000000001\"\n        \
                           set license \"EFTM000000000001\"\n    next\nend\n";
    const ALICE: &str = "config user local\n    edit \"alice\"\n        set two-factor fortitoken\n        \
                         set fortitoken \"FTKMOB0000000001\"\n    next\nend\n";
    const MEMBERS: &str = "Mode: HA A-P\nfw , FGT60F0000000001, HA cluster index = 0\n\
                           fw-b , FGT60F0000000002, HA cluster index = 1\n";

    fn fw() -> Specimen {
        Specimen::new(&["fw"]).status("fw", "FGT60F0000000001", "disable").answer(
            "fw",
            None,
            "show system admin",
            ADMIN,
        )
    }

    fn judged<T>(specimen: &Specimen, look: impl FnOnce(&Swap<'_>) -> T) -> T {
        let fleet: FleetFacts = specimen.facts();
        let findings = evaluate(&fleet);
        let device = fleet.device(&HostName::from("fw")).unwrap();
        look(&Swap::judge(device, &findings.iter().collect::<Vec<_>>()))
    }

    fn ids(specimen: &Specimen) -> (Verdict, Vec<String>) {
        judged(specimen, |swap| {
            (swap.verdict, swap.hurdles.iter().map(|hurdle| hurdle.id.to_string()).collect())
        })
    }

    fn expected(verdict: Verdict, ids: &[&str]) -> (Verdict, Vec<String>) {
        (verdict, ids.iter().map(|id| id.to_string()).collect())
    }

    #[test]
    fn a_unit_with_nothing_to_lose_is_ready() {
        let specimen = fw().tokens("fw", None, &[], "reachable");
        assert_eq!(ids(&specimen), expected(Verdict::Ready, &[]));
    }

    #[test]
    fn a_unit_whose_tokens_were_not_read_is_no_unit_without_tokens() {
        assert_eq!(ids(&fw()), expected(Verdict::Unknown, &["rma-tokens-unread"]));
        let failure = HostFailure::new(Stage::Connect, "no answer", "look");
        let failed = Specimen::new(&["fw"]).ended("fw", failure);
        assert_eq!(ids(&failed), expected(Verdict::Unknown, &["rma-not-examined"]));
    }

    #[test]
    fn a_unit_alone_loses_its_mobile_tokens_and_a_member_of_a_cluster_does_not() {
        let alone = || {
            fw().answer("fw", None, "show user fortitoken", LICENCE)
                .answer("fw", None, "show user local", ALICE)
                .tokens("fw", None, &["FTKMOB0000000001 0 provisioned"], "reachable")
        };
        let expected_alone = ["rma-licence", "rma-activate-again", "rma-no-contact"];
        assert_eq!(ids(&alone()), expected(Verdict::Prepare, &expected_alone));
        let again = judged(&alone(), |swap| swap.activations().count());
        assert_eq!(again, 1);

        let member = alone().answer("fw", None, "get system ha status", MEMBERS);
        assert_eq!(ids(&member), expected(Verdict::Prepare, &["rma-new-assignments"]));
        assert_eq!(judged(&member, |swap| swap.activations().count()), 0);
    }

    #[test]
    fn a_cluster_whose_other_member_is_not_seen_is_a_unit_alone() {
        let members = MEMBERS.split("fw-b").next().unwrap();
        let specimen = fw().tokens("fw", None, &[], "reachable").answer(
            "fw",
            None,
            "get system ha status",
            members,
        );
        assert_eq!(ids(&specimen), expected(Verdict::Blocked, &["rma-no-survivor"]));
    }

    #[test]
    fn each_kind_of_token_has_its_fate() {
        let trial = LICENCE.replace("EFTM000000000001", "FTMTRIAL0A4E28E6");
        let specimen = fw().answer("fw", None, "show user fortitoken", &trial).tokens(
            "fw",
            None,
            &[
                "FTKMOB0000000001 0 new",
                "FTKMOB0000000002 0 new",
                "FTK2000000000001 0 active",
                "FTK2110000000001 0 active",
                "FTK3000000000001 0 active",
                "XYZ2000000000001 0 active",
            ],
            "reachable",
        );
        let fates = judged(&specimen, |swap| {
            swap.tokens.iter().map(|token| token.fate).collect::<Vec<_>>()
        });
        use Fate::*;
        assert_eq!(fates, [Trial, LicenceUnread, Release, SeedCd, OtherHardware, Unknown]);
    }

    #[test]
    fn nobody_is_locked_out_of_the_new_unit() {
        let behind_tokens = ADMIN.replace(
            "    next",
            "        set two-factor fortitoken\n        set fortitoken \"FTK2000000000001\"\n    next",
        );
        let specimen = fw().answer("fw", None, "show system admin", &behind_tokens).tokens(
            "fw",
            None,
            &["FTK2000000000001 0 active"],
            "reachable",
        );
        assert_eq!(ids(&specimen), expected(Verdict::Blocked, &["rma-break-glass", "rma-release"]));
        let unread = Specimen::new(&["fw"]).status("fw", "FGT60F0000000001", "disable").tokens(
            "fw",
            None,
            &[],
            "reachable",
        );
        assert_eq!(ids(&unread), expected(Verdict::Prepare, &["rma-administrators-unread"]));
    }

    #[test]
    fn what_was_not_read_blocks_a_unit_alone() {
        let specimen = fw().tokens("fw", None, &["FTK2000000000001 x"], "reachable");
        assert_eq!(ids(&specimen), expected(Verdict::Blocked, &["rma-gap"]));
        let member = specimen.answer("fw", None, "get system ha status", MEMBERS);
        assert_eq!(ids(&member), expected(Verdict::Prepare, &["rma-gap"]));
    }

    #[test]
    fn what_is_wrong_already_is_told_before_the_swap_can_be_blamed_for_it() {
        let rows = ["FTK2000000000001 0 active", "FTK2000000000002 9 active"];
        let (verdict, found) = ids(&fw().tokens("fw", None, &rows, "unreachable"));
        assert_eq!(verdict, Verdict::Blocked);
        assert_eq!(found, ["rma-server", "rma-release", "token-drift"]);
    }

    #[test]
    fn a_cluster_is_held_to_what_the_audit_finds_and_trial_tokens_are_doubtful() {
        let trial = LICENCE.replace("EFTM000000000001", "FTMTRIAL0A4E28E6");
        let member = fw()
            .answer("fw", None, "get system ha status", MEMBERS)
            .answer("fw", None, "show user fortitoken", &trial)
            .tokens("fw", None, &["FTKMOB0000000001 0 new"], "unreachable");
        let found = ["device-server-unreachable", "rma-trial", "rma-new-assignments"];
        assert_eq!(ids(&member), expected(Verdict::Prepare, &found));
    }

    #[test]
    fn a_version_with_a_known_fault_is_told_of_in_a_cluster() {
        let status = "Version: FortiGate-60F v7.4.9,build2829,250924 (GA.M)\n\
                      Serial-Number: FGT60F0000000001\nHostname: fw\n\
                      Virtual domain configuration: disable\nCurrent HA mode: a-p, primary\n";
        let specimen = fw()
            .answer("fw", None, "get system status", status)
            .answer("fw", None, "get system ha status", MEMBERS)
            .tokens("fw", None, &["FTKMOB0000000001 0 provisioned"], "reachable");
        let (_, found) = ids(&specimen);
        assert_eq!(found, ["rma-known-fault", "rma-new-assignments"]);
    }

    #[test]
    fn a_new_serial_is_looked_at() {
        for (serial, found) in [
            ("FGT60F0000000009", vec![]),
            ("FGT60F-000000009", vec![]),
            ("FGT60F009", vec!["rma-new-serial-odd"]),
            ("fgt60f0000000009", vec!["rma-new-serial-odd"]),
            ("FGT60F0000000001", vec!["rma-new-serial-same"]),
        ] {
            let specimen = fw().tokens("fw", None, &[], "reachable").new_serial("fw", serial);
            assert_eq!(ids(&specimen).1, found, "{serial}");
        }
    }
}
