//! `fortitoken_info` and its like: what tokenfleet asks and understands.

/// A question of which tokenfleet knows the commands and the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collect {
    /// The tokens of every VDOM with their statuses.
    FortitokenInfo,
    /// `get system status` and the state of the cluster.
    FortiosFacts,
    /// Who holds which token: local users of every VDOM, and administrators.
    FortitokenOwners,
    /// How the tokens are configured: licence, lock, activation code's end, seed.
    FortitokenConfig,
}

impl Collect {
    pub fn name(self) -> &'static str {
        match self {
            Self::FortitokenInfo => "fortitoken_info",
            Self::FortiosFacts => "fortios_facts",
            Self::FortitokenOwners => "fortitoken_owners",
            Self::FortitokenConfig => "fortitoken_config",
        }
    }
}
