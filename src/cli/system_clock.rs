//! The wall clock of this machine.

use jiff::Timestamp;

use crate::runner::Clock;

#[derive(Debug, Clone, Copy)]
pub(super) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one implementation")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
