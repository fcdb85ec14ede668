//! Makes units: hand-made ones from their traits, ordinary ones from the dice.

use super::character::{Character, Serial, Trait};
use super::device::{Account, Banner, Cluster, Device, Login, Token, Vdom, VdomMode};
use super::dice::Dice;
use super::fault::Fault;
use super::firmware::Firmware;
use super::mint::Mint;
use super::people::People;
use super::status::*;

/// Builds a fleet, one unit after the other.
#[derive(Debug)]
pub struct Foundry {
    dice: Dice,
    mint: Mint,
    devices: Vec<Device>,
}

impl Foundry {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), mint: Mint::default(), devices: Vec::new() }
    }

    pub fn into_devices(self) -> Vec<Device> {
        self.devices
    }

    /// Adds a hand-made unit.
    pub fn cast(&mut self, character: &Character) {
        let Character { name, region, model, firmware, traits } = *character;
        let mut device = self.blank(name.to_owned(), region, model, firmware);
        for trait_ in traits {
            self.shape(&mut device, trait_);
        }
        self.finish(&mut device, traits);
        self.devices.push(device);
    }

    /// Adds an ordinary unit; a few have a token that somebody should look at.
    pub fn ordinary(&mut self, number: usize) {
        let region = self.dice.pick(["emea", "amer", "apac"]);
        let (model, firmware) = self.dice.pick([
            ("FortiGate-40F", Firmware::V7_2_11),
            ("FortiGate-60E", Firmware::V6_4_15),
            ("FortiGate-60F", Firmware::V7_0_17),
            ("FortiGate-60F", Firmware::V7_4_8),
            ("FortiGate-80F", Firmware::V7_2_8),
            ("FortiGate-100F", Firmware::V7_4_7),
            ("FortiGate-200E", Firmware::V6_2_16),
            ("FortiGate-200F", Firmware::V7_6_3),
        ]);
        let mut device = self.blank(format!("fgt-branch-{number:04}"), region, model, firmware);
        let mut traits = Vec::new();
        if self.dice.below(5) == 0 {
            traits.push(Trait::Vdoms(&["root", "users", "guest"]));
        }
        if self.dice.below(6) == 0 {
            traits.push(Trait::Cluster { mode: "a-p", primary: true });
        }
        if self.dice.below(12) == 0 {
            traits.push(Trait::Shows(Banner::PostLogin));
        }
        if firmware.is_6_4() && self.dice.below(4) == 0 {
            traits.push(Trait::Restricted);
        }
        if self.dice.below(10) == 0 {
            let (serial, status) = self.dice.pick([
                (Serial::Mobile, PROVISION_TIMEOUT),
                (Serial::Hardware, ALREADY_ACTIVATED),
                (Serial::Hardware, ACTIVATION_ERROR),
                (Serial::Mobile, LOCKED),
            ]);
            traits.push(Trait::Token { vdom: "root", serial, status, drift: 0 });
        }
        for trait_ in &traits {
            self.shape(&mut device, trait_);
        }
        self.finish(&mut device, &traits);
        self.devices.push(device);
    }

    /// Adds a unit that costs what all others of its kind cost: the same model without VDOMs, with
    /// so many tokens. Every tenth has one that somebody should look at.
    pub fn uniform(&mut self, number: usize, tokens: usize) {
        let name = format!("fgt-unit-{number:05}");
        let mut device = self.blank(name, "emea", "FortiGate-100F", Firmware::V7_4_8);
        let mut traits = vec![Trait::Ordinary(tokens)];
        if number.is_multiple_of(10) && tokens > 0 {
            let status = [PROVISION_TIMEOUT, ACTIVATION_ERROR][number / 10 % 2];
            traits[0] = Trait::Ordinary(tokens - 1);
            traits.push(Trait::Token { vdom: "root", serial: Serial::Mobile, status, drift: 0 });
        }
        self.finish(&mut device, &traits);
        self.devices.push(device);
    }

    /// Adds an ordinary unit with a fault.
    pub fn faulty(&mut self, fault: Fault, number: usize) {
        let name = format!("fgt-{fault}-{number:03}");
        let mut device = self.blank(name, "emea", "FortiGate-100F", Firmware::V7_4_8);
        let mut traits = vec![Trait::Has(fault)];
        if fault.needs_vdoms() {
            traits.push(Trait::Vdoms(&["root", "users", "guest"]));
        }
        match fault {
            Fault::InvalidUtf8 => traits.extend([
                Trait::User("tana\u{fffd}ka"),
                Trait::Token {
                    vdom: "root",
                    serial: Serial::Mobile,
                    status: "l\u{fffd}cked",
                    drift: 0,
                },
            ]),
            Fault::TerminalEscapes => traits.extend([
                Trait::Shows(Banner::PostLogin),
                Trait::User("\u{1b}]0;owned\u{7}\u{1b}[31mred\u{9b}2J"),
                Trait::Token {
                    vdom: "root",
                    serial: Serial::Mobile,
                    status: "\u{1b}[2J\u{1b}[1;1Hwiped",
                    drift: 0,
                },
            ]),
            _ => {}
        }
        for trait_ in &traits {
            self.shape(&mut device, trait_);
        }
        match fault {
            Fault::InvalidUtf8 => device.hostname = format!("{}\u{fffd}", device.hostname),
            Fault::TerminalEscapes => {
                device.hostname = format!("\u{1b}[8m{}\u{1b}]0;owned\u{7}", device.hostname);
                device.prompt = format!("\u{1b}[5;31m{}\u{1b}[0m", device.prompt);
            }
            _ => {}
        }
        self.finish(&mut device, &traits);
        self.devices.push(device);
    }

    fn blank(
        &mut self,
        name: String,
        region: &'static str,
        model: &'static str,
        firmware: Firmware,
    ) -> Device {
        Device {
            hostname: name.clone(),
            prompt: name.clone(),
            name,
            region,
            model,
            firmware,
            serial: self.mint.device(model, &mut self.dice),
            module_serial: None,
            vdom_mode: VdomMode::Disable,
            vdoms: vec![vdom("root")],
            administrators: vec![
                administrator("admin", "super_admin"),
                administrator("auditor", "token_audit"),
            ],
            cluster: None,
            login: Login::default(),
            token_server: "reachable",
            fault: None,
        }
    }

    fn shape(&mut self, device: &mut Device, trait_: &Trait) {
        match *trait_ {
            Trait::Vdoms(names) => {
                device.vdom_mode =
                    if device.firmware.is_6_2() { VdomMode::Multiple } else { VdomMode::Enable };
                device.vdoms = names.iter().map(|name| vdom(name)).collect();
            }
            Trait::ManyVdoms(count) => {
                device.vdom_mode = VdomMode::Multiple;
                let customers = (1..count).map(|number| vdom(&format!("customer-{number:02}")));
                device.vdoms.extend(customers);
            }
            Trait::SplitTask => {
                device.vdom_mode = VdomMode::SplitTask;
                device.vdoms.push(vdom("FG-traffic"));
            }
            Trait::ManagementVdom => {
                device.vdoms.push(Vdom { reserved: true, ..vdom("dmgmt-vdom") });
            }
            Trait::AdministratorOf(name) => device.login.vdom = Some(name.to_owned()),
            Trait::Cluster { mode, primary } => {
                let partner = self.mint.device(device.model, &mut self.dice);
                let mut members = vec![
                    (device.hostname.clone(), device.serial.clone()),
                    (format!("{}-b", device.hostname), partner),
                ];
                if !primary {
                    members.reverse();
                }
                device.cluster = Some(Cluster { mode, members, primary });
            }
            Trait::PartnerOf(name) => self.join_cluster(device, name),
            Trait::RoleInPrompt => {
                let primary = device.cluster.as_ref().is_some_and(|cluster| cluster.primary);
                let role = if primary { "Primary" } else { "Secondary" };
                device.prompt = format!("{}({role})", device.hostname);
            }
            Trait::Hostname(name) => {
                device.hostname = name.to_owned();
                device.prompt = name.to_owned();
            }
            Trait::Prompt(name) => device.prompt = name.to_owned(),
            Trait::Module => {
                device.module_serial = Some(self.mint.device(device.model, &mut self.dice));
            }
            Trait::Restricted => device.login.restricted = true,
            Trait::Shows(banner) => device.login.banner = banner,
            Trait::Interactive => device.login.interactive = true,
            Trait::Offers(algorithms) => device.login.algorithms = algorithms,
            Trait::Server(word) => device.token_server = word,
            Trait::Has(fault) => device.fault = Some(fault),
            // Those who hold tokens come last, when the VDOMs are known.
            Trait::Token { .. }
            | Trait::User(_)
            | Trait::Ordinary(_)
            | Trait::NoMail
            | Trait::AdministratorTokens
            | Trait::EveryAdministrator
            | Trait::License(_)
            | Trait::Trial
            | Trait::Waits(_)
            | Trait::Spare(_)
            | Trait::Unheld
            | Trait::Shared
            | Trait::Lost(_)
            | Trait::Without(_) => {}
        }
    }

    /// Makes `device` the second unit of the cluster of `name`: it has the same tokens and users.
    fn join_cluster(&mut self, device: &mut Device, name: &str) {
        let Some(first) = self.devices.iter_mut().find(|device| device.name == name) else {
            return;
        };
        let Some(cluster) = &mut first.cluster else { return };
        cluster.members.truncate(1);
        cluster.members.push((device.hostname.clone(), device.serial.clone()));
        device.cluster = Some(Cluster { primary: false, ..cluster.clone() });
        device.vdoms = first.vdoms.clone();
        device.administrators = first.administrators.clone();
    }

    /// Hands out tokens: the ordinary ones and those that the traits name.
    fn finish(&mut self, device: &mut Device, traits: &[Trait]) {
        if traits.iter().any(|trait_| matches!(trait_, Trait::PartnerOf(_))) {
            return;
        }
        let mail = !traits.iter().any(|trait_| matches!(trait_, Trait::NoMail));
        let ordinary = traits.iter().find_map(|trait_| match trait_ {
            Trait::Ordinary(count) => Some(*count),
            _ => None,
        });
        let license = traits.iter().find_map(|trait_| match trait_ {
            Trait::License(text) => Some((*text).to_owned()),
            _ => None,
        });
        let license = license.unwrap_or_else(|| license_of(&device.serial));
        let mut people = People::new(mail);
        for (index, vdom) in device.vdoms.iter_mut().enumerate() {
            if vdom.reserved {
                continue;
            }
            for _ in 0..ordinary.unwrap_or_else(|| 2 + self.dice.below(5)) {
                let token = self.ordinary_token(&license);
                give(vdom, token, None, &mut people, &mut self.dice);
            }
            for trait_ in traits {
                match *trait_ {
                    Trait::Token { vdom: name, serial, status, drift } if name == vdom.name => {
                        let token = Token { drift, ..self.token(serial, status, &license) };
                        give(vdom, token, None, &mut people, &mut self.dice);
                    }
                    _ if index > 0 => {}
                    Trait::AdministratorTokens => {
                        for (name, serial, status) in [
                            ("netops", Serial::Hardware, ACTIVE),
                            ("oncall", Serial::Mobile, PROVISION_TIMEOUT),
                        ] {
                            let token = self.token(serial, status, &license);
                            device.administrators.push(Account {
                                token: Some(token.serial.clone()),
                                email: mail.then(|| format!("{name}@example.net")),
                                ..administrator(name, "super_admin")
                            });
                            vdom.tokens.push(token);
                        }
                    }
                    Trait::EveryAdministrator => {
                        let masters = device.administrators.iter_mut();
                        for admin in masters.filter(|admin| admin.profile == Some("super_admin")) {
                            let token = self.token(Serial::Hardware, ACTIVE, &license);
                            admin.token = Some(token.serial.clone());
                            vdom.tokens.push(token);
                        }
                    }
                    ref other => self.extra(vdom, other, &license, &mut people),
                }
            }
        }
    }

    /// What a trait adds to the first VDOM.
    fn extra(&mut self, vdom: &mut Vdom, trait_: &Trait, license: &str, people: &mut People) {
        match *trait_ {
            Trait::User(name) => {
                let token = self.token(Serial::Mobile, PROVISIONED, license);
                give(vdom, token, Some(name), people, &mut self.dice);
            }
            Trait::Trial => {
                for _ in 0..2 {
                    let token = self.token(Serial::Mobile, PROVISIONED, "FTMTRIAL0C51D7A2");
                    give(vdom, token, None, people, &mut self.dice);
                }
            }
            Trait::Waits(code_hours) => {
                let token = self.token(Serial::Mobile, PROVISIONING, license);
                give(vdom, Token { code_hours, ..token }, None, people, &mut self.dice);
            }
            Trait::Spare(count) => {
                let tokens = (0..count).map(|_| self.token(Serial::Mobile, NEW, license));
                vdom.tokens.extend(tokens);
            }
            Trait::Unheld => vdom.tokens.push(self.token(Serial::Mobile, PROVISIONED, license)),
            Trait::Shared => {
                let token = self.token(Serial::Mobile, PROVISIONED, license);
                let second =
                    Account { token: Some(token.serial.clone()), ..people.next(&mut self.dice) };
                give(vdom, token, None, people, &mut self.dice);
                vdom.users.push(second);
            }
            Trait::Lost(name) => {
                let token = Some(self.mint.token(Serial::Mobile, &mut self.dice));
                vdom.users.push(Account { name: name.to_owned(), token, ..Account::default() });
            }
            Trait::Without(name) => {
                vdom.users.push(Account { name: name.to_owned(), ..Account::default() });
            }
            _ => {}
        }
    }

    /// A token without drift. A code that is out was sent a day ago.
    fn token(&mut self, serial: Serial, status: &'static str, license: &str) -> Token {
        let serial = self.mint.token(serial, &mut self.dice);
        let license = serial.starts_with("FTKMOB").then(|| license.to_owned());
        Token { serial, drift: 0, status, license, code_hours: 48 }
    }

    fn ordinary_token(&mut self, license: &str) -> Token {
        let (serial, status) = match self.dice.below(10) {
            0 => (Serial::Mobile, NEW),
            1 => (Serial::Hardware, NEW),
            2 => (Serial::Mobile, PROVISIONING),
            3 | 4 => (Serial::Hardware, ACTIVE),
            5 => (Serial::Hardware220, ACTIVE),
            _ => (Serial::Mobile, PROVISIONED),
        };
        let drift = if status == ACTIVE { self.dice.pick([0, 0, 0, 0, 1, -1, 2]) } else { 0 };
        Token { drift, ..self.token(serial, status, license) }
    }
}

/// The licence belongs to the unit: its digits follow the unit's serial.
fn license_of(serial: &str) -> String {
    let digits: String = serial.chars().filter(char::is_ascii_digit).collect();
    format!("EFTM{digits:0>12}")
}

fn vdom(name: &str) -> Vdom {
    Vdom { name: name.to_owned(), ..Vdom::default() }
}

fn administrator(name: &str, profile: &'static str) -> Account {
    Account { name: name.to_owned(), profile: Some(profile), ..Account::default() }
}

/// Adds a token, and a user who holds it unless it is new.
fn give(vdom: &mut Vdom, token: Token, name: Option<&str>, people: &mut People, dice: &mut Dice) {
    if token.status != NEW {
        let mut user = people.next(dice);
        if let Some(name) = name {
            user.name = name.to_owned();
        }
        user.token = Some(token.serial.clone());
        vdom.users.push(user);
    }
    vdom.tokens.push(token);
}
