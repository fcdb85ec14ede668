//! Logging in to a jump host by password, against an SSH server (russh's) in this process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Response, Session};
use russh::{Channel, MethodKind, MethodSet};
use tokenfleet::lab::{Fleet, Hosting, Serving};
use tokenfleet::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, KnownHostsFiles, Route, Secret, Stage, Target,
};
use tokenfleet::runner::{Connector, Transport};
use tokenfleet::ssh::{SshConnector, SshSettings};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

const PASSWORD: &str = "of the jump host";

/// How the jump host behaves.
#[derive(Clone, Default)]
struct Manners {
    /// What it asks instead of taking a password, each round.
    questions: Vec<&'static str>,
    /// Never answers a login.
    hesitates: bool,
}

type Log = Arc<Mutex<Vec<String>>>;

struct Gate {
    manners: Manners,
    round: usize,
    log: Log,
}

impl Handler for Gate {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        self.log.lock().unwrap().push(format!("{user} {password}"));
        if self.manners.hesitates {
            sleep(Duration::from_secs(60)).await;
        }
        Ok(if password == PASSWORD { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        for answer in response.into_iter().flatten() {
            self.log.lock().unwrap().push(String::from_utf8_lossy(&answer).into_owned());
        }
        let Some(question) = self.manners.questions.get(self.round) else {
            return Ok(Auth::Accept);
        };
        self.round += 1;
        let prompts = vec![(Cow::Borrowed(*question), false)].into();
        Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts })
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        let place = (host.to_owned(), u16::try_from(port).unwrap());
        let mut device = TcpStream::connect(place).await.unwrap();
        reply.accept().await;
        tokio::spawn(async move {
            let _ = copy_bidirectional(&mut channel.into_stream(), &mut device).await;
        });
        Ok(())
    }
}

/// A jump host; its port, and what it was told.
async fn gate(manners: Manners) -> (u16, Log) {
    let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519).unwrap();
    let method = match manners.questions.is_empty() {
        true => MethodKind::Password,
        false => MethodKind::KeyboardInteractive,
    };
    let config = Arc::new(Config {
        keys: vec![key],
        methods: MethodSet::from([method].as_slice()),
        auth_rejection_time: Duration::ZERO,
        nodelay: true,
        ..Config::default()
    });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let log = Log::default();
    let told = log.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let gate = Gate { manners: manners.clone(), round: 0, log: told.clone() };
            let config = config.clone();
            tokio::spawn(async move {
                if let Ok(session) = russh::server::run_stream(config, socket, gate).await {
                    let _ = session.await;
                }
            });
        }
    });
    (port, log)
}

/// An ordinary unit behind the jump host.
fn target(serving: &Serving, port: u16, password: &str) -> Target {
    let device = serving.devices().last().unwrap();
    let target = Target {
        host: HostName::new(device.name.as_str()),
        connection: Connection::Ssh,
        address: device.address.ip().to_string(),
        port: device.address.port(),
        user: device.user.clone(),
        password: Some(Secret::new(device.password.clone())),
        private_key_file: None,
        private_key_passphrase: None,
        identities_only: false,
        legacy: false,
        route: Route::Direct,
        host_key: HostKeyPolicy::Off,
        known_hosts: KnownHostsFiles::default(),
        connect_timeout: None,
        command_timeout: None,
    };
    let gate = Target {
        host: HostName::from("gate"),
        address: "127.0.0.1".to_owned(),
        port,
        user: "ops".to_owned(),
        password: Some(Secret::new(password)),
        ..target.clone()
    };
    Target { route: Route::Jump(Arc::new(gate)), ..target }
}

async fn serving() -> Serving {
    Fleet::new(Fleet::CHARACTERS + 1, Fleet::SEED).serve(&Hosting::default()).await.unwrap()
}

async fn failure(connector: &SshConnector, target: &Target) -> HostFailure {
    match connector.connect(target).await {
        Ok(_) => panic!("the connection succeeded"),
        Err(failure) => failure,
    }
}

#[tokio::test]
async fn a_password_or_the_answer_to_a_question_opens_the_way() {
    let serving = serving().await;
    for questions in [vec![], vec!["Password: "]] {
        let (port, log) = gate(Manners { questions, ..Manners::default() }).await;
        let connector = SshConnector::new(SshSettings::default());
        let target = target(&serving, port, PASSWORD);
        let mut transport = connector.connect(&target).await.unwrap();
        let count = timeout(Duration::from_secs(20), transport.read(&mut [0; 64])).await;
        assert!(count.unwrap().unwrap() > 0);
        // It heard its own password, and nothing of the device's.
        let log = log.lock().unwrap();
        assert_eq!(log.len(), 1);
        assert!(log[0].ends_with(PASSWORD), "{log:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_in_a_run() {
    let serving = serving().await;
    let (port, log) = gate(Manners::default()).await;
    let connector = SshConnector::new(SshSettings::default());
    for _ in 0..3 {
        let failure = failure(&connector, &target(&serving, port, "wrong")).await;
        assert_eq!(failure.stage, Stage::Authenticate);
        let message = "jump host `gate`: it refused the password of `ops`";
        assert!(failure.login_refused && failure.message.starts_with(message), "{failure:?}");
    }
    assert_eq!(*log.lock().unwrap(), ["ops wrong"]);
}

#[tokio::test]
async fn other_questions_are_not_answered() {
    let serving = serving().await;
    let questions = vec!["Password: ", "Token code: "];
    let (port, log) = gate(Manners { questions, ..Manners::default() }).await;
    let connector = SshConnector::new(SshSettings::default());
    let failure = failure(&connector, &target(&serving, port, PASSWORD)).await;
    assert!(failure.message.contains("a question that is not answered"), "{failure}");
    assert!(failure.message.ends_with("`Token code:`"), "{failure}");
    assert_eq!(*log.lock().unwrap(), [PASSWORD]);
}

#[tokio::test]
async fn a_login_that_is_not_decided_ends_in_time() {
    let serving = serving().await;
    let (port, log) = gate(Manners { hesitates: true, ..Manners::default() }).await;
    let settings = SshSettings { authenticate: Duration::from_secs(1), ..SshSettings::default() };
    let connector = SshConnector::new(settings);
    let target = target(&serving, port, PASSWORD);
    let late = timeout(Duration::from_secs(20), failure(&connector, &target));
    let message = "jump host `gate`: it did not decide on the login within 1 s";
    assert_eq!(late.await.unwrap().message, message);
    // It may have been refused unheard: it is not tried again.
    assert_eq!(failure(&connector, &target).await.message, message);
    assert_eq!(log.lock().unwrap().len(), 1);
}
