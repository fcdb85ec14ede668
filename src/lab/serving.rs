//! A fleet that listens.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::server::{Config, run_stream};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::algorithms;
use super::error::LabError;
use super::fault::Fault;
use super::fleet::Fleet;
use super::hosting::Hosting;
use super::journal::Journal;
use super::visit::{Unit, Visit};
use super::wire::{Stop, Wire};

/// A served fleet. Dropping it closes every port and every connection.
pub struct Serving {
    devices: Vec<ServedDevice>,
    units: Vec<Arc<Unit>>,
    host_key: String,
    closing: watch::Sender<bool>,
    /// Ports that are held so that nobody listens there.
    _held: Vec<TcpSocket>,
    /// Ports whose backlog is full, so that nothing more is let in.
    _full: Vec<FullBacklog>,
}

/// How to reach one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedDevice {
    pub name: String,
    /// Groups of the inventory.
    pub groups: Vec<&'static str>,
    pub address: SocketAddr,
    pub user: String,
    /// What the inventory gives; one unit refuses it.
    pub password: String,
}

/// Open files beyond one port per unit: connections (both ends are in this process), and the rest.
const FILES_PER_CONNECTION: u64 = 2;
const OTHER_FILES: u64 = 128;

impl Fleet {
    /// Serves each unit on a port of its own. To be called within a tokio runtime, which carries
    /// the servers.
    ///
    /// # Errors
    /// A port is taken, or the system does not allow so many open files.
    pub async fn serve(&self, hosting: &Hosting) -> Result<Serving, LabError> {
        let ports = ports(hosting.first_port, self.devices().len())?;
        allow_files(self.devices().len() as u64)?;
        let key = algorithms::host_key(hosting.seed);
        let host_key = key.public_key().to_openssh().map_err(LabError::HostKey)?;
        let (closing, closed) = watch::channel(false);
        let mut serving = Serving {
            devices: Vec::new(),
            units: Vec::new(),
            host_key,
            closing,
            _held: Vec::new(),
            _full: Vec::new(),
        };
        for (device, port) in self.devices().iter().zip(ports) {
            let unit = Arc::new(Unit {
                device: Arc::new(device.clone()),
                journal: Arc::new(Mutex::new(Journal::default())),
                user: hosting.user.clone(),
                password: hosting.password.clone(),
                latency: hosting.latency,
                slow_login: hosting.slow_login,
                drip: hosting.drip,
                visitors: AtomicUsize::new(0),
            });
            let wanted = SocketAddr::new(hosting.address, port);
            let refuse = |source| LabError::Listen { address: wanted, source };
            let address = if device.fault == Some(Fault::PortRefused) {
                let socket = hold(wanted).map_err(refuse)?;
                let address = socket.local_addr().map_err(refuse)?;
                serving._held.push(socket);
                address
            } else if device.fault == Some(Fault::PacketsSwallowed) {
                let full = FullBacklog::at(wanted).await.map_err(refuse)?;
                let address = full.listener.local_addr().map_err(refuse)?;
                serving._full.push(full);
                address
            } else {
                let listener = TcpListener::bind(wanted).await.map_err(refuse)?;
                let address = listener.local_addr().map_err(refuse)?;
                let config = Arc::new(algorithms::configuration(device, key.clone()));
                tokio::spawn(attend(listener, unit.clone(), config, closed.clone()));
                address
            };
            let refused = device.fault == Some(Fault::PasswordRefused);
            serving.devices.push(ServedDevice {
                name: device.name.clone(),
                groups: device.groups(),
                address,
                user: hosting.user.clone(),
                password: if refused { Hosting::WRONG_PASSWORD } else { &hosting.password }
                    .to_owned(),
            });
            serving.units.push(unit);
        }
        Ok(serving)
    }
}

impl Serving {
    /// The units in the order of the fleet.
    pub fn devices(&self) -> &[ServedDevice] {
        &self.devices
    }

    pub fn device(&self, name: &str) -> Option<&ServedDevice> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// The one host key of all units, in OpenSSH's public form: `ssh-ed25519 AAAA…`.
    pub fn host_key(&self) -> &str {
        &self.host_key
    }

    /// What the unit of that name has received so far.
    pub fn journal(&self, name: &str) -> Option<Journal> {
        let unit = self.units.iter().find(|unit| unit.device.name == name)?;
        Some(unit.journal().clone())
    }

    /// What would have changed a real unit, each with the unit's name. Empty after an audit.
    pub fn harm(&self) -> Vec<(String, String)> {
        self.units
            .iter()
            .flat_map(|unit| {
                let harm = unit.journal().harm.clone();
                harm.into_iter().map(|sentence| (unit.device.name.clone(), sentence))
            })
            .collect()
    }

