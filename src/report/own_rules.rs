//! The rules of a playbook, over the objects that templates see.

use std::sync::Arc;

use minijinja::Value as Jinja;

use super::context::context;
use super::view::{UserView, View};
use crate::findings::{AccountFacts, DeviceFacts, FleetFacts, TokenFacts, TokenSheet};
use crate::model::{Evidence, Finding, HostPart, InputIssue, OwnRule, Subject, Written};
use crate::template::{Condition, TemplateError, TemplateSet};

/// A run as rules of a playbook see it.
pub(super) struct OwnRules<'a> {
    facts: &'a FleetFacts,
    templates: &'a TemplateSet,
    fleet: Jinja,
    devices: Vec<DeviceValues>,
}

/// One FortiGate with what belongs to it, as templates see it.
struct DeviceValues {
    device: Jinja,
    tokens: Vec<Jinja>,
    users: Vec<Jinja>,
}

/// What one rule comes to.
pub(super) struct Outcome {
    pub findings: Vec<Finding>,
    pub trouble: Option<Trouble>,
}

/// That a rule could not be judged, or not everywhere.
pub(super) struct Trouble {
    /// What was to be evaluated.
    written: Written,
    error: TemplateError,
    /// One sentence without a full stop.
    message: String,
}

/// One thing that a rule looks at.
enum Case<'a> {
    Token(&'a DeviceFacts, &'a TokenSheet, &'a TokenFacts),
    Device(&'a DeviceFacts),
    User(&'a DeviceFacts, &'a AccountFacts),
    Fleet(&'a DeviceFacts),
}

impl<'a> OwnRules<'a> {
    /// `view` is that of these facts, with the findings of the built-in rules.
    pub fn new(facts: &'a FleetFacts, view: &Arc<View>, templates: &'a TemplateSet) -> Self {
        let fleet = context(view);
        let list = |name: &str| {
            let list = fleet.get_attr(name).unwrap_or_default();
            list.try_iter().into_iter().flatten().collect::<Vec<_>>().into_iter()
        };
        let (mut tokens, mut users) = (list("tokens"), list("users"));
        let devices = facts.devices().zip(list("devices")).map(|(unit, device)| DeviceValues {
            device,
            tokens: tokens.by_ref().take(unit.tokens().count()).collect(),
            users: users.by_ref().take(UserView::shown(unit).count()).collect(),
        });
        let devices = devices.collect();
        Self { facts, templates, fleet, devices }
    }

    /// Judges everything that a rule looks at.
    pub fn judge(&self, rule: &OwnRule) -> Outcome {
        let mut outcome = Outcome { findings: Vec::new(), trouble: None };
        let mut conditions = Vec::new();
        for written in &rule.when {
            match self.templates.condition(&written.text) {
                Ok(condition) => conditions.push((condition, written)),
                Err(error) => {
                    let message = format!("the rule `{}` could not be judged", rule.id);
                    outcome.trouble = Some(Trouble { written: written.clone(), error, message });
                    return outcome;
                }
            }
        }
        let (mut all, mut unjudged, mut first) = (0, 0, None);
        for (case, context) in self.cases(rule) {
            all += 1;
            match self.look(rule, &conditions, &case, &context) {
                Ok(found) => outcome.findings.extend(found),
                Err(failed) => {
                    let (error, written) = *failed;
                    unjudged += 1;
                    first.get_or_insert_with(|| (error, written.clone(), case.name()));
                }
            }
        }
        outcome.trouble = first.map(|(error, written, name)| {
            let over = rule.over.as_str();
            let which = match rule.over {
                Subject::Fleet => String::new(),
                _ if unjudged == 1 => format!(" for the {over} {name}"),
                _ => format!(" for {unjudged} of {all} {over}s, such as {name}"),
            };
            let message = format!("the rule `{}` could not be judged{which}", rule.id);
            Trouble { written, error, message }
        });
        outcome
    }

    /// What a rule looks at, with what its names mean there.
    fn cases(&self, rule: &OwnRule) -> Vec<(Case<'a>, Jinja)> {
        let facts = self.facts;
        let part = HostPart::of(rule.hosts.as_deref());
        let is_meant = |unit: &DeviceFacts| part.contains(&unit.entry.host);
        let mut cases = Vec::new();
        if rule.over == Subject::Fleet {
            let context = Jinja::from_pairs([("fleet", self.fleet.clone())]);
            // It stands under the first host of its play.
            cases.extend(
                facts
                    .devices()
                    .find(|unit| is_meant(unit))
                    .map(|unit| (Case::Fleet(unit), context)),
            );
            return cases;
        }
        for (unit, values) in facts.devices().zip(&self.devices).filter(|(unit, _)| is_meant(unit))
        {
            let with = |name: &str, value: &Jinja| {
                Jinja::from_pairs([
                    (name, value.clone()),
                    ("device", values.device.clone()),
                    ("fleet", self.fleet.clone()),
                ])
            };
            match rule.over {
                Subject::Token => {
                    let tokens = unit.tokens().zip(&values.tokens);
                    cases.extend(tokens.map(|((sheet, token), value)| {
                        (Case::Token(unit, sheet, token), with("token", value))
                    }));
                }
                Subject::User => {
                    let users = UserView::shown(unit).zip(&values.users);
                    cases.extend(
                        users.map(|(account, value)| {
                            (Case::User(unit, account), with("user", value))
                        }),
                    );
                }
                Subject::Device => {
                    let context = Jinja::from_pairs([
                        ("device", values.device.clone()),
                        ("tokens", Jinja::from(values.tokens.clone())),
                        ("users", Jinja::from(values.users.clone())),
                        ("fleet", self.fleet.clone()),
                    ]);
                    cases.push((Case::Device(unit), context));
                }
                Subject::Fleet => {}
            }
        }
        cases
    }

    fn look<'r>(
        &self,
        rule: &'r OwnRule,
        conditions: &[(Condition<'_>, &'r Written)],
        case: &Case<'_>,
        context: &Jinja,
    ) -> Result<Option<Finding>, Box<(TemplateError, &'r Written)>> {
        for (condition, written) in conditions {
            if !condition.holds(context).map_err(|error| Box::new((error, *written)))? {
                return Ok(None);
            }
        }
        let fill = |written: &'r Written| {
            let filled = self.templates.fill(&written.text, context);
            filled.map(|text| text.trim().to_owned()).map_err(|error| Box::new((error, written)))
        };
        let message = fill(&rule.message)?;
        let remedy = match &rule.remedy {
            Some(remedy) => fill(remedy)?,
            None => format!("The playbook says no remedy for `{}`.", rule.id),
        };
        let unit = case.unit();
        Ok(Some(Finding {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            action: rule.action,
            host: unit.entry.host.clone(),
            device_serial: unit.serial().map(str::to_owned),
            vdom: case.vdom(),
            token: case.token(),
            subject: case.subject(),
            message: if message.is_empty() { format!("{}.", rule.title) } else { message },
            remedy,
            low_confidence: case.token().is_some() && unit.server_reach().is_doubtful(),
            evidence: self.evidence(case),
        }))
    }

    /// The line that a finding rests on: of a FortiGate as a whole, the first of its status; of the
    /// fleet there is none.
    fn evidence(&self, case: &Case<'_>) -> Vec<Evidence> {
        match case {
            Case::Token(unit, sheet, token) => vec![unit.evidence(sheet, token)],
            Case::User(unit, account) => vec![unit.account_evidence(account)],
            Case::Device(unit) => unit.status_evidence().into_iter().collect(),
            Case::Fleet(_) => Vec::new(),
        }
    }
}

