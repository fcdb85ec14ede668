//! The run as a test report: for the pages that build servers make of one.

use std::collections::HashMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Text;
use super::view::{DeviceView, EvidenceView, FindingView, View};
use crate::findings::{Check, RULES};
use crate::model::Severity;

/// The test case that says whether a FortiGate was examined at all.
const EXAMINED: &str = "examined";

/// The suite of what concerns no single FortiGate.
const FLEET: &str = "fleet";

/// The findings of one host and one rule: told and muted ones.
type Found<'a> = HashMap<(&'a str, &'a str), Vec<&'a FindingView>>;

/// One suite per host, with one case that says whether it was examined and one for each built-in
/// rule. A rule of the playbook has a case where it found something. Findings from `fail_on` upwards
/// are failures, as for the exit code; those below stand in the output of a case that passes. What
/// could not be judged is skipped, and never passes.
pub(super) fn junit(view: &View, fail_on: Severity) -> Result<Vec<u8>, SerializeError> {
    let mut found: Found<'_> = HashMap::new();
    for finding in view.findings.iter().chain(&view.muted) {
        found.entry((&*finding.host, &*finding.rule)).or_default().push(finding);
    }
    let mut report = Report::new(format!("tokenfleet {}", view.run.playbook));
    if let Some(seconds) = view.run.duration_s {
        report.set_time(duration(seconds));
    }
    report.add_test_suite(fleet(view, fail_on));
    for device in &view.devices {
        report.add_test_suite(suite(view, device, &found, fail_on));
    }
    let mut bytes = Vec::new();
    report.serialize(&mut bytes)?;
    Ok(bytes)
}

/// Rules that look at all FortiGates at once.
fn fleet(view: &View, fail_on: Severity) -> TestSuite {
    let mut suite = TestSuite::new(FLEET);
    let hosts = &view.summary.hosts;
    for rule in RULES.iter().filter(|rule| matches!(rule.check, Check::Fleet(_))) {
        let all = view.findings.iter().chain(&view.muted);
        let found: Vec<_> = all.filter(|finding| &*finding.rule == rule.id).collect();
        let unjudged = (hosts.examined < hosts.total).then(|| {
            format!("{} of {} FortiGates were not examined", hosts.not_examined, hosts.total)
        });
        suite.add_test_case(case(FLEET, rule.id, &found, unjudged, fail_on));
    }
    suite
}

fn suite(view: &View, device: &DeviceView, found: &Found<'_>, fail_on: Severity) -> TestSuite {
    let mut suite = TestSuite::new(&*device.host);
    suite.add_property(("address", &*device.address));
    let known = [("serial", &device.device_serial), ("version", &device.version)];
    for (name, value) in known {
        if let Some(value) = value {
            suite.add_property((name, &**value));
        }
    }
    suite.add_test_case(examined(device));
    for rule in RULES.iter().filter(|rule| !matches!(rule.check, Check::Fleet(_))) {
        let unjudged = unjudged(device, rule.id);
        let found = of(found, &device.host, rule.id);
        suite.add_test_case(case(&device.host, rule.id, found, unjudged, fail_on));
    }
    for rule in &view.run.rules {
        let found = of(found, &device.host, rule);
        if !found.is_empty() {
            suite.add_test_case(case(&device.host, rule, found, None, fail_on));
        }
    }
    suite
}

fn of<'a>(found: &'a Found<'_>, host: &'a str, rule: &'a str) -> &'a [&'a FindingView] {
    found.get(&(host, rule)).map_or(&[], Vec::as_slice)
}

/// Why the silence of a rule says nothing of a FortiGate.
fn unjudged(device: &DeviceView, rule: &str) -> Option<String> {
    if let Some(failure) = &device.failure {
        return Some(format!("not examined: {}", failure.message));
    }
    let is_unjudged = device.unjudged.contains(&rule);
    is_unjudged.then(|| {
        "what this rests on was not read to the last here, or its limit is not set".to_owned()
    })
}

fn examined(device: &DeviceView) -> TestCase {
    let status = match &device.failure {
        None => TestCaseStatus::success(),
        Some(failure) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(&*failure.message);
            status.set_type(failure.stage.unwrap_or(device.outcome));
            let place = [("command", &failure.command), ("VDOM", &failure.vdom)];
            let place = place.into_iter().filter_map(|(name, value)| {
                value.as_ref().map(|value| format!("{name}: {value}\n"))
            });
            status.set_description(format!("{}{}", place.collect::<String>(), failure.remedy));
            status
        }
    };
    let mut case = TestCase::new(EXAMINED, status);
    case.set_classname(&*device.host);
    if let Some(seconds) = device.duration_s {
        case.set_time(duration(seconds));
    }
    if !device.gaps.is_empty() {
        let gaps: Vec<&str> = device.gaps.iter().map(Text::as_str).collect();
        case.set_system_out(format!("Perhaps not all was read:\n{}", gaps.join("\n")));
    }
    case
}

