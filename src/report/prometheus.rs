//! The run in numbers for Prometheus, in its text format 0.0.4.

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::Text;
use super::measure::status_key;
use super::view::{TokenView, View};

/// The longest value of a label, in characters. A list of hosts in place of an inventory may be long.
const LONGEST: usize = 200;

/// One metric; all are gauges, since each run says all anew.
pub struct Metric {
    pub name: &'static str,
    /// What it counts, one sentence with a full stop. `docs/metrics.md` says the same.
    pub help: &'static str,
    /// Those by which its samples differ, besides `audit` and `inventory`, which all have.
    pub labels: &'static [&'static str],
    samples: fn(&View) -> Vec<Sample>,
}

/// The values of a metric's labels, in its order, and the number. A label without a value is left
/// out.
type Sample = (Vec<String>, f64);

/// Every metric. None has a label for a token or a user: their number would be that of the time
/// series, and who holds a token is nothing for a monitoring system.
pub static METRICS: &[Metric] = &[
    Metric {
        name: "tokenfleet_build_info",
        help: "The version of tokenfleet that ran; always 1.",
        labels: &["version"],
        samples: |view| vec![(vec![view.run.version.to_string()], 1.0)],
    },
    Metric {
        name: "tokenfleet_run_start_timestamp_seconds",
        help: "When the last run began.",
        labels: &[],
        samples: |view| time(Some(&view.run.started)),
    },
    Metric {
        name: "tokenfleet_run_end_timestamp_seconds",
        help: "When the last run ended; missing where it did not come to an end.",
        labels: &[],
        samples: |view| time(view.run.finished.as_ref()),
    },
    Metric {
        name: "tokenfleet_run_duration_seconds",
        help: "How long the last run took.",
        labels: &[],
        samples: |view| view.run.duration_s.map(|seconds| (vec![], seconds)).into_iter().collect(),
    },
    Metric {
        name: "tokenfleet_run_complete",
        help: "1 where the last run came to its end, 0 where it was interrupted.",
        labels: &[],
        samples: |view| one(flag(view.run.finished.is_some() && !view.run.interrupted)),
    },
    Metric {
        name: "tokenfleet_hosts",
        help: "FortiGates of the run by what became of them; together they are all.",
        labels: &["outcome"],
        samples: |view| {
            let hosts = &view.summary.hosts;
            counts([
                ("examined", hosts.examined),
                ("failed", hosts.failed),
                ("unreachable", hosts.unreachable),
                ("not_attempted", hosts.not_attempted),
                ("interrupted", hosts.interrupted),
                ("unfinished", hosts.unfinished),
            ])
        },
    },
    Metric {
        name: "tokenfleet_hosts_partial",
        help: "FortiGates of which perhaps not all was read; they count in tokenfleet_hosts too.",
        labels: &[],
        samples: |view| one(view.summary.hosts.partial as f64),
    },
    Metric {
        name: "tokenfleet_hosts_low_confidence",
        help: "FortiGates that do not reach their token server, or do not say so clearly.",
        labels: &[],
        samples: |view| one(view.summary.hosts.low_confidence as f64),
    },
    Metric {
        name: "tokenfleet_tokens",
        help: "Different tokens by status; one that several FortiGates show counts once.",
        labels: &["status"],
        samples: tokens,
    },
    Metric {
        name: "tokenfleet_tokens_by_kind",
        help: "Different tokens by kind.",
        labels: &["kind"],
        samples: |view| {
            let kinds = view.summary.tokens.by_kind.iter();
            counts(kinds.map(|kind| (kind.kind, kind.count)))
        },
    },
    Metric {
        name: "tokenfleet_license_tokens",
        help: "Different tokens of each licence: spare, pending, in use, in trouble or unknown.",
        labels: &["license", "state"],
        samples: licences,
    },
    Metric {
        name: "tokenfleet_findings",
        help: "Findings by severity, without muted ones.",
        labels: &["severity"],
        samples: |view| {
            let counted = &view.summary.findings.by_severity;
            counts([
                ("critical", counted.critical),
                ("error", counted.error),
                ("warning", counted.warning),
                ("info", counted.info),
            ])
        },
    },
    Metric {
        name: "tokenfleet_findings_by_action",
        help: "Findings by who has to act, without muted ones.",
        labels: &["action"],
        samples: |view| {
            let counted = &view.summary.findings.by_action;
            counts([
                ("reprovision", counted.reprovision),
                ("support_ticket", counted.support_ticket),
                ("attention", counted.attention),
                ("none", counted.none),
            ])
        },
    },
    Metric {
        name: "tokenfleet_findings_by_rule",
        help: "Findings of each rule that found something, without muted ones.",
        labels: &["rule", "severity"],
        samples: |view| {
            let rules = view.summary.findings.by_rule.iter();
            rules
                .map(|rule| {
                    (vec![rule.rule.to_string(), rule.severity.to_owned()], rule.count as f64)
                })
                .collect()
        },
    },
    Metric {
        name: "tokenfleet_findings_muted",
        help: "Findings that the playbook mutes.",
        labels: &[],
        samples: |view| one(view.summary.findings.muted as f64),
    },
    Metric {
        name: "tokenfleet_host_examined",
        help: "1 for a FortiGate that was examined, 0 for one that was not.",
        labels: &["host"],
        samples: |view| of_hosts(view, |device| Some(flag(device.outcome == "examined"))),
    },
    Metric {
        name: "tokenfleet_host_duration_seconds",
        help: "How long the examination of a FortiGate took.",
        labels: &["host"],
        samples: |view| of_hosts(view, |device| device.duration_s),
    },
    Metric {
        name: "tokenfleet_host_server_reachable",
        help: "1 where a FortiGate reaches its token server, 0 where it does not; missing where it does not say.",
        labels: &["host"],
        samples: |view| {
            of_hosts(view, |device| match device.server {
                "reachable" => Some(1.0),
                "unreachable" => Some(0.0),
                _ => None,
            })
        },
    },
    Metric {
        name: "tokenfleet_host_tokens",
        help: "Tokens that a VDOM of a FortiGate shows, by status; missing where there are none.",
        labels: &["host", "vdom", "status"],
        samples: |view| {
            grouped(view.tokens.iter().map(|token| {
                let vdom = token.vdom.as_ref().map(Text::to_string).unwrap_or_default();
                vec![token.host.to_string(), vdom, status_key(&token.status).to_owned()]
            }))
        },
    },
    Metric {
        name: "tokenfleet_host_findings",
        help: "Findings on a FortiGate by severity, without muted ones; missing where there are none.",
        labels: &["host", "severity"],
        samples: |view| {
            grouped(
                (view.findings.iter())
                    .map(|finding| vec![finding.host.to_string(), finding.severity.to_owned()]),
            )
        },
    },
];

