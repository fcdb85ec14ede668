//! The files under deploy/: what they have tokenfleet do is what it can do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::path::Path;

use desk::Desk;
use tokenfleet::model::SourceFile;
use tokenfleet::yaml::{Node, parse};

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file)).unwrap()
}

fn yaml(file: &str) -> Node {
    let parsed = parse(&SourceFile::new(file, text(file)));
    assert!(!parsed.has_errors(), "{file}: {:?}", parsed.issues);
    parsed.node.unwrap()
}

fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('/').fold(node, |node, key| match key.parse::<usize>() {
        Ok(index) => &node.as_list().unwrap()[index],
        Err(_) => node.get(key).unwrap_or_else(|| panic!("no `{key}` in {path}")),
    })
}

/// Whether tokenfleet takes these words, which it does not run.
fn check(file: &str, words: &[&str]) {
    let desk = Desk::new();
    let mut arguments = vec!["schedule", "install", "a", "--at", "03:15", "--engine", "cron", "--"];
    arguments.extend(words);
    let outcome = desk.finish(desk.command(&arguments).env("JOB_COMPLETION_INDEX", "7"));
    assert_eq!(outcome.code, 0, "{file}: {words:?}: {}", outcome.err);
}

/// Every command of tokenfleet in a script, with what the engine puts in.
fn check_commands(file: &str, script: &str) {
    let script = script.replace("\\\n", " ").replace('"', "");
    let commands: Vec<_> =
        script.lines().filter_map(|line| line.trim().strip_prefix("tokenfleet ")).collect();
    assert_eq!(commands.len(), 1, "{file}: {script}");
    let put_in = [
        ("${{ matrix.shard }}", "8"),
        ("$CI_NODE_INDEX", "8"),
        ("$CI_NODE_TOTAL", "8"),
        ("$GITHUB_RUN_ID", "17"),
        ("$GITHUB_RUN_ATTEMPT", "1"),
        ("$CI_PIPELINE_ID", "17"),
        ("$RUNNER_TEMP", "/tmp"),
        ("$VAULT_PASSWORD", "/tmp/vault-password"),
    ];
    let command =
        put_in.iter().fold(commands[0].to_owned(), |line, (name, value)| line.replace(name, value));
    assert!(!command.contains('$'), "{file}: {command}");
    check(file, &command.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn the_jobs_of_kubernetes_share_a_run() {
    let file = "kubernetes/fleet.yaml";
    let cron_job = yaml(file);
    let job = at(&cron_job, "spec/jobTemplate/spec");
    let pod = at(job, "template/spec");
    let args: Vec<_> = at(pod, "containers/0/args")
        .as_list()
        .unwrap()
        .iter()
        .map(|arg| arg.as_text().unwrap())
        .collect();
    let args: Vec<_> = args
        .into_iter()
        .map(|arg| arg.strip_prefix("$(JOB_NAME)").map_or(arg, |_| "tokenfleet-1"))
        .collect();
    check(file, &args);
    let completions = at(job, "completions").scalar_text().unwrap();
    assert_eq!(at(job, "parallelism").scalar_text().unwrap(), completions);
    assert!(args.contains(&format!("job/{completions}").as_str()), "{args:?}");
    assert_eq!(at(pod, "securityContext/runAsNonRoot").as_bool(), Some(true));
    let container = at(pod, "containers/0/securityContext");
    assert_eq!(at(container, "readOnlyRootFilesystem").as_bool(), Some(true));
    assert_eq!(at(container, "allowPrivilegeEscalation").as_bool(), Some(false));
}

#[test]
fn the_workflow_of_github_examines_every_shard() {
    let file = "github-actions.yml";
    let workflow = yaml(file);
    let shards = at(&workflow, "jobs/audit/strategy/matrix/shard").as_list().unwrap();
    let shards: Vec<_> = shards.iter().map(|shard| shard.scalar_text().unwrap()).collect();
    assert_eq!(shards.join(" "), "1 2 3 4 5 6 7 8");
    check_commands(file, at(&workflow, "jobs/audit/steps/1/run").as_text().unwrap());
    check_commands(file, at(&workflow, "jobs/report/steps/1/run").as_text().unwrap());
}

#[test]
fn the_pipeline_of_gitlab_examines_every_shard() {
    let file = "gitlab-ci.yml";
    let pipeline = yaml(file);
    check_commands(file, at(&pipeline, "audit/script/0").as_text().unwrap());
    check_commands(file, at(&pipeline, "report/script/0").as_text().unwrap());
}

#[test]
fn the_image_runs_as_nobody_in_particular() {
    let text = text("Dockerfile");
    let of = |word: &str| text.lines().rfind(|line| line.starts_with(word)).unwrap().to_owned();
    assert_eq!(of("USER"), "USER 65532:65532");
    assert_eq!(of("ENTRYPOINT"), "ENTRYPOINT [\"/usr/local/bin/tokenfleet\"]");
    // What it was built with is not older than what the project needs.
    let cargo =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let version = cargo.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    assert!(text.contains(&format!("rust:{}-", version.trim_matches('"'))), "{version}");
}
