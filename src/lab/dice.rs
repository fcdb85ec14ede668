//! Numbers that look random and are the same for the same seed.

/// A splitmix64 generator: enough to make a fleet look alive, and nothing more.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice that depend on a text alone, so that what a device invents about a user or a token is
    /// the same each time it is asked.
    pub fn of(text: &str) -> Self {
        // FNV-1a.
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `bound`; 0 for a `bound` of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // The remainder of a u64 by a usize fits a usize.
        if bound == 0 { 0 } else { (self.roll() % bound as u64) as usize }
    }

    /// One of `choices`.
    pub fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        choices[self.below(N)]
    }

    /// `length` characters of `alphabet`, which is ASCII.
    pub fn text(&mut self, alphabet: &[u8; 32], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(32)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
        assert_eq!(Dice::of("x").roll(), Dice::of("x").roll());
    }
}
