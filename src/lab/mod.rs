//! A fleet of simulated FortiGates behind a real SSH server.
//!
//! Comes in: a number of devices and a seed. Goes out: servers on loopback, and the list of what
//! an audit of them must find. Does not know: `fortios`, on purpose: a simulator that shares the
//! parser's beliefs only confirms them.
