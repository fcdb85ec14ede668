//! A small fleet in which everything happens: what templates are checked against.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::example_history::with_history;
use super::example_swap::with_swap;
use super::judgement::Judgement;
use super::view::View;
use crate::findings::FleetFacts;
use crate::model::{
    Action, HostEntry, HostFailure, HostName, HostOutcome, Limits, Mute, Negotiated, OwnRule,
    Place, RunEvent, RunHeader, RunRecord, Severity, Stage, Subject, Transcript, Written,
};

/// A view in which no list is empty and every field has a value somewhere: a template that renders
/// from it names nothing that does not exist. `docs/templates.md` takes its examples from here.
pub fn example_view() -> View {
    let record = example_record();
    let facts = FleetFacts::from_record(&record);
    let judgement = Judgement::of_built_in_rules(&record, &facts);
    let view =
        with_swap(View::new(&record, &facts, &judgement.findings).judged(&facts, &judgement));
    with_history(view)
}

/// Seconds after the start of the run.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_490_100 + second).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn example_record() -> RunRecord {
    let entry = |host: &str, group: &str| HostEntry {
        host: HostName::from(host),
        address: format!("{host}.example.net:22"),
        groups: vec![group.to_owned()],
        limits: Limits { drift: Some(3), ..Limits::default() },
        new_serial: None,
        is_controller: false,
    };
    let mut record = RunRecord::new(RunHeader {
        id: "20261124T031500Z-7f3a".to_owned(),
        version: "0.1.0".to_owned(),
        playbook: "playbooks/fortitoken-audit.yml".to_owned(),
        inventories: vec!["inventories/example".to_owned()],
        limit: Some("emea".to_owned()),
        started: at(0),
        hosts: vec![
            entry("fgt-fra-01", "emea"),
            entry("fgt-fra-02", "emea"),
            entry("fgt-lon-01", "emea"),
            entry("fgt-par-01", "emea"),
            entry("fgt-mad-01", "emea"),
            entry("fgt-rom-01", "emea"),
        ],
        notes: vec!["host keys were not checked".to_owned()],
        reports: vec![],
        rules: vec![rule()],
        mutes: vec![
            mute("token-drift", Some("fgt-fra-*"), date(2027, 1, 31)),
            mute("token-locked", None, date(2026, 9, 30)),
        ],
        baseline: None,
        origin: None,
    });
    frankfurt(&mut record, "fgt-fra-01", "FG100FTK00000001");
    frankfurt(&mut record, "fgt-fra-02", "FG100FTK00000002");
    london(&mut record);
    let refused = HostFailure::new(
        Stage::Connect,
        "no answer within 10 s",
        "Check that the address is right and that SSH is allowed from here.",
    );
    finish(&mut record, "fgt-par-01", 10, refused.into());
    let restricted = HostFailure::new(
        Stage::Command,
        "the FortiGate refused the command",
        "Give the account's profile the right to diagnose: `set cli-diagnose enable`.",
    );
    let restricted = restricted.during("diagnose fortitoken info", Some("root".to_owned()));
    finish(&mut record, "fgt-mad-01", 3, restricted.into());
    let reason = "the run was interrupted before its turn".to_owned();
    finish(&mut record, "fgt-rom-01", 61, HostOutcome::NotAttempted { reason, remedy: None });
    record.apply(RunEvent::RunFinished { at: at(61), interrupted: true });
    record
}

fn written(text: &str, line: u32) -> Written {
    let place = Place::new("playbooks/fortitoken-audit.yml", line, 15);
    Written { text: text.to_owned(), place, width: 1 }
}

fn mute(rule: &str, hosts: Option<&str>, until: Date) -> Mute {
    Mute {
        rule: written(rule, 66),
        pattern: hosts.map(|hosts| written(hosts, 67)),
        token: hosts.map(|_| "FTK2000000000001".to_owned()),
        until,
        because: "New tokens are ordered (CHG-1234).".to_owned(),
        hosts: None,
    }
}

fn rule() -> OwnRule {
    OwnRule {
        id: "vip-token-locked".to_owned(),
        title: "A token of the board is locked".to_owned(),
        over: Subject::Token,
        when: vec![written("token.status == 'locked' and 'board' in device.groups", 61)],
        action: Action::Attention,
        severity: Severity::Critical,
        message: written("Token {{ token.serial }} of the board is locked.", 62),
        remedy: None,
        hosts: None,
        place: Place::new("playbooks/fortitoken-audit.yml", 60, 13),
    }
}

