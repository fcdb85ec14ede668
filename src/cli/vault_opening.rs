//! Opens vaulted values on all processors. Each costs some milliseconds, by design, and a fleet may
//! have one for each host.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::cli::stream::say;
use crate::vault::Keyring;

/// From so many on a person is told what the time goes into.
const MANY: usize = 200;

/// Opens values. What cannot be opened is told by who uses it.
pub(super) fn open_ahead(keyring: &Keyring, ciphertexts: &[String]) {
    share(keyring, ciphertexts.len(), |at| {
        if let Some(ciphertext) = ciphertexts.get(at) {
            keyring.open(ciphertext).ok();
        }
    });
}

/// Derives the keys of files, which is what takes time.
pub(super) fn open_files_ahead(keyring: &Keyring, texts: &[&str]) {
    share(keyring, texts.len(), |at| {
        if let Some(text) = texts.get(at) {
            keyring.open_file(text).ok();
        }
    });
}

fn share(keyring: &Keyring, count: usize, open: impl Fn(usize) + Sync) {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(count);
    if workers < 2 || keyring.is_empty() {
        return;
    }
    if count >= MANY {
        say(&format!("{count} vaulted values are being opened\n"));
    }
    let next = AtomicUsize::new(0);
    let work = || loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        if at >= count {
            break;
        }
        open(at);
    };
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
}
