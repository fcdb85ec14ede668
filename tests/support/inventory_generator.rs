//! Inventories by chance, the same for the same seed: nested groups, ranges, priorities, odd
//! scalars, in INI, YAML and JSON, with group_vars and host_vars.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use crate::chance::Chance;

/// An inventory as files in a folder, and the `-i` that name them.
#[derive(Debug, Default)]
pub struct Generated {
    /// Path below the folder, and text.
    pub files: Vec<(String, String)>,
    pub sources: Vec<String>,
    /// One of its hosts.
    pub host: Option<String>,
}

/// Makes the inventory of a seed.
pub fn generate(seed: u64) -> Generated {
    let mut generator =
        Generator { chance: Chance::new(seed), groups: Vec::new(), hosts: Vec::new() };
    generator.inventory()
}

/// A host pattern of a seed, for [`PATTERN_HOSTS`].
pub fn pattern(seed: u64) -> String {
    const PARTS: [&str; 34] = [
        "all",
        "uk",
        "fr",
        "emea",
        "hq",
        "ungrouped",
        "*",
        "fw-*",
        "*lon*",
        "fw-lon-0?",
        "e*",
        "h*",
        "fw-lon-01",
        "fw-par-[!1]",
        "*[0-9]",
        "~fw-(lon|par)-0[12]",
        "~.*lon",
        "~u",
        "uk[0]",
        "uk[-1]",
        "uk[1:2]",
        "emea[2:]",
        "fr[0-1]",
        "all[3:9]",
        "nope",
        "192.0.2.*",
        "2001:db8::1",
        "lab?.example.net",
        "[fl]*",
        "[!f]*",
        "~(?i)FW",
        "~^fw-.*(?<!1)$",
        "un*",
        "uk[9:]",
    ];
    let mut chance = Chance::new(seed);
    let parts: Vec<String> = (0..=chance.below(4))
        .map(|_| {
            let sign = *chance.of(&["", "", "", "!", "&"]);
            format!("{sign}{}", chance.of(&PARTS))
        })
        .collect();
    let has_commas = parts.iter().any(|part| part.contains("::"));
    parts.join(if has_commas || chance.once_in(2) { "," } else { ":" })
}

pub const PATTERN_HOSTS: &str = "\
bastion.example.net
[uk]
fw-lon-[01:04]
fw-man-01
[fr]
fw-par-01
fw-par-02
192.0.2.50
[emea:children]
uk
fr
[hq]
fw-lon-01
fw-par-01
[lab]
lab[1:3].example.net
2001:db8::1
";

const GROUPS: [&str; 16] = [
    "uk",
    "fr",
    "hq",
    "emea",
    "apac",
    "dmz",
    "lab-1",
    "site.a",
    "9lives",
    "zeta",
    "Alpha",
    "b_2",
    "größe",
    "core",
    "edge",
    "ungrouped",
];

/// Names as they are written, alone and in ranges, with and without a port.
const HOSTS: [&str; 28] = [
    "fw1",
    "fw2",
    "fw-lon-01",
    "fw-par-02",
    "FW-UPPER",
    "a.example.net",
    "b.example.net:2222",
    "192.0.2.7",
    "192.0.2.9:22",
    "2001:db8::1",
    "[2001:db8::2]:22",
    "fw[1:4]",
    "fw[01:12]",
    "fw[1:9:3]",
    "r[1:2]-[a:c]",
    "x[a:f:2]",
    "[y:B]mix",
    "n[:2]",
    "edge-[08:11].lan:830",
    "192.0.2.[10:13]",
    "under_score",
    "1",
    "42abc",
    "fw[098:102]",
    "host-é",
    "a-b-c",
    "10.0.0.256",
    "2001:db8::[1:3]",
];

const NAMES: [&str; 14] = [
    "site",
    "ntp",
    "port",
    "note",
    "v1",
    "v2",
    "v3",
    "flag",
    "rack",
    "ansible_host",
    "ansible_port",
    "ansible_user",
    "snmp_x",
    "Zeta",
];

