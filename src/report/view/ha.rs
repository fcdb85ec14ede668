//! The cluster that a FortiGate is in.

use serde::Serialize;

use super::Text;
use crate::findings::DeviceFacts;
use crate::model::HaRole;

/// A cluster, as the unit that answered sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HaView {
    /// As printed: `HA A-P`.
    pub mode: Text,
    /// `primary` or `secondary`: of the unit that answered.
    pub role: Option<&'static str>,
    /// As printed: `OK`.
    pub health: Option<Text>,
    pub members: Vec<HaMemberView>,
}

/// One unit of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HaMemberView {
    pub serial: Text,
    pub hostname: Option<Text>,
    pub role: Option<&'static str>,
}

impl HaView {
    /// `None` for a unit that stands alone, and for one that said nothing of it.
    pub(super) fn new(facts: &DeviceFacts) -> Option<Self> {
        let said = facts.system.as_ref().map(|system| &system.ha);
        let status = facts.ha.as_ref();
        if !facts.is_clustered() {
            return None;
        }
        let members = status.into_iter().flat_map(|status| &status.members);
        Some(Self {
            mode: Text::new(match (status, said) {
                (Some(status), _) => &status.mode,
                (None, Some(said)) => &said.text,
                (None, None) => "",
            }),
            role: said.and_then(|ha| ha.role).map(role),
            health: Text::maybe(status.and_then(|status| status.health.as_ref())),
            members: members
                .map(|member| HaMemberView {
                    serial: Text::from(&member.serial),
                    hostname: Text::maybe(member.hostname.as_ref()),
                    role: member.role.map(role),
                })
                .collect(),
        })
    }
}

fn role(role: HaRole) -> &'static str {
    match role {
        HaRole::Primary => "primary",
        HaRole::Secondary => "secondary",
    }
}
