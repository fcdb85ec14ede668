//! The session machine meets every unit of the lab over real SSH: what it reads is what the unit
//! holds, what it sends is harmless, and each faulty unit fails at the right stage.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokenfleet::fortios::command::Command;
use tokenfleet::fortios::parse;
use tokenfleet::fortios::session::{Limits, Reach, Session, SessionEvent, Survey};
use tokenfleet::lab::{Device, Fault, Fleet, Hosting, Serving};
use tokenfleet::model::{
    Connection, HostFailure, HostKeyPolicy, HostName, KnownHostsFiles, Route, Secret, Target,
    Transcript,
};
use tokenfleet::runner::{Connector, Transport};
use tokenfleet::ssh::{SshConnector, SshSettings};

/// What one unit said.
struct Visit {
    survey: Survey,
    answers: Vec<Transcript>,
}

async fn visit(
    connector: &SshConnector,
    target: &Target,
    commands: &[(&str, Reach)],
) -> Result<Visit, HostFailure> {
    let mut transport = connector.connect(target).await?;
    let limits = Limits {
        login: Duration::from_secs(5),
        command: Duration::from_secs(10),
        idle: Duration::from_millis(1500),
        ..Limits::default()
    };
    let mut session = Session::new(limits);
    let begun = Instant::now();
    let mut commands = commands.iter();
    let mut buffer = vec![0; 16 * 1024];
    let mut survey = None;
    let mut answers = Vec::new();
    loop {
        while let Some(event) = session.next_event() {
            let next = match event {
                SessionEvent::Ready(ready) => {
                    survey = Some(*ready);
                    true
                }
                SessionEvent::Answered(transcript) => {
                    if let Some(failure) = tokenfleet::fortios::refusal::failure(&transcript) {
                        return Err(failure);
                    }
                    answers.push(transcript);
                    false
                }
                // A place that is closed to this administrator.
                SessionEvent::NotRun(_) => false,
                SessionEvent::Done => true,
                SessionEvent::Left => return Ok(Visit { survey: survey.unwrap(), answers }),
                SessionEvent::Failed(failure) => return Err(failure),
            };
            if next {
                match commands.next() {
                    Some((command, reach)) => session.submit(
                        &Command::parse(command).unwrap(),
                        reach.clone(),
                        begun.elapsed(),
                    ),
                    None => session.leave(begun.elapsed()),
                }
            }
        }
        let output = session.take_output();
        if !output.is_empty() {
            // A cut line shows at the next read.
            let _ = transport.write(&output).await;
            continue;
        }
        let wait = session.deadline().unwrap_or(Duration::MAX).saturating_sub(begun.elapsed());
        match tokio::time::timeout(wait, transport.read(&mut buffer)).await {
            Ok(Ok(0) | Err(_)) => session.hang_up(begun.elapsed()),
            Ok(Ok(read)) => session.receive(&buffer[..read], begun.elapsed()),
            Err(_) => session.elapse(begun.elapsed()),
        }
    }
}

fn target(serving: &Serving, name: &str) -> Target {
    let device = serving.device(name).unwrap();
    Target {
        host: HostName::new(name),
        connection: Connection::Ssh,
        address: device.address.ip().to_string(),
        port: device.address.port(),
        user: device.user.clone(),
        password: Some(Secret::new(device.password.clone())),
        private_key_file: None,
        private_key_passphrase: None,
        identities_only: false,
        legacy: false,
        host_key: HostKeyPolicy::Pinned(serving.host_key().to_owned()),
        route: Route::Direct,
        known_hosts: KnownHostsFiles::default(),
        connect_timeout: None,
        command_timeout: None,
    }
}

fn commands() -> Vec<(&'static str, Reach)> {
    vec![
        ("diagnose fortitoken info", Reach::EveryVdom),
        ("show user local", Reach::EveryVdom),
        ("get system ha status", Reach::Global),
        ("show system admin", Reach::Global),
    ]
}

