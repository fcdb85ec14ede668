//! Playbooks by chance, the same for the same seed: tasks that need no device, with conditions,
//! loops, blocks, files and keywords, over [`super::playbook_cases::FILES`].

use crate::chance::Chance;

/// The text of a playbook.
pub fn playbook(seed: u64) -> String {
    let mut generator = Generator { chance: Chance::new(seed), registered: Vec::new() };
    let plays = 1 + generator.chance.below(2);
    (0..plays).map(|number| generator.play(number == 0)).collect()
}

struct Generator {
    chance: Chance,
    /// Names that tasks registered or set: mostly there.
    registered: Vec<&'static str>,
}

const VALUES: [&str; 26] = [
    "text",
    "'{{ own | default(\"none\") }}'",
    "'{{ shared }}-{{ everywhere }}'",
    "'{{ list | default([]) }}'",
    "'{{ list | default([]) | sort | first | default(0) }}'",
    "'{{ deep.k }}'",
    "'{{ deep.k.x + 1 }}'",
    "'{{ deep.l[1].y | string }}'",
    "'{{ deep.q.z | default(\"D\") }}'",
    "'{{ nope.a.b | default(omit) }}'",
    "'{{ inventory_hostname }}'",
    "'{{ group_names | join(\",\") }}'",
    "'{{ groups.a | length }}'",
    "'{{ ansible_play_hosts | length }} {{ ansible_play_hosts_all }}'",
    "'{{ hostvars.h3.own }} {{ hostvars[inventory_hostname].everywhere }}'",
    "'{{ lazy }}'",
    "'{{ num | default(3) | int * 2 }}'",
    "[1, '{{ shared }}', {a: '{{ own | default(0) }}'}]",
    "{k: 1, l: [true, null, 2.5]}",
    "'{{ {\"a\": 1} | combine({\"b\": [2]}) }}'",
    "'{{ nope }}'",
    "'{{ deep.q }}'",
    "'{{ 7 // 2 }} {{ 7 % 2 }} {{ 2 ** 3 }} {{ 1 / 4 }}'",
    "'{{ true and false or not none }}'",
    "'{{ range(3) | map(\"string\") | list }}'",
    "'{% for x in list | default([]) %}{{ x }};{% endfor %}'",
];

const CONDITIONS: [&str; 20] = [
    "true",
    "false",
    "own is defined",
    "own is defined and own == 'two'",
    "inventory_hostname == 'h1'",
    "inventory_hostname in groups.a",
    "\"'h2' != inventory_hostname\"",
    "[true, own is defined]",
    "['inventory_hostname != \"h3\"', 'shared is string']",
    "not (flag | default(false))",
    "deep.k.x == 1",
    "deep.q.z is defined",
    "nope is not defined",
    "nope",
    "shared",
    "num | default(0) | int > 3",
    "\"list | default([]) | length > 2\"",
    "(own | default('x')) is match('l.*')",
    "\"'b' in group_names\"",
    "deep.q == 1",
];

const LOOPS: [&str; 16] = [
    "loop: [1, 2, 3]",
    "loop: [a]",
    "loop: []",
    "loop: '{{ list | default([]) }}'",
    "loop: '{{ deep | dict2items }}'",
    "loop: '{{ nope }}'",
    "loop: '{{ shared }}'",
    "with_items: [1, [2, 3], [[4]]]",
    "with_items: '{{ groups.b }}'",
    "with_dict: {a: 1, b: '{{ own | default(0) }}'}",
    "with_nested: [[1, 2], ['{{ shared }}', y]]",
    "with_together: [[1, 2], [x]]",
    "with_sequence: start=1 end=2 format=n%02d",
    "with_indexed_items: [p, q]",
    "loop: [{n: 1}, {n: 2}]",
    "loop: [true, null, 1.5, '']",
];

/// Those that may have other items on another host.
const OF_ONE_HOST: [&str; 4] = ["list", "own", "shared", "nope"];

const CONTROLS: [&str; 6] = [
    "loop_control: {loop_var: item, index_var: n, label: '{{ n }}'}",
    "loop_control: {label: '{{ item | string }}!'}",
    "loop_control: {index_var: i}",
    "loop_control: {extended: true, extended_allitems: false}",
    "loop_control: {break_when: 'item == 2'}",
    "loop_control: {label: x}",
];

const NAMES: [&str; 3] = ["r1", "r2", "r3"];

