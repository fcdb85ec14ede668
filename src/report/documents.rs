//! All documents of a small fleet, as their readers get them. Some of what its FortiGates say is
//! hostile.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::example::{answer, at, example_record, finish, tokens};
use super::table::Cell;
use super::*;
use crate::findings::FleetFacts;
use crate::model::{
    HostEntry, HostFailure, HostName, HostOutcome, Limits, ReportRequest, ReportSource, RunEvent,
    RunHeader, RunRecord, Stage, Table,
};
use crate::template::TemplateSet;

/// What a device may call itself, its users and its tokens.
const HOSTILE: &str =
    "<script>alert(1)</script>|`x`\u{1b}[31m\u{202e}=cmd|' /C calc'!A0 [a](javascript:b) & \"q\"";

fn view_of(record: &RunRecord) -> View {
    let facts = FleetFacts::from_record(record);
    let judgement = Judgement::of_built_in_rules(record, &facts);
    View::new(record, &facts, &judgement.findings).judged(&facts, &judgement)
}

fn templates() -> TemplateSet {
    TemplateSet::new(default_templates(), Timestamp::UNIX_EPOCH).unwrap()
}

/// Every usual document that is text by its path, and the summary.
fn documents(view: &View) -> HashMap<String, String> {
    let templates = templates();
    let view = Arc::new(view.clone());
    let mut renderer = Renderer::new(&view, &templates);
    let mut requests = ReportRequest::usual();
    requests.retain(|request| request.source != ReportSource::Xlsx);
    let documents = requests.iter().flat_map(|request| renderer.render(request).unwrap());
    let mut documents: HashMap<_, _> =
        documents.map(|document| (document.path, document.content.into_text())).collect();
    documents.insert(SUMMARY.to_owned(), renderer.summary().unwrap());
    documents
}

fn record(hosts: &[String]) -> RunRecord {
    RunRecord::new(RunHeader {
        id: "20261124T031500Z-7f3a".to_owned(),
        version: "0.1.0".to_owned(),
        playbook: "audit.yml".to_owned(),
        inventories: vec!["hosts.yml".to_owned()],
        limit: None,
        started: at(0),
        hosts: hosts
            .iter()
            .map(|host| HostEntry {
                host: HostName::new(host.as_str()),
                address: "192.0.2.1:22".to_owned(),
                groups: vec![],
                limits: Limits { drift: Some(3), ..Limits::default() },
                new_serial: None,
                is_controller: false,
            })
            .collect(),
        notes: vec![],
        reports: vec![],
        rules: vec![],
        mutes: vec![],
        baseline: None,
        origin: None,
    })
}

/// Two FortiGates, of which one is not what it says.
fn hostile() -> RunRecord {
    let mut record = record(&["=fw|1".to_owned(), "FW-1".to_owned(), "fw-1".to_owned()]);
    let status = format!(
        "Version: {HOSTILE} v7.4.8,build2795,250523 (GA.M)\nSerial-Number: FGT60FTK00000001\n\
         Hostname: {HOSTILE}\nVirtual domain configuration: disable\n\
         Current HA mode: standalone\n"
    );
    answer(&mut record, "=fw|1", None, "get system status", &status);
    let users = format!(
        "config user local\n    edit \"{}\"\n        set two-factor fortitoken\n        \
         set fortitoken \"FTKMOB0000000001\"\n        set email-to \"=a@example.com\"\n        \
         set sms-phone \"+49 151 5550101\"\n    next\nend\n",
        HOSTILE.replace('"', "'")
    );
    answer(&mut record, "=fw|1", None, "show user local", &users);
    let unknown = format!("FTKMOB0000000002 -2 {HOSTILE}");
    let rows = ["FTKMOB0000000001 0 provision timeout", unknown.as_str()];
    tokens(&mut record, "=fw|1", None, &rows, HOSTILE);
    finish(&mut record, "=fw|1", 1, HostOutcome::Examined);
    let error = ["FTK2000000000003 0 activation error (token not exist in FortiGuard)"];
    for host in ["FW-1", "fw-1"] {
        tokens(&mut record, host, None, &error, "reachable");
        finish(&mut record, host, 1, HostFailure::new(Stage::Task, HOSTILE, HOSTILE).into());
    }
    record.apply(RunEvent::RunFinished { at: at(1), interrupted: false });
    record
}

