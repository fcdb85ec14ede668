//! All that may stand in the way of a swap, in the order in which it is looked for.

use indexmap::IndexMap;

use super::fate::Fate;
use super::hurdle::Hurdle;
use super::registry::explain;
use super::server::ServerReach;
use super::swap::{Swap, SwapToken};
use crate::model::{AccountKind, Finding, HostOutcome, Severity, TokenStatus};

/// Characters of a FortiGate's serial.
const SERIAL: usize = 16;

/// How many serials or names one sentence lists.
const NAMED: usize = 8;

pub(super) fn hurdles(swap: &Swap<'_>, findings: &[&Finding]) -> Vec<Hurdle> {
    let mut found: Vec<Hurdle> = new_serial(swap).into_iter().collect();
    if let Some(unknown) = unknown(swap) {
        found.push(unknown);
        return found;
    }
    found.extend(cluster(swap));
    found.extend(gaps(swap));
    found.extend(administrators(swap));
    found.extend(server(swap));
    found.extend(fates(swap));
    found.extend(users(swap));
    found.extend(cloud(swap));
    let told = found.iter().any(|hurdle| hurdle.id == "rma-server");
    found.extend(trouble(findings, told));
    found
}

fn unknown(swap: &Swap<'_>) -> Option<Hurdle> {
    if swap.is_known() {
        return None;
    }
    let what = match &swap.device.outcome {
        Some(HostOutcome::Examined) => {
            return Some(Hurdle::blocker(
                "rma-tokens-unread",
                "The FortiGate was examined, but its token table was not read.".to_owned(),
                "Let the playbook run `fortitoken_info`, `fortios_facts`, `fortitoken_owners` and \
                 `fortitoken_config`, as pre-rma.yml does.",
            ));
        }
        Some(HostOutcome::Failed { .. }) => "Its examination failed before its end",
        Some(HostOutcome::Unreachable { .. }) => "It was not reached",
        _ => "It was not examined to its end",
    };
    Some(Hurdle::blocker(
        "rma-not-examined",
        format!("{what}, so nothing is known of what a swap breaks."),
        "Mend what kept it from being examined, and check again. If it is dead already, the last \
         run in which it was examined says what it held: `tokenfleet report RUN`.",
    ))
}

fn new_serial(swap: &Swap<'_>) -> Option<Hurdle> {
    let new = swap.device.entry.new_serial.as_deref()?;
    let old = swap.device.serial();
    let is_member = swap.survivors.iter().any(|member| member.serial.eq_ignore_ascii_case(new));
    if is_member || old.is_some_and(|old| old.eq_ignore_ascii_case(new)) {
        return Some(Hurdle::blocker(
            "rma-new-serial-same",
            format!(
                "The new serial {new} is that of this FortiGate or of a member of its cluster."
            ),
            "Give the serial of the replacement: `-e new_serial=…`.",
        ));
    }
    let is_usual = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    let is_odd = new.chars().count() != SERIAL || !new.chars().all(is_usual);
    is_odd.then(|| {
        Hurdle::new(
            "rma-new-serial-odd",
            Severity::Warning,
            format!("The new serial {new} does not look like one of a FortiGate, which has 16 capitals and digits."),
            "Read it from the label or from FortiCare again before it stands in a ticket.",
        )
    })
}

fn cluster(swap: &Swap<'_>) -> Vec<Hurdle> {
    let device = swap.device;
    let mut found = Vec::new();
    if !device.is_clustered() {
        return found;
    }
    if !swap.survives() {
        found.push(Hurdle::blocker(
            "rma-no-survivor",
            "The FortiGate says that it is in a cluster, and no other member of it is seen."
                .to_owned(),
            "Look at `get system ha status`: only where another member is in sync do the tokens \
             outlive this unit. Everything below is told as for a unit that stands alone.",
        ));
    }
    let health = device.ha.as_ref().and_then(|ha| ha.health.as_deref());
    if let Some(health) = health.filter(|health| !health.trim().eq_ignore_ascii_case("ok")) {
        found.push(Hurdle::new(
            "rma-cluster-health",
            Severity::Error,
            format!("The cluster's health is not OK, but \"{health}\"."),
            "Bring the cluster in order first: the survivor must hold everything.",
        ));
    }
    if !swap.survives() || swap.mobile().next().is_none() {
        return found;
    }
    if swap.mobile().any(|token| token.is_trial()) {
        found.push(Hurdle::new(
            "rma-trial",
            Severity::Warning,
            "Trial tokens of a cluster are tied to one of its units, which may be this one."
                .to_owned(),
            "Let their users try to log in after the swap; trial tokens cannot be moved.",
        ));
    }
    if device.system.as_ref().is_some_and(|system| system.version == "7.4.9") {
        found.push(Hurdle::new(
            "rma-known-fault",
            Severity::Error,
            "FortiOS 7.4.9 cannot provision mobile tokens in a cluster while the licence is \
             registered to another unit than the primary (a known fault)."
                .to_owned(),
            "Have the licence registered to the unit that will be the primary, or update FortiOS \
             before the swap. Fortinet's technical tip 424201 describes it.",
        ));
    }
    found.push(Hurdle::new(
        "rma-new-assignments",
        Severity::Warning,
        "Tokens in use keep working, but new ones cannot be assigned where the licence is \
         registered to the unit that leaves."
            .to_owned(),
        "Look up in FortiCare which unit holds the licence. If it is this one, have Customer \
         Service register it to the new unit after the swap.",
    ));
    found
}

