//! The checks of the fuzz targets, for a moment: on the seeds that the repository keeps, on those
//! seeds damaged, and on noise. `cargo fuzz run TARGET` goes on from there.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/checks.rs"]
mod checks;

use std::fs;
use std::path::PathBuf;

use checks::CHECKS;

/// Damaged copies of each seed, and pieces of noise for each check.
const ROUNDS: u64 = 40;

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }

    /// A copy with a few bytes changed, doubled, moved or lost.
    fn damage(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(6) {
            let (at, to) = (self.roll(bytes.len()), self.roll(bytes.len()));
            match self.roll(5) {
                0 if !bytes.is_empty() => bytes[at] = self.roll(256) as u8,
                1 => bytes.insert(at, b"\r\n #$:[]{}'\"|-~\0\x1b\xff"[self.roll(18)]),
                2 => drop(bytes.drain(at.min(to)..at.max(to))),
                3 => {
                    let part = bytes[at.min(to)..at.max(to)].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => bytes.truncate(at),
            }
        }
        bytes
    }

    fn noise(&mut self) -> Vec<u8> {
        (0..self.roll(200)).map(|_| self.roll(256) as u8).collect()
    }
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{} holds no seed", folder.display());
    seeds
}

#[test]
fn every_seed_passes_whole_and_damaged() {
    let mut dice = Dice(1);
    for (target, check) in CHECKS {
        for (path, seed) in seeds(target) {
            check(&seed);
            for round in 0..ROUNDS {
                let bytes = dice.damage(&seed);
                let passed = std::panic::catch_unwind(|| check(&bytes));
                assert!(
                    passed.is_ok(),
                    "{} damaged in round {round}: {}",
                    path.display(),
                    bytes.escape_ascii()
                );
            }
        }
    }
}

#[test]
fn noise_passes() {
    let mut dice = Dice(2);
    for (target, check) in CHECKS {
        for _ in 0..ROUNDS * 5 {
            let bytes = dice.noise();
            let passed = std::panic::catch_unwind(|| check(&bytes));
            assert!(passed.is_ok(), "{target}: {}", bytes.escape_ascii());
        }
    }
}

#[test]
fn each_check_has_a_fuzz_target() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (target, _) in CHECKS {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
        assert!(root.join("targets").join(format!("{target}.rs")).is_file(), "{target}");
    }
}
