//! What a run tells people and other programs, through the binary, to real servers on this machine.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]
#![allow(clippy::print_stderr, reason = "a skipped test must say so")]

#[path = "support/authority.rs"]
mod authority;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/http_stub.rs"]
mod http_stub;
#[path = "support/smtp_stub.rs"]
mod smtp_stub;

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use authority::certify;
use desk::{Desk, Outcome};
use http_stub::{HttpStub, Reply};
use serde_json::Value as Json;
use smtp_stub::SmtpStub;

/// Three FortiGates of the lab, one of which cannot be reached.
const SOME: &str = "fgt-fra-01,fgt-mia-01,fgt-bkk-02";

fn audit(desk: &Desk, notify: &str, more: &[&str]) -> Outcome {
    let fixed =
        ["playbooks/fortitoken-audit.yml", "-i", "inventories/lab", "-l", SOME, "--notify", notify];
    desk.audit(&[&fixed[..], more].concat())
}

fn taken() -> HttpStub {
    HttpStub::start(|_| Reply(200, "", String::new()))
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_change_is_told_once() {
    let (desk, server) = (Desk::new(), taken());
    let notify = desk.file(
        "notifications.yml",
        &format!("- name: team\n  webhook: {{url: \"{}/hook\"}}\n", server.url()),
    );
    let outcome = audit(&desk, &notify, &[]);
    assert!(outcome.err.contains("Told: team\n"), "{}", outcome.err);
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].path.as_str()), (1, "/hook"));
    let body = json(&asked[0].body);
    let report = desk.json();
    assert_eq!(body["run"]["id"], report["run"]["id"]);
    let grave = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] != "info")
        .count();
    assert_eq!(body["notification"]["changes"]["new"].as_array().unwrap().len(), grave);
    assert_eq!(body["notification"]["changes"]["lost"], serde_json::json!(["fgt-bkk-02"]));

    let outcome = audit(&desk, &notify, &[]);
    assert!(!outcome.err.contains("Told"), "nothing changed: {}", outcome.err);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn what_was_not_delivered_is_an_error_and_told_by_the_next_run() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let desk = Desk::new();
    let server = HttpStub::start(|_| match CALLS.fetch_add(1, Ordering::SeqCst) {
        0 => Reply(403, "", "invalid_token s3cret-path".to_owned()),
        _ => Reply(200, "", String::new()),
    });
    let notify = desk.file(
        "notifications.yml",
        &format!("- name: team\n  webhook: {{url: \"{}/s3cret-path\"}}\n", server.url()),
    );
    let outcome = audit(&desk, &notify, &[]);
    assert_eq!(outcome.code & 1, 1, "{}", outcome.err);
    let told = format!(
        "error: `team` was not delivered: {} answered 403: invalid_token <redacted>\n",
        server.address
    );
    assert!(outcome.err.contains(&told), "{}", outcome.err);
    assert!(outcome.err.contains("the next run tells it again"), "{}", outcome.err);
    let again = desk.run(&["report", "latest", "-o", desk.path("again").to_str().unwrap()]);
    assert!(again.err.contains("note: `team` was not delivered: "), "{}", again.err);

    let outcome = audit(&desk, &notify, &[]);
    assert!(outcome.err.contains("Told: team\n"), "{}", outcome.err);
    assert_eq!(outcome.code & 1, 0);
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let desk = Desk::new();
    let server = HttpStub::start(|_| match CALLS.fetch_add(1, Ordering::SeqCst) {
        0 => Reply(503, "", String::new()),
        _ => Reply(204, "", String::new()),
    });
    let notify = desk.file(
        "notifications.yml",
        &format!("- name: team\n  webhook: {{url: \"{}\"}}\n", server.url()),
    );
    let outcome = audit(&desk, &notify, &[]);
    assert!(outcome.err.contains("Told: team\n"), "{}", outcome.err);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn secrets_come_from_elsewhere_and_are_shown_nowhere() {
    let desk = Desk::new();
    let server = HttpStub::start(|asked| {
        let said = asked.authorization.clone().unwrap_or_default();
        Reply(401, "", format!("no right for {said}"))
    });
    desk.file("token", "Bearer canary-4711\n");
    let notify = desk.file(
        "notifications.yml",
        "- name: team\n  webhook:\n    url: {env: HOOK}\n    headers: {Authorization: {file: token}}\n",
    );
    let url = format!("{}/services/canary-0815", server.url());
    let reports = desk.path("reports");
    let arguments = [
        "run",
        "playbooks/fortitoken-audit.yml",
        "-i",
        "inventories/lab",
        "-l",
        "fgt-mia-01",
        "--notify",
        &notify,
        "-o",
        reports.to_str().unwrap(),
        "-vv",
    ];
    let outcome = desk.finish(desk.command(&arguments).env("HOOK", &url));
    assert_eq!(server.asked()[0].authorization.as_deref(), Some("Bearer canary-4711"));
    assert!(outcome.err.contains("answered 401: no right for "), "{}", outcome.err);
    for (path, bytes) in desk.files().into_iter().filter(|(path, _)| !path.ends_with("token")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary-"), "{}", path.display());
    }
    assert!(!outcome.err.contains("canary-") && !outcome.out.contains("canary-"));

    let outcome = desk.run(&arguments);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome
            .err
            .contains("error: the url of `team` is missing: the variable `HOOK` is not set\n"),
        "{}",
        outcome.err
    );
    assert!(!outcome.err.contains("hosts, "), "told before the first packet: {}", outcome.err);
}

