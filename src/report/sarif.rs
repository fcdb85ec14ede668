//! The findings in SARIF 2.1.0 (OASIS), the form in which tools that look for flaws hand on what they
//! found.

use serde_json::{Map, Value as Json, json};

use super::view::{DeviceView, FindingView, View};
use crate::findings::{RULES, explain};
use crate::model::InputIssue;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with every rule and every finding, muted ones as suppressed. There are no files that
/// anything could stand in: a place is a host, its VDOM and a token, as logical locations. FortiGates that
/// were not examined are notifications, so that a run without results is not taken for a clean fleet.
pub(super) fn sarif(view: &View) -> Result<Vec<u8>, InputIssue> {
    let all = || view.findings.iter().chain(&view.muted);
    let mut rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    for finding in all() {
        if !rules.contains(&&*finding.rule) {
            rules.push(&finding.rule);
        }
    }
    let descriptors: Vec<Json> = rules.iter().map(|id| descriptor(id, view)).collect();
    let results: Vec<Json> = all().map(|finding| result(finding, &rules)).collect();
    let unexamined = view.devices.iter().filter_map(notification);
    let mut invocation = json!({
        "executionSuccessful": view.run.finished.is_some() && !view.run.interrupted,
        "startTimeUtc": view.run.started,
        "toolExecutionNotifications": unexamined.collect::<Vec<_>>(),
    });
    if let Some(finished) = &view.run.finished {
        invocation["endTimeUtc"] = json!(finished);
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "tokenfleet",
                "version": view.run.version,
                "semanticVersion": view.run.version,
                "rules": descriptors,
            }},
            "automationDetails": {"id": format!("{}/{}", view.run.playbook, view.run.id)},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log);
    let text = text.map_err(|error| InputIssue::error(error.to_string()))?;
    Ok((text + "\n").into_bytes())
}

fn descriptor(id: &str, view: &View) -> Json {
    if let Some(rule) = explain(id) {
        return json!({
            "id": id,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.explanation},
            "help": {"text": rule.remedy},
            "defaultConfiguration": {"level": level(rule.severity.as_str())},
            "properties": {"severity": rule.severity, "action": rule.action},
        });
    }
    let mut own = json!({"id": id});
    let found = view.findings.iter().chain(&view.muted).find(|finding| &*finding.rule == id);
    if let Some(finding) = found {
        own["shortDescription"] = json!({"text": finding.title});
        own["defaultConfiguration"] = json!({"level": level(finding.severity)});
    }
    own
}

fn level(severity: &str) -> &'static str {
    match severity {
        "critical" | "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn result(finding: &FindingView, rules: &[&str]) -> Json {
    let evidence = finding.evidence.iter().map(|evidence| {
        json!({
            "location": {
                "message": {"text": format!("`{}`, line {}: {}", evidence.command, evidence.line, evidence.text)},
                "logicalLocations": logical(&evidence.host, evidence.vdom.as_deref(), None),
            },
        })
    });
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "kind": "fail",
        "message": {"text": format!("{} {}", finding.message, finding.remedy)},
        "locations": [{
            "logicalLocations":
                logical(&finding.host, finding.vdom.as_deref(), finding.token.as_deref()),
        }],
        "partialFingerprints": {"tokenfleet/v1": fingerprint(finding)},
        "codeFlows": [{"threadFlows": [{"locations": evidence.collect::<Vec<_>>()}]}],
        "properties": properties(finding),
    });
    if let Some(index) = rules.iter().position(|rule| *rule == &*finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if finding.evidence.is_empty() {
        // A flow without a place is none.
        result.as_object_mut().map(|result| result.remove("codeFlows"));
    }
    if let Some(muted) = &finding.muted {
        let why = format!("{} (until {})", muted.because, muted.until);
        result["suppressions"] =
            json!([{"kind": "external", "status": "accepted", "justification": why}]);
    }
    result
}

/// The host, then what it holds.
fn logical(host: &str, vdom: Option<&str>, token: Option<&str>) -> Json {
    let parts = [(Some(host), "resource"), (vdom, "namespace"), (token, "object")];
    let mut path = String::new();
    let mut places = Vec::new();
    for (name, kind) in parts.into_iter().filter_map(|(name, kind)| Some((name?, kind))) {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(name);
        places.push(json!({"name": name, "fullyQualifiedName": path, "kind": kind}));
    }
    // The innermost first: some readers look at the first one only.
    places.reverse();
    Json::from(places)
}

/// What stays the same from run to run as long as it is the same finding.
fn fingerprint(finding: &FindingView) -> String {
    let maybe = |text: &Option<super::Text>| text.as_deref().unwrap_or_default().to_owned();
    [
        finding.rule.to_string(),
        finding.host.to_string(),
        maybe(&finding.vdom),
        maybe(&finding.token),
    ]
    .join("|")
}

fn properties(finding: &FindingView) -> Json {
    let mut properties = Map::new();
    properties.insert("severity".to_owned(), json!(finding.severity));
    properties.insert("action".to_owned(), json!(finding.action));
    properties.insert("lowConfidence".to_owned(), json!(finding.low_confidence));
    let known = [
        ("deviceSerial", &finding.device_serial),
        ("tokenStatus", &finding.status),
        ("owner", &finding.owner),
        ("sameAs", &finding.same_as),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            properties.insert(name.to_owned(), json!(value));
        }
    }
    Json::from(properties)
}