/// Values of a host line, as they are written there.
const LINE_VALUES: [&str; 73] = [
    "1",
    "-3",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "0o644",
    "0b11",
    "1_000",
    "0644",
    "00",
    "True",
    "False",
    "None",
    "true",
    "yes",
    "null",
    "\"42\"",
    "\"'42'\"",
    "['x','y']",
    "\"['x','y']\"",
    "''",
    "\"\"",
    "a\\ b",
    "'a b'",
    "\"a b\"",
    "x",
    "1,2",
    "\"1, 2\"",
    "(1,2)",
    "\"('a',)\"",
    "1+1",
    "1+2j",
    "10.0.0.1",
    "00:11:22:33:44:55",
    "2024-01-02",
    "\"{'a': 1}\"",
    "{1,3,2}",
    "\"{'k': [1, {'z': None}], 'y': 'x'}\"",
    "a=b",
    "a=b=c",
    "é",
    "x;y",
    "\"'x' 'y'\"",
    "\"b'x'\"",
    "\"r'\\\\n'\"",
    "\"'\\\\x41\\\\n'\"",
    "'\"dq\"'",
    "it\\'s",
    "1.",
    ".5",
    "1e400",
    "123456789012345678901234567890",
    "-0",
    "0.1",
    "1e16",
    "1.5e-7",
    "...",
    "[1,2",
    "~",
    "{{x}}",
    "'{{ x }}'",
    "\"{{ x | default('y') }}\"",
    "%d",
    "$HOME",
    "a#b",
    "1__0",
    "inf",
    "nan",
    "--1",
    "'#x'",
    "not",
    "set()",
];

/// Values of a `:vars` line, beyond those of a host line.
const SECTION_VALUES: [&str; 18] = [
    "x # c",
    "8080 # c",
    "a b c",
    "'it''s'",
    "[1, 2, 'x']",
    "{'a': 1, 'b': [1, 2]}",
    "= x",
    "",
    "\"q",
    "'a' 'b'",
    "True # yes",
    "a = b",
    "  spaced  ",
    "(1)",
    "()",
    "[]",
    "{}",
    "1 2",
];

/// Values of YAML in one line.
const YAML_VALUES: [&str; 79] = [
    "yes",
    "no",
    "on",
    "Off",
    "y",
    "n",
    "true",
    "TRUE",
    "tRUE",
    "null",
    "~",
    "Null",
    "",
    "1",
    "-1",
    "+1",
    "0644",
    "0o644",
    "08",
    "0x1F",
    "0b11",
    "1_000",
    "12:30:45",
    "1:60",
    "190:20:30",
    "1e3",
    "1.0e+3",
    "1.5",
    "1.",
    ".5",
    "._5",
    ".inf",
    "-.INF",
    "1_0.5",
    "1:30.5",
    "0",
    "-0",
    "0_",
    "'quoted'",
    "'it''s'",
    "\"a\\tb\"",
    "\"\\u00e9\\x41\"",
    "'0644'",
    "\"yes\"",
    "plain text",
    "x#y",
    "x # y",
    "http://a.b/c",
    "'a: b'",
    "[]",
    "{}",
    "[1, two, 'three']",
    "{a: 1, b: [x, ~]}",
    "[[1], [2, [3]]]",
    "!!str 42",
    "!!int '42'",
    "!!float 1",
    "!!bool 'yes'",
    "!unsafe '{{ x }}'",
    "'{{ x }}'",
    "é ü 漢字",
    "'\u{1F600}'",
    "123456789012345678901234567890",
    "0x1FFFFFFFFFFFFFFFFFFFF",
    "1.2.3",
    "10.0.0.1",
    "fe80::1",
    "00:11:22:33:44:55",
    "a,b",
    "'#hash'",
    "'@at'",
    "'`tick`'",
    "'%percent'",
    "\"trailing \"",
    "' leading'",
    "'multi  space'",
    "'---'",
    "'x\\n'",
    "2001:db8::1",
];

const YAML_BLOCKS: [&str; 7] = [
    "|\n@one\n@two\n",
    "|-\n@one\n@  two\n",
    ">\n@folded\n@text\n\n@more\n",
    ">-\n@a\n@b\n",
    "|+\n@keep\n\n",
    "\n@plain over\n@two lines\n",
    "!vault |\n@$ANSIBLE_VAULT;1.1;AES256\n@6162\n",
];

/// Beyond eighty columns, which is where PyYAML folds.
const LONG: &str = "a text that is long enough to be folded by any emitter that folds what runs \
                    beyond the eightieth column, and then even once more for good measure";

struct Generator {
    chance: Chance,
    groups: Vec<String>,
    hosts: Vec<String>,
}