impl Generator {
    fn play(&mut self, is_first: bool) -> String {
        const LATER: [&str; 8] = ["g", "all", "a", "b:h1", "g:!h2", "h3,h1", "~h[12]", "b[0]"];
        // A play of which all hosts fail ends the run in Ansible, and nobody is left then.
        let hosts = if is_first { "g" } else { *self.chance.of(&LATER) };
        let mut text = format!("- hosts: {hosts}\n");
        let mut keys = vec![
            "vars: {p: play, shared: play}",
            "vars: {e: '{{ own | default(p) }}', p: '{{ everywhere }}'}",
            "vars_files: vars/one.yml",
            "strategy: linear",
            "ignore_errors: true",
            "tags: [pt]",
            "name: 'a play'",
            "order: reverse_inventory",
            "any_errors_fatal: true",
        ];
        for _ in 0..self.chance.below(3) {
            let key = keys.remove(self.chance.below(keys.len()));
            // A play has one `vars`.
            if key.starts_with("vars: ") {
                keys.retain(|other| !other.starts_with("vars: "));
            }
            text.push_str(&format!("  {key}\n"));
        }
        text.push_str("  tasks:\n");
        for _ in 0..2 + self.chance.below(5) {
            text.push_str(&self.step(4, 0));
        }
        text
    }

    fn step(&mut self, margin: usize, depth: usize) -> String {
        match depth < 2 && self.chance.once_in(5) {
            true => self.block(margin, depth),
            false => self.task(margin),
        }
    }

    fn block(&mut self, margin: usize, depth: usize) -> String {
        let pad = " ".repeat(margin);
        let mut text = format!("{pad}- block:\n");
        let mut part = |text: &mut String, most: usize| {
            for _ in 0..1 + self.chance.below(most) {
                text.push_str(&self.step(margin + 4, depth + 1));
            }
        };
        part(&mut text, 3);
        text.push_str(&format!("{pad}  rescue:\n"));
        part(&mut text, 2);
        text.push_str(&format!("{pad}  always:\n"));
        part(&mut text, 1);
        if self.chance.once_in(3) {
            text.push_str(&format!("{pad}  when: {}\n", self.chance.of(&CONDITIONS)));
        }
        if self.chance.once_in(4) {
            text.push_str(&format!("{pad}  vars: {{b: block, p: block}}\n"));
        }
        if self.chance.once_in(5) {
            text.push_str(&format!("{pad}  ignore_errors: true\n"));
        }
        text
    }

    fn value(&mut self) -> String {
        if self.chance.once_in(4) && !self.registered.is_empty() {
            let name = *self.chance.of(&self.registered);
            return match self.chance.below(5) {
                0 => format!("'{{{{ {name}.msg | default(\"no msg\") }}}}'"),
                1 => format!("'{{{{ {name} is failed }}}} {{{{ {name} is skipped }}}}'"),
                4 => "'{{ ansible_failed_result.msg | default(0) }} {{ (ansible_failed_task | default({})).name | default(0) }}'".to_owned(),
                2 => format!("'{{{{ {name}.results | default([]) | length }}}}'"),
                _ => format!("'{{{{ {name}.changed | default(\"?\") }}}}'"),
            };
        }
        self.chance.of(&VALUES).to_string()
    }

    fn action(&mut self, is_loop: bool) -> String {
        let value = match is_loop && self.chance.once_in(2) {
            true => (*self.chance.of(&["'{{ item }}'", "'i {{ item }}'"])).to_owned(),
            false => self.value(),
        };
        match self.chance.below(12) {
            0..=3 => format!("debug: {{msg: {value}}}"),
            4 => {
                let names = ["shared", "own", "deep.k", "nope", "r1", "e", "list"];
                format!("ansible.builtin.debug: {{var: {}}}", self.chance.of(&names))
            }
            5..=6 => {
                let name = *self.chance.of(&NAMES);
                self.registered.push(name);
                format!("set_fact: {{{name}: {value}, also: 1}}")
            }
            7 => format!("assert: {{that: {}}}", self.chance.of(&CONDITIONS)),
            8 => {
                let told = *self.chance.of(&[
                    "fail_msg: 'is {{ shared }}'",
                    "quiet: true",
                    "success_msg: well",
                ]);
                format!("assert: {{that: {}, {told}}}", self.chance.of(&CONDITIONS))
            }
            9 => "fail: {msg: 'bad {{ inventory_hostname }}'}".to_owned(),
            10 => (*self.chance.of(&[
                "include_vars: one.yml",
                "include_vars: {file: vars/one.yml, name: box}",
                "include_vars: {dir: vars/dir}",
            ]))
            .to_owned(),
            _ => (*self.chance.of(&[
                "include_tasks: inc.yml",
                "include_tasks: fails.yml",
                "include_tasks: {file: inc.yml, apply: {tags: t}}",
                "include_tasks: nested.yml",
            ]))
            .to_owned(),
        }
    }