#[test]
fn each_service_gets_what_it_expects() {
    let (desk, server) = (Desk::new(), taken());
    let hooks: String = ["slack", "teams", "servicenow"]
        .iter()
        .map(|preset| {
            format!(
                "- name: {preset}\n  on: always\n  webhook: {{url: \"{}/{preset}\", preset: {preset}}}\n",
                server.url()
            )
        })
        .collect();
    let notify = desk.file("notifications.yml", &hooks);
    let outcome = audit(&desk, &notify, &[]);
    assert!(outcome.err.contains("Told: servicenow\n"), "{}", outcome.err);
    let asked = server.asked();
    let body = |path: &str| json(&asked.iter().find(|asked| asked.path == path).unwrap().body);
    let slack = body("/slack");
    assert_eq!(slack["blocks"][0]["type"], "header");
    assert!(slack["blocks"][1]["text"]["text"].as_str().unwrap().contains("*fgt-mia-01*: "));
    let card = &body("/teams")["attachments"][0]["content"];
    assert_eq!((&card["type"], &card["version"]), (&"AdaptiveCard".into(), &"1.4".into()));
    let incident = body("/servicenow");
    assert_eq!(incident["urgency"], "2");
    assert!(incident["short_description"].as_str().unwrap().starts_with("FortiTokens: "));
}

#[test]
fn a_letter_brings_the_report_along() {
    let (desk, server) = (Desk::new(), SmtpStub::start(1));
    let notify = desk.file(
        "notifications.yml",
        &format!(
            "- name: mail\n  on: [change, failure]\n  mail:\n    server: 127.0.0.1\n    port: {}\n    \
             encryption: none\n    from: Audit <audit@example.net>\n    to: [a@example.net, b@example.net]\n    \
             attach: [findings.csv, report.html]\n",
            server.address.port()
        ),
    );
    let outcome = audit(&desk, &notify, &[]);
    assert!(outcome.err.contains("Told: mail\n"), "{}", outcome.err);
    let letters = server.letters();
    assert_eq!(letters.len(), 1, "the first attempt was put off");
    let data = letters[0].data.replace("\r\n", "\n");
    assert_eq!(letters[0].to.len(), 2);
    for part in [
        "Subject: tokenfleet: ",
        "1 FortiGate no longer examined",
        "No longer examined: fgt-bkk-02\n",
        "filename=\"findings.csv\"",
        "filename=\"report.html\"",
    ] {
        assert!(data.contains(part), "no `{part}` in {}", &data[..3000.min(data.len())]);
    }
}

