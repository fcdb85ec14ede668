//! Which algorithms are offered to whom.

use async_ssh2_lite::ssh2::MethodType;

use super::offer::Offer;
use crate::model::{HostFailure, Negotiated, Stage};

/// Something that the two sides of a connection must agree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    KeyExchange,
    HostKey,
    Cipher,
    Mac,
}

impl Part {
    pub const ALL: [Self; 4] = [Self::KeyExchange, Self::HostKey, Self::Cipher, Self::Mac];

    /// What libssh2 calls it; both directions where there are two.
    pub fn methods(self) -> &'static [MethodType] {
        match self {
            Self::KeyExchange => &[MethodType::Kex],
            Self::HostKey => &[MethodType::HostKey],
            Self::Cipher => &[MethodType::CryptCs, MethodType::CryptSc],
            Self::Mac => &[MethodType::MacCs, MethodType::MacSc],
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::KeyExchange => "key exchange method",
            Self::HostKey => "host key type",
            Self::Cipher => "cipher",
            Self::Mac => "message authentication code",
        }
    }
}

/// What is offered of one part, the best first: what libssh2 has, without what is too weak. With
/// `legacy` the algorithms of the SHA-1 era stand behind the others.
///
/// Certificates are left out, since there is nothing to hold them against; and so is the exchange
/// over a group of 1024 bits, which is within reach of those who would want to listen.
pub(super) fn offered<'s>(supported: &[&'s str], legacy: bool) -> Vec<&'s str> {
    let usable = supported.iter().copied().filter(|name| {
        is_algorithm(name)
            && !name.contains("-cert-")
            && !name.contains("group1-")
            && (legacy || !is_old(name))
    });
    let (old, mut current): (Vec<_>, Vec<_>) = usable.partition(|name| is_old(name));
    // libssh2 would begin with ChaCha20, which costs thrice what AES does on a processor that has
    // instructions for it, and on a FortiGate, which has a part of its own.
    current.sort_by_key(|name| !name.contains("-gcm@"));
    [current, old].concat()
}

/// Whether an algorithm rests on SHA-1. `ssh-rsa` does: it is the name of a key as well, but here
/// of how it signs.
fn is_old(name: &str) -> bool {
    name == "ssh-rsa" || name.contains("sha1")
}

/// How an RSA key may sign a login, the best first.
pub(super) fn signatures(legacy: bool) -> &'static str {
    if legacy { "rsa-sha2-512,rsa-sha2-256,ssh-rsa" } else { "rsa-sha2-512,rsa-sha2-256" }
}

/// What libssh2 has of every part, in its own order.
#[derive(Debug, Clone, Default)]
pub(super) struct Supported(pub Vec<(Part, Vec<String>)>);

/// Whether a name in a list is an algorithm; others say what a side understands, and libssh2 adds
/// its own by itself.
fn is_algorithm(name: &str) -> bool {
    !name.starts_with("ext-info-") && !name.starts_with("kex-strict-")
}

