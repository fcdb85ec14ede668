//! One host's way through the steps of a play.

use std::pin::Pin;
use std::sync::Arc;

use super::link::Link;
use super::meeting::{Done, Seat, Turn};
use super::port::{Clock, Connector};
use super::spot::Spot;
use super::task_result::Inclusion;
use super::task_run::{Ended, TaskRun};
use crate::model::{HostFailure, Stage};
use crate::playbook::{Block, HostScope, PlannedPlay, Step, Task, selected, tasks};

/// How deep included files and blocks may stand in one another, each of which takes a part of the stack:
/// a file may include itself, until its `when` ends it.
const MOST_DEEP: usize = 200;

/// The most files that one host may include in a play.
const MOST_FILES: usize = 5_000;

/// Does one step after another, and at a failure what its blocks say.
pub(super) struct Walk<'a, 'l, C: Connector, K> {
    pub play: &'a PlannedPlay,
    pub scope: &'a mut HostScope,
    pub link: &'a mut Link<'l, C, K>,
    /// Where the hosts of its batch wait for one another, when they go in step.
    pub seat: Option<&'a Seat>,
    /// The includes around the steps.
    pub path: Vec<Spot>,
    /// How many included files and blocks are around the steps.
    pub depth: usize,
    /// How many files it has included.
    pub files: usize,
    /// How many tasks it has come to, and was not stopped before.
    pub begun: usize,
}

/// Blocks may stand in blocks, and files include one another: a level takes little of the stack where
/// what is large about it is made apart.
type Walking<'w> = Pin<Box<dyn Future<Output = Ended> + Send + 'w>>;

impl<C: Connector, K: Clock> Walk<'_, '_, C, K> {
    /// `is_caught`: whether a `rescue` further out takes over when one of them fails.
    pub fn steps<'w>(&'w mut self, steps: &'w [Step], is_caught: bool) -> Walking<'w> {
        Box::pin(async move {
            for step in steps {
                let ended = match step {
                    Step::Block(block) => self.block(block, is_caught).await,
                    Step::Task(task) => match self.task(task, is_caught).await {
                        Ended::Included(files) => self.files(task, files, is_caught).await,
                        ended => ended,
                    },
                };
                if !matches!(ended, Ended::On) {
                    return ended;
                }
            }
            Ended::On
        })
    }

    fn task<'w>(&'w mut self, task: &'w Arc<Task>, is_caught: bool) -> Walking<'w> {
        Box::pin(self.in_turn(task, is_caught))
    }

    async fn in_turn(&mut self, task: &Arc<Task>, is_caught: bool) -> Ended {
        self.scope.enter_task(task.clone());
        // What is wrong with it is told when the task is run.
        let once = task.run_once.holds(self.scope, &self.link.shared.templar).unwrap_or(false);
        let Some(seat) = self.seat else {
            self.begun += 1;
            if once {
                return Ended::Failed(out_of_step(task));
            }
            return self.run(task, is_caught).await.0;
        };
        let at = [self.path.as_slice(), &[Spot::at(task.index)]].concat();
        let turn = seat.call(at, once, self.scope.known()).await;
        if matches!(turn, Turn::Go(_) | Turn::Given(_)) {
            self.begun += 1;
        }
        match turn {
            Turn::Go(company) => {
                self.scope.meet(company.peers);
                self.scope.join(company.batch, company.failed);
                company.mail.into_iter().for_each(|letter| self.scope.receive(letter));
            }
            Turn::Given(Err(failure)) => return Ended::Failed(failure),
            Turn::Given(Ok(given)) => {
                given.facts.into_iter().for_each(|letter| self.scope.receive(letter));
                given.variables.into_iter().for_each(|letter| self.scope.receive_included(letter));
                return Ended::On;
            }
            Turn::Stop(failure) => return Ended::Failed(failure),
            Turn::Halt(failure) => return Ended::Halted(failure),
            Turn::Leave => return Ended::Left,
            Turn::Back => return Ended::On,
        }
        // Sessions stay open between two tasks; how many hosts do something at once is bounded.
        let place = self.link.shared.places.acquire().await;
        let (ended, done) = self.run(task, is_caught).await;
        drop(place);
        if let Ended::Lost(failure) = ended {
            return match seat.lost(done.is_fatal).await {
                true => Ended::On,
                false => Ended::Lost(failure),
            };
        }
        seat.done(done);
        ended
    }

