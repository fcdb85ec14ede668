//! The parts that every device goes through: `cargo bench --bench parts`.
#![allow(clippy::unwrap_used)]

#[path = "support/fleet.rs"]
mod fleet;

use std::sync::Arc;
use std::time::Duration;

use divan::Bencher;
use jiff::Timestamp;
use tokenfleet::findings::{FleetFacts, evaluate};
use tokenfleet::fortios::parse;
use tokenfleet::inventory::{InventorySource, Sources, load};
use tokenfleet::model::{ReportRequest, SourceFile};
use tokenfleet::report::{Renderer, View, default_templates};
use tokenfleet::template::TemplateSet;

fn main() {
    divan::main();
}

#[divan::bench(args = ["diagnose fortitoken info", "show user local", "show user fortitoken"])]
fn parse_an_answer_about_fifty_tokens(bencher: Bencher, command: &str) {
    let answers = fleet::answers(1, 50);
    let (_, text) = answers.iter().find(|(known, _)| *known == command).unwrap();
    let parser = parse::by_command(command).unwrap();
    bencher.bench(|| (parser.run)(divan::black_box(text)));
}

#[divan::bench(max_time = Duration::from_secs(3))]
fn judge_a_hundred_devices(bencher: Bencher) {
    let record = fleet::record(100, 50);
    bencher.bench(|| evaluate(&FleetFacts::from_record(divan::black_box(&record))));
}

#[divan::bench(max_time = Duration::from_secs(3))]
fn render_the_usual_reports_of_a_hundred_devices(bencher: Bencher) {
    let record = fleet::record(100, 50);
    let facts = FleetFacts::from_record(&record);
    let findings = evaluate(&facts);
    let templates = TemplateSet::new(default_templates(), Timestamp::UNIX_EPOCH).unwrap();
    let requests = ReportRequest::usual();
    bencher.bench(|| {
        let view = Arc::new(View::new(&record, &facts, &findings));
        let mut renderer = Renderer::new(&view, &templates);
        requests.iter().map(|request| renderer.render(request).unwrap().len()).sum::<usize>()
    });
}

/// Ten thousand hosts with fifty variables each, in twenty towers of ten nested groups.
fn inventory_in_yaml() -> String {
    let mut text = String::from("all:\n  children:\n");
    for number in 0..10_000 {
        let (group, depth) = (number / 50, number / 50 % 10);
        let indent = "  ".repeat(2 + 2 * depth);
        if number % 50 == 0 {
            text.push_str(&format!("{indent}group_{group:03}:\n{indent}  hosts:\n"));
        }
        text.push_str(&format!("{indent}    fw-{number:05}:\n"));
        for variable in 0..50 {
            let value = ["some text", "4711", "true", "'0644'", "192.0.2.1"][variable % 5];
            text.push_str(&format!("{indent}      variable_{variable:02}: {value}\n"));
        }
        if number % 50 == 49 && depth < 9 {
            text.push_str(&format!("{indent}  children:\n"));
        }
    }
    text
}

/// The same in INI, where a group names its children in a section of its own.
fn inventory_in_ini() -> String {
    let mut text = String::new();
    for number in 0..10_000 {
        let group = number / 50;
        if number % 50 == 0 && group % 10 > 0 {
            text.push_str(&format!("[group_{:03}:children]\ngroup_{group:03}\n", group - 1));
        }
        if number % 50 == 0 {
            text.push_str(&format!("[group_{group:03}]\n"));
        }
        text.push_str(&format!("fw-{number:05}"));
        for variable in 0..50 {
            let value = ["some_text", "4711", "True", "'x y'", "192.0.2.1"][variable % 5];
            text.push_str(&format!(" variable_{variable:02}={value}"));
        }
        text.push('\n');
    }
    text
}

#[divan::bench(args = ["hosts.yml", "hosts.ini"], sample_count = 5)]
fn load_ten_thousand_hosts_with_fifty_variables(bencher: Bencher, name: &str) {
    let text = if name.ends_with("yml") { inventory_in_yaml() } else { inventory_in_ini() };
    let file = InventorySource::File(SourceFile::new(name, text));
    let sources = Sources { inventories: vec![file], ..Sources::default() };
    bencher.bench(|| {
        let loaded = load(divan::black_box(&sources));
        assert!(!loaded.has_errors() && loaded.inventory.hosts().len() == 10_000);
        loaded
    });
}
