//! `get system ha status`, in the wording of each release.

use std::fmt::Write;

use crate::lab::command::{Standing, alone};
use crate::lab::device::{Cluster, Device};

pub fn answer(standing: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || match &standing.device.cluster {
        None => standalone(standing.device),
        Some(cluster) => clustered(standing.device, cluster),
    })
}

fn standalone(device: &Device) -> String {
    let group = if device.firmware.is_7_4() { "Group Name: \nGroup ID: 0\n" } else { "Group: 0\n" };
    format!(
        "HA Health Status: OK\nModel: {}\nMode: Standalone\n{group}Debug: 0\n\
         Cluster Uptime: 0 days 00:00:00\n",
        device.model
    )
}

fn clustered(device: &Device, cluster: &Cluster) -> String {
    let firmware = device.firmware;
    let new_words = firmware.is_6_4();
    let (first, second) = if new_words { ("Primary", "Secondary") } else { ("Master", "Slave") };
    let mut text = format!(
        "HA Health Status: OK\nModel: {}\nMode: HA {}\n",
        device.model,
        cluster.mode.to_ascii_uppercase()
    );
    text.push_str(if firmware.is_7_4() {
        "Group Name: lab\nGroup ID: 12\nDebug: 0\nCluster Uptime: 102 days 22h:39m:22s\n"
    } else {
        "Group: 12\nDebug: 0\nCluster Uptime: 102 days 22:39:22\n"
    });
    let _ = write!(
        text,
        "Cluster state change time: 2026-08-13 05:24:41\n\
         {first} selected using:\n    \
         <2026/08/13 05:24:41> {} is selected as the {} because it has the largest value of \
         override priority.\n\
         ses_pickup: enable, ses_pickup_delay=disable\n\
         override: disable\n",
        cluster.members.first().map_or("", |(_, serial)| serial),
        first.to_ascii_lowercase(),
    );
    statistics(&mut text, cluster);
    if firmware.is_7_4() {
        let _ = writeln!(text, "number of member: {}", cluster.members.len());
    }
    let index = if firmware.is_6_2() { "HA cluster index" } else { "cluster index" };
    for (number, (name, serial)) in cluster.members.iter().enumerate() {
        let role = if number == 0 { first } else { second };
        let _ = if firmware.is_7_4() {
            writeln!(text, "{name:<17}, {serial}, {index} = {number}")
        } else {
            writeln!(
                text,
                "{role:<width$}: {name:<17}, {serial}, {index} = {number}",
                width = first.len().max(second.len())
            )
        };
    }
    text.push_str("number of vcluster: 1\nvcluster 1: work 169.254.0.1\n");
    let operating =
        if firmware.is_6_2() { "HA operating index" } else { "operating cluster index" };
    for (number, (_, serial)) in cluster.members.iter().enumerate() {
        let role = if number == 0 { first } else { second };
        let _ = writeln!(text, "{role}: {serial}, {operating} = {number}");
    }
    text
}

fn statistics(text: &mut String, cluster: &Cluster) {
    text.push_str("Configuration Status:\n");
    for (_, serial) in &cluster.members {
        let _ = writeln!(text, "    {serial}(updated 3 seconds ago): in-sync");
    }
    text.push_str("System Usage stats:\n");
    for (number, (_, serial)) in cluster.members.iter().enumerate() {
        let _ = write!(
            text,
            "    {serial}(updated 3 seconds ago):\n        \
             sessions={}, average-cpu-user/nice/system/idle=0%/0%/0%/100%, memory=36%\n",
            2133 - 1350 * number.min(1),
        );
    }
    text.push_str("HBDEV stats:\n");
    for (_, serial) in &cluster.members {
        let _ = write!(
            text,
            "    {serial}(updated 3 seconds ago):\n        \
             ha1: physical/1000auto, up, rx-bytes/packets/dropped/errors=\
             33102078904/72841639/0/0, tx=159622538782/161222515/0/0\n",
        );
    }
}
