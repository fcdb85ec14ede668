//! What Fortinet must be told of a swap.

use serde::Serialize;

use super::{DeviceView, Text};
use crate::findings::{Fate, Swap, SwapToken};

/// One text to paste. Names of users are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaTicketView {
    /// `customer_service` for licences, `support` for hardware tokens.
    pub to: &'static str,
    pub subject: Text,
    pub lines: Vec<Text>,
}

/// What has to be filled in by hand.
const NEW: &str = "(fill in: serial number of the new unit)";
const OLD: &str = "(fill in: serial number of the old unit)";

pub(super) fn tickets(
    device: &DeviceView,
    swap: &Swap<'_>,
    new_serial: Option<&Text>,
) -> Vec<RmaTicketView> {
    let old = device.device_serial.as_deref().unwrap_or(OLD);
    let new = new_serial.map_or(NEW, |serial| serial);
    licences(device, swap, old, new).into_iter().chain(release(device, swap, old, new)).collect()
}

fn licences(device: &DeviceView, swap: &Swap<'_>, old: &str, new: &str) -> Option<RmaTicketView> {
    let tokens: Vec<&SwapToken<'_>> = swap.mobile().filter(|token| !token.is_trial()).collect();
    if tokens.is_empty() {
        return None;
    }
    let mut lines = head(device, swap, old, new);
    lines.push(String::new());
    if swap.survives() {
        lines.push(
            "The old unit is a member of a cluster and is replaced (RMA). If one of these"
                .to_owned(),
        );
        lines.push(
            "FortiToken Mobile licences is registered to it, please register it to the new"
                .to_owned(),
        );
        lines.push("unit. The tokens in use stay as they are.".to_owned());
    } else {
        lines.push(
            "The old unit is replaced (RMA). Please transfer these FortiToken Mobile licences,"
                .to_owned(),
        );
        lines.push("each as a whole, to the new unit.".to_owned());
    }
    for licence in swap.licences().iter().filter(|licence| !licence.starts_with("FTMTRIAL")) {
        let of_it = tokens.iter().filter(|token| token.licence() == Some(licence)).count();
        let tokens = if of_it == 1 { "token" } else { "tokens" };
        lines.push(format!(
            "  {licence}  {of_it} {tokens} on this unit; shipped on (fill in, from FortiCare)"
        ));
    }
    let unread = tokens.iter().filter(|token| token.licence().is_none()).count();
    if unread > 0 {
        lines.push(format!("  (fill in)  the licence of {unread} tokens was not read"));
    }
    Some(ticket(
        "customer_service",
        format!("RMA of {old}: FortiToken Mobile licences to {new}"),
        &lines,
    ))
}

fn release(device: &DeviceView, swap: &Swap<'_>, old: &str, new: &str) -> Option<RmaTicketView> {
    let bound: Vec<&SwapToken<'_>> = swap.with_fate(Fate::Release).collect();
    let others: Vec<&SwapToken<'_>> = swap.with_fate(Fate::OtherHardware).collect();
    if bound.is_empty() && others.is_empty() {
        return None;
    }
    let mut lines = head(device, swap, old, new);
    if !bound.is_empty() {
        lines.push(String::new());
        lines.push(
            "The old unit is replaced (RMA). Please release the activation lock of these"
                .to_owned(),
        );
        lines.push("hardware tokens, so that each can be activated on the new unit.".to_owned());
        lines.extend(bound.iter().map(|token| row(token)));
    }
    if !others.is_empty() {
        lines.push(String::new());
        lines.push("Please tell us what is needed to use these tokens on the new unit.".to_owned());
        lines.extend(others.iter().map(|token| row(token)));
    }
    Some(ticket(
        "support",
        format!("RMA of {old}: release of hardware FortiTokens for {new}"),
        &lines,
    ))
}

fn head(device: &DeviceView, swap: &Swap<'_>, old: &str, new: &str) -> Vec<String> {
    let or_unread = |text: &Option<Text>| text.as_deref().unwrap_or("(not read)").to_owned();
    let mut lines = vec![
        format!("Old unit   {old}"),
        format!("New unit   {new}"),
        format!("Model      {}", or_unread(&device.model)),
        format!("FortiOS    {}", or_unread(&device.version)),
    ];
    for member in &swap.survivors {
        lines.push(format!("Stays      {}, member of the same cluster", member.serial));
    }
    lines
}

fn row(token: &SwapToken<'_>) -> String {
    let vdom = token.sheet.vdom.as_ref().map_or_else(String::new, |vdom| format!(", VDOM {vdom}"));
    format!("  {}  {}{vdom}", token.token.token.serial, token.token.token.status.as_str())
}

fn ticket(to: &'static str, subject: String, lines: &[String]) -> RmaTicketView {
    RmaTicketView { to, subject: Text::from(&subject), lines: Text::list(lines) }
}
