//! The inventory scripts under `inventories/contrib/`, run by the binary against answers in the
//! shape of the real ones.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/http_stub.rs"]
mod http_stub;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use desk::{Desk, Outcome};
use http_stub::{Asked, HttpStub, Reply};
use serde_json::{Value as Json, json};

const NETBOX: &str = "inventories/contrib/netbox.py";
const FORTIMANAGER: &str = "inventories/contrib/fortimanager.py";

/// Whether there is a Python to run them; said aloud where there is none.
fn has_python() -> bool {
    let found = Path::new("/usr/bin/python3").exists();
    if !found {
        eprintln!("SKIPPED: no /usr/bin/python3, the inventory scripts were not run");
    }
    found
}

fn inventory(desk: &Desk, script: &str, form: &[&str], environment: &[(&str, &str)]) -> Outcome {
    let mut command = desk.command(&[&["inventory", "-i", script], form].concat());
    desk.finish(command.envs(environment.iter().copied()))
}

fn ok(body: &Json) -> Reply {
    Reply(200, "Content-Type: application/json\r\n", body.to_string())
}

/// A device as `/api/dcim/devices/` of NetBox 4 tells it, cut to what matters.
fn netbox_device(id: usize, name: &str, address: Option<&str>) -> Json {
    json!({
        "id": id,
        "url": format!("https://netbox.example.net/api/dcim/devices/{id}/"),
        "display": name,
        "name": name,
        "device_type": {
            "id": 7,
            "manufacturer": {"id": 3, "name": "Fortinet", "slug": "fortinet"},
            "model": "FortiGate 60F",
            "slug": "fortigate-60f",
        },
        "role": {"id": 2, "name": "Firewall", "slug": "firewall"},
        "tenant": null,
        "platform": {"id": 5, "name": "FortiOS", "slug": "fortios"},
        "serial": format!("FGT60FTK{id:08}"),
        "site": {"id": 1, "name": "London {{ 1 }}", "slug": "lon-1"},
        "status": {"value": "active", "label": "Active"},
        "primary_ip": address.map(|a| json!({"id": 9, "family": {"value": 4}, "address": a})),
        "tags": [{"id": 4, "name": "HQ", "slug": "hq"}],
        "custom_fields": {},
    })
}

/// NetBox with so many devices, page by page as the query says.
fn netbox(devices: usize) -> HttpStub {
    HttpStub::start(move |asked| {
        let number = |name: &str| -> usize {
            let (_, rest) = asked.path.split_once(&format!("{name}=")).unwrap();
            rest.split('&').next().unwrap().parse().unwrap()
        };
        let (limit, offset) = (number("limit"), number("offset"));
        let end = devices.min(offset + limit);
        let results: Vec<Json> = (offset..end)
            .map(|id| {
                let address = format!("10.0.{}.{}/16", id / 250, id % 250);
                netbox_device(
                    id,
                    &format!("fw-{id:04}"),
                    Some(&address).filter(|_| id > 0).map(|a| &**a),
                )
            })
            .collect();
        ok(&json!({"count": devices, "next": null, "previous": null, "results": results}))
    })
}

#[test]
fn netbox_is_read_page_by_page() {
    if !has_python() {
        return;
    }
    let (desk, server) = (Desk::new(), netbox(450));
    let environment = [("NETBOX_URL", &*server.url()), ("NETBOX_TOKEN", "canary-token")];
    let outcome = inventory(&desk, NETBOX, &["--list"], &environment);
    assert_eq!(
        (outcome.err.as_str(), outcome.code),
        ("netbox: fw-0000 has no primary address, its name is used\n", 0)
    );
    let list: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(list["site_lon_1"]["hosts"].as_array().unwrap().len(), 450);
    assert_eq!(
        list["_meta"]["hostvars"]["fw-0007"],
        json!({
            "ansible_host": "10.0.0.7",
            "model": {"__ansible_unsafe": "FortiGate 60F"},
            "netbox_id": 7,
            "serial": {"__ansible_unsafe": "FGT60FTK00000007"},
            "site": {"__ansible_unsafe": "London {{ 1 }}"},
        })
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|a| a.authorization.as_deref() == Some("Token canary-token")));
    assert_eq!(
        asked[2].path,
        "/api/dcim/devices/?manufacturer=fortinet&status=active&limit=200&offset=400&ordering=id"
    );
}