#[test]
fn a_command_is_given_the_text_and_no_shell_reads_its_words() {
    let desk = Desk::new();
    let (file, words) = (desk.path("told.txt"), desk.path("words.txt"));
    let script = format!(
        "#!/bin/sh\ncat > {}\nprintf '%s\\n' \"$@\" > {}\n",
        file.display(),
        words.display()
    );
    let script = desk.file("tell.sh", &script);
    let notify = desk.file(
        "notifications.yml",
        &format!(
            "- name: page\n  command: [sh, {script}, \"{{{{ run.id }}}}\", \"; $HOME `x`\"]\n"
        ),
    );
    let outcome = audit(&desk, &notify, &[]);
    assert!(outcome.err.contains("Told: page\n"), "{}", outcome.err);
    let told = std::fs::read_to_string(file).unwrap();
    assert!(told.contains("\nNew:\n- ") && told.contains("of 3 FortiGates examined"), "{told}");
    let id = desk.json()["run"]["id"].as_str().unwrap().to_owned();
    assert_eq!(std::fs::read_to_string(words).unwrap(), format!("{id}\n; $HOME `x`\n"));

    let failing = desk.file(
        "failing.yml",
        "- name: page\n  on: always\n  command: [sh, -c, 'echo no line out >&2; exit 3']\n",
    );
    let outcome = audit(&desk, &failing, &[]);
    let told = "error: `page` was not delivered: `sh` ended with exit status: 3: no line out\n";
    assert!(outcome.err.contains(told), "{}", outcome.err);
    assert_eq!(outcome.code & 1, 1);
}

#[test]
fn a_check_finds_what_is_wrong_with_them() {
    let desk = Desk::new();
    let notify = desk.file(
        "notifications.yml",
        "- name: mail\n  mail:\n    server: mail.example.net\n    from: a@example.net\n    \
         to: b@example.net\n    subject: \"{{ notification.titel }}\"\n    attach: [report.htm]\n\
         - name: team\n  webhook: {url: \"https://hooks.example.net\", template: report.md}\n",
    );
    let outcome = desk.run(&["check", "playbooks/fortitoken-audit.yml", "--notify", &notify]);
    assert_eq!(outcome.code, 1);
    for part in [
        "did you mean `title`?",
        "error: no report is written to `report.htm`",
        "did you mean `report.html`?",
        "error: the template `report.md` of `team` gives no JSON",
    ] {
        assert!(outcome.err.contains(part), "no `{part}` in {}", outcome.err);
    }
}

#[test]
fn changes_need_a_memory() {
    let (desk, server) = (Desk::new(), taken());
    let notify = desk.file(
        "notifications.yml",
        &format!("- name: team\n  webhook: {{url: \"{}\"}}\n", server.url()),
    );
    let outcome = audit(&desk, &notify, &["--store", "none"]);
    assert_eq!(outcome.code, 1);
    let told = "error: `team` tells of changes, and `--store none` remembers nothing\n";
    assert!(outcome.err.contains(told), "{}", outcome.err);
}

#[test]
fn metrics_are_pushed() {
    let (desk, server) = (Desk::new(), taken());
    let arguments = ["playbooks/fortitoken-audit.yml", "-i", "inventories/lab", "-l", SOME];
    let outcome = desk.audit(&[&arguments[..], &["--push-metrics", &server.url()]].concat());
    assert!(outcome.err.contains("Metrics pushed\n"), "{}", outcome.err);
    let asked = &server.asked()[0];
    assert_eq!(asked.path, "/metrics/job/tokenfleet");
    assert!(asked.body.contains("# TYPE tokenfleet_hosts gauge\n"), "{}", asked.body);

    let outcome =
        desk.audit(&[&arguments[..], &["--push-metrics", "http://127.0.0.1:9/"]].concat());
    assert_eq!(outcome.code & 1, 1);
    assert!(outcome.err.contains("error: the metrics were not pushed: "), "{}", outcome.err);
}

