//! Tells of a run what a file of notifications asks for: `--notify FILE`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::news::{EXAMINED, everything, is_grave, news};
use crate::cli::sources::folder_of;
use crate::cli::stream::{say, say_issues, variable};
use crate::cli::system_clock::SystemClock;
use crate::files;
use crate::inventory::open_file;
use crate::model::{InputIssue, ReportRequest, Secret, Severity, nearest_hint};
use crate::notification::{
    Attachment, Changes, Delivered, DeliveryError, HttpMethod, HttpRequest, Letter, Notification,
    Occasion, SecretSource, Way, deliver, read, run_command, send_http, send_mail,
};
use crate::report::{Renderer, View, example_view};
use crate::runner::Clock;
use crate::store::{Delivery, Store};
use crate::template::TemplateSet;
use crate::vault::{Keyring, is_vaulted};

/// Attachments beyond this together are left out: mail servers take no more.
const MOST_ATTACHED: usize = 20 << 20;

/// A notification with its secrets.
#[derive(Debug)]
pub(super) struct Ready {
    notification: Notification,
    url: Option<Secret>,
    headers: Vec<(String, Secret)>,
    password: Option<Secret>,
    ca: Option<Vec<u8>>,
}

/// What templates see under `notification`.
#[derive(Debug, Serialize)]
struct Notice<'a> {
    name: &'a str,
    /// A few words: `3 new findings, 1 gone`.
    title: String,
    /// Why this is told: `change`, `findings`, `failure`, `always`.
    reasons: Vec<&'static str>,
    changes: &'a Changes,
    /// Attachments that are too large.
    left_out: Vec<String>,
}

/// A run that is to be told of.
pub(super) struct Finished<'a> {
    pub view: &'a Arc<View>,
    pub templates: &'a TemplateSet,
    /// Of the reports.
    pub folder: &'a Path,
    pub inventories: &'a [String],
    pub store: Option<&'a Store>,
}

/// Reads a file of notifications, and checks it against the templates and the reports of a run.
pub(super) fn read_notifications(
    file: &Path,
    keyring: &Keyring,
    templates: &TemplateSet,
    requests: &[ReportRequest],
) -> Result<Vec<Notification>, Complaint> {
    let source = files::read_text(file)?;
    let sources = if is_vaulted(&source.text) { Vec::new() } else { vec![source.clone()] };
    let opened = open_file(&source, keyring)?;
    let read = read(&opened).map_err(|issues| Complaint::new(issues, sources.clone()))?;
    let issues: Vec<InputIssue> =
        read.iter().flat_map(|one| check(one, templates, requests)).collect();
    if issues.is_empty() {
        return Ok(read);
    }
    let sources = sources.into_iter().chain(templates.sources().iter().cloned()).collect();
    Err(Complaint::new(issues, sources))
}

/// Renders what a notification would say of a made-up run.
fn check(
    notification: &Notification,
    templates: &TemplateSet,
    requests: &[ReportRequest],
) -> Vec<InputIssue> {
    let view = Arc::new(example_view());
    let renderer = Renderer::new(&view, templates);
    let changes = everything(&view, Severity::Info);
    let notice = notice(notification, &view, &[Occasion::Change], &changes);
    let mut issues = Vec::new();
    if let Err(issue) = texts(notification, &renderer, &notice) {
        issues.push(issue);
    }
    if let Way::Mail(mail) = &notification.way {
        let names: Vec<&str> = (requests.iter())
            .filter(|request| request.each.is_none())
            .map(|request| request.dest.as_str())
            .collect();
        for (name, place) in mail.attach.iter().filter(|(name, _)| !names.contains(&name.as_str()))
        {
            let issue = InputIssue::error(format!("no report is written to `{name}`"));
            let width = u32::try_from(name.chars().count()).unwrap_or(1);
            issues.push(issue.at(place.clone(), width).hint(nearest_hint(name, &names)));
        }
    }
    issues
}

/// Fetches the secrets of notifications, before anything else is done.
pub(super) fn make_ready(
    file: &Path,
    notifications: Vec<Notification>,
    keyring: &Keyring,
) -> Result<Vec<Ready>, InputIssue> {
    let folder = folder_of(file);
    notifications.into_iter().map(|one| ready(folder, one, keyring)).collect()
}