#[test]
fn a_token_may_stand_in_a_file_and_a_filter_may_be_given() {
    if !has_python() {
        return;
    }
    let (desk, server) = (Desk::new(), netbox(2));
    let token = desk.file("token", "nbt_abc.canary\n");
    let environment = [
        ("NETBOX_URL", &*server.url()),
        ("NETBOX_TOKEN_FILE", &token),
        ("NETBOX_FILTER", "site=lon-1"),
    ];
    let outcome = inventory(&desk, NETBOX, &["--graph", "tag_hq"], &environment);
    assert_eq!((outcome.out.as_str(), outcome.code), ("@tag_hq:\n  |--fw-0000\n  |--fw-0001\n", 0));
    let asked = &server.asked()[0];
    assert_eq!(asked.authorization.as_deref(), Some("Bearer nbt_abc.canary"));
    assert!(asked.path.starts_with("/api/dcim/devices/?site=lon-1&"), "{}", asked.path);
}

/// What is said when a script gives no inventory; never the secret.
fn trouble(script: &str, environment: &[(&str, &str)]) -> String {
    let outcome = inventory(&Desk::new(), script, &["--list"], environment);
    assert_eq!((outcome.out.as_str(), outcome.code), ("", 1), "{}", outcome.err);
    assert!(!outcome.err.contains("canary"), "{}", outcome.err);
    let said = outcome.err.split_once("it said: ").unwrap_or_else(|| panic!("{}", outcome.err)).1;
    said.lines().next().unwrap().to_owned()
}

/// The same from a server that always gives one answer.
fn answered(script: &str, reply: fn(&Asked) -> Reply) -> String {
    let server = HttpStub::start(reply);
    let url = server.url();
    let said = trouble(
        script,
        &[
            ("NETBOX_URL", &url),
            ("NETBOX_TOKEN", "canary"),
            ("FORTIMANAGER_URL", &url),
            ("FORTIMANAGER_TOKEN", "canary"),
            ("NETBOX_TIMEOUT", "1"),
            ("FORTIMANAGER_TIMEOUT", "1"),
        ],
    );
    said.replace(&url, "URL")
}

#[test]
fn what_netbox_refuses_is_told_without_the_token() {
    if !has_python() {
        return;
    }
    let devices = "netbox: URL/api/dcim/devices/";
    for (reply, told) in [
        (
            (|_| Reply(403, "", String::new())) as fn(&Asked) -> Reply,
            format!("{devices} answered 403: the token may not read devices, or is not known"),
        ),
        (|_| Reply(500, "", "canary".into()), format!("{devices} answered 500: see NetBox's log")),
        (
            |_| Reply(302, "Location: http://192.0.2.1/\r\n", String::new()),
            format!("{devices} answered 302: a redirect is not followed: correct NETBOX_URL"),
        ),
        (|_| Reply(200, "", "<html>".into()), format!("{devices} did not answer with JSON")),
        (
            |_| ok(&json!([])),
            "netbox: URL answered with something else than a list of devices".into(),
        ),
        (
            |_| ok(&json!({"count": 0, "results": []})),
            "netbox: no device matches NETBOX_FILTER".into(),
        ),
        (
            |_| ok(&json!({"count": 3, "results": []})),
            "netbox: NetBox told of 3 devices and gave 0: it changed, run again".into(),
        ),
        (
            |asked| {
                let id = if asked.path.contains("offset=0") { 1 } else { 2 };
                ok(&json!({"count": 2, "results": [netbox_device(id, "fw1", None)]}))
            },
            "netbox: two devices are called fw1: add a filter, or rename one of them".into(),
        ),
        (
            |_| {
                std::thread::sleep(Duration::from_millis(1500));
                Reply(200, "", String::new())
            },
            format!("{devices} did not answer within 1 seconds"),
        ),
    ] {
        assert_eq!(answered(NETBOX, reply).rsplit("; ").next().unwrap(), told);
    }
}

#[test]
fn settings_that_would_betray_a_secret_are_refused() {
    if !has_python() {
        return;
    }
    for (environment, told) in [
        (vec![], "netbox: NETBOX_URL is not set"),
        (
            vec![("NETBOX_URL", "http://netbox.example.net"), ("NETBOX_TOKEN", "canary")],
            "netbox: NETBOX_URL begins with http://, which would send the token in clear text",
        ),
        (
            vec![("NETBOX_URL", "https://127.0.0.1:9"), ("NETBOX_TOKEN_FILE", "/no/such")],
            "netbox: NETBOX_TOKEN_FILE cannot be read: No such file or directory: /no/such",
        ),
        (
            vec![
                ("NETBOX_URL", "https://127.0.0.1:9"),
                ("NETBOX_TOKEN", "canary"),
                ("NETBOX_TIMEOUT", "x"),
            ],
            "netbox: NETBOX_TIMEOUT is no number of seconds from 1 to 3600: x",
        ),
    ] {
        assert_eq!(trouble(NETBOX, &environment), told);
    }
    assert_eq!(
        trouble(FORTIMANAGER, &[("FORTIMANAGER_URL", "http://fmg.example.net")]),
        "fortimanager: FORTIMANAGER_URL begins with http://, which would send secrets in clear text"
    );
}

