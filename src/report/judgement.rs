//! What a run comes to: the built-in rules, and those of its playbook.

use std::collections::HashMap;
use std::sync::Arc;

use super::own_rules::OwnRules;
use super::view::View;
use crate::findings::{Check, FleetFacts, evaluate, explain};
use crate::model::{Finding, HostName, InputIssue, OwnRule, RunRecord, Subject};
use crate::template::TemplateSet;

/// All findings of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// First those about the fleet, then host by host; of each host those of the built-in rules first.
    pub findings: Vec<Finding>,
    /// What a reader must know of how the findings came about.
    pub notes: Vec<String>,
    /// Rules of the playbook that could not be judged, or not everywhere.
    pub issues: Vec<InputIssue>,
}

/// Judges a run by the built-in rules and by those that it is recorded with. `facts` are those of
/// `record`.
pub fn judge(record: &RunRecord, facts: &FleetFacts, templates: &TemplateSet) -> Judgement {
    let mut judgement = Judgement { findings: evaluate(facts), ..Judgement::default() };
    let rules = &record.header.rules;
    if rules.is_empty() {
        return judgement;
    }
    let view = Arc::new(View::new(record, facts, &judgement.findings));
    let own = OwnRules::new(record, facts, &view, templates);
    for rule in rules {
        let outcome = own.judge(rule);
        judgement.findings.extend(outcome.findings);
        if let Some(trouble) = outcome.trouble {
            judgement.notes.push(trouble.note());
            judgement.issues.push(trouble.issue());
        }
    }
    let places: HashMap<&HostName, usize> =
        facts.devices().enumerate().map(|(index, unit)| (&unit.entry.host, index)).collect();
    judgement.findings.sort_by_key(|finding| match is_of_fleet(finding, rules) {
        true => None,
        false => places.get(&finding.host).copied(),
    });
    judgement
}

/// Whether a finding is about the fleet, and stands under a host only to stand somewhere.
fn is_of_fleet(finding: &Finding, own: &[OwnRule]) -> bool {
    match explain(&finding.rule) {
        Some(rule) => matches!(rule.check, Check::Fleet(_)),
        None => own.iter().any(|rule| rule.id == finding.rule && rule.over == Subject::Fleet),
    }
}
