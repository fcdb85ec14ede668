//! `reports:` of a play.

use std::collections::HashMap;

use crate::model::{
    Clash, Destinations, InputIssue, ReportRequest, ReportSource, Table, WholeForm, nearest_hint,
    refused_destination,
};
use crate::playbook::Play;
use crate::template::is_template;
use crate::yaml::Node;

use super::Reader;

pub(super) const KEYS: [&str; 9] =
    ["template", "csv", "json", "xlsx", "junit", "sarif", "prometheus", "dest", "each"];

/// The keys of which a report has one.
pub(super) const SOURCES: [&str; 7] =
    ["template", "csv", "json", "xlsx", "junit", "sarif", "prometheus"];

/// What is written as JSON, as a workbook and the like: all of it.
const WHOLE: &str = "report";

pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Vec<ReportRequest> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(entries) = node.as_list() else {
        let message = format!("`reports` must be a list, not {}", node.kind());
        reader.refuse(node, message, "write `- template: report.html` lines below it");
        return Vec::new();
    };
    let mut requests: Vec<ReportRequest> = Vec::new();
    let mut taken = Destinations::default();
    for entry in entries {
        let Some(request) = one(entry, reader) else { continue };
        let clash = match &request.each {
            None => taken.take(&request.dest).err(),
            // Where they are written is not known yet.
            Some(_) => {
                requests.iter().any(|known| known.dest == request.dest).then_some(Clash::File)
            }
        };
        if let Some(clash) = clash {
            let at = entry.get("dest").unwrap_or(entry);
            reader.refuse(at, clash.told(&request.dest), "give each a `dest` of its own");
        }
        requests.push(request);
    }
    requests
}

/// Refuses files that two plays would fill differently: one of the two would be lost.
pub(super) fn refuse_contests(plays: &[Play], reader: &mut Reader<'_>) {
    let all = plays.iter().enumerate();
    let mut requests: Vec<(usize, &ReportRequest)> =
        all.flat_map(|(index, play)| play.reports.iter().map(move |r| (index, r))).collect();
    // Those of the usual set first: no line asks for them, so it is the others that have to move.
    requests.sort_by_key(|(_, request)| request.place.is_some());
    let mut known: HashMap<&str, (usize, &ReportRequest)> = HashMap::new();
    for (play, request) in requests {
        let (first_play, first) = *known.entry(&request.dest).or_insert((play, request));
        let is_same = (&first.source, &first.each) == (&request.source, &request.each);
        if let (false, Some(place)) = (is_same || first_play == play, &request.place) {
            let message = format!("another play writes something else to `{}`", request.dest);
            let hint = "give this report another `dest`; a play without `reports:` writes the \
                        usual ones, and none with `reports: []`";
            reader.report(InputIssue::error(message).at(place.clone(), 1).hint(hint));
        }
    }
}

fn one(entry: &Node, reader: &mut Reader<'_>) -> Option<ReportRequest> {
    const NAME_ONE: &str =
        "name one of `template`, `csv`, `json`, `xlsx`, `junit`, `sarif` and `prometheus`";
    reader.fields("a report", entry, &KEYS)?;
    let sources: Vec<&(Node, Node)> =
        SOURCES.into_iter().filter_map(|name| entry.entry(name)).collect();
    let (key, value) = match sources.as_slice() {
        [only] => only,
        [] => {
            reader.refuse(entry, "this report has no source", NAME_ONE);
            return None;
        }
        [_, (second, _), ..] => {
            reader.refuse(second, "this report has two sources", NAME_ONE);
            return None;
        }
    };
    let key = key.key_text();
    let name = reader.literal(&key, value)?;
    let source = match key.as_str() {
        "template" => Some(ReportSource::Template(name.to_owned())),
        "csv" => {
            let tables = Table::ALL.map(Table::as_str);
            let table = Table::ALL.into_iter().find(|table| table.as_str() == name);
            if table.is_none() {
                reader.refuse(
                    value,
                    format!("there is no table `{name}`"),
                    nearest_hint(name, &tables),
                );
            }
            table.map(ReportSource::Csv)
        }
        whole => {
            let form = whole_form(whole)?;
            if name != WHOLE {
                let hint = format!("write `{key}: {WHOLE}`, and the file's name under `dest`");
                reader.refuse(value, format!("there is no `{name}` {}", form.told), hint);
            }
            (name == WHOLE).then(form.source)
        }
    };
    let each = entry.entry("each").and_then(|(key, node)| each(key, node, source.as_ref(), reader));
    let dest = match entry.get("dest") {
        Some(node) => dest(node, each.as_deref(), reader),
        None => Some(usual_dest(&key, name, each.as_deref())).filter(|dest| {
            // Only the name of a template can be no file's name.
            let refused = each.is_none().then(|| refused_destination(dest)).flatten();
            if let Some(message) = &refused {
                reader.refuse(value, message, "write a `dest` for it");
            }
            refused.is_none()
        }),
    };
    Some(ReportRequest { source: source?, dest: dest?, each, place: Some(value.place.clone()) })
}

