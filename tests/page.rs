//! The pages as a browser shows them: headless Chromium opens those of an audit of the lab.
//! Where there is no Chromium, these tests say that they were skipped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/reader.rs"]
mod reader;

use std::path::Path;
use std::process::{Command, Stdio};

use desk::Desk;
use reader::Reader;
use regex::Regex;
use tempfile::TempDir;

const BROWSERS: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// An audited part of the lab: one FortiGate sends markup and formulas as names.
struct Page {
    browser: &'static str,
    desk: Desk,
    profile: TempDir,
}

/// What a reader sees of the table of all tokens.
#[derive(Debug)]
struct Shown {
    whole: String,
    told: String,
    rows: Vec<Vec<String>>,
}

impl Page {
    fn new() -> Option<Self> {
        let Some(browser) = BROWSERS.into_iter().find(|path| Path::new(path).exists()) else {
            eprintln!("SKIPPED: no Chromium is installed, the page was not opened");
            return None;
        };
        let desk = Desk::new();
        let hosts = "fgt-sin-02,fgt-vie-01,fgt-ath-01,fgt-sea-01,fgt-fra-01";
        desk.audit(&["playbooks/fortitoken-audit.yml", "-i", "inventories/lab", "-l", hosts]);
        Some(Self { browser, desk, profile: tempfile::tempdir().unwrap() })
    }

    /// What becomes of a page, and what the browser says. Fails when it has anything to say on its
    /// console.
    fn load(&self, page: &str, fragment: &str) -> (String, String) {
        let path = self.desk.path("reports").join(page);
        let output = Command::new("timeout")
            .args(["120", self.browser, "--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", self.profile.path().display()))
            .arg(format!("file://{}{fragment}", path.display()))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let console: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
        assert!(console.is_empty(), "{page}{fragment}: {console:?}");
        (String::from_utf8(output.stdout).unwrap(), said)
    }

    /// Opens the page, as a link with this fragment does.
    fn open(&self, fragment: &str) -> Shown {
        let (whole, said) = self.load("report.html", fragment);
        let (_, browser) = whole.split_once("id=\"token-browser\"").expect(&said);
        let (browser, _) = browser.split_once("<script").unwrap();
        let text = |html: &str| Regex::new("<[^>]*>").unwrap().replace_all(html, "").into_owned();
        let told = browser.split("<output").nth(1).unwrap().split_once('>').unwrap().1;
        let told = text(told.split("</output>").next().unwrap());
        let body = browser.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
        let rows = body
            .split("</tr>")
            .filter(|row| row.contains("<td"))
            .map(|row| row.split("</td>").filter(|cell| cell.contains("<td")).map(text).collect());
        let rows = rows.collect();
        Shown { told, rows, whole }
    }
}

impl Shown {
    fn column(&self, place: usize) -> Vec<&str> {
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }
}

#[test]
fn the_table_of_all_tokens_is_searched_filtered_and_sorted() {
    let Some(page) = Page::new() else { return };
    let tokens = page.desk.json()["tokens"].as_array().unwrap().clone();
    let count = |is_meant: &dyn Fn(&serde_json::Value) -> bool| {
        tokens.iter().filter(|token| is_meant(token)).count()
    };

    let all = page.open("");
    assert_eq!(all.rows.len(), tokens.len().min(100));
    assert_eq!(all.told, format!("1 to {} of {}", all.rows.len(), tokens.len()));
    let serials: Vec<&str> = tokens.iter().map(|t| t["serial"].as_str().unwrap()).collect();
    assert_eq!(all.column(2), serials[..all.rows.len()]);

    let searched = page.open("#q=FGT-vie+mobile");
    let wanted = count(&|token| token["host"] == "fgt-vie-01" && token["kind"] == "mobile");
    assert!(wanted > 3);
    assert_eq!(searched.rows.len(), wanted);
    assert_eq!(searched.told, format!("1 to {wanted} of {wanted}, of {} in all", tokens.len()));

    let filtered = page.open("#status=locked&sort=-token");
    assert_eq!(filtered.rows.len(), count(&|token| token["status"] == "locked"));
    assert!(filtered.column(4).iter().all(|status| *status == "locked"));
    assert!(filtered.column(2).is_sorted_by(|a, b| a >= b), "{filtered:?}");
    assert!(filtered.whole.contains("aria-sort=\"descending\""));

    let sorted = page.open("#sort=drift");
    let drifts: Vec<i64> = sorted.column(5).iter().map(|drift| drift.parse().unwrap()).collect();
    assert!(drifts.is_sorted(), "{drifts:?}");

    let nothing = page.open("#q=no-such-token");
    assert_eq!(nothing.told, format!("none of {}", tokens.len()));
}