#[test]
fn the_documents_of_the_example() {
    let documents = documents(&view_of(&example_record()));
    let mut paths: Vec<_> = documents.keys().collect();
    paths.sort();
    for path in paths {
        insta::assert_snapshot!(path.replace('/', "_"), documents[path]);
    }
}

#[test]
fn one_record_gives_the_same_bytes_again() {
    for record in [example_record(), hostile(), fleet(40)] {
        assert_eq!(documents(&view_of(&record)), documents(&view_of(&record.clone())));
    }
}

#[test]
fn what_a_device_says_stays_text() {
    let documents = documents(&view_of(&hostile()));
    for (path, text) in &documents {
        let line_end = |c: char| c == '\n' || (c == '\r' && path.ends_with(".csv"));
        let steers = |c: char| crate::model::is_unsafe(c) && !line_end(c);
        assert!(!text.chars().any(steers), "{path} holds {:?}", text.chars().find(|c| steers(*c)));
    }
    assert!(!documents["report.html"].contains("<script>alert"));
    for path in ["report.md", "reprovision.md"] {
        let text = &documents[path];
        assert!(!text.contains("<script>"), "{path}");
        assert!(!text.contains("[a](javascript"), "{path}");
        insta::assert_snapshot!(format!("hostile_{path}"), text);
    }
    insta::assert_snapshot!("hostile_ticket.txt", documents["tickets/FW-1-activation-error.txt"]);
    insta::assert_snapshot!("hostile_summary.txt", documents["summary.txt"]);
    assert!(
        documents.contains_key("tickets/fw-1-activation-error-2.txt"),
        "{:?}",
        documents.keys()
    );
}

#[test]
fn what_a_device_says_stays_text_on_the_pages_around_a_swap() {
    let each = |template: &str, each: &str| ReportRequest {
        source: ReportSource::Template(template.to_owned()),
        dest: format!("{template}/{{{{ {each}.host }}}}"),
        each: Some(each.to_owned()),
        place: None,
    };
    let requests = [
        each("rma.html", "rma"),
        each("rma.md", "rma"),
        each("replacement.html", "replacement"),
        each("replacement.md", "replacement"),
    ];
    let mut record = hostile();
    record.header.reports = requests.to_vec();
    let facts = FleetFacts::from_record(&record);
    let view = Arc::new(view_of(&record).compared(&facts, &record));
    assert_eq!((view.rma.len(), view.replacements.len()), (3, 3));
    let templates = templates();
    let mut renderer = Renderer::new(&view, &templates);
    for document in requests.iter().flat_map(|request| renderer.render(request).unwrap()) {
        let (path, text) = (document.path, document.content.into_text());
        let steers = |c: char| crate::model::is_unsafe(c) && c != '\n';
        assert!(!text.contains(steers), "{path}");
        let outlaws: &[&str] = match path.contains(".html/") {
            true => &["<script", "onerror=\""],
            false => &["<script>", "[a](javascript", "|`x`"],
        };
        // What is to be pasted stands in blocks of code, as it is.
        for line in text.lines().filter(|line| !line.starts_with("    ")) {
            let found = outlaws.iter().find(|outlaw| line.contains(**outlaw));
            assert!(found.is_none(), "{path} holds {found:?}: {line}");
        }
        // The unit that calls itself so is the first.
        assert!(!path.contains("=fw") || text.contains("alert"), "{path}: {text}");
    }
}

#[test]
fn a_ticket_of_any_other_rule_says_what_is_the_case() {
    let mut view = view_of(&example_record());
    view.tickets.truncate(1);
    view.tickets[0].cause = "site-rule".into();
    let documents = documents(&view);
    let text = &documents["tickets/fgt-fra-01-site-rule.txt"];
    assert!(text.contains(view.tickets[0].findings[0].message.as_str()), "{text}");
}

