//! The rules, one file each; [`super::RULES`] lists them.
//!
//! Comes in: a device, or a token with everything around it. Goes out: an observation, where the
//! rule fires. Does not know: other rules, the order of findings.

pub mod device_server_unknown;
pub mod device_server_unreachable;
pub mod token_activation_error;
pub mod token_already_activated;
pub mod token_drift;
pub mod token_duplicate_serial;
pub mod token_kind_mismatch;
pub mod token_locked;
pub mod token_provision_timeout;
pub mod token_unknown_status;