/// Visits every unit, a few at a time.
async fn visit_all(fleet: &Fleet, serving: &Arc<Serving>) -> Vec<Result<Visit, HostFailure>> {
    let settings = SshSettings {
        handshake: Duration::from_secs(3),
        simultaneous_handshakes: 16,
        ..SshSettings::default()
    };
    let connector = Arc::new(SshConnector::new(settings));
    let turns = Arc::new(tokio::sync::Semaphore::new(32));
    let visits: Vec<_> = fleet
        .devices()
        .iter()
        .map(|device| {
            let (connector, turns) = (connector.clone(), turns.clone());
            let target = target(serving, &device.name);
            tokio::spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                visit(&connector, &target, &commands()).await
            })
        })
        .collect();
    let mut results = Vec::new();
    for visit in visits {
        results.push(visit.await.unwrap());
    }
    results
}

/// The tables as the unit holds them: VDOM, serial, drift, status.
fn held(device: &Device) -> Vec<(Option<String>, String, i64, String)> {
    let vdoms = device.readable_vdoms();
    vdoms
        .flat_map(|vdom| {
            let name = device.has_vdoms().then(|| vdom.name.clone());
            vdom.tokens.iter().map(move |token| {
                (name.clone(), token.serial.clone(), token.drift, token.status.to_owned())
            })
        })
        .collect()
}

fn read(visit: &Visit) -> Vec<(Option<String>, String, i64, String)> {
    visit
        .answers
        .iter()
        .filter(|transcript| transcript.command == "diagnose fortitoken info")
        .flat_map(|transcript| {
            let table = parse::fortitoken_info(&transcript.text).answer().unwrap();
            table.tokens.into_iter().map(|token| {
                (
                    transcript.vdom.clone(),
                    token.serial.into(),
                    token.drift,
                    token.status.to_string(),
                )
            })
        })
        .collect()
}

fn check_examined(device: &Device, visit: &Visit) {
    let name = &device.name;
    assert_eq!(read(visit), held(device), "{name}");
    assert_eq!(visit.survey.status.serial, device.serial, "{name}");
    assert_eq!(visit.survey.status.model, device.model, "{name}");
    assert_eq!(visit.survey.restricted, device.login.restricted, "{name}");
    let owners: Vec<_> = visit
        .answers
        .iter()
        .filter(|transcript| transcript.command == "show user local")
        .flat_map(|transcript| parse::user_local(&transcript.text).answer().unwrap())
        .filter_map(|account| account.token.map(String::from))
        .collect();
    let held: Vec<_> = device
        .readable_vdoms()
        .flat_map(|vdom| &vdom.users)
        .filter_map(|user| user.token.clone())
        .collect();
    assert_eq!(owners, held, "{name}");
    for transcript in &visit.answers {
        if transcript.command == "get system ha status" {
            let status = parse::ha_status(&transcript.text).answer().unwrap();
            let members: Vec<_> = status.members.into_iter().map(|m| m.serial).collect();
            let known: Vec<_> =
                device.cluster.iter().flat_map(|c| &c.members).map(|m| m.1.clone()).collect();
            assert_eq!(members, known, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_unit_is_read_as_it_is_or_fails_as_it_should() {
    let fleet = Fleet::new(Fleet::CHARACTERS, Fleet::SEED);
    let serving = Arc::new(fleet.serve(&Hosting::default()).await.unwrap());
    let mut wrong = Vec::new();
    for (device, result) in fleet.devices().iter().zip(visit_all(&fleet, &serving).await) {
        match (device.fault.and_then(Fault::stage), result) {
            (None, Ok(visit)) => check_examined(device, &visit),
            (Some(stage), Err(failure)) if failure.stage == stage => {}
            (stage, Err(failure)) => {
                wrong.push(format!("{} ({stage:?}): {failure:?}", device.name));
            }
            (Some(stage), Ok(_)) => wrong.push(format!("{} ({stage}): no failure", device.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(serving.harm(), []);
}
