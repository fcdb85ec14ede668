//! Entering a run into the store: a new one, or one that is gone on with.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::cli::division::{Claiming, check_division, division, members};
use crate::cli::holder::this_process;
use crate::cli::publication::output_folder;
use crate::cli::resumption::read_resumption;
use crate::cli::run_arguments::RunArguments;
use crate::cli::stream::{say, say_issues};
use crate::cli::system_clock::SystemClock;
use crate::files;
use crate::model::{Division, InputIssue, RunEvent, RunHeader, RunRecord};
use crate::playbook::Plan;
use crate::runner::{Clock, Supply};
use crate::store::{Joined, Share, SharedPart, Store, StoreError, Writer};

/// How often it is tried to begin while another run is in the way.
const EVERY: Duration = Duration::from_secs(1);

/// A run that may go on.
pub(super) struct Begun {
    /// What is known of it already.
    pub record: RunRecord,
    /// What is told before its first host.
    pub opening: Vec<RunEvent>,
    pub writer: Option<Writer>,
    /// Where hosts come from that are shared with other processes.
    pub supply: Option<Arc<dyn Supply>>,
}

/// Whether there is anything to do.
pub(super) enum Beginning {
    Begun(Box<Begun>),
    /// Others have done all of this run.
    Whole(String),
}

/// Enters the run into the store, as soon as no other is in its way. Where one is resumed, only what
/// is left of it stays in `plan`.
pub(super) async fn begin(
    arguments: &RunArguments,
    header: RunHeader,
    plan: &mut Plan,
    store: Option<&Store>,
) -> Result<Beginning, InputIssue> {
    let mut patience = Patience::new(arguments.lock_wait.unwrap_or_default());
    if division(arguments) != Division::Whole {
        return join(arguments, header, plan, store, &mut patience).await;
    }
    let Some(given) = &arguments.resume else {
        files::probe_writable(&output_folder(&arguments.output, &header.id))?;
        let opening = vec![RunEvent::RunStarted { run: header.clone() }];
        let Some(store) = store else {
            return Ok(Begun::alone(RunRecord::new(header), opening, None));
        };
        loop {
            match store.begin(&header, &this_process()).await {
                Ok(writer) => {
                    let record = RunRecord::new(header);
                    return Ok(Begun::alone(record, opening, Some(writer)));
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
                return Ok(Begun::alone(resumption.record, opening, Some(writer)));
            }
            // What is left is another matter then.
            Err(StoreError::WentOn { .. }) => {}
            Err(error) => patience.wait(error).await?,
        }
    }
}

/// Enters a part of a run that several processes share.
async fn join(
    arguments: &RunArguments,
    header: RunHeader,
    plan: &mut Plan,
    store: Option<&Store>,
    patience: &mut Patience,
) -> Result<Beginning, InputIssue> {
    check_division(division(arguments), plan)?;
    let store = store.ok_or_else(|| {
        InputIssue::error("`--store none` can be shared with nobody")
            .hint("name the store of all processes: `--store postgres://USER@HOST/DATABASE`")
    })?;
    files::probe_writable(&output_folder(&arguments.output, &header.id))?;
    let members = members(arguments, plan);
    loop {
        let share = Share {
            is_named: arguments.run_id.is_some(),
            join: arguments.join,
            shard: arguments.shard.map(|shard| shard.number),
            members: &members,
            now: SystemClock.now(),
        };
        match store.join(&header, &share, &this_process()).await {
            Ok(Joined::Whole(run)) => return Ok(Beginning::Whole(run)),
            Ok(Joined::Part(part)) => {
                let SharedPart { header, first, left, writer, claims } = *part;
                let (id, all) = (&header.id, header.hosts.len());
                let left = match arguments.shard {
                    Some(shard) => {
                        let (number, of) = (shard.number + 1, shard.of);
                        plan.hosts.retain(|host| left.contains(&host.entry.host));
                        format!("shard {number} of {of} has {} of", plan.hosts.len())
                    }
                    None => format!("{} hosts are left of", left.len()),
                };
                say(&format!("sharing run {id}: {left} {all} hosts\n"));
                let claiming = || -> Arc<dyn Supply> { Arc::new(Claiming::new(claims)) };
                let supply = arguments.claim.then(claiming);
                let record = RunRecord::new(header);
                let writer = Some(writer);
                return Ok(Beginning::Begun(Box::new(Begun {
                    record,
                    opening: vec![first],
                    writer,
                    supply,
                })));
            }
            Err(error) => patience.wait(error).await?,
        }
    }
}

impl Begun {
    /// A run of this process alone.
    fn alone(record: RunRecord, opening: Vec<RunEvent>, writer: Option<Writer>) -> Beginning {
        Beginning::Begun(Box::new(Self { record, opening, writer, supply: None }))
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