#[test]
fn the_schema_takes_what_the_documents_show() {
    let desk = Desk::new();
    let schema = json(&desk.run(&["schema", "notifications"]).out);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = serde_json::json!([
        {"name": "a", "on": ["change", "failure"], "webhook": {"url": {"env": "X"}, "preset": "slack"}},
        {"name": "b", "mail": {"server": "m", "from": "a@b.c", "to": ["d@e.f"], "password": {"file": "p"}}},
        {"name": "c", "command": ["./x", "y"]},
        {"name": "d", "command": {"argv": ["./x"], "template": "t.txt"}}
    ]);
    assert!(
        validator.is_valid(&good),
        "{:?}",
        validator.iter_errors(&good).next().map(|e| e.to_string())
    );
    for bad in [
        serde_json::json!([{"webhook": {"url": "x"}}]),
        serde_json::json!([{"name": "a"}]),
        serde_json::json!([{"name": "a", "command": ["x"], "webhook": {"url": "x"}}]),
        serde_json::json!([{"name": "a", "on": "changes", "command": ["x"]}]),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}

/// Two servers of TLS with a certificate of an authority of our own, in the home of the desk; `None`, said
/// aloud, where the programs for it are missing.
fn tls_servers(desk: &Desk) -> Option<(std::process::Child, u16, u16)> {
    let home = desk.path(".");
    let made = certify(&home, "localhost");
    let servers = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls_servers.py");
    let server = Command::new("python3")
        .arg(servers)
        .current_dir(&home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let (true, Ok(mut server)) = (made, server) else {
        eprintln!("skipped: openssl and python3 are needed for a test of TLS");
        return None;
    };
    let mut ports = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut ports).unwrap();
    let ports: Vec<u16> = ports.split_whitespace().map(|port| port.parse().unwrap()).collect();
    Some((server, ports[0], ports[1]))
}

#[test]
fn tls_is_spoken_with_who_is_trusted_and_with_nobody_else() {
    let desk = Desk::new();
    let Some((mut server, smtp, https)) = tls_servers(&desk) else { return };
    desk.file("password", "canary-4711\n");
    let both = |suffix: &str, trust: &str| {
        format!(
            "- name: mail{suffix}\n  on: always\n  retries: 0\n  mail: {{server: localhost, port: {smtp}, \
             user: audit, password: {{file: password}}, from: a@example.net, to: b@example.net{trust}}}\n\
             - name: hook{suffix}\n  on: always\n  retries: 0\n  webhook: {{url: \"https://localhost:{https}/x\"{trust}}}\n"
        )
    };
    let text = both("", ", ca_file: ca.pem") + &both(" of a stranger", "");
    let notify = desk.file("notifications.yml", &text);
    let outcome = audit(&desk, &notify, &[]);
    for part in [
        "Told: mail\n",
        "Told: hook\n",
        "error: `mail of a stranger` was not delivered: the mail server localhost: ",
        "error: `hook of a stranger` was not delivered: the connection to localhost:",
        "invalid peer certificate",
    ] {
        assert!(outcome.err.contains(part), "no `{part}` in {}", outcome.err);
    }
    drop(server.stdin.take());
    server.wait().unwrap();
    let mut told = String::new();
    server.stdout.unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("TLS AUTH\n") && told.contains("TLS DATA\n"), "{told}");
    assert!(!told.contains("CLEAR"), "before TLS nothing is said: {told}");
    assert_eq!(told.matches("POST /x\n").count(), 1, "{told}");
}