impl Generator {
    fn inventory(&mut self) -> Generated {
        let mut made = Generated::default();
        let sources = 1 + usize::from(self.chance.once_in(4)) + usize::from(self.chance.once_in(9));
        let is_folder = self.chance.once_in(5);
        for number in 0..sources {
            let (ending, text) = match self.chance.below(11) {
                0 => (".sh", self.script()),
                1..=4 => (*self.chance.of(&[".ini", "", ".lan"]), self.ini()),
                5..=8 => (*self.chance.of(&[".yml", ".yaml"]), self.yaml()),
                _ => (".json", self.json()),
            };
            let name = format!("{number}-hosts{ending}");
            if is_folder {
                made.files.push((format!("inventory/{name}"), text));
            } else {
                made.files.push((name.clone(), text));
                made.sources.push(name);
            }
        }
        if is_folder {
            made.sources.push("inventory".to_owned());
            if self.chance.once_in(2) {
                made.files.push(("inventory/notes.md".to_owned(), "no inventory".to_owned()));
            }
        }
        let base = if is_folder { "inventory/" } else { "" };
        let mut groups = self.groups.clone();
        groups.push("all".to_owned());
        let mut hosts = self.hosts.clone();
        hosts.retain(|host| !host.contains(['[', ':']));
        made.host = hosts.first().cloned();
        for (kind, mut names) in [("group_vars", groups), ("host_vars", hosts)] {
            names.sort();
            names.dedup();
            for name in names {
                if self.chance.once_in(3) {
                    self.variable_files(&format!("{base}{kind}/{name}"), &mut made);
                }
            }
        }
        if self.chance.once_in(12) {
            made.sources.push("extra-1,fw1,192.0.2.200:22,".to_owned());
        }
        made.files.sort();
        made.files.dedup_by(|a, b| a.0 == b.0);
        made
    }

    fn variable_files(&mut self, path: &str, made: &mut Generated) {
        match self.chance.below(6) {
            0 => {
                for name in ["10.yml", "20.yaml", "sub/30.json", "40", ".no.yml", "x.txt"] {
                    if self.chance.once_in(2) {
                        let text = if name.ends_with("json") {
                            format!("{{{}}}", self.json_variables())
                        } else {
                            self.yaml_variables(0)
                        };
                        made.files.push((format!("{path}/{name}"), text));
                    }
                }
            }
            1 => {
                made.files.push((format!("{path}.json"), format!("{{{}}}", self.json_variables())))
            }
            2 => made.files.push((path.to_owned(), self.yaml_variables(0))),
            3 => {
                made.files.push((format!("{path}.yaml"), self.yaml_variables(0)));
                made.files.push((format!("{path}.yml"), self.yaml_variables(0)));
            }
            _ => made.files.push((format!("{path}.yml"), self.yaml_variables(0))),
        }
    }

    /// Characters at random, of those that mean something in a value.
    fn soup(&mut self, characters: &str) -> String {
        let characters: Vec<char> = characters.chars().collect();
        (0..self.chance.below(7)).map(|_| *self.chance.of(&characters)).collect()
    }

