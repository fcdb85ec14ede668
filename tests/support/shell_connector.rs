//! A connector without a network: each host of the plan is a simulated unit in this process.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use tokenfleet::lab::{Device, Journal, Shell, Step};
use tokenfleet::model::{HostFailure, Stage, Target};
use tokenfleet::runner::{Connector, Transport};

/// Units by the name of their host.
#[derive(Default, Clone)]
pub struct ShellConnector {
    units: HashMap<String, (Arc<Device>, Arc<Mutex<Journal>>)>,
    /// What comes of the next attempts to connect, before any succeeds.
    troubles: Arc<Mutex<Vec<HostFailure>>>,
    /// When attempts were made.
    attempts: Arc<Mutex<Vec<tokio::time::Instant>>>,
}

impl ShellConnector {
    pub fn add(&mut self, host: &str, device: Device) {
        self.units.insert(host.to_owned(), (Arc::new(device), Arc::default()));
    }

    /// Makes the next attempts to connect fail, the last of these first.
    pub fn trouble(&self, failures: Vec<HostFailure>) {
        *self.troubles.lock().unwrap() = failures;
    }

    /// Seconds from the first attempt to connect to each.
    pub fn attempts(&self) -> Vec<f64> {
        let attempts = self.attempts.lock().unwrap();
        attempts.iter().map(|at| at.duration_since(attempts[0]).as_secs_f64()).collect()
    }

    /// Lines that the unit of a host has received.
    pub fn lines(&self, host: &str) -> Vec<String> {
        self.units[host].1.lock().unwrap().lines.clone()
    }

    /// What would have changed a real unit.
    pub fn harm(&self) -> Vec<String> {
        self.units.values().flat_map(|(_, journal)| journal.lock().unwrap().harm.clone()).collect()
    }
}

impl Connector for ShellConnector {
    type Transport = ShellTransport;

    async fn connect(&self, target: &Target) -> Result<ShellTransport, HostFailure> {
        self.attempts.lock().unwrap().push(tokio::time::Instant::now());
        if let Some(failure) = self.troubles.lock().unwrap().pop() {
            return Err(failure);
        }
        let (device, journal) = self.units.get(target.host.as_str()).ok_or_else(|| {
            HostFailure::new(Stage::Connect, "no route to this host", "Plug it in.")
        })?;
        let shell = Shell::new(device.clone(), journal.clone(), Some(24));
        let mut transport = ShellTransport { shell, ready: VecDeque::new(), is_over: false };
        let steps = transport.shell.open();
        transport.take(steps);
        Ok(transport)
    }
}

pub struct ShellTransport {
    shell: Shell,
    ready: VecDeque<u8>,
    is_over: bool,
}

impl ShellTransport {
    fn take(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Write(bytes) | Step::Drip(bytes) => self.ready.extend(bytes),
                Step::Flood { block, times, end } => {
                    (0..times).for_each(|_| self.ready.extend(&block));
                    self.ready.extend(end);
                }
                Step::Think => {}
                Step::Close | Step::Cut => self.is_over = true,
            }
        }
    }
}

impl Transport for ShellTransport {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ready.is_empty() && !self.is_over {
            // A unit that says nothing more: the session's own limits end this.
            std::future::pending::<()>().await;
        }
        let count = buffer.len().min(self.ready.len());
        for (slot, byte) in buffer.iter_mut().zip(self.ready.drain(..count)) {
            *slot = byte;
        }
        Ok(count)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let steps = self.shell.receive(bytes);
        self.take(steps);
        Ok(())
    }
}
