//! Findings that somebody muted.

use jiff::Timestamp;

use crate::model::{Finding, HostPart, Mute};

/// Findings, those that are muted apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Muting {
    pub findings: Vec<Finding>,
    pub muted: Vec<Muted>,
    /// What each mute came to, in their order.
    pub uses: Vec<MuteUse>,
}

/// A finding that is not told, and the position of the first mute that covers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Muted {
    pub finding: Finding,
    pub mute: usize,
}

/// What a mute came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MuteUse {
    pub state: MuteState,
    /// How many findings it mutes; of one that has expired, how many are back.
    pub count: usize,
}

/// Whether a mute does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MuteState {
    Active,
    /// Its last day is over.
    Expired,
    /// It holds, and nothing was found that it would mute.
    Unused,
}

impl MuteState {
    /// The state as reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Unused => "unused",
        }
    }
}

/// Takes out what is muted at `now`. A finding about the fleet, which stands under a host only to
/// stand somewhere, is muted by what holds for every host, and by nothing less.
pub fn mute(
    findings: Vec<Finding>,
    mutes: &[Mute],
    now: Timestamp,
    is_of_fleet: impl Fn(&Finding) -> bool,
) -> Muting {
    let parts: Vec<HostPart<'_>> =
        mutes.iter().map(|mute| HostPart::of(mute.hosts.as_deref())).collect();
    let holds: Vec<bool> = mutes.iter().map(|mute| mute.holds_at(now)).collect();
    let mut counts = vec![0; mutes.len()];
    let mut muting = Muting::default();
    for finding in findings {
        let covers = |&at: &usize| {
            let part = &parts[at];
            let is_here = part.is_all() || !is_of_fleet(&finding) && part.contains(&finding.host);
            is_here && mutes[at].is_about(&finding)
        };
        let covering = || (0..mutes.len()).filter(covers);
        let active = covering().find(|&at| holds[at]);
        if let Some(at) = active.or_else(|| covering().next()) {
            counts[at] += 1;
        }
        match active {
            Some(mute) => muting.muted.push(Muted { finding, mute }),
            None => muting.findings.push(finding),
        }
    }
    let uses = holds.into_iter().zip(counts).map(|(holds, count)| MuteUse {
        state: match (holds, count) {
            (false, _) => MuteState::Expired,
            (true, 0) => MuteState::Unused,
            (true, _) => MuteState::Active,
        },
        count,
    });
    muting.uses = uses.collect();
    muting
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::findings::specimen::Specimen;
    use crate::model::{HostName, Place, Written};

    const TODAY: jiff::civil::Date = date(2026, 11, 24);

    fn findings() -> Vec<Finding> {
        let locked = ["FTKMOB0000000001 0 locked", "FTKMOB0000000002 0 locked"];
        Specimen::new(&["a", "b"])
            .tokens("a", None, &locked, "reachable")
            .tokens("b", None, &["FTK2000000000003 9 locked"], "unreachable")
            .findings()
    }

    fn entry(rule: &str) -> Mute {
        let rule =
            Written { text: rule.to_owned(), place: Place::new("audit.yml", 1, 1), width: 1 };
        let because = "known".to_owned();
        Mute { rule, pattern: None, token: None, until: TODAY, because, hosts: None }
    }

    /// The hosts and rules that are left, and what the mutes came to.
    fn left(mutes: &[Mute]) -> (Vec<String>, Vec<(MuteState, usize)>) {
        let all = findings();
        let muting = mute(all.clone(), mutes, Specimen::STARTED, |_| false);
        assert_eq!(muting.findings.len() + muting.muted.len(), all.len(), "none is gone");
        let told = |finding: &Finding| format!("{} {}", finding.host, finding.rule);
        let uses = muting.uses.iter().map(|used| (used.state, used.count));
        (muting.findings.iter().map(told).collect(), uses.collect())
    }

    #[test]
    fn a_mute_covers_a_rule_a_host_and_a_token() {
        use MuteState::{Active, Unused};
        let on = |hosts: &[&str]| Some(hosts.iter().map(|host| HostName::from(*host)).collect());
        let of = |token: &str| Some(token.to_owned());
        let others = ["b device-server-unreachable", "b token-locked", "b token-drift"];
        assert_eq!(left(&[entry("token-locked")]).1, [(Active, 3)]);
        let (told, uses) = left(&[Mute { hosts: on(&["a"]), ..entry("token-*") }]);
        assert_eq!((told, uses), (others.map(str::to_owned).to_vec(), vec![(Active, 2)]));
        let one = Mute { token: of("ftkmob*1"), ..entry("*") };
        assert_eq!(left(&[one]).1, [(Active, 1)]);
        let nothing = Mute { hosts: on(&["a"]), ..entry("token-drift") };
        assert_eq!(left(&[nothing]).1, [(Unused, 0)]);
        // What is about no token is covered by no serial.
        assert_eq!(left(&[Mute { token: of("*"), ..entry("device-*") }]).1, [(Unused, 0)]);
    }

    #[test]
    fn a_mute_ends_with_its_last_day_and_its_findings_are_back() {
        let over = Mute { until: date(2026, 11, 23), ..entry("token-locked") };
        let (told, uses) = left(std::slice::from_ref(&over));
        assert_eq!((told.len(), uses), (findings().len(), vec![(MuteState::Expired, 3)]));
        // Another that holds takes its place.
        let (_, uses) = left(&[over, entry("token-locked")]);
        assert_eq!(uses, [(MuteState::Expired, 0), (MuteState::Active, 3)]);
    }

    #[test]
    fn a_finding_about_the_fleet_is_muted_for_the_whole_fleet_or_not_at_all() {
        let count = |hosts| {
            let mutes = [Mute { hosts, ..entry("token-locked") }];
            mute(findings(), &mutes, Specimen::STARTED, |_| true).muted.len()
        };
        assert_eq!((count(Some(vec!["a".into(), "b".into()])), count(None)), (0, 3));
    }
}
