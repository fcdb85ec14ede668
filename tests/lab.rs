//! The lab, seen from outside: a real SSH client logs in, pages, navigates and is watched.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, AuthResult, KeyboardInteractiveAuthResponse};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelMsg, Disconnect};
use tokenfleet::lab::{Fleet, Hosting, ServedDevice, Serving};

/// Accepts the lab's key and no other.
struct Client {
    host_key: String,
}

impl client::Handler for Client {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else { return Ok(false) };
        Ok(key.to_openssh().unwrap() == self.host_key)
    }
}

struct Console {
    session: client::Handle<Client>,
    channel: russh::Channel<client::Msg>,
}

async fn connect(serving: &Serving, device: &ServedDevice) -> client::Handle<Client> {
    let config = client::Config {
        gex: client::GexParams::new(2048, 2048, 8192).unwrap(),
        ..Default::default()
    };
    let client = Client { host_key: serving.host_key().to_owned() };
    client::connect(Arc::new(config), device.address, client).await.unwrap()
}

async fn login(serving: &Serving, name: &str, rows: u32) -> Console {
    let device = serving.device(name).unwrap();
    let mut session = connect(serving, device).await;
    let answer = session.authenticate_password(&device.user, &device.password).await.unwrap();
    assert!(answer.success(), "{name}: {answer:?}");
    let channel = session.channel_open_session().await.unwrap();
    channel.request_pty(true, "vt100", 200, rows, 0, 0, &[]).await.unwrap();
    channel.request_shell(true).await.unwrap();
    Console { session, channel }
}

impl Console {
    /// Reads until the text ends with `end`.
    async fn read_to(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let message = tokio::time::timeout(Duration::from_secs(5), self.channel.wait()).await;
            match message.unwrap_or_else(|_| panic!("nothing more came after {text:?}")) {
                Some(ChannelMsg::Data { data }) => text.push_str(&String::from_utf8_lossy(&data)),
                Some(_) => {}
                None => panic!("the line ended after {text:?}"),
            }
        }
        text
    }

    /// Everything until the line ends.
    async fn read_out(&mut self) -> String {
        let mut text = String::new();
        let reading = async {
            while let Some(message) = self.channel.wait().await {
                if let ChannelMsg::Data { data } = message {
                    text.push_str(&String::from_utf8_lossy(&data));
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(5), reading).await.expect("the line stays open");
        text
    }

    async fn type_in(&mut self, text: &str) {
        self.channel.data(text.as_bytes()).await.unwrap();
    }
}

async fn lab() -> (Fleet, Serving) {
    let fleet = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
    let serving = fleet.serve(&Hosting::default()).await.unwrap();
    (fleet, serving)
}

#[tokio::test]
async fn a_client_pages_through_an_answer() {
    let (_fleet, serving) = lab().await;
    let mut console = login(&serving, "fgt-dub-01", 24).await;
    assert_eq!(console.read_to("# ").await, "fgt-dub-01 # ");
    console.type_in("get system status\r").await;
    let page = console.read_to("--More-- ").await;
    assert!(
        page.starts_with("get system status\r\r\nVersion: FortiGate-91G v7.4.7,build2731,"),
        "{page:?}"
    );
    assert_eq!(page.matches("\r\n").count(), 23, "echo and 22 lines: {page}");
    console.type_in(" ").await;
    let rest = console.read_to("# ").await;
    assert!(rest.starts_with("\r         \r"), "{rest:?}");
    assert!(rest.ends_with("warm reboot\r\n\r\nfgt-dub-01 # "), "{rest:?}");
    console.type_in("exit\r").await;
    assert_eq!(console.read_out().await, "exit\r\r\n");

    let journal = serving.journal("fgt-dub-01").unwrap();
    assert_eq!(journal.bytes, b"get system status\r exit\r");
    assert_eq!(journal.lines, ["get system status", "exit"]);
    assert_eq!(serving.harm(), []);
}

#[tokio::test]
async fn a_client_walks_through_vdoms_and_may_create_one() {
    let (_fleet, serving) = lab().await;
    let mut console = login(&serving, "fgt-del-01", 9999).await;
    console.read_to("# ").await;
    for (line, answer) in [
        ("config vdom", "\r\nfgt-del-01 (vdom) # "),
        ("edit south", "current vf=south:4\r\n\r\nfgt-del-01 (south) # "),
        ("end", "\r\nfgt-del-01 # "),
        ("config vdom", "\r\nfgt-del-01 (vdom) # "),
        ("edit South", "current vf=South:5\r\n\r\nfgt-del-01 (South) # "),
    ] {
        console.type_in(&format!("{line}\r")).await;
        assert_eq!(console.read_to("# ").await, format!("{line}\r\r\n{answer}"));
    }
    let harm = [("fgt-del-01".to_owned(), "created the VDOM `South`".to_owned())];
    assert_eq!(serving.harm(), harm);
}

#[tokio::test]
async fn every_set_of_algorithms_and_way_to_log_in_works() {
    let (_fleet, serving) = lab().await;
    let mut hardened = login(&serving, "fgt-den-01", 24).await;
    assert_eq!(hardened.read_to("# ").await, "fgt-den-01 # ");

    let device = serving.device("fgt-bog-01").unwrap();
    let mut session = connect(&serving, device).await;
    let answer = session.authenticate_password(&device.user, &device.password).await.unwrap();
    assert!(matches!(answer, AuthResult::Failure { .. }));
    let question =
        session.authenticate_keyboard_interactive_start(&device.user, None).await.unwrap();
    let KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } = question else {
        panic!("{question:?}");
    };
    assert!(!prompts[0].echo);
    let answer = session
        .authenticate_keyboard_interactive_respond(vec![device.password.clone()])
        .await
        .unwrap();
    assert!(matches!(answer, KeyboardInteractiveAuthResponse::Success));
}

