//! What a run comes to: the built-in rules, and those of its playbook.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::own_rules::OwnRules;
use super::view::View;
use crate::findings::{Check, FleetFacts, MuteState, MuteUse, Muted, evaluate, explain, mute};
use crate::model::{Finding, HostName, InputIssue, Mute, OwnRule, RunRecord, Subject};
use crate::template::TemplateSet;

/// All findings of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// First those about the fleet, then host by host; of each host those of the built-in rules first.
    pub findings: Vec<Finding>,
    /// Those that are muted, in the same order.
    pub muted: Vec<Muted>,
    /// The mutes of the run and what each came to.
    pub mutes: Vec<(Mute, MuteUse)>,
    /// What a reader must know of how the findings came about.
    pub notes: Vec<String>,
    /// Rules of the playbook that could not be judged, or not everywhere, and mutes that have expired.
    pub issues: Vec<InputIssue>,
}

/// Judges a run by the built-in rules and by those that it is recorded with, and takes out what it
/// mutes. `facts` are those of `record`.
pub fn judge(record: &RunRecord, facts: &FleetFacts, templates: &TemplateSet) -> Judgement {
    let mut judgement = Judgement { findings: evaluate(facts), ..Judgement::default() };
    if !record.header.rules.is_empty() {
        judgement.add_own(record, facts, templates);
    }
    judgement.mute(record, facts.now());
    judgement
}

impl Judgement {
    /// As [`judge`], by the built-in rules alone.
    pub(super) fn of_built_in_rules(record: &RunRecord, facts: &FleetFacts) -> Self {
        let mut judgement = Self { findings: evaluate(facts), ..Self::default() };
        judgement.mute(record, facts.now());
        judgement
    }

    fn add_own(&mut self, record: &RunRecord, facts: &FleetFacts, templates: &TemplateSet) {
        let rules = &record.header.rules;
        let view = Arc::new(View::new(record, facts, &self.findings));
        let own = OwnRules::new(facts, &view, templates);
        for rule in rules {
            let outcome = own.judge(rule);
            self.findings.extend(outcome.findings);
            if let Some(trouble) = outcome.trouble {
                self.notes.push(trouble.note());
                self.issues.push(trouble.issue());
            }
        }
        let places: HashMap<&HostName, usize> =
            facts.devices().enumerate().map(|(index, unit)| (&unit.entry.host, index)).collect();
        self.findings.sort_by_key(|finding| match is_of_fleet(&finding.rule, rules) {
            true => None,
            false => places.get(&finding.host).copied(),
        });
    }

    fn mute(&mut self, record: &RunRecord, now: Timestamp) {
        let (mutes, rules) = (&record.header.mutes, &record.header.rules);
        let findings = std::mem::take(&mut self.findings);
        let muting = mute(findings, mutes, now, |finding| is_of_fleet(&finding.rule, rules));
        self.findings = muting.findings;
        self.muted = muting.muted;
        for (mute, used) in mutes.iter().zip(muting.uses) {
            if used.state == MuteState::Expired {
                self.issues.push(expired(mute, used.count));
            }
            self.mutes.push((mute.clone(), used));
        }
    }
}

fn expired(mute: &Mute, count: usize) -> InputIssue {
    let back = match count {
        0 => "no finding is".to_owned(),
        1 => "1 finding is".to_owned(),
        count => format!("{count} findings are"),
    };
    let Mute { rule, until, .. } = mute;
    InputIssue::warning(format!("the mute of `{}` ended on {until}: {back} back", rule.text))
        .at(rule.place.clone(), rule.width)
        .hint("mend what it is about and take it out, or give it a new `until` and `because`")
}

/// Whether what a rule finds is about the fleet, and stands under a host only to stand somewhere.
pub fn is_of_fleet(rule: &str, own: &[OwnRule]) -> bool {
    match explain(rule) {
        Some(rule) => matches!(rule.check, Check::Fleet(_)),
        None => own.iter().any(|own| own.id == rule && own.over == Subject::Fleet),
    }
}
