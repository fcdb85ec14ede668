//! How fast connections begin through each jump host.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::model::Target;

/// Bounds how many sessions begin in one second through each jump host, whoever logs in there.
#[derive(Debug)]
pub(super) struct Ramp {
    /// `None`: as many as there are.
    per_second: Option<NonZeroU32>,
    /// By address and port.
    starts: StdMutex<HashMap<(String, u16), Starts>>,
}

/// The moments at which sessions through one jump host may begin.
type Starts = Arc<Mutex<Interval>>;

impl Ramp {
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        Self { per_second, starts: StdMutex::default() }
    }

    /// Waits for the moment to begin a session through `hop`: first come, first served.
    pub async fn turn(&self, hop: &Target) {
        let Some(per_second) = self.per_second else { return };
        let starts = {
            let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
            let place = (hop.address.to_ascii_lowercase(), hop.port);
            starts.entry(place).or_insert_with(|| Arc::new(Mutex::new(ticks(per_second)))).clone()
        };
        starts.lock().await.tick().await;
    }
}

fn ticks(per_second: NonZeroU32) -> Interval {
    let mut ticks = interval(Duration::from_secs(1) / per_second.get());
    // A start that waited for its turn is not made up for by a crowd.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