#[tokio::test]
async fn the_refusing_unit_refuses_even_the_right_password() {
    let (_fleet, serving) = lab().await;
    let device = serving.device("fgt-bkk-02").unwrap();
    for password in [device.password.as_str(), Hosting::PASSWORD] {
        let mut session = connect(&serving, device).await;
        assert!(!session.authenticate_password(&device.user, password).await.unwrap().success());
    }
    assert_eq!(serving.journal("fgt-bkk-02").unwrap().refused, 2);
    let refused = tokio::net::TcpStream::connect(serving.device("fgt-bkk-01").unwrap().address);
    assert_eq!(refused.await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn the_dropping_unit_sends_half_an_answer() {
    let (_fleet, serving) = lab().await;
    let mut console = login(&serving, "fgt-akl-01", 9999).await;
    console.read_to("# ").await;
    console.type_in("diagnose fortitoken info\r").await;
    let half = console.read_out().await;
    assert!(half.contains("FORTITOKEN        DRIFT  STATUS\r\n"), "{half:?}");
    assert!(!half.contains("Token server status"), "{half:?}");
}

#[tokio::test]
async fn shutting_down_ends_every_connection() {
    let (_fleet, serving) = lab().await;
    let mut console = login(&serving, "fgt-lon-01", 24).await;
    console.read_to("# ").await;
    let silent = serving.device("fgt-mel-01").unwrap().address;
    let address = serving.device("fgt-lon-01").unwrap().address;
    let _waiting = tokio::net::TcpStream::connect(silent).await.unwrap();
    assert!(serving.visitors() > 0);
    serving.shutdown().await;
    console.read_out().await;
    assert!(
        console.session.disconnect(Disconnect::ByApplication, "", "").await.is_err()
            || console.session.is_closed()
    );
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert!(tokio::net::TcpStream::connect(silent).await.is_err());
}

#[tokio::test]
async fn an_exec_request_shows_the_prompt_before_and_after_and_no_echo() {
    let (_fleet, serving) = lab().await;
    let device = serving.device("fgt-par-01").unwrap();
    let mut session = connect(&serving, device).await;
    session.authenticate_password(&device.user, &device.password).await.unwrap();
    let channel = session.channel_open_session().await.unwrap();
    channel.exec(true, "get foo").await.unwrap();
    let mut console = Console { session, channel };
    assert_eq!(
        console.read_out().await,
        "par.edge.01 # command parse error before 'foo'\r\nCommand fail. Return code -61\r\n\r\n\
         par.edge.01 # "
    );
}
