//! The places of a command line and the ways between them.

use super::exchange::{Reply, excerpt};
use super::places::Places;
use super::sent::{Sent, VdomName};
use crate::fortios::parse::vdom_list;
use crate::fortios::prompt::Prompt;

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where the login led: the top level, or the one VDOM of its administrator.
    Home,
    /// Behind `config global`.
    Global,
    /// Behind `config vdom`.
    Vdoms,
    /// Behind `edit NAME` there.
    Vdom(VdomName),
}

/// Where a step of the way led.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    At(Place),
    /// The device did not let the session in, and it is certain where it stands instead.
    Barred(Place, String),
    /// It is not certain where the session stands: nothing more may be sent.
    Lost(String),
    /// The VDOM is another one than was listed a moment ago: it may be one that did not exist.
    Replaced(String),
}

/// A VDOM that the device has just listed once more, with its number in that list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    pub name: VdomName,
    pub number: Option<u32>,
}

/// What the device's list, cut to one VDOM, says of it; the error is a reason.
pub fn confirmation(sent: &Sent, name: &VdomName, reply: &Reply) -> Result<Confirmed, String> {
    let list = vdom_list(&reply.text).value;
    if reply.truncated || !list.vdoms.iter().any(|listed| listed == name.as_str()) {
        return Err(match reply.refusal {
            Some(_) => reason(sent, reply),
            None => "the device does not list it any more".to_owned(),
        });
    }
    let number = reply.text.lines().find_map(|line| {
        let rest = line.strip_prefix("name=")?.strip_prefix(name.as_str())?;
        let rest =
            rest.strip_prefix('/').map_or(Some(rest), |rest| rest.strip_prefix(name.as_str()))?;
        rest.strip_prefix(" index=")?.split(' ').next()?.parse().ok()
    });
    Ok(Confirmed { name: name.clone(), number })
}

impl Place {
    /// What to send next on the way to `target`; `None` when the session is there.
    pub fn step_towards(&self, target: &Self) -> Option<Sent> {
        if self == target {
            return None;
        }
        Some(match (self, target) {
            (Self::Home, Self::Global) => Sent::EnterGlobal,
            (Self::Home, Self::Vdoms | Self::Vdom(_)) => Sent::EnterVdoms,
            (Self::Vdoms, Self::Vdom(name)) => Sent::EnterVdom(name.clone()),
            _ => Sent::Up,
        })
    }

    /// Whether a prompt is that of this place. `home` is the prompt of the login.
    pub fn has_prompt(&self, prompt: &Prompt, home: &Prompt) -> bool {
        match self {
            Self::Home => prompt.context == home.context,
            Self::Global => prompt.is_in("global"),
            Self::Vdoms => prompt.is_in("vdom"),
            Self::Vdom(name) => prompt.is_in(name.as_str()),
        }
    }
}

/// Judges where a step led, by the prompt's context and by what the device said. `places` are those
/// of the device, `confirmed` is what its list has just said of the VDOM.
pub fn arrival(
    sent: &Sent,
    reply: &Reply,
    home: &Prompt,
    places: &Places,
    confirmed: Option<&Confirmed>,
) -> Arrival {
    let (target, origin) = match sent {
        Sent::EnterGlobal => (Place::Global, Place::Home),
        Sent::EnterVdoms => (Place::Vdoms, Place::Home),
        Sent::EnterVdom(name) => (Place::Vdom(name.clone()), Place::Vdoms),
        _ => (Place::Home, Place::Home),
    };
    let seen = reply.prompt.context.as_deref().unwrap_or("none");
    if target.has_prompt(&reply.prompt, home) && !reply.declined {
        return match &target {
            Place::Vdom(name) if !is_certain(name, reply, places) => Arrival::Lost(format!(
                "after `{sent}` it is not certain which VDOM this is",
                sent = sent.text()
            )),
            Place::Vdom(_) => match (number_of(reply), confirmed.and_then(|vdom| vdom.number)) {
                (Some(shown), Some(listed)) if shown != listed => Arrival::Replaced(format!(
                    "after `{}` the device says that this is VDOM number {shown}, and its list \
                     said {listed} a moment ago: the VDOM was deleted in between, and may have \
                     been created again, empty",
                    sent.text()
                )),
                _ => Arrival::At(target),
            },
            _ => Arrival::At(target),
        };
    }
    if origin != target && origin.has_prompt(&reply.prompt, home) {
        return Arrival::Barred(origin, reason(sent, reply));
    }
    Arrival::Lost(format!("after `{}` the prompt shows the context `{seen}`", sent.text()))
}

/// Whether the VDOM entered is the one meant: the device names it (`current vf=NAME:INDEX`), or
/// its prompt does, whole or cut in a way that fits no other VDOM.
fn is_certain(name: &VdomName, reply: &Reply, places: &Places) -> bool {
    match named(reply) {
        Some(named) => named.rsplit_once(':').map_or(named, |(name, _)| name) == name.as_str(),
        None => places.is_unambiguous(&reply.prompt),
    }
}

/// `NAME:INDEX`
fn named(reply: &Reply) -> Option<&str> {
    reply.text.lines().find_map(|line| line.trim().strip_prefix("current vf="))
}

fn number_of(reply: &Reply) -> Option<u32> {
    named(reply)?.rsplit_once(':')?.1.trim().parse().ok()
}