fn ready(
    folder: &Path,
    notification: Notification,
    keyring: &Keyring,
) -> Result<Ready, InputIssue> {
    let secret = |what: &str, source: &SecretSource| {
        resolve(folder, source, keyring).map_err(|(message, hint)| {
            InputIssue::error(format!(
                "the {what} of `{}` is missing: {message}",
                notification.name
            ))
            .at(notification.place.clone(), 1)
            .hint(hint)
        })
    };
    let (mut url, mut headers, mut password, mut ca_file) = (None, Vec::new(), None, None);
    match &notification.way {
        Way::Webhook(webhook) => {
            url = Some(secret("url", &webhook.url)?);
            for (name, source) in &webhook.headers {
                headers.push((name.clone(), secret(name, source)?));
            }
            ca_file = webhook.ca_file.clone();
        }
        Way::Mail(mail) => {
            password =
                mail.password.as_ref().map(|source| secret("password", source)).transpose()?;
            ca_file = mail.ca_file.clone();
        }
        Way::Command(_) => {}
    }
    let ca = ca_file.map(|file| files::read_text(&folder.join(file))).transpose()?;
    let ca = ca.map(|file| file.text.as_bytes().to_vec());
    Ok(Ready { notification, url, headers, password, ca })
}

/// The secret, or why there is none, with a remedy.
fn resolve(
    folder: &Path,
    source: &SecretSource,
    keyring: &Keyring,
) -> Result<Secret, (String, String)> {
    let first_line = |path: PathBuf| {
        let file = files::read_text(&path)
            .map_err(|error| (error.to_string(), error.remedy().to_owned()))?;
        match file.text.lines().next().map(str::trim_end).filter(|line| !line.is_empty()) {
            Some(line) => Ok(Secret::new(line)),
            None => Err((
                format!("`{}` is empty", path.display()),
                "write it into the first line".to_owned(),
            )),
        }
    };
    match source {
        SecretSource::Text(text) => Ok(Secret::new(text.clone())),
        SecretSource::Vault(ciphertext) => keyring.open(ciphertext).map_err(|error| {
            (format!("its vault cannot be opened: {error}"), error.remedy().to_owned())
        }),
        SecretSource::Env(name) => {
            variable(name).filter(|text| !text.is_empty()).map(Secret::new).ok_or_else(|| {
                (
                    format!("the variable `{name}` is not set"),
                    format!("set `{name}`, or name another source"),
                )
            })
        }
        SecretSource::File(path) => first_line(folder.join(path)),
        SecretSource::Credential(name) => match variable("CREDENTIALS_DIRECTORY") {
            Some(credentials) => first_line(Path::new(&credentials).join(name)),
            None => Err((
                format!("there is no credential `{name}` outside of a service"),
                format!("give the service `LoadCredential={name}:FILE`, or write `{{env: NAME}}`"),
            )),
        },
    }
}

/// `on: change` needs a memory.
pub(super) fn refuse_forgetful(ready: &[Ready], store: Option<&Store>) -> Result<(), InputIssue> {
    let forgetful = ready.iter().find(|one| one.notification.on.contains(&Occasion::Change));
    match (forgetful, store) {
        (Some(Ready { notification, .. }), None) => Err(InputIssue::error(format!(
            "`{}` tells of changes, and `--store none` remembers nothing",
            notification.name
        ))
        .at(notification.place.clone(), 1)
        .hint("name a store, or write `on: findings`")),
        _ => Ok(()),
    }
}

/// Delivers whatever there is occasion for. What fails is told, kept with the run, and part of the exit
/// code; the next run then tells it again.
pub(super) async fn notify(ready: &[Ready], run: &Finished<'_>) -> Exit {
    let mut exit = Exit::SUCCESS;
    for one in ready {
        if let Err(issue) = tell(one, run).await {
            say_issues(&[issue.at(one.notification.place.clone(), 1)], &[]);
            exit = exit | Exit::INPUT;
        }
    }
    exit
}

