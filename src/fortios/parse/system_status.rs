//! `get system status`: one `key: value` per line, in an order that varies by release.

use indexmap::IndexMap;

use super::capture::{Capture, refusal_in};
use super::parsed::Parsed;
use crate::model::{HaMode, HaRole, SystemStatus, VdomMode};

pub const COMMANDS: &[&str] = &["get system status"];

/// Reads the status. Every key is kept; where one comes twice, the first counts.
pub fn system_status(text: &str) -> Parsed<SystemStatus> {
    let mut fields = IndexMap::new();
    let mut unparsed = Vec::new();
    let capture = Capture::of(text);
    let lines = capture.lines(COMMANDS);
    let refused = refusal_in(&lines);
    for line in lines {
        match line.text.split_once(':') {
            Some((key, value)) if !key.trim().is_empty() => {
                fields.entry(key.trim().to_owned()).or_insert_with(|| value.trim().to_owned());
            }
            _ if line.text.trim().is_empty() => {}
            _ => unparsed.push(line.text.to_owned()),
        }
    }
    let value = status_of(fields);
    let problem = match refused {
        Some(_) => refused,
        // A filter (`| grep Version`) may have left either of them.
        None if value.version.is_empty() && value.serial.is_empty() => {
            Some("there is neither a version nor a serial number in this text".to_owned())
        }
        None => None,
    };
    Parsed { value, unparsed, problem }
}

fn status_of(fields: IndexMap<String, String>) -> SystemStatus {
    let get = |key: &str| fields.get(key).filter(|value| !value.is_empty());
    let firmware = Firmware::parse(get("Version").map_or("", String::as_str));
    SystemStatus {
        model: firmware.model,
        version: firmware.version,
        build: firmware.build,
        maturity: firmware.maturity,
        // FortiManager and FortiAnalyzer write the key without a hyphen.
        serial: get("Serial-Number").or_else(|| get("Serial Number")).cloned().unwrap_or_default(),
        hostname: get("Hostname").cloned().unwrap_or_default(),
        vdom_mode: get("Virtual domain configuration")
            .map_or(VdomMode::Disabled, |mode| VdomMode::parse(mode)),
        current_vdom: get("Current virtual domain").cloned(),
        ha: ha_mode(get("Current HA mode").map_or("standalone", String::as_str)),
        system_time: get("System time").cloned(),
        fields,
    }
}

/// `a-p, primary`; `standalone`.
fn ha_mode(text: &str) -> HaMode {
    HaMode {
        text: text.to_owned(),
        clustered: !text.to_ascii_lowercase().starts_with("standalone"),
        role: text.split(',').skip(1).find_map(HaRole::parse),
    }
}

/// `FortiGate-60F v7.4.8,build2795,250523 (GA.M)` taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
struct Firmware {
    model: String,
    version: String,
    build: Option<String>,
    maturity: Option<String>,
}

impl Firmware {
    fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let mut firmware = Self::default();
        let Some(first) = words.next() else { return firmware };
        // A FortiManager has no model here: its line begins with the version.
        let release = if is_release(first) {
            first
        } else {
            firmware.model = first.to_owned();
            words.next().unwrap_or_default()
        };
        let number = release.trim_start_matches('v');
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        firmware.version = number[..end].trim_end_matches('.').to_owned();
        firmware.build = text.find("build").map(|at| digits(&text[at + "build".len()..]));
        firmware.maturity = text
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'))
            .map(|(inside, _)| inside.trim().to_owned());
        firmware
    }
}

fn is_release(word: &str) -> bool {
    word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
}

fn digits(text: &str) -> String {
    text.chars().take_while(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_taken_apart() {
        for (text, model, version, build, maturity) in [
            (
                "FortiGate-60F v7.4.8,build2795,250523 (GA.M)",
                "FortiGate-60F",
                "7.4.8",
                "2795",
                "GA.M",
            ),
            (
                "FortiGate-1500D v6.0.7,build0302,191112 (GA)",
                "FortiGate-1500D",
                "6.0.7",
                "0302",
                "GA",
            ),
            (
                "Fortigate-1000C v4.0,build0513,120130 (MR3 Patch 5)",
                "Fortigate-1000C",
                "4.0",
                "0513",
                "MR3 Patch 5",
            ),
            ("v7.4.6-build2588 241218 (GA.M)", "", "7.4.6", "2588", "GA.M"),
        ] {
            let expected = Firmware {
                model: model.to_owned(),
                version: version.to_owned(),
                build: Some(build.to_owned()),
                maturity: Some(maturity.to_owned()),
            };
            assert_eq!(Firmware::parse(text), expected);
        }
        assert_eq!(Firmware::parse(""), Firmware::default());
    }
}