fn gaps(swap: &Swap<'_>) -> Vec<Hurdle> {
    let hurdle = |gap: &String| {
        let message = format!("What was read may not be all: {gap}.");
        let remedy = "Mend this and check again: what was not read cannot be prepared for.";
        match swap.survives() {
            true => Hurdle::new("rma-gap", Severity::Warning, message, remedy),
            false => Hurdle::blocker("rma-gap", message, remedy),
        }
    };
    swap.device.gaps.iter().map(hurdle).collect()
}

fn administrators(swap: &Swap<'_>) -> Option<Hurdle> {
    let behind: Vec<&str> =
        swap.super_administrators().map(|account| account.name.as_str()).collect();
    if behind.is_empty() {
        return Some(Hurdle::new(
            "rma-administrators-unread",
            Severity::Error,
            "No administrator with the profile super_admin was read, so it is not known whether \
             one can log in without a token."
                .to_owned(),
            "Make sure by hand that one can, and that its password is at hand.",
        ));
    }
    if swap.break_glass().next().is_some() {
        return None;
    }
    let message = format!(
        "Every enabled super_admin needs a second factor: {}. If it does not work on the new unit, nobody can log in there.",
        named(&behind)
    );
    let remedy = "Create a super_admin without a token for the swap, with a long password and \
                  trusted hosts, and log in with it once.";
    Some(match swap.survives() {
        true => Hurdle::new("rma-break-glass", Severity::Warning, message, remedy),
        false => Hurdle::blocker("rma-break-glass", message, remedy),
    })
}

/// Where others go on with the tokens, or there are none, the audit's own finding says enough.
fn server(swap: &Swap<'_>) -> Option<Hurdle> {
    let reach = swap.device.server_reach();
    let matters = !swap.survives() && !swap.tokens.is_empty();
    if !matters {
        return None;
    }
    let remedy = "Check DNS and Internet access of the management VDOM and the registration in \
                  FortiCare, and check again.";
    match reach {
        ServerReach::Reachable => None,
        ServerReach::Unreachable => Some(Hurdle::blocker(
            "rma-server",
            "The FortiGate does not reach its token server: the new unit, on the same path, could \
             not activate a single token."
                .to_owned(),
            remedy,
        )),
        ServerReach::Unclear | ServerReach::Unsaid => Some(Hurdle::new(
            "rma-server",
            Severity::Error,
            "The FortiGate does not say clearly that it reaches its token server, without which \
             the new unit can activate no token."
                .to_owned(),
            remedy,
        )),
    }
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
        found.push(Hurdle::new(id, Severity::Error, message, remedy));
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
        found.push(Hurdle::new(
            "rma-activate-again",
            Severity::Error,
            match owners.len() {
                1 => format!("1 user must activate a token again on the new unit{among}."),
                count => {
                    format!("{count} users must activate a token again on the new unit{among}.")
                }
            },
            "Tell them when, and that the code that they are sent then expires.",
        ));
    }
    let silent: Vec<&str> = owners
        .iter()
        .filter(|owner| owner.email.is_none() && owner.phone.is_none())
        .map(|owner| owner.name.as_str())
        .collect();
    if !silent.is_empty() {
        found.push(Hurdle::new(
            "rma-no-contact",
            Severity::Error,
            format!("Neither e-mail address nor phone is configured for {}, so no activation code can be sent.", named(&silent)),
            "Configure one on the FortiGate before the swap.",
        ));
    }
    let unread: Vec<&str> = swap
        .tokens
        .iter()
        .filter(|token| token.is_activated_again() && token.token.owners.is_empty())
        .filter(|token| token.token.token.status != TokenStatus::New)
        .map(|token| &*token.token.token.serial)
        .collect();
    if !unread.is_empty() {
        found.push(Hurdle::new(
            "rma-holder-unknown",
            Severity::Warning,
            format!(
                "Who holds these mobile tokens, which are not new, is not known: {}.",
                named(&unread)
            ),
            "They may belong to users of a remote server or to nobody: find out before the swap.",
        ));
    }
    found
}

/// Holders of cloud tokens, which are in no token table. That their realm goes by the serial is what
/// its name says; no document does.
fn cloud(swap: &Swap<'_>) -> Option<Hurdle> {
    let accounts = swap.device.accounts.iter().map(|facts| &facts.account);
    let names: Vec<&str> = accounts
        .filter(|account| account.two_factor.as_deref() == Some("fortitoken-cloud"))
        .map(|account| account.name.as_str())
        .collect();
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
    })
}

/// What is wrong already: one for each rule that found something. `server_told`: that the token
/// server is not reached stands there already.
fn trouble(findings: &[&Finding], server_told: bool) -> Vec<Hurdle> {
    let mut rules: IndexMap<&str, Vec<&Finding>> = IndexMap::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        if !(server_told && finding.rule.starts_with("device-server-")) {
            rules.entry(&finding.rule).or_default().push(finding);
        }
    }
    let hurdle = |(id, found): (&str, Vec<&Finding>)| {
        let (first, rule) = (found.first()?, explain(id));
        let severity = found.iter().map(|finding| finding.severity).max()?;
        let serials: Vec<&str> =
            found.iter().filter_map(|finding| finding.token.as_deref()).collect();
        let on = match serials.as_slice() {
            [] => String::new(),
            serials => format!(": {}", named(serials)),
        };
        let title = rule.map_or_else(|| id.to_owned(), |rule| lower(rule.title));
        let remedy = rule.map_or(first.remedy.as_str(), |rule| rule.remedy);
        Some(Hurdle::new(
            id.to_owned(),
            severity,
            format!("Wrong already: {title}{on}."),
            format!("{remedy} Or note it, so that the swap is not blamed for it."),
        ))
    };
    rules.into_iter().filter_map(hurdle).collect()
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

/// `a, b and 3 more`
fn named(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A title within a sentence.
fn lower(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