    fn task(&mut self, margin: usize) -> String {
        let pad = " ".repeat(margin);
        if self.chance.once_in(14) {
            let when = if self.chance.once_in(2) {
                format!("\n{pad}  when: own is defined")
            } else {
                String::new()
            };
            return format!("{pad}- import_tasks: inc.yml{when}\n");
        }
        let repeat = self.chance.once_in(4).then(|| *self.chance.of(&LOOPS));
        let action = self.action(repeat.is_some());
        let is_include = action.starts_with("include_tasks");
        // Hosts that include a file with different items do its tasks one after another in Ansible.
        let is_own = |repeat: &&str| OF_ONE_HOST.iter().any(|name| repeat.contains(name));
        let repeat = repeat.map(|repeat| match is_include && is_own(&repeat) {
            true => LOOPS[0],
            false => repeat,
        });
        let mut keys: Vec<String> = repeat.map(str::to_owned).into_iter().collect();
        if repeat.is_some() && self.chance.once_in(3) {
            keys.push((*self.chance.of(&CONTROLS)).to_owned());
        }
        if self.chance.once_in(3) {
            let of_item = ["item is defined", "item != 2", "item | string != '2'"];
            let condition = match repeat.is_some() && self.chance.once_in(2) {
                true => *self.chance.of(&of_item),
                false => *self.chance.of(&CONDITIONS),
            };
            keys.push(format!("when: {condition}"));
        }
        if self.chance.once_in(4) {
            let name = *self.chance.of(&NAMES);
            self.registered.push(name);
            keys.push(format!("register: {name}"));
            if !is_include && self.chance.once_in(3) {
                keys.push(format!("failed_when: {name} is changed"));
            }
        } else if !is_include && self.chance.once_in(6) {
            keys.push(format!("failed_when: {}", self.chance.of(&CONDITIONS)));
        }
        if !is_include && self.chance.once_in(6) {
            keys.push(format!("changed_when: {}", self.chance.of(&CONDITIONS)));
        }
        if self.chance.once_in(3) {
            keys.push("ignore_errors: '{{ true }}'".to_owned());
        }
        if self.chance.once_in(6) {
            keys.push("vars: {v: task, p: task, own: task}".to_owned());
        }
        if self.chance.once_in(8) {
            keys.push(format!(
                "name: {}",
                self.chance.of(&["'a task'", "'on {{ inventory_hostname }}'"])
            ));
        }
        // What is hidden keeps its templates in its name, and one that is tried again has in Ansible
        // the name that it has on the first host.
        let is_named = keys.iter().any(|key| key.starts_with("name: 'on"));
        if !is_include && !is_named && self.chance.once_in(12) {
            keys.push("no_log: true".to_owned());
        }
        if !is_include && !is_named && self.chance.once_in(12) {
            keys.push("retries: 2\n      delay: 0".replace("\n      ", &format!("\n{pad}  ")));
            if self.chance.once_in(2) {
                keys.push(format!("until: {}", self.chance.of(&CONDITIONS)));
            }
        }
        // What `meta` and `max_fail_percentage` do differs for good reasons: see docs/ansible.md.
        if self.chance.once_in(15) && !is_include {
            let key = *self.chance.of(&[
                "delegate_to: h4",
                "delegate_to: '{{ groups.b | first }}'",
                "throttle: 1",
                "any_errors_fatal: true",
            ]);
            // Who is rescued later than others is told of later in Ansible, with a heading of its own.
            if margin == 4 || !key.starts_with("any_errors_fatal") {
                keys.push(key.to_owned());
            }
        }
        // In a block its failure keeps the others from `always` in Ansible.
        if margin == 4 && self.chance.once_in(15) {
            keys.push("run_once: true".to_owned());
        }
        let keys: String = keys.iter().map(|key| format!("{pad}  {key}\n")).collect();
        format!("{pad}- {action}\n{keys}")
    }
}
