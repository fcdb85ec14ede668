//! The read-only gate: what it admits, what it refuses, and that nothing else gets through.

#![allow(clippy::unwrap_used, reason = "a grammar that cannot be built is a failed test")]

use proptest::prelude::*;
use regex::Regex;
use tokenfleet::fortios::command::{Command, MAX_LENGTH};
use tokenfleet::fortios::session::{Listing, Sent, VdomName};

/// Commands that change a FortiGate, reveal a seed, or do something that is not known.
const DANGEROUS: [&str; 46] = [
    "execute reboot",
    "execute factoryreset",
    "execute fortitoken activate FTK2000000000001",
    "execute fortitoken sync FTK2000000000001 111111 222222",
    "execute fortitoken import usb tokens.txt",
    "execute fortitoken-mobile provision FTKMOB0000000001",
    "execute fortitoken-mobile renew FTKMOB0000000001",
    "execute fortitoken-mobile import 0000-0000-0000-0000-0000",
    "execute fortitoken-mobile poll",
    "execute fortitoken-cloud migrate-ftm EFTM000000000001 root",
    "execute fortitoken-cloud sync",
    "execute shutdown",
    "execute log delete-all",
    "execute restore config tftp x 192.0.2.1",
    "diagnose sys csum",
    "diagnose autoupdate downgrade enable",
    "execute backup config tftp x 192.0.2.1",
    "execute ssh admin@192.0.2.1",
    "execute telnet 192.0.2.1",
    "execute ha manage 1 admin",
    "config system global",
    "config system console",
    "config global",
    "config vdom",
    "config user fortitoken",
    "end",
    "exit",
    "edit root",
    "set output standard",
    "unset output",
    "delete FTKMOB0000000001",
    "purge",
    "abort",
    "next",
    "alias x",
    "sudo root execute reboot",
    "diagnose fortitoken debug enable",
    "diagnose fortitoken test FTK2000000000001 111111 222222 5",
    "diagnose fortitoken-cloud delete user",
    "diagnose fortitoken-cloud sync",
    "diagnose debug enable",
    "diagnose debug application forticldd -1",
    "diagnose test application forticldd 99",
    "diagnose sys kill 9 1",
    "diagnose fdsm ftk-activiate",
    "diagnose sys ha checksum recalculate",
];

/// Ways to dress a command up. Each must leave a refused command refused.
fn disguises(base: &str) -> Vec<String> {
    let (verb, rest) = base.split_once(' ').unwrap_or((base, ""));
    let with_verb = |verb: &str| format!("{verb} {rest}").trim_end().to_owned();
    let mut disguised = vec![
        base.to_owned(),
        format!(" {base}"),
        format!("\t{base}"),
        format!("{base} "),
        base.replacen(' ', "  ", 1),
        base.replacen(' ', "\t", 1),
        base.replacen(' ', "\u{a0}", 1),
        base.to_uppercase(),
        with_verb(&format!("{}{}", verb[..1].to_uppercase(), &verb[1..])),
        with_verb(&format!("\"{verb}\"")),
        with_verb(&format!("'{verb}'")),
        with_verb(&format!("\\{verb}")),
        with_verb(&format!("{verb}\u{8}")),
        with_verb(&format!("\u{1b}[D{verb}")),
        with_verb(&verb.replacen('e', "\u{435}", 1)),
        with_verb(&format!("{verb}?")),
        format!("{base}?"),
        format!("get system status\n{base}"),
        format!("get system status\r{base}"),
        format!("get system status\r\n{base}\r\n"),
        format!("get system status;{base}"),
        format!("get system status ; {base}"),
        format!("get system status | {base}"),
        format!("get system status |{base}"),
        format!("get system status | grep x | {base}"),
        format!("get system status | grep x;{base}"),
        format!("get system status && {base}"),
        format!("get system status & {base}"),
        format!("get system status $({base})"),
        format!("get system status `{base}`"),
        format!("get system status > {base}"),
        format!("get system status\u{85}{base}"),
        format!("get system status\u{2028}{base}"),
        format!("get system status\0{base}"),
        format!("\u{feff}{base}"),
        format!("#{base}"),
    ];
    // FortiOS takes any beginning of a word for the word.
    disguised.extend((1..verb.len()).map(|length| with_verb(&verb[..length])));
    // And of each word, alone and all together.
    let words: Vec<&str> = base.split(' ').collect();
    let cut = |word: &str, length: usize| word.chars().take(length).collect::<String>();
    for length in 1..8 {
        disguised.push(words.iter().map(|word| cut(word, length)).collect::<Vec<_>>().join(" "));
        for place in 1..words.len() {
            let mut words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            words[place] = cut(&words[place], length);
            disguised.push(words.join(" "));
        }
    }
    // Where `sudo` is taken, it must carry nothing past the gate.
    disguised.extend(["sudo root", "sudo global"].map(|sudo| format!("{sudo} {base}")));
    disguised
}