/// FortiManager 7.4 over JSON-RPC, with so many FortiGates; the answers are in its shape.
fn fortimanager(devices: usize) -> HttpStub {
    HttpStub::start(move |asked| {
        let question: Json = serde_json::from_str(&asked.body).unwrap();
        let parameters = &question["params"][0];
        let url = parameters["url"].as_str().unwrap();
        let done = json!({"code": 0, "message": "OK"});
        let is_known = question["session"] == "a-session"
            || asked.authorization.as_deref() == Some("Bearer canary-key");
        if url == "/sys/login/user" {
            let is_right = parameters["data"] == json!({"user": "reader", "passwd": "canary"});
            let status =
                if is_right { done } else { json!({"code": -11, "message": "Login fail"}) };
            return ok(&json!({"id": 1, "result": [{"status": status, "url": url}],
                "session": "a-session"}));
        }
        if !is_known {
            let status = json!({"code": -11, "message": "No permission for the resource"});
            return ok(&json!({"id": 1, "result": [{"status": status, "url": url}]}));
        }
        let data = match url {
            "/dvmdb/adom/emea%201/device" => {
                let from = usize::try_from(parameters["range"][0].as_u64().unwrap()).unwrap();
                let most = usize::try_from(parameters["range"][1].as_u64().unwrap()).unwrap();
                let mut rows: Vec<Json> = (0..devices).map(fortimanager_device).collect();
                rows.push(json!({"name": "faz", "os_type": "faz", "mgmt_mode": "faz"}));
                rows.push(json!({"name": "new", "os_type": "fos", "mgmt_mode": "unreg"}));
                rows.push(json!({"name": "ztp", "os_type": "fos", "mgmt_mode": "fmg",
                    "flags": ["is_model"]}));
                Json::from(rows.into_iter().skip(from).take(most).collect::<Vec<_>>())
            }
            "/dvmdb/adom/emea%201/group" => json!([
                {"name": "All_FortiGate", "object member": [
                    {"name": "fgt-0001", "vdom": "root"}, {"name": "fgt-0001", "vdom": "guest"},
                    {"name": "faz", "vdom": ""}]},
                {"name": "empty one", "object member": []},
            ]),
            _ => Json::Null,
        };
        ok(&json!({"id": 1, "result": [{"data": data, "status": done, "url": url}]}))
    })
}

fn fortimanager_device(number: usize) -> Json {
    json!({
        "name": format!("fgt-{number:04}"),
        "ip": format!("10.1.{}.{}", number / 250, number % 250),
        "sn": format!("FGVMEV{number:010}"),
        "os_type": "fos", "os_ver": "7.0", "mr": 4, "patch": 8, "build": 2795,
        "platform_str": "FortiGate-VM64", "mgmt_mode": "fmg", "conn_status": "up",
        "ha_mode": if number == 1 { "AP" } else { "standalone" },
        "ha_slave": if number == 1 {
            json!([{"name": "fgt-a", "sn": "FGVMEV0000000001", "role": "master"},
                   {"name": "fgt-b", "sn": "FGVMEV0000000002", "role": "slave"}])
        } else {
            Json::Null
        },
        "flags": ["has_hdd"],
    })
}

#[test]
fn fortimanager_is_read_page_by_page_and_logged_out_of() {
    if !has_python() {
        return;
    }
    let (desk, server) = (Desk::new(), fortimanager(700));
    let password = desk.file("password", "canary\n");
    let environment = [
        ("FORTIMANAGER_URL", &*server.url()),
        ("FORTIMANAGER_USER", "reader"),
        ("FORTIMANAGER_PASSWORD_FILE", &password),
        ("FORTIMANAGER_ADOM", "emea 1"),
    ];
    let outcome = inventory(&desk, FORTIMANAGER, &["--list"], &environment);
    assert_eq!(
        (outcome.err.as_str(), outcome.code),
        (
            "fortimanager: faz is no FortiGate, and is left out\n\
             fortimanager: new is not authorised, and is left out\n\
             fortimanager: ztp is a model device that has not been seen yet, and is left out\n",
            0
        )
    );
    let list: Json = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(list["adom_emea_1"]["hosts"].as_array().unwrap().len(), 700);
    assert_eq!(list["fmg_All_FortiGate"]["hosts"], json!(["fgt-0001"]));
    let text = |text: &str| json!({"__ansible_unsafe": text});
    assert_eq!(
        list["_meta"]["hostvars"]["fgt-0001"],
        json!({
            "ansible_host": "10.1.0.1",
            "fortios_version": "7.4.8",
            "ha_mode": text("AP"),
            "ha_serials": [text("FGVMEV0000000001"), text("FGVMEV0000000002")],
            "model": text("FortiGate-VM64"),
            "serial": text("FGVMEV0000000001"),
        })
    );
    let asked: Vec<(String, String)> = server
        .asked()
        .iter()
        .map(|asked| {
            let question: Json = serde_json::from_str(&asked.body).unwrap();
            let text = |value: &Json| value.as_str().unwrap().to_owned();
            (text(&question["method"]), text(&question["params"][0]["url"]))
        })
        .collect();
    let asked: Vec<(&str, &str)> = asked.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        asked,
        [
            ("exec", "/sys/login/user"),
            ("get", "/dvmdb/adom/emea%201/device"),
            ("get", "/dvmdb/adom/emea%201/device"),
            ("get", "/dvmdb/adom/emea%201/group"),
            ("exec", "/sys/logout"),
        ]
    );
}