#[test]
fn tables_read_back_as_they_were() {
    let view = view_of(&hostile());
    let documents = documents(&view);
    let rows = |table: Table| -> Vec<HashMap<String, String>> {
        let text = &documents[&format!("{}.csv", table.as_str())];
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), columns(table));
        reader.deserialize().map(Result::unwrap).collect()
    };
    let tokens = rows(Table::Tokens);
    assert_eq!(tokens.len(), view.tokens.len());
    assert_eq!(tokens[0]["host"], "'=fw|1");
    assert_eq!(tokens[0]["phone"], "'+49 151 5550101");
    assert_eq!(tokens[0]["email"], "'=a@example.com");
    assert_eq!(tokens[1]["drift"], "-2");
    assert_eq!(tokens[1]["status"], view.tokens[1].status.as_str());
    let findings = rows(Table::Findings);
    assert_eq!(findings.len(), view.findings.len());
    for (row, finding) in findings.iter().zip(&view.findings) {
        assert_eq!(row["rule"], finding.rule.as_str());
        assert!(row["evidence"].contains(finding.evidence[0].text.as_str()));
    }
    assert_eq!(rows(Table::Devices).len(), 3);
    let users = rows(Table::Users);
    assert_eq!(users.len(), view.users.len());
    assert_eq!(users[0]["name"], view.users[0].name.as_str());
    assert_eq!(users[0]["token_status"], "provision timeout");
    let summary = rows(Table::Summary);
    let started = summary.iter().find(|row| row["key"] == "run_started").unwrap();
    assert_eq!((&*started["value"], &*started["unit"]), ("2026-11-24T03:15:00Z", "UTC"));
}

#[test]
fn the_workbook_holds_the_tables() {
    use calamine::{Data, Reader, Xlsx};

    let view = view_of(&hostile());
    let bytes = workbook::workbook(&view).unwrap();
    assert_eq!(bytes, workbook::workbook(&view.clone()).unwrap(), "the same bytes again");
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), Table::USUAL.map(workbook::title));
    for table in Table::USUAL {
        let sheet = workbook::title(table);
        assert!(book.worksheet_formula(sheet).unwrap().is_empty(), "{sheet} has a formula");
        let range = book.worksheet_range(sheet).unwrap();
        let mut lines = range.rows();
        let header: Vec<String> = lines.next().unwrap().iter().map(Data::to_string).collect();
        assert_eq!(header, columns(table));
        let rows: Vec<_> = table::rows(&view, table).collect();
        assert_eq!(lines.len(), rows.len());
        for (line, row) in lines.zip(&rows) {
            for (read, cell) in line.iter().zip(row) {
                let is_it = match (cell, read) {
                    (Cell::Text(text), Data::String(read)) => text == read,
                    (Cell::Whole(number), Data::Float(read)) => *number as f64 == *read,
                    (Cell::Decimal(number), Data::Float(read)) => number == read,
                    (Cell::Flag(flag), Data::Bool(read)) => flag == read,
                    (Cell::Time(time), Data::DateTime(read)) => {
                        let (year, month, day, hour, minute, second, _) = read.to_ymd_hms_milli();
                        let read = format!(
                            "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
                        );
                        time.as_str() == read
                    }
                    (Cell::Empty, Data::Empty) => true,
                    _ => false,
                };
                assert!(is_it, "{sheet}: {cell:?} reads {read:?}");
            }
        }
    }
}

#[test]
fn the_json_is_the_view() {
    let view = view_of(&hostile());
    let json: serde_json::Value = serde_json::from_str(&documents(&view)["report.json"]).unwrap();
    assert_eq!(json, serde_json::to_value(&view).unwrap());
    assert_eq!(json["version"], View::VERSION);
}

#[test]
fn coverage_adds_up() {
    for record in [example_record(), hostile(), fleet(40), record(&["fw".to_owned()])] {
        let view = view_of(&record);
        let hosts = view.summary.hosts;
        assert_eq!(view.devices.len(), record.hosts.len());
        assert_eq!(hosts.total, record.hosts.len());
        assert_eq!(
            hosts.examined
                + hosts.failed
                + hosts.unreachable
                + hosts.not_attempted
                + hosts.interrupted
                + hosts.unfinished,
            hosts.total
        );
        let causes: usize = view.summary.failures.iter().map(|cause| cause.count).sum();
        assert_eq!(causes, hosts.not_examined);
        for device in &view.devices {
            assert_eq!(device.failure.is_none(), device.outcome == "examined");
        }
        let tokens = &view.summary.tokens;
        assert_eq!(tokens.by_status.iter().map(|status| status.count).sum::<usize>(), tokens.total);
        assert_eq!(tokens.by_status.iter().map(|status| status.rows).sum::<usize>(), tokens.rows);
        assert_eq!(tokens.by_kind.iter().map(|kind| kind.rows).sum::<usize>(), tokens.rows);
        assert_eq!(tokens.rows, view.tokens.len());
        let actions = view.summary.findings.by_action;
        assert_eq!(actions.total, view.findings.len());
        assert_eq!(
            actions.reprovision + actions.support_ticket + actions.attention + actions.none,
            actions.total
        );
    }
}

