//! `known_hosts`, read once.

use std::collections::HashMap;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::PublicKey;
use crate::model::{InputIssue, Place, SourceFile, matches_wildcards};

/// The host keys of one or more `known_hosts` files, as sshd(8) describes the format: plain and
/// hashed names, `[host]:port`, wildcards and negation, `@revoked`.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
    /// Entries by each of their names, for those that list plain names only.
    by_name: HashMap<String, Vec<usize>>,
    /// The others, which must be asked one by one.
    by_pattern: Vec<usize>,
}

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    names: Names,
    pub(super) key: PublicKey,
    pub(super) place: Place,
    revoked: bool,
}

/// The first field of a line.
#[derive(Debug, Clone)]
enum Names {
    /// Patterns in lower case; a leading `!` negates.
    Listed(Vec<String>),
    /// `|1|salt|hash`: HMAC-SHA1 of one name. Every host has to be tried on every such line; once a
    /// line is understood, no other host is.
    Hashed { code: Box<Hmac<Sha1>>, hash: Vec<u8>, name: OnceLock<String> },
}

/// What the files say of one address.
#[derive(Debug, Clone, Default)]
pub(super) struct Known<'a> {
    /// Keys under its name, the port included unless it is 22.
    pub(super) keys: Vec<&'a Entry>,
    /// Keys under its bare name, where the port is not 22. They vouch for it as well, but that
    /// it differs from them proves nothing.
    pub(super) on_port_22: Vec<&'a Entry>,
    pub(super) revoked: Vec<&'a Entry>,
}

impl<'a> Known<'a> {
    /// What another file says, behind it.
    pub(super) fn and(mut self, other: Known<'a>) -> Self {
        self.keys.extend(other.keys);
        self.on_port_22.extend(other.on_port_22);
        self.revoked.extend(other.revoked);
        self
    }
}

impl KnownHosts {
    /// Adds the lines of `source`; files that stand first are shown first. Lines that cannot be
    /// used are passed over, as OpenSSH does, each with a warning.
    pub fn read(&mut self, source: &SourceFile) -> Vec<InputIssue> {
        let mut issues = Vec::new();
        for (number, line) in (1..).zip(source.text.lines()) {
            let place = Place::new(source.name.clone(), number, 1);
            match Entry::parse(line, &place) {
                Ok(Some(entry)) => self.add(entry),
                Ok(None) => {}
                Err(message) => issues.push(
                    InputIssue::warning(message)
                        .at(place, u32::try_from(line.chars().count()).unwrap_or(u32::MAX)),
                ),
            }
        }
        issues
    }

    /// How many keys are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add(&mut self, entry: Entry) {
        let index = self.entries.len();
        match &entry.names {
            Names::Listed(names) if !names.iter().any(|name| name.contains(['*', '?', '!'])) => {
                for name in names {
                    self.by_name.entry(name.clone()).or_default().push(index);
                }
            }
            _ => self.by_pattern.push(index),
        }
        self.entries.push(entry);
    }

    pub(super) fn lookup(&self, address: &str, port: u16) -> Known<'_> {
        let name = name_of(address, port);
        let mut known = Known::default();
        for entry in self.under(&name) {
            if entry.revoked { known.revoked.push(entry) } else { known.keys.push(entry) }
        }
        if port != 22 {
            for entry in self.under(&name_of(address, 22)) {
                if entry.revoked { known.revoked.push(entry) } else { known.on_port_22.push(entry) }
            }
        }
        known
    }

    /// Whether `key` is the one of a name, as in `[host]:port`; `None` when none is known.
    pub(super) fn has(&self, name: &str, key: &PublicKey) -> Option<bool> {
        let (revoked, keys): (Vec<_>, Vec<_>) =
            self.under(name).into_iter().partition(|entry| entry.revoked);
        if revoked.iter().any(|entry| entry.key == *key) {
            return Some(false);
        }
        (!keys.is_empty()).then(|| keys.iter().any(|entry| entry.key == *key))
    }

    /// The entries under one name, in file order.
    fn under<'a>(&'a self, name: &str) -> Vec<&'a Entry> {
        let mut found = self.by_name.get(name).cloned().unwrap_or_default();
        found
            .extend(self.by_pattern.iter().filter(|index| self.entries[**index].names.cover(name)));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|index| &self.entries[index]).collect()
    }
}

