//! A record made by hand, for the tests of the rules.

use jiff::Timestamp;

use super::{FleetFacts, evaluate};
use crate::model::{
    Finding, HostEntry, HostName, HostOutcome, Limits, RunEvent, RunHeader, RunRecord, Transcript,
};

/// A fleet of hosts with what they answered.
pub struct Specimen {
    record: RunRecord,
}

impl Specimen {
    /// When its run started.
    pub const STARTED: Timestamp = Timestamp::constant(1_795_490_100, 0);

    /// Examined hosts with a drift limit of 3.
    pub fn new(hosts: &[&str]) -> Self {
        let entry = |host: &&str| HostEntry {
            host: HostName::from(*host),
            address: format!("{host}.example:22"),
            groups: vec!["emea".into()],
            limits: Limits { drift: Some(3), ..Limits::default() },
            new_serial: None,
            is_controller: false,
        };
        let mut record = RunRecord::new(RunHeader {
            id: "20261124T031500Z-7f3a".into(),
            version: "0.1.0".into(),
            playbook: "audit.yml".into(),
            inventories: vec!["hosts.yml".into()],
            limit: None,
            started: Self::STARTED,
            hosts: hosts.iter().map(entry).collect(),
            notes: vec![],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        });
        for host in hosts {
            record.apply(RunEvent::HostFinished {
                host: HostName::from(*host),
                at: Timestamp::UNIX_EPOCH,
                outcome: HostOutcome::Examined,
            });
        }
        Self { record }
    }

    pub fn answer(mut self, host: &str, vdom: Option<&str>, command: &str, text: &str) -> Self {
        self.record.apply(RunEvent::CommandAnswered {
            host: HostName::from(host),
            transcript: Transcript {
                command: command.to_owned(),
                vdom: vdom.map(str::to_owned),
                text: text.into(),
                elapsed_ms: 1,
                truncated: false,
                refusal: crate::fortios::refusal::recognise(text).map(str::to_owned),
            },
        });
        self
    }

    /// Rows of `diagnose fortitoken info`, and the word of the token server.
    pub fn tokens(self, host: &str, vdom: Option<&str>, rows: &[&str], server: &str) -> Self {
        let text = format!(
            "FORTITOKEN        DRIFT  STATUS\n{}\n\nTotal activated token: 0\n\
             Total global activated token: 0\n\nToken server status: {server}\n",
            rows.join("\n")
        );
        self.answer(host, vdom, "diagnose fortitoken info", &text)
    }

    pub fn status(self, host: &str, serial: &str, vdoms: &str) -> Self {
        let text = format!(
            "Version: FortiGate-60F v7.4.8,build2795,250523 (GA.M)\nSerial-Number: {serial}\n\
             Hostname: {host}\nVirtual domain configuration: {vdoms}\n\
             Current HA mode: standalone\n"
        );
        self.answer(host, None, "get system status", &text)
    }

    /// The replacement that the run was told of.
    pub fn new_serial(mut self, host: &str, serial: &str) -> Self {
        let host = self.record.hosts.get_mut(&HostName::from(host)).unwrap();
        host.entry.new_serial = Some(serial.to_owned());
        self
    }

    /// Other lines than the usual ones.
    pub fn limits(mut self, host: &str, limits: Limits) -> Self {
        let host = self.record.hosts.get_mut(&HostName::from(host)).unwrap();
        host.entry.limits = limits;
        self
    }

    /// A FortiGate with a release of its own, in a cluster where `ha` is not `standalone`.
    pub fn release(self, host: &str, serial: &str, version: &str, ha: &str) -> Self {
        let text = format!(
            "Version: FortiGate-60F v{version},build2829,250924 (GA.M)\nSerial-Number: {serial}\n\
             Hostname: {host}\nVirtual domain configuration: disable\nCurrent HA mode: {ha}\n"
        );
        self.answer(host, None, "get system status", &text)
    }

    /// Entries of `show user local`, each a name and what is set.
    pub fn users(self, host: &str, users: &[(&str, &[&str])]) -> Self {
        self.answer(host, None, "show user local", &table("user local", users))
    }

    /// Entries of `show system admin`.
    pub fn administrators(self, host: &str, administrators: &[(&str, &[&str])]) -> Self {
        self.answer(host, None, "show system admin", &table("system admin", administrators))
    }

    /// Entries of `show user fortitoken`.
    pub fn configured(self, host: &str, tokens: &[(&str, &[&str])]) -> Self {
        self.answer(host, None, "show user fortitoken", &table("user fortitoken", tokens))
    }

    pub fn facts(&self) -> FleetFacts {
        FleetFacts::from_record(&self.record)
    }

    pub fn findings(&self) -> Vec<Finding> {
        evaluate(&self.facts())
    }

    pub fn apply(mut self, event: RunEvent) -> Self {
        self.record.apply(event);
        self
    }

    /// The examination of a host ended otherwise.
    pub fn ended(mut self, host: &str, outcome: impl Into<HostOutcome>) -> Self {
        self.record.hosts[&HostName::from(host)].outcome = Some(outcome.into());
        self
    }
}

fn table(path: &str, entries: &[(&str, &[&str])]) -> String {
    let entry = |(name, settings): &(&str, &[&str])| {
        let lines: String = settings.iter().map(|set| format!("        set {set}\n")).collect();
        format!("    edit \"{name}\"\n{lines}    next\n")
    };
    format!("config {path}\n{}end\n", entries.iter().map(entry).collect::<String>())
}

/// The findings on one token of an otherwise healthy FortiGate.
pub fn on_token(row: &str, server: &str) -> Vec<Finding> {
    let specimen = Specimen::new(&["fw"]).status("fw", "FGT60F0000000001", "disable");
    let mut findings = specimen.tokens("fw", None, &[row], server).findings();
    findings.retain(|finding| finding.token.is_some());
    findings
}
