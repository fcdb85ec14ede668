//! Playbooks that need no device, to be run by `ansible-playbook` and by us.

/// The inventory of all of them, the files beside them, and what tasks include.
pub const FILES: [(&str, &str); 10] = [
    (
        "hosts",
        "[a]\nh1 own=line num=7\nh2 own=two\n[b]\nh3\nh4 flag=True\n[g:children]\na\nb\n\
         [a:vars]\nshared=a\nlist=[3, 1, 2]\n[g:vars]\nshared=g\ndeep={'k': {'x': 1}, 'l': [1, {'y': 2}]}\n",
    ),
    (
        "group_vars/all.yml",
        "everywhere: all\nlazy: '{{ own | default(\"none\") }}!'\nshared: all\n",
    ),
    ("group_vars/b/one.yml", "shared: b\n"),
    ("host_vars/h3.yml", "own: host_vars\n"),
    ("vars/one.yml", "one: 1\ntwo: '{{ one + 1 }}'\nshared: file\n"),
    ("vars/dir/00.yml", "fa: 1\nfb: 1\n"),
    ("vars/dir/10.yaml", "fb: 2\nfc: '{{ fa }}'\n"),
    (
        "inc.yml",
        "- debug: {msg: \"{{ v | default('-') }} {{ item | default('-') }}\"}\n  tags: t\n\
         - name: second of {{ inventory_hostname }}\n  set_fact: {seen: '{{ v | default(0) }}'}\n",
    ),
    (
        "nested.yml",
        "- block:\n    - include_tasks: inc.yml\n      loop: [5, 6]\n      vars: {v: deep}\n    - assert: {that: inventory_hostname != 'h3'}\n  rescue:\n    \
         - include_tasks: fails.yml\n      when: inventory_hostname in groups.b\n      ignore_errors: true\n",
    ),
    ("fails.yml", "- debug: {msg: before}\n- fail: {msg: inside}\n- debug: {msg: after}\n"),
];

/// One playbook, with the flags that it is run with.
pub struct Case {
    pub flags: &'static [&'static str],
    pub play: &'static str,
}

const fn plain(play: &'static str) -> Case {
    Case { flags: &[], play }
}

const fn with(flags: &'static [&'static str], play: &'static str) -> Case {
    Case { flags, play }
}

