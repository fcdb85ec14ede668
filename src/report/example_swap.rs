//! A FortiGate that is swapped, before and after: the part of the example that one run cannot show.

use super::example::{answer, at, example_record, finish, tokens};
use super::view::View;
use crate::findings::{FleetFacts, evaluate};
use crate::model::{
    HostEntry, HostName, HostOutcome, Limits, ReportRequest, ReportSource, RunRecord,
};

const HOST: &str = "fgt-mil-01";
const OLD: &str = "FGT60FTK00000004";
const NEW: &str = "FGT60FTK00000005";

/// The example with a swap that is being prepared and with one that was done.
pub(super) fn with_swap(mut view: View) -> View {
    let before = run("20261123T201500Z-51c0", OLD, |record| {
        tokens(
            record,
            HOST,
            Some("root"),
            &[
                "FTKMOB0000000021  0      provisioned",
                "FTKMOB0000000022  0      locked",
                "FTKMOB0000000023  0      new",
                "FTK2000000000024  0      active",
                "FTK2110000000025  0      active",
                "FTK3000000000026  0      active",
            ],
            "unreachable",
        );
    });
    let after = run("20261124T201500Z-8e11", NEW, |record| {
        tokens(
            record,
            HOST,
            Some("root"),
            &[
                "FTKMOB0000000021  0      provisioning",
                "FTKMOB0000000023  0      new",
                "FTK2000000000024  0      token already activated, and seed won't be returned",
                "FTK2110000000025  0      active",
                "FTKMOB0000000027  0      new",
            ],
            "reachable",
        );
    });
    view.rma = of(&before).rma;
    let facts = FleetFacts::from_record(&after);
    view.replacements = of(&after).compared(&facts, &before).replacements;
    view
}

fn of(record: &RunRecord) -> View {
    let facts = FleetFacts::from_record(record);
    View::new(record, &facts, &evaluate(&facts))
}

fn run(id: &str, serial: &str, held: impl FnOnce(&mut RunRecord)) -> RunRecord {
    let mut header = example_record().header;
    header.id = id.to_owned();
    header.started = at(0);
    header.hosts = vec![HostEntry {
        host: HostName::from(HOST),
        address: format!("{HOST}.example.net:22"),
        groups: vec!["emea".to_owned()],
        limits: Limits { drift: Some(3), ..Limits::default() },
        new_serial: Some(NEW.to_owned()),
        is_controller: false,
    }];
    header.reports = vec![ReportRequest {
        source: ReportSource::Template("rma.html".to_owned()),
        dest: "rma/{{ rma.host }}.html".to_owned(),
        each: Some("rma".to_owned()),
        place: None,
    }];
    let mut record = RunRecord::new(header);
    answer(
        &mut record,
        HOST,
        None,
        "get system status",
        &format!(
            "Version: FortiGate-60F v7.4.8,build2795,250523 (GA.M)\nSerial-Number: {serial}\n\
             Hostname: MIL-EDGE\nVirtual domain configuration: multiple\n\
             Current HA mode: standalone\nSystem time: Tue Nov 24 03:15:02 2026\n"
        ),
    );
    let vdoms = "list virtual firewall info:\nname=root/root index=0 enabled\n";
    answer(&mut record, HOST, None, "diagnose sys vd list", vdoms);
    answer(
        &mut record,
        HOST,
        Some("root"),
        "show user local",
        "config user local\n    edit \"carol\"\n        set two-factor fortitoken\n        \
         set fortitoken \"FTKMOB0000000021\"\n        set email-to \"carol@example.com\"\n        \
         set sms-phone \"+39 02 5550121\"\n    next\n    edit \"dave\"\n        \
         set two-factor fortitoken\n        set fortitoken \"FTKMOB0000000022\"\n    next\nend\n",
    );
    answer(
        &mut record,
        HOST,
        Some("root"),
        "show user fortitoken",
        "config user fortitoken\n    edit \"FTKMOB0000000021\"\n        \
         set license \"EFTM000000000021\"\n    next\n    edit \"FTKMOB0000000022\"\n        \
         set license \"FTMTRIAL0A4E28E6\"\n    next\nend\n",
    );
    answer(
        &mut record,
        HOST,
        None,
        "show system admin",
        "config system admin\n    edit \"admin\"\n        set accprofile \"super_admin\"\n    \
         next\nend\n",
    );
    held(&mut record);
    finish(&mut record, HOST, 3, HostOutcome::Examined);
    record
}
