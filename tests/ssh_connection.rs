//! Connecting over SSH: every way in which a server can disappoint, and what a person is told;
//! and the ways in, against a real SSH server (russh's) in this process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use std::borrow::Cow;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, Response, Session};
use russh::{Channel, ChannelId, MethodKind, MethodSet, Pty};
use tokenfleet::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, KnownHostsFiles, Route, Secret, SourceFile,
    Stage, Target,
};
use tokenfleet::runner::{Connector, Transport};
use tokenfleet::ssh::{KnownHosts, SshConnector, SshSettings, SshTransport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

const PASSWORD: &str = "correct horse";

fn target(port: u16) -> Target {
    Target {
        host: HostName::from("fgt-001"),
        connection: Connection::Ssh,
        address: "127.0.0.1".to_owned(),
        port,
        user: "auditor".to_owned(),
        password: Some(Secret::new(PASSWORD)),
        private_key_file: None,
        private_key_passphrase: None,
        identities_only: false,
        legacy: false,
        host_key: HostKeyPolicy::Off,
        route: Route::Direct,
        known_hosts: KnownHostsFiles::default(),
        connect_timeout: None,
        command_timeout: None,
    }
}

/// Short limits, for servers that do not answer.
fn impatient() -> SshSettings {
    let limit = Duration::from_millis(400);
    SshSettings { connect: limit, handshake: limit, authenticate: limit, login: limit, ..patient() }
}

/// The default limits, doubled: the tests share few processors.
fn patient() -> SshSettings {
    SshSettings {
        handshake: Duration::from_secs(40),
        authenticate: Duration::from_secs(40),
        ..SshSettings::default()
    }
}

async fn connect(settings: SshSettings, port: u16) -> Result<SshTransport, HostFailure> {
    SshConnector::new(settings).connect(&target(port)).await
}

async fn failure(settings: SshSettings, port: u16) -> HostFailure {
    match connect(settings, port).await {
        Ok(_) => panic!("the connection succeeded"),
        Err(failure) => failure,
    }
}

/// A TCP server that hands each connection to `talk`, and its port.
async fn tcp_server<F, R>(talk: F) -> u16
where
    F: Fn(TcpStream) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(talk(socket));
        }
    });
    port
}

/// Says `words` and then nothing more, for as long as the client stays.
async fn says(words: &'static [u8]) -> u16 {
    tcp_server(move |mut socket| async move {
        socket.write_all(words).await.unwrap();
        let _ = socket.read_to_end(&mut Vec::new()).await;
    })
    .await
}

/// Says `words` and closes.
async fn says_and_closes(words: &'static [u8]) -> u16 {
    tcp_server(move |mut socket| async move {
        socket.write_all(words).await.unwrap();
        socket.shutdown().await.unwrap();
        let _ = socket.read_to_end(&mut Vec::new()).await;
    })
    .await
}

#[track_caller]
fn assert_failure(failure: &HostFailure, stage: Stage, message: &str) {
    assert_eq!((failure.stage, failure.message.as_str()), (stage, message));
    assert!(failure.remedy.ends_with('.'), "{}", failure.remedy);
}

#[tokio::test]
async fn a_name_without_an_address() {
    let mut target = target(22);
    target.address = "no-such-host.invalid".to_owned();
    let settings = SshSettings { resolve: Duration::from_secs(3), ..impatient() };
    let failure = SshConnector::new(settings).connect(&target).await.err().unwrap();
    assert_eq!(failure.stage, Stage::Resolve);
    assert!(failure.message.starts_with("the name `no-such-host.invalid` "), "{failure}");
}

#[tokio::test]
async fn a_closed_port() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let message = format!("127.0.0.1 port {port} refused the connection");
    assert_failure(&failure(impatient(), port).await, Stage::Connect, &message);
}

#[tokio::test]
async fn silence_after_the_connection() {
    let port = says(b"").await;
    let message = "the connection was accepted, but no SSH version line came within 0.4 s";
    assert_failure(&failure(impatient(), port).await, Stage::Handshake, message);
}

#[tokio::test]
async fn a_version_line_that_is_cut_short() {
    let message = "the connection was accepted, but no SSH version line came within 0.4 s";
    assert_failure(&failure(impatient(), says(b"SS").await).await, Stage::Handshake, message);
    let message = "the connection failed before SSH began: unexpected end of file";
    let port = says_and_closes(b"SS").await;
    assert_failure(&failure(patient(), port).await, Stage::Handshake, message);
}

