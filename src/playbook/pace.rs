//! How many hosts of a play go along at a time.

use crate::model::HostName;

/// One entry of `serial:`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BatchSize {
    /// So many hosts; 0 stands for all.
    Hosts(usize),
    /// A part of the play's hosts, rounded down, and at least one.
    Percent(f64),
}

impl BatchSize {
    fn of(self, all: usize) -> usize {
        match self {
            Self::Hosts(0) => all,
            Self::Hosts(hosts) => hosts,
            // The fraction of a host is none.
            Self::Percent(percent) => ((all as f64 * percent / 100.0) as usize).max(1),
        }
    }
}

/// Cuts hosts into batches; the last size holds for all that follow.
pub(super) fn batches(hosts: &[HostName], sizes: &[BatchSize]) -> Vec<Vec<HostName>> {
    let mut batches = Vec::new();
    let mut rest = hosts;
    let mut sizes = sizes.iter();
    let mut size = BatchSize::Hosts(0);
    while !rest.is_empty() {
        size = sizes.next().copied().unwrap_or(size);
        let (batch, tail) = rest.split_at(size.of(hosts.len()).min(rest.len()));
        batches.push(batch.to_vec());
        rest = tail;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(count: usize) -> Vec<HostName> {
        (1..=count).map(|number| HostName::from(format!("h{number:02}").as_str())).collect()
    }

    fn sizes(given: &[BatchSize]) -> Vec<usize> {
        batches(&hosts(10), given).iter().map(Vec::len).collect()
    }

    #[test]
    fn the_last_size_repeats_and_a_percentage_is_of_all() {
        use BatchSize::{Hosts, Percent};
        assert_eq!(sizes(&[]), [10]);
        assert_eq!(sizes(&[Hosts(0)]), [10]);
        assert_eq!(sizes(&[Hosts(3)]), [3, 3, 3, 1]);
        assert_eq!(sizes(&[Hosts(1), Hosts(2), Percent(50.0)]), [1, 2, 5, 2]);
        assert_eq!(sizes(&[Percent(1.0)]), [1; 10]);
        assert_eq!(sizes(&[Percent(35.0)]), [3, 3, 3, 1]);
        assert_eq!(batches(&[], &[Hosts(3)]), [[]; 0]);
    }
}