/// Each is whole; `gather_facts` is put in by whoever writes them down.
pub const CASES: &[Case] = &[
    // debug, and values as JSON
    plain(
        "- hosts: g\n  tasks:\n    - debug:\n    - debug: {var: deep}\n    - debug: {var: nope}\n    \
         - debug: {var: deep.k.x + 1}\n    - debug: {msg: [1, 2.5, true, null, 'é \"q\" \\ x', {a: [], b: {}}]}\n    \
         - debug: msg=\"{{ lazy }} {{ shared }}\" verbosity=0\n    - debug: {msg: quiet, verbosity: 1}\n    \
         - name: 'named {{ inventory_hostname }} {{ everywhere }}'\n      ansible.builtin.debug: {msg: '{{ [1, 2] }}'}\n",
    ),
    plain(
        "- hosts: a\n  vars: {n: 3, s: text, l: [1, 2], m: {k: v}, t: '{{ n }}'}\n  tasks:\n    \
         - debug: {msg: '{{ item }}'}\n      loop: ['{{ n }}', '{{ s }}', '{{ l }}', '{{ m }}', '{{ t }}', '{{ n }} x', '{{ n > 2 }}', '{{ none }}', \"{{ '1' }}\", '{{ 1.0 }}', '']\n",
    ),
    // set_fact, register
    plain(
        "- hosts: g\n  tasks:\n    - set_fact: {x: '{{ inventory_hostname }}', y: '{{ 1 + 1 }}', cacheable: false}\n      register: r\n    \
         - debug: {var: r}\n    - set_fact: z=text w=\"{{ y * 2 }}\"\n    - debug: {msg: '{{ x }} {{ y }} {{ z }} {{ w }} {{ w is string }} {{ y is number }}'}\n    \
         - debug: {msg: said}\n      register: d\n      changed_when: true\n    - debug: {var: d}\n    - debug: {msg: no}\n      when: false\n      register: s\n    - debug: {var: s}\n    \
         - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      register: l\n    - debug: {var: l}\n    - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      when: false\n      register: ls\n    - debug: {var: ls}\n",
    ),
    // assert
    plain(
        "- hosts: g\n  ignore_errors: true\n  tasks:\n    - assert: {that: [\"1 == 1\", \"shared is defined\"]}\n    - assert: {that: \"1 == 2\"}\n    \
         - assert: {that: [\"1 == 1\", \"own is defined\"], fail_msg: 'no own on {{ inventory_hostname }}', success_msg: 'own is {{ own | default(0) }}'}\n    \
         - assert: {that: false, msg: m, quiet: true}\n    - assert: {that: true, quiet: true}\n    - assert: {that: nope == 1}\n      register: r\n    - debug: {var: r.msg}\n    - assert: {that: shared}\n",
    ),
    // conditions
    plain(
        "- hosts: g\n  ignore_errors: true\n  tasks:\n    - debug: {msg: x}\n      when: own is defined and own != 'two'\n    - debug: {msg: x}\n      when: [shared == 'a', num is defined]\n    \
         - debug: {msg: x}\n      when: nope\n    - debug: {msg: x}\n      when: shared\n    - debug: {msg: x}\n      when: []\n    - debug: {msg: x}\n      when: '{{ true }}'\n    \
         - debug: {msg: x}\n      when: inventory_hostname in groups.a\n    - debug: {msg: x}\n      when: not (flag | default(false))\n    - debug: {msg: x}\n      when: \"'h1' in inventory_hostname or group_names | length > 5\"\n    - debug: {msg: x}\n      when: deep.k.z is defined\n    - debug: {msg: x}\n      when: deep.q.z == 1\n",
    ),
    // loops
    plain(
        "- hosts: h1\n  tasks:\n    - debug: {msg: '{{ item }}'}\n      loop: '{{ list }}'\n    - debug: {msg: '{{ item.0 }} {{ item.1 }}'}\n      with_nested: [[1, 2], [a, b]]\n    \
         - debug: {msg: '{{ item }}'}\n      with_items: [1, [2, 3], [[4]]]\n    - debug: {msg: '{{ item }}'}\n      with_items: '{{ list }}'\n    - debug: {msg: '{{ item.key }}={{ item.value }}'}\n      with_dict: {a: 1, b: [2]}\n    \
         - debug: {msg: '{{ item }}'}\n      with_together: [[1, 2], [a]]\n    - debug: {msg: '{{ item }}'}\n      with_sequence: start=1 end=3 format=x%02d\n    - debug: {msg: '{{ item }}'}\n      with_indexed_items: [a, b]\n    \
         - debug: {msg: '{{ item }}'}\n      with_items: [[1], [2, [3]]]\n    - debug: {msg: '{{ item.0.n }} {{ item.1 }}'}\n      with_subelements: [[{n: u, l: [1, 2]}, {n: w, l: []}], l]\n    \
         - debug: {msg: '{{ item }}'}\n      loop: []\n    - debug: {msg: '{{ item }}'}\n      loop: '{{ {\"a\": 1} | dict2items }}'\n    - debug: {msg: '{{ item }}'}\n      with_list: [[1], 2]\n    - debug: {msg: '{{ item }}'}\n      loop: '{{ range(3) | list }}'\n    - debug: {msg: '{{ item }}'}\n      loop: \"{{ query('items', [1, [2]]) }}\"\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - debug: {msg: '{{ o }} {{ i }} {{ ansible_loop.index }} {{ ansible_loop.last }} {{ ansible_loop.nextitem | default(0) }}'}\n      loop: [x, y]\n      \
         loop_control: {loop_var: o, index_var: i, extended: true, label: 'L{{ o }}'}\n    - debug: {msg: '{{ item.n }}'}\n      loop: [{n: 1, s: long}, {n: 2, s: longer}]\n      loop_control: {label: '{{ item.n }}'}\n    \
         - debug: {msg: '{{ item }}'}\n      loop: [1, 2, 3, 4]\n      when: item is even\n      register: r\n    - debug: {msg: \"{{ r.results | selectattr('skipped', 'defined') | list | length }}\"}\n    \
         - debug: {msg: '{{ item }}'}\n      loop: [1, 2, 3]\n      loop_control: {break_when: ['item == 2']}\n    - set_fact: {acc: '{{ acc | default([]) + [item] }}'}\n      loop: [a, b]\n    - debug: {var: acc}\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - fail: {msg: 'bad {{ item }}'}\n      loop: [1, 2, 3]\n      when: item != 2\n      ignore_errors: true\n      register: r\n    - debug: {var: r}\n    \
         - assert: {that: item > 1}\n      loop: [1, 2]\n      ignore_errors: true\n    - debug: {msg: '{{ nope }}'}\n      loop: [1]\n      ignore_errors: true\n    - debug: {msg: '{{ item }}'}\n      loop: '{{ nope }}'\n      ignore_errors: true\n    \
         - debug: {msg: '{{ item }}'}\n      loop: '{{ shared }}'\n      ignore_errors: true\n    - debug: {msg: '{{ item }}'}\n      loop: '{{ nope }}'\n      when: false\n    - debug: {msg: hidden}\n      no_log: true\n    - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      no_log: true\n    - fail: {msg: secret}\n      no_log: true\n      ignore_errors: true\n",
    ),
    // until
    plain(
        "- hosts: a\n  tasks:\n    - set_fact: {n: '{{ n | default(0) | int + 1 }}'}\n      until: n | int >= 3\n      retries: 5\n      delay: 0\n      register: r\n    - debug: {msg: '{{ n }} {{ r.attempts }}'}\n    \
         - debug: {msg: x}\n      until: false\n      retries: 2\n      delay: 0\n      register: u\n      ignore_errors: true\n    - debug: {var: u}\n    - fail: {msg: x}\n      retries: 1\n      delay: 0\n      ignore_errors: true\n    \
         - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      until: item == 2\n      retries: 1\n      delay: 0\n      ignore_errors: true\n    - debug: {msg: x}\n      until: true\n      register: t\n    - debug: {var: t.attempts}\n    - debug: {msg: x}\n      until: nope\n      retries: 1\n      delay: 0\n      ignore_errors: true\n",
    ),
    // failed_when, changed_when
    plain(
        "- hosts: a\n  ignore_errors: true\n  tasks:\n    - debug: {msg: x}\n      failed_when: true\n      register: r\n    - debug: {var: r}\n    - debug: {msg: x}\n      register: r\n      failed_when: [\"'x' in r.msg\", false]\n    \
         - fail: {msg: x}\n      failed_when: false\n      register: f\n    - debug: {var: f}\n    - debug: {msg: x}\n      changed_when: \"own == 'two'\"\n    - debug: {msg: x}\n      failed_when: nope\n    - debug: {msg: x}\n      changed_when: nope\n    \
         - debug: {msg: x}\n      failed_when: shared\n    - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      failed_when: item == 2\n      changed_when: item == 1\n    - set_fact: {q: 1}\n      changed_when: true\n    - assert: {that: true}\n      changed_when: true\n",
    ),
    // blocks
    plain(
        "- hosts: g\n  tasks:\n    - block:\n        - debug: {msg: one}\n        - fail: {msg: x}\n          when: inventory_hostname in ['h1', 'h3']\n        - debug: {msg: two}\n      rescue:\n        - debug: {msg: '{{ ansible_failed_task.name }} {{ ansible_failed_result.msg }}'}\n      always:\n        - debug: {msg: always}\n      when: inventory_hostname != 'h4'\n    - debug: {msg: after}\n",
    ),
    plain(
        "- hosts: g\n  tasks:\n    - block:\n        - block:\n            - fail: {msg: inner}\n          always:\n            - debug: {msg: inner always}\n      rescue:\n        - debug: {msg: outer}\n        - fail: {msg: again}\n          when: inventory_hostname == 'h2'\n      always:\n        - debug: {msg: outer always}\n    - debug: {msg: after}\n- hosts: g\n  tasks: [{debug: {msg: next}}]\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - block:\n        - debug: {msg: '{{ item }}'}\n          loop: [1, 2]\n          failed_when: item == 2\n      rescue:\n        - debug: {var: ansible_failed_result}\n    - block:\n        - debug: {msg: '{{ v }}'}\n      vars: {v: block}\n      tags: [x]\n      ignore_errors: true\n    - block:\n        - debug: {msg: '{{ nope }}'}\n      rescue:\n        - debug: {msg: '{{ ansible_failed_result.msg }}'}\n    - block:\n        - debug: {msg: x}\n      when: nope\n      rescue:\n        - debug: {msg: rescued}\n",
    ),
    // include and import
    plain(
        "- hosts: g\n  tasks:\n    - include_tasks: inc.yml\n      vars: {v: dyn}\n    - import_tasks: inc.yml\n      vars: {v: stat}\n    - include_tasks: inc.yml\n      loop: [1, 2]\n      when: inventory_hostname in groups.a\n    \
         - include_tasks: '{{ file }}'\n      vars: {file: inc.yml}\n    - import_tasks: inc.yml\n      when: false\n    - include_tasks: inc.yml\n      when: own is defined\n    - debug: {var: seen}\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - block:\n        - include_tasks: fails.yml\n      rescue:\n        - debug: {msg: rescued}\n    - include_tasks: fails.yml\n      ignore_errors: true\n    - debug: {msg: end}\n",
    ),
    with(
        &["-t", "t"],
        "- hosts: a\n  tasks:\n    - include_tasks: inc.yml\n      tags: t\n    - import_tasks: inc.yml\n    - include_tasks: {file: inc.yml, apply: {tags: t}}\n      tags: [t]\n    - debug: {msg: no}\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - debug: {msg: '{{ v }}'}\n      vars: {v: 1}\n- import_playbook: other.yml\n  vars: {v: imported}\n  when: own != 'two'\n",
    ),
    // tags
    with(&["-t", "x,y"], TAGGED),
    with(&["-t", "x", "--skip-tags", "y"], TAGGED),
    with(&["--skip-tags", "always"], TAGGED),
    with(&["-t", "untagged"], TAGGED),
    with(&["-t", "tagged"], TAGGED),
    with(&["-t", "never"], TAGGED),
    with(&["-t", "nothing"], TAGGED),
    // variables
    with(
        &["-e", "e=flag", "-e", "{\"shared\": \"extra\", \"n\": 1}"],
        "- hosts: g\n  vars: {e: play, p: play}\n  tasks:\n    - set_fact: {e: fact, p: fact}\n    - debug: {msg: '{{ e }} {{ p }} {{ shared }} {{ n + 1 }}'}\n      vars: {e: task, p: task}\n",
    ),
    plain(
        "- hosts: g\n  vars: {shared: play, p: play, w: '{{ shared }}!'}\n  vars_files: [vars/one.yml, [gone.yml, vars/one.yml]]\n  tasks:\n    - debug: {msg: '{{ shared }} {{ one }} {{ two }} {{ p }} {{ w }}'}\n    \
         - block:\n        - debug: {msg: '{{ p }}'}\n          vars: {p: task}\n        - debug: {msg: '{{ p }}'}\n      vars: {p: block}\n    - include_vars: vars/one.yml\n    - include_vars: {file: vars/one.yml, name: bundle}\n    - debug: {var: bundle}\n    - set_fact: {shared: fact}\n    - include_vars: vars/one.yml\n    - debug: {var: shared}\n    - debug: {msg: '{{ shared }}'}\n      vars: {shared: task}\n- hosts: g\n  tasks:\n    - debug: {msg: \"{{ shared }} {{ p | default('gone') }}\"}\n",
    ),
    plain(
        "- hosts: g\n  tasks:\n    - debug: {msg: '{{ inventory_hostname }} {{ inventory_hostname_short }} {{ group_names }} {{ groups.a }} {{ ansible_play_hosts }} {{ ansible_play_hosts_all }} {{ ansible_play_batch }} {{ ansible_play_name }}'}\n    \
         - debug: {msg: \"{{ hostvars.h1.own }} {{ hostvars['h3'].own }} {{ hostvars[inventory_hostname].shared }} {{ hostvars | length }}\"}\n    - debug: {msg: '{{ ansible_check_mode }} {{ ansible_run_tags }} {{ ansible_skip_tags }} {{ ansible_limit | default(\"none\") }}'}\n    - debug: {msg: '{{ playbook_dir | basename }} {{ inventory_file | basename }} {{ inventory_dir | basename }}'}\n    - debug: {msg: \"{{ omit | default('x') is defined }}\"}\n    - debug: {msg: '{{ omit }}'}\n",
    ),
    plain(
        "- hosts: a\n  ignore_errors: true\n  vars: {a: '{{ b }}', b: '{{ a }}', c: '{{ nope }}', d: '{{ c }}'}\n  tasks:\n    - debug: {msg: '{{ a }}'}\n    - debug: {msg: '{{ c }}'}\n    - debug: {msg: '{{ d }} x'}\n    - debug: {msg: \"{{ c | default('D') }} {{ d | default('D') }}\"}\n    - debug: {msg: \"{{ nope.attr | default('D') }} {{ nope.a.b.c | default('D') }} {{ deep.q.z | default('D') }}\"}\n    - debug: {msg: \"{{ nope.attr is defined }}\"}\n    - debug: {msg: '{{ nope.attr }}'}\n    - debug: {msg: '{{ deep.q }}'}\n    - debug: {msg: '{{ deep.q.z }}'}\n    - set_fact: {f: '{{ nope }}'}\n    - set_fact: {g: 1, h: '{{ deep.q }}'}\n    - debug: {msg: \"{{ 'x' | int + [] }}\"}\n    - debug: {msg: '{{ 1 / 0 }}'}\n    - fail: {msg: '{{ nope }}'}\n    - fail:\n",
    ),
    plain(
        "- hosts: h1\n  tasks:\n    - debug: {msg: \"{{ lookup('vars', 'own') }} {{ lookup('vars', 'nope', default='d') }} {{ query('vars', 'own', 'num') }}\"}\n    - debug: {msg: \"{{ lookup('dict', {'a': 1}) }} {{ query('dict', {'a': 1, 'b': 2}) }}\"}\n    - debug: {msg: \"{{ lookup('fileglob', 'vars/*.yml') | basename }}\"}\n    - debug: {msg: \"{{ query('fileglob', 'vars/dir/*') | map('basename') | sort }}\"}\n    - debug: {msg: '{{ item | basename }}'}\n      with_fileglob: ['vars/*.yml', 'none/*']\n    - debug: {msg: \"{{ lookup('file', 'vars/one.yml') }}\"}\n    - debug: {msg: \"{{ lookup('sequence', 'end=3') }} {{ lookup('items', [1, 2]) }} {{ lookup('list', [1]) }}\"}\n    - debug: {msg: \"{{ q('nested', [1, 2], ['a']) }} {{ q('together', [1, 2], [3, 4]) }} {{ q('indexed_items', ['a']) }}\"}\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - include_vars: {dir: vars/dir}\n    - debug: {msg: '{{ fa }} {{ fb }} {{ fc }}'}\n    - include_vars: {dir: vars/dir, name: box, files_matching: '^00'}\n      register: r\n    - debug: {var: box}\n    - debug: {msg: '{{ r.ansible_included_var_files | map(\"basename\") }}'}\n    - include_vars: {dir: vars, depth: 1, extensions: [yml], ignore_files: [one.yml]}\n    - include_vars: {dir: gone}\n      ignore_errors: true\n    - include_vars: gone.yml\n      ignore_errors: true\n",
    ),
    plain(
        "- hosts: g\n  vars: {yes_: true, no_: false}\n  tasks:\n    - fail: {msg: x}\n      ignore_errors: '{{ yes_ }}'\n    - fail: {msg: x}\n      ignore_errors: '{{ inventory_hostname == \"h1\" }}'\n    - debug: {msg: once}\n      run_once: '{{ yes_ }}'\n    - debug: {msg: hidden}\n      no_log: '{{ yes_ }}'\n    - debug: {msg: seen}\n      no_log: '{{ no_ }}'\n",
    ),
    plain(
        "- hosts: a\n  any_errors_fatal: '{{ fatal }}'\n  vars: {fatal: true}\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h1'\n    - debug: {msg: after}\n",
    ),
    // what is wrong with an include, and with some items of it
    plain(
        "- hosts: a\n  tasks:\n    - include_tasks: inc.yml\n      loop: '{{ shared }}'\n      ignore_errors: true\n    - include_tasks: inc.yml\n      loop: [1, 2]\n      when: nope\n      ignore_errors: true\n    \
         - include_tasks: '{{ nope }}.yml'\n      ignore_errors: true\n    - include_tasks: inc.yml\n      loop: [1, 2, 3]\n      when: 'item if item == 2 else true'\n      ignore_errors: true\n      register: r\n    - debug: {var: r}\n    \
         - include_tasks: inc.yml\n      register: r\n    - debug: {var: r}\n    - include_vars: {file: '{{ nope }}.yml'}\n      ignore_errors: true\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - include_tasks: inc.yml\n      loop: [1, 2, 3]\n      when: item != 2\n    - include_tasks: inc.yml\n      loop: [true, false, null, 0, 1.5, '', x, [], {k: 1}]\n    \
         - include_tasks: inc.yml\n      loop: [1, 2]\n      loop_control: {label: 'L{{ item }}'}\n      no_log: true\n",
    ),
    plain(
        "- hosts: a\n  ignore_errors: true\n  no_log: true\n  tasks:\n    - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      failed_when: item == 2\n    - debug: {msg: x}\n      failed_when: true\n    - fail: {msg: '{{ item }}'}\n      loop: [1, 2]\n    - debug: {msg: x}\n      loop: '{{ shared }}'\n    - debug: {var: own}\n      loop: [1]\n      failed_when: true\n",
    ),
    // a block of which no task was begun rescues nobody
    plain(
        "- hosts: g\n  any_errors_fatal: true\n  tasks:\n    - block:\n        - fail: {msg: x}\n          when: inventory_hostname == 'h3'\n        - block:\n            - block:\n                - debug: {msg: not}\n              rescue:\n                - debug: {msg: not}\n          \
         always:\n            - debug: {msg: not}\n      rescue:\n        - debug: {msg: rescued}\n        - fail: {msg: y}\n          when: inventory_hostname == 'h2'\n      always:\n        - block:\n            - debug: {msg: always}\n          rescue:\n            - debug: {msg: not}\n    - debug: {msg: not}\n",
    ),
    // what goes wrong before a task is done is told of the host in whose name it was to be
    plain(
        "- hosts: a\n  ignore_errors: true\n  tasks:\n    - debug: {msg: x}\n      loop: '{{ own }}'\n      register: r\n      delegate_to: h4\n    - debug: {var: r}\n    - debug: {msg: x}\n      when: nope\n      delegate_to: '{{ groups.b | first }}'\n",
    ),
    // an item sees what came of the one before
    plain(
        "- hosts: a\n  tasks:\n    - debug: {msg: '{{ item }} {{ (r | default({})).msg | default(0) }} {{ (r | default({})).item | default(0) }}'}\n      loop: [1, 2, 3, 4]\n      when: item != 2\n      register: r\n    - debug: {msg: x}\n      loop: [1, 2, 3]\n      register: s\n      when: s is not defined or s.item < 2\n      loop_control: {label: '{{ s.item }}!'}\n    - debug: {var: s}\n",
    ),
    // who never was content has failed, whatever `failed_when` says
    plain(
        "- hosts: a\n  tasks:\n    - debug: {msg: x}\n      until: false\n      failed_when: false\n      retries: 1\n      delay: 0\n      register: r\n    - debug: {msg: '{{ r is failed }}'}\n    - debug: {var: own}\n      until: false\n      failed_when: false\n      retries: 1\n      delay: 0\n    \
         - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      until: item == 2\n      failed_when: false\n      retries: 1\n      delay: 0\n      register: r\n    - debug: {var: r}\n",
    ),
    plain(
        "- hosts: a\n  vars: {box: {good: '{{ own }}', bad: '{{ nope }}', list: [1, '{{ gone }}']}}\n  tasks:\n    - debug: {var: box}\n    - debug: {var: box.bad}\n    - include_vars: {file: vars/one.yml, name: bundle}\n    - debug: {var: bundle}\n",
    ),
    // hosts that depend on one another
    plain(
        "- hosts: g\n  tasks:\n    - include_vars: vars/one.yml\n      run_once: true\n    - debug: {msg: '{{ shared }} {{ two }}'}\n    - include_tasks: inc.yml\n      run_once: true\n      loop: [1, 2]\n    - debug: {msg: \"{{ seen | default('-') }}\"}\n",
    ),
    plain(
        "- hosts: g\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h1'\n    - debug: {msg: '{{ ansible_play_hosts }} {{ play_hosts }} {{ ansible_play_batch }}'}\n",
    ),
    plain(
        "- hosts: g\n  serial: 2\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h1'\n    - debug: {msg: '{{ ansible_play_hosts }} {{ ansible_play_batch }}'}\n- hosts: g\n  serial: 3\n  tasks: [{debug: {msg: '{{ ansible_play_hosts }}'}}]\n",
    ),
    plain(
        "- hosts: g\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname in groups.a\n- hosts: a\n  tasks: [{debug: {msg: nobody}}]\n- hosts: h1:b\n  tasks: [{fail: {msg: y}}]\n- hosts: a\n  tasks: [{debug: {msg: nobody}}]\n- hosts: g\n  tasks: [{debug: {msg: nobody}}]\n",
    ),
    plain(
        "- hosts: a\n  tasks: [{debug: {msg: x}}]\n- hosts: a\n  tasks: [{fail: {msg: y}}]\n- hosts: a\n  tasks: [{debug: {msg: nobody}}]\n",
    ),
    plain(
        "- hosts: g\n  strategy: linear\n  tasks:\n    - debug: {msg: 'once on {{ inventory_hostname }}'}\n      run_once: true\n      register: r\n    - debug: {msg: '{{ r.msg }}'}\n    - fail: {msg: x}\n      when: inventory_hostname == 'h1'\n    - debug: {msg: '{{ ansible_play_hosts }} {{ ansible_play_batch }}'}\n      run_once: true\n    - set_fact: {mine: '{{ inventory_hostname }}'}\n    - debug: {msg: \"{{ hostvars['h2'].mine }} {{ hostvars.h1.mine | default('failed') }}\"}\n    - debug: {msg: x}\n      delegate_to: h4\n    - set_fact: {d: '{{ inventory_hostname }}'}\n      delegate_to: h4\n      delegate_facts: true\n      when: inventory_hostname == 'h2'\n    - debug: {msg: \"{{ d | default('-') }}\"}\n    - debug: {msg: '{{ item }}'}\n      loop: [1, 2]\n      delegate_to: 'h{{ item }}'\n",
    ),
    plain(
        "- hosts: g\n  any_errors_fatal: true\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h2'\n    - debug: {msg: after}\n- hosts: g\n  tasks: [{debug: {msg: next}}]\n",
    ),
    plain(
        "- hosts: g\n  max_fail_percentage: 30\n  tasks:\n    - fail: {msg: x}\n      when: inventory_hostname == 'h2'\n    - debug: {msg: on}\n    - fail: {msg: y}\n      when: inventory_hostname == 'h3'\n    - debug: {msg: not}\n- hosts: g\n  tasks: [{debug: {msg: next}}]\n",
    ),
    plain(
        "- hosts: g\n  serial: [1, 50%]\n  order: reverse_sorted\n  tasks:\n    - debug: {msg: '{{ ansible_play_batch }} {{ ansible_play_hosts }}'}\n    - debug: {msg: once}\n      run_once: true\n",
    ),
    plain(
        "- hosts: g\n  tasks:\n    - block:\n        - fail: {msg: x}\n          when: inventory_hostname == 'h2'\n          any_errors_fatal: true\n        - debug: {msg: not}\n      rescue:\n        - debug: {msg: rescued}\n      always:\n        - debug: {msg: always}\n    - debug: {msg: on}\n",
    ),
    plain(
        "- hosts: g\n  tasks:\n    - fail: {msg: all}\n    - debug: {msg: not}\n- hosts: g\n  tasks: [{debug: {msg: next}}]\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - meta: end_host\n      when: inventory_hostname == 'h1'\n    - debug: {msg: on}\n    - meta: noop\n    - meta: flush_handlers\n    - meta: end_play\n    - debug: {msg: not}\n- hosts: a\n  tasks: [{debug: {msg: next}}]\n",
    ),
    plain(
        "- hosts: g\n  serial: 2\n  tasks:\n    - meta: end_batch\n      when: inventory_hostname == 'h1'\n    - debug: {msg: on}\n",
    ),
    with(
        &["-l", "h1,h3"],
        "- hosts: a\n  tasks: [{debug: {msg: '{{ ansible_limit }}'}}]\n- hosts: b\n  tasks: [{debug: {msg: b}}]\n- name: none\n  hosts: h4\n  tasks: [{debug: {msg: no}}]\n",
    ),
    with(
        &["--start-at-task", "two*"],
        "- hosts: a\n  tasks:\n    - {name: one, debug: {msg: 1}}\n    - {name: two and more, debug: {msg: 2}}\n    - {name: three, debug: {msg: 3}}\n",
    ),
    // localhost
    plain(
        "- hosts: localhost\n  tasks:\n    - debug: {msg: '{{ inventory_hostname }} {{ groups.all | length }} {{ group_names }} {{ shared | default(0) }}'}\n    - set_fact: {total: '{{ groups.g | length }}'}\n- hosts: a\n  tasks:\n    - debug: {msg: '{{ hostvars.localhost.total }}'}\n",
    ),
    plain(
        "- hosts: a\n  tasks:\n    - debug: {msg: '{{ inventory_hostname }}'}\n      delegate_to: localhost\n      run_once: true\n    - set_fact: {n: 1}\n      delegate_to: localhost\n      delegate_facts: true\n    - debug: {msg: '{{ hostvars.localhost.n }}'}\n    - local_action: debug msg=local\n",
    ),
];

const TAGGED: &str = "- hosts: a\n  tags: p\n  tasks:\n    - {debug: {msg: none}}\n    - {debug: {msg: x}, tags: x}\n    - {debug: {msg: y}, tags: 'y,z'}\n    - {debug: {msg: xy}, tags: [x, y]}\n    \
                      - {debug: {msg: always}, tags: always}\n    - {debug: {msg: never}, tags: never}\n    - {debug: {msg: never x}, tags: [never, x]}\n    - block:\n        - {debug: {msg: in block}}\n      rescue: [{debug: {msg: no}}]\n      tags: x\n- hosts: h1\n  tasks: [{debug: {msg: untagged}}]\n";

/// `other.yml`, which one of them imports.
pub const OTHER: &str =
    "- hosts: b:h1:h2\n  vars: {v: own}\n  tasks:\n    - debug: {msg: '{{ v }}'}\n";
