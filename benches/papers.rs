//! From the record of a large fleet to all papers, without a disk: `cargo bench --bench papers`.
//!
//! `PAPERS_DEVICES` (2000) and `PAPERS_TOKENS` of each (25) say what is measured. The memory is the
//! most that the process ever had, the record included; times vary with the machine.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

#[path = "support/fleet.rs"]
mod fleet;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use tokenfleet::findings::{FleetFacts, evaluate};
use tokenfleet::report::{Renderer, View, default_templates};
use tokenfleet::template::TemplateSet;

fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

/// MiB, by what Linux counts; 0 elsewhere.
fn memory(field: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

fn show(what: &str, begun: Instant, bytes: usize) {
    let seconds = begun.elapsed().as_secs_f64();
    let (now, most) = (memory("VmRSS:"), memory("VmHWM:"));
    println!("{what:<40} {seconds:>8.2} s {bytes:>12} bytes {now:>6} MiB, most {most:>6} MiB");
}

/// Counts what is written.
struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {
    let (devices, tokens) = (setting("PAPERS_DEVICES", 2000), setting("PAPERS_TOKENS", 25));
    println!("{devices} devices with {tokens} tokens each");
    let begun = Instant::now();
    let mut record = fleet::record(devices, tokens);
    show("(the record itself)", begun, 0);
    let whole = Instant::now();
    let begun = Instant::now();
    let facts = FleetFacts::taken_from(&mut record);
    show("facts", begun, 0);
    let begun = Instant::now();
    let findings = evaluate(&facts);
    show("findings", begun, 0);
    let begun = Instant::now();
    let view = Arc::new(View::new(&record, &facts, &findings));
    drop((facts, findings));
    show("view", begun, 0);
    let templates = TemplateSet::new(default_templates(), record.header.started).unwrap();
    let mut renderer = Renderer::new(&view, &templates);
    for request in &record.header.reports {
        let begun = Instant::now();
        let documents = renderer.render(request).unwrap();
        let mut written = Count(0);
        for document in &documents {
            document.content.write_to(&mut written).unwrap();
        }
        show(&request.dest, begun, written.0);
    }
    let begun = Instant::now();
    show("summary.txt", begun, renderer.summary().unwrap().len());
    show("all", whole, 0);
}