async fn tell(ready: &Ready, run: &Finished<'_>) -> Result<(), InputIssue> {
    let Ready { notification, .. } = ready;
    let of_store = |error: crate::store::StoreError| {
        let message = format!("what `{}` told is not remembered: {error}", notification.name);
        InputIssue::error(message).hint(error.remedy())
    };
    let audit = audit(run);
    let key = (audit.as_str(), notification.name.as_str());
    let id = run.view.run.id.as_str();
    let least = notification.severity;
    // Without the store, what is to be told of it can be told all the same.
    let (mut changes, mut trouble) = (None, None);
    if let Some(store) = run.store {
        let told = store.told(key.0, key.1).await.map_err(of_store);
        let found = match told {
            Ok(told) => news(store, told.as_deref(), run.view, least).await,
            Err(issue) => Err(issue),
        };
        match found {
            Ok(found) => changes = found,
            Err(issue) => trouble = Some(issue),
        }
    }
    if run.store.is_none() && notification.on.contains(&Occasion::Change) {
        let name = &notification.name;
        say(&format!(
            "note: without the store no changes are known: the next run tells them to `{name}`\n"
        ));
    }
    let has_memory = changes.is_some();
    let changes = changes.unwrap_or_else(|| everything(run.view, least));
    let reasons = reasons(notification, run.view, &changes, has_memory);
    if !reasons.is_empty() {
        let delivered =
            send(ready, run, notice(notification, run.view, &reasons, &changes)).await?;
        let failure = delivered.outcome.as_ref().err().map(|error| error.message.clone());
        let delivery = Delivery {
            name: notification.name.clone(),
            at: SystemClock.now(),
            attempts: delivered.attempts,
            failure: failure.clone(),
        };
        if let Some(store) = run.store {
            store.keep_delivery(id, &delivery).await.map_err(of_store)?;
        }
        if let Some(failure) = failure {
            let times = match delivered.attempts {
                1 => String::new(),
                attempts => format!(", tried {attempts} times"),
            };
            let message = format!("`{}` was not delivered{times}: {failure}", notification.name);
            return Err(InputIssue::error(message).hint("the next run tells it again"));
        }
        say(&format!("Told: {}\n", notification.name));
    }
    let is_whole = run.view.run.finished.is_some() && !run.view.run.interrupted;
    if let (Some(store), true) = (run.store, is_whole && has_memory) {
        store.remember_told(key, id, SystemClock.now()).await.map_err(of_store)?;
    }
    trouble.map_or(Ok(()), Err)
}

/// What has a memory of its own: a playbook over inventories, with a limit.
fn audit(run: &Finished<'_>) -> String {
    let view = &run.view.run;
    serde_json::json!([view.playbook, run.inventories, view.limit]).to_string()
}

/// Why there is something to tell; empty where there is not.
fn reasons(
    notification: &Notification,
    view: &View,
    changes: &Changes,
    has_memory: bool,
) -> Vec<Occasion> {
    let is_whole = view.run.finished.is_some() && !view.run.interrupted;
    let holds = |occasion: &Occasion| match occasion {
        // What an interrupted run did not see has not changed.
        Occasion::Change => is_whole && has_memory && !changes.is_empty(),
        Occasion::Findings => {
            view.findings.iter().any(|found| is_grave(found.severity, notification.severity))
        }
        Occasion::Failure => !is_whole || view.devices.iter().any(|unit| unit.outcome != EXAMINED),
        Occasion::Always => true,
    };
    notification.on.iter().copied().filter(holds).collect()
}

fn notice<'a>(
    notification: &'a Notification,
    view: &View,
    reasons: &[Occasion],
    changes: &'a Changes,
) -> Notice<'a> {
    let mut parts = Vec::new();
    if view.run.interrupted {
        parts.push("the run was interrupted".to_owned());
    }
    let counted = [
        (changes.new.len(), "new finding", "new findings"),
        (changes.gone.len(), "finding gone", "findings gone"),
        (changes.lost.len(), "FortiGate no longer examined", "FortiGates no longer examined"),
        (changes.back.len(), "FortiGate examined again", "FortiGates examined again"),
    ];
    for (count, one, many) in counted {
        match count {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            count => parts.push(format!("{count} {many}")),
        }
    }
    if parts.is_empty() {
        let hosts = &view.summary.hosts;
        parts.push(format!(
            "nothing new, {} findings, {} of {} FortiGates examined",
            view.summary.findings.total, hosts.examined, hosts.total
        ));
    }
    Notice {
        name: &notification.name,
        title: parts.join(", "),
        reasons: reasons.iter().map(|occasion| occasion.as_str()).collect(),
        changes,
        left_out: Vec::new(),
    }
}

