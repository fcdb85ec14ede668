//! A reader at the keyboard: Chromium, led through its DevTools protocol.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// How long the browser may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// One page in a browser of its own, which ends with it.
pub struct Reader {
    process: Child,
    line: WebSocket<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    sent: u64,
    /// What the page, or the browser about it, has said on the console.
    pub said: Vec<Value>,
}

impl Reader {
    pub fn open(browser: &str, profile: &Path, page: &Path) -> Self {
        let mut process = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| line.unwrap().strip_prefix("DevTools listening on ").map(String::from))
            .expect("the browser names its address");
        // What it says later must not fill its pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let (line, _) = tungstenite::connect(&address).unwrap();
        if let MaybeTlsStream::Plain(stream) = line.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        let mut reader = Self { process, line, session: None, sent: 0, said: Vec::new() };
        let target = reader.call("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = reader.call("Target.attachToTarget", target);
        reader.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            reader.call(&format!("{domain}.enable"), json!({}));
        }
        let url = format!("file://{}", page.display());
        reader.call("Page.navigate", json!({"url": url}));
        while reader.tell("document.readyState === 'complete' && location.protocol === 'file:'")
            != json!(true)
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        reader
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut request = json!({"id": self.sent, "method": method, "params": params});
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        self.line.send(Message::text(request.to_string())).unwrap();
        loop {
            let Message::Text(text) = self.line.read().unwrap() else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == json!(self.sent) {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
            let heard = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"];
            if heard.iter().any(|method| answer["method"] == json!(method)) {
                self.said.push(answer);
            }
        }
    }

    /// What an expression is on the page.
    pub fn tell(&mut self, expression: &str) -> Value {
        let told =
            self.call("Runtime.evaluate", json!({"expression": expression, "returnByValue": true}));
        assert!(told.get("exceptionDetails").is_none(), "{expression}: {told}");
        told["result"]["value"].clone()
    }

    /// Presses a key and lets it go: `Tab`, `Enter`, ` `, or a letter.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            " " => (32, " "),
            letter => (0, letter),
        };
        let mut event = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if !text.is_empty() {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", event.clone());
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", event);
    }

    /// Goes on with Tab until `expression` holds for the focused element `here`.
    pub fn tab_to(&mut self, expression: &str) {
        const MOST: usize = 3_000;
        let question =
            format!("(function (here) {{ return {expression}; }})(document.activeElement)");
        for _ in 0..MOST {
            self.press("Tab");
            if self.tell(&question) == json!(true) {
                return;
            }
        }
        panic!("{MOST} times Tab, and never: {expression}");
    }

    /// The page on paper, as a PDF in base64.
    pub fn print(&mut self) -> String {
        let printed = self.call("Page.printToPDF", json!({"printBackground": true}));
        printed["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
