//! Runs and their events in a database.
//!
//! Comes in: events. Goes out: the same events, later. Does not know: what they mean.
