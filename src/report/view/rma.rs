//! May this FortiGate be swapped, what breaks, and what to prepare.

use serde::Serialize;

use super::rma_step::{RmaStepView, steps};
use super::rma_ticket::{RmaTicketView, tickets};
use super::{DeviceView, EvidenceView, HaView, OwnerView, Text, Texts};
use crate::findings::{Fate, Hurdle, Swap, SwapToken, Verdict};
use crate::model::{Account, Severity};

/// The swap of one FortiGate, judged before it happens. Only a run with a report for `each: rma`
/// has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaView {
    pub host: Text,
    /// `ready`, `prepare`, `blocked` or `unknown`.
    pub verdict: &'static str,
    /// The verdict in a sentence.
    pub answer: Text,
    /// The gravest of what is in the way; `None`: nothing is.
    pub severity: Option<&'static str>,
    /// As in `devices`.
    pub outcome: &'static str,
    /// Serial of the FortiGate that leaves.
    pub device_serial: Option<Text>,
    /// Serial of the one that comes, as given.
    pub new_serial: Option<Text>,
    /// As the FortiGate calls itself.
    pub hostname: Option<Text>,
    pub model: Option<Text>,
    /// Of FortiOS: `7.4.8`.
    pub version: Option<Text>,
    pub build: Option<Text>,
    /// `None` for a unit that stands alone.
    pub ha: Option<HaView>,
    /// Whether another member of its cluster goes on with the tokens.
    pub survives: bool,
    pub same_unit: Vec<Text>,
    /// As in `devices`.
    pub server: &'static str,
    pub low_confidence: bool,
    /// Its clock when it was examined, as printed.
    pub system_time: Option<Text>,
    /// What must be out of the way before the swap.
    pub blockers: Vec<RmaHurdleView>,
    /// What else is to be seen to, the gravest first.
    pub preparations: Vec<RmaHurdleView>,
    /// Enabled administrators with the profile super_admin who need no second factor; `None` where
    /// none with that profile was read.
    pub break_glass: Option<Vec<Text>>,
    /// Licences of the mobile tokens, each once.
    pub licences: Vec<Text>,
    /// What becomes of how many tokens; no row for none.
    pub fates: Vec<RmaFateView>,
    /// Every row of its token tables.
    pub tokens: Vec<RmaTokenView>,
    /// Who must activate again.
    pub users: Vec<RmaUserView>,
    /// To paste into Fortinet's support portal.
    pub tickets: Vec<RmaTicketView>,
    pub steps: Vec<RmaStepView>,
}

/// One thing in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaHurdleView {
    pub id: Text,
    pub severity: &'static str,
    pub message: Text,
    pub remedy: Text,
    /// The first lines that it rests on.
    pub evidence: Vec<EvidenceView>,
}

/// How many tokens share a fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaFateView {
    pub fate: &'static str,
    pub title: Text,
    pub count: usize,
    pub explanation: Text,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaTokenView {
    /// `None` on a FortiGate without VDOMs.
    pub vdom: Option<Text>,
    pub serial: Text,
    pub kind: &'static str,
    pub status: Text,
    pub licence: Option<Text>,
    pub fate: &'static str,
    /// Names of all owners.
    pub owner: Option<Text>,
}

/// Somebody who must activate again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RmaUserView {
    /// Of the token.
    pub vdom: Option<Text>,
    pub name: Text,
    /// `local_user` or `administrator`.
    pub kind: &'static str,
    pub enabled: bool,
    /// Today's.
    pub token: Text,
    pub status: Text,
    pub email: Option<Text>,
    pub phone: Option<Text>,
    /// Whether a code can be sent by e-mail or SMS.
    pub contact: bool,
}

