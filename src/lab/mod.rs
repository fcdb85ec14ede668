//! A fleet of simulated FortiGates behind a real SSH server.
//!
//! Comes in: a number of devices and a seed. Goes out: servers on loopback, the list of what an
//! audit of them must find, and a journal of every byte that a device received. Does not know:
//! `fortios`, on purpose: a simulator that shares the parser's beliefs only confirms them.
//! Start reading at [`Fleet`], then `cast` for who is in it, then [`Shell`] for how they speak.

mod algorithms;
mod answers;
mod cast;
mod character;
mod command;
mod device;
mod dice;
mod error;
mod expected;
mod fault;
mod filter;
mod firmware;
mod fleet;
mod foundry;
mod hosting;
mod interpreter;
mod inventory;
mod journal;
mod line_editor;
mod mint;
mod pager;
mod people;
mod serving;
mod shell;
mod status;
mod stranger;
mod visit;
mod wire;

pub use device::{Account, Algorithms, Banner, Cluster, Device, Login, Token, Vdom, VdomMode};
pub use error::LabError;
pub use expected::{DRIFT_LIMIT, Expected, ExpectedFinding};
pub use fault::Fault;
pub use firmware::Firmware;
pub use fleet::Fleet;
pub use hosting::Hosting;
pub use inventory::{inventory_text, known_hosts_text};
pub use journal::Journal;
pub use serving::{ServedDevice, Serving};
pub use shell::{Shell, Step};