impl<'a> Case<'a> {
    fn unit(&self) -> &'a DeviceFacts {
        match self {
            Self::Token(unit, ..)
            | Self::Device(unit)
            | Self::User(unit, _)
            | Self::Fleet(unit) => unit,
        }
    }

    fn vdom(&self) -> Option<String> {
        match self {
            Self::Token(_, sheet, _) => sheet.vdom.clone(),
            Self::User(_, account) => account.vdom.clone(),
            Self::Device(_) | Self::Fleet(_) => None,
        }
    }

    /// Its serial, where the finding is about one.
    fn token(&self) -> Option<String> {
        match self {
            Self::Token(_, _, token) => Some(token.token.serial.to_string()),
            Self::User(..) | Self::Device(_) | Self::Fleet(_) => None,
        }
    }

    /// The account, where the finding is about one.
    fn subject(&self) -> Option<String> {
        match self {
            Self::User(_, account) => Some(account.account.name.to_string()),
            Self::Token(..) | Self::Device(_) | Self::Fleet(_) => None,
        }
    }

    /// For a message.
    fn name(&self) -> String {
        let host = &self.unit().entry.host;
        match self {
            Self::Token(_, _, token) => format!("{} on {host}", token.token.serial),
            Self::User(_, account) => format!("{} on {host}", account.account.name),
            Self::Device(_) | Self::Fleet(_) => host.to_string(),
        }
    }
}

impl Trouble {
    /// Whether something was not there that the data of another run may have.
    pub fn is_of_data(&self) -> bool {
        self.error.undefined.as_deref() == Some("")
    }

    /// For a reader of the report.
    pub fn note(&self) -> String {
        format!("{}: {}", self.message, self.error)
    }

    /// Before a run, of an example.
    pub fn check_issue(&self, rule: &OwnRule) -> InputIssue {
        let message =
            format!("the rule `{}` fails on some {}: {}", rule.id, rule.over.as_str(), self.error);
        let hint = self.error.hint.clone();
        let hint = hint.unwrap_or_else(|| {
            "a field may be `null` or 0: ask first, as in `token.owner is not none and …`".into()
        });
        InputIssue::error(message).at(self.written.place.clone(), self.written.width).hint(hint)
    }

    /// For whoever keeps the playbook.
    pub fn issue(&self) -> InputIssue {
        let Written { place, width, .. } = &self.written;
        let hint = self.error.hint.clone();
        let hint = hint.unwrap_or_else(|| "correct the rule, and run the playbook again".into());
        InputIssue::error(self.note()).at(place.clone(), *width).hint(hint)
    }
}
