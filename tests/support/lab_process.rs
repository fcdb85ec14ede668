//! The lab in a process of its own, so that what this one costs is the tool's alone.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A served fleet, which ends with this value.
pub struct LabProcess {
    process: Child,
    folder: TempDir,
    /// What it printed: name, address, user and password of each unit.
    pub lines: Vec<String>,
}

impl LabProcess {
    /// So many units that have these faults in turn.
    pub fn start(faults: &[&str], devices: usize) -> Self {
        Self::start_slow(faults, devices, 0)
    }

    /// The same, with units that think so many milliseconds about each line.
    pub fn start_slow(faults: &[&str], devices: usize, latency: u32) -> Self {
        let latency = latency.to_string();
        let mut arguments = vec!["--latency", &latency];
        arguments.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
        Self::serve(&arguments, devices)
    }

    /// So many units without a fault, all alike, with `tokens` each.
    pub fn uniform(devices: usize, tokens: usize) -> Self {
        Self::serve(&["--uniform", "--tokens", &tokens.to_string()], devices)
    }

    fn serve(arguments: &[&str], devices: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokenfleet"));
        command.args(["lab", "--devices", &devices.to_string()]).args(arguments);
        command.arg("--write-inventory").arg(folder.path());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let lines: Vec<_> = lines.take(devices).map(Result::unwrap).collect();
        assert_eq!(lines.len(), devices, "the lab does not serve {arguments:?}");
        Self { process, folder, lines }
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for LabProcess {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
