//! The hosts and findings of a run.

use super::table::{push_row, rows, unreadable};
use super::{FindingState, HostState, RunHead, Sight};

/// What is kept of a run to look back over many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    pub head: RunHead,
    /// In inventory order.
    pub hosts: Vec<HostState>,
    /// In the order of the reports, those that are muted last.
    pub findings: Vec<FindingState>,
}

/// Stands for what the host before has, as most do.
pub(super) const SAME: &str = "=";

/// Between the hosts of a cell.
const BETWEEN: &str = "\u{1f}";

impl Overview {
    /// As it is kept.
    pub fn to_text(&self) -> String {
        // A head is numbers and texts: it becomes JSON.
        let mut text = serde_json::to_string(&self.head).unwrap_or_default();
        text.push('\n');
        let mut last = String::new();
        for HostState { host, outcome, sight, limits, unjudged } in &self.hosts {
            let unjudged = unjudged.join(",");
            let cell = if unjudged == last { SAME } else { &unjudged };
            push_row(&mut text, &["h", host, outcome, sight.letter(), limits, cell]);
            last = unjudged;
        }
        for found in &self.findings {
            let FindingState { rule, severity, action, host, vdom, token, subject, .. } = found;
            let (muted, fleet) = (if found.muted { "m" } else { "" }, found.fleet.join(BETWEEN));
            push_row(
                &mut text,
                &[
                    "f",
                    &found.identity(),
                    rule,
                    severity,
                    action,
                    host,
                    vdom,
                    token,
                    subject,
                    muted,
                    &fleet,
                ],
            );
        }
        text
    }

    /// Reads what [`Overview::to_text`] wrote.
    ///
    /// # Errors
    /// A sentence without a full stop, where it is something else.
    pub fn of_text(text: &str) -> Result<Self, String> {
        let (head, rest) = text.split_once('\n').ok_or("it is empty")?;
        let head = serde_json::from_str(head).map_err(|error| error.to_string())?;
        let mut overview = Self { head, hosts: Vec::new(), findings: Vec::new() };
        let mut last = Vec::new();
        for (line, row) in rows(rest) {
            match row[..] {
                ["h", host, outcome, sight, limits, unjudged] => {
                    if unjudged != SAME {
                        let rules = unjudged.split(',').filter(|rule| !rule.is_empty());
                        last = rules.map(str::to_owned).collect();
                    }
                    overview.hosts.push(HostState {
                        host: host.to_owned(),
                        outcome: outcome.to_owned(),
                        sight: Sight::of_letter(sight).ok_or_else(|| unreadable(line))?,
                        limits: limits.to_owned(),
                        unjudged: last.clone(),
                    });
                }
                ["f", _, rule, severity, action, host, vdom, token, subject, muted, fleet] => {
                    overview.findings.push(FindingState {
                        rule: rule.to_owned(),
                        severity: severity.to_owned(),
                        action: action.to_owned(),
                        host: host.to_owned(),
                        vdom: vdom.to_owned(),
                        token: token.to_owned(),
                        subject: subject.to_owned(),
                        muted: !muted.is_empty(),
                        fleet: fleet
                            .split(BETWEEN)
                            .filter(|host| !host.is_empty())
                            .map(str::to_owned)
                            .collect(),
                    });
                }
                _ => return Err(unreadable(line)),
            }
        }
        Ok(overview)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::States;
    use crate::history::fleet::Run;

    #[test]
    fn what_is_written_is_read_again() {
        let run = Run::new()
            .limit("paris")
            .whole("a", &["token-locked FTK1", "fleet-x"])
            .part("b", &[])
            .unseen("c")
            .tokens("a", &[("FTK1", "locked", "alice"), ("FTK2", "new", ""), ("FTK3", "new", "?")])
            .change(|run| {
                run.hosts[1].unjudged = vec!["token-drift".to_owned(), "x".to_owned()];
                run.hosts[2].unjudged = run.hosts[1].unjudged.clone();
                run.findings[0].muted = true;
                run.findings[1].fleet = vec!["a".to_owned(), "b".to_owned()];
            });
        assert_eq!(Overview::of_text(&run.overview.to_text()).unwrap(), run.overview);
        assert_eq!(States::of_text(&run.states.to_text(), |_| true).unwrap(), run.states);
        let some = States::of_text(&run.states.to_text(), |host| host == "b").unwrap();
        assert_eq!((some.devices.len(), some.tokens.len()), (1, 0));
    }

    #[test]
    fn what_is_no_snapshot_is_an_error() {
        assert_eq!(Overview::of_text("").unwrap_err(), "it is empty");
        assert!(Overview::of_text("{}\n").is_err());
        let text = Run::new().overview.to_text() + "x\ty\n";
        assert_eq!(Overview::of_text(&text).unwrap_err(), "the row `x y` is none of a snapshot");
        assert!(States::of_text("x\tFTK1\n", |_| true).is_err());
        assert!(States::of_text("d\tfw\tFG1\n", |_| true).is_err());
    }
}
