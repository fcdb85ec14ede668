//! What is different between two runs.

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use indexmap::IndexMap;

use super::Look;
use super::columns::Columns;
use crate::model::{clean, clean_line};
use crate::report::{ChangeCounts, ChangeView, ChangesView};

const HEADING: Style = Style::new().effects(Effects::BOLD);
const NEW: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const GONE: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// Rows of one part that are shown; JSON and CSV have all.
const MOST: usize = 200;

/// The changes for people. `playbook`: of the later run.
pub fn changes_text(changes: &ChangesView, playbook: &str, look: Look) -> String {
    let mut text = look.paint(HEADING, &title(changes)) + "\n";
    text += &format!(
        "{} to {}, {}\n",
        moment(changes.baseline_started.as_deref()),
        moment(Some(&changes.run_started)),
        clean_line(playbook)
    );
    for note in &changes.notes {
        text += &format!("note: {}\n", clean(note));
    }
    if changes.rows.is_empty() {
        return text + "\nNothing is different.\n";
    }
    let counts = &changes.counts;
    for (what, heading, counted) in [
        ("device", "FortiGates", of_devices(counts)),
        ("finding", "Findings", of_findings(counts)),
        ("token", "Tokens", of_tokens(counts)),
    ] {
        let rows: Vec<&ChangeView> = changes.rows.iter().filter(|row| row.what == what).collect();
        if rows.is_empty() {
            continue;
        }
        text += &format!("\n{}\n", look.paint(HEADING, &format!("{heading}: {counted}")));
        let (unseen, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.change == "not_seen");
        let mut columns = Columns::new("lllll");
        for row in rows.iter().take(MOST) {
            columns.push(cells(row));
        }
        for (line, row) in columns.lines().iter().zip(&rows) {
            text += &format!("  {}\n", painted(line, row.change, look));
        }
        if rows.len() > MOST {
            text += &format!("  and {} more: see --format csv\n", rows.len() - MOST);
        }
        text += &unseen_text(&unseen, look);
    }
    text
}

/// What was not seen, host by host: nothing new is known of it.
fn unseen_text(rows: &[&ChangeView], look: Look) -> String {
    let mut hosts: IndexMap<(&str, Option<&str>), usize> = IndexMap::new();
    for row in rows {
        *hosts.entry((&row.host, row.seen.as_deref())).or_default() += 1;
    }
    let mut columns = Columns::new("llll");
    for ((host, seen), count) in hosts.iter().take(MOST) {
        let found = if *count == 1 { "1 finding keeps" } else { &format!("{count} findings keep") };
        let told = format!("{found} the last known state, of {}", moment(*seen));
        columns.push(["not seen", host, &told]);
    }
    let lines = columns.lines();
    let mut text: String =
        lines.iter().map(|line| format!("  {}\n", painted(line, "not_seen", look))).collect();
    if hosts.len() > MOST {
        text += &format!("  and {} more FortiGates: see --format csv\n", hosts.len() - MOST);
    }
    text
}

fn title(changes: &ChangesView) -> String {
    let before = changes.baseline.as_deref().unwrap_or("nothing");
    format!("Changes from {before} to {}", changes.run)
}

/// `2026-11-24 03:15 UTC`
fn moment(time: Option<&str>) -> String {
    match time.and_then(|time| Some((time.get(..10)?, time.get(11..16)?))) {
        Some((day, time)) => format!("{day} {time} UTC"),
        None => "the beginning".to_owned(),
    }
}

fn painted(line: &str, change: &str, look: Look) -> String {
    let style = match change {
        "new" => NEW,
        "gone" => GONE,
        "not_seen" | "not_judged" | "left" => DOUBTFUL,
        _ => return line.to_owned(),
    };
    match line.split_once("  ") {
        Some((word, rest)) => format!("{}  {rest}", look.paint(style, word)),
        None => line.to_owned(),
    }
}

