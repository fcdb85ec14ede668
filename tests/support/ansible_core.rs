//! ansible-core, to ask it what it makes of an inventory or a playbook.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

/// The release whose behaviour we promise.
const RELEASE: &str = "ansible-core==2.19.*";

/// One call of a program of Ansible's.
pub struct Call {
    pub folder: PathBuf,
    pub arguments: Vec<String>,
}

/// What came of it.
pub enum Answer {
    Out(String),
    Error(String),
}

/// The Python that has ansible-core; `None`, said aloud, where it cannot be had.
pub fn python() -> Option<PathBuf> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| match install() {
        Ok(python) => Some(python),
        Err(reason) => {
            eprintln!("SKIPPED: not compared with ansible-core: {reason}");
            None
        }
    });
    found.clone()
}

/// Makes the environment under `target/`, once.
fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../ansible-core");
    let python = folder.join("bin/python");
    if folder.join("bin/ansible-inventory").exists() {
        return Ok(python);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let last = said.lines().last().unwrap_or_default().to_owned();
        if output.status.success() { Ok(()) } else { Err(last) }
    };
    let text = folder.to_str().ok_or("the folder's name is no text")?;
    run(Path::new("python3"), &["-m", "venv", "--clear", text])?;
    run(&python, &["-m", "pip", "install", "--quiet", "--retries", "1", RELEASE])?;
    Ok(python)
}

/// What `ansible-playbook` printed, and its exit code.
pub struct Played {
    pub out: String,
    pub error: String,
    pub code: i32,
}

/// Asks all of `calls` of one process.
pub fn answers(python: &Path, calls: &[Call]) -> Vec<Answer> {
    let answer = |answer: Json| match answer["out"].as_str() {
        Some(text) => Answer::Out(text.to_owned()),
        None => Answer::Error(answer["error"].as_str().unwrap().to_owned()),
    };
    ask(python, "ansible_inventory.py", calls).into_iter().map(answer).collect()
}

/// Has the playbooks of all `calls` played.
pub fn played(python: &Path, calls: &[Call]) -> Vec<Played> {
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let played = |answer: Json| Played {
        out: text(&answer["out"]),
        error: text(&answer["error"]),
        code: answer["code"].as_i64().unwrap().try_into().unwrap(),
    };
    ask(python, "ansible_playbook.py", calls).into_iter().map(played).collect()
}

fn ask(python: &Path, script: &str, calls: &[Call]) -> Vec<Json> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support").join(script);
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(python)
        .arg(script)
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("LC_ALL", "C.UTF-8")])
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let asked: Vec<Json> =
        calls.iter().map(|c| json!({"folder": c.folder, "arguments": c.arguments})).collect();
    let mut input = child.stdin.take().unwrap();
    input.write_all(Json::from(asked).to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Json> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answers.len(), calls.len());
    answers
}
