//! Which hosts show the same unit: one FortiGate under two names, or the members of one cluster.

use std::collections::HashMap;

use super::device::DeviceFacts;

/// For each device, in order, the number of its unit. Two devices have the same number when they
/// have a serial in common, their own or a cluster member's, directly or through a third.
pub(super) fn units<'a>(devices: impl Iterator<Item = &'a DeviceFacts>) -> Vec<usize> {
    let mut parents: Vec<usize> = Vec::new();
    let mut first_with: HashMap<&str, usize> = HashMap::new();
    for (index, device) in devices.enumerate() {
        parents.push(index);
        let members = device.ha.iter().flat_map(|ha| &ha.members).map(|member| &*member.serial);
        for serial in device.serial().into_iter().chain(members) {
            let known = *first_with.entry(serial).or_insert(index);
            let (one, other) = (root(&parents, known), root(&parents, index));
            parents[one.max(other)] = one.min(other);
        }
    }
    (0..parents.len()).map(|index| root(&parents, index)).collect()
}

fn root(parents: &[usize], mut index: usize) -> usize {
    while parents[index] != index {
        index = parents[index];
    }
    index
}
