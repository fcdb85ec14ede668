//! From the record of a host to the facts of a device.

use super::account::Accounts;
use super::configuration::Configurations;
use super::device::{DeviceFacts, StatusLine};
use super::owner::Owners;
use super::sheet::TokenSheet;
use crate::fortios::parse;
use crate::model::{
    AccountKind, HaStatus, HostOutcome, HostRecord, SystemStatus, TaskStatus, TokenTable,
    Transcript,
};

/// A record being read.
#[derive(Default)]
pub(super) struct Reading {
    system: Option<SystemStatus>,
    status_line: Option<StatusLine>,
    ha: Option<HaStatus>,
    vdoms: Vec<String>,
    sheets: Vec<TokenSheet>,
    accounts: Accounts,
    configurations: Configurations,
    /// What the device said where it refused to show its tokens.
    refused: Option<String>,
    gaps: Vec<String>,
}

impl Reading {
    pub fn take(&mut self, transcript: &Transcript) {
        let Some(parser) = parse::by_command(&transcript.command) else { return };
        if let Some(line) = &transcript.refusal {
            if parser.name == "fortitoken_info" {
                self.refused.get_or_insert_with(|| line.clone());
            }
            return;
        }
        if transcript.truncated {
            self.gap(format!("the answer to `{}` was cut", transcript.command), transcript);
        }
        // A filter, or the name of one entry, leaves others out.
        let is_whole = !transcript.truncated && parser.commands.contains(&&*transcript.command);
        let text = &transcript.text;
        match parser.name {
            "fortitoken_info" => self.tokens(transcript, is_whole),
            "system_status" => {
                self.status_line = self.status_line.take().or_else(|| StatusLine::of(transcript));
                self.system(parse::system_status(text).answer().ok());
            }
            "ha_status" => self.ha = parse::ha_status(text).answer().ok().or(self.ha.take()),
            "vdom_list" => {
                if let Ok(list) = parse::vdom_list(text).answer() {
                    self.vdoms = list.vdoms;
                }
            }
            "user_local" => {
                let read = parse::user_local(text);
                self.accounts.add(transcript, AccountKind::LocalUser, read, is_whole);
            }
            "user_fortitoken" => {
                if let Ok(tokens) = parse::user_fortitoken(text).answer() {
                    self.configurations.add(transcript, tokens);
                }
            }
            "system_admin" => {
                let read = parse::system_admin(text);
                self.accounts.add(transcript, AccountKind::Administrator, read, is_whole);
            }
            _ => {}
        }
    }

    fn tokens(&mut self, transcript: &Transcript, is_whole: bool) {
        let parsed = parse::fortitoken_info(&transcript.text);
        let unread = parsed.unparsed.len();
        let table: TokenTable = match parsed.answer() {
            Ok(table) => table,
            Err(problem) => return self.gap(problem, transcript),
        };
        if unread > 0 {
            let lines = if unread == 1 { "1 line" } else { &format!("{unread} lines") };
            let command = &transcript.command;
            self.gap(format!("{lines} of `{command}` could not be read"), transcript);
        }
        let known = self.sheets.iter().position(|sheet| sheet.vdom == transcript.vdom);
        let index = known.unwrap_or_else(|| {
            self.sheets.push(TokenSheet::new(transcript.vdom.clone()));
            self.sheets.len() - 1
        });
        self.sheets[index].add(transcript, table, is_whole && unread == 0);
    }

    /// A filter (`| grep Version`) may have left the serial out: such an answer replaces nothing.
    fn system(&mut self, system: Option<SystemStatus>) {
        if let Some(system) = system
            && (self.system.is_none() || !system.serial.is_empty())
        {
            self.system = Some(system);
        }
    }

    fn gap(&mut self, what: String, transcript: &Transcript) {
        self.gaps.push(match &transcript.vdom {
            Some(vdom) => format!("{what} in VDOM {vdom}"),
            None => what,
        });
    }

