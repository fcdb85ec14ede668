//! The VDOMs: `diagnose sys vd list`, or `get system vdom-property` where that is refused.

use serde::Serialize;

use super::capture::{Capture, refusal_in};
use super::parsed::Parsed;

pub const COMMANDS: &[&str] = &["diagnose sys vd list", "get system vdom-property"];

/// The VDOMs of a device, in the order listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct VdomList {
    pub vdoms: Vec<String>,
    /// `vsys_ha`, `vsys_fgfm` …: FortiOS keeps them for itself.
    pub internal: Vec<String>,
}

/// Reads either list. The counters of the first and the properties of the second are not read.
pub fn vdom_list(text: &str) -> Parsed<VdomList> {
    let mut list = VdomList::default();
    let mut unparsed = Vec::new();
    let capture = Capture::of(text);
    let lines = capture.lines(COMMANDS);
    let refused = refusal_in(&lines);
    for line in lines {
        if let Some(name) = listed(line.text).or_else(|| block(line.text)) {
            let names =
                if name.starts_with("vsys_") { &mut list.internal } else { &mut list.vdoms };
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        } else if !is_detail(line.text) {
            unparsed.push(line.text.to_owned());
        }
    }
    let problem = match refused {
        Some(_) => refused,
        None if list.vdoms.is_empty() => Some("there is no VDOM in this text".to_owned()),
        None => None,
    };
    Parsed { value: list, unparsed, problem }
}

/// `name=root/root index=0 enabled …`, at the beginning of a line only.
fn listed(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("name=")?;
    let end = rest.find('/').or_else(|| rest.find(" index=")).unwrap_or(rest.len());
    Some(rest[..end].trim()).filter(|name| !name.is_empty())
}

/// `== [ root ]`
fn block(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix("==")?.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    (!name.is_empty()).then_some(name)
}

/// A line about the VDOM before it, or about the list.
fn is_detail(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.contains('=') || line.contains(':')
}
