//! Playbook text to a checked plan.
//!
//! Comes in: the text of a playbook and an inventory. Goes out: the plan of a run, decided before
//! any packet, and the scope of variables. Does not know: devices.