    pub fn finish(mut self, record: &HostRecord) -> DeviceFacts {
        let owners = Owners::new(self.accounts.iter());
        for sheet in &mut self.sheets {
            sheet.join(&self.accounts, &owners, &mut self.configurations);
        }
        self.unfinished(record);
        self.passed_over(record);
        self.unread_tokens(record);
        self.unread_vdoms();
        let has_vdoms = self.system.as_ref().is_none_or(|system| system.vdom_mode.has_vdoms());
        let read = self.sheets.iter().filter_map(|sheet| sheet.vdom.clone());
        let vdoms = match (has_vdoms, self.vdoms.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => read.collect(),
            (true, false) => self.vdoms,
        };
        DeviceFacts {
            entry: record.entry.clone(),
            outcome: record.outcome.clone(),
            gaps: self.gaps,
            system: self.system,
            status_line: self.status_line,
            ha: self.ha,
            vdoms,
            sheets: self.sheets,
            administrators_are_known: self.accounts.administrators_are_known(),
            accounts: self.accounts.into_facts(),
        }
    }

    /// Nothing is partial of which nothing was read.
    fn unfinished(&mut self, record: &HostRecord) {
        let why = match &record.outcome {
            Some(HostOutcome::Examined) => return,
            Some(HostOutcome::Failed { .. } | HostOutcome::Unreachable { .. }) => {
                "the examination failed before its end"
            }
            Some(HostOutcome::Interrupted | HostOutcome::NotAttempted { .. }) => {
                "the examination was interrupted"
            }
            None => "the examination did not finish",
        };
        if self.has_anything() {
            self.gaps.insert(0, why.to_owned());
        }
    }

    fn has_anything(&self) -> bool {
        self.system.is_some() || !self.sheets.is_empty()
    }

    fn passed_over(&mut self, record: &HostRecord) {
        if !self.has_anything() && record.outcome != Some(HostOutcome::Examined) {
            return;
        }
        let passed = record.tasks.iter().filter_map(|task| match task.outcome.status {
            TaskStatus::Ignored => Some((task, "failed and was ignored")),
            TaskStatus::Rescued => Some((task, "failed and was rescued")),
            // The outcome of a host that stays lost says so by itself.
            TaskStatus::Unreachable if record.outcome == Some(HostOutcome::Examined) => {
                Some((task, "found no device"))
            }
            TaskStatus::Failed if record.outcome == Some(HostOutcome::Examined) => {
                Some((task, "failed"))
            }
            TaskStatus::Ok | TaskStatus::Skipped | TaskStatus::Failed | TaskStatus::Unreachable => {
                None
            }
        });
        self.gaps.extend(passed.map(|(task, fate)| match &task.outcome.message {
            Some(message) => format!("task \"{}\" {fate}: {message}", task.task.name),
            None => format!("task \"{}\" {fate}", task.task.name),
        }));
    }

    /// A device that was examined, but whose tokens were not: nobody asked for them, the answer was
    /// not to be recorded, or a refusal was not to count as a failure. None is not none.
    fn unread_tokens(&mut self, record: &HostRecord) {
        if self.sheets.is_empty() && record.outcome == Some(HostOutcome::Examined) {
            self.gaps.push(match &self.refused {
                Some(line) => format!("its tokens were not read: the device said `{line}`"),
                None => "its tokens were not read".to_owned(),
            });
        }
    }

