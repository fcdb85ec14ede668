//! A file of notifications to notifications, and all that is wrong with it.

use std::time::Duration;

use super::{
    CommandCall, Encryption, Mail, Notification, Occasion, Preset, SecretSource, Way, Webhook,
};
use crate::model::{InputIssue, Severity, SourceFile, nearest_hint};
use crate::yaml::{self, Node};

pub(super) const KEYS: [&str; 8] =
    ["name", "on", "severity", "timeout", "retries", "webhook", "mail", "command"];
pub(super) const WAYS: [&str; 3] = ["webhook", "mail", "command"];
pub(super) const WEBHOOK: [&str; 5] = ["url", "preset", "template", "headers", "ca_file"];
pub(super) const MAIL: [&str; 11] = [
    "server",
    "port",
    "encryption",
    "user",
    "password",
    "from",
    "to",
    "subject",
    "template",
    "attach",
    "ca_file",
];
pub(super) const COMMAND: [&str; 2] = ["argv", "template"];

/// The text of a letter and of what a command is given.
const TEXT: &str = "notification.txt";
const SUBJECT: &str = "tokenfleet: {{ notification.title }}";

const MOST_SECONDS: u64 = 600;
const MOST_RETRIES: u64 = 10;

/// Reads a file of notifications, whose vault was opened where all of it is in one.
///
/// # Errors
/// All that is wrong with it, in file order.
pub fn read(source: &SourceFile) -> Result<Vec<Notification>, Vec<InputIssue>> {
    let parsed = yaml::parse(source);
    let mut reader = Reader { issues: parsed.issues };
    let mut read: Vec<Notification> = Vec::new();
    match parsed.node.as_ref().map(|node| (node, node.as_list())) {
        Some((_, Some(entries))) => {
            for entry in entries {
                let Some(notification) = reader.notification(entry) else { continue };
                if read.iter().any(|known| known.name == notification.name) {
                    let message = format!("two notifications are named `{}`", notification.name);
                    let node = entry.get("name").unwrap_or(entry);
                    reader.refuse(node, message, "what each told last is remembered by its name");
                }
                read.push(notification);
            }
        }
        Some((node, None)) => {
            let message = format!("notifications must be a list, not {}", node.kind());
            reader.refuse(node, message, "begin each with `- name: …`");
        }
        None if reader.issues.is_empty() => {
            let issue = InputIssue::error(format!("`{}` holds no notification", source.name));
            reader.issues.push(issue.hint("begin each with `- name: …`"));
        }
        None => {}
    }
    let mut issues = reader.issues;
    issues.sort_by_key(|issue| issue.place.as_ref().map(|place| (place.line, place.column)));
    if issues.iter().any(InputIssue::is_error) { Err(issues) } else { Ok(read) }
}

struct Reader {
    issues: Vec<InputIssue>,
}

impl Reader {
    fn refuse(&mut self, node: &Node, message: impl Into<String>, hint: impl Into<String>) {
        self.issues.push(node.error(message).hint(hint));
    }

    /// Whether it is a mapping; keys that nobody knows are told.
    fn fields(&mut self, what: &str, node: &Node, known: &[&str]) -> bool {
        let Some(entries) = node.as_map() else {
            let message = format!("{what} must be a mapping, not {}", node.kind());
            self.refuse(node, message, format!("its keys are {}", listed(known)));
            return false;
        };
        for (key, _) in entries {
            let name = written(key);
            if !known.contains(&name.as_str()) {
                let hint = nearest_hint(&name, known);
                self.refuse(key, format!("unknown key `{name}` of {what}"), hint);
            }
        }
        true
    }

    fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        match node.scalar_text().filter(|_| !node.is_null()) {
            Some(text) if !text.trim().is_empty() && node.tag.as_deref() != Some("!vault") => {
                Some(text.to_owned())
            }
            _ => {
                let message = format!("`{key}` must be text, not {}", node.kind());
                self.refuse(node, message, "write one value on one line");
                None
            }
        }
    }

    fn wanted(&mut self, what: &str, node: &Node, key: &str) -> Option<String> {
        match node.get(key) {
            Some(value) => self.text(key, value),
            None => {
                self.refuse(node, format!("{what} has no `{key}`"), format!("add `{key}: …`"));
                None
            }
        }
    }

    fn maybe(&mut self, node: &Node, key: &str) -> Option<String> {
        node.get(key).and_then(|value| self.text(key, value))
    }

    fn texts(&mut self, key: &str, node: &Node) -> Vec<(String, Node)> {
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        nodes.iter().filter_map(|node| Some((self.text(key, node)?, node.clone()))).collect()
    }

    fn number(&mut self, node: &Node, key: &str, usual: u64, most: u64) -> u64 {
        let Some(value) = node.get(key) else { return usual };
        let number = value.scalar_text().and_then(|text| text.trim().parse().ok());
        match number.filter(|number| *number <= most) {
            Some(number) => number,
            None => {
                let message = format!("`{key}` must be a whole number up to {most}");
                self.refuse(value, message, format!("write `{key}: {usual}`, or leave it out"));
                usual
            }
        }
    }

    fn one_of<T: Copy>(
        &mut self,
        node: &Node,
        key: &str,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.text(key, node)?;
        let found = all.iter().copied().find(|one| name(*one) == text);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            self.refuse(node, format!("there is no {key} `{text}`"), nearest_hint(&text, &names));
        }
        found
    }

    /// A secret: never written out.
    fn secret(&mut self, key: &str, node: &Node) -> Option<SecretSource> {
        match self.source(key, node)? {
            SecretSource::Text(_) => {
                let hint = "encrypt it with `tokenfleet vault encrypt_string`, or write `{env: NAME}` or \
                            `{file: PATH}`";
                self.refuse(node, format!("`{key}` stands here for everybody to read"), hint);
                None
            }
            source => Some(source),
        }
    }

    fn source(&mut self, key: &str, node: &Node) -> Option<SecretSource> {
        if let Some(entries) = node.as_map() {
            self.fields(&format!("`{key}`"), node, &SecretSource::KEYS);
            let [(name, value)] = entries else {
                let message = format!("`{key}` has not one source");
                self.refuse(node, message, "name one of `env`, `file` and `credential`");
                return None;
            };
            let (name, text) = (name.key_text(), self.text(key, value)?);
            return match name.as_str() {
                "env" => Some(SecretSource::Env(text)),
                "file" => Some(SecretSource::File(text)),
                "credential" => Some(SecretSource::Credential(text)),
                _ => None,
            };
        }
        if matches!(node.tag.as_deref(), Some("!vault" | "!vault-encrypted")) {
            return node.scalar_text().map(|text| SecretSource::Vault(text.to_owned()));
        }
        self.text(key, node).map(SecretSource::Text)
    }

    fn notification(&mut self, node: &Node) -> Option<Notification> {
        if !self.fields("a notification", node, &KEYS) {
            return None;
        }
        let name = self.wanted("this notification", node, "name");
        let on = match entry(node, "on") {
            None => vec![Occasion::Change],
            Some(value) => {
                let nodes = value.as_list().unwrap_or(std::slice::from_ref(value));
                let one = |node| self.one_of(node, "on", &Occasion::ALL, Occasion::as_str);
                nodes.iter().filter_map(one).collect()
            }
        };
        let severity = match node.get("severity") {
            None => Some(Severity::Warning),
            Some(value) => self.one_of(value, "severity", &Severity::ALL, Severity::as_str),
        };
        let timeout = self.number(node, "timeout", 20, MOST_SECONDS).max(1);
        let retries = self.number(node, "retries", 3, MOST_RETRIES);
        let ways: Vec<_> = WAYS.iter().filter_map(|way| Some((*way, node.get(way)?))).collect();
        let way = match ways.as_slice() {
            [("webhook", value)] => self.webhook(value).map(Way::Webhook),
            [("mail", value)] => self.mail(value).map(Way::Mail),
            [(_, value)] => self.command(value).map(Way::Command),
            [] => {
                let hint = format!("name one of {}", listed(&WAYS));
                self.refuse(node, "this notification says nobody anything", hint);
                None
            }
            [_, (second, value), ..] => {
                let message = format!("this notification goes two ways, the other is `{second}`");
                self.refuse(value, message, "write a notification for each");
                None
            }
        };
        Some(Notification {
            name: name?,
            on: Some(on).filter(|on| !on.is_empty())?,
            severity: severity?,
            way: way?,
            timeout: Duration::from_secs(timeout),
            retries: u32::try_from(retries).unwrap_or(0),
            place: node.place.clone(),
        })
    }

    fn webhook(&mut self, node: &Node) -> Option<Webhook> {
        if !self.fields("`webhook`", node, &WEBHOOK) {
            return None;
        }
        let url = match node.get("url") {
            Some(value) => self.source("url", value),
            None => {
                self.refuse(node, "this webhook has no `url`", "add `url: …`");
                None
            }
        };
        if let (Some(SecretSource::Text(text)), Some(value)) = (&url, node.get("url"))
            && !text.starts_with("http://")
            && !text.starts_with("https://")
        {
            self.refuse(value, "`url` is no address for HTTP", "begin it with `https://`");
        }
        let preset = match node.get("preset") {
            None => Some(Preset::default()),
            Some(value) => self.one_of(value, "preset", &Preset::ALL, Preset::as_str),
        };
        let mut headers = Vec::new();
        if let Some(value) = node.get("headers") {
            if value.as_map().is_none() {
                let message = format!("`headers` must be a mapping, not {}", value.kind());
                self.refuse(value, message, "write `Name: value` lines below it");
            }
            for (name, value) in value.as_map().into_iter().flatten() {
                let name = name.key_text();
                let is_secret = ["authorization", "x-api-key", "api-key", "x-auth-token"]
                    .contains(&name.to_ascii_lowercase().as_str());
                let source = match is_secret {
                    true => self.secret(&name, value),
                    false => self.source(&name, value),
                };
                headers.extend(source.map(|source| (name, source)));
            }
        }
        let template = self.maybe(node, "template");
        let ca_file = self.maybe(node, "ca_file");
        Some(Webhook { url: url?, preset: preset?, template, headers, ca_file })
    }

    fn mail(&mut self, node: &Node) -> Option<Mail> {
        if !self.fields("`mail`", node, &MAIL) {
            return None;
        }
        let server = self.wanted("this mail", node, "server");
        let encryption = match node.get("encryption") {
            None => Some(Encryption::default()),
            Some(value) => self.one_of(value, "encryption", &Encryption::ALL, Encryption::as_str),
        };
        let usual = u64::from(encryption.unwrap_or_default().usual_port());
        let port = self.number(node, "port", usual, u64::from(u16::MAX));
        let user = self.maybe(node, "user");
        let password = node.get("password").and_then(|value| self.secret("password", value));
        if let (Some(value), Some(Encryption::None)) = (node.get("password"), encryption) {
            let message = "the password would go over the line for everybody to read";
            self.refuse(value, message, "write `encryption: starttls` or `encryption: tls`");
        }
        if node.get("password").is_some() != node.get("user").is_some() {
            let message = "a login needs both `user` and `password`";
            self.refuse(node, message, "add the other, or leave both out");
        }
        let from = self.wanted("this mail", node, "from");
        let to = match node.get("to") {
            Some(value) => self.texts("to", value),
            None => {
                self.refuse(node, "this mail has no `to`", "add `to: [somebody@example.net]`");
                Vec::new()
            }
        };
        let addresses = from.iter().zip(node.get("from"));
        let addresses: Vec<(&String, &Node)> =
            addresses.chain(to.iter().map(|(text, node)| (text, node))).collect();
        for (text, node) in addresses {
            if text.parse::<lettre::message::Mailbox>().is_err() {
                let hint = "write `name@example.net` or `Name <name@example.net>`";
                self.refuse(node, format!("`{text}` is no mail address"), hint);
            }
        }
        let attach = node.get("attach").map(|value| self.texts("attach", value));
        Some(Mail {
            server: server?,
            port: u16::try_from(port).ok()?,
            encryption: encryption?,
            user,
            password,
            from: from?,
            to: to.into_iter().map(|(text, _)| text).collect(),
            subject: self.maybe(node, "subject").unwrap_or_else(|| SUBJECT.to_owned()),
            template: self.maybe(node, "template").unwrap_or_else(|| TEXT.to_owned()),
            attach: attach.into_iter().flatten().map(|(text, node)| (text, node.place)).collect(),
            ca_file: self.maybe(node, "ca_file"),
        })
    }

    fn command(&mut self, node: &Node) -> Option<CommandCall> {
        let argv = if node.as_map().is_some() {
            self.fields("`command`", node, &COMMAND);
            match node.get("argv") {
                Some(argv) => argv,
                None => {
                    let hint = "write `argv: [PROGRAM, ARGUMENT]`";
                    self.refuse(node, "this command has no `argv`", hint);
                    return None;
                }
            }
        } else {
            node
        };
        if argv.as_list().is_none_or(<[Node]>::is_empty) {
            let message = format!("a command must be a list of words, not {}", argv.kind());
            self.refuse(argv, message, "no shell reads it: write `[PROGRAM, ARGUMENT]`");
            return None;
        }
        let words = self.texts("command", argv).into_iter().map(|(text, _)| text).collect();
        let template = self.maybe(node, "template").unwrap_or_else(|| TEXT.to_owned());
        Some(CommandCall { words, template })
    }
}