#[test]
fn a_token_of_a_cluster_counts_once() {
    let view = view_of(&example_record());
    assert_eq!(view.devices[0].same_unit, [Text::new("fgt-fra-02")]);
    let tokens = &view.summary.tokens;
    assert_eq!((tokens.total, tokens.rows), (10, 17));
    let timeouts = tokens.by_status.iter().find(|count| &*count.status == "provision timeout");
    assert_eq!(timeouts.map(|count| (count.count, count.rows)), Some((2, 3)));
}

#[test]
fn a_token_that_is_well_on_one_and_not_on_another_counts_as_not_well() {
    let mut record = record(&["a".to_owned(), "b".to_owned(), "c".to_owned()]);
    for (host, status) in [("a", "new"), ("b", "locked"), ("c", "active")] {
        tokens(&mut record, host, None, &[&format!("FTK2000000000001 0 {status}")], "reachable");
    }
    let counts = view_of(&record).summary.tokens.by_status;
    let counts: Vec<_> = counts.iter().map(|known| (&*known.status, known.count)).collect();
    assert_eq!(counts, [("new", 0), ("active", 0), ("locked", 1)]);
}

/// `count` FortiGates of which most are well.
fn fleet(count: usize) -> RunRecord {
    let hosts: Vec<String> = (0..count).map(|number| format!("fgt-{number:05}")).collect();
    let mut record = record(&hosts);
    for (number, host) in hosts.iter().enumerate() {
        if number % 20 == 7 {
            let stage = [Stage::Connect, Stage::Authenticate, Stage::Command][number / 20 % 3];
            let message = format!("the {stage} stage did not come to its end");
            let failure =
                HostFailure::new(stage, message, "Look at the FortiGate, then run again.");
            finish(&mut record, host, 10, failure.into());
            continue;
        }
        let status = format!(
            "Version: FortiGate-{} v7.{}.8,build2795,250523 (GA.M)\n\
             Serial-Number: FGT60F{number:010}\nHostname: {host}\n\
             Virtual domain configuration: disable\nCurrent HA mode: standalone\n",
            ["60F", "100F", "40F", "1801F"][number % 4],
            number % 3 * 2,
        );
        answer(&mut record, host, None, "get system status", &status);
        let rows: Vec<String> = (0..25)
            .map(|row| {
                let status = match (number + row * 7) % 97 {
                    0 => "provision timeout",
                    1 if row % 2 == 1 => "activation error (token not exist in FortiGuard)",
                    2 => "token already activated, and seed won't be returned",
                    3 => "locked",
                    4..10 => "provisioning",
                    10..25 => "new",
                    _ => ["provisioned", "active"][row % 2],
                };
                let prefix = ["FTKMOB", "FTK200"][row % 2];
                format!("{prefix}{:010} 0 {status}", number * 25 + row)
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let server = if number % 31 == 5 { "unreachable" } else { "reachable" };
        tokens(&mut record, host, None, &rows, server);
        finish(&mut record, host, 3, HostOutcome::Examined);
    }
    record.apply(RunEvent::RunFinished { at: at(412), interrupted: false });
    record
}

#[test]
fn a_summary_fits_a_screen() {
    for record in [example_record(), hostile(), fleet(200)] {
        let text = &documents(&view_of(&record))[SUMMARY];
        assert!(text.lines().count() <= 22, "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_page_of_thousands_is_cut_and_says_so() {
    let documents = documents(&view_of(&fleet(2_100)));
    let page = &documents["report.html"];
    assert!(page.len() < 8_000_000, "{}", page.len());
    assert!(page.contains("100 more, see devices.csv."));
    assert!(page.contains(" more, see findings.csv."));
    assert!(page.contains(" more, see tokens.csv."));
    assert_eq!(documents["devices.csv"].lines().count(), 2_101);
}
