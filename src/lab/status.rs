//! The words of the STATUS column, as the FortiToken guide and the administration guides have them.

pub const NEW: &str = "new";
pub const ACTIVE: &str = "active";
pub const PROVISIONING: &str = "provisioning";
pub const PROVISIONED: &str = "provisioned";
pub const PROVISION_TIMEOUT: &str = "provision timeout";
pub const ALREADY_ACTIVATED: &str = "token already activated, and seed won't be returned";
pub const ACTIVATION_ERROR: &str = "activation error (token not exist in FortiGuard)";
pub const LOCKED: &str = "locked";
