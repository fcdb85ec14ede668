//! A replaced FortiGate beside the unit before it.

use indexmap::IndexSet;

use super::device::DeviceFacts;
use super::sheet::{TokenFacts, TokenSheet};
use crate::model::{Severity, TokenStatus};

/// Every token of a host before and after its swap, accounted for. A pure function of the facts of
/// two runs. The two are matched by their name in the inventory, since a serial goes with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement<'a> {
    /// `None` where the run before knows no such host.
    pub before: Option<&'a DeviceFacts>,
    pub after: &'a DeviceFacts,
    pub completeness: Completeness,
    /// Those of before in their order, then those that came with the swap.
    pub tokens: Vec<ReplacedToken<'a>>,
}

/// What the comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Every token of before is there, and works or is spare.
    Complete,
    /// Every token is there, and something is left to do for some.
    Open,
    /// A token of before is not there.
    Lost,
    /// One of the two runs did not read the host's tokens, or not all of them.
    Unknown,
}

impl Completeness {
    /// As reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Open => "open",
            Self::Lost => "lost",
            Self::Unknown => "unknown",
        }
    }

    /// How grave it is, as findings have it.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Complete => None,
            Self::Open => Some(Severity::Error),
            Self::Lost | Self::Unknown => Some(Severity::Critical),
        }
    }
}

/// One token in the two runs. At least one of them shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplacedToken<'a> {
    pub before: Option<(&'a TokenSheet, &'a TokenFacts)>,
    pub after: Option<(&'a TokenSheet, &'a TokenFacts)>,
    pub state: State,
}

/// How a token fares after the swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It was there before, and is not now.
    Lost,
    /// It is not shown, by a unit of which perhaps not all was read.
    Unread,
    /// It is there in a state in which it does not work, and activating it is not enough.
    Trouble,
    /// It is there, and its user must activate it, or it must be assigned again.
    Activate,
    Works,
    /// Assigned to nobody, as before.
    Spare,
    /// It was not there before.
    New,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Lost,
        Self::Unread,
        Self::Trouble,
        Self::Activate,
        Self::Works,
        Self::Spare,
        Self::New,
    ];

    /// As reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Unread => "unread",
            Self::Trouble => "trouble",
            Self::Activate => "activate",
            Self::Works => "works",
            Self::Spare => "spare",
            Self::New => "new",
        }
    }

    /// What it means.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Lost => "It was there before the swap and is not now: import it again.",
            Self::Unread => {
                "It was there before the swap and is not shown now, but perhaps not all was read: \
                 check again."
            }
            Self::Trouble => {
                "It is there, but in a state in which it does not work: see its finding, or \
                 `tokenfleet explain`."
            }
            Self::Activate => {
                "It is there, and its user has yet to activate it, or it has yet to be assigned \
                 again."
            }
            Self::Works => "It is there and works.",
            Self::Spare => "It is there, assigned to nobody, as before the swap.",
            Self::New => "It was not there before the swap.",
        }
    }

    /// The state of a token that is there now.
    fn now(before: Option<&TokenFacts>, after: &TokenFacts) -> Self {
        match after.token.status {
            TokenStatus::Active | TokenStatus::Provisioned => Self::Works,
            TokenStatus::Provisioning | TokenStatus::ProvisionTimeout => Self::Activate,
            TokenStatus::New => {
                let was_spare = before.is_none_or(|before| before.token.status == TokenStatus::New);
                if was_spare && after.owners.is_empty() { Self::Spare } else { Self::Activate }
            }
            TokenStatus::AlreadyActivated
            | TokenStatus::ActivationError
            | TokenStatus::Locked
            | TokenStatus::Other(_) => Self::Trouble,
        }
    }
}

