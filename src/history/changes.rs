//! What is different between two runs.

use std::collections::HashSet;

use super::{
    DeviceChange, FindingChange, FindingChangeKind, Known, KnownStates, Moment, RunHead,
    TokenChange,
};

/// All that changed from one run to another, with the runs before each in mind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// `None`: there is no earlier run.
    pub before: Option<Moment>,
    pub after: Moment,
    /// What a reader must know of the comparison, a sentence without a full stop each.
    pub notes: Vec<String>,
    /// In inventory order, those that left last.
    pub devices: Vec<DeviceChange>,
    /// By what happened, then in the order of the reports.
    pub findings: Vec<FindingChange>,
    /// By serial.
    pub tokens: Vec<TokenChange>,
}

impl Changes {
    /// Compares what is known at two runs; `None` where the later one knows of no run.
    pub fn between(
        (before, states_before): (&Known, &KnownStates),
        (after, states_after): (&Known, &KnownStates),
    ) -> Option<Self> {
        let run_after = after.runs.first()?;
        Some(Self {
            before: before.runs.first().map(Moment::of),
            after: Moment::of(run_after),
            notes: notes(before.runs.first(), run_after),
            devices: DeviceChange::all((before, states_before), (after, states_after)),
            findings: FindingChange::all(before, after),
            tokens: TokenChange::all((before, states_before), (after, states_after)),
        })
    }

    /// How many troubles are of a kind.
    pub fn count(&self, kind: FindingChangeKind) -> usize {
        self.findings.iter().filter(|change| change.kind == kind).count()
    }
}

/// What a reader must know of the comparison.
fn notes(before: Option<&RunHead>, after: &RunHead) -> Vec<String> {
    let Some(before) = before else {
        let note =
            "there is no earlier run of this playbook over these inventories: everything is new";
        return vec![note.to_owned()];
    };
    let mut notes = Vec::new();
    if before.limit != after.limit {
        let limit = |limit: &Option<String>| {
            limit.as_ref().map_or_else(|| "no limit".to_owned(), |limit| format!("`{limit}`"))
        };
        notes.push(format!(
            "the limits differ, {} before and {} after: a host that one of them leaves out keeps its \
             last known state",
            limit(&before.limit),
            limit(&after.limit)
        ));
    }
    if before.judged_by != after.judged_by {
        notes.push(format!(
            "the runs were judged by tokenfleet {} and {}: what is new or gone may be so since the \
             rules differ",
            before.judged_by, after.judged_by
        ));
    }
    if before.started > after.started {
        notes.push("the second run is the older one".to_owned());
    }
    notes
}

/// How many troubles are new and how many gone, of what is known at two runs.
pub(super) fn new_and_gone(before: &Known, after: &Known) -> (usize, usize) {
    let changes = FindingChange::all(before, after);
    let count =
        |kind: FindingChangeKind| changes.iter().filter(|change| change.kind == kind).count();
    (count(FindingChangeKind::New), count(FindingChangeKind::Gone))
}

impl Known {
    /// The identities of the findings that are something else at `self` than they were at `before`.
    pub fn changed_since(&self, before: &Self) -> HashSet<String> {
        let changes = FindingChange::all(before, self);
        changes.iter().map(|change| change.finding.identity()).collect()
    }