/// A key as it is written: to YAML, `on` is another word for `true`.
fn written(key: &Node) -> String {
    key.scalar_text().map_or_else(|| key.key_text(), str::to_owned)
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.as_map()?.iter().find_map(|(name, value)| (written(name) == key).then_some(value))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[allow(clippy::panic)] // a test fails by panicking
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<Notification>, Vec<String>> {
        read(&SourceFile::new("notifications.yml", text))
            .map_err(|issues| issues.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_left_out_is_as_one_expects() {
        let read = of("- name: team\n  webhook: {url: 'https://hooks.example.net/x'}\n\
                       - name: mail\n  mail: {server: mail.example.net, from: a@example.net, to: b@example.net}\n\
                       - name: page\n  command: [./page.sh, '{{ run.id }}']\n")
        .unwrap();
        assert!(read.iter().all(|one| one.on == [Occasion::Change]));
        assert!(read.iter().all(|one| one.severity == Severity::Warning && one.retries == 3));
        let Way::Mail(mail) = &read[1].way else { panic!("{read:?}") };
        assert_eq!((mail.port, mail.encryption), (587, Encryption::StartTls));
        assert_eq!(mail.template, "notification.txt");
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_their_remedies() {
        let issues = of(r#"
- name: a
  on: [changes, failure]
  severity: grave
  webhook: {url: hooks.example.net, preset: slak, headers: {Authorization: Bearer 1}}
- name: a
  retries: 99
  mail:
    server: mail.example.net
    encryption: none
    user: audit
    password: hunter2
    from: nobody
    atach: [report.html]
- webhook: {}
  command: page.sh
- name: b
- name: c
  command: page.sh
- d
"#)
        .unwrap_err();
        insta::assert_snapshot!(issues.join("\n"));
        assert!(!issues.join("").contains("hunter2"), "a secret is never shown");
    }

    #[test]
    fn secrets_come_out_of_vaults_files_and_the_environment() {
        let read = of("- name: a\n  webhook:\n    url: {env: SLACK_URL}\n    headers:\n      \
                       Authorization: {file: token}\n      X-Api-Key: {credential: key}\n      \
                       X-Other: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n")
        .unwrap();
        let Way::Webhook(webhook) = &read[0].way else { panic!("{read:?}") };
        assert_eq!(webhook.url, SecretSource::Env("SLACK_URL".to_owned()));
        let sources: Vec<_> = webhook.headers.iter().map(|(_, source)| source).collect();
        assert!(matches!(
            sources[..],
            [SecretSource::File(_), SecretSource::Credential(_), SecretSource::Vault(_)]
        ));
    }

    #[test]
    fn a_file_without_anything_is_no_file_of_notifications() {
        assert_eq!(
            of("# nothing\n").unwrap_err(),
            ["`notifications.yml` holds no notification (begin each with `- name: …`)"]
        );
        assert_eq!(
            of("name: x\n").unwrap_err(),
            [
                "notifications.yml:1:1: notifications must be a list, not a mapping (begin each with `- name: …`)"
            ]
        );
    }
}
