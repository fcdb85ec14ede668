//! Where hosts meet.

use std::sync::Arc;

/// A step of the way to a task: the task itself at the end, and before it the includes around it. Hosts
/// that stand in different files do not stand at the same place, whatever the numbers of their tasks.
///
/// Ways are in the order in which they are gone: an include comes before what it includes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub task: usize,
    /// Which item of its loop included the file.
    pub item: usize,
    /// The file that it included.
    pub file: Option<Arc<str>>,
}

impl Spot {
    /// A task.
    pub fn at(task: usize) -> Self {
        Self { task, item: 0, file: None }
    }

    /// Behind a task, and behind all that it included.
    pub fn behind(task: usize) -> Self {
        Self { item: usize::MAX, ..Self::at(task) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_ordered_as_they_are_gone() {
        let inside = |item, file: &str| Spot { item, file: Some(file.into()), ..Spot::at(2) };
        let ways = [
            vec![Spot::at(1)],
            vec![Spot::at(2)],
            vec![inside(0, "a.yml"), Spot::at(7)],
            vec![inside(0, "b.yml"), Spot::at(0)],
            vec![inside(1, "a.yml"), Spot::at(0)],
            vec![Spot::behind(2)],
            vec![Spot::at(3)],
        ];
        assert!(ways.is_sorted());
    }
}
