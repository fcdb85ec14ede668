//! What a FortiGate says of itself.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// `Virtual domain configuration:` of `get system status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VdomMode {
    Disabled,
    /// `enable` (up to 6.0) or `multiple` (6.2 and later).
    Multiple,
    /// `split-task` (6.2 to 7.0).
    SplitTask,
    /// Any other word: VDOMs are in use, in a way not known here.
    Other(String),
}

impl VdomMode {
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "disable" => Self::Disabled,
            "enable" | "multiple" => Self::Multiple,
            "split-task" => Self::SplitTask,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether commands must be run in each VDOM.
    pub fn has_vdoms(&self) -> bool {
        *self != Self::Disabled
    }
}

/// `Current HA mode:` of `get system status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaMode {
    /// The whole value, as printed: `a-p, primary`.
    pub text: String,
    /// False for `standalone`.
    pub clustered: bool,
    /// Role of the unit that answered.
    pub role: Option<HaRole>,
}

/// Role in a cluster, in the old (`master`, `slave`) and the new wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaRole {
    Primary,
    Secondary,
}

impl HaRole {
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "master" | "primary" => Some(Self::Primary),
            "slave" | "secondary" | "backup" => Some(Self::Secondary),
            _ => None,
        }
    }
}

/// `get system status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemStatus {
    /// `FortiGate-60F`, from `Version:`; never told from the serial.
    pub model: String,
    /// `7.4.8`
    pub version: String,
    /// `2795`
    pub build: Option<String>,
    /// `GA`, `GA.F` (feature) or `GA.M` (mature).
    pub maturity: Option<String>,
    pub serial: String,
    pub hostname: String,
    pub vdom_mode: VdomMode,
    pub current_vdom: Option<String>,
    pub ha: HaMode,
    /// `System time:`, as printed.
    pub system_time: Option<String>,
    /// Every `key: value` line, known or not, in the order printed.
    pub fields: IndexMap<String, String>,
}

/// `get system ha status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaStatus {
    /// `Standalone`, `HA A-P`, `HA A-A`.
    pub mode: String,
    /// `HA Health Status:`, as printed.
    pub health: Option<String>,
    pub members: Vec<HaMember>,
}

/// One unit of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaMember {
    pub hostname: Option<String>,
    pub serial: String,
    /// `None` where this release prints no role for the member.
    pub role: Option<HaRole>,
}
