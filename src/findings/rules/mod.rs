//! The rules, one file each; [`super::RULES`] lists them.
//!
//! Comes in: the fleet, a device, or a token with everything around it. Goes out: an observation,
//! where the rule fires. Does not know: the order of findings. A rule asks another only to leave
//! to it what is its own, so that no cause gives two findings.

pub mod device_clock_drift;
pub mod device_ha_provisioning_fault;
pub mod device_missing_token;
pub mod device_no_break_glass;
pub mod device_no_capacity;
pub mod device_server_unknown;
pub mod device_server_unreachable;
pub mod device_spare_tokens;
pub mod device_trial_tokens;
pub mod fleet_errors_cluster;
pub mod fleet_licence_spread;
pub mod fleet_server_unreachable;
pub mod token_activation_error;
pub mod token_activation_expired;
pub mod token_activation_expiring;
pub mod token_already_activated;
pub mod token_drift;
pub mod token_duplicate_serial;
pub mod token_hardware_error;
pub mod token_held_elsewhere;
pub mod token_kind_mismatch;
pub mod token_locked;
pub mod token_no_contact;
pub mod token_provision_timeout;
pub mod token_two_holders;
pub mod token_unheld;
pub mod token_unknown_status;