    fn some(&mut self, names: &[&str], most: usize) -> Vec<String> {
        let count = self.chance.below(most + 1);
        let mut found: Vec<String> = Vec::new();
        for _ in 0..count {
            let name = (*self.chance.of(names)).to_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    fn ini(&mut self) -> String {
        let mut text = String::new();
        if self.chance.once_in(9) {
            text.push_str("# an inventory\n; of ours\n\n");
        }
        let groups = self.some(&GROUPS, 7);
        text.push_str(&self.ini_hosts());
        for group in &groups {
            let comment = if self.chance.once_in(8) { " # about" } else { "" };
            text.push_str(&format!("\n[{group}]{comment}\n{}", self.ini_hosts()));
        }
        // A child stands further along than its parent, so no circle comes about.
        for (at, group) in groups.iter().enumerate() {
            let below: Vec<&str> = groups[at + 1..].iter().map(String::as_str).collect();
            if !below.is_empty() && self.chance.once_in(2) && group != "ungrouped" {
                text.push_str(&format!("\n[{group}:children]\n"));
                for child in self.some(&below, 3) {
                    if child != "ungrouped" {
                        text.push_str(&format!("{child}\n"));
                    }
                }
            }
            if self.chance.once_in(3) {
                text.push_str(&format!("\n[{group}:vars]\n{}", self.ini_section()));
                if self.chance.once_in(4) {
                    text.push_str(&format!("ansible_group_priority={}\n", self.chance.below(20)));
                }
            }
        }
        if self.chance.once_in(3) {
            text.push_str(&format!("\n[all:vars]\n{}", self.ini_section()));
        }
        self.groups.extend(groups);
        if self.chance.once_in(15) { text.replace('\n', "\r\n") } else { text }
    }

    fn ini_hosts(&mut self) -> String {
        let mut text = String::new();
        let hosts = self.some(&HOSTS, 4);
        for host in &hosts {
            let indent = if self.chance.once_in(12) { "  \t" } else { "" };
            text.push_str(&format!("{indent}{host}"));
            for _ in 0..self.chance.below(4) {
                let name = *self.chance.of(&NAMES);
                let value = match name {
                    "ansible_port" => "2200".to_owned(),
                    _ if self.chance.once_in(7) => {
                        let soup = self.soup("00112.5eExXoObBjJ_+-'\\,[](){}:TruN ");
                        format!("\"{}\"", soup.replace('\\', "\\\\"))
                    }
                    _ => (*self.chance.of(&LINE_VALUES)).to_owned(),
                };
                let gap = if self.chance.once_in(9) { "\t  " } else { " " };
                text.push_str(&format!("{gap}{name}={value}"));
            }
            text.push_str(if self.chance.once_in(9) { " # about it\n" } else { "\n" });
        }
        self.hosts.extend(hosts);
        text
    }

    fn ini_section(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.chance.below(5) {
            let name = *self.chance.of(&NAMES[..9]);
            let value = match self.chance.below(5) {
                0 | 1 => (*self.chance.of(&SECTION_VALUES)).to_owned(),
                2 | 3 => (*self.chance.of(&LINE_VALUES)).to_owned(),
                _ => self.soup("00112.5eExXoObBjJ_+-'\"\\,[](){}:TruN# "),
            };
            let equals = *self.chance.of(&["=", " = ", "= "]);
            text.push_str(&format!("{name}{equals}{value}\n"));
        }
        text
    }

    fn yaml(&mut self) -> String {
        let mut text = String::new();
        if self.chance.once_in(4) {
            text.push_str("---\n");
        }
        let groups = self.some(&GROUPS[..15], 6);
        let mut open: Vec<String> = groups.clone();
        if self.chance.once_in(3) {
            // Groups side by side, without `all`.
            while let Some(group) = open.pop() {
                text.push_str(&self.yaml_group(&group, &mut open, 0));
            }
        } else {
            text.push_str("all:\n");
            text.push_str(&self.yaml_sections(2));
            if !open.is_empty() {
                text.push_str("  children:\n");
                while let Some(group) = open.pop() {
                    text.push_str(&self.yaml_group(&group, &mut open, 4));
                }
            }
        }
        self.groups.extend(groups);
        if text.lines().all(|line| line == "---") { "all:\n".to_owned() } else { text }
    }

    fn yaml_group(&mut self, name: &str, open: &mut Vec<String>, depth: usize) -> String {
        let indent = " ".repeat(depth);
        let quoted = if self.chance.once_in(8) { format!("'{name}'") } else { name.to_owned() };
        let mut text = format!("{indent}{quoted}:\n");
        text.push_str(&self.yaml_sections(depth + 2));
        if !open.is_empty() && depth < 16 && self.chance.once_in(2) {
            text.push_str(&format!("{indent}  children:\n"));
            while let Some(child) = open.pop() {
                text.push_str(&self.yaml_group(&child, open, depth + 4));
                if self.chance.once_in(2) {
                    break;
                }
            }
        }
        text
    }

    fn yaml_sections(&mut self, depth: usize) -> String {
        let indent = " ".repeat(depth);
        let mut text = String::new();
        if self.chance.once_in(3) {
            text.push_str(&format!("{indent}vars:\n"));
            text.push_str(&self.yaml_variables(depth + 2));
            if self.chance.once_in(4) {
                let priority = self.chance.below(20);
                text.push_str(&format!("{indent}  ansible_group_priority: {priority}\n"));
            }
        }
        if self.chance.once_in(2) {
            let hosts = self.some(&HOSTS, 4);
            if self.chance.once_in(12) {
                text.push_str(&format!("{indent}hosts: lonely\n"));
            } else {
                text.push_str(&format!("{indent}hosts:\n"));
                for host in &hosts {
                    let is_plain = !host.contains(['[', ':']) && *host != "1";
                    let host = if is_plain { host.clone() } else { format!("'{host}'") };
                    text.push_str(&format!("{indent}  {host}:\n"));
                    if self.chance.once_in(2) {
                        text.push_str(&self.yaml_variables(depth + 4));
                    }
                }
                self.hosts.extend(hosts);
            }
        }
        text
    }

    fn yaml_variables(&mut self, depth: usize) -> String {
        let indent = " ".repeat(depth);
        let mut text = String::new();
        for name in self.some(&NAMES, 5) {
            let value = match (name.as_str(), self.chance.below(24)) {
                ("ansible_port", _) => "2200\n".to_owned(),
                (_, 0) => {
                    let block = *self.chance.of(&YAML_BLOCKS);
                    block.replace('@', &format!("{indent}  "))
                }
                (_, 1) => format!("{LONG}\n"),
                (_, 2) => format!("'{LONG}: quoted'\n"),
                (_, 3) => format!("\"{LONG}\\tdouble {LONG}\"\n"),
                (_, 4) => {
                    let one = self.chance.of(&YAML_VALUES[..58]);
                    let two = self.chance.of(&YAML_VALUES[38..43]);
                    format!("\n{indent}  - {two}\n{indent}  - k: {one}\n{indent}    m: [{two}]\n")
                }
                (_, 5) => {
                    let one = self.chance.of(&YAML_VALUES[..44]);
                    format!("\n{indent}  deep:\n{indent}    er: {one}\n{indent}  b: {{x: 1}}\n")
                }
                (_, 6) => format!("{}\n", self.soup("0011257.eExXbB_+-:onyfNT~#aé")),
                (_, 7) => format!("x{}\n", self.soup("- :#'\"[]{},&*!|>%@`?=0")),
                _ => format!("{}\n", self.chance.of(&YAML_VALUES)),
            };
            text.push_str(&format!("{indent}{name}: {value}"));
        }
        text
    }

    fn json(&mut self) -> String {
        let groups = self.some(&GROUPS[..15], 4);
        let mut parts = Vec::new();
        for group in &groups {
            let hosts = self.some(&HOSTS, 3);
            let members: Vec<String> = hosts
                .iter()
                .map(|host| format!("\"{host}\": {{{}}}", self.json_variables()))
                .collect();
            let variables = self.json_variables();
            parts.push(format!(
                "\"{group}\": {{\"hosts\": {{{}}}, \"vars\": {{{variables}}}}}",
                members.join(", ")
            ));
            self.hosts.extend(hosts);
        }
        parts.push(format!("\"all\": {{\"vars\": {{{}}}}}", self.json_variables()));
        self.groups.extend(groups);
        format!("{{{}}}", parts.join(",\n "))
    }

    /// A program, to be made executable by who writes it down.
    fn script(&mut self) -> String {
        let groups = self.some(&GROUPS[..15], 4);
        let mut parts = Vec::new();
        let mut known = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            let hosts = self.some(&HOSTS[..10], 3);
            let below: Vec<&str> = groups[at + 1..].iter().map(String::as_str).collect();
            let children = if below.is_empty() { Vec::new() } else { self.some(&below, 2) };
            let variables = self.json_variables();
            parts.push(match self.chance.below(4) {
                0 => format!("\"{group}\": {hosts:?}"),
                _ => format!(
                    "\"{group}\": {{\"hosts\": {hosts:?}, \"children\": {children:?}, \"vars\": \
                     {{{variables}}}}}"
                ),
            });
            known.extend(hosts);
        }
        known.sort();
        known.dedup();
        let mut variables = Vec::new();
        for host in &known {
            variables.push(format!("\"{host}\": {{{}}}", self.json_variables()));
        }
        if !self.chance.once_in(5) {
            parts.push(format!("\"_meta\": {{\"hostvars\": {{{}}}}}", variables.join(", ")));
        }
        let host = self.json_variables();
        self.groups.extend(groups);
        self.hosts.extend(known);
        format!(
            "#!/bin/sh\nif [ \"$1\" = --list ]; then cat <<'END'\n{{{}}}\nEND\nelse cat <<'END'\n\
             {{{host}}}\nEND\nfi\n",
            parts.join(",\n ")
        )
    }

    fn json_variables(&mut self) -> String {
        const VALUES: [&str; 22] = [
            "1",
            "-1.5",
            "1e3",
            "1E-2",
            "1.0",
            "true",
            "false",
            "null",
            "\"text\"",
            "\"0644\"",
            "\"yes\"",
            "\"\\u00e9\\n\\t\\\"\\\\\"",
            "[]",
            "{}",
            "[1, [2, \"x\"]]",
            "{\"a\": {\"b\": null}}",
            "\"\"",
            "\"a: b\"",
            "12345678901234567890123",
            "\"#\"",
            "\"{{ x }}\"",
            "0",
        ];
        let mut parts = Vec::new();
        for name in self.some(&NAMES, 3) {
            let value = if name == "ansible_port" { "2200" } else { *self.chance.of(&VALUES) };
            parts.push(format!("\"{name}\": {value}"));
        }
        parts.join(", ")
    }
}
