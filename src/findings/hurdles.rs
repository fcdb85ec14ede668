//! All that may stand in the way of a swap, in the order in which it is looked for.

use indexmap::IndexMap;

use super::hurdle::{Hurdle, named};
use super::registry::explain;
use super::server::ServerReach;
use super::swap::Swap;
use super::token_hurdles::token_hurdles;
use crate::model::{Finding, HostOutcome, Severity};

/// Characters of a FortiGate's serial.
const SERIAL: usize = 16;

/// Rules that find what a hurdle says too, with that hurdle.
const SAME: [(&str, &str); 6] = [
    ("device-server-unreachable", "rma-server"),
    ("device-server-unknown", "rma-server"),
    ("device-no-break-glass", "rma-break-glass"),
    ("device-ha-provisioning-fault", "rma-known-fault"),
    ("device-trial-tokens", "rma-trial"),
    ("token-no-contact", "rma-no-contact"),
];

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
    found.extend(token_hurdles(swap));
    let trouble = trouble(findings, &found);
    found.extend(trouble);
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
    let behind: Vec<&str> = swap.super_administrators().map(|facts| &*facts.account.name).collect();
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
    let hurdle = match swap.survives() {
        true => Hurdle::new("rma-break-glass", Severity::Warning, message, remedy),
        false => Hurdle::blocker("rma-break-glass", message, remedy),
    };
    let lines = swap.super_administrators().map(|facts| swap.device.account_evidence(facts));
    Some(hurdle.citing(lines))
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
    let hurdle = match reach {
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
    };
    hurdle.map(|hurdle| hurdle.citing(swap.device.server_evidence(reach)))
}

/// What is wrong already: one for each rule that found something, but for what was `told`. What is
/// critical is in the way.
fn trouble(findings: &[&Finding], told: &[Hurdle]) -> Vec<Hurdle> {
    let is_told = |finding: &Finding| {
        SAME.iter().filter(|(rule, _)| *rule == finding.rule).any(|(_, id)| {
            told.iter().any(|hurdle| hurdle.id == *id && hurdle.severity >= finding.severity)
        })
    };
    let mut rules: IndexMap<&str, Vec<&Finding>> = IndexMap::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        if !is_told(finding) {
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
        let title = lower(&first.title);
        let remedy = rule.map_or(first.remedy.as_str(), |rule| rule.remedy);
        let lines = found.iter().filter_map(|finding| finding.evidence.first().cloned());
        let hurdle = Hurdle::new(
            id.to_owned(),
            severity,
            format!("Wrong already: {title}{on}."),
            format!("{remedy} Or note it, so that the swap is not blamed for it."),
        );
        let blocks = severity == Severity::Critical;
        Some(Hurdle { blocks, ..hurdle.citing(lines) })
    };
    rules.into_iter().filter_map(hurdle).collect()
}

/// A title within a sentence.
fn lower(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
