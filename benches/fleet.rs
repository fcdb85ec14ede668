//! A whole audit as a process, against a lab in another: `cargo bench --bench fleet`.
//!
//! `FLEET_DEVICES` (1000), `FLEET_FORKS` (500), `FLEET_LATENCY` in ms (0) and `FLEET_RUNS` (3) say
//! what is measured. Times vary with the machine: compare only figures of one session.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use tempfile::TempDir;

const TOOL: &str = env!("CARGO_BIN_EXE_tokenfleet");

/// What a run cost.
struct Cost {
    wall: Duration,
    cpu: Duration,
    exit: i32,
}

/// A lab that is ended with the benchmark.
struct Lab {
    process: Child,
    folder: TempDir,
}

impl Lab {
    fn start(devices: u32, latency: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(TOOL)
            .args(["lab", "--devices", &devices.to_string(), "--latency", &latency.to_string()])
            .arg("--write-inventory")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(lines.take(devices as usize).count(), devices as usize);
        fs::create_dir(folder.path().join("group_vars")).unwrap();
        let limits = "ansible_timeout: 3\nansible_command_timeout: 3\nfortitoken_drift_limit: 3\n";
        fs::write(folder.path().join("group_vars/all.yml"), limits).unwrap();
        Self { process, folder }
    }

    fn audit(&self, forks: u32) -> Cost {
        let path = |name: &str| self.folder.path().join(name);
        let before = cpu_of_children();
        let begun = Instant::now();
        let status = Command::new(TOOL)
            .args(["run", "playbooks/fortitoken-audit.yml", "--forks", &forks.to_string(), "-i"])
            .arg(path("hosts.yml"))
            .arg("--known-hosts")
            .arg(path("known_hosts"))
            .arg("--store")
            .arg(path("runs.db"))
            .arg("-o")
            .arg(path("reports"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let wall = begun.elapsed();
        Cost { wall, cpu: cpu_of_children() - before, exit: status.code().unwrap_or(-1) }
    }
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

fn main() {
    let devices = setting("FLEET_DEVICES", 1000);
    let forks = setting("FLEET_FORKS", 500);
    let latency = setting("FLEET_LATENCY", 0);
    let lab = Lab::start(devices, latency);
    println!("{devices} devices, {forks} at a time, {latency} ms a line");
    println!("{:>5} {:>9} {:>9} {:>15} {:>5}", "run", "wall s", "CPU s", "CPU ms/device", "exit");
    let mut costs: Vec<Cost> = Vec::new();
    for run in 1..=setting("FLEET_RUNS", 3) {
        let cost = lab.audit(forks);
        show(&run.to_string(), &cost, devices);
        assert!(cost.exit < 16 && cost.exit & 1 == 0, "the audit failed");
        costs.push(cost);
    }
    costs.sort_by_key(|cost| cost.cpu);
    show("mid", &costs[costs.len() / 2], devices);
}

fn show(name: &str, cost: &Cost, devices: u32) {
    let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
    let each = cpu * 1000.0 / f64::from(devices);
    println!("{name:>5} {wall:>9.2} {cpu:>9.2} {each:>15.3} {:>5}", cost.exit);
}
