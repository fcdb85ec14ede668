//! How a fleet is served.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Where the units listen, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosting {
    /// Loopback, unless somebody wants it otherwise.
    pub address: IpAddr,
    /// Port of the first unit, the others follow; `None` takes ports that are free.
    pub first_port: Option<u16>,
    /// How long a unit thinks before it answers a line, navigation included.
    pub latency: Duration,
    /// What [`Fault::SlowLogin`](super::Fault::SlowLogin) takes to decide on a login.
    pub slow_login: Duration,
    /// What [`Fault::Drips`](super::Fault::Drips) waits between two bytes.
    pub drip: Duration,
    pub user: String,
    /// It opens nothing but the lab: this is no secret.
    pub password: String,
    /// Seed of the host key.
    pub seed: u64,
}

impl Hosting {
    pub const USER: &str = "auditor";
    pub const PASSWORD: &str = "not-a-secret";
    /// What the inventory gives for a unit that refuses it.
    pub const WRONG_PASSWORD: &str = "not-its-password";
}

impl Default for Hosting {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            first_port: None,
            latency: Duration::ZERO,
            slow_login: Duration::from_secs(20),
            drip: Duration::from_secs(1),
            user: Self::USER.to_owned(),
            password: Self::PASSWORD.to_owned(),
            seed: super::Fleet::SEED,
        }
    }
}