#[test]
fn dangerous_commands_are_refused_in_every_disguise() {
    let mut tried = 0;
    for base in DANGEROUS {
        for text in disguises(base) {
            let refusal = Command::parse(&text).expect_err(&text);
            assert!(refusal.column >= 1 && refusal.column <= text.chars().count() + 1, "{text:?}");
            assert!(!refusal.message.is_empty() && !refusal.message.ends_with('.'), "{text:?}");
            assert!(refusal.message.chars().all(|c| !c.is_control()), "{text:?}");
            tried += 1;
        }
    }
    assert!(tried >= 2_500, "only {tried} variants");
}

#[test]
fn shorthand_of_admitted_commands_is_refused() {
    for text in [
        "diag fortitoken info",
        "diagnose fort info",
        "diagnose fortitoken inf",
        "ge system status",
        "sh user local",
        "Get system status",
        "get System status",
        "DIAGNOSE fortitoken info",
        "get test forticldd 1",
        "get t forticldd 1",
        "diagnose",
        "diagnose fortitoken",
        "diagnose sys",
        "diagnose fortitoken info FTKMOB0000000001 more",
        "diagnose sys vd list more",
    ] {
        assert!(Command::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn commands_of_an_audit_are_admitted_as_they_are() {
    for text in [
        "get system status",
        "get system ha status",
        "get system ha status | grep .",
        "get system status | grep -i -A2 virtual",
        "show user local",
        "show user fortitoken",
        "show system admin",
        "show full-configuration user local",
        "show",
        "show user local | grep -v ^x*",
        "diagnose fortitoken info",
        "diagnose fortitoken info FTKMOB0000000001",
        "diagnose fortitoken info | grep -v active",
        "diagnose sys vd list",
        "diagnose sys ha status",
        "diagnose fortitoken-cloud show",
        "get router info routing-table all",
    ] {
        assert_eq!(Command::parse(text).unwrap().as_str(), text);
    }
}

#[test]
fn refusals_name_the_place_and_the_way_out() {
    for (text, column, message, hint) in [
        ("", 1, "the command is empty", "write a `get`, `show` or `diagnose` command"),
        (
            "diag fortitoken info",
            1,
            "`diag` is not written out",
            "write `diagnose`, in full and in lower case",
        ),
        (
            "execute reboot",
            1,
            "`execute` is not read-only",
            "only `get`, `show` and listed `diagnose` commands are ever sent",
        ),
        (
            "diagnose fortitoken debug enable",
            10,
            "`diagnose fortitoken debug enable` is not known to be read-only",
            "only listed `diagnose` commands are sent; the nearest is `diagnose fortitoken info`",
        ),
        (
            "get system status\nexecute reboot",
            18,
            "a command is one line, and this one has a line break",
            "type the command in plain characters, on one line",
        ),
        (
            "get system status | grep \"a b\"",
            26,
            "`\"` may not stand in a command",
            "names that need quotes cannot be used here",
        ),
        (
            "get system status | tee",
            21,
            "what follows `|` is not `grep`",
            "the only filter is ` | grep WORD`, with flags as `-i`, `-v` or `-A2` before WORD",
        ),
        (
            "get  system status",
            5,
            "a blank stands where a word should begin",
            "separate the words by single blanks",
        ),
    ] {
        let refusal = Command::parse(text).unwrap_err();
        assert_eq!(
            (refusal.column, refusal.message.as_str(), refusal.hint.as_deref()),
            (column, message, Some(hint)),
            "{text:?}"
        );
    }
    let long = format!("get system {}", "x".repeat(MAX_LENGTH));
    assert_eq!(Command::parse(&long).unwrap_err().column, MAX_LENGTH + 1);
}

#[test]
fn what_a_session_asks_by_itself_passes_the_gate() {
    for command in [
        Command::SYSTEM_STATUS,
        Command::VDOM_LIST,
        Command::VDOM_PROPERTY,
        Command::FORTITOKEN_INFO,
        Command::HA_STATUS,
        Command::USER_LOCAL,
        Command::USER_FORTITOKEN,
        Command::SYSTEM_ADMIN,
    ] {
        assert_eq!(Command::parse(command.as_str()), Ok(command));
    }
    for (command, why) in Command::read_only_diagnose() {
        assert!(Command::parse(&format!("diagnose {command}")).is_ok(), "{command}");
        assert!(!why.is_empty());
    }
}

#[test]
fn names_that_could_be_misread_are_never_sent() {
    for name in [
        "", "a b", "a\"", "a\\", "a;b", "a?", "a\r", "é", "-a", "a|b", "a'b", "$(a)", "global",
        "vdom",
    ] {
        assert_eq!(VdomName::from_listed(name), None, "{name:?}");
    }
    let name = VdomName::from_listed("CUST-A.north_2").unwrap();
    assert_eq!(Sent::EnterVdom(name.clone()).bytes(), b"edit CUST-A.north_2\r");
    for (listing, text) in [
        (Listing::Kernel, "diagnose sys vd list | grep name=CUST-A.north_2"),
        (Listing::Property, "get system vdom-property | grep CUST-A.north_2"),
    ] {
        let asked = Sent::StillListed(name.clone(), listing);
        assert_eq!(asked.bytes(), format!("{text}\r").into_bytes());
        assert!(Command::parse(text).is_ok(), "{text}");
    }
    let asked = Sent::InVdom(name, Command::FORTITOKEN_INFO);
    assert_eq!(asked.bytes(), b"sudo CUST-A.north_2 diagnose fortitoken info\r");
}

#[test]
fn single_keys_are_sent_without_a_carriage_return() {
    assert_eq!(Sent::NextPage.bytes(), b" ");
    assert_eq!(Sent::AcceptBanner.bytes(), b"a");
    assert_eq!(Sent::Decline.bytes(), b"n");
    assert_eq!(Sent::ProbePrompt.bytes(), b"\r");
    assert_eq!(Sent::Exit.bytes(), b"exit\r");
}

/// The grammar once more, written another way.
fn grammar() -> Regex {
    let listed: Vec<String> =
        Command::read_only_diagnose().map(|(command, _)| regex::escape(command)).collect();
    let word = "[A-Za-z0-9._:/@+=,-]+";
    let second = "[a-z0-9._:/@+=,-]+";
    Regex::new(&format!(
        r"\A(?:(?:get|show)(?: {second}(?: {word})*)?|diagnose (?:{})(?: {word})?)(?: \| grep (?:-[A-Za-z]+[0-9]* )*[A-Za-z0-9._:/@+=,^*][A-Za-z0-9._:/@+=,^*-]*)?\z",
        listed.join("|")
    ))
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_outside_the_grammar_is_admitted(
        parts in prop::collection::vec(
            prop_oneof![
                3 => Just(" ".to_owned()),
                2 => prop::sample::select(vec![
                    "get", "show", "diagnose", "fortitoken", "info", "sys", "vd", "list", "test",
                    "debug", "enable", "execute", "config", "end", "| grep", "|", "grep", "-v",
                    "-f", "status", "system", ";", "\n", "\r", "?", "\\", "\"", "\t", "\0", "ö",
                ]).prop_map(str::to_owned),
                1 => ".{0,4}",
            ],
            0..12,
        ),
    ) {
        let text = parts.concat();
        if let Ok(command) = Command::parse(&text) {
            prop_assert_eq!(command.as_str(), &text);
            prop_assert!(grammar().is_match(&text), "{:?}", text);
            prop_assert!(!text.starts_with("get test") && text.len() <= MAX_LENGTH);
        }
    }
}
