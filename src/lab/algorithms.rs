//! What the SSH servers of the units offer.

use std::borrow::Cow;
use std::time::Duration;

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::server::Config;
use russh::{Limits, MethodKind, MethodSet, Preferred, SshId, cipher, kex, mac};

use super::device::{Algorithms, Device};
use super::dice::Dice;
use super::fault::Fault;

/// What every unit names itself. The server appends the end of the line.
const VERSION: &str = "SSH-2.0-lab";
pub const VERSION_LINE: &str = "SSH-2.0-lab\r\n";

/// A key that is the same for the same seed. It protects nothing but the lab.
pub fn host_key(seed: u64) -> PrivateKey {
    let mut dice = Dice::new(seed ^ 0x5353_4820_6b65_7921);
    let mut bytes = [0_u8; 32];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&dice.roll().to_le_bytes());
    }
    PrivateKey::from(Ed25519Keypair::from_seed(&bytes))
}

/// The configuration of a unit's SSH server.
pub fn configuration(device: &Device, key: PrivateKey) -> Config {
    let login = &device.login;
    let methods: &[MethodKind] = if login.interactive {
        &[MethodKind::KeyboardInteractive]
    } else {
        &[MethodKind::Password, MethodKind::KeyboardInteractive]
    };
    Config {
        server_id: SshId::Standard(Cow::Borrowed(VERSION)),
        methods: MethodSet::from(methods),
        // A real unit takes its time; tests do not want to.
        auth_rejection_time: Duration::from_millis(100),
        auth_rejection_time_initial: Some(Duration::ZERO),
        // `admin-lockout-threshold`
        max_auth_attempts: 3,
        keys: vec![key],
        preferred: preferred(device),
        limits: Limits::default(),
        // `admintimeout`, five minutes.
        inactivity_timeout: Some(Duration::from_secs(300)),
        // Answers are small; a thousand units share this process.
        window_size: 256 * 1024,
        channel_buffer_size: 8,
        nodelay: true,
        ..Config::default()
    }
}

fn preferred(device: &Device) -> Preferred {
    let strict = kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER;
    let (kex, cipher, mac) = match device.login.algorithms {
        _ if device.fault == Some(Fault::Sha1Only) => (
            vec![kex::DH_G14_SHA1, kex::DH_G1_SHA1],
            vec![cipher::AES_128_CBC],
            vec![mac::HMAC_SHA1],
        ),
        Algorithms::Strong => (
            vec![
                kex::CURVE25519,
                kex::CURVE25519_PRE_RFC_8731,
                kex::ECDH_SHA2_NISTP256,
                kex::DH_GEX_SHA256,
                strict,
            ],
            vec![cipher::AES_256_GCM, cipher::CHACHA20_POLY1305, cipher::AES_256_CTR],
            vec![mac::HMAC_SHA256_ETM, mac::HMAC_SHA256, mac::HMAC_SHA512],
        ),
        Algorithms::Hardened => (
            vec![kex::DH_GEX_SHA256],
            vec![cipher::AES_256_CTR, cipher::AES_256_GCM],
            vec![mac::HMAC_SHA256],
        ),
        Algorithms::Old => (
            vec![kex::DH_G14_SHA1, kex::DH_GEX_SHA256],
            vec![cipher::AES_256_CBC, cipher::AES_128_CBC],
            vec![mac::HMAC_SHA1, mac::HMAC_SHA256],
        ),
    };
    Preferred { kex: kex.into(), cipher: cipher.into(), mac: mac.into(), ..Preferred::DEFAULT }
}