fn case(
    class: &str,
    rule: &str,
    found: &[&FindingView],
    unjudged: Option<String>,
    fail_on: Severity,
) -> TestCase {
    let severity = |finding: &FindingView| finding.severity.parse::<Severity>().ok();
    let told = || found.iter().filter(|finding| finding.muted.is_none());
    let gravest = told().max_by_key(|finding| severity(finding));
    let muted = found.iter().find_map(|finding| finding.muted.as_ref());
    let status = match (gravest, muted, unjudged) {
        (Some(gravest), ..) if severity(gravest) >= Some(fail_on) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let more = told().count() - 1;
            let more = if more > 0 { format!(" And {more} more.") } else { String::new() };
            status.set_message(format!("{}{more}", gravest.message));
            status.set_type(gravest.severity);
            status.set_description(told().map(|finding| full(finding)).collect::<String>());
            status
        }
        (Some(_), ..) => TestCaseStatus::success(),
        (None, Some(muted), _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("muted until {}: {}", muted.until, muted.because));
            status
        }
        (None, None, Some(why)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why);
            status
        }
        (None, None, None) => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(rule, status);
    case.set_classname(class);
    if !found.is_empty() {
        let lines = found.iter().flat_map(|finding| &finding.evidence).map(line);
        let mut text: String = lines.collect();
        if gravest.is_some_and(|gravest| severity(gravest) < Some(fail_on)) {
            text = told().map(|finding| full(finding)).collect::<String>() + &text;
        }
        case.set_system_out(text);
    }
    case
}

/// What is the case, and what to do.
fn full(finding: &FindingView) -> String {
    let doubt = match finding.low_confidence {
        true => " (this may be stale: the token server is not reached)",
        false => "",
    };
    format!("{}: {}{doubt} {}\n", finding.severity, finding.message, finding.remedy)
}

/// The text of the device.
fn line(evidence: &EvidenceView) -> String {
    let vdom = evidence.vdom.as_ref().map_or_else(String::new, |vdom| format!(" in VDOM {vdom}"));
    let EvidenceView { host, command, line, text, .. } = evidence;
    format!("{host}{vdom}, `{command}`, line {line}: {text}\n")
}

/// The view keeps tenths of a second, never negative.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example_view;

    fn text(view: &View, fail_on: Severity) -> String {
        String::from_utf8(junit(view, fail_on).unwrap()).unwrap()
    }

    #[test]
    fn a_test_case_for_each_fortigate_and_each_check() {
        let view = example_view();
        let text = text(&view, Severity::Error);
        let report = Report::deserialize_from_str(&text).unwrap();
        assert_eq!(report.test_suites.len(), view.devices.len() + 1);
        let built_in = RULES.iter().filter(|rule| !matches!(rule.check, Check::Fleet(_))).count();
        for (suite, device) in report.test_suites[1..].iter().zip(&view.devices) {
            assert_eq!(suite.name.as_str(), &*device.host);
            assert!(suite.test_cases.len() > built_in);
            let is_error = suite.errors == 1;
            assert_eq!(is_error, device.outcome != "examined", "{}", device.host);
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_fails_is_what_the_exit_code_counts() {
        let view = example_view();
        let failures = |fail_on| {
            let report = Report::deserialize_from_str(&text(&view, fail_on)).unwrap();
            report.failures
        };
        assert!(failures(Severity::Info) > failures(Severity::Error));
        let counts = &view.summary.findings.by_severity;
        assert_eq!(failures(Severity::Critical) > 0, counts.critical > 0);
    }

    #[test]
    fn what_was_not_read_never_passes() {
        let mut view = example_view();
        view.findings.clear();
        view.muted.clear();
        let report = Report::deserialize_from_str(&text(&view, Severity::Info)).unwrap();
        let suite = report.test_suites.iter().find(|suite| suite.name.as_str() == "fgt-par-01");
        let suite = suite.unwrap();
        assert_eq!((suite.errors, suite.skipped), (1, suite.tests - 1));
    }

    #[test]
    fn no_text_breaks_out_of_the_file() {
        let mut view = example_view();
        view.devices[0].host = "a\"/><script>]]>".into();
        view.findings[0].message = "<![CDATA[ & \u{1b}[31m".into();
        let text = text(&view, Severity::Info);
        assert!(!text.contains("<script>") && !text.contains('\u{1b}'));
        assert!(Report::deserialize_from_str(&text).is_ok());
    }
}
