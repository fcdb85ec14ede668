//! The hand-made units, in the order of the lab's inventory. Together they show each status of the
//! token table, each shape of prompt and login, and each fault.

use super::character::Trait::{self, *};
use super::character::{Character, Serial};
use super::device::{Algorithms, Banner};
use super::fault::Fault;
use super::firmware::Firmware;
use super::status::*;

const fn unit(
    name: &'static str,
    region: &'static str,
    model: &'static str,
    firmware: Firmware,
    traits: &'static [Trait],
) -> Character {
    Character { name, region, model, firmware, traits }
}

const fn token(
    vdom: &'static str,
    serial: Serial,
    status: &'static str,
    drift: i64,
) -> Trait {
    Token { vdom, serial, status, drift }
}

pub static CAST: &[Character] = &[
    unit("fgt-fra-01", "emea", "FortiGate-1500D", Firmware::V6_0_7, &[Vdoms(&["root", "dmz", "guest"]), Cluster { mode: "a-p", primary: true }]),
    unit("fgt-fra-02", "emea", "FortiGate-600E", Firmware::V6_2_6, &[Vdoms(&["root", "voice"]), Cluster { mode: "a-p", primary: true }]),
    unit("fgt-fra-03", "emea", "FortiGate-100F", Firmware::V7_4_8, &[Cluster { mode: "a-p", primary: true }, RoleInPrompt]),
    unit("fgt-fra-04", "emea", "FortiGate-100F", Firmware::V7_4_8, &[PartnerOf("fgt-fra-03"), RoleInPrompt]),
    unit("fgt-lon-01", "emea", "FortiGate-60F", Firmware::V7_0_7, &[]),
    unit("fgt-lon-02", "emea", "FortiGate-40F", Firmware::V7_2_8, &[Shows(Banner::PostLogin)]),
    unit("fgt-lon-03", "emea", "FortiGate-60E", Firmware::V6_4_9, &[Shows(Banner::PreLogin), Restricted]),
    unit("fgt-par-01", "emea", "FortiGate-60F", Firmware::V7_2_11, &[Hostname("par.edge.01")]),
    unit("fgt-par-02", "emea", "FortiGate-60F", Firmware::V7_2_11, &[Hostname("par_edge_02")]),
    unit("fgt-mad-01", "emea", "FortiGate-80F", Firmware::V7_0_17, &[Hostname("madrid-edge~1")]),
    unit("fgt-waw-01", "emea", "FortiGate-80F", Firmware::V7_4_7, &[Shows(Banner::PostLoginDrawn)]),
    unit("fgt-dub-01", "emea", "FortiGate-91G", Firmware::V7_4_7, &[]),
    unit("fgt-mil-01", "emea", "FortiGate-101F", Firmware::V7_0_11, &[SplitTask, Restricted]),
    unit("fgt-zrh-01", "emea", "FortiGate-200F", Firmware::V7_2_8, &[Vdoms(&["root", "customer-a", "customer-b"]), AdministratorOf("customer-b"), Restricted, token("customer-a", Serial::Mobile, PROVISION_TIMEOUT, 0), token("customer-b", Serial::Mobile, PROVISION_TIMEOUT, 0)]),
    unit("fgt-zrh-02", "emea", "FortiGate-1500D", Firmware::V7_0_17, &[Vdoms(&["root", "FW-LAB.dc_2"]), ManagementVdom]),
    unit("fgt-ams-01", "emea", "FortiGate-3001F", Firmware::V7_4_8, &[ManyVdoms(40), Cluster { mode: "a-p", primary: true }, Ordinary(2), token("customer-17", Serial::Mobile, PROVISION_TIMEOUT, 0), token("customer-39", Serial::Hardware, ALREADY_ACTIVATED, 0)]),
    unit("fgt-vie-01", "emea", "FortiGate-60F", Firmware::V7_4_8, &[token("root", Serial::Mobile, PROVISION_TIMEOUT, 0), token("root", Serial::Mobile, PROVISION_TIMEOUT, 0), token("root", Serial::Mobile, PROVISIONING, 0)]),
    unit("fgt-vie-02", "emea", "FortiGate-60F", Firmware::V7_4_8, &[token("root", Serial::Hardware, ALREADY_ACTIVATED, 0), token("root", Serial::Hardware220, ALREADY_ACTIVATED, 0)]),
    unit("fgt-prg-01", "emea", "FortiGate-80F", Firmware::V7_2_11, &[token("root", Serial::Hardware, ACTIVATION_ERROR, 0), token("root", Serial::Mobile, ACTIVATION_ERROR, 0)]),
    unit("fgt-prg-02", "emea", "FortiGate-80F", Firmware::V7_2_11, &[Server("unreachable"), token("root", Serial::Hardware, ACTIVATION_ERROR, 0)]),
    unit("fgt-osl-01", "emea", "FortiGate-40F", Firmware::V7_0_17, &[Server("unknown")]),
    unit("fgt-hel-01", "emea", "FortiGate-40F", Firmware::V7_0_17, &[Server("connecting")]),
    unit("fgt-lis-01", "emea", "FortiGate-120G", Firmware::V7_6_3, &[]),
    unit("fgt-ath-01", "emea", "FortiGate-60F", Firmware::V6_4_15, &[token("root", Serial::Mobile, LOCKED, 0), token("root", Serial::Hardware, LOCKED, 0)]),
    unit("fgt-nyc-01", "amer", "FortiGate-601F", Firmware::V7_6_3, &[Cluster { mode: "a-a", primary: true }]),
    unit("fgt-nyc-02", "amer", "FortiGate-601F", Firmware::V7_6_3, &[Vdoms(&["root", "trading", "mgmt"]), Restricted]),
    unit("fgt-chi-01", "amer", "FortiGate-100F", Firmware::V7_2_8, &[token("root", Serial::Hardware, ACTIVE, 3), token("root", Serial::Hardware, ACTIVE, -2), token("root", Serial::Mobile, PROVISIONED, 1)]),
    unit("fgt-chi-02", "amer", "FortiGate-100F", Firmware::V7_2_8, &[token("root", Serial::Hardware, ACTIVE, 4), token("root", Serial::Mobile, PROVISIONED, -17), token("root", Serial::Hardware, ACTIVE, 1234)]),
    unit("fgt-dal-01", "amer", "FortiGate-60F", Firmware::V6_2_16, &[token("root", Serial::Hardware, "error", 0), token("root", Serial::Mobile, "server error, retry later", 0)]),
    unit("fgt-dal-02", "amer", "FortiGate-60F", Firmware::V7_2_11, &[token("root", Serial::Mobile, ACTIVE, 0)]),
    unit("fgt-atl-01", "amer", "FortiGate-60F", Firmware::V7_2_11, &[token("root", Serial::Hardware, PROVISIONED, 0)]),
    unit("fgt-sao-01", "amer", "FortiGate-80F", Firmware::V7_4_7, &[token("root", Serial::Known("FTK2005TWXNDKPLX"), ACTIVE, 0)]),
    unit("fgt-tor-01", "amer", "FortiGate-200F", Firmware::V7_4_8, &[Vdoms(&["root", "branch-east"]), token("branch-east", Serial::Known("FTK2005TWXNDKPLX"), ALREADY_ACTIVATED, 0)]),
    unit("fgt-mex-01", "amer", "FortiGate-40F", Firmware::V7_2_8, &[Ordinary(0)]),
    unit("fgt-bos-01", "amer", "FortiGate-200E", Firmware::V6_2_16, &[Vdoms(&["root", "lab"]), Ordinary(0), token("root", Serial::Mobile, PROVISIONED, 0)]),
    unit("fgt-sea-01", "amer", "FortiGate-100E", Firmware::V6_4_15, &[AdministratorTokens]),
    unit("fgt-sfo-01", "amer", "FortiGate-60F", Firmware::V7_4_8, &[NoMail, token("root", Serial::Mobile, PROVISION_TIMEOUT, 0)]),
    unit("fgt-mia-01", "amer", "FortiGate-100F", Firmware::V7_4_8, &[Ordinary(1), token("root", Serial::Mobile, NEW, 0), token("root", Serial::Hardware, NEW, 0), token("root", Serial::Hardware, ACTIVE, 0), token("root", Serial::Mobile, PROVISIONING, 0), token("root", Serial::Mobile, PROVISIONED, 0), token("root", Serial::Mobile, PROVISION_TIMEOUT, 0), token("root", Serial::Hardware, ALREADY_ACTIVATED, 0), token("root", Serial::Hardware, ACTIVATION_ERROR, 0), token("root", Serial::Mobile, LOCKED, 0), token("root", Serial::Mobile, "wiped", 0)]),
    unit("fgt-phx-01", "amer", "FortiGate-200D", Firmware::V6_0_18, &[Offers(Algorithms::Old)]),
    unit("fgt-den-01", "amer", "FortiGate-101F", Firmware::V7_4_7, &[Offers(Algorithms::Hardened)]),
    unit("fgt-bog-01", "amer", "FortiGate-60F", Firmware::V7_0_17, &[Interactive]),
    unit("fgt-scl-01", "amer", "FortiGate-VM64-KVM", Firmware::V7_6_3, &[Server("unreachable"), Ordinary(0)]),
    unit("fgt-lim-01", "amer", "FortiGate-60F", Firmware::V7_2_8, &[Has(Fault::Crumbles)]),
    unit("fgt-yul-01", "amer", "FortiGate-7040E", Firmware::V6_4_15, &[Module, Vdoms(&["root", "mgmt-vdom"])]),
    unit("fgt-syd-01", "apac", "FortiGate-200D", Firmware::V6_0_18, &[Cluster { mode: "a-p", primary: false }]),
    unit("fgt-syd-02", "apac", "FortiGate-600E", Firmware::V6_4_9, &[Vdoms(&["root", "Finance"]), Cluster { mode: "a-p", primary: true }]),
    unit("fgt-sin-01", "apac", "FortiWiFi-60F", Firmware::V7_2_11, &[]),
    unit("fgt-sin-02", "apac", "FortiGate-60F", Firmware::V7_4_8, &[Hostname("<script>alert(1)</script>\u{1b}[2J"), Prompt("fgt-sin-02"), User("=cmd|'/C calc'!A0"), User("<img src=x onerror=alert(1)>"), User("\u{1b}]0;owned\u{7}\u{1b}[31mred"), token("root", Serial::Mobile, "<b>owned</b>", 0)]),
    unit("fgt-tyo-01", "apac", "FortiGate-80F", Firmware::V7_0_11, &[User("tana\u{fffd}ka")]),
    unit("fgt-tyo-02", "apac", "FortiGate-80F", Firmware::V7_4_7, &[token("root", Serial::Mobile, PROVISIONING, 0), token("root", Serial::Mobile, PROVISIONING, 0), token("root", Serial::Mobile, PROVISIONING, 0)]),
    unit("fgt-hkg-01", "apac", "FortiGate-100F", Firmware::V7_0_17, &[token("root", Serial::SeedCd, ACTIVE, 0), token("root", Serial::SeedCd, NEW, 0)]),
    unit("fgt-bom-01", "apac", "FortiGate-1801F", Firmware::V7_4_8, &[Ordinary(250)]),
    unit("fgt-del-01", "apac", "FortiGate-501E", Firmware::V7_2_11, &[Vdoms(&["root", "north", "south"]), token("north", Serial::Mobile, PROVISION_TIMEOUT, 0), token("south", Serial::Mobile, PROVISION_TIMEOUT, 0), token("south", Serial::Mobile, LOCKED, 0)]),
    unit("fgt-sel-01", "apac", "FortiGate-60F", Firmware::V7_6_3, &[Prompt("SEOUL-EDGE")]),
    unit("fgt-bkk-01", "apac", "FortiGate-40F", Firmware::V7_0_17, &[Has(Fault::PortRefused)]),
    unit("fgt-bkk-02", "apac", "FortiGate-40F", Firmware::V7_0_17, &[Has(Fault::PasswordRefused)]),
    unit("fgt-mnl-01", "apac", "FortiGate-60F", Firmware::V7_4_8, &[Has(Fault::DiagnoseLost), Restricted]),
    unit("fgt-jkt-01", "apac", "FortiGate-200F", Firmware::V7_4_8, &[Vdoms(&["root", "plant"]), Has(Fault::DiagnoseLost), Restricted]),
    unit("fgt-kul-01", "apac", "FortiGate-60F", Firmware::V7_2_8, &[Has(Fault::Hangs)]),
    unit("fgt-akl-01", "apac", "FortiGate-60F", Firmware::V7_2_8, &[Has(Fault::Drops)]),
    unit("fgt-mel-01", "apac", "FortiGate-40F", Firmware::V7_2_11, &[Has(Fault::Silent)]),
    unit("fgt-per-01", "apac", "FortiGate-40F", Firmware::V7_2_11, &[Has(Fault::PasswordExpired)]),
    unit("fgt-cgk-01", "apac", "FortiGate-60F", Firmware::V7_2_11, &[Has(Fault::LinuxServer)]),
    unit("fgt-han-01", "apac", "FortiGate-60F", Firmware::V7_4_7, &[Has(Fault::FortiManager)]),
    unit("fgt-osa-01", "apac", "FortiGate-60F", Firmware::V7_4_7, &[Has(Fault::SessionsTaken)]),
];