    /// Connections that are open now.
    pub fn visitors(&self) -> usize {
        self.units.iter().map(|unit| unit.visitors.load(Ordering::Relaxed)).sum()
    }

    /// Closes every port and connection, and waits until they are closed, for five seconds at
    /// most.
    pub async fn shutdown(self) {
        let _ = self.closing.send(true);
        let _ = timeout(Duration::from_secs(5), self.closing.closed()).await;
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.closing.send(true);
    }
}

/// The port of each unit; 0 takes one that is free.
fn ports(first_port: Option<u16>, devices: usize) -> Result<Vec<u16>, LabError> {
    match first_port {
        None => Ok(vec![0; devices]),
        Some(first_port) => {
            let ports: Vec<u16> = (first_port..=u16::MAX).take(devices).collect();
            if ports.len() < devices {
                return Err(LabError::Ports { devices, first_port });
            }
            Ok(ports)
        }
    }
}

fn allow_files(devices: u64) -> Result<(), LabError> {
    let least = devices + OTHER_FILES;
    let wanted = devices * (1 + FILES_PER_CONNECTION) + OTHER_FILES;
    // Where the limit cannot be read or raised, the ports themselves will tell.
    let allowed = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
    if allowed < least {
        return Err(LabError::OpenFiles { needed: least, allowed });
    }
    Ok(())
}

/// Takes a port without listening: connections are refused, and nobody else can have it.
fn hold(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(address)?;
    Ok(socket)
}

/// A listener that accepts nobody, and the connections that wait there in vain. The system drops
/// what comes beyond them, as a network does that leads nowhere.
struct FullBacklog {
    listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl FullBacklog {
    /// More than the system lets wait on the shortest backlog.
    const MOST: usize = 16;

    async fn at(address: SocketAddr) -> std::io::Result<Self> {
        let listener = hold(address)?.listen(1)?;
        let address = listener.local_addr()?;
        let mut waiting = Vec::new();
        for _ in 0..Self::MOST {
            match timeout(Duration::from_millis(50), TcpStream::connect(address)).await {
                Ok(stream) => waiting.push(stream?),
                Err(_) => break,
            }
        }
        Ok(Self { listener, _waiting: waiting })
    }
}

/// [`Fault::EndlessVersion`], until the visitor leaves.
async fn name_version_without_end(mut stream: TcpStream) {
    const LENGTH: usize = 10 << 20;
    let part = [b'x'; 16 * 1024];
    let mut said = stream.write_all(b"SSH-2.0-").await;
    for _ in 0..LENGTH / part.len() {
        if said.is_err() {
            return;
        }
        said = stream.write_all(&part).await;
    }
    let mut ignored = [0; 256];
    while stream.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}

/// Comes back when the lab closes.
async fn close(closed: &mut watch::Receiver<bool>) {
    let _ = closed.wait_for(|closed| *closed).await;
}

/// Receives visitors until the lab closes.
async fn attend(
    listener: TcpListener,
    unit: Arc<Unit>,
    config: Arc<Config>,
    mut closed: watch::Receiver<bool>,
) {
    let closing = closed.clone();
    loop {
        tokio::select! {
            () = close(&mut closed) => break,
            visitor = listener.accept() => match visitor {
                Ok((stream, _)) => {
                    tokio::spawn(visit(stream, unit.clone(), config.clone(), closing.clone()));
                }
                // No file left, or the visitor is gone already.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

async fn visit(
    stream: TcpStream,
    unit: Arc<Unit>,
    config: Arc<Config>,
    mut closing: watch::Receiver<bool>,
) {
    // It delays a visitor, and harms nobody.
    let _ = stream.set_nodelay(true);
    let fault = unit.device.fault;
    if fault == Some(Fault::EndlessVersion) {
        tokio::select! {
            () = close(&mut closing) => {}
            () = name_version_without_end(stream) => {}
        }
        return;
    }
    if fault.is_some_and(Fault::resets) {
        // Where it cannot be set, the connection ends in a farewell.
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
    let cut = Arc::new(Notify::new());
    let visit = Visit::new(unit, cut.clone());
    let wire = Wire::new(stream, fault.and_then(Stop::of), async move {
        tokio::select! {
            () = close(&mut closing) => {}
            () = cut.notified() => {}
        }
    });
    // How a visitor leaves is the visitor's business.
    if let Ok(session) = run_stream(config, wire, visit).await {
        let _ = session.await;
    }
}
