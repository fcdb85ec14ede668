//! The binary as a user has it: a home of its own, the project as the folder it is run in.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A user's desk. Nothing that one test leaves here is seen by another.
pub struct Desk {
    home: TempDir,
}

/// What came of a command.
#[derive(Debug)]
pub struct Outcome {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Desk {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file and gives its path as text.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokenfleet"));
        command
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1")
            .env("ANSIBLE_CONFIG", "/dev/null")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a command of this desk to its end.
    pub fn finish(&self, command: &mut Command) -> Outcome {
        let output = command.output().unwrap();
        Outcome {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// `run` with its reports in `reports` of this desk.
    pub fn audit(&self, arguments: &[&str]) -> Outcome {
        let reports = self.path("reports");
        let mut all = vec!["run"];
        all.extend(arguments);
        all.extend(["-o", reports.to_str().unwrap()]);
        self.run(&all)
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn report(&self, name: &str) -> String {
        let path = self.path("reports").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.report("report.json")).unwrap()
    }

    /// The bytes of every file in the home, each with its path.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(self.home.path(), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
}
