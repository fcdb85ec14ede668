//! The two lists of VDOMs: `diagnose sys vd list` and `get system vdom-property`.

use std::fmt::Write;

use crate::lab::command::{Standing, alone};
use crate::lab::device::Device;

/// VDOMs that a unit keeps for itself, at indexes 1 and 2.
const INTERNAL: [&str; 2] = ["vsys_ha", "vsys_fgfm"];

/// Index of the VDOM at `place`: the internal ones stand behind `root`.
pub fn index(place: usize) -> usize {
    if place == 0 { 0 } else { place + INTERNAL.len() }
}

/// `diagnose sys vd list`
pub fn kernel(standing: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || {
        let device = standing.device;
        let mut text = "system fib version=396\nlist virtual firewall info:\n".to_owned();
        for (place, vdom) in device.vdoms.iter().enumerate() {
            block(&mut text, device, &vdom.name, index(place));
            if place == 0 {
                for (place, name) in INTERNAL.iter().enumerate() {
                    block(&mut text, device, name, place + 1);
                }
            }
        }
        let count = device.vdoms.len() + INTERNAL.len();
        let _ = writeln!(text, "vf_count={count} vfe_count=0");
        text
    })
}

fn block(text: &mut String, device: &Device, name: &str, index: usize) {
    let mode = match &device.cluster {
        Some(cluster) if !INTERNAL.contains(&name) => cluster.mode.to_ascii_uppercase(),
        _ => "standalone".to_owned(),
    };
    let _ = write!(
        text,
        "name={name}/{name} index={index} enabled fib_ver={} use={} rt_num={} asym_rt=0 \
         sip_helper=0, sip_nat_trace=1, mc_fwd=0, mc_ttl_nc=0, tpmc_sk_pl=0\n\
         ecmp=source-ip-based, ecmp6=source-ip-based asym_rt6=0 rt6_num=8 strict_src_check=0 \
         dns_log=1 ses_num={} ses6_num=0 pkt_num={}\n\
         \ttree_flag=1 tree6_flag=0 nataf=0 traffic_log=1 extended_traffic_log=0 svc_depth=1\n\
         \tlog_neigh=0, deny_tcp_with_icmp=0 ses_denied_traffic=no tcp_no_syn_check=0\n\
         \tipv4_rate=0, ipv6_rate=0, mcast6-PMTU=0, allow_linkdown_path=0\n\
         \tmode={mode} ha_state=work prio=0 vid=0\n",
        13 + index * 7,
        54 + index * 31,
        6 + index * 11,
        index * 97,
        index * 88_003 + 225,
    );
}

/// `get system vdom-property`
pub fn properties(standing: Standing, rest: &[&str]) -> Option<String> {
    alone(rest, || {
        let mut text = String::new();
        for (place, vdom) in standing.device.vdoms.iter().enumerate() {
            let name = &vdom.name;
            let _ = write!(
                text,
                "== [ {name} ]\nname: {name}    description: property limits for vdom {name}    \
                 snmp-index: {}\n",
                place + 1
            );
        }
        text
    })
}
