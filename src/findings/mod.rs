//! The facts of a fleet to findings.
//!
//! Comes in: a run record. Goes out: facts, and one finding per thing that a person should know.
//! Does not know: playbook syntax, reports, the clock.
