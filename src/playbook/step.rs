//! What a play does: tasks, and blocks of them.

use std::sync::Arc;

use super::Task;

/// One entry of `tasks:`.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Task(Arc<Task>),
    Block(Block),
}

/// `block:` with what follows when one of its tasks fails. Its keywords stand on each task.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block {
    pub body: Vec<Step>,
    /// Done when a task of the body failed, which is then no failure any more.
    pub rescue: Vec<Step>,
    /// Done in any case, except for a host that is lost.
    pub always: Vec<Step>,
}

impl Block {
    fn parts(&self) -> [&[Step]; 3] {
        [&self.body, &self.rescue, &self.always]
    }
}

/// The tasks of steps in the order in which they stand, those of blocks included.
pub fn tasks(steps: &[Step]) -> Vec<&Arc<Task>> {
    let mut found = Vec::new();
    for step in steps {
        match step {
            Step::Task(task) => found.push(task),
            Step::Block(block) => found.extend(block.parts().into_iter().flat_map(tasks)),
        }
    }
    found
}

/// The steps with those tasks alone that are wanted; blocks of which nothing is left are gone.
pub fn selected(steps: &[Step], is_wanted: &dyn Fn(&Task) -> bool) -> Vec<Step> {
    let kept = |step: &Step| match step {
        Step::Task(task) => is_wanted(task).then(|| step.clone()),
        Step::Block(block) => {
            let [body, rescue, always] = block.parts().map(|steps| selected(steps, is_wanted));
            let is_left = !(body.is_empty() && always.is_empty());
            is_left.then_some(Step::Block(Block { body, rescue, always }))
        }
    };
    steps.iter().filter_map(kept).collect()
}