fn reason(sent: &Sent, reply: &Reply) -> String {
    if reply.declined {
        return format!("the device asks for confirmation on `{}`", sent.text());
    }
    let said =
        reply.refusal.as_deref().or_else(|| reply.text.lines().find(|l| !l.trim().is_empty()));
    match said {
        Some(line) => format!("the device answered `{}` with {}", sent.text(), excerpt(line)),
        None => format!("the device did not follow `{}`", sent.text()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fortios::session::sent::Listing;

    fn vdom(name: &str) -> Place {
        Place::Vdom(VdomName::from_listed(name).unwrap())
    }

    fn reply(prompt: &str, text: &str) -> Reply {
        Reply {
            text: text.to_owned(),
            truncated: false,
            refusal: crate::fortios::refusal::recognise(text).map(str::to_owned),
            prompt: Prompt::parse(prompt).unwrap(),
            declined: false,
            elapsed: Duration::ZERO,
        }
    }

    #[test]
    fn every_way_leads_home_first() {
        let (a, b) = (vdom("a"), vdom("b"));
        let way = |mut place: Place, target: &Place| {
            let mut sent = Vec::new();
            while let Some(step) = place.step_towards(target) {
                sent.push(step.text());
                place = match step {
                    Sent::EnterGlobal => Place::Global,
                    Sent::EnterVdoms => Place::Vdoms,
                    Sent::EnterVdom(name) => Place::Vdom(name),
                    _ => Place::Home,
                };
            }
            sent
        };
        assert_eq!(way(Place::Home, &a), ["config vdom", "edit a"]);
        assert_eq!(way(a.clone(), &b), ["end", "config vdom", "edit b"]);
        assert_eq!(way(Place::Vdoms, &b), ["edit b"]);
        assert_eq!(way(Place::Global, &a), ["end", "config vdom", "edit a"]);
        assert_eq!(way(a.clone(), &Place::Global), ["end", "config global"]);
        assert_eq!(way(a.clone(), &a), [] as [&str; 0]);
    }

    #[test]
    fn an_arrival_is_judged_by_prompt_and_words() {
        let home = Prompt::parse("fgt # ").unwrap();
        let listed = ["customer-1".to_owned(), "customer-2".to_owned()];
        let places = Places::of_listed(listed.to_vec(), Listing::Kernel);
        let enter = Sent::EnterVdom(VdomName::from_listed("customer-1").unwrap());
        let judged =
            |prompt: &str, text: &str| arrival(&enter, &reply(prompt, text), &home, &places, None);
        let at = Arrival::At(vdom("customer-1"));
        assert_eq!(judged("fgt (customer-1) # ", "current vf=customer-1:3"), at);
        assert_eq!(judged("fgt (customer-1) # ", ""), at);
        assert_eq!(judged("fgt (custo~) # ", "current vf=customer-1:3"), at);
        assert!(matches!(judged("fgt (custo~) # ", ""), Arrival::Lost(_)));
        assert!(matches!(judged("fgt (custo~) # ", "current vf=customer-2:4"), Arrival::Lost(_)));
        assert!(matches!(judged("fgt (customer-2) # ", ""), Arrival::Lost(_)));
        assert!(matches!(judged("fgt # ", ""), Arrival::Lost(_)));
        let reserved = "'customer-1' is reserved and cannot be edited directly";
        assert!(matches!(judged("fgt (vdom) # ", reserved), Arrival::Barred(Place::Vdoms, _)));
    }

    #[test]
    fn a_vdom_is_confirmed_by_its_own_line_alone() {
        let name = VdomName::from_listed("cust").unwrap();
        let sent = Sent::StillListed(name.clone(), Listing::Kernel);
        let said = |text: &str| confirmation(&sent, &name, &reply("fgt (global) # ", text));
        let numbered = |number| Ok(Confirmed { name: name.clone(), number });
        assert_eq!(
            said("name=cust/cust index=7 enabled\nname=cust2/cust2 index=8"),
            numbered(Some(7))
        );
        assert_eq!(said("name=cust index=7 enabled"), numbered(Some(7)));
        assert_eq!(said("== [ cust ]"), numbered(None));
        let gone = Err("the device does not list it any more".to_owned());
        for text in ["", "name=cust2/cust2 index=7", "name=Cust/Cust index=7", "cust"] {
            assert_eq!(said(text), gone, "{text}");
        }
        assert!(said("Unknown action 0").unwrap_err().contains("`Unknown action 0`"));
    }

    #[test]
    fn a_vdom_with_another_number_than_the_list_said_is_not_the_one() {
        let home = Prompt::parse("fgt # ").unwrap();
        let places = Places::of_listed(vec!["cust".to_owned()], Listing::Kernel);
        let name = VdomName::from_listed("cust").unwrap();
        let enter = Sent::EnterVdom(name.clone());
        let judged = |number, text: &str| {
            let confirmed = Confirmed { name: name.clone(), number };
            arrival(&enter, &reply("fgt (cust) # ", text), &home, &places, Some(&confirmed))
        };
        let at = Arrival::At(vdom("cust"));
        assert_eq!(judged(Some(7), "current vf=cust:7"), at);
        assert_eq!(judged(None, "current vf=cust:7"), at);
        assert_eq!(judged(Some(7), ""), at);
        assert!(matches!(judged(Some(7), "current vf=cust:9"), Arrival::Replaced(_)));
    }

    #[test]
    fn a_closed_global_context_leaves_the_session_at_home() {
        let home = Prompt::parse("fgt (customer-1) $ ").unwrap();
        let refused = reply("fgt (customer-1) $ ", "Unknown action 0");
        assert_eq!(
            arrival(&Sent::EnterGlobal, &refused, &home, &Places::default(), None),
            Arrival::Barred(
                Place::Home,
                "the device answered `config global` with `Unknown action 0`".to_owned()
            )
        );
    }
}
