//! `get system status`, whose lines and their order differ from release to release.

use std::fmt::Write;

use crate::lab::command::{Standing, alone};
use crate::lab::device::Device;

pub fn answer(standing: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || text(standing))
}

fn text(standing: Standing) -> String {
    let device = standing.device;
    let mut text = format!("Version: {} {}\n", device.model, device.firmware);
    head(&mut text, device);
    databases(&mut text, device);
    tail(&mut text, standing);
    text
}

fn head(text: &mut String, device: &Device) {
    let firmware = device.firmware;
    if firmware.is_7_4() {
        text.push_str("First GA patch build date: 230509\n");
        // 7.6 renamed the line.
        let current = if firmware.is_7_6() { "Current " } else { "" };
        let _ = writeln!(text, "{current}Security Level: High");
    }
    if firmware.is_6_2() {
        text.push_str("Firmware Signature: certified\n");
    }
}

fn databases(text: &mut String, device: &Device) {
    let firmware = device.firmware;
    text.push_str(
        "Virus-DB: 92.08114(2026-11-23 11:20)\n\
         Extended DB: 92.08114(2026-11-23 11:20)\n",
    );
    text.push_str(if firmware.is_7_0() {
        "AV AI/ML Model: 2.16140(2026-11-23 09:45)\n"
    } else {
        "Extreme DB: 1.00000(2018-04-09 18:07)\n"
    });
    text.push_str(
        "IPS-DB: 6.00741(2015-12-01 02:30)\n\
         IPS-ETDB: 28.00902(2026-11-23 01:02)\n\
         APP-DB: 28.00902(2026-11-23 01:02)\n",
    );
    if firmware.is_7_4() {
        text.push_str(
            "Proxy-IPS-DB: 6.00741(2015-12-01 02:30)\n\
             Proxy-IPS-ETDB: 28.00902(2026-11-23 01:02)\n\
             Proxy-APP-DB: 28.00902(2026-11-23 01:02)\n\
             FMWP-DB: 25.00121(2026-11-16 08:01)\n",
        );
    } else {
        text.push_str("INDUSTRIAL-DB: 6.00741(2015-12-01 02:30)\n");
    }
    let malicious = "IPS Malicious URL Database: 5.00231(2026-11-23 06:19)\n";
    if firmware.is_7_0() {
        text.push_str(malicious);
        if firmware.is_7_4() {
            text.push_str(
                "IoT-Detect: 28.00902(2026-11-22 17:31)\n\
                 OT-Detect-DB: 0.00000(2001-01-01 00:00)\n\
                 IPS-Engine: 7.00559(2025-12-05 01:06)\n",
            );
        }
        serials(text, device);
    } else {
        serials(text, device);
        text.push_str(malicious);
        text.push_str("Botnet DB: 1.00000(2012-05-28 22:51)\n");
    }
}

fn serials(text: &mut String, device: &Device) {
    let _ = writeln!(text, "Serial-Number: {}", device.serial);
    if let Some(module) = &device.module_serial {
        let _ = writeln!(text, "Module Serial-Number: {module}");
    }
}

fn tail(text: &mut String, standing: Standing) {
    let device = standing.device;
    let firmware = device.firmware;
    if device.model.contains("-VM") {
        text.push_str(
            "License Status: Valid\n\
             Evaluation License Expires: Tue Dec 15 09:00:00 2026\n\
             VM Resources: 1 CPU/1 allowed, 1994 MB RAM/2048 MB allowed\n\
             Log hard disk: Available\n",
        );
    } else {
        text.push_str(
            "BIOS version: 05000012\n\
             System Part-Number: P24286-03\n\
             Log hard disk: Not available\n",
        );
    }
    // 6.0 leaves a blank behind the name.
    let blank = if firmware.is_6_2() { "" } else { " " };
    let _ = writeln!(text, "Hostname: {}{blank}", device.hostname);
    if firmware.is_6_2() {
        text.push_str("Private Encryption: Disable\n");
    }
    let current = standing.vdom.map_or("root", |vdom| vdom.name.as_str());
    let _ = write!(
        text,
        "Operation Mode: NAT\n\
         Current virtual domain: {current}\n\
         Max number of virtual domains: {}\n\
         Virtual domains status: {} in NAT mode, 0 in TP mode\n\
         Virtual domain configuration: {}\n\
         FIPS-CC mode: disable\n",
        device.vdoms.len().max(10),
        device.vdoms.len(),
        device.vdom_mode.as_str(),
    );
    match &device.cluster {
        None => text.push_str("Current HA mode: standalone\n"),
        Some(cluster) => {
            let role = match (firmware.is_7_0(), cluster.primary) {
                (true, true) => "primary",
                (true, false) => "secondary",
                (false, true) => "master",
                (false, false) => "slave",
            };
            let _ = writeln!(text, "Current HA mode: {}, {role}", cluster.mode);
            text.push_str(
                "Cluster uptime: 102 days, 22 hours, 39 minutes, 22 seconds\n\
                 Cluster state change time: 2026-08-13 05:24:41\n",
            );
        }
    }
    let _ = write!(
        text,
        "Branch point: {:04}\n\
         Release Version Information: GA\n",
        firmware.build,
    );
    if !firmware.is_7_0() {
        text.push_str("FortiOS x86-64: Yes\n");
    }
    text.push_str("System time: Tue Nov 24 03:04:05 2026\n");
    if firmware.is_7_0() {
        text.push_str("Last reboot reason: warm reboot\n");
    }
}