/// All metrics of a run.
pub(super) fn prometheus(view: &View) -> Vec<u8> {
    let playbook = view.run.playbook.rsplit(['/', '\\']).next().unwrap_or_default();
    let audit = playbook.rsplit_once('.').map_or(playbook, |(stem, _)| stem);
    let inventories: Vec<&str> = view.run.inventories.iter().map(Text::as_str).collect();
    let inventory = inventories.join(",");
    let common = [("audit", audit), ("inventory", inventory.as_str())];
    let mut text = String::new();
    for metric in METRICS {
        let samples = (metric.samples)(view);
        if samples.is_empty() {
            continue;
        }
        let Metric { name, help, labels, .. } = metric;
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
        for (values, number) in samples {
            let own = labels.iter().copied().zip(values.iter().map(String::as_str));
            let pairs = common.into_iter().chain(own).filter(|(_, value)| !value.is_empty());
            let pairs: Vec<String> =
                pairs.map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
            text.push_str(&format!("{name}{{{}}} {number}\n", pairs.join(",")));
        }
    }
    text.into_bytes()
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars().take(LONGEST) {
        match c {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            c => text.push(c),
        }
    }
    text
}

fn one(number: f64) -> Vec<Sample> {
    vec![(Vec::new(), number)]
}

fn flag(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn time(at: Option<&Text>) -> Vec<Sample> {
    let at = at.and_then(|at| at.parse::<Timestamp>().ok());
    at.map(|at| (Vec::new(), at.as_second() as f64)).into_iter().collect()
}

fn counts<'a>(counted: impl IntoIterator<Item = (&'a str, usize)>) -> Vec<Sample> {
    counted.into_iter().map(|(label, count)| (vec![label.to_owned()], count as f64)).collect()
}

fn of_hosts(view: &View, number: impl Fn(&super::view::DeviceView) -> Option<f64>) -> Vec<Sample> {
    let devices = view.devices.iter();
    devices.filter_map(|d| Some((vec![d.host.to_string()], number(d)?))).collect()
}

/// How often each combination comes, in the order in which they come first.
fn grouped(all: impl Iterator<Item = Vec<String>>) -> Vec<Sample> {
    let mut counted: IndexMap<Vec<String>, usize> = IndexMap::new();
    for values in all {
        *counted.entry(values).or_default() += 1;
    }
    counted.into_iter().map(|(values, count)| (values, count as f64)).collect()
}

/// Every documented status, also those that no token has, and one for all others.
fn tokens(view: &View) -> Vec<Sample> {
    let mut counted: IndexMap<&str, usize> =
        super::measure::status_keys().map(|key| (key, 0)).collect();
    for status in &view.summary.tokens.by_status {
        *counted.entry(status_key(&status.status)).or_default() += status.count;
    }
    counts(counted)
}

