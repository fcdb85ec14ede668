//! Entering a run into the store: a new one, or one that is gone on with.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::cli::holder::this_process;
use crate::cli::publication::output_folder;
use crate::cli::resumption::read_resumption;
use crate::cli::run_arguments::RunArguments;
use crate::cli::stream::{say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::files;
use crate::model::{InputIssue, RunEvent, RunHeader, RunRecord};
use crate::playbook::Plan;
use crate::runner::Clock;
use crate::store::{Store, StoreError, Writer};

/// How often it is tried to begin while another run is in the way.
const EVERY: Duration = Duration::from_secs(1);

/// A run that may go on.
pub(super) struct Begun {
    /// What is known of it already.
    pub record: RunRecord,
    /// What is told before its first host.
    pub opening: Vec<RunEvent>,
    pub writer: Option<Writer>,
}

/// Enters the run into the store, as soon as no other is in its way. Where one is resumed, only what
/// is left of it stays in `plan`.
pub(super) async fn begin(
    arguments: &RunArguments,
    header: RunHeader,
    plan: &mut Plan,
    store: Option<&Store>,
) -> Result<Begun, InputIssue> {
    let mut patience = Patience::new(arguments.lock_wait.unwrap_or_default());
    let Some(given) = &arguments.resume else {
        files::probe_writable(&output_folder(&arguments.output, &header.id))?;
        let opening = vec![RunEvent::RunStarted { run: header.clone() }];
        let Some(store) = store else {
            return Ok(Begun { record: RunRecord::new(header), opening, writer: None });
        };
        loop {
            match store.begin(&header, &this_process()).await {
                Ok(writer) => {
                    let record = RunRecord::new(header);
                    return Ok(Begun { record, opening, writer: Some(writer) });
                }
                Err(error) => patience.wait(error).await?,
            }
        }
    };
    let store = store.ok_or_else(|| {
        InputIssue::error("`--store none` holds no run to go on with")
            .hint("name the store that the run was kept in")
    })?;
    loop {
        let resumption = read_resumption(store, given, plan, &header).await?;
        let record = &resumption.record;
        files::probe_writable(&output_folder(&arguments.output, &record.header.id))?;
        let at = SystemClock.now();
        let first = resumption.part_started(&header, at);
        let (parts, version, holder) = (resumption.parts, &header.version, this_process());
        let entered = store.resume(&record.header, parts, version, first.clone(), &holder);
        match entered.await {
            Ok(writer) => {
                say_issues(resumption.warning().as_slice(), &[]);
                let (left, all) = (resumption.left.len(), record.hosts.len());
                say(&format!(
                    "resuming run {}: {left} of {all} hosts are left\n",
                    record.header.id
                ));
                plan.hosts.retain(|host| resumption.left.contains(&host.entry.host));
                let opening = [first].into_iter().chain(resumption.leaving(at)).collect();
                return Ok(Begun { record: resumption.record, opening, writer: Some(writer) });
            }
            // What is left is another matter then.
            Err(StoreError::WentOn { .. }) => {}
            Err(error) => patience.wait(error).await?,
        }
    }
}

/// How long a run waits for another.
struct Patience {
    wait: Duration,
    until: Instant,
    is_told: bool,
}

impl Patience {
    fn new(wait: Duration) -> Self {
        Self { wait, until: Instant::now() + wait, is_told: false }
    }

    /// Waits a moment for what is in the way; gives it back when it is no lock, or when time is up.
    async fn wait(&mut self, error: StoreError) -> Result<(), InputIssue> {
        if !error.is_lock() || Instant::now() >= self.until {
            return Err(InputIssue::error(error.to_string()).hint(error.remedy()));
        }
        if !self.is_told {
            self.is_told = true;
            say(&format!("{error}; waiting for its end, for {} s at most\n", self.wait.as_secs()));
        }
        sleep(EVERY).await;
        Ok(())
    }
}