fn notification(device: &DeviceView) -> Option<Json> {
    let failure = device.failure.as_ref()?;
    let text = format!("{} was not examined: {}. {}", device.host, failure.message, failure.remedy);
    Some(json!({
        "level": "error",
        "descriptor": {"id": failure.stage.unwrap_or(device.outcome)},
        "message": {"text": text},
        "locations": [{"logicalLocations": logical(&device.host, None, None)}],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example_view;

    fn log() -> Json {
        serde_json::from_slice(&sarif(&example_view()).unwrap()).unwrap()
    }

    /// What the standard asks of the parts that are written here, from its section 3.
    ///
    /// The schema of OASIS itself (112 kB) is not at hand for a test: the one crate that has it,
    /// serde-sarif 0.8, keeps it to itself and makes types of it while it is built. By hand, the reports of
    /// the whole lab, with and without mutes, were held against that copy and against the one in npm's
    /// `@microsoft/jest-sarif` by Python's jsonschema: no error, and one each for a level that is none.
    fn shape() -> Json {
        let text = json!({"type": "object", "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1}},
            "additionalProperties": false});
        let level = json!({"enum": ["none", "note", "warning", "error"]});
        let location = json!({"type": "object", "properties": {
            "message": text,
            "logicalLocations": {"type": "array", "minItems": 1, "items": {
                "type": "object", "required": ["name", "fullyQualifiedName", "kind"],
                "properties": {"name": {"type": "string"},
                    "fullyQualifiedName": {"type": "string"}, "kind": {"type": "string"}},
                "additionalProperties": false}}},
            "additionalProperties": false});
        let time =
            json!({"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"});
        let rule = json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "shortDescription": text, "fullDescription": text,
            "help": text, "properties": {"type": "object"},
            "defaultConfiguration": {"type": "object", "properties": {"level": level},
                "additionalProperties": false}},
            "additionalProperties": false});
        let result = json!({"type": "object", "required": ["message", "ruleId", "ruleIndex"],
            "properties": {
                "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
                "level": level, "message": text, "properties": {"type": "object"},
                "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
                "locations": {"type": "array", "items": location},
                "partialFingerprints": {"type": "object",
                    "additionalProperties": {"type": "string"}},
                "codeFlows": {"type": "array", "minItems": 1, "items": {"type": "object",
                    "required": ["threadFlows"], "properties": {"threadFlows": {"type": "array",
                    "minItems": 1, "items": {"type": "object", "required": ["locations"],
                    "properties": {"locations": {"type": "array", "minItems": 1, "items":
                        {"type": "object", "properties": {"location": location},
                         "additionalProperties": false}}}}}}}},
                "suppressions": {"type": "array", "items": {"type": "object",
                    "required": ["kind"], "properties": {"kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                    "justification": {"type": "string"}}, "additionalProperties": false}}},
            "additionalProperties": false});
        let notification = json!({"type": "object", "required": ["message"], "properties": {
            "level": level, "message": text, "locations": {"type": "array", "items": location},
            "descriptor": {"type": "object", "properties": {"id": {"type": "string"}},
                "additionalProperties": false}}, "additionalProperties": false});
        json!({"type": "object", "required": ["version", "runs"], "properties": {
            "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
            "runs": {"type": "array", "items": {"type": "object", "required": ["tool"],
                "properties": {
                    "tool": {"type": "object", "required": ["driver"], "properties": {"driver":
                        {"type": "object", "required": ["name"], "properties": {
                            "name": {"type": "string"}, "version": {"type": "string"},
                            "semanticVersion": {"type": "string"},
                            "rules": {"type": "array", "items": rule, "uniqueItems": true}},
                         "additionalProperties": false}}, "additionalProperties": false},
                    "automationDetails": {"type": "object"},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {"type": "array", "items": {"type": "object",
                        "required": ["executionSuccessful"], "properties": {
                            "executionSuccessful": {"type": "boolean"},
                            "startTimeUtc": time, "endTimeUtc": time,
                            "toolExecutionNotifications":
                                {"type": "array", "items": notification}},
                        "additionalProperties": false}},
                    "results": {"type": "array", "items": result}},
                "additionalProperties": false}}}, "additionalProperties": false})
    }

    #[test]
    fn it_has_the_shape_of_the_standard() {
        let log = log();
        let validator = jsonschema::validator_for(&shape()).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_finding_names_its_rule_and_its_place() {
        let (view, log) = (example_view(), log());
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), view.findings.len() + view.muted.len());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            let places = result["locations"][0]["logicalLocations"].as_array().unwrap();
            assert_eq!(places.last().unwrap()["kind"], "resource");
        }
        assert!(results.iter().any(|result| result.get("suppressions").is_some()));
        let notifications = &run["invocations"][0]["toolExecutionNotifications"];
        let unexamined = view.devices.iter().filter(|device| device.outcome != "examined").count();
        assert_eq!(notifications.as_array().unwrap().len(), unexamined);
    }
}