impl<'a> Replacement<'a> {
    pub fn compare(before: Option<&'a DeviceFacts>, after: &'a DeviceFacts) -> Self {
        let whole = is_whole(after);
        let mut tokens = Vec::new();
        let mut found: IndexSet<(Option<&str>, &str)> = IndexSet::new();
        let known = before.filter(|before| !before.sheets.is_empty());
        for (sheet, token) in known.into_iter().flat_map(DeviceFacts::tokens) {
            let now = again(after, sheet, token);
            if let Some((sheet, token)) = now {
                found.insert((sheet.vdom.as_deref(), &token.token.serial));
            }
            let state = match now {
                Some((_, after)) => State::now(Some(token), after),
                None if whole => State::Lost,
                None => State::Unread,
            };
            tokens.push(ReplacedToken { before: Some((sheet, token)), after: now, state });
        }
        for (sheet, token) in after.tokens() {
            if found.contains(&(sheet.vdom.as_deref(), &*token.token.serial)) {
                continue;
            }
            // Without a run before, nothing can be called new.
            let state = if known.is_some() { State::New } else { State::now(None, token) };
            tokens.push(ReplacedToken { before: None, after: Some((sheet, token)), state });
        }
        let completeness = completeness(before, after, &tokens);
        Self { before, after, completeness, tokens }
    }

    /// Why the comparison cannot be trusted, or not wholly; a sentence each.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        match self.before {
            None => doubts.push("The run before the swap does not know this host.".to_owned()),
            Some(before) if before.sheets.is_empty() => doubts.push(
                "The run before the swap did not read this host's tokens: what it held is not \
                 known, and nothing is counted as lost."
                    .to_owned(),
            ),
            Some(before) => {
                doubts.extend(before.gaps.iter().map(|gap| format!("Before the swap, {gap}.")));
                let same = before.serial().is_some() && before.serial() == self.after.serial();
                if same && !self.after.is_clustered() {
                    doubts
                        .push("The serial is the one of before: nothing was replaced.".to_owned());
                }
            }
        }
        if self.after.sheets.is_empty() {
            doubts.push(
                "The new unit's tokens were not read: nothing is counted as lost.".to_owned(),
            );
        }
        doubts.extend(self.after.gaps.iter().map(|gap| format!("After the swap, {gap}.")));
        doubts
    }

    pub fn count(&self, state: State) -> usize {
        self.tokens.iter().filter(|token| token.state == state).count()
    }
}

/// Whether a token that a unit does not show is not there.
fn is_whole(device: &DeviceFacts) -> bool {
    device.is_examined() && !device.sheets.is_empty() && !device.is_partial()
}

/// The same token on the new unit, in its VDOM if it is there, else wherever it is.
fn again<'a>(
    after: &'a DeviceFacts,
    sheet: &TokenSheet,
    token: &TokenFacts,
) -> Option<(&'a TokenSheet, &'a TokenFacts)> {
    let serial = token.token.serial.to_ascii_uppercase();
    let same = after.sheets.iter().find(|now| now.vdom == sheet.vdom);
    let here = same.and_then(|now| Some((now, now.tokens.get(serial.as_str())?)));
    here.or_else(|| after.token(&serial))
}

