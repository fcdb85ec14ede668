//! Every command and every example in README.md and docs/ is tried.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A fenced block of a page.
struct Block {
    page: String,
    kind: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    pages.sort();
    pages
}

fn blocks(kind: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for path in pages() {
        let page = path.strip_prefix(root()).unwrap().display().to_string();
        let mut open: Option<Block> = None;
        for line in fs::read_to_string(&path).unwrap().lines() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(kind), None) => {
                    let (page, kind) = (page.clone(), kind.trim().to_owned());
                    open = Some(Block { page, kind, text: String::new() });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => block.text.push_str(&format!("{line}\n")),
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{page}: a block is not closed");
    }
    blocks.retain(|block| block.kind == kind);
    blocks
}

/// A folder with what a user has after `git clone`, and a pasted answer.
fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("inventories")).unwrap();
    for name in ["inventories/lab", "inventories/example", "playbooks", "templates", "docs"] {
        symlink(root().join(name), folder.path().join(name)).unwrap();
    }
    let answer = "FORTITOKEN DRIFT STATUS\nFTKMOB0123456789 0 provisioned\n\n\
                  Total activated token: 0\nTotal global activated token: 0\n\n\
                  Token server status: reachable\n";
    fs::write(folder.path().join("answer.txt"), answer).unwrap();
    folder
}

fn shell(folder: &Path, line: &str) -> Command {
    let tool = Path::new(env!("CARGO_BIN_EXE_tokenfleet"));
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("NO_COLOR", "1")
        .env("PATH", format!("{}:/usr/bin:/bin", tool.parent().unwrap().display()))
        .stdin(Stdio::null());
    command
}

/// Serves until it is ended.
fn serve(folder: &Path, line: &str) {
    let mut command = shell(folder, &format!("exec {line}"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!first.is_empty(), "`{line}` said nothing");
}

fn try_line(folder: &Path, page: &str, line: &str) {
    let line = line.replace("cargo run --release --", "tokenfleet");
    let line = line.split(" #").next().unwrap().trim();
    if line.is_empty() || line.starts_with("cargo ") || line.starts_with('#') {
        return;
    }
    if line.starts_with("tokenfleet lab") {
        return serve(folder, line);
    }
    let Output { status, stdout, stderr } = shell(folder, line).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    // An audit of the lab finds what it should, and says so by its bits.
    let code = status.code().unwrap_or(-1);
    assert!((0..16).contains(&code) && code & 1 == 0, "{page}: `{line}` ended with {code}: {said}");
    assert!(!said.contains("error:"), "{page}: `{line}` said {said}");
}

#[test]
fn every_command_in_the_documents_works() {
    let mut folder = None;
    let mut page = String::new();
    for block in blocks("sh") {
        if block.page != page {
            page = block.page.clone();
            folder = Some(workplace());
        }
        for line in block.text.lines() {
            try_line(folder.as_ref().unwrap().path(), &block.page, line);
        }
    }
}

/// What surrounds an example that is a part of a playbook.
fn whole(text: &str) -> String {
    let margin = text.len() - text.trim_start().len();
    let text: String =
        text.lines().map(|l| format!("{}\n", l.get(margin..).unwrap_or(""))).collect();
    let indented = |by: &str| text.lines().map(|l| format!("{by}{l}\n")).collect::<String>();
    if text.starts_with("reports:") {
        format!("- hosts: all\n  tasks: [{{fortitoken_info: }}]\n{}", indented("  "))
    } else if text.contains("hosts:") {
        text
    } else {
        format!("- hosts: all\n  tasks:\n{}", indented("    "))
    }
}

fn check(name: &str, files: &[(&str, &str)]) {
    let folder = workplace();
    let place = folder.path().join("here");
    for (file, text) in files {
        let path = place.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = shell(folder.path(), "tokenfleet check here/play.yml").output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_playbook_in_the_documents_is_one() {
    let blocks = blocks("yaml");
    assert!(blocks.len() >= 3);
    for block in blocks {
        // Templates that a reader is to write.
        let own: Vec<String> = block
            .text
            .lines()
            .filter_map(|line| line.split_once("template: ")?.1.split_whitespace().next())
            .filter(|name| !root().join("templates").join(name).exists())
            .map(|name| format!("templates/{name}"))
            .collect();
        let play = whole(&block.text);
        let mut files = vec![("play.yml", play.as_str())];
        files.extend(own.iter().map(|path| (path.as_str(), "{{ run.id }}")));
        check(&block.page, &files);
    }
}

#[test]
fn every_file_of_notifications_in_the_documents_is_one() {
    let blocks = blocks("yml");
    assert!(blocks.len() >= 2);
    for block in blocks {
        let folder = workplace();
        fs::write(folder.path().join("notifications.yml"), &block.text).unwrap();
        let line = "tokenfleet check playbooks/fortitoken-audit.yml --notify notifications.yml";
        let output = shell(folder.path(), line).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", block.page);
    }
}

#[test]
fn every_template_in_the_documents_is_one() {
    let play =
        "- hosts: all\n  tasks: [{fortitoken_info: }]\n  reports: [{template: example.md}]\n";
    for block in blocks("jinja") {
        check(&block.page, &[("play.yml", play), ("templates/example.md", &block.text)]);
    }
}

#[test]
fn the_picture_in_the_readme_is_what_comes_out() {
    let folder = workplace();
    let line = "tokenfleet run playbooks/fortitoken-audit.yml -i inventories/lab";
    let output = shell(folder.path(), line).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let picture = &blocks("text").into_iter().find(|block| block.page == "README.md").unwrap().text;
    // The first two lines hold the id, the time and how long it took.
    let facts = |text: &str| text.lines().skip(2).take(11).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(facts(picture), facts(&shown));
}

#[test]
fn no_link_in_the_documents_leads_nowhere() {
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap();
            if file.is_empty() || link.starts_with("http") {
                continue;
            }
            let target = path.parent().unwrap().join(file);
            assert!(target.exists(), "{}: {link}", path.display());
        }
    }
}