#[tokio::test]
async fn silence_after_the_version_line() {
    let port = says(b"SSH-2.0-Quiet\r\n").await;
    let message =
        "the device named its SSH version, but the key exchange was not finished within 0.4 s";
    assert_failure(&failure(impatient(), port).await, Stage::Handshake, message);
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let message = "the device closed the connection before it said anything";
    let port = says_and_closes(b"").await;
    assert_failure(&failure(patient(), port).await, Stage::Handshake, message);

    let message = "the device closed the connection during the key exchange (SSH-2.0-Gone)";
    let port = says_and_closes(b"SSH-2.0-Gone\r\n").await;
    assert_failure(&failure(patient(), port).await, Stage::Handshake, message);
}

#[tokio::test]
async fn a_server_that_resets() {
    let port = tcp_server(|socket| async move {
        socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
    })
    .await;
    let failure = failure(patient(), port).await;
    // Which of the two depends on whether the reset comes before `connect` returns.
    assert!([Stage::Connect, Stage::Handshake].contains(&failure.stage), "{failure:?}");
}

#[tokio::test]
async fn a_server_that_is_not_ssh() {
    let port = says_and_closes(b"220 mail.example.net ESMTP \x1b[2J\r\n500 ?\r\n").await;
    let message =
        format!("port {port} does not speak SSH: it said `220 mail.example.net ESMTP  [2J`");
    assert_failure(&failure(patient(), port).await, Stage::Handshake, &message);
}

#[tokio::test]
async fn an_endless_greeting() {
    let port =
        tcp_server(
            |mut socket| async move { while socket.write_all(b"welcome\r\n").await.is_ok() {} },
        )
        .await;
    let message = format!("port {port} does not speak SSH: it said `welcome`");
    assert_failure(&failure(patient(), port).await, Stage::Handshake, &message);
}

#[tokio::test]
async fn a_key_exchange_that_is_garbage() {
    let port = says_and_closes(b"SSH-2.0-Odd\r\n\x00\x00\x00\x0c\x0aABCDEFGHIJKLMNOP").await;
    let failure = failure(patient(), port).await;
    assert_eq!(failure.stage, Stage::Handshake);
    assert!(failure.message.ends_with("(SSH-2.0-Odd)"), "{failure}");
}

