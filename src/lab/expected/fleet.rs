//! What must be found of the fleet, and of no unit alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::device::{Device, Token};
use crate::lab::status::*;

use super::{ExpectedFinding, unit};

/// `fleet` is what was examined, in the order of the inventory.
pub fn findings(fleet: &[&Device]) -> Vec<ExpectedFinding> {
    let mut known = BTreeSet::new();
    let units: Vec<&Device> =
        fleet.iter().copied().filter(|device| known.insert(unit(device))).collect();
    let mut findings = spread_licenses(&units);
    let cut_off: Vec<_> =
        units.iter().filter(|device| device.token_server == "unreachable").collect();
    if cut_off.len() >= 5 && cut_off.len() * 10 >= units.len() * 9 {
        findings.push(ExpectedFinding::on_device(cut_off[0], "fleet-server-unreachable"));
    }
    let asked: Vec<&Device> = units
        .into_iter()
        .filter(|device| device.token_server == "reachable" && tokens(device).next().is_some())
        .collect();
    for error in [PROVISION_TIMEOUT, ALREADY_ACTIVATED, ACTIVATION_ERROR, LOCKED] {
        findings.extend(gathering(&asked, error));
    }
    findings
}

fn tokens(device: &Device) -> impl Iterator<Item = &Token> {
    device.readable_vdoms().flat_map(|vdom| &vdom.tokens)
}

fn spread_licenses(units: &[&Device]) -> Vec<ExpectedFinding> {
    let mut places: BTreeMap<&str, Vec<&Device>> = BTreeMap::new();
    for device in units {
        let paid = tokens(device).filter(|token| !token.is_trial());
        for license in paid.filter_map(|token| token.license.as_deref()).collect::<BTreeSet<_>>() {
            places.entry(license).or_default().push(device);
        }
    }
    let spread = places.into_values().filter(|devices| devices.len() > 1);
    spread.map(|devices| ExpectedFinding::on_device(devices[0], "fleet-licence-spread")).collect()
}

/// The release or group in which an error is four times as frequent as elsewhere.
fn gathering(units: &[&Device], error: &str) -> Option<ExpectedFinding> {
    let shows = |device: &Device| tokens(device).any(|token| token.status == error);
    let mut sets: BTreeSet<String> = BTreeSet::new();
    let names = |device: &Device| {
        let mut names: Vec<String> =
            device.groups().iter().map(|group| (*group).to_owned()).collect();
        names.push(device.firmware.to_string());
        names
    };
    sets.extend(units.iter().flat_map(|device| names(device)));
    let share = |devices: &[&Device]| {
        let shown = devices.iter().filter(|device| shows(device)).count();
        (shown, shown as f64 / devices.len() as f64)
    };
    let gathered = sets.into_iter().filter_map(|set| {
        let (inside, outside): (Vec<&Device>, Vec<&Device>) =
            units.iter().partition(|device| names(device).contains(&set));
        let ((shown, within), (_, without)) = (share(&inside), share(&outside));
        let gathers = shown >= 5 && within >= 0.5 && outside.len() >= 10 && within >= 4.0 * without;
        let first = inside.into_iter().find(|device| shows(device))?;
        gathers.then_some((within, first))
    });
    let greatest = gathered.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(ExpectedFinding::on_device(greatest.1, "fleet-errors-cluster"))
}
