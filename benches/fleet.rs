//! A whole audit as a process, against a lab in another: `cargo bench --bench fleet`.
//!
//! `FLEET_DEVICES` (1000), `FLEET_TOKENS` of each (50), `FLEET_FORKS` (500), `FLEET_LATENCY` in ms
//! (0) and `FLEET_RUNS` (3) say what is measured; with `FLEET_HASHED=1` the names of `known_hosts`
//! are hashed, so that every host is looked for in every line. Times vary with the machine: compare
//! only figures of one session. Memory is the most that the process ever had.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use tempfile::TempDir;

const TOOL: &str = env!("CARGO_BIN_EXE_tokenfleet");

/// What a run cost.
struct Cost {
    wall: Duration,
    cpu: Duration,
    mib: usize,
    exit: i32,
}

/// Units of one lab: each has a port of its own, and a process may not open files without end.
const UNITS_OF_A_LAB: u32 = 10_000;

/// A lab that is ended with the benchmark.
struct Lab {
    process: Child,
    folder: TempDir,
}

impl Lab {
    /// The units from number `first` on.
    fn start(first: u32, devices: u32, tokens: u32, latency: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let number = |number: u32| number.to_string();
        let mut process = Command::new(TOOL)
            .args(["lab", "--uniform", "--devices", &number(devices), "--tokens", &number(tokens)])
            .args(["--first-unit", &number(first), "--latency", &number(latency)])
            // Below the ports that connections begin at.
            .args(["--first-port", &number(10_000 + first)])
            .arg("--write-inventory")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(lines.take(devices as usize).count(), devices as usize);
        Self { process, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// An audit of all units of these labs.
fn audit(labs: &[Lab], forks: u32) -> Cost {
    let out = tempfile::tempdir().unwrap();
    let keys: String =
        labs.iter().map(|lab| fs::read_to_string(lab.path("known_hosts")).unwrap()).collect();
    fs::write(out.path().join("known_hosts"), keys).unwrap();
    if setting("FLEET_HASHED", 0) == 1 {
        let known_hosts = out.path().join("known_hosts");
        let hashed = Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(known_hosts).output();
        assert!(hashed.unwrap().status.success(), "ssh-keygen is needed to hash names");
    }
    let before = cpu_of_children();
    let begun = Instant::now();
    let mut process = Command::new(TOOL)
        .args(["run", "playbooks/fortitoken-audit.yml", "--forks", &forks.to_string()])
        .args(labs.iter().flat_map(|lab| ["-i".into(), lab.path("hosts.yml")]))
        .arg("--known-hosts")
        .arg(out.path().join("known_hosts"))
        .arg("--store")
        .arg(out.path().join("runs.db"))
        .arg("-o")
        .arg(out.path().join("reports"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut mib = 0;
    let status = loop {
        mib = mib.max(most_memory(process.id()));
        match process.try_wait().unwrap() {
            Some(status) => break status,
            None => sleep(Duration::from_millis(10)),
        }
    };
    let cpu = cpu_of_children() - before;
    Cost { wall: begun.elapsed(), cpu, mib, exit: status.code().unwrap_or(-1) }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// CPU time of the children that have ended, in steps of 10 ms. The lab is not among them.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name, which may hold blanks: cutime and cstime are the fields 16 and 17.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[13..15].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn setting(name: &str, default: u32) -> u32 {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

/// MiB, by what Linux counts; 0 elsewhere.
fn most_memory(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or(0) / 1024
}

fn main() {
    let devices = setting("FLEET_DEVICES", 1000);
    let tokens = setting("FLEET_TOKENS", 50);
    let forks = setting("FLEET_FORKS", 500);
    let latency = setting("FLEET_LATENCY", 0);
    let labs: Vec<_> = (0..devices)
        .step_by(UNITS_OF_A_LAB as usize)
        .map(|at| Lab::start(at + 1, UNITS_OF_A_LAB.min(devices - at), tokens, latency))
        .collect();
    println!("{devices} units of {tokens} tokens, {forks} at a time, {latency} ms a line");
    println!(
        "{:>7} {:>8} {:>8} {:>15} {:>6} {:>5}",
        "run", "wall s", "CPU s", "CPU ms/unit", "MiB", "exit"
    );
    let mut costs: Vec<Cost> = Vec::new();
    for run in 1..=setting("FLEET_RUNS", 3) {
        let cost = audit(&labs, forks);
        show(&run.to_string(), &cost, devices);
        assert!(cost.exit < 16 && cost.exit & 1 == 0, "the audit failed");
        costs.push(cost);
    }
    costs.sort_by_key(|cost| cost.cpu);
    show("median", &costs[costs.len() / 2], devices);
    let each = |cost: &Cost| cost.cpu.as_secs_f64() * 1000.0 / f64::from(devices);
    println!(
        " spread of the CPU: {:.3} to {:.3} ms/unit",
        each(&costs[0]),
        each(&costs[costs.len() - 1])
    );
}

fn show(name: &str, cost: &Cost, devices: u32) {
    let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
    let each = cpu * 1000.0 / f64::from(devices);
    println!("{name:>7} {wall:>8.2} {cpu:>8.2} {each:>15.3} {:>6} {:>5}", cost.mib, cost.exit);
}
