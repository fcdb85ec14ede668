//! What earlier runs add to the report of a run.

use crate::cli::baseline::Baseline;
use crate::cli::memory::Memory;
use crate::findings::FleetFacts;
use crate::history::{Snapshot, TrendPoint, compare, remember, trend};
use crate::model::{InputIssue, RunRecord};
use crate::report::View;
use crate::store::Store;

/// So many runs are in the pictures of a report.
const TREND: usize = 30;

/// Keeps what later runs are compared with, and tells `view` how long its findings have lasted, what
/// the last runs were like and what changed since `baseline`. The run is in the store, and `view`
/// holds all of its findings.
pub(super) async fn remember_past(
    store: &Store,
    record: &RunRecord,
    facts: &FleetFacts,
    view: &mut View,
    baseline: Option<&Baseline>,
) -> Result<(), InputIssue> {
    let run = &record.header.id;
    let mut memory = Memory::of(store).await?;
    if !memory.has(run) {
        memory.keep(run, Snapshot::of(&record.header, facts, view)).await?;
    }
    // What lists of runs show is found while the runs around it are at hand.
    memory.new_and_gone(run).await?;
    remember(view, &memory.known(run).await?);
    let mut points = Vec::new();
    let line: Vec<_> = memory.line_of(run).into_iter().take(TREND).cloned().collect();
    for earlier in line.into_iter().rev() {
        // One that cannot be read is told, and left out.
        let Ok(counts) = memory.counts(&earlier.id).await else { continue };
        points.push(TrendPoint {
            run: earlier.id,
            started: earlier.started,
            complete: earlier.finished.is_some() && !earlier.interrupted,
            counts,
        });
    }
    view.trend = trend(&points);
    if let Some(baseline) = baseline.filter(|baseline| baseline.run.as_ref() != Some(run)) {
        let changes = memory.changes(baseline.run.as_deref(), run).await?;
        compare(view, &changes);
    }
    Ok(())
}
