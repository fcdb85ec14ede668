//! The text of each answer, per release. Lines end with a bare line feed here.

pub mod accounts;
pub mod fortitoken;
pub mod ha_status;
pub mod hardware;
pub mod system_status;
pub mod vdom_list;
