//! Whether a host is the one it claims to be.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use super::known_hosts::{Known, name_of};
use super::{KnownHosts, PublicKey};
use crate::model::{HostFailure, HostKeyPolicy, KnownHostsFiles, Stage, Target};

/// The known host keys, and those that this run accepted as new.
#[derive(Debug, Default)]
pub struct HostKeys {
    /// By the files that targets name: what each of these says.
    known: HashMap<KnownHostsFiles, Vec<Arc<KnownHosts>>>,
    /// By those files, and by the name under which they would list the key.
    accepted: Mutex<HashMap<KnownHostsFiles, HashMap<String, PublicKey>>>,
}

impl HostKeys {
    pub(super) fn new(known: HashMap<KnownHostsFiles, Vec<Arc<KnownHosts>>>) -> Self {
        Self { known, accepted: Mutex::default() }
    }

    /// The files for which keys were accepted as new.
    pub fn learned(&self) -> Vec<KnownHostsFiles> {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        accepted.keys().cloned().collect()
    }

    /// The keys that were accepted as new for these files, held against what they say by now:
    /// another run may have added to them since.
    pub fn news_for(&self, files: &KnownHostsFiles, known: &KnownHosts) -> News {
        let accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut news = News::default();
        for (name, key) in accepted.get(files).into_iter().flatten() {
            match known.has(name, key) {
                Some(true) => {}
                Some(false) => news.contested.push(name.clone()),
                None => news.lines.push(format!("{name} {key}")),
            }
        }
        news.lines.sort_unstable();
        news.contested.sort_unstable();
        news
    }

    /// What is known of the host, to be asked for and checked against.
    pub(super) fn expect<'a>(&'a self, target: &'a Target) -> Expectation<'a> {
        let known = match target.host_key {
            HostKeyPolicy::Strict | HostKeyPolicy::AcceptNew => {
                let texts = self.known.get(&target.known_hosts).into_iter().flatten();
                texts.fold(Known::default(), |known, text| {
                    known.and(text.lookup(&target.address, target.port))
                })
            }
            HostKeyPolicy::Off | HostKeyPolicy::Pinned(_) => Known::default(),
        };
        Expectation { keys: self, target, known }
    }
}

/// What a run has to add to `known_hosts`. Both are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    pub lines: Vec<String>,
    /// Names under which somebody else has added another key, or revoked this one.
    pub contested: Vec<String>,
}

/// How a host key stands to `known_hosts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Known,
    /// Nothing is known under that name.
    New,
    /// It is another one than the known, or revoked; the failure says how.
    Wrong(HostFailure),
}

/// What is known of the key of one host, before it showed one.
pub(super) struct Expectation<'a> {
    keys: &'a HostKeys,
    target: &'a Target,
    known: Known<'a>,
}