impl RmaView {
    pub(super) fn new(device: &DeviceView, swap: &Swap<'_>) -> Self {
        let (blockers, preparations) = swap.hurdles.iter().partition::<Vec<_>, _>(|h| h.blocks);
        let mut texts = Texts::default();
        let mut hurdles = |found: Vec<&Hurdle>| {
            found.into_iter().map(|hurdle| RmaHurdleView::new(hurdle, &mut texts)).collect()
        };
        let new_serial = Text::maybe(swap.device.entry.new_serial.as_ref());
        Self {
            host: device.host.clone(),
            verdict: swap.verdict.as_str(),
            answer: Text::new(&answer(swap.verdict, blockers.len(), preparations.len())),
            severity: swap.severity().map(Severity::as_str),
            outcome: device.outcome,
            device_serial: device.device_serial.clone(),
            hostname: device.hostname.clone(),
            model: device.model.clone(),
            version: device.version.clone(),
            build: device.build.clone(),
            ha: device.ha.clone(),
            survives: swap.survives(),
            same_unit: device.same_unit.clone(),
            server: device.server,
            low_confidence: device.low_confidence,
            system_time: Text::maybe(
                swap.device.system.as_ref().and_then(|system| system.system_time.as_ref()),
            ),
            blockers: hurdles(blockers),
            preparations: hurdles(preparations),
            break_glass: swap
                .super_administrators()
                .next()
                .map(|_| swap.break_glass().map(|facts| Text::new(&facts.account.name)).collect()),
            licences: Text::list(&swap.licences()),
            fates: Fate::ALL.into_iter().filter_map(|fate| RmaFateView::new(fate, swap)).collect(),
            tokens: swap.tokens.iter().map(RmaTokenView::new).collect(),
            users: swap
                .activations()
                .map(|(token, owner)| RmaUserView::new(token, owner))
                .collect(),
            tickets: tickets(device, swap, new_serial.as_ref()),
            steps: steps(swap),
            new_serial,
        }
    }
}

fn answer(verdict: Verdict, blockers: usize, preparations: usize) -> String {
    let things = |count: usize| match count {
        1 => "1 thing".to_owned(),
        count => format!("{count} things"),
    };
    match verdict {
        Verdict::Ready => "May be swapped: nothing of this unit is in the way.".to_owned(),
        Verdict::Prepare => {
            format!("May be swapped once {} below are prepared.", things(preparations))
                .replace("1 thing below are", "1 thing below is")
        }
        Verdict::Blocked => format!(
            "Must not be swapped yet: {} in the way.",
            match blockers {
                1 => "1 blocker is".to_owned(),
                count => format!("{count} blockers are"),
            }
        ),
        Verdict::Unknown => "Not known: the tokens of this unit were not read.".to_owned(),
    }
}

impl RmaHurdleView {
    fn new(hurdle: &Hurdle, texts: &mut Texts) -> Self {
        Self {
            id: Text::new(&hurdle.id),
            severity: hurdle.severity.as_str(),
            message: Text::from(&hurdle.message),
            remedy: Text::from(&hurdle.remedy),
            evidence: hurdle.evidence.iter().map(|line| EvidenceView::new(line, texts)).collect(),
        }
    }
}

impl RmaFateView {
    fn new(fate: Fate, swap: &Swap<'_>) -> Option<Self> {
        let count = swap.with_fate(fate).count();
        (count > 0).then(|| Self {
            fate: fate.as_str(),
            title: Text::new(fate.title()),
            count,
            explanation: Text::new(fate.explanation()),
        })
    }
}

impl RmaTokenView {
    fn new(token: &SwapToken<'_>) -> Self {
        let facts = token.token;
        Self {
            vdom: Text::maybe(token.sheet.vdom.as_ref()),
            serial: Text::new(&facts.token.serial),
            kind: facts.token.kind.as_str(),
            status: Text::new(facts.token.status.as_str()),
            licence: Text::maybe(token.licence()),
            fate: token.fate.as_str(),
            owner: OwnerView::text(&facts.owners, &mut Texts::default()),
        }
    }
}

impl RmaUserView {
    fn new(token: &SwapToken<'_>, owner: &Account) -> Self {
        Self {
            vdom: Text::maybe(token.sheet.vdom.as_ref()),
            name: Text::new(&owner.name),
            kind: owner.kind.as_str(),
            enabled: owner.enabled,
            token: Text::new(&token.token.token.serial),
            status: Text::new(token.token.token.status.as_str()),
            email: Text::maybe(owner.email.as_ref()),
            phone: Text::maybe(owner.phone.as_ref()),
            contact: owner.email.is_some() || owner.phone.is_some(),
        }
    }
}