fn each(
    key: &Node,
    node: &Node,
    source: Option<&ReportSource>,
    reader: &mut Reader<'_>,
) -> Option<String> {
    let name = reader.literal("each", node)?;
    let known = ReportRequest::EACH.map(|(known, _)| known);
    if !known.contains(&name) {
        let hint = nearest_hint(name, &known);
        reader.refuse(node, format!("there is no report for each `{name}`"), hint);
        return None;
    }
    if source.is_some_and(|source| !matches!(source, ReportSource::Template(_))) {
        reader.refuse(key, "only a template is filled in for each of something", "leave it out");
        return None;
    }
    Some(name.to_owned())
}

fn whole_form(key: &str) -> Option<WholeForm> {
    ReportSource::WHOLE.into_iter().find(|form| form.key == key)
}

/// `report.html`, `tokens.csv`, `report.json`, `devices/{{ device.host }}.txt`; a FortiGate has
/// several tickets, so that their names say the cause too
fn usual_dest(key: &str, name: &str, each: Option<&str>) -> String {
    match (key, each) {
        ("template", None) => name.to_owned(),
        (_, None) => match whole_form(key) {
            Some(form) => form.dest.to_owned(),
            None => format!("{name}.{key}"),
        },
        (_, Some(each)) => {
            let ending = name.rsplit_once('.').map_or("txt", |(_, ending)| ending);
            let folder = if each == "rma" { each } else { &format!("{each}s") };
            let cause = if each == "ticket" { "-{{ ticket.cause }}" } else { "" };
            format!("{folder}/{{{{ {each}.host }}}}{cause}.{ending}")
        }
    }
}

fn dest(node: &Node, each: Option<&str>, reader: &mut Reader<'_>) -> Option<String> {
    let text = match each {
        Some(each) => {
            let text = reader.template("dest", node)?.text;
            if !is_template(&text) {
                let hint = format!("name the {each} in it: `{each}s/{{{{ {each}.host }}}}.txt`");
                reader.refuse(node, format!("every {each} would be written to one file"), hint);
                return None;
            }
            // Judged once it is filled in.
            return Some(text);
        }
        None if node.scalar_text().is_some_and(is_template) => {
            let message = "`dest` may hold a template only together with `each`";
            reader.refuse(node, message, "write the file's name out");
            return None;
        }
        None => reader.text("dest", node)?.to_owned(),
    };
    match refused_destination(&text) {
        Some(message) => {
            let hint = "reports stay inside the output folder, which `--output-dir` sets";
            reader.refuse(node, message, hint);
            None
        }
        None => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_where_by_default_is_what_the_usual_set_does() {
        for request in ReportRequest::usual() {
            let (key, name) = match &request.source {
                ReportSource::Template(name) => ("template", name.as_str()),
                ReportSource::Csv(table) => ("csv", table.as_str()),
                whole => {
                    let form = ReportSource::WHOLE.into_iter().find(|f| (f.source)() == *whole);
                    (form.unwrap().key, "report")
                }
            };
            assert_eq!(usual_dest(key, name, request.each.as_deref()), request.dest);
        }
    }
}