/// A token that several FortiGates show counts once, with the gravest state that one of them shows.
fn licences(view: &View) -> Vec<Sample> {
    const RISING: [&str; 5] = ["spare", "in_use", "pending", "unknown", "trouble"];
    let classes: HashMap<&str, &str> = (view.summary.tokens.by_status.iter())
        .map(|status| (&*status.status, status.class))
        .collect();
    let class = |token: &TokenView| classes.get(&*token.status).copied().unwrap_or("unknown");
    let gravity = |class: &str| RISING.iter().position(|known| *known == class);
    let mut gravest: IndexMap<(&str, String), &str> = IndexMap::new();
    for token in &view.tokens {
        let Some(license) = &token.license else { continue };
        let known =
            gravest.entry((&**license, token.serial.to_ascii_uppercase())).or_insert("spare");
        if gravity(class(token)) > gravity(known) {
            *known = class(token);
        }
    }
    grouped(
        gravest.into_iter().map(|((license, _), state)| vec![license.to_owned(), state.to_owned()]),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::example_view;

    const PAGE: &str = include_str!("../../docs/metrics.md");
    const DASHBOARD: &str = include_str!("../../contrib/grafana/tokenfleet.json");

    fn text(view: &View) -> String {
        String::from_utf8(prometheus(view)).unwrap()
    }

    #[test]
    fn what_prometheus_reads() {
        insta::assert_snapshot!(text(&example_view()));
    }

    #[test]
    fn names_and_labels_are_as_prometheus_wants_them_and_no_series_comes_twice() {
        let view = example_view();
        let name = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_lowercase())
                && text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
        };
        let mut names = BTreeSet::new();
        for metric in METRICS {
            assert!(name(metric.name) && metric.name.starts_with("tokenfleet_"), "{}", metric.name);
            assert!(names.insert(metric.name), "{} twice", metric.name);
            assert!(metric.help.ends_with('.'), "{}", metric.help);
            for label in metric.labels {
                assert!(name(label) && !["token", "serial", "user", "owner"].contains(label));
            }
            for (values, _) in (metric.samples)(&view) {
                assert_eq!(values.len(), metric.labels.len(), "{}", metric.name);
            }
        }
        let text = text(&view);
        let series = text.lines().filter(|line| !line.starts_with('#'));
        let keys: Vec<&str> = series.map(|line| line.rsplit_once(' ').unwrap().0).collect();
        let different: BTreeSet<&&str> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }

    #[test]
    fn the_hosts_of_all_outcomes_are_all_hosts() {
        let view = example_view();
        let metric = METRICS.iter().find(|metric| metric.name == "tokenfleet_hosts").unwrap();
        let sum: f64 = (metric.samples)(&view).iter().map(|(_, number)| number).sum();
        assert_eq!(sum, view.devices.len() as f64);
    }

    #[test]
    fn no_token_and_no_user_is_named() {
        let view = example_view();
        let text = text(&view);
        for token in &view.tokens {
            assert!(!text.contains(&*token.serial), "{}", token.serial);
        }
        for user in &view.users {
            assert!(!text.contains(&format!("\"{}\"", user.name)), "{}", user.name);
        }
    }

    #[test]
    fn a_value_stays_within_its_quotes() {
        let mut view = example_view();
        view.devices[0].host = "a\"} 1\\".into();
        assert!(text(&view).contains(r#"host="a\"} 1\\"} 1"#));
    }

    #[test]
    fn a_status_that_nobody_knows_makes_no_series_of_its_own() {
        let mut view = example_view();
        let count = text(&view).lines().count();
        view.tokens[0].status = "made up by a device".into();
        assert!(text(&view).lines().count() <= count + 1);
        assert!(!text(&view).contains("made up"));
    }

    #[test]
    fn the_page_describes_every_metric_and_no_other() {
        let described: Vec<String> = PAGE
            .lines()
            .filter(|line| line.starts_with("| `tokenfleet_"))
            .map(str::to_owned)
            .collect();
        let expected: Vec<String> = METRICS
            .iter()
            .map(|metric| {
                let labels: Vec<String> =
                    metric.labels.iter().map(|label| format!("`{label}`")).collect();
                format!("| `{}` | {} | {} |", metric.name, labels.join(", "), metric.help)
            })
            .collect();
        assert_eq!(described, expected, "{}", expected.join("\n"));
    }

    #[test]
    fn the_dashboard_and_the_alerts_name_only_what_there_is() {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
        let mut expressions = Vec::new();
        collect(&dashboard, &mut expressions);
        assert!(expressions.len() > 8, "{expressions:?}");
        let mut used = BTreeSet::new();
        for text in expressions.iter().map(String::as_str).chain([PAGE]) {
            for word in text.split(|c| !is_part(c)).filter(|word| word.starts_with("tokenfleet_")) {
                let metric = METRICS.iter().any(|metric| metric.name == word);
                assert!(metric, "`{word}` is no metric: {text}");
                used.insert(word.to_owned());
            }
        }
        for text in &expressions {
            for label in text.split("by (").skip(1).filter_map(|rest| rest.split(')').next()) {
                for label in label.split(", ") {
                    let known = METRICS.iter().any(|metric| metric.labels.contains(&label));
                    assert!(known || ["audit", "inventory"].contains(&label), "{label}: {text}");
                }
            }
        }
    }

    /// Every query of the dashboard.
    fn collect(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    match value
                        .as_str()
                        .filter(|_| ["expr", "query", "definition"].contains(&&**key))
                    {
                        Some(text) => found.push(text.to_owned()),
                        None => collect(value, found),
                    }
                }
            }
            serde_json::Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
}