/// What the client offers to a server that only listens.
async fn offered(legacy: bool) -> String {
    let (told, mut heard) = tokio::sync::mpsc::channel(8);
    let port = tcp_server(move |mut socket| {
        let told = told.clone();
        async move {
            socket.write_all(b"SSH-2.0-Listener\r\n").await.unwrap();
            let mut said = Vec::new();
            while !String::from_utf8_lossy(&said).contains("none") {
                if socket.read_buf(&mut said).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            told.send(String::from_utf8_lossy(&said).into_owned()).await.unwrap();
        }
    })
    .await;
    let target = Target { legacy, ..target(port) };
    assert!(SshConnector::new(impatient()).connect(&target).await.is_err());
    heard.recv().await.unwrap()
}

#[tokio::test]
async fn sha_1_is_offered_to_those_who_ask_for_it_alone() {
    let offer = offered(false).await;
    assert!(offer.contains("diffie-hellman-group-exchange-sha256"), "{offer}");
    for old in ["sha1", "ssh-rsa", "ssh-dss", "md5", "3des", "arcfour", "-cert-", "group1-"] {
        assert!(!offer.contains(old), "{old}: {offer}");
    }
    let offer = offered(true).await;
    for old in ["diffie-hellman-group14-sha1", "ssh-rsa", "hmac-sha1", "aes128-cbc"] {
        assert!(offer.contains(old), "{old}: {offer}");
    }
    assert!(!offer.contains("group1-") && !offer.contains("md5"), "{offer}");
}

#[tokio::test]
async fn nothing_to_log_in_with() {
    let mut target = target(1);
    target.password = None;
    let failure = SshConnector::new(patient()).connect(&target).await.err().unwrap();
    let message = "there is neither a password nor a key for `auditor`";
    assert_failure(&failure, Stage::Authenticate, message);
}

#[tokio::test]
async fn cancelling_closes_the_connection_at_once() {
    let (closed, mut when) = tokio::sync::mpsc::channel(1);
    let port = tcp_server(move |mut socket| {
        let closed = closed.clone();
        async move {
            socket.write_all(b"SSH-2.0-Quiet\r\n").await.unwrap();
            let _ = socket.read_to_end(&mut Vec::new()).await;
            closed.send(()).await.unwrap();
        }
    })
    .await;
    let cancelled = timeout(Duration::from_millis(300), connect(patient(), port)).await;
    assert!(cancelled.is_err());
    timeout(Duration::from_secs(5), when.recv()).await.expect("the server sees the end");
}

#[tokio::test]
async fn waiting_for_a_turn_counts_against_no_limit() {
    // One turn for four connections, each of which takes its whole limit.
    let port = says(b"SSH-2.0-Quiet\r\n").await;
    let settings = SshSettings { simultaneous_handshakes: 1, ..impatient() };
    let connector = Arc::new(SshConnector::new(settings));
    let start = Instant::now();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let connector = connector.clone();
        waiting.spawn(async move { connector.connect(&target(port)).await.err().unwrap() });
    }
    while let Some(failure) = waiting.join_next().await {
        assert!(failure.unwrap().message.contains("key exchange was not finished"));
    }
    assert!(start.elapsed() >= Duration::from_millis(1600), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_silent_device_does_not_keep_its_turn() {
    let silent = says(b"SSH-2.0-Quiet\r\n").await;
    let (port, _, _) = device(by_password()).await;
    let settings = SshSettings { simultaneous_handshakes: 1, ..patient() };
    let connector = Arc::new(SshConnector::new(settings));
    let first = connector.clone();
    let waiting = tokio::spawn(async move { first.connect(&target(silent)).await.is_ok() });
    sleep(Duration::from_millis(100)).await;
    let target = target(port);
    let second = timeout(Duration::from_secs(10), connector.connect(&target)).await;
    assert!(second.expect("its turn comes").is_ok());
    waiting.abort();
}

/// How the SSH server behaves.
#[derive(Clone, Default)]
struct Manners {
    methods: Vec<MethodKind>,
    /// What it asks in each round of keyboard-interactive: questions, and whether each is echoed.
    rounds: Vec<Vec<(&'static str, bool)>>,
    banner: Option<&'static str>,
    greeting: &'static str,
    /// Never answers a login.
    hesitates: bool,
    refuses_shell: bool,
    silent_shell: bool,
}

/// What a client did: `password correct horse`, `answer x`, `pty 80x24`, `gone`.
type Log = Arc<Mutex<Vec<String>>>;

struct Device {
    manners: Manners,
    round: usize,
    log: Log,
}

impl Device {
    fn note(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.note("gone");
    }
}

impl Handler for Device {
    type Error = russh::Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, Self::Error> {
        Ok(self.manners.banner.map(str::to_owned))
    }

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        self.note(format!("password {user} {password}"));
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
        if let Some(response) = response {
            for answer in response {
                self.note(format!("answer {}", String::from_utf8_lossy(&answer)));
            }
        }
        let Some(questions) = self.manners.rounds.get(self.round) else { return Ok(Auth::Accept) };
        self.round += 1;
        let prompts: Vec<_> =
            questions.iter().map(|(text, echo)| (Cow::Borrowed(*text), *echo)).collect();
        Ok(Auth::Partial { name: "".into(), instructions: "".into(), prompts: prompts.into() })
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.note(format!("pty {term} {columns}x{rows}"));
        session.channel_success(channel)
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.manners.silent_shell {
            return Ok(());
        }
        if self.manners.refuses_shell {
            return session.channel_failure(channel);
        }
        session.channel_success(channel)?;
        session.data(channel, b"fgt-001 # ".to_vec())
    }

    /// Echoes, ends at `exit`, and at `flood` sends four megabytes.
    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match data {
            b"exit\n" => session.close(channel),
            b"flood\n" => session.data(channel, vec![b'x'; 4_000_000]),
            _ => session.data(channel, data.to_vec()),
        }
    }
}

/// An SSH server; its port, its host key in public form, and what its clients did.
async fn device(manners: Manners) -> (u16, String, Log) {
    let key = host_key();
    let public = key.public_key().to_openssh().unwrap();
    let log = Log::default();
    let config = Arc::new(russh::server::Config {
        keys: vec![key],
        methods: MethodSet::from(manners.methods.as_slice()),
        auth_rejection_time: Duration::ZERO,
        nodelay: true,
        ..Default::default()
    });
    let seen = log.clone();
    let port = tcp_server(move |mut socket| {
        let config = config.clone();
        let device = Device { manners: manners.clone(), round: 0, log: seen.clone() };
        async move {
            socket.write_all(device.manners.greeting.as_bytes()).await.unwrap();
            if let Ok(session) = russh::server::run_stream(config, socket, device).await {
                let _ = session.await;
            }
        }
    })
    .await;
    (port, public, log)
}

fn host_key() -> PrivateKey {
    PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519).unwrap()
}