/// What the two sides have not in common, if anything: both lists, and the setting that helps.
pub(super) fn disagreement(
    offer: &Offer,
    supported: &Supported,
    legacy: bool,
) -> Option<HostFailure> {
    let mut missing = Vec::new();
    let mut legacy_helps = !legacy;
    for (part, supported) in &supported.0 {
        let supported: Vec<&str> = supported.iter().map(String::as_str).collect();
        let theirs = offer.of(*part);
        let common = |ours: &[&str]| {
            ours.iter().any(|name| is_algorithm(name) && theirs.iter().any(|their| their == name))
        };
        let ours = offered(&supported, legacy);
        if common(&ours) {
            continue;
        }
        legacy_helps &= common(&offered(&supported, true));
        missing.push(format!(
            "no {} in common (it offers {}; tokenfleet {})",
            part.as_str(),
            listed(theirs.iter().map(String::as_str)),
            listed(ours.into_iter()),
        ));
    }
    if missing.is_empty() {
        return None;
    }
    let remedy = if legacy_helps {
        "Set `ssh_legacy: true` for this host or its group, which allows algorithms of the SHA-1 era; \
         or allow a current one on the device (`config system ssh-config`, or `config system global` \
         before 7.4.4)."
    } else {
        "Allow a current algorithm on the device (`config system ssh-config`, or `config system \
         global` before 7.4.4)."
    };
    let message =
        format!("the device and tokenfleet have {} ({})", missing.join(", and "), offer.version);
    Some(HostFailure::new(Stage::Handshake, message, remedy))
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.filter(|name| is_algorithm(name)).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// What was agreed on, from what libssh2 says of each part.
pub(super) fn negotiated(
    server: Option<&str>,
    agreed: impl Fn(MethodType) -> Option<String>,
) -> Negotiated {
    let of = |kind| agreed(kind).unwrap_or_default();
    let cipher = of(MethodType::CryptCs);
    // Such a cipher proves by itself that nothing was changed.
    let is_whole = cipher.contains("gcm") || cipher.contains("poly1305");
    Negotiated {
        server: server.map(super::fault::printable).unwrap_or_default(),
        key_exchange: of(MethodType::Kex),
        host_key: of(MethodType::HostKey),
        mac: (!is_whole).then(|| of(MethodType::MacCs)),
        cipher,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEX: [&str; 6] = [
        "curve25519-sha256",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group-exchange-sha256",
        "ext-info-c",
        "kex-strict-c-v00@openssh.com",
    ];

    fn supported() -> Supported {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Supported(vec![
            (Part::KeyExchange, own(&KEX)),
            (Part::HostKey, own(&["ssh-ed25519", "rsa-sha2-512", "ssh-rsa"])),
            (Part::Cipher, own(&["aes256-ctr", "aes128-cbc"])),
            (Part::Mac, own(&["hmac-sha2-256", "hmac-sha1"])),
        ])
    }

    fn offer(lists: [&[&str]; 4]) -> Offer {
        Offer {
            version: "SSH-2.0-x".to_owned(),
            lists: lists.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        }
    }

    #[test]
    fn the_sha_1_era_is_offered_by_request_only_and_last() {
        assert_eq!(
            offered(&KEX, false),
            ["curve25519-sha256", "diffie-hellman-group-exchange-sha256"]
        );
        assert_eq!(offered(&KEX, true).last(), Some(&"diffie-hellman-group14-sha1"));
        let keys = ["ssh-rsa", "rsa-sha2-256", "ssh-ed25519-cert-v01@openssh.com"];
        assert_eq!(offered(&keys, false), ["rsa-sha2-256"]);
        assert_eq!(offered(&keys, true), ["rsa-sha2-256", "ssh-rsa"]);
        let codes = ["hmac-sha2-256", "hmac-sha1", "hmac-sha1-etm@openssh.com"];
        assert_eq!(offered(&codes, false), ["hmac-sha2-256"]);
    }

    #[test]
    fn what_is_not_in_common_is_told_with_both_lists() {
        let old = offer([
            &["diffie-hellman-group14-sha1", "ext-info-s"],
            &["ssh-rsa"],
            &["aes128-cbc"],
            &["hmac-sha1"],
        ]);
        let failure = disagreement(&old, &supported(), false).unwrap();
        assert_eq!(
            failure.message,
            "the device and tokenfleet have no key exchange method in common (it offers \
             diffie-hellman-group14-sha1; tokenfleet curve25519-sha256, \
             diffie-hellman-group-exchange-sha256), and no host key type in common (it offers \
             ssh-rsa; tokenfleet ssh-ed25519, rsa-sha2-512), and no message authentication code in \
             common (it offers hmac-sha1; tokenfleet hmac-sha2-256) (SSH-2.0-x)"
        );
        assert!(failure.remedy.contains("`ssh_legacy: true`"), "{}", failure.remedy);
        assert_eq!(disagreement(&old, &supported(), true), None);
    }

    #[test]
    fn the_setting_is_named_only_where_it_helps() {
        let alien = offer([&["sntrup761"], &["ssh-ed25519"], &["aes256-ctr"], &[]]);
        for legacy in [false, true] {
            let failure = disagreement(&alien, &supported(), legacy).unwrap();
            assert!(!failure.remedy.contains("ssh_legacy"), "{}", failure.remedy);
            assert!(failure.message.contains("(it offers nothing; "), "{failure}");
        }
    }
}
