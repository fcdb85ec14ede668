//! `get system ha status`, in the wordings of FortiOS 5.2 to 7.6.

use super::capture::{Capture, CaptureLine, refusal_in};
use super::parsed::Parsed;
use crate::model::{HaMember, HaRole, HaStatus};

pub const COMMANDS: &[&str] = &["get system ha status"];

/// Reads mode, health and members; the counters of the members are not read.
///
/// Members come one per line, with their role (`Master: NAME, SERIAL, cluster index = 0`) or, in
/// 7.4, without it (`NAME , SERIAL, HA cluster index = 0`); then the role stands in the tail
/// alone (`Primary: SERIAL, HA operating index = 0`). Of several virtual clusters the first
/// counts.
pub fn ha_status(text: &str) -> Parsed<HaStatus> {
    let capture = Capture::of(text);
    let lines = capture.lines(COMMANDS);
    let refused = refusal_in(&lines);
    let mut reader = Reader::default();
    for line in &lines {
        reader.line(line);
    }
    let value = HaStatus {
        mode: reader.mode,
        health: (!reader.health.is_empty()).then(|| reader.health.join("; ")),
        members: reader.members,
    };
    let problem = match refused {
        Some(_) => refused,
        None if value.mode.is_empty() => Some("there is no `Mode:` in this text".to_owned()),
        None => None,
    };
    Parsed { value, unparsed: reader.unparsed, problem }
}

#[derive(Default)]
struct Reader {
    mode: String,
    health: Vec<String>,
    members: Vec<HaMember>,
    unparsed: Vec<String>,
    /// The last line that was not indented began the health.
    in_health: bool,
}

impl Reader {
    fn line(&mut self, line: &CaptureLine<'_>) {
        let content = line.text.trim();
        if content.is_empty() {
            return;
        }
        // Copies lose the indentation at times.
        let warning = self.in_health && content.starts_with("WARNING");
        if line.text.starts_with(' ') || warning {
            if self.in_health {
                self.health.push(content.trim_end_matches(';').to_owned());
            }
            return;
        }
        self.in_health = false;
        if let Some(member) = member(content) {
            self.merge(member);
            return;
        }
        match content.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("Mode", mode)) => self.mode = mode.to_owned(),
            Some(("HA Health Status", health)) => {
                self.in_health = true;
                self.health.extend((!health.is_empty()).then(|| health.to_owned()));
            }
            Some(_) => {}
            None if content.contains('=') => {}
            None => self.unparsed.push(line.text.to_owned()),
        }
    }

    /// A unit comes more than once: first with its name, then with its role. What is known of it
    /// already stays.
    fn merge(&mut self, member: HaMember) {
        match self.members.iter_mut().find(|known| known.serial == member.serial) {
            Some(known) => {
                known.role = known.role.or(member.role);
                if known.hostname.is_none() {
                    known.hostname = member.hostname;
                }
            }
            None => self.members.push(member),
        }
    }
}

/// Reads a member's line of any release, or a line of the tail.
fn member(line: &str) -> Option<HaMember> {
    let (role, rest) = match line.split_once(':') {
        Some((word, rest)) => match HaRole::parse(word) {
            Some(role) => (Some(role), rest.trim()),
            // 7.4: no role, and a colon can only stand in what is no member.
            None => return None,
        },
        None => (None, line),
    };
    let fields: Vec<&str> = rest.split(',').map(str::trim).collect();
    match fields.as_slice() {
        [name, serial, index] if is_index(index) && is_serial(serial) => Some(HaMember {
            hostname: (!name.is_empty()).then(|| (*name).to_owned()),
            serial: (*serial).to_owned(),
            role,
        }),
        [serial, index] if is_index(index) && is_serial(serial) => {
            Some(HaMember { hostname: None, serial: (*serial).to_owned(), role })
        }
        // 5.2: `Master:128 NAME SERIAL 0`, behind the priority.
        [old] if role.is_some() => old_member(old, role),
        _ => None,
    }
}

fn old_member(text: &str, role: Option<HaRole>) -> Option<HaMember> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().rposition(|word| is_serial(word) && word.starts_with('F'))?;
    let hostname = at.checked_sub(1).filter(|&before| before > 0).map(|before| words[before]);
    Some(HaMember { hostname: hostname.map(str::to_owned), serial: words[at].to_owned(), role })
}

/// `cluster index = 1`, `HA operating index = 0`, `operating cluster index = 1`.
fn is_index(field: &str) -> bool {
    field.split_once('=').is_some_and(|(key, number)| {
        key.trim_end().ends_with("index") && number.trim().bytes().all(|b| b.is_ascii_digit())
    })
}

/// Samples are masked with small letters at times, so their case is not looked at.
fn is_serial(text: &str) -> bool {
    (10..=20).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && text.starts_with(|c: char| c.is_ascii_uppercase())
}
