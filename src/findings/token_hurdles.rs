//! What the tokens of a unit and their holders make of its swap.

use super::account::AccountFacts;
use super::fate::Fate;
use super::hurdle::{Hurdle, named};
use super::swap::{Swap, SwapToken};
use crate::model::{Account, AccountKind, Evidence, Severity, TokenStatus};

pub(super) fn token_hurdles(swap: &Swap<'_>) -> Vec<Hurdle> {
    let mut found = fates(swap);
    found.extend(users(swap));
    found.extend(cloud(swap));
    found
}

/// What has to be done for the tokens of each fate.
fn fates(swap: &Swap<'_>) -> Vec<Hurdle> {
    let licences = named(&swap.licences_of(Fate::Licence));
    let mut found = Vec::new();
    for fate in Fate::ALL {
        let tokens: Vec<&SwapToken<'_>> = swap.with_fate(fate).collect();
        if tokens.is_empty() {
            continue;
        }
        let serials: Vec<&str> = tokens.iter().map(|token| &*token.token.token.serial).collect();
        let (count, serials) = (counted(tokens.len()), named(&serials));
        let (id, message, remedy) = match fate {
            Fate::Stays => continue,
            Fate::Licence => (
                "rma-licence",
                format!(
                    "{count} of bought licences must be moved with their licences: {licences}."
                ),
                "Open the ticket for Customer Service below, one for all licences, and have their \
                 certificates at hand.",
            ),
            Fate::LicenceUnread => (
                "rma-licence-unread",
                format!("{count} of licences that were not read: {serials}."),
                "Find out whether they are bought or trial ones: `show user fortitoken` in their \
                 VDOM, or the playbook's `fortitoken_config`.",
            ),
            Fate::Trial => (
                "rma-trial",
                format!("{count} of trial licences will be gone with the unit: {serials}."),
                "Tell their users, and import the two trial tokens of the new unit, or buy a \
                 licence before the swap.",
            ),
            Fate::Release => (
                "rma-release",
                format!(
                    "{count} bound to this unit must be released by Fortinet's support: {serials}."
                ),
                "Open the ticket for support below. After the release there is one attempt for \
                 each on the new unit: let it reach its token server first.",
            ),
            Fate::SeedCd => (
                "rma-seed-cd",
                format!("{count} with seeds on a CD: {serials}."),
                "Find the CD with the seed file before the swap.",
            ),
            Fate::OtherHardware => (
                "rma-other-hardware",
                format!("{count} of a model whose transfer is not known here: {serials}."),
                "Ask Fortinet's support how they are moved before the swap.",
            ),
            Fate::Unknown => (
                "rma-unknown-token",
                format!("{count} whose serial is none of a FortiToken: {serials}."),
                "Find out what they are before the swap.",
            ),
        };
        let lines = tokens.iter().map(|token| token.evidence(swap.device));
        found.push(Hurdle::new(id, Severity::Error, message, remedy).citing(lines));
    }
    found
}

fn users(swap: &Swap<'_>) -> Vec<Hurdle> {
    let mut found = Vec::new();
    let owners: Vec<_> = swap.activations().map(|(_, owner)| owner).collect();
    if !owners.is_empty() {
        let administrators =
            owners.iter().filter(|owner| owner.kind == AccountKind::Administrator).count();
        let among = match administrators {
            0 => String::new(),
            1 => ", 1 of them an administrator".to_owned(),
            count => format!(", {count} of them administrators"),
        };
        let hurdle = Hurdle::new(
            "rma-activate-again",
            Severity::Error,
            match owners.len() {
                1 => format!("1 user must activate a token again on the new unit{among}."),
                count => {
                    format!("{count} users must activate a token again on the new unit{among}.")
                }
            },
            "Tell them when, and that the code that they are sent then expires.",
        );
        found.push(hurdle.citing(lines(swap, |_| true)));
    }
    let silent: Vec<&str> = owners
        .iter()
        .filter(|owner| owner.email.is_none() && owner.phone.is_none())
        .map(|owner| &*owner.name)
        .collect();
    if !silent.is_empty() {
        let hurdle = Hurdle::new(
            "rma-no-contact",
            Severity::Error,
            format!(
                "Neither e-mail address nor phone is configured for {}, so no activation code can be sent.",
                named(&silent)
            ),
            "Configure one on the FortiGate before the swap.",
        );
        let is_silent = |account: &Account| account.email.is_none() && account.phone.is_none();
        found.push(hurdle.citing(lines(swap, is_silent)));
    }
    let unread: Vec<&SwapToken<'_>> = swap
        .tokens
        .iter()
        .filter(|token| token.is_activated_again() && token.token.owners.is_empty())
        .filter(|token| token.token.token.status != TokenStatus::New)
        .collect();
    if !unread.is_empty() {
        let serials: Vec<&str> = unread.iter().map(|token| &*token.token.token.serial).collect();
        let hurdle = Hurdle::new(
            "rma-holder-unknown",
            Severity::Warning,
            format!(
                "Who holds these mobile tokens, which are not new, is not known: {}.",
                named(&serials)
            ),
            "They may belong to users of a remote server or to nobody: find out before the swap.",
        );
        found.push(hurdle.citing(unread.iter().map(|token| token.evidence(swap.device))));
    }
    found
}

/// The lines of those accounts among whom must activate again.
fn lines<'a>(
    swap: &'a Swap<'_>,
    is_meant: impl Fn(&Account) -> bool + 'a,
) -> impl Iterator<Item = Evidence> + 'a {
    let again = swap.tokens.iter().filter(|token| token.is_activated_again());
    let holders =
        again.flat_map(|token| swap.device.holders(token.sheet, &token.token.token.serial));
    let meant = holders.filter(move |facts| is_meant(&facts.account));
    meant.map(|facts| swap.device.account_evidence(facts))
}

/// Holders of cloud tokens, which are in no token table. That their realm goes by the serial is what
/// its name says; no document does.
fn cloud(swap: &Swap<'_>) -> Option<Hurdle> {
    let is_cloud =
        |facts: &&AccountFacts| facts.account.two_factor.as_deref() == Some("fortitoken-cloud");
    let accounts: Vec<&AccountFacts> = swap.device.accounts.iter().filter(is_cloud).collect();
    let names: Vec<&str> = accounts.iter().map(|facts| &*facts.account.name).collect();
    (!names.is_empty()).then(|| {
        Hurdle::new(
            "rma-cloud",
            Severity::Warning,
            format!(
                "Tokens of FortiIdentity Cloud are in no token table; these have one: {}.",
                named(&names)
            ),
            "Their realm is named after the serial of the unit: see to it in FortiIdentity Cloud.",
        )
        .citing(accounts.iter().map(|facts| swap.device.account_evidence(facts)))
    })
}

impl<'a> Swap<'a> {
    /// The licences of the tokens of one fate, each once.
    fn licences_of(&self, fate: Fate) -> Vec<&'a str> {
        let mut licences: Vec<&str> = self.with_fate(fate).filter_map(SwapToken::licence).collect();
        licences.sort_unstable();
        licences.dedup();
        licences
    }
}

fn counted(tokens: usize) -> String {
    if tokens == 1 { "1 token".to_owned() } else { format!("{tokens} tokens") }
}