fn by_password() -> Manners {
    Manners { methods: vec![MethodKind::Password], ..Manners::default() }
}

fn by_questions(rounds: &[&[(&'static str, bool)]]) -> Manners {
    Manners {
        methods: vec![MethodKind::KeyboardInteractive],
        rounds: rounds.iter().map(|round| round.to_vec()).collect(),
        ..Manners::default()
    }
}

async fn read_until(transport: &mut SshTransport, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.ends_with(end) {
        let read = timeout(Duration::from_secs(20), transport.read(&mut buffer)).await;
        let count = read.expect("an answer in time").unwrap();
        assert!(count > 0, "the stream ended after {text:?}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    text
}

#[tokio::test]
async fn a_password_opens_a_wide_and_tall_shell() {
    let manners = Manners {
        banner: Some("Authorised use only\n"),
        greeting: "A line before the version\r\n",
        ..by_password()
    };
    let (port, _, log) = device(manners).await;
    let mut transport = connect(patient(), port).await.unwrap();
    assert_eq!(read_until(&mut transport, "# ").await, "fgt-001 # ");
    transport.write(b"get system status\n").await.unwrap();
    assert_eq!(read_until(&mut transport, "\n").await, "get system status\n");
    transport.write(b"exit\n").await.unwrap();
    assert_eq!(transport.read(&mut [0; 10]).await.unwrap(), 0);
    assert_eq!(*log.lock().unwrap(), ["password auditor correct horse", "pty vt100 512x32767"]);
}

#[tokio::test]
async fn much_output_and_much_input_arrive_whole() {
    let (port, _, _) = device(by_password()).await;
    let mut transport = connect(patient(), port).await.unwrap();
    read_until(&mut transport, "# ").await;
    transport.write(b"flood\n").await.unwrap();
    let mut buffer = [0; 16 * 1024];
    let mut count = 0;
    while count < 4_000_000 {
        count += transport.read(&mut buffer).await.unwrap();
    }
    assert_eq!(count, 4_000_000);
    let long = vec![b'y'; 200_000];
    transport.write(&long).await.unwrap();
    let mut echoed = Vec::new();
    while echoed.len() < long.len() {
        let count = transport.read(&mut buffer).await.unwrap();
        echoed.extend_from_slice(&buffer[..count]);
    }
    assert!(echoed == long);
}

#[tokio::test]
async fn dropping_the_transport_ends_the_session() {
    let (port, _, log) = device(by_password()).await;
    drop(connect(patient(), port).await.unwrap());
    let gone = async {
        while !log.lock().unwrap().iter().any(|line| line == "gone") {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(5), gone).await.expect("the server sees the end");
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_warns_of_the_lockout() {
    let (port, _, log) = device(by_password()).await;
    let mut target = target(port);
    target.password = Some(Secret::new("canary"));
    let failure = SshConnector::new(patient()).connect(&target).await.err().unwrap();
    assert_failure(&failure, Stage::Authenticate, "the device refused the password of `auditor`");
    assert!(failure.remedy.contains("locks out"), "{}", failure.remedy);
    assert!(!format!("{failure:?}").contains("canary"));
    let attempts = log.lock().unwrap().iter().filter(|line| line.starts_with("pass")).count();
    assert_eq!(attempts, 1);
}

#[tokio::test]
async fn a_login_that_is_never_decided() {
    let (port, _, _) = device(Manners { hesitates: true, ..by_password() }).await;
    let settings = SshSettings { authenticate: Duration::from_secs(2), ..patient() };
    let message = "the device did not decide on the login within 2 s";
    assert_failure(&failure(settings, port).await, Stage::Authenticate, message);
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_not_tried() {
    let manners = Manners { methods: vec![MethodKind::PublicKey], ..Manners::default() };
    let (port, _, _) = device(manners).await;
    let message = "the device does not accept a password: it offers publickey";
    assert_failure(&failure(patient(), port).await, Stage::Authenticate, message);
}

#[tokio::test]
async fn a_hidden_question_for_the_password_is_answered() {
    let (port, _, log) = device(by_questions(&[&[("Password: ", false)], &[]])).await;
    connect(patient(), port).await.unwrap();
    assert_eq!(log.lock().unwrap()[0], "answer correct horse");
}

#[tokio::test]
async fn a_question_may_name_a_user_who_is_called_like_a_second_factor() {
    let rounds: [&[_]; 2] = [&[("Password for token-auditor: ", false)], &[]];
    let (port, _, log) = device(by_questions(&rounds)).await;
    let target = Target { user: "token-auditor".to_owned(), ..target(port) };
    SshConnector::new(patient()).connect(&target).await.unwrap();
    assert_eq!(log.lock().unwrap()[0], "answer correct horse");
}

#[tokio::test]
async fn a_password_is_sent_as_it_is_whatever_it_holds() {
    let long = "x".repeat(200);
    let odd = ["pässwörd€🔑", "  two blanks  ", "'\"`$(id)\\{{ x }}%s", "a\tb", "-k", &long];
    for password in odd {
        for (manners, told) in [
            (by_password(), format!("password auditor {password}")),
            (by_questions(&[&[("Password: ", false)], &[]]), format!("answer {password}")),
        ] {
            let (port, _, log) = device(manners).await;
            let target = Target { password: Some(Secret::new(password)), ..target(port) };
            let _ = SshConnector::new(patient()).connect(&target).await;
            assert_eq!(log.lock().unwrap()[0], told);
        }
    }
}

#[tokio::test]
async fn no_other_question_is_answered() {
    type Rounds = &'static [&'static [(&'static str, bool)]];
    let cases: [(Rounds, &str); 4] = [
        (
            &[&[("Token code: ", false)]],
            "the device asks `auditor` for an interactive second factor: `Token code:`",
        ),
        (
            &[&[("Password: ", true)]],
            "the device asks `auditor` a question that is not answered on its own: `Password:`",
        ),
        (
            &[&[("New Password: ", false)]],
            "the device asks `auditor` a question that is not answered on its own: `New Password:`",
        ),
        (
            &[&[("Password: ", false), ("OTP: ", false)]],
            "the device asks `auditor` for an interactive second factor: `Password: / OTP:`",
        ),
    ];
    for (rounds, message) in cases {
        let (port, _, log) = device(by_questions(rounds)).await;
        assert_failure(&failure(patient(), port).await, Stage::Authenticate, message);
        let answered = log.lock().unwrap().iter().any(|line| line.starts_with("answer"));
        assert!(!answered, "{rounds:?}");
    }
}

#[tokio::test]
async fn the_password_is_given_once() {
    let rounds: [&[_]; 2] = [&[("Password: ", false)], &[("Password: ", false)]];
    let (port, _, log) = device(by_questions(&rounds)).await;
    let message =
        "the device asks `auditor` a question that is not answered on its own: `Password:`";
    assert_failure(&failure(patient(), port).await, Stage::Authenticate, message);
    let answers = log.lock().unwrap().iter().filter(|line| line.starts_with("answer")).count();
    assert_eq!(answers, 1);
}

#[tokio::test]
async fn a_shell_that_does_not_come() {
    let (port, _, _) = device(Manners { refuses_shell: true, ..by_password() }).await;
    let message = "the device accepted the login, but refused a shell";
    assert_failure(&failure(patient(), port).await, Stage::Login, message);

    let (port, _, _) = device(Manners { silent_shell: true, ..by_password() }).await;
    let settings = SshSettings { login: Duration::from_secs(2), ..patient() };
    let message = "the device opened no command line within 2 s";
    assert_failure(&failure(settings, port).await, Stage::Login, message);
}

#[tokio::test]
async fn host_keys_are_pinned_known_or_learned() {
    let (port, public, log) = device(by_password()).await;
    let connector = |known_hosts: &str| {
        let mut known = KnownHosts::default();
        assert_eq!(known.read(&SourceFile::new("known_hosts", known_hosts)), []);
        SshConnector::new(SshSettings {
            known_hosts: [(KnownHostsFiles::default(), vec![Arc::new(known)])].into(),
            ..patient()
        })
    };
    let with = |policy| Target { host_key: policy, ..target(port) };

    connector("").connect(&with(HostKeyPolicy::Pinned(public.clone()))).await.unwrap();
    let line = format!("[127.0.0.1]:{port} {public}");
    connector(&line).connect(&with(HostKeyPolicy::Strict)).await.unwrap();
    let learning = connector("");
    learning.connect(&with(HostKeyPolicy::AcceptNew)).await.unwrap();
    assert_eq!(
        learning.host_keys().news_for(&KnownHostsFiles::default(), &KnownHosts::default()).lines,
        [line]
    );

    log.lock().unwrap().clear();
    let failure = connector("").connect(&with(HostKeyPolicy::Strict)).await.err().unwrap();
    assert_eq!(failure.stage, Stage::HostKey);
    assert!(failure.remedy.contains("tokenfleet scan-keys -l fgt-001"), "{failure:?}");
    // No credential is sent to a host that is not the right one.
    assert!(!log.lock().unwrap().iter().any(|line| line.starts_with("password")));
}