/// The name under which `known_hosts` lists an address.
pub(super) fn name_of(address: &str, port: u16) -> String {
    let address = address.to_lowercase();
    if port == 22 { address } else { format!("[{address}]:{port}") }
}

impl Entry {
    /// Reads one line; `None` for a blank one or a comment.
    fn parse(line: &str, place: &Place) -> Result<Option<Self>, String> {
        let line = line.trim_matches([' ', '\t', '\r']);
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let (mut names, mut rest) = split(line);
        let revoked = match names {
            "@revoked" => true,
            "@cert-authority" => {
                return Err("certificate authorities are not supported: this line is passed over"
                    .to_owned());
            }
            marker if marker.starts_with('@') => {
                return Err("unknown marker: this line is passed over".to_owned());
            }
            _ => false,
        };
        if revoked {
            (names, rest) = split(rest);
        }
        let key = PublicKey::parse(rest)
            .ok_or("no host key that can be read: this line is passed over")?;
        let names = Names::parse(names)?;
        Ok(Some(Self { names, key, place: place.clone(), revoked }))
    }
}

fn split(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    (first, rest.trim_start_matches([' ', '\t']))
}

impl Names {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let Some(hashed) = text.strip_prefix('|') else {
            return Ok(Self::Listed(text.split(',').map(str::to_lowercase).collect()));
        };
        let wrong = "no hashed name that can be read: this line is passed over";
        let mut parts = hashed.split('|');
        let (Some("1"), Some(salt), Some(hash), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong);
        };
        let salt = STANDARD.decode(salt).map_err(|_| wrong)?;
        let hash = STANDARD.decode(hash).map_err(|_| wrong)?;
        let code = Box::new(Hmac::new_from_slice(&salt).map_err(|_| wrong)?);
        Ok(Self::Hashed { code, hash, name: OnceLock::new() })
    }

    fn cover(&self, name: &str) -> bool {
        match self {
            Self::Listed(patterns) => {
                let mut matched = false;
                for pattern in patterns {
                    match pattern.strip_prefix('!') {
                        Some(negated) if matches_wildcards(negated, name) => return false,
                        Some(_) => {}
                        None => matched |= matches_wildcards(pattern, name),
                    }
                }
                matched
            }
            Self::Hashed { code, hash, name: known } => {
                if let Some(known) = known.get() {
                    return known == name;
                }
                let mut code = Hmac::clone(code);
                code.update(name.as_bytes());
                let is_it = code.verify_slice(hash).is_ok();
                if is_it {
                    known.get_or_init(|| name.to_owned());
                }
                is_it
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKbHDsutcO0XF0+rPPXK2CrW5OhInqc71T1JvpKnCaSC";

    fn read(text: &str) -> (KnownHosts, Vec<String>) {
        let mut known = KnownHosts::default();
        let issues = known.read(&SourceFile::new("known_hosts", text));
        (known, issues.iter().map(ToString::to_string).collect())
    }

    /// How many keys are under the name, on port 22 as a fallback, and revoked.
    fn found(text: &str, address: &str, port: u16) -> (usize, usize, usize) {
        let (hosts, _) = read(text);
        let known = hosts.lookup(address, port);
        (known.keys.len(), known.on_port_22.len(), known.revoked.len())
    }

    #[test]
    fn names_are_found_plain_listed_and_in_any_case() {
        let line = format!("fgt-001,10.0.0.1,FGT-001.Example.NET {A}");
        assert_eq!(found(&line, "fgt-001", 22), (1, 0, 0));
        assert_eq!(found(&line, "10.0.0.1", 22), (1, 0, 0));
        assert_eq!(found(&line, "Fgt-001.example.net", 22), (1, 0, 0));
        assert_eq!(found(&line, "fgt-00", 22), (0, 0, 0));
    }

    #[test]
    fn a_port_is_part_of_the_name_and_the_bare_name_only_vouches() {
        assert_eq!(found(&format!("[fgt-001]:2222 {A}"), "fgt-001", 2222), (1, 0, 0));
        assert_eq!(found(&format!("[fgt-001]:2222 {A}"), "fgt-001", 22), (0, 0, 0));
        assert_eq!(found(&format!("fgt-001 {A}"), "fgt-001", 2222), (0, 1, 0));
    }

    #[test]
    fn wildcards_and_negation() {
        let line = format!("*.example.net,!lab?.example.net {A}");
        assert_eq!(found(&line, "fgt.example.net", 22), (1, 0, 0));
        assert_eq!(found(&line, "lab1.example.net", 22), (0, 0, 0));
        assert_eq!(found(&line, "lab12.example.net", 22), (1, 0, 0));
        assert_eq!(found(&line, "example.net", 22), (0, 0, 0));
        assert_eq!(found(&format!("!fgt-001 {A}"), "fgt-002", 22), (0, 0, 0));
        assert_eq!(found(&format!("[*]:2222 {A}"), "fgt-001", 2222), (1, 0, 0));
    }

    #[test]
    fn hashed_names() {
        // Written by `ssh-keygen -H` for `fgt-001` and `[fgt-001]:2222`.
        let lines = format!(
            "|1|F36Sj0BPy4yM3prB+R++wPpODKo=|V3NLwbXFfX3pz77/lVcvTbM/Z3s= {A}\n|1|fVo8IeSvIcpfGLnI0xrXkPnHgVw=|C6xjrSzOqy7ayuPtTRyTABzz3d0= {A}\n"
        );
        assert_eq!(found(&lines, "FGT-001", 22), (1, 0, 0));
        assert_eq!(found(&lines, "fgt-001", 2222), (1, 1, 0));
        assert_eq!(found(&lines, "fgt-002", 22), (0, 0, 0));
        // What is remembered of a line is its name, and no other.
        let hosts = read(&lines).0;
        for (address, port, count) in
            [("fgt-002", 22, 0), ("fgt-001", 22, 1), ("fgt-002", 22, 0), ("fgt-001", 22, 1)]
        {
            assert_eq!(hosts.lookup(address, port).keys.len(), count, "{address}");
        }
    }

    #[test]
    fn revoked_keys_are_kept_apart() {
        assert_eq!(found(&format!("@revoked fgt-001 {A}"), "fgt-001", 22), (0, 0, 1));
        assert_eq!(found(&format!("@revoked * {A}\nfgt-001 {A}"), "fgt-001", 2222), (0, 1, 2));
    }

    #[test]
    fn what_cannot_be_used_is_passed_over_and_said() {
        let (hosts, issues) = read(&format!(
            "# comment\n\n   \n@cert-authority *.example.net {A}\n@what x {A}\nfgt-001\n\
             fgt-001 1024 35 1234567890\n|1|short {A}\n|1|?|? {A}\nfgt-001 ssh-rsa AAAA\n\
             \tfgt-002\t{A}\tcomment here\r\n"
        ));
        assert_eq!(hosts.len(), 1);
        assert_eq!(hosts.lookup("fgt-002", 22).keys[0].place.to_string(), "known_hosts:11:1");
        assert_eq!(
            issues,
            [
                "known_hosts:4:1: certificate authorities are not supported: this line is passed over",
                "known_hosts:5:1: unknown marker: this line is passed over",
                "known_hosts:6:1: no host key that can be read: this line is passed over",
                "known_hosts:7:1: no host key that can be read: this line is passed over",
                "known_hosts:8:1: no hashed name that can be read: this line is passed over",
                "known_hosts:9:1: no hashed name that can be read: this line is passed over",
                "known_hosts:10:1: no host key that can be read: this line is passed over",
            ]
        );
    }
}
