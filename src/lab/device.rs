//! What a simulated unit is: everything its answers are made of.

use super::dice::Dice;
use super::fault::Fault;
use super::firmware::Firmware;
use super::status::*;

/// One simulated FortiGate.
///
/// A replacement character (U+FFFD) in any of its texts is sent as the byte 0xFF, which is no
/// UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Name in the inventory.
    pub name: String,
    /// Group in the inventory: `emea`, `amer`, `apac`.
    pub region: &'static str,
    /// `Hostname:` of `get system status`.
    pub hostname: String,
    /// What stands before ` # ` in the prompt; an alias or a mark of the cluster makes it differ
    /// from the host name.
    pub prompt: String,
    /// `FortiGate-100F`
    pub model: &'static str,
    pub firmware: Firmware,
    pub serial: String,
    /// Serial of the chassis slot, on models that have one.
    pub module_serial: Option<String>,
    pub vdom_mode: VdomMode,
    /// In the order of their index; at least `root`, also where VDOMs are off.
    pub vdoms: Vec<Vdom>,
    pub administrators: Vec<Account>,
    pub cluster: Option<Cluster>,
    pub login: Login,
    /// The word behind `Token server status:`.
    pub token_server: &'static str,
    pub fault: Option<Fault>,
}

/// `Virtual domain configuration:`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VdomMode {
    Disable,
    /// Up to 6.0.
    Enable,
    /// From 6.2 on.
    Multiple,
    /// 6.2 to 7.0.
    SplitTask,
}

impl VdomMode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Multiple => "multiple",
            Self::SplitTask => "split-task",
        }
    }
}

/// One virtual domain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vdom {
    pub name: String,
    pub tokens: Vec<Token>,
    pub users: Vec<Account>,
    /// Listed, but not to be entered by `edit`: the dedicated management VDOM.
    pub reserved: bool,
}

/// One row of the token table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub serial: String,
    pub drift: i64,
    /// The STATUS column.
    pub status: &'static str,
    /// `EFTM…`, or `FTMTRIAL…` for the free ones; hardware has none.
    pub license: Option<String>,
    /// Hours from whenever one looks to the end of the activation code, while one is out.
    pub code_hours: i64,
}

/// A local user or an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    pub name: String,
    /// Serial of the token that it holds.
    pub token: Option<String>,
    pub email: Option<String>,
    /// Administrators only.
    pub profile: Option<&'static str>,
    pub disabled: bool,
}

/// A high-availability cluster, as one of its units sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// `a-p` or `a-a`
    pub mode: &'static str,
    /// Host name and serial; the first is the primary.
    pub members: Vec<(String, String)>,
    /// Whether the unit that answers is the primary.
    pub primary: bool,
}

/// How the unit treats the audit account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Login {
    /// The prompt ends with `$`.
    pub restricted: bool,
    /// The administrator belongs to this one VDOM.
    pub vdom: Option<String>,
    pub banner: Banner,
    /// Passwords are accepted by keyboard-interactive alone.
    pub interactive: bool,
    pub algorithms: Algorithms,
}

/// What is shown around the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Banner {
    #[default]
    None,
    /// Before the password, as SSH's own banner.
    PreLogin,
    /// After it, to be accepted by `a`.
    PostLogin,
    /// The same, drawn with `#`.
    PostLoginDrawn,
}

/// Which algorithms the unit's SSH server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithms {
    /// `strong-crypto` of current releases.
    #[default]
    Strong,
    /// Group exchange with SHA-256 alone, AES-256 and `hmac-sha2-256`.
    Hardened,
    /// An old unit: SHA-1 and CBC beside group exchange with SHA-256.
    Old,
}

impl Device {
    /// Groups in the inventory: the region, and what the unit is.
    pub fn groups(&self) -> Vec<&'static str> {
        let mut groups = vec![self.region];
        groups.extend(self.cluster.is_some().then_some("ha"));
        groups.extend(self.has_vdoms().then_some("vdom"));
        groups.extend(self.is_branch().then_some("branch"));
        groups.extend(self.fault.filter(|fault| fault.is_trouble()).map(|_| "trouble"));
        groups
    }

    /// Whether this is a desktop model.
    fn is_branch(&self) -> bool {
        let (_, number) = self.model.split_once('-').unwrap_or_default();
        number.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len() == 2
    }

    pub fn has_vdoms(&self) -> bool {
        self.vdom_mode != VdomMode::Disable
    }

    /// The VDOMs whose token tables the audit account can read.
    pub fn readable_vdoms(&self) -> impl Iterator<Item = &Vdom> {
        let mine = self.login.vdom.as_deref();
        self.vdoms
            .iter()
            .filter(move |vdom| !vdom.reserved && mine.is_none_or(|name| name == vdom.name))
    }

    /// Everything in the unit's configuration that must never be seen in an output.
    pub fn secrets(&self) -> Vec<String> {
        let tokens = self.vdoms.iter().flat_map(|vdom| &vdom.tokens);
        let users = self.vdoms.iter().flat_map(|vdom| &vdom.users);
        tokens
            .flat_map(|token| [token.seed(), token.activation_code(), token.registration()])
            .chain(users.chain(&self.administrators).map(Account::password_hash))
            .collect()
    }
}

const SECRET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

impl Token {
    pub fn is_mobile(&self) -> bool {
        self.serial.starts_with("FTKMOB")
    }

    /// Whether somebody can log in with it.
    pub fn is_in_use(&self) -> bool {
        matches!(self.status, ACTIVE | PROVISIONED)
    }

    pub fn is_trial(&self) -> bool {
        self.license.as_ref().is_some_and(|license| license.starts_with("FTMTRIAL"))
    }

    /// Hardware has its seed from its activation, or from the CD that came with it.
    pub fn has_seed(&self) -> bool {
        let activated = !matches!(self.status, NEW | ALREADY_ACTIVATED | ACTIVATION_ERROR);
        !self.is_mobile() && (activated || self.serial.starts_with("FTK211"))
    }

    pub fn seed(&self) -> String {
        Dice::of(&format!("seed {}", self.serial)).text(SECRET, 44)
    }

    pub fn activation_code(&self) -> String {
        Dice::of(&format!("code {}", self.serial)).text(SECRET, 16)
    }

    pub fn registration(&self) -> String {
        Dice::of(&format!("reg {}", self.serial)).text(SECRET, 24)
    }
}

impl Account {
    /// What stands behind `ENC`.
    pub fn password_hash(&self) -> String {
        let token = self.token.as_deref().unwrap_or_default();
        Dice::of(&format!("hash {} {token}", self.name)).text(SECRET, 60)
    }
}