fn counted(parts: &[(usize, &str)]) -> String {
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn of_devices(counts: &ChangeCounts) -> String {
    counted(&[
        (counts.devices_new, "new"),
        (counts.devices_changed, "changed"),
        (counts.devices_left, "left the inventory"),
    ])
}

fn of_findings(counts: &ChangeCounts) -> String {
    counted(&[
        (counts.findings_new, "new"),
        (counts.findings_changed, "changed"),
        (counts.findings_gone, "gone"),
        (counts.findings_not_seen, "not seen"),
        (counts.findings_not_judged, "not judged"),
        (counts.findings_muted, "muted"),
        (counts.findings_left, "left the inventory"),
    ])
}

fn of_tokens(counts: &ChangeCounts) -> String {
    counted(&[
        (counts.tokens_new, "new"),
        (counts.tokens_changed, "changed"),
        (counts.tokens_gone, "gone"),
        (counts.tokens_left, "left the inventory"),
    ])
}

fn cells(row: &ChangeView) -> Vec<String> {
    let change = row.change.replace('_', " ");
    let text = |text: &Option<crate::report::Text>| text.as_deref().unwrap_or_default().to_owned();
    let mut told = Vec::new();
    if let Some(field) = row.field {
        told.push(match (row.before.as_deref(), row.after.as_deref()) {
            (Some(before), Some(after)) => {
                format!("{field}: {} -> {}", or_none(before), or_none(after))
            }
            (Some(before), None) => format!("was {}", or_none(before)),
            (None, Some(after)) => or_none(after).to_owned(),
            (None, None) => String::new(),
        });
    }
    told.extend(text_of(&row.because));
    if let Some(since) = row.since.as_ref().filter(|_| row.change != "new" || row.because.is_some())
    {
        let earlier = if row.or_earlier { " or earlier" } else { "" };
        told.push(format!("since {}{earlier}", moment(Some(since))));
    }
    if let Some(seen) = &row.seen {
        told.push(format!("last seen {}", moment(Some(seen))));
    }
    let told = told.join(", ");
    match row.what {
        "finding" => {
            let rule = match row.subject.as_deref() {
                Some(subject) => format!("{} ({subject})", text(&row.rule)),
                None => text(&row.rule),
            };
            let what = match row.token.as_deref() {
                Some(token) => format!("{token} on {}", row.place),
                None => row.place.to_string(),
            };
            vec![change, text(&row.severity), rule, what, told]
        }
        "token" => vec![change, text(&row.token), row.place.to_string(), told],
        _ => vec![change, row.place.to_string(), told],
    }
}

fn text_of(text: &Option<crate::report::Text>) -> Option<String> {
    text.as_ref().map(ToString::to_string)
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// The changes as Markdown, for a mail or a wiki.
pub fn changes_markdown(changes: &ChangesView, playbook: &str) -> String {
    let mut text = format!(
        "# {}\n\n{} to {}, {}\n",
        title(changes),
        moment(changes.baseline_started.as_deref()),
        moment(Some(&changes.run_started)),
        escaped(playbook)
    );
    for note in &changes.notes {
        text += &format!("\nNote: {}\n", escaped(note));
    }
    if changes.rows.is_empty() {
        return text + "\nNothing is different.\n";
    }
    let counts = &changes.counts;
    for (what, heading, counted, columns) in [
        ("device", "FortiGates", of_devices(counts), &["Change", "FortiGate", "What"][..]),
        (
            "finding",
            "Findings",
            of_findings(counts),
            &["Change", "Severity", "Rule", "Where", "What"],
        ),
        ("token", "Tokens", of_tokens(counts), &["Change", "Token", "Where", "What"]),
    ] {
        let rows: Vec<&ChangeView> = changes.rows.iter().filter(|row| row.what == what).collect();
        if rows.is_empty() {
            continue;
        }
        text += &format!("\n## {heading}: {counted}\n\n| {} |\n", columns.join(" | "));
        text += &format!("|{}\n", " --- |".repeat(columns.len()));
        for row in rows {
            let cells: Vec<String> = cells(row).iter().map(|cell| escaped(cell)).collect();
            text += &format!("| {} |\n", cells.join(" | "));
        }
    }
    text
}

/// No mark of Markdown and no HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean_line(text).chars() {
        if c.is_ascii_punctuation()
            && !matches!(c, '.' | ',' | ':' | ';' | '-' | '/' | '(' | ')' | '\'')
        {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
