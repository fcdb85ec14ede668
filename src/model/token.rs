//! FortiTokens as `diagnose fortitoken info` shows them.
//!
//! Source: FortiToken comprehensive guide 8.0.0, "Diagnosing FortiToken on FortiGate", and the
//! FortiOS administration guides' table of statuses. Neither list is complete and they disagree,
//! so the status is an open set: an unknown one survives verbatim.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// What a token is, told from the prefix of its serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// `FTKMOB…`: FortiToken Mobile, licensed to one FortiGate.
    Mobile,
    /// `FTK200…`, `FTK220…`: hardware, activated online once and bound to that unit.
    HardwareBound,
    /// `FTK211…`: FortiToken-200CD, hardware with an offline seed file, not bound.
    HardwareSeedCd,
    /// Any other `FTK…`: hardware of a model that is not known here.
    Hardware,
    /// Not a FortiToken serial at all.
    Unknown,
}

impl TokenKind {
    /// Classifies a serial by its prefix; the prefixes are documented, the rest of the serial is
    /// not looked at.
    pub fn of_serial(serial: &str) -> Self {
        let begins = |prefix: &str| {
            serial.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if begins("FTKMOB") {
            Self::Mobile
        } else if begins("FTK200") || begins("FTK220") {
            Self::HardwareBound
        } else if begins("FTK211") {
            Self::HardwareSeedCd
        } else if begins("FTK") {
            Self::Hardware
        } else {
            Self::Unknown
        }
    }

    pub fn is_hardware(self) -> bool {
        matches!(self, Self::HardwareBound | Self::HardwareSeedCd | Self::Hardware)
    }

    /// The kind as reports and `tokenfleet parse` spell it: `mobile`, `hardware_bound` …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::HardwareBound => "hardware_bound",
            Self::HardwareSeedCd => "hardware_seed_cd",
            Self::Hardware => "hardware",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The STATUS column, compared whole and without regard to case.
///
/// A substring test would misfile `activation error…` as `active`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenStatus {
    New,
    Active,
    Provisioning,
    Provisioned,
    ProvisionTimeout,
    /// `token already activated, and seed won't be returned`
    AlreadyActivated,
    /// `activation error (token not exist in FortiGuard)`
    ActivationError,
    Locked,
    /// Anything else, as the device wrote it.
    Other(Box<str>),
}

impl TokenStatus {
    const KNOWN: [(&'static str, Self); 8] = [
        ("new", Self::New),
        ("active", Self::Active),
        ("provisioning", Self::Provisioning),
        ("provisioned", Self::Provisioned),
        ("provision timeout", Self::ProvisionTimeout),
        ("token already activated, and seed won't be returned", Self::AlreadyActivated),
        ("activation error (token not exist in FortiGuard)", Self::ActivationError),
        ("locked", Self::Locked),
    ];

    /// Reads the column's text. Runs of blanks count as one, since copies of the output differ.
    pub fn parse(text: &str) -> Self {
        let is_text = |known: &str| {
            let mut words = text.split_whitespace();
            let same = |known: &str| words.next().is_some_and(|w| w.eq_ignore_ascii_case(known));
            known.split(' ').all(same) && words.next().is_none()
        };
        let known = Self::KNOWN.iter().find(|(known, _)| is_text(known));
        known.map_or_else(
            || Self::Other(text.split_whitespace().collect::<Vec<_>>().join(" ").into()),
            |(_, status)| status.clone(),
        )
    }

    /// The status as FortiOS writes it; for an unknown one, as the device wrote it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Other(text) => text,
            known => {
                Self::KNOWN.iter().find(|(_, status)| status == known).map_or("", |(text, _)| text)
            }
        }
    }
}

impl fmt::Display for TokenStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for TokenStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for TokenStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub serial: Box<str>,
    pub kind: TokenKind,
    /// Difference between the token's clock and the FortiGate's. The unit is not documented;
    /// time steps (minutes for a 60 s token) is the likely reading. The sign is kept.
    pub drift: i64,
    pub status: TokenStatus,
    /// Line of the transcript, counted from 1.
    pub line: usize,
}

/// `Token server status:`, an open set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerState {
    Reachable,
    Unreachable,
    Unknown,
    Other(String),
}

impl ServerState {
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "reachable" => Self::Reachable,
            "unreachable" => Self::Unreachable,
            "unknown" => Self::Unknown,
            _ => Self::Other(text.trim().to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Reachable => "reachable",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
            Self::Other(text) => text,
        }
    }
}

/// The whole answer of `diagnose fortitoken info` in one VDOM.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenTable {
    pub tokens: Vec<Token>,
    pub server_status: Option<ServerState>,
    /// Line of the server status in the transcript, counted from 1.
    pub server_line: Option<usize>,
    /// As printed. It does not count mobile tokens in Fortinet's own samples: never reconcile it
    /// with the rows.
    pub total_activated: Option<u64>,
    pub total_global_activated: Option<u64>,
}
