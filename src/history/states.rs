//! The devices and tokens of a run.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::table::{push_row, unreadable};

/// What is kept of a run beside its [`Overview`](super::Overview).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct States {
    /// Hosts of which something was read, in inventory order.
    pub devices: IndexMap<String, DeviceState>,
    /// By host, in the order of its tables.
    pub tokens: HashMap<String, Vec<TokenState>>,
}

/// What a host said of itself; empty where that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceState {
    pub serial: String,
    pub model: String,
    /// `7.4.8 build2795`
    pub firmware: String,
    /// `standalone`, `a-p primary`
    pub ha: String,
    /// Serials of its cluster, between commas.
    pub members: String,
}

/// One row of a token table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenState {
    pub host: String,
    /// Empty on a FortiGate without VDOMs.
    pub vdom: String,
    /// In upper case.
    pub serial: String,
    /// As FortiOS writes it.
    pub status: String,
    /// Names of all owners; `None` where not every account that may own it was read.
    pub owner: Option<String>,
}

/// Stands for an owner that is not known, since no name is empty or has a blank alone.
const UNKNOWN: &str = " ";

impl TokenState {
    pub fn place(&self) -> String {
        match self.vdom.is_empty() {
            true => self.host.clone(),
            false => format!("{} ({})", self.host, self.vdom),
        }
    }
}

impl States {
    /// As it is kept.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (host, device) in &self.devices {
            push_device(&mut text, host, device);
            for token in self.tokens.get(host).into_iter().flatten() {
                let owner = token.owner.as_deref();
                push_token(&mut text, &token.serial, &token.vdom, &token.status, owner);
            }
        }
        text
    }

    /// Reads what [`States::to_text`] wrote, of the hosts that are `wanted`.
    ///
    /// # Errors
    /// A sentence without a full stop, where it is something else.
    pub fn of_text(text: &str, wanted: impl Fn(&str) -> bool) -> Result<Self, String> {
        let mut states = Self::default();
        let mut of: Option<String> = None;
        for line in text.lines() {
            if of.is_none() && line.starts_with("t\t") {
                continue;
            }
            let mut cells = line.split('\t');
            match (cells.next(), cells.next()) {
                (Some("d"), Some(host)) => {
                    of = wanted(host).then(|| host.to_owned());
                    let Some(host) = &of else { continue };
                    let mut cell = || cells.next().map(str::to_owned);
                    let device = (|| {
                        let (serial, model, firmware) = (cell()?, cell()?, cell()?);
                        Some(DeviceState { serial, model, firmware, ha: cell()?, members: cell()? })
                    })();
                    let device = device.ok_or_else(|| unreadable(line))?;
                    states.devices.insert(host.clone(), device);
                }
                (Some("t"), Some(serial)) => {
                    let Some(host) = &of else { continue };
                    let (Some(vdom), Some(status), Some(owner)) =
                        (cells.next(), cells.next(), cells.next())
                    else {
                        return Err(unreadable(line));
                    };
                    let token = TokenState {
                        host: host.clone(),
                        vdom: vdom.to_owned(),
                        serial: serial.to_owned(),
                        status: status.to_owned(),
                        owner: (owner != UNKNOWN).then(|| owner.to_owned()),
                    };
                    states.tokens.entry(host.clone()).or_default().push(token);
                }
                _ => return Err(unreadable(line)),
            }
        }
        Ok(states)
    }
}

/// Adds a host to what [`States::to_text`] makes; its tokens follow.
pub(super) fn push_device(text: &mut String, host: &str, device: &DeviceState) {
    let DeviceState { serial, model, firmware, ha, members } = device;
    push_row(text, &["d", host, serial, model, firmware, ha, members]);
}

/// Adds a token of the host that came last. `serial`: in upper case.
pub(super) fn push_token(
    text: &mut String,
    serial: &str,
    vdom: &str,
    status: &str,
    owner: Option<&str>,
) {
    push_row(text, &["t", serial, vdom, status, owner.unwrap_or(UNKNOWN)]);
}

/// The hosts that show a token, in what [`States::to_text`] wrote.
pub fn hosts_that_show<'t>(text: &'t str, serial: &str) -> Vec<&'t str> {
    let row = format!("\nt\t{serial}\t");
    let host = |(at, _)| {
        let before: &str = text.get(..at)?;
        let start = before.rfind("\nd\t").map_or(0, |start| start + 1);
        before.get(start..)?.split('\t').nth(1)
    };
    text.match_indices(&row).filter_map(host).collect()
}

/// The devices and tokens that are known at a run, each with the run that saw it last.
#[derive(Debug, Clone, Default)]
pub struct KnownStates {
    pub devices: IndexMap<String, DeviceState>,
    /// By serial: its rows, and for each the position of the run that saw it last, the run itself
    /// being 0.
    pub tokens: IndexMap<String, Vec<(TokenState, usize)>>,
}