    /// A device with VDOMs some of which gave no table of tokens.
    fn unread_vdoms(&mut self) {
        if self.sheets.is_empty() {
            return;
        }
        let read =
            |name: &String| self.sheets.iter().any(|sheet| sheet.vdom.as_ref() == Some(name));
        let unread: Vec<&String> = self.vdoms.iter().filter(|name| !read(name)).collect();
        let has_vdoms = self.system.as_ref().is_some_and(|system| system.vdom_mode.has_vdoms());
        if has_vdoms && !unread.is_empty() {
            let names = unread.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
            self.gaps.push(format!("the tokens of these VDOMs were not read: {names}"));
        } else if has_vdoms
            && self.vdoms.is_empty()
            && let [TokenSheet { vdom: Some(vdom), .. }] = self.sheets.as_slice()
        {
            self.gaps.push(format!("this login sees VDOM {vdom} alone; others may exist"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::server::ServerReach;
    use crate::findings::specimen::Specimen;
    use crate::model::{HostFailure, HostName, RunEvent, Stage, TaskOutcome, TaskRef};

    fn facts(specimen: &Specimen) -> DeviceFacts {
        specimen.facts().device(&HostName::from("fw")).unwrap().clone()
    }

    fn fw() -> Specimen {
        Specimen::new(&["fw"])
    }

    #[test]
    fn owners_are_joined_within_their_vdom_and_administrators_everywhere() {
        let users = "config user local\n    edit \"alice\"\n        set two-factor fortitoken\n        \
                     set fortitoken \"FTKMOB0000000001\"\n        set email-to \"alice@example.com\"\n    \
                     next\nend\n";
        let admins = "config system admin\n    edit \"root-admin\"\n        set two-factor fortitoken\n        \
                      set fortitoken \"FTKMOB0000000001\"\n    next\nend\n";
        let row = "FTKMOB0000000001 0 provisioned";
        let device = facts(
            &fw()
                .answer("fw", Some("root"), "show user local", users)
                .answer("fw", None, "show system admin", admins)
                .tokens("fw", Some("root"), &[row], "reachable")
                .tokens("fw", Some("dmz"), &[row], "reachable"),
        );
        let owners = |index: usize| -> Vec<(AccountKind, &str)> {
            let token = device.sheets[index].tokens.values().next().unwrap();
            token.owners.iter().map(|owner| (owner.kind, &*owner.name)).collect()
        };
        assert_eq!(
            owners(0),
            [(AccountKind::LocalUser, "alice"), (AccountKind::Administrator, "root-admin")]
        );
        assert_eq!(owners(1), [(AccountKind::Administrator, "root-admin")]);
    }

    #[test]
    fn the_configuration_of_a_token_is_joined_within_its_vdom() {
        let configured = "config user fortitoken\n    edit \"FTKMOB0000000001\"\n        \
                          set license \"FTMTRIAL0A4E28E6\"\n        set status lock\n    next\nend\n";
        let row = "FTKMOB0000000001 0 locked";
        let device = facts(
            &fw()
                .answer("fw", Some("root"), "show user fortitoken", configured)
                .tokens("fw", Some("root"), &[row], "reachable")
                .tokens("fw", Some("dmz"), &[row], "reachable"),
        );
        let of =
            |index: usize| device.sheets[index].tokens["FTKMOB0000000001"].configuration.clone();
        let configuration = of(0).unwrap();
        assert!(configuration.is_trial());
        assert_eq!(&*configuration.token.status, "lock");
        assert_eq!(&*configuration.text, "edit \"FTKMOB0000000001\"");
        assert_eq!(of(1), None);
    }

    #[test]
    fn accounts_without_a_token_are_known_too() {
        let users = |email: &str| {
            format!(
                "config user local\n    edit \"alice\"\n        set two-factor email\n        \
                 set email-to \"{email}\"\n    next\nend\n"
            )
        };
        let admins = "config system admin\n    edit \"alice\"\n        \
                      set accprofile \"super_admin\"\n    next\nend\n";
        let device = facts(
            &fw()
                .answer("fw", Some("root"), "show user local", &users("old@example.com"))
                .answer("fw", Some("root"), "show user local", &users("new@example.com"))
                .answer("fw", Some("dmz"), "show user local", &users("dmz@example.com"))
                .answer("fw", Some("root"), "show system admin", admins),
        );
        let shown: Vec<_> = device
            .accounts
            .iter()
            .map(|facts| (facts.vdom.as_deref(), facts.account.email.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                (Some("root"), Some("new@example.com")),
                (Some("dmz"), Some("dmz@example.com")),
                (None, None)
            ]
        );
    }

    #[test]
    fn who_holds_tokens_is_known_when_all_accounts_were_read() {
        let users = "config user local\nend\n";
        let admins = "config system admin\nend\n";
        let known = |users_command: &str, admins: &str| {
            let device = facts(
                &fw()
                    .answer("fw", Some("root"), users_command, users)
                    .answer("fw", None, "show system admin", admins)
                    .tokens("fw", Some("root"), &[], "reachable")
                    .tokens("fw", Some("dmz"), &[], "reachable"),
            );
            device.sheets.iter().map(|sheet| sheet.holders_are_known).collect::<Vec<_>>()
        };
        assert_eq!(known("show user local", admins), [true, false]);
        assert_eq!(known("show user local alice", admins), [false, false]);
        assert_eq!(known("show user local", "Unknown action 0\n"), [false, false]);
    }

    #[test]
    fn a_filtered_table_is_not_whole() {
        let table = "FORTITOKEN  DRIFT  STATUS\nFTKMOB0000000001  0  locked\n\n\
                     Token server status: reachable\n";
        let whole = |command: &str| {
            let device = facts(&fw().answer("fw", None, command, table));
            device.sheets[0].is_whole
        };
        assert!(whole("diagnose fortitoken info"));
        assert!(!whole("diagnose fortitoken info | grep -v active"));
        assert!(!whole("diagnose fortitoken info FTKMOB0000000001"));
    }

    #[test]
    fn a_refused_command_is_not_an_empty_table() {
        let device =
            facts(&fw().answer("fw", None, "diagnose fortitoken info", "Unknown action 0\n"));
        assert!(device.sheets.is_empty());
        let device = facts(&fw().tokens("fw", None, &[], "reachable"));
        assert_eq!(device.sheets.len(), 1);
        assert!(!device.is_partial());
    }

    #[test]
    fn what_was_read_of_a_failed_device_is_partial() {
        let failure = HostFailure::new(Stage::Command, "no answer", "look");
        let failed = |specimen: Specimen| specimen.ended("fw", failure.clone());
        assert!(!facts(&failed(fw())).is_partial());
        let device = facts(&failed(fw().status("fw", "FGT60F0000000001", "disable")));
        assert_eq!(device.gaps, ["the examination failed before its end"]);
    }

    #[test]
    fn lines_that_were_not_read_are_a_gap() {
        let device = facts(&fw().tokens("fw", Some("dmz"), &["FTKMOB0000000001 x"], "reachable"));
        assert_eq!(
            device.gaps,
            ["1 line of `diagnose fortitoken info` could not be read in VDOM dmz"]
        );
    }

    #[test]
    fn vdoms_without_an_answer_are_a_gap() {
        let list = "list virtual firewall info:\nname=root/root index=0 enabled\n\
                    name=vsys_ha/vsys_ha index=1 enabled\nname=mgmt/mgmt index=2 enabled\n";
        let device = facts(
            &fw()
                .status("fw", "FGT60F0000000001", "multiple")
                .answer("fw", None, "diagnose sys vd list", list)
                .tokens("fw", Some("root"), &[], "reachable"),
        );
        assert_eq!(device.vdoms, ["root", "mgmt"]);
        assert_eq!(device.gaps, ["the tokens of these VDOMs were not read: mgmt"]);

        let confined = fw().status("fw", "FGT60F0000000001", "multiple");
        let device = facts(&confined.tokens("fw", Some("customer"), &[], "reachable"));
        assert_eq!(device.vdoms, ["customer"]);
        assert_eq!(device.gaps, ["this login sees VDOM customer alone; others may exist"]);
    }

    #[test]
    fn tokens_that_nobody_read_are_a_gap_and_not_none() {
        let status = |specimen: Specimen| specimen.status("fw", "FGT60F0000000001", "disable");
        assert_eq!(facts(&status(fw())).gaps, ["its tokens were not read"]);
        let refused =
            fw().answer("fw", None, "diagnose fortitoken info", "8278: Unknown action 0\n");
        assert_eq!(
            facts(&status(refused)).gaps,
            ["its tokens were not read: the device said `8278: Unknown action 0`"]
        );
    }

    #[test]
    fn an_ignored_failure_is_a_gap() {
        let device =
            facts(&fw().tokens("fw", None, &[], "reachable").apply(RunEvent::TaskFinished {
                host: HostName::from("fw"),
                at: jiff::Timestamp::UNIX_EPOCH,
                task: TaskRef {
                    play: 0,
                    task: 1,
                    inside: vec![],
                    name: "owners".into(),
                    action: "cli".into(),
                },
                outcome: TaskOutcome {
                    status: TaskStatus::Ignored,
                    changed: false,
                    delegate: None,
                    detail: None,
                    message: Some("refused".into()),
                },
            }));
        assert_eq!(device.gaps, ["task \"owners\" failed and was ignored: refused"]);
    }

    #[test]
    fn the_newest_answer_counts() {
        let device = facts(
            &fw().tokens("fw", None, &["FTKMOB0000000001 0 provisioning"], "unknown").tokens(
                "fw",
                None,
                &["FTKMOB0000000001 0 provisioned"],
                "reachable",
            ),
        );
        let shown: Vec<_> = device.tokens().map(|(_, token)| token.token.status.as_str()).collect();
        assert_eq!(shown, ["provisioned"]);
        assert_eq!(device.server_reach(), ServerReach::Reachable);
    }
}
