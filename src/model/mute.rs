//! Findings that are known of and are not to be told again for a while.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Finding, HostName, Written, matches_wildcards};

/// One entry of `mute:`, kept with the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// The id of a rule, or a pattern of ids with `*` and `?`.
    pub rule: Written,
    /// `match`: the pattern of its hosts, as written; `None`: those of its play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Written>,
    /// The serial of a token, or a pattern of serials; `None`: findings of all kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The last day, in UTC.
    pub until: Date,
    pub because: String,
    /// The hosts that it holds for; `None`: all of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<HostName>>,
}

impl Mute {
    /// Whether its last day is not over.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        TimeZone::UTC.to_datetime(now).date() <= self.until
    }

    /// Whether it is about such a finding, on whatever host.
    pub fn is_about(&self, finding: &Finding) -> bool {
        let covers = |pattern: &String| {
            let serial = finding.token.as_deref().map(str::to_ascii_uppercase);
            serial.is_some_and(|serial| matches_wildcards(&pattern.to_ascii_uppercase(), &serial))
        };
        matches_wildcards(&self.rule.text, &finding.rule) && self.token.as_ref().is_none_or(covers)
    }
}
