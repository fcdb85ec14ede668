//! A connector over SSH.
//!
//! Comes in: a target. Goes out: a transport to its command line, its host key checked and its
//! login accepted. Does not know: FortiOS, playbooks.
