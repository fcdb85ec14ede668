//! `get hardware status` and `get system performance status`.

use crate::lab::command::{Standing, alone};

pub fn status(standing: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || {
        format!(
            "Model name: {}\n\
             ASIC version: SOC4\n\
             CPU: ARMv8\n\
             Number of CPUs: 8\n\
             RAM: 3662 MB\n\
             EMMC: 3662 MB(MLC) /dev/mmcblk0\n\
             Hard disk: not available\n\
             USB Flash: not available\n",
            standing.device.model
        )
    })
}

pub fn performance(_: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || {
        "CPU states: 0% user 0% system 0% nice 100% idle 0% iowait 0% irq 0% softirq\n\
         Memory: 1918364k total, 982516k used (51.2%), 660048k free (34.4%), \
         275800k freeable (14.4%)\n\
         Average network usage: 113 / 89 kbps in 1 minute, 120 / 92 kbps in 10 minutes\n\
         Average sessions: 61 sessions in 1 minute, 64 sessions in 10 minutes\n\
         Uptime: 102 days,  22 hours,  39 minutes\n"
            .to_owned()
    })
}