    async fn run(&mut self, task: &Arc<Task>, is_caught: bool) -> (Ended, Done) {
        let throttle = task.throttle.map(|most| self.link.shared.throttle(&task.place, most));
        let _place = match &throttle {
            Some(places) => places.acquire().await.ok(),
            None => None,
        };
        let run = TaskRun { play: self.play, task, path: &self.path, is_caught };
        run.run(self.scope, self.link).await
    }

    /// Neither `rescue` nor `always` is done for a host that is lost or has left the play.
    async fn block(&mut self, block: &Block, is_caught: bool) -> Ended {
        self.depth += 1;
        let ended = self.parts(block, is_caught).await;
        self.depth -= 1;
        ended
    }

    async fn parts(&mut self, block: &Block, is_caught: bool) -> Ended {
        let (is_rescued, has_end) = (!block.rescue.is_empty(), !block.always.is_empty());
        let begun = self.begun;
        let last = |steps: &[Step]| tasks(steps).last().map(|task| task.index);
        let end_of_rescue = last(&block.rescue);
        // Who needs no rescue waits for those who do.
        let end = end_of_rescue.or_else(|| last(&block.body)).filter(|_| is_rescued || has_end);
        let mut ended = self.part(&block.body, is_caught || is_rescued, end).await;
        // Who is stopped before the first task never was in this block.
        if matches!(ended, Ended::Failed(_)) && self.begun == begun {
            return ended;
        }
        if is_rescued && matches!(ended, Ended::Failed(_)) {
            let end = end_of_rescue.filter(|_| has_end);
            ended = self.part(&block.rescue, is_caught, end).await;
        }
        if matches!(ended, Ended::Lost(_) | Ended::Left | Ended::Halted(_)) {
            return ended;
        }
        match self.steps(&block.always, is_caught).await {
            Ended::On => ended,
            other => other,
        }
    }

    /// Where hosts go in step, none leaves a part of a block before all are through: what stops all at
    /// its last task is a matter of this block still, where more of the block follows. `end`: the task
    /// behind which they wait for one another.
    async fn part(&mut self, steps: &[Step], is_caught: bool, end: Option<usize>) -> Ended {
        let ended = self.steps(steps, is_caught).await;
        let (Ended::On, Some(seat), Some(last)) = (&ended, self.seat, end) else {
            return ended;
        };
        let at = [self.path.as_slice(), &[Spot::behind(last)]].concat();
        match seat.call(at, false, self.scope.known()).await {
            Turn::Go(company) => {
                self.scope.meet(company.peers);
                company.mail.into_iter().for_each(|letter| self.scope.receive(letter));
                Ended::On
            }
            Turn::Stop(failure) => Ended::Failed(failure),
            Turn::Halt(failure) => Ended::Halted(failure),
            Turn::Leave => Ended::Left,
            Turn::Given(_) | Turn::Back => Ended::On,
        }
    }

    /// Does the tasks of included files.
    async fn files(&mut self, task: &Task, files: Vec<Inclusion>, is_caught: bool) -> Ended {
        if self.depth >= MOST_DEEP {
            return Ended::Failed(endless(format!(
                "included files and blocks are more than {MOST_DEEP} deep"
            )));
        }
        for file in files {
            self.files += 1;
            if self.files > MOST_FILES {
                return Ended::Failed(endless(format!(
                    "more than {MOST_FILES} files are included"
                )));
            }
            let steps = selected(&file.steps, &|task| self.scope.wants(task));
            let outer = self.scope.enter_include(file.params);
            self.path.push(Spot { task: task.index, item: file.item, file: Some(file.path) });
            self.depth += 1;
            let ended = self.steps(&steps, is_caught).await;
            self.depth -= 1;
            self.path.pop();
            self.scope.leave_include(outer);
            if !matches!(ended, Ended::On) {
                return ended;
            }
        }
        Ended::On
    }
}

fn endless(message: String) -> HostFailure {
    let remedy = "Where a file includes itself, give the include a `when` that ends it.";
    HostFailure::new(Stage::Task, message, remedy)
}

/// Only an included file whose name is known late can hold such a task.
fn out_of_step(task: &Task) -> HostFailure {
    HostFailure::new(
        Stage::Task,
        format!("`{}` is to run once, and the hosts of this play do not go in step", task.name),
        "Write `strategy: linear` for the play.",
    )
}
