//! YAML, read as playbooks are and written as PyYAML writes it.

use minijinja::{Error, State, Value};

use super::super::arguments::{Arguments, invalid};
use super::super::conversion::to_jinja;
use super::filter::Filter;
use super::yaml_text::{Layout, write};
use crate::model::SourceFile;

const PARAMETERS: &[&str] = &["indent", "sort_keys", "width", "default_flow_style"];

pub(super) const FILTERS: &[Filter] = &[
    Filter::new("to_yaml", PARAMETERS, to_yaml),
    Filter::new("to_nice_yaml", PARAMETERS, to_nice_yaml),
    Filter::new("from_yaml", &[], from_yaml),
    Filter::new("from_yaml_all", &[], from_yaml_all),
];

/// Documents that one text may hold.
const MOST_DOCUMENTS: usize = 10_000;

fn to_yaml(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    write(value, &layout(arguments, 2, None)?).map(Value::from)
}

fn to_nice_yaml(_: &mut State, value: &Value, arguments: &Arguments) -> Result<Value, Error> {
    write(value, &layout(arguments, 4, Some(false))?).map(Value::from)
}

fn layout(arguments: &Arguments, indent: usize, flow: Option<bool>) -> Result<Layout, Error> {
    let indent = arguments.size("indent", indent, 40)?;
    Ok(Layout {
        indent: if (2..10).contains(&indent) { indent } else { 2 },
        width: arguments.size("width", 80, 1_000_000)?,
        sorted: arguments.flag("sort_keys", true),
        flow: arguments.given("default_flow_style").map(Value::is_true).or(flow),
    })
}

fn from_yaml(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let text = value.as_str().ok_or_else(|| invalid("`from_yaml` needs text"))?;
    document(text)
}

fn from_yaml_all(_: &mut State, value: &Value, _: &Arguments) -> Result<Value, Error> {
    let text = value.as_str().ok_or_else(|| invalid("`from_yaml_all` needs text"))?;
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line == "---" || line.starts_with("--- ") {
            documents.push(String::new());
        }
        if let Some(last) = documents.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    if documents.len() > MOST_DOCUMENTS {
        return Err(invalid(format!("the text holds more than {MOST_DOCUMENTS} documents")));
    }
    if documents.first().is_some_and(|first| first.trim().is_empty()) {
        documents.remove(0);
    }
    documents.iter().map(|text| document(text)).collect::<Result<Vec<_>, _>>().map(Value::from)
}

fn document(text: &str) -> Result<Value, Error> {
    let parsed = crate::yaml::parse(&SourceFile::new("from_yaml", text));
    if let Some(issue) = parsed.issues.iter().find(|issue| issue.is_error()) {
        let line = issue.place.as_ref().map_or(1, |place| place.line);
        return Err(invalid(format!("the text is not YAML: a mistake in line {line} of it")));
    }
    Ok(parsed.node.map_or(Value::from(()), |node| to_jinja(&node.to_value(), "from_yaml")))
}
