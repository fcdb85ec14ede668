//! A finding as it is remembered.

/// What is kept of a finding. Its parts but `severity`, `action`, `muted` and `low_confidence` say which one it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingState {
    pub rule: String,
    pub severity: String,
    pub action: String,
    pub host: String,
    /// Empty: none.
    pub vdom: String,
    /// Serial of the token in upper case; empty: it is about none.
    pub token: String,
    /// What it is about where neither host nor token says so; empty: they do.
    pub subject: String,
    pub muted: bool,
    /// Of a finding about the fleet, the hosts that its evidence is of; else empty.
    pub fleet: Vec<String>,
}

/// Between the parts of an identity: no text of a view holds it.
const PART: char = '\u{1e}';

impl FindingState {
    /// What is wrong, wherever it shows: two findings with one identity, in one run or in two, are
    /// one trouble. A token takes its troubles along to another VDOM or FortiGate; what is about no
    /// token stays with its host, and what is about the fleet with none.
    pub fn identity(&self) -> String {
        let Self { rule, host, vdom, token, subject, .. } = self;
        if !token.is_empty() {
            format!("{rule}{PART}{token}")
        } else if self.is_of_fleet() {
            format!("{rule}{PART}{PART}{subject}")
        } else {
            format!("{rule}{PART}{PART}{host}{PART}{vdom}{PART}{subject}")
        }
    }

    pub fn is_of_fleet(&self) -> bool {
        !self.fleet.is_empty()
    }

    /// The hosts that must be seen before it can be called gone.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        let others = self.fleet.iter().filter(|host| **host != self.host);
        std::iter::once(self.host.as_str()).chain(others.map(String::as_str))
    }

    /// `fgt-fra-01`, `fgt-fra-01 (root)`
    pub fn place(&self) -> String {
        match self.vdom.is_empty() {
            true => self.host.clone(),
            false => format!("{} ({})", self.host, self.vdom),
        }
    }
}
