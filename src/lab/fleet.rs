//! The simulated fleet.

use super::cast::CAST;
use super::device::Device;
use super::expected::Expected;
use super::fault::Fault;
use super::foundry::Foundry;

/// Simulated units, the same for the same number and seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    devices: Vec<Device>,
}

impl Fleet {
    /// The hand-made units, which the inventory in `inventories/lab` lists.
    pub const CHARACTERS: usize = CAST.len();

    /// The seed of the inventory in `inventories/lab`.
    pub const SEED: u64 = 20_261_124;

    /// A fleet of `devices` units: the hand-made ones first, ordinary ones beyond.
    pub fn new(devices: usize, seed: u64) -> Self {
        let mut foundry = Foundry::new(seed);
        for number in 0..devices {
            match CAST.get(number) {
                Some(character) => foundry.cast(character),
                None => foundry.ordinary(number + 1),
            }
        }
        Self { devices: foundry.into_devices() }
    }

    /// A fleet of `devices` units that have these faults in turn.
    pub fn faulty(devices: usize, seed: u64, faults: &[Fault]) -> Self {
        let mut foundry = Foundry::new(seed);
        for (number, fault) in (1..=devices).zip(faults.iter().cycle()) {
            foundry.faulty(*fault, number);
        }
        Self { devices: foundry.into_devices() }
    }

    /// Units that are all alike, to measure with: from the one with the number `first` on, so that
    /// two labs can serve one fleet.
    pub fn uniform(first: usize, devices: usize, tokens: usize, seed: u64) -> Self {
        // Serials differ from one lab to the other.
        let mut foundry = Foundry::new(seed ^ first as u64);
        for number in first..first + devices {
            foundry.uniform(number, tokens);
        }
        Self { devices: foundry.into_devices() }
    }

    /// A fleet of these units, such as one in which a unit was replaced.
    pub fn of(devices: Vec<Device>) -> Self {
        Self { devices }
    }

    /// The same units when none of them reaches its token server.
    pub fn cut_off(mut self) -> Self {
        for device in &mut self.devices {
            device.token_server = "unreachable";
        }
        self
    }

    /// The units in the order of the inventory.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    pub fn device(&self, name: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// What an audit of this fleet must find.
    pub fn expected(&self) -> Expected {
        Expected::of(self)
    }

    /// Everything in the configurations that must never be seen in an output.
    pub fn secrets(&self) -> Vec<String> {
        self.devices.iter().flat_map(Device::secrets).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn units_that_are_all_alike_have_as_many_tokens_and_serials_of_their_own() {
        let (first, second) =
            (Fleet::uniform(1, 20, 50, Fleet::SEED), Fleet::uniform(21, 20, 50, Fleet::SEED));
        let units: Vec<_> = first.devices().iter().chain(second.devices()).collect();
        assert_eq!((units[0].name.as_str(), units[39].name.as_str()), {
            ("fgt-unit-00001", "fgt-unit-00040")
        });
        let mut serials = HashSet::new();
        for unit in units {
            assert_eq!((unit.vdoms.len(), unit.vdoms[0].tokens.len()), (1, 50));
            serials.extend(unit.vdoms[0].tokens.iter().map(|token| &token.serial));
        }
        assert_eq!(serials.len(), 40 * 50);
    }
}
