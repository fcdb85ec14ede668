//! One host's way through the steps of a play.

use std::pin::Pin;

use super::link::Link;
use super::port::{Clock, Connector};
use super::task_run::{Ended, TaskRun};
use crate::playbook::{Block, HostScope, PlannedPlay, Step};

/// Does one step after another, and at a failure what its blocks say.
pub(super) struct Walk<'a, 'l, C: Connector, K> {
    pub play: &'a PlannedPlay,
    pub scope: &'a mut HostScope,
    pub link: &'a mut Link<'l, C, K>,
}

/// Blocks may stand in blocks.
type Walking<'w> = Pin<Box<dyn Future<Output = Ended> + Send + 'w>>;

impl<C: Connector, K: Clock> Walk<'_, '_, C, K> {
    /// `is_caught`: whether a `rescue` further out takes over when one of them fails.
    pub fn steps<'w>(&'w mut self, steps: &'w [Step], is_caught: bool) -> Walking<'w> {
        Box::pin(async move {
            for step in steps {
                let ended = match step {
                    Step::Block(block) => self.block(block, is_caught).await,
                    Step::Task(task) => {
                        self.scope.enter_task(task.clone());
                        let run = TaskRun { play: self.play, task, is_caught };
                        run.run(self.scope, self.link).await
                    }
                };
                if !matches!(ended, Ended::On) {
                    return ended;
                }
            }
            Ended::On
        })
    }

    /// Neither `rescue` nor `always` is done for a host that is lost or has left the play.
    async fn block(&mut self, block: &Block, is_caught: bool) -> Ended {
        let is_rescued = !block.rescue.is_empty();
        let mut ended = self.steps(&block.body, is_caught || is_rescued).await;
        if is_rescued && matches!(ended, Ended::Failed(_)) {
            ended = self.steps(&block.rescue, is_caught).await;
        }
        if matches!(ended, Ended::Lost(_) | Ended::Left) {
            return ended;
        }
        match self.steps(&block.always, is_caught).await {
            Ended::On => ended,
            other => other,
        }
    }
}