#[test]
fn what_a_device_sends_does_not_run_in_a_browser() {
    let Some(page) = Page::new() else { return };
    let shown = page.open("#q=fgt-sin-02");
    let owners = shown.column(6);
    assert!(owners.iter().any(|owner| owner.contains("&lt;img src=x")), "{owners:?}");
    for tag in ["<img", "<b>owned", "<iframe", "<script>alert"] {
        assert!(!shown.whole.contains(tag), "{tag} is an element of the page");
    }
    // A link may be sent by anybody.
    let shown = page.open("#q=<img+src=x+onerror=alert(1)>&status=%22><script>&sort=__proto__");
    assert!(!shown.whole.contains("<img"));
}

#[test]
fn what_a_device_sends_does_not_run_on_the_pages_around_a_swap() {
    let Some(page) = Page::new() else { return };
    let host = ["-i", "inventories/lab", "-l", "fgt-sin-02"];
    page.desk.audit(&[&["playbooks/pre-rma.yml"], &host[..]].concat());
    page.desk.audit(&[&["playbooks/post-rma.yml"], &host[..], &["--baseline", "latest"]].concat());
    for name in ["rma/fgt-sin-02.html", "replacements/fgt-sin-02.html"] {
        let (whole, _) = page.load(name, "");
        assert!(whole.contains("&lt;img src=x"), "{name} does not show what the device sent");
        for tag in ["<img", "<b>owned", "<iframe", "<script"] {
            assert!(!whole.contains(tag), "{tag} is an element of {name}");
        }
    }
}

#[test]
fn the_evidence_of_a_finding_stands_with_it() {
    let Some(page) = Page::new() else { return };
    let whole = page.open("").whole;
    let findings = page.desk.json()["findings"].as_array().unwrap().len();
    assert!(findings > 3);
    assert_eq!(whole.matches("<summary>Evidence</summary>").count(), findings);
}

#[test]
fn the_page_is_read_by_the_keyboard_alone_and_on_paper() {
    let Some(page) = Page::new() else { return };
    let path = page.desk.path("reports").join("report.html");
    let mut reader = Reader::open(page.browser, page.profile.path(), &path);
    let serials = "Array.from(document.querySelectorAll('#token-browser tbody tr')).map(row => row.cells[2].textContent)";
    let told = "document.querySelector('#token-browser output').textContent";

    reader.tab_to("here.id === 'token-search'");
    assert_ne!(reader.tell("getComputedStyle(document.activeElement).outlineStyle"), "none");
    "locked".chars().for_each(|letter| reader.press(&letter.to_string()));
    let locked = reader.tell(told);
    assert!(locked.as_str().unwrap().contains("in all"), "{locked}");

    reader.tab_to("here.textContent === 'Token'");
    reader.press("Enter");
    reader.press(" ");
    let sorted = "document.querySelector('#token-browser th[aria-sort]').getAttribute('aria-sort')";
    assert_eq!(reader.tell(sorted), "descending");
    let serials = reader.tell(serials);
    let serials = serials.as_array().unwrap();
    assert!(
        serials.len() > 1 && serials.is_sorted_by_key(|serial| std::cmp::Reverse(serial.as_str()))
    );

    // From the top, the evidence of a finding.
    reader.tell("document.activeElement.blur(); getSelection().collapse(document.body, 0)");
    reader.tab_to("here.tagName === 'SUMMARY'");
    reader.press("Enter");
    assert_eq!(reader.tell("document.activeElement.parentNode.open"), true);

    let printed = reader.print();
    assert!(printed.starts_with("JVBERi0"), "a PDF in base64");
    assert!(printed.len() > 20_000);
    // Paper changes nothing on the screen.
    assert_eq!(reader.tell(told), locked);
    assert_eq!(reader.tell(sorted), "descending");
    assert!(reader.said.is_empty(), "{:?}", reader.said);
}