#[test]
fn a_key_needs_no_login() {
    if !has_python() {
        return;
    }
    let (desk, server) = (Desk::new(), fortimanager(1));
    let environment = [
        ("FORTIMANAGER_URL", &*server.url()),
        ("FORTIMANAGER_TOKEN", "canary-key"),
        ("FORTIMANAGER_ADOM", "emea 1"),
    ];
    let outcome = inventory(&desk, FORTIMANAGER, &["--graph", "adom_emea_1"], &environment);
    assert_eq!((outcome.out.as_str(), outcome.code), ("@adom_emea_1:\n  |--fgt-0000\n", 0));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn what_fortimanager_refuses_is_told_without_the_secret() {
    if !has_python() {
        return;
    }
    let server = fortimanager(1);
    let url = server.url();
    let login = [
        ("FORTIMANAGER_URL", &*url),
        ("FORTIMANAGER_USER", "reader"),
        ("FORTIMANAGER_PASSWORD", "canary-2"),
    ];
    assert_eq!(
        trouble(FORTIMANAGER, &login).replace(&url, "URL"),
        "fortimanager: URL/jsonrpc /sys/login/user answered -11: Login fail"
    );
    let device = "fortimanager: URL/jsonrpc /dvmdb/adom/root/device";
    for (reply, told) in [
        (
            (|_| Reply(401, "", String::new())) as fn(&Asked) -> Reply,
            format!("{device} answered 401: the secret is not accepted, or may not use JSON-RPC"),
        ),
        (|_| Reply(200, "", "{}".into()), format!("{device} did not answer as FortiManager does")),
        (
            |_| ok(&json!({"result": [{"status": {"code": 0, "message": "OK"}, "data": []}]})),
            "fortimanager: the administrative domain root holds no FortiGate".into(),
        ),
        (
            |_| {
                std::thread::sleep(Duration::from_millis(1500));
                Reply(200, "", String::new())
            },
            format!("{device} did not answer within 1 seconds"),
        ),
    ] {
        assert_eq!(answered(FORTIMANAGER, reply), told);
    }
}

/// An HTTPS server of Python's whose certificate nobody has signed, and the certificate.
fn untrusted(desk: &Desk) -> Option<(std::process::Child, String, String)> {
    let (key, certificate) = (desk.path("key.pem"), desk.path("certificate.pem"));
    let made = Command::new("/usr/bin/openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no /usr/bin/openssl, nothing was tried over TLS");
        return None;
    }
    let script = "
import http.server, json, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        device = {'id': 1, 'name': 'fw1', 'primary_ip': {'address': '192.0.2.1/24'}}
        body = json.dumps({'count': 1, 'results': [device]}).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *rest):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
";
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .arg(&certificate)
        .arg(&key)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut port = String::new();
    let out = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut port).unwrap();
    let url = format!("https://127.0.0.1:{}", port.trim());
    Some((child, url, certificate.display().to_string()))
}

#[test]
fn a_certificate_that_nobody_signed_is_refused_unless_it_is_named() {
    let desk = Desk::new();
    if !has_python() {
        return;
    }
    let Some((mut server, url, certificate)) = untrusted(&desk) else { return };
    let plain = vec![("NETBOX_URL", &*url), ("NETBOX_TOKEN", "canary")];
    let said = trouble(NETBOX, &plain);
    assert!(said.contains("CERTIFICATE_VERIFY_FAILED"), "{said}");
    for (name, value, told) in [
        ("NETBOX_CA_FILE", &*certificate, ""),
        ("NETBOX_INSECURE", "yes", "netbox: the certificate is not checked (NETBOX_INSECURE)\n"),
    ] {
        let environment = [plain.clone(), vec![(name, value)]].concat();
        let outcome = inventory(&desk, NETBOX, &["--graph"], &environment);
        assert_eq!((outcome.err.as_str(), outcome.code), (told, 0));
        assert!(outcome.out.contains("fw1"));
    }
    server.kill().unwrap();
    server.wait().unwrap();
}
