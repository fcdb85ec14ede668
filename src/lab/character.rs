//! A unit that was thought up by hand: what makes it different from an ordinary one.

use super::device::{Algorithms, Banner};
use super::fault::Fault;
use super::firmware::Firmware;

/// One hand-made unit. What its traits leave open is made up from the fleet's seed.
#[derive(Debug, Clone, Copy)]
pub struct Character {
    pub name: &'static str,
    /// `emea`, `amer`, `apac`: a group of the inventory.
    pub region: &'static str,
    pub model: &'static str,
    pub firmware: Firmware,
    pub traits: &'static [Trait],
}

/// One way in which a unit differs.
#[derive(Debug, Clone, Copy)]
pub enum Trait {
    /// VDOMs, in the mode that the release knows.
    Vdoms(&'static [&'static str]),
    /// `root` and so many numbered customers.
    ManyVdoms(usize),
    /// `root` and `FG-traffic`.
    SplitTask,
    /// A dedicated management VDOM beside the others: listed, but not to be entered.
    ManagementVdom,
    /// The audit account belongs to this one VDOM.
    AdministratorOf(&'static str),
    /// A cluster whose other unit is not in the inventory; `true` when this one is the primary.
    Cluster {
        mode: &'static str,
        primary: bool,
    },
    /// The other unit of an earlier character's cluster.
    PartnerOf(&'static str),
    /// The prompt carries `(Primary)` or `(Secondary)`.
    RoleInPrompt,
    Hostname(&'static str),
    Prompt(&'static str),
    /// A chassis that prints the serial of its slot as well.
    Module,
    Restricted,
    Shows(Banner),
    Interactive,
    Offers(Algorithms),
    /// The word behind `Token server status:`.
    Server(&'static str),
    /// So many ordinary tokens in each VDOM, instead of a few.
    Ordinary(usize),
    /// One token, in the VDOM of that name.
    Token {
        vdom: &'static str,
        serial: Serial,
        status: &'static str,
        drift: i64,
    },
    /// A local user of that name in the first VDOM, who holds an ordinary token.
    User(&'static str),
    /// Nobody has an e-mail address.
    NoMail,
    /// Two administrators hold tokens as well.
    AdministratorTokens,
    /// And so does `admin`, who is then the last to have none.
    EveryAdministrator,
    /// The mobile tokens belong to this licence, instead of one of the unit's own.
    License(&'static str),
    /// Both tokens of the free licence, in use.
    Trial,
    /// A mobile token that waits for its activation, with a code that ends so many hours from
    /// whenever one looks.
    Waits(i64),
    /// So many mobile tokens that nobody has.
    Spare(usize),
    /// A mobile token in use that nobody holds.
    Unheld,
    /// A mobile token that two users hold.
    Shared,
    /// A user of that name whose token the unit does not have.
    Lost(&'static str),
    /// A user of that name who logs in without a token.
    Without(&'static str),
    Has(Fault),
}

/// How a token gets its serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serial {
    /// `FTKMOB…`
    Mobile,
    /// `FTK200…`
    Hardware,
    /// `FTK220…`
    Hardware220,
    /// `FTK211…`, with its seed on a CD.
    SeedCd,
    /// The same on every unit that names it.
    Known(&'static str),
}