    /// How many troubles are new since `before`, and how many are gone.
    pub fn new_and_gone_since(&self, before: &Self) -> (usize, usize) {
        new_and_gone(before, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::history::fleet::{Fleet, Run};
    use crate::history::{Field, RuleState};

    const LOCKED: &[&str] = &["token-locked FTK1"];

    #[test]
    fn what_came_and_what_went_is_told() {
        let fleet = Fleet::of([
            Run::new().whole("a", &["token-locked FTK1", "device-x"]).whole("b", &[]),
            Run::new().whole("a", LOCKED).whole("b", &["token-locked FTK2"]),
        ]);
        assert_eq!(
            fleet.told(1, 2),
            ["new token-locked FTK2 on b, since run2", "gone device-x on a, since run1 or earlier"]
        );
        assert_eq!(fleet.told(2, 2), [""; 0]);
    }

    #[test]
    fn a_host_that_was_not_reached_is_never_repaired() {
        let fleet = Fleet::of([
            Run::new().whole("a", LOCKED),
            Run::new().unseen("a"),
            Run::new().part("a", &["device-x"]),
            Run::new().whole("a", LOCKED),
            Run::new().unseen("a"),
            Run::new().whole("a", &[]),
        ]);
        let unseen = "not_seen token-locked FTK1 on a, since run1 or earlier, last seen in run1";
        assert_eq!(fleet.told(1, 2), [unseen]);
        assert_eq!(fleet.told(1, 3), ["new device-x on a, since run3", unseen]);
        // It was there all the time, as far as anybody knows.
        assert_eq!(fleet.told(3, 4), ["gone device-x on a, since run3"]);
        assert_eq!(fleet.told(1, 4), [""; 0]);
        assert_eq!(
            fleet.told(5, 6),
            ["gone token-locked FTK1 on a, since run1 or earlier, last seen in run4"]
        );
    }

    #[test]
    fn what_an_unseen_host_hides_is_found_again_without_being_new() {
        let fleet = Fleet::of([
            Run::new().whole("a", &[]),
            Run::new().whole("a", LOCKED),
            Run::new().unseen("a"),
            Run::new().whole("a", LOCKED),
        ]);
        assert_eq!(fleet.told(3, 4), [""; 0]);
        let known = fleet.known(4);
        let found = &known.findings[0];
        assert_eq!((known.runs[found.since].id.as_str(), found.may_be_older()), ("run2", false));
    }

    #[test]
    fn a_limit_is_no_farewell_and_the_inventory_is() {
        let limited = Run::new().whole("b", LOCKED).limit("b");
        let fleet = Fleet::of([
            Run::new().whole("a", LOCKED).whole("b", &[]),
            limited,
            Run::new().whole("b", LOCKED),
        ]);
        assert_eq!(
            fleet.told(1, 2),
            ["changed token-locked FTK1 on b, a, before on a, since run1 or earlier"]
        );
        assert_eq!(fleet.changes(1, 2).devices, []);
        assert_eq!(
            fleet.changes(1, 2).notes,
            [
                "the limits differ, no limit before and `b` after: a host that one of them leaves out \
              keeps its last known state"
            ]
        );
        let left: Vec<_> = fleet.changes(2, 3).devices;
        assert_eq!((left[0].kind.as_str(), left[0].host.as_str(), left.len()), ("left", "a", 1));
        let fleet = Fleet::of([
            Run::new().whole("a", &["device-x"]).whole("b", &[]),
            Run::new().whole("b", &[]),
        ]);
        assert_eq!(fleet.told(1, 2), ["left device-x on a, since run1 or earlier"]);
    }

    #[test]
    fn what_no_rule_judges_any_more_is_not_repaired() {
        let own = |text: &str| RuleState::Own(text.to_owned());
        let with = |rule: RuleState| {
            Run::new().whole("a", &["own"]).change(|run| {
                run.head.rules.insert("own".to_owned(), rule);
            })
        };
        let without = |rule: Option<RuleState>| {
            Run::new().whole("a", &[]).change(|run| {
                run.head.rules.extend(rule.map(|rule| ("own".to_owned(), rule)));
            })
        };
        let told = |then: Run, now: Run| Fleet::of([then, now]).told(1, 2);
        let ending = |told: Vec<String>| told[0].replace(" own on a, since run1 or earlier", "");
        assert_eq!(
            ending(told(with(own("1")), without(None))),
            "not_judged: the rule is no longer there"
        );
        assert_eq!(
            ending(told(with(own("1")), without(Some(own("2"))))),
            "not_judged: the rule has changed"
        );
        assert_eq!(ending(told(with(own("1")), without(Some(own("1"))))), "gone");
        assert_eq!(
            told(without(None), with(own("1"))),
            ["new own on a, since run2: the rule is new"]
        );
        assert_eq!(
            told(without(Some(own("0"))), with(own("1"))),
            ["new own on a, since run2: the rule has changed"]
        );
    }

    #[test]
    fn what_other_limits_hide_is_not_repaired() {
        let fleet = Fleet::of([
            Run::new().whole("a", &["token-drift FTK1", "token-locked FTK1"]),
            Run::new().whole("a", &[]).change(|run| run.hosts[0].limits = "9/3/24/10".to_owned()),
        ]);
        assert_eq!(
            fleet.told(1, 2),
            [
                "gone token-locked FTK1 on a, since run1 or earlier",
                "not_judged token-drift FTK1 on a, since run1 or earlier: its limits have changed",
            ]
        );
    }

    #[test]
    fn what_a_rule_could_not_judge_is_not_repaired() {
        let unjudged = Run::new()
            .whole("a", &[])
            .change(|run| run.hosts[0].unjudged = vec!["token-locked".to_owned()]);
        let fleet =
            Fleet::of([Run::new().whole("a", LOCKED), unjudged, Run::new().whole("a", LOCKED)]);
        assert_eq!(
            fleet.told(1, 2),
            [
                "not_judged token-locked FTK1 on a, since run1 or earlier: what the rule rests on was \
              not read"
            ]
        );
        let known = fleet.known(3);
        assert_eq!(known.runs[known.findings[0].since].id, "run1");
        // Nor is it new when it can be judged again.
        assert_eq!(fleet.told(2, 3), [""; 0]);
    }

    #[test]
    fn what_could_not_be_judged_for_some_nights_is_gone_when_it_is_seen_to_be() {
        let unjudged = || {
            let run = Run::new().whole("a", &[]).whole("b", &[]);
            run.change(|run| run.hosts[0].unjudged = vec!["token-locked".to_owned()])
        };
        let seen = |findings| Run::new().whole("a", findings).whole("b", &["token-locked FTK2"]);
        let fleet = Fleet::of([
            Run::new().whole("a", &["token-locked FTK1", "device-x"]).whole("b", &[]),
            unjudged(),
            Run::new().unseen("a").whole("b", &[]),
            unjudged(),
            seen(&[]),
            seen(&["token-locked FTK1"]),
        ]);
        assert_eq!(
            fleet.told(4, 5),
            [
                "new token-locked FTK2 on b, since run5",
                "gone token-locked FTK1 on a, since run1 or earlier, last seen in run1",
            ]
        );
        assert_eq!(fleet.told(2, 4), [""; 0]);
        assert_eq!(fleet.told(5, 6), ["new token-locked FTK1 on a, since run6"]);
    }

    #[test]
    fn what_counts_over_the_fleet_is_not_gone_while_a_host_is_not_seen() {
        let counted = |hosts: &[&str]| {
            Run::new().whole("a", &["fleet-x"]).whole("b", &[]).unseen("c").change(|run| {
                run.findings[0].fleet = hosts.iter().map(ToString::to_string).collect();
            })
        };
        let fleet = Fleet::of([
            counted(&["a", "b"]),
            Run::new().whole("a", &[]).unseen("b").unseen("c"),
            counted(&["a", "b"]),
            Run::new().whole("a", &[]).whole("b", &[]).unseen("c"),
        ]);
        assert_eq!(
            fleet.told(1, 2),
            ["not_seen fleet-x on a, since run1 or earlier, last seen in run1"]
        );
        assert_eq!(fleet.told(2, 3), [""; 0]);
        assert_eq!(fleet.told(3, 4), ["gone fleet-x on a, since run1 or earlier"]);
    }

    #[test]
    fn what_is_muted_is_neither_gone_nor_new_until_it_is_back() {
        let muted = Run::new().whole("a", LOCKED).change(|run| run.findings[0].muted = true);
        let fleet =
            Fleet::of([Run::new().whole("a", LOCKED), muted, Run::new().whole("a", LOCKED)]);
        assert_eq!(fleet.told(1, 2), ["muted token-locked FTK1 on a, since run1 or earlier"]);
        assert_eq!(
            fleet.told(2, 3),
            ["new token-locked FTK1 on a, since run1 or earlier: no longer muted"]
        );
    }

    #[test]
    fn a_token_takes_its_trouble_along() {
        let token = [("FTK1", "locked", "alice")];
        let fleet = Fleet::of([
            Run::new().whole("a", LOCKED).whole("b", &[]).tokens("a", &token),
            Run::new().whole("a", &[]).whole("b", LOCKED).tokens("b", &token),
            Run::new().whole("a", &[]).unseen("b"),
        ]);
        assert_eq!(
            fleet.told(1, 2),
            ["changed token-locked FTK1 on b, before on a, since run1 or earlier"]
        );
        let tokens = fleet.changes(1, 2).tokens;
        let place = Field { name: "place", before: "a".to_owned(), after: "b".to_owned() };
        assert_eq!((tokens[0].kind.as_str(), &tokens[0].fields), ("changed", &vec![place]));
        assert_eq!(fleet.changes(2, 3).tokens, []);
    }

    #[test]
    fn what_concerns_the_fleet_is_gone_when_all_concerned_were_seen() {
        let spread = |hosts: &[&str]| {
            Run::new().whole("a", &["fleet-x"]).whole("b", &[]).change(|run| {
                run.findings[0].subject = "EFTM1".to_owned();
                run.findings[0].fleet = hosts.iter().map(ToString::to_string).collect();
            })
        };
        let fleet = Fleet::of([
            spread(&["a", "b"]),
            Run::new().whole("a", &[]).unseen("b"),
            Run::new().whole("a", &[]).whole("b", &[]),
        ]);
        assert_eq!(
            fleet.told(1, 2),
            ["not_seen fleet-x on a, since run1 or earlier, last seen in run1"]
        );
        assert_eq!(fleet.told(1, 3), ["gone fleet-x on a, since run1 or earlier"]);
    }

    #[test]
    fn tokens_and_devices_change_by_what_was_read() {
        let device = |run: Run, serial: &str, members: &str| {
            let mut run = run;
            let device = run.states.devices.get_mut("a").unwrap();
            device.serial = serial.to_owned();
            device.members = members.to_owned();
            run
        };
        let fleet = Fleet::of([
            device(Run::new().whole("a", &[]), "FG1", "FG1,FG2").tokens(
                "a",
                &[("FTK1", "new", ""), ("FTK2", "active", "bob"), ("FTK3", "new", "")],
            ),
            device(Run::new().whole("a", &[]), "FG2", "FG1,FG2").tokens(
                "a",
                &[("FTK1", "provisioned", "alice"), ("FTK2", "active", "?"), ("FTK4", "new", "")],
            ),
            Run::new().unseen("a"),
        ]);
        let changes = fleet.changes(1, 2);
        let told: Vec<_> = changes
            .tokens
            .iter()
            .map(|change| {
                let fields =
                    change.fields.iter().map(|f| format!(" {} {}>{}", f.name, f.before, f.after));
                format!("{} {}{}", change.kind.as_str(), change.serial, fields.collect::<String>())
            })
            .collect();
        assert_eq!(
            told,
            ["new FTK4", "changed FTK1 status new>provisioned owner >alice", "gone FTK3"]
        );
        assert!(changes.devices[0].is_failover);
        assert_eq!(changes.devices[0].fields[0].name, "serial");

        let changes = fleet.changes(2, 3);
        assert_eq!(changes.tokens, []);
        assert_eq!(changes.devices[0].fields[0].after, "unreachable");
        assert_eq!(changes.devices[0].seen.as_ref().unwrap().run, "run2");
    }
}
