//! `order:`: which of a play's hosts come first.

use crate::model::HostName;

/// The order of a play's hosts, by Ansible's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the pattern gives them.
    #[default]
    Inventory,
    ReverseInventory,
    /// By name.
    Sorted,
    ReverseSorted,
    Shuffle,
}

impl Order {
    pub const NAMES: [&'static str; 5] =
        ["inventory", "reverse_inventory", "sorted", "reverse_sorted", "shuffle"];

    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "inventory" => Self::Inventory,
            "reverse_inventory" => Self::ReverseInventory,
            "sorted" => Self::Sorted,
            "reverse_sorted" => Self::ReverseSorted,
            "shuffle" => Self::Shuffle,
            _ => return None,
        })
    }

    /// Puts hosts into this order; `seed` decides how they are shuffled.
    pub fn arrange(self, hosts: &mut [HostName], seed: u64) {
        match self {
            Self::Inventory => {}
            Self::ReverseInventory => hosts.reverse(),
            Self::Sorted => hosts.sort_unstable(),
            Self::ReverseSorted => hosts.sort_unstable_by(|a, b| b.cmp(a)),
            Self::Shuffle => shuffle(hosts, seed),
        }
    }
}

/// Fisher and Yates, by the numbers of a xorshift generator: spread enough for an order.
fn shuffle(hosts: &mut [HostName], seed: u64) {
    let mut state = seed | 1;
    for end in (1..hosts.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let other = state % (end as u64 + 1);
        hosts.swap(end, usize::try_from(other).unwrap_or(end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(order: &str, seed: u64) -> String {
        let mut hosts: Vec<HostName> = ["b", "a", "d", "c"].map(HostName::from).into();
        Order::named(order).unwrap().arrange(&mut hosts, seed);
        hosts.iter().map(HostName::as_str).collect()
    }

    #[test]
    fn each_order_is_ansible_s() {
        let arranged = |order| arranged(order, 0);
        assert_eq!(arranged("inventory"), "badc");
        assert_eq!(arranged("reverse_inventory"), "cdab");
        assert_eq!(arranged("sorted"), "abcd");
        assert_eq!(arranged("reverse_sorted"), "dcba");
        assert!(Order::NAMES.iter().all(|name| Order::named(name).is_some()));
    }

    #[test]
    fn shuffling_keeps_all_and_differs_from_time_to_time() {
        let orders: std::collections::HashSet<String> =
            (0..40).map(|seed| arranged("shuffle", seed * 7919)).collect();
        assert!(orders.len() > 4, "{orders:?}");
        for order in orders {
            let mut letters: Vec<char> = order.chars().collect();
            letters.sort_unstable();
            assert_eq!(letters, ['a', 'b', 'c', 'd']);
        }
    }
}