fn completeness(
    before: Option<&DeviceFacts>,
    after: &DeviceFacts,
    tokens: &[ReplacedToken<'_>],
) -> Completeness {
    let any = |states: &[State]| tokens.iter().any(|token| states.contains(&token.state));
    if any(&[State::Lost]) {
        Completeness::Lost
    } else if !before.is_some_and(is_whole) || !is_whole(after) {
        Completeness::Unknown
    } else if any(&[State::Trouble, State::Activate]) {
        Completeness::Open
    } else {
        Completeness::Complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::FleetFacts;
    use crate::findings::specimen::Specimen;
    use crate::model::{HostFailure, HostName, Stage};

    fn fw(serial: &str, rows: &[&str]) -> Specimen {
        Specimen::new(&["fw"]).status("fw", serial, "disable").tokens("fw", None, rows, "reachable")
    }

    fn device(fleet: &FleetFacts) -> &DeviceFacts {
        fleet.device(&HostName::from("fw")).unwrap()
    }

    fn states(before: &Specimen, after: &Specimen) -> (Completeness, Vec<(String, State)>) {
        let (before, after) = (before.facts(), after.facts());
        let compared = Replacement::compare(Some(device(&before)), device(&after));
        let serial = |token: &ReplacedToken<'_>| {
            token.before.or(token.after).unwrap().1.token.serial.to_string()
        };
        let states = compared.tokens.iter().map(|token| (serial(token), token.state)).collect();
        (compared.completeness, states)
    }

    fn failed(specimen: Specimen) -> Specimen {
        specimen.ended("fw", HostFailure::new(Stage::Command, "no answer", "look"))
    }

    #[test]
    fn every_token_is_accounted_for() {
        let before = fw(
            "FGT60F0000000001",
            &[
                "FTKMOB0000000001 0 provisioned",
                "FTKMOB0000000002 0 provisioned",
                "FTKMOB0000000003 0 provisioned",
                "FTKMOB0000000004 0 new",
                "FTK2000000000005 0 active",
                "FTK2000000000006 0 active",
            ],
        );
        let after = fw(
            "FGT60F0000000002",
            &[
                "ftkmob0000000001 0 provisioned",
                "FTKMOB0000000002 0 provisioning",
                "FTKMOB0000000003 0 new",
                "FTKMOB0000000004 0 new",
                "FTK2000000000005 0 token already activated, and seed won't be returned",
                "FTKMOB0000000009 0 new",
            ],
        );
        let (completeness, found) = states(&before, &after);
        assert_eq!(completeness, Completeness::Lost);
        let found: Vec<_> = found.iter().map(|(serial, state)| (&serial[15..], *state)).collect();
        use State::*;
        assert_eq!(
            found,
            [
                ("1", Works),
                ("2", Activate),
                ("3", Activate),
                ("4", Spare),
                ("5", Trouble),
                ("6", Lost),
                ("9", New),
            ]
        );
    }

    #[test]
    fn nothing_is_lost_that_was_perhaps_not_read() {
        let before = fw("A", &["FTKMOB0000000001 0 provisioned"]);
        for after in
            [fw("B", &["FTKMOB0000000002 ?"]), failed(fw("B", &[])), Specimen::new(&["fw"])]
        {
            let (completeness, found) = states(&before, &after);
            assert_eq!(completeness, Completeness::Unknown);
            assert_eq!(found[0].1, State::Unread);
        }
    }

    #[test]
    fn a_host_that_was_not_examined_before_lost_nothing_and_gained_nothing() {
        let after = fw("B", &["FTKMOB0000000001 0 provisioned"]).facts();
        let unread = failed(Specimen::new(&["fw"])).facts();
        for before in [None, Some(device(&unread))] {
            let compared = Replacement::compare(before, device(&after));
            assert_eq!(compared.completeness, Completeness::Unknown);
            assert_eq!(compared.tokens[0].state, State::Works);
            assert_eq!(compared.doubts().len(), 1);
        }
    }

    #[test]
    fn a_token_that_moved_to_another_vdom_is_not_lost() {
        let row = ["FTKMOB0000000001 0 provisioned"];
        let unit = |vdom| Specimen::new(&["fw"]).tokens("fw", Some(vdom), &row, "reachable");
        let (completeness, found) = states(&unit("root"), &unit("users"));
        assert_eq!((completeness, found.len()), (Completeness::Complete, 1));
    }

    #[test]
    fn the_same_serial_is_no_replacement() {
        let rows = ["FTKMOB0000000001 0 provisioned"];
        let unit = fw("FGT60F0000000001", &rows).facts();
        let compared = Replacement::compare(Some(device(&unit)), device(&unit));
        assert_eq!(compared.completeness, Completeness::Complete);
        assert_eq!(compared.doubts(), ["The serial is the one of before: nothing was replaced."]);
    }
}
