//! Serial numbers, each used once.

use std::collections::HashSet;

use super::character::Serial;
use super::dice::Dice;

/// Mints serials in the shapes of the real ones.
#[derive(Debug, Default)]
pub struct Mint {
    used: HashSet<String>,
}

/// Upper-case hexadecimal digits, twice, to fill an alphabet of 32.
const HEX: &[u8; 32] = b"0123456789ABCDEF0123456789ABCDEF";
const DIGITS: &[u8; 32] = b"01234567890123456789012345678901";
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

impl Mint {
    /// A token's serial: 16 characters, hexadecimal for the mobile ones alone.
    pub fn token(&mut self, serial: Serial, dice: &mut Dice) -> String {
        let (prefix, alphabet) = match serial {
            Serial::Mobile => ("FTKMOB", HEX),
            Serial::Hardware => ("FTK200", LETTERS),
            Serial::Hardware220 => ("FTK220", LETTERS),
            Serial::SeedCd => ("FTK211", LETTERS),
            Serial::Known(serial) => return serial.to_owned(),
        };
        self.unused(dice, |dice| format!("{prefix}{}", dice.text(alphabet, 10)))
    }

    /// A unit's serial, 16 characters. The prefix follows the model, roughly as the real ones do.
    pub fn device(&mut self, model: &str, dice: &mut Dice) -> String {
        let prefix = match model {
            "FortiGate-1500D" => "FG1K5D",
            "FortiGate-1801F" => "FG181F",
            "FortiGate-3001F" => "FG3K1F",
            "FortiGate-7040E" => "FG74E1",
            "FortiGate-501E" => "FG5H1E",
            "FortiGate-600E" => "FG6H0E",
            "FortiGate-601F" => "FG6H1F",
            "FortiWiFi-60F" => "FWF60F",
            "FortiGate-VM64-KVM" => "FGVMEV",
            "FortiGate-40F" => "FGT40F",
            "FortiGate-60E" => "FGT60E",
            "FortiGate-60F" => "FGT60F",
            "FortiGate-80F" => "FGT80F",
            "FortiGate-91G" => "FGT91G",
            "FortiGate-100E" => "FG100E",
            "FortiGate-100F" => "FG100F",
            "FortiGate-101F" => "FG101F",
            "FortiGate-120G" => "FG120G",
            "FortiGate-200D" => "FG200D",
            "FortiGate-200E" => "FG200E",
            _ => "FG200F",
        };
        self.unused(dice, |dice| format!("{prefix}TK{}", dice.text(DIGITS, 8)))
    }

    fn unused(&mut self, dice: &mut Dice, mut make: impl FnMut(&mut Dice) -> String) -> String {
        loop {
            let serial = make(dice);
            if self.used.insert(serial.clone()) {
                return serial;
            }
        }
    }
}
