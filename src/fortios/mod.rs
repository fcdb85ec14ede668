//! All that we believe about FortiOS.
//!
//! Comes in: bytes from a device and the time. Goes out: bytes for the device, transcripts and
//! parsed answers. Does not know: sockets, async, hosts, playbooks.