/// What is sent: its text, and the subject of a letter or the words of a command.
fn texts(
    notification: &Notification,
    renderer: &Renderer<'_>,
    notice: &Notice<'_>,
) -> Result<(String, Vec<String>), InputIssue> {
    let at = |issue: InputIssue| match issue.place {
        Some(_) => issue,
        None => issue.at(notification.place.clone(), 1),
    };
    let render =
        |template: &str| renderer.render_with(template, "notification", notice).map_err(at);
    let fill = |text: &str| renderer.fill_with(text, "notification", notice).map_err(at);
    match &notification.way {
        Way::Webhook(webhook) => {
            let name = webhook.template.as_deref().unwrap_or(webhook.preset.template());
            let text = render(name)?;
            let read: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&text);
            read.map_err(|error| {
                let message =
                    format!("the template `{name}` of `{}` gives no JSON: {error}", notice.name);
                at(InputIssue::error(message).hint("print values with `| tojson`"))
            })?;
            Ok((text, Vec::new()))
        }
        Way::Mail(mail) => Ok((render(&mail.template)?, vec![fill(&mail.subject)?])),
        Way::Command(call) => {
            let words = call.words.iter().map(|word| fill(word)).collect::<Result<_, _>>()?;
            Ok((render(&call.template)?, words))
        }
    }
}

/// Sends it, as often as it takes and is allowed.
async fn send(
    ready: &Ready,
    run: &Finished<'_>,
    mut notice: Notice<'_>,
) -> Result<Delivered, InputIssue> {
    let Ready { notification, url, headers, password, ca } = ready;
    let attachments = match &notification.way {
        Way::Mail(mail) => attachments(&mail.attach, run.folder, &mut notice.left_out),
        _ => Vec::new(),
    };
    let renderer = Renderer::new(run.view, run.templates);
    let (text, words) = texts(notification, &renderer, &notice)?;
    let timeout = notification.timeout;
    let ca = ca.as_deref();
    Ok(match &notification.way {
        Way::Webhook(_) => {
            let Some(url) = url else {
                return Err(InputIssue::error("a webhook without an address"));
            };
            let request = HttpRequest {
                method: HttpMethod::Post,
                url,
                headers,
                content_type: "application/json",
                body: text.as_bytes(),
                timeout,
                ca,
            };
            tokio::task::block_in_place(|| deliver(notification.retries, || send_http(&request)))
        }
        Way::Mail(mail) => {
            let letter = Letter {
                mail,
                password: password.as_ref(),
                subject: words.first().map_or("tokenfleet", String::as_str),
                text: &text,
                attachments: &attachments,
                timeout,
                ca,
            };
            tokio::task::block_in_place(|| deliver(notification.retries, || send_mail(&letter)))
        }
        Way::Command(_) => {
            let outcome: Result<(), DeliveryError> = run_command(&words, &text, timeout).await;
            Delivered { attempts: 1, outcome }
        }
    })
}

/// Reports of the run. One that was not written, or is too large, is named instead.
fn attachments(
    names: &[(String, crate::model::Place)],
    folder: &Path,
    left_out: &mut Vec<String>,
) -> Vec<Attachment> {
    let mut room = MOST_ATTACHED;
    let mut attached = Vec::new();
    for (name, _) in names {
        match files::read_bytes(&folder.join(name)) {
            Ok(bytes) if bytes.len() <= room => {
                room -= bytes.len();
                attached.push(Attachment { name: name.clone(), bytes });
            }
            _ => left_out.push(name.clone()),
        }
    }
    attached
}