/// A member of a cluster with VDOMs.
fn frankfurt(record: &mut RunRecord, host: &str, serial: &str) {
    let role = if host == "fgt-fra-01" { "primary" } else { "secondary" };
    record.apply(RunEvent::HostConnected {
        host: HostName::from(host),
        at: at(1),
        negotiated: Negotiated {
            server: "SSH-2.0-FortiSSH_1.0".to_owned(),
            key_exchange: "diffie-hellman-group-exchange-sha256".to_owned(),
            host_key: "ssh-ed25519".to_owned(),
            cipher: "aes256-ctr".to_owned(),
            mac: Some("hmac-sha2-256".to_owned()),
        },
    });
    answer(
        record,
        host,
        None,
        "get system status",
        &format!(
            "Version: FortiGate-100F v7.4.8,build2795,250523 (GA.M)\nSerial-Number: {serial}\n\
             Hostname: FRA-EDGE\nVirtual domain configuration: multiple\n\
             Current HA mode: a-p, {role}\n"
        ),
    );
    answer(
        record,
        host,
        None,
        "get system ha status",
        "HA Health Status: OK\nModel: FortiGate-100F\nMode: HA A-P\n\
         Primary     : fra-edge-1, FG100FTK00000001, HA cluster index = 0\n\
         Secondary   : fra-edge-2, FG100FTK00000002, HA cluster index = 1\n",
    );
    answer(
        record,
        host,
        Some("root"),
        "show user local",
        "config user local\n    edit \"alice\"\n        set two-factor fortitoken\n        \
         set fortitoken \"FTKMOB0000000001\"\n        set email-to \"alice@example.com\"\n        \
         set sms-phone \"+49 30 5550101\"\n    next\n    edit \"bob\"\n        \
         set two-factor fortitoken\n        set fortitoken \"FTK2000000000001\"\n    next\nend\n",
    );
    answer(
        record,
        host,
        None,
        "show system admin",
        "config system admin\n    edit \"admin\"\n        set accprofile \"super_admin\"\n    \
         next\n    edit \"noc\"\n        set accprofile \"prof_admin\"\n        \
         set two-factor email\n        set email-to \"noc@example.com\"\n    next\nend\n",
    );
    tokens(
        record,
        host,
        Some("root"),
        &[
            "FTKMOB0000000001  0      provision timeout",
            "FTKMOB0000000002  0      provisioning",
            "FTKMOB0000000003  0      new",
            "FTK2000000000001  -7     active",
            "FTK2000000000002  0      token already activated, and seed won't be returned",
            "FTKMOB0000000006  0      token already activated, and seed won't be returned",
        ],
        "reachable",
    );
    let expire = at(48 * 3600).as_second();
    answer(
        record,
        host,
        Some("root"),
        "show user fortitoken",
        &format!(
            "config user fortitoken\n    edit \"FTKMOB0000000001\"\n        \
             set license \"EFTM000000000001\"\n    next\n    edit \"FTKMOB0000000002\"\n        \
             set license \"EFTM000000000001\"\n        set activation-expire {expire}\n    next\n    \
             edit \"FTKMOB0000000003\"\n        set license \"FTMTRIAL0A4E28E6\"\n    next\nend\n"
        ),
    );
    tokens(record, host, Some("dmz"), &["FTKMOB0000000004  0      provisioned"], "reachable");
    finish(record, host, 4, HostOutcome::Examined);
}

/// It does not reach its token server, and one line could not be read.
fn london(record: &mut RunRecord) {
    let host = "fgt-lon-01";
    answer(
        record,
        host,
        None,
        "get system status",
        "Version: FortiGate-60F v7.2.11,build1740,250210 (GA.M)\n\
         Serial-Number: FGT60FTK00000003\nHostname: LON-EDGE\n\
         Virtual domain configuration: disable\nCurrent HA mode: standalone\n",
    );
    tokens(
        record,
        host,
        None,
        &[
            "FTK2000000000004  0      activation error (token not exist in FortiGuard)",
            "FTKMOB0000000005  0      locked",
            "FTKMOB0000000007  0      provision timeout",
            "FTKMOB0000000008  ?",
        ],
        "unreachable",
    );
    finish(record, host, 2, HostOutcome::Examined);
}

pub(super) fn answer(
    record: &mut RunRecord,
    host: &str,
    vdom: Option<&str>,
    command: &str,
    text: &str,
) {
    record.apply(RunEvent::CommandAnswered {
        host: HostName::from(host),
        transcript: Transcript {
            command: command.to_owned(),
            vdom: vdom.map(str::to_owned),
            text: text.into(),
            elapsed_ms: 120,
            truncated: false,
            refusal: None,
        },
    });
}

pub(super) fn tokens(
    record: &mut RunRecord,
    host: &str,
    vdom: Option<&str>,
    rows: &[&str],
    server: &str,
) {
    let text = format!(
        "FORTITOKEN        DRIFT  STATUS\n{}\n\nTotal activated token: 0\n\
         Total global activated token: 0\n\nToken server status: {server}\n",
        rows.join("\n")
    );
    answer(record, host, vdom, "diagnose fortitoken info", &text);
}

pub(super) fn finish(record: &mut RunRecord, host: &str, seconds: i64, outcome: HostOutcome) {
    let host = HostName::from(host);
    if let Some(begun) = record.hosts.get_mut(&host)
        && !matches!(outcome, HostOutcome::NotAttempted { .. })
    {
        begun.started = Some(at(0));
    }
    record.apply(RunEvent::HostFinished { host, at: at(seconds), outcome });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_example_is_empty() {
        let view = example_view();
        let json = serde_json::to_value(&view).unwrap();
        for list in [
            "devices",
            "tokens",
            "users",
            "findings",
            "tickets",
            "reprovision",
            "rma",
            "replacements",
        ] {
            assert!(!json[list].as_array().unwrap().is_empty(), "{list}");
        }
        let ha = view.devices[0].ha.as_ref().unwrap();
        assert_eq!(ha.members.len(), 2);
        assert_eq!(view.devices[2].gaps.len(), 1);
        assert!(view.tickets.iter().any(|ticket| ticket.low_confidence));
    }
}
