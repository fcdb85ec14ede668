//! What a server has to offer: libssh2 knows, and does not tell.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::algorithms::Part;
use super::fault::printable;

/// Greeting, version line and the packet together are never larger.
const MOST_BYTES: usize = 64 * 1024;
/// Names in one list, and letters in one name, beyond which nobody reads.
const MOST_NAMES: usize = 40;
const MOST_LETTERS: usize = 64;

const KEXINIT: u8 = 20;

/// The version line of a server, and its lists of algorithms (RFC 4253, section 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub version: String,
    /// In the order of [`Part::ALL`]. Of ciphers and codes, those towards the server.
    pub lists: [Vec<String>; 4],
}

impl Offer {
    pub fn of(&self, part: Part) -> &[String] {
        let index = Part::ALL.iter().position(|known| *known == part).unwrap_or_default();
        &self.lists[index]
    }

    /// Asks a server that was just connected to. It says this in clear text, and before anything
    /// else; the connection is of no use afterwards.
    pub async fn ask(mut socket: impl AsyncReadExt + AsyncWriteExt + Unpin) -> io::Result<Self> {
        socket.write_all(b"SSH-2.0-tokenfleet\r\n").await?;
        let mut said = Vec::new();
        loop {
            if let Some(offer) = read(&said)? {
                return Ok(offer);
            }
            let mut chunk = [0; 4096];
            let count = socket.read(&mut chunk).await?;
            if count == 0 || said.len() + count > MOST_BYTES {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            said.extend_from_slice(&chunk[..count]);
        }
    }
}

/// The offer in what a server has said so far; `None` while something is missing.
fn read(said: &[u8]) -> io::Result<Option<Offer>> {
    let mut rest = said;
    let version = loop {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
        let (line, after) = rest.split_at(end + 1);
        rest = after;
        if line.starts_with(b"SSH-") {
            break printable(&String::from_utf8_lossy(line));
        }
    };
    let Some((length, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if length > MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let Some(packet) = rest.get(..length) else { return Ok(None) };
    match lists(packet) {
        Some(lists) => Ok(Some(Offer { version, lists })),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// The lists that matter: behind the length of the padding, the message's number and a cookie.
fn lists(packet: &[u8]) -> Option<[Vec<String>; 4]> {
    let (head, mut rest) = packet.split_first_chunk::<18>()?;
    if head[1] != KEXINIT {
        return None;
    }
    let mut next = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (names, after) = after.split_at_checked(length)?;
        rest = after;
        Some(names_in(names))
    };
    let (key_exchange, host_key) = (next()?, next()?);
    let (cipher, _, mac) = (next()?, next()?, next()?);
    Some([key_exchange, host_key, cipher, mac])
}

fn names_in(list: &[u8]) -> Vec<String> {
    let is_name = |name: &&[u8]| {
        !name.is_empty() && name.len() <= MOST_LETTERS && name.iter().all(u8::is_ascii_graphic)
    };
    let names = list.split(|byte| *byte == b',').filter(is_name).take(MOST_NAMES);
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(lists: &[&str]) -> Vec<u8> {
        let mut body = vec![4, KEXINIT];
        body.extend([7; 16]);
        for list in lists {
            body.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
            body.extend(list.as_bytes());
        }
        body.extend([0; 9]);
        [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat()
    }

    fn said() -> Vec<u8> {
        let lists =
            ["a-kex,b-kex", "ssh-rsa", "aes128-cbc", "x", "hmac-sha1", "y", "none", "none", "", ""];
        [b"Welcome\r\nSSH-2.0-Old\r\n".to_vec(), packet(&lists)].concat()
    }

    #[test]
    fn an_offer_is_read_once_it_is_whole() {
        let said = said();
        for end in 0..said.len() {
            assert_eq!(read(&said[..end]).unwrap(), None, "{end}");
        }
        let offer = read(&said).unwrap().unwrap();
        assert_eq!(offer.version, "SSH-2.0-Old");
        assert_eq!(offer.of(Part::KeyExchange), ["a-kex", "b-kex"]);
        assert_eq!(offer.of(Part::HostKey), ["ssh-rsa"]);
        assert_eq!(offer.of(Part::Cipher), ["aes128-cbc"]);
        assert_eq!(offer.of(Part::Mac), ["hmac-sha1"]);
    }

    #[test]
    fn names_that_no_terminal_should_see_are_left_out() {
        let long = "x".repeat(65);
        let many = vec!["n"; 100].join(",");
        let packet = packet(&[&format!("good,\u{1b}[2J,,{long}"), &many, "", "", ""]);
        let offer = read(&[b"SSH-2.0-x\n".to_vec(), packet].concat()).unwrap().unwrap();
        assert_eq!(offer.of(Part::KeyExchange), ["good"]);
        assert_eq!(offer.of(Part::HostKey).len(), MOST_NAMES);
    }

    #[tokio::test]
    async fn a_server_that_goes_on_and_on_is_left() {
        let error = Offer::ask(tokio::io::join(tokio::io::repeat(b'x'), tokio::io::sink())).await;
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #[test]
        fn nothing_that_a_server_says_is_a_panic(
            noise in proptest::collection::vec(any::<u8>(), 0..200),
            cut in 0_usize..200,
        ) {
            let mut said = said();
            said.truncate(said.len().saturating_sub(cut));
            said.extend(noise);
            let _ = read(&said);
        }
    }
}