impl Expectation<'_> {
    /// The host key algorithms to ask for first, so that a host with several keys shows one that
    /// is known. Empty when none is.
    pub(super) fn algorithms(&self) -> Vec<String> {
        let pinned = match &self.target.host_key {
            HostKeyPolicy::Pinned(key) => PublicKey::parse(key),
            _ => None,
        };
        let known = self.known.keys.iter().chain(&self.known.on_port_22).map(|entry| &entry.key);
        let mut algorithms: Vec<String> = Vec::new();
        for key in known.chain(&pinned) {
            for algorithm in key.algorithms() {
                if !algorithms.iter().any(|known| known == algorithm) {
                    algorithms.push((*algorithm).to_owned());
                }
            }
        }
        algorithms
    }

    /// Holds the key that the host showed against the policy of the target.
    pub(super) fn check(&self, shown: &PublicKey) -> Result<(), HostFailure> {
        match &self.target.host_key {
            HostKeyPolicy::Off => Ok(()),
            HostKeyPolicy::Pinned(expected) => self.check_pinned(expected, shown),
            HostKeyPolicy::Strict | HostKeyPolicy::AcceptNew => match self.standing(shown) {
                Standing::Known => Ok(()),
                Standing::Wrong(failure) => Err(failure),
                Standing::New if self.target.host_key == HostKeyPolicy::AcceptNew => {
                    self.accept(shown)
                }
                Standing::New => Err(self.unknown(shown)),
            },
        }
    }

    fn check_pinned(&self, expected: &str, shown: &PublicKey) -> Result<(), HostFailure> {
        match PublicKey::parse(expected) {
            Some(expected) if expected == *shown => Ok(()),
            Some(expected) => Err(self.failure(
                format!(
                    "{} shows another host key than the pinned one: {} {} instead of {} {}",
                    self.name(),
                    shown.kind(),
                    shown.fingerprint(),
                    expected.kind(),
                    expected.fingerprint(),
                ),
                "Make sure that this is the right device before the pinned key is changed.",
            )),
            None => Err(self.failure(
                format!("the host key pinned for {} cannot be read", self.name()),
                "Pin it in OpenSSH's public form, such as `ssh-ed25519 AAAA…`.",
            )),
        }
    }

    /// How the key that the host showed stands to `known_hosts`.
    pub(super) fn standing(&self, shown: &PublicKey) -> Standing {
        if let Some(entry) = self.known.revoked.iter().find(|entry| entry.key == *shown) {
            return Standing::Wrong(self.failure(
                format!(
                    "{} shows the host key {} {}, which {} revokes",
                    self.name(),
                    shown.kind(),
                    shown.fingerprint(),
                    entry.place,
                ),
                "Somebody marked this key as stolen or retired: find out why, and give the device \
                 a new host key.",
            ));
        }
        if self.known.keys.iter().chain(&self.known.on_port_22).any(|entry| entry.key == *shown) {
            Standing::Known
        } else if self.known.keys.is_empty() {
            Standing::New
        } else {
            Standing::Wrong(self.changed(shown))
        }
    }

    /// Remembers a key; the first one seen in this run is the one that counts.
    fn accept(&self, shown: &PublicKey) -> Result<(), HostFailure> {
        let mut accepted = self.keys.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = accepted.entry(self.target.known_hosts.clone()).or_default();
        let first = accepted.entry(self.name()).or_insert_with(|| shown.clone());
        if first == shown {
            return Ok(());
        }
        Err(self.failure(
            format!(
                "{} shows another host key than a moment ago: {} {} instead of {} {}",
                self.name(),
                shown.kind(),
                shown.fingerprint(),
                first.kind(),
                first.fingerprint(),
            ),
            "Several devices, or an intruder, answer at this address: look into it before anything \
             is trusted.",
        ))
    }

    fn unknown(&self, shown: &PublicKey) -> HostFailure {
        self.failure(
            format!(
                "the host key of {} is not known: it shows {} {}",
                self.name(),
                shown.kind(),
                shown.fingerprint(),
            ),
            format!(
                "Compare the fingerprint with the device's own, on its console; then \
                 `tokenfleet scan-keys -l {} --append` adds the key.",
                self.target.host,
            ),
        )
    }

    fn changed(&self, shown: &PublicKey) -> HostFailure {
        let same_type = self.known.keys.iter().any(|entry| entry.key.kind() == shown.kind());
        let mut message = format!(
            "the host key of {} {}: it shows {} {}, and known is",
            self.name(),
            if same_type { "has changed" } else { "is of another type than the known one" },
            shown.kind(),
            shown.fingerprint(),
        );
        for (index, entry) in self.known.keys.iter().enumerate() {
            let _ = write!(
                message,
                "{} {} {} ({})",
                if index == 0 { "" } else { "," },
                entry.key.kind(),
                entry.key.fingerprint(),
                entry.place,
            );
        }
        let file = self.target.known_hosts.user.as_ref().and_then(|files| files.first());
        let file = file.map_or_else(String::new, |file| format!(" -f '{}'", file.display()));
        self.failure(
            message,
            format!(
                "A replaced (RMA) unit has a new key; so has an intruder. When the fingerprint is \
                 confirmed on the console, remove the old key with `ssh-keygen -R '{}'{file}` and \
                 add the new one with `tokenfleet scan-keys -l {} --append`.",
                self.name(),
                self.target.host,
            ),
        )
    }

    pub(super) fn name(&self) -> String {
        name_of(&self.target.address, self.target.port)
    }

    fn failure(&self, message: impl Into<String>, remedy: impl Into<String>) -> HostFailure {
        HostFailure::new(Stage::HostKey, message, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Connection, HostName, Route, SourceFile};

    const A: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbHDsutcO0XF0+rPPXK2CrW5OhInqc71T1JvpKnCaSC";
    const B: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbHDsutcO0XF0+rPPXK2CrW5OhInqc71T1JvpKnCaSD";
    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=";

    fn target(host_key: HostKeyPolicy) -> Target {
        Target {
            host: HostName::from("fgt-001"),
            connection: Connection::Ssh,
            address: "FGT-001".to_owned(),
            port: 2222,
            user: "admin".to_owned(),
            password: None,
            private_key_file: None,
            private_key_passphrase: None,
            identities_only: false,
            legacy: false,
            host_key,
            route: Route::Direct,
            known_hosts: KnownHostsFiles::default(),
            connect_timeout: None,
            command_timeout: None,
        }
    }

    fn keys(known_hosts: &str) -> HostKeys {
        let mut known = KnownHosts::default();
        assert_eq!(known.read(&SourceFile::new("known_hosts", known_hosts)), []);
        HostKeys::new([(KnownHostsFiles::default(), vec![Arc::new(known)])].into())
    }

    fn check(known_hosts: &str, policy: HostKeyPolicy, shown: &str) -> Result<(), String> {
        let keys = keys(known_hosts);
        let target = target(policy);
        let shown = PublicKey::parse(shown).unwrap();
        keys.expect(&target).check(&shown).map_err(|failure| {
            assert_eq!(failure.stage, Stage::HostKey);
            failure.message
        })
    }

    #[test]
    fn a_known_key_passes_and_an_unknown_one_stops_the_host() {
        let known = format!("[fgt-001]:2222 {A}");
        assert_eq!(check(&known, HostKeyPolicy::Strict, A), Ok(()));
        assert_eq!(check(&known, HostKeyPolicy::AcceptNew, A), Ok(()));
        assert_eq!(
            check("", HostKeyPolicy::Strict, A).unwrap_err(),
            "the host key of [fgt-001]:2222 is not known: it shows ssh-ed25519 \
             SHA256:T8+loI3p4szJ0EyDnKEfF2QFVSP9nwN8TZvNImDPSkk"
        );
        assert_eq!(check("", HostKeyPolicy::Off, A), Ok(()));
    }

    #[test]
    fn a_changed_key_stops_the_host_under_every_policy_that_checks() {
        let known = format!("[fgt-001]:2222 {B}");
        for policy in [HostKeyPolicy::Strict, HostKeyPolicy::AcceptNew] {
            let message = check(&known, policy, A).unwrap_err();
            assert!(message.starts_with("the host key of [fgt-001]:2222 has changed"), "{message}");
            assert!(message.ends_with("(known_hosts:1:1)"), "{message}");
        }
        assert_eq!(check(&known, HostKeyPolicy::Off, A), Ok(()));
    }

    #[test]
    fn another_type_of_key_than_the_known_one_stops_the_host() {
        let known = format!("[fgt-001]:2222 {RSA}");
        let message = check(&known, HostKeyPolicy::AcceptNew, A).unwrap_err();
        assert!(message.contains("is of another type than the known one"), "{message}");
    }

    #[test]
    fn the_bare_name_vouches_for_another_port_but_does_not_accuse() {
        assert_eq!(check(&format!("fgt-001 {A}"), HostKeyPolicy::Strict, A), Ok(()));
        let message = check(&format!("fgt-001 {B}"), HostKeyPolicy::Strict, A).unwrap_err();
        assert!(message.contains("is not known"), "{message}");
    }

    #[test]
    fn a_revoked_key_is_refused_even_where_it_is_known() {
        let known = format!("[fgt-001]:2222 {A}\n@revoked * {A}");
        for policy in [HostKeyPolicy::Strict, HostKeyPolicy::AcceptNew] {
            let message = check(&known, policy, A).unwrap_err();
            assert!(message.ends_with("which known_hosts:2:1 revokes"), "{message}");
        }
    }

    #[test]
    fn a_new_key_is_remembered_once_and_holds_for_the_run() {
        let keys = keys("");
        let target = target(HostKeyPolicy::AcceptNew);
        let (a, b) = (PublicKey::parse(A).unwrap(), PublicKey::parse(B).unwrap());
        assert_eq!(
            keys.news_for(&KnownHostsFiles::default(), &KnownHosts::default()),
            News::default()
        );
        assert_eq!(keys.expect(&target).check(&a), Ok(()));
        assert_eq!(keys.expect(&target).check(&a), Ok(()));
        assert!(keys.expect(&target).check(&b).is_err());
        assert_eq!(
            keys.news_for(&KnownHostsFiles::default(), &KnownHosts::default()).lines,
            [format!("[fgt-001]:2222 {A}")]
        );
    }

    #[test]
    fn what_others_added_meanwhile_is_neither_repeated_nor_contradicted() {
        let keys = keys("");
        let target = target(HostKeyPolicy::AcceptNew);
        let shown = PublicKey::parse(A).unwrap();
        keys.expect(&target).check(&shown).unwrap();
        let line = format!("[fgt-001]:2222 {A}");
        let news = |text: &str| {
            let mut known = KnownHosts::default();
            known.read(&SourceFile::new("known_hosts", text));
            keys.news_for(&KnownHostsFiles::default(), &known)
        };
        assert_eq!(news("").lines, std::slice::from_ref(&line));
        assert_eq!(news(&line), News::default());
        for text in [format!("[fgt-001]:2222 {B}"), format!("@revoked * {A}")] {
            assert_eq!(
                news(&text),
                News { lines: vec![], contested: vec!["[fgt-001]:2222".to_owned()] }
            );
        }
    }

    #[test]
    fn a_pinned_key_is_the_only_one() {
        let pinned = |key: &str| HostKeyPolicy::Pinned(key.to_owned());
        assert_eq!(check("", pinned(A), A), Ok(()));
        assert!(check("", pinned(B), A).unwrap_err().contains("another host key"));
        assert!(check("", pinned("junk"), A).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn known_types_are_asked_for_first() {
        let keys = keys(&format!("[fgt-001]:2222 {A}\nfgt-001 {RSA}\n"));
        let strict = target(HostKeyPolicy::Strict);
        assert_eq!(
            keys.expect(&strict).algorithms(),
            ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]
        );
        let pinned = target(HostKeyPolicy::Pinned(RSA.to_owned()));
        assert_eq!(keys.expect(&pinned).algorithms(), ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]);
        assert!(keys.expect(&target(HostKeyPolicy::Off)).algorithms().is_empty());
    }
}
