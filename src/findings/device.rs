//! The facts of one device.

use super::account::AccountFacts;
use super::configuration::Configuration;
use super::reading::Reading;
use super::server::{ServerFacts, ServerReach};
use super::sheet::{TokenFacts, TokenSheet};
use crate::model::{
    AccountKind, Evidence, HaMember, HaStatus, HostEntry, HostOutcome, HostRecord, SystemStatus,
    Transcript,
};

/// What a run found out about one host of the inventory.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceFacts {
    pub entry: HostEntry,
    /// `None`: not finished, since the process was killed or is still at it.
    pub outcome: Option<HostOutcome>,
    /// Why what is shown here may not be all there is, one sentence without a full stop each.
    pub gaps: Vec<String>,
    /// `get system status`
    pub system: Option<SystemStatus>,
    /// With what that answer begins.
    pub status_line: Option<StatusLine>,
    /// `get system ha status`
    pub ha: Option<HaStatus>,
    /// In the order the device lists them; empty on a device without VDOMs.
    pub vdoms: Vec<String>,
    /// One per VDOM whose tokens were read, in the order read.
    pub sheets: Vec<TokenSheet>,
    /// Local users and administrators, in the order read.
    pub accounts: Vec<AccountFacts>,
    /// Whether every administrator was read, as far as the login may see them.
    pub administrators_are_known: bool,
}

/// The first line that says something in an answer to `get system status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusLine {
    command: String,
    /// Counted from 1.
    line: usize,
    text: String,
}

impl StatusLine {
    pub(super) fn of(transcript: &Transcript) -> Option<Self> {
        let mut lines = (1..).zip(transcript.text.lines());
        let (line, text) = lines.find(|(_, line)| !line.trim().is_empty())?;
        let (command, text) = (transcript.command.clone(), text.trim_end().to_owned());
        Some(Self { command, line, text })
    }
}

impl DeviceFacts {
    /// Reads the kept transcripts again. Refused ones say nothing; of several answers to one
    /// question the last counts.
    pub fn from_record(record: &HostRecord) -> Self {
        let mut reading = Reading::default();
        for transcript in &record.transcripts {
            reading.take(transcript);
        }
        reading.finish(record)
    }

    /// Serial of the FortiGate, where it was read.
    pub fn serial(&self) -> Option<&str> {
        self.system.as_ref().map(|system| system.serial.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether every task of the run went right here.
    pub fn is_examined(&self) -> bool {
        self.outcome == Some(HostOutcome::Examined)
    }

    /// Whether it says that it is in a cluster.
    pub fn is_clustered(&self) -> bool {
        self.system.as_ref().is_some_and(|system| system.ha.clustered)
            || self.ha.as_ref().is_some_and(|ha| !ha.mode.eq_ignore_ascii_case("standalone"))
    }

    /// The members of its cluster but itself; nobody where its own serial was not read.
    pub fn other_members(&self) -> Vec<&HaMember> {
        let Some(own) = self.serial().filter(|_| self.is_clustered()) else { return Vec::new() };
        let members = self.ha.iter().flat_map(|ha| &ha.members);
        members.filter(|member| member.serial != own).collect()
    }

    /// Whether something was collected, but perhaps not all.
    pub fn is_partial(&self) -> bool {
        !self.gaps.is_empty()
    }

    pub fn tokens(&self) -> impl Iterator<Item = (&TokenSheet, &TokenFacts)> {
        self.sheets.iter().flat_map(|sheet| sheet.tokens.values().map(move |token| (sheet, token)))
    }

    /// A token by its serial, in the first VDOM that shows it.
    pub fn token(&self, serial: &str) -> Option<(&TokenSheet, &TokenFacts)> {
        let serial = serial.to_ascii_uppercase();
        self.sheets.iter().find_map(|sheet| Some((sheet, sheet.tokens.get(serial.as_str())?)))
    }

    /// Whether the device reaches its token server: the worst that one of its VDOMs says.
    pub fn server_reach(&self) -> ServerReach {
        let said = self.sheets.iter().filter_map(|sheet| sheet.server.as_ref());
        said.map(|server| ServerReach::of(&server.state)).max().unwrap_or(ServerReach::Unsaid)
    }

    /// The line that shows a token.
    pub fn evidence(&self, sheet: &TokenSheet, token: &TokenFacts) -> Evidence {
        self.cite(sheet.vdom.as_ref(), &token.command, token.token.line, &token.text)
    }

    /// The line with which a token's configuration begins, where that was read.
    pub fn configuration_evidence(
        &self,
        sheet: &TokenSheet,
        token: &TokenFacts,
    ) -> Option<Evidence> {
        let configuration = token.configuration.as_ref()?;
        let Configuration { token, command, text } = configuration;
        Some(self.cite(sheet.vdom.as_ref(), command, token.line, text))
    }

    /// The line with which the status of the FortiGate begins, where that was read.
    pub fn status_evidence(&self) -> Option<Evidence> {
        let StatusLine { command, line, text } = self.status_line.as_ref()?;
        Some(self.cite(None, command, *line, text))
    }

    /// The accounts that name a token of one VDOM.
    pub fn holders(&self, sheet: &TokenSheet, serial: &str) -> impl Iterator<Item = &AccountFacts> {
        self.accounts.iter().filter(move |facts| {
            let near = facts.account.kind == AccountKind::Administrator || facts.vdom == sheet.vdom;
            let token = facts.account.token.as_deref();
            near && token.is_some_and(|token| token.eq_ignore_ascii_case(serial))
        })
    }

    /// The line that shows an account.
    pub fn account_evidence(&self, facts: &AccountFacts) -> Evidence {
        self.cite(facts.vdom.as_ref(), &facts.command, facts.account.line, &facts.text)
    }

    /// Whether every token table of the device was read to its last line. An administrator may hold
    /// a token of any VDOM.
    pub fn tokens_are_known(&self) -> bool {
        let read =
            |vdom: &String| self.sheets.iter().any(|sheet| sheet.vdom.as_ref() == Some(vdom));
        let whole = self.sheets.iter().all(|sheet| sheet.is_whole);
        !self.sheets.is_empty() && whole && !self.is_partial() && self.vdoms.iter().all(read)
    }

    /// What VDOMs say of the token server, as far as it amounts to `reach`.
    pub fn server_said(
        &self,
        reach: ServerReach,
    ) -> impl Iterator<Item = (&TokenSheet, &ServerFacts)> {
        let said = self.sheets.iter().filter_map(|sheet| Some((sheet, sheet.server.as_ref()?)));
        said.filter(move |(_, server)| ServerReach::of(&server.state) == reach)
    }

    /// The lines behind [`DeviceFacts::server_said`].
    pub fn server_evidence(&self, reach: ServerReach) -> Vec<Evidence> {
        self.server_said(reach)
            .map(|(sheet, server)| {
                self.cite(sheet.vdom.as_ref(), &server.command, server.line, &server.text)
            })
            .collect()
    }

    fn cite(&self, vdom: Option<&String>, command: &str, line: usize, text: &str) -> Evidence {
        Evidence {
            host: self.entry.host.clone(),
            device_serial: self.serial().map(str::to_owned),
            vdom: vdom.cloned(),
            command: command.to_owned(),
            line,
            text: text.to_owned(),
        }
    }
}
