//! Playbooks as the runner runs them, against simulated units without a network.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/shell_connector.rs"]
mod shell_connector;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use shell_connector::ShellConnector;
use tokenfleet::inventory::{ExtraVars, InventorySource, Sources, extra_vars, load};
use tokenfleet::lab::{Device, Fault, Fleet};
use tokenfleet::model::{
    HostFailure, HostOutcome, RunEvent, RunHeader, RunRecord, SourceFile, Stage, TaskStatus,
    Transcript,
};
use tokenfleet::playbook::{self, Plan, Request};
use tokenfleet::runner::{Clock, Interrupt, Interrupter, Runner, RunnerSettings};
use tokenfleet::template::Templar;
use tokio::sync::mpsc;

/// It stands still where the time of the runtime is paused and nobody waits.
struct RunClock(tokio::time::Instant);

impl Clock for RunClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.0.elapsed()
    }
}

/// A run in the making.
struct Bench {
    inventory: String,
    connector: ShellConnector,
    extra_vars: Vec<ExtraVars>,
    settings: RunnerSettings,
}

impl Bench {
    /// One healthy unit without VDOMs, `fw1`.
    fn new() -> Self {
        let mut bench = Self {
            inventory: String::new(),
            connector: ShellConnector::default(),
            extra_vars: Vec::new(),
            settings: RunnerSettings::default(),
        };
        bench.add("fw1", unit("fgt-lon-01"));
        bench
    }

    fn add(&mut self, host: &str, device: Device) {
        self.connector.add(host, device);
        self.inventory.push_str(&format!("{host} ansible_password=canary-password\n"));
    }

    fn with(mut self, host: &str, device: Device) -> Self {
        self.add(host, device);
        self
    }

    fn extra(mut self, text: &str) -> Self {
        self.extra_vars.push(ExtraVars::Text(text.to_owned()));
        self
    }

    fn plan(&self, text: &str) -> Plan {
        let templar = Templar::new(Timestamp::UNIX_EPOCH);
        let checked = playbook::check(&SourceFile::new("play.yml", text), &templar);
        let playbook = checked.playbook.unwrap_or_else(|| panic!("{:?}", checked.issues));
        let file = InventorySource::File(SourceFile::new("hosts.ini", self.inventory.as_str()));
        let loaded = load(&Sources { inventories: vec![file], ..Sources::default() });
        assert!(!loaded.has_errors(), "{:?}", loaded.issues);
        let request = Request {
            extra_vars: extra_vars(&self.extra_vars, &Arc::default()).unwrap(),
            ..Request::default()
        };
        let planned = playbook::plan(&playbook, Arc::new(loaded.inventory), request, &templar);
        planned.unwrap_or_else(|issues| panic!("{issues:?}")).plan
    }

    async fn run(&self, text: &str) -> RunRecord {
        let (_interrupter, interrupt) = Interrupter::new();
        self.run_until(text, interrupt).await
    }

    async fn run_until(&self, text: &str, interrupt: Interrupt) -> RunRecord {
        let plan = self.plan(text);
        let header = RunHeader {
            id: "run".into(),
            version: "0".into(),
            playbook: "play.yml".into(),
            inventories: vec![],
            limit: None,
            started: Timestamp::UNIX_EPOCH,
            hosts: plan.hosts.iter().map(|host| host.entry.clone()).collect(),
            notes: vec![],
            reports: vec![],
            rules: vec![],
            mutes: vec![],
            baseline: None,
            origin: None,
        };
        let runner = Runner::new(
            Arc::new(plan),
            self.connector.clone(),
            RunClock(tokio::time::Instant::now()),
            self.settings.clone(),
            Templar::new(Timestamp::UNIX_EPOCH),
        );
        let (sender, mut events) = mpsc::channel(8);
        let driving = tokio::spawn(runner.drive(sender, interrupt));
        let mut record = RunRecord::new(header);
        let mut finished = std::collections::HashMap::<String, usize>::new();
        while let Some(event) = events.recv().await {
            if let RunEvent::HostFinished { host, .. } = &event {
                *finished.entry(host.to_string()).or_default() += 1;
            }
            record.apply(event);
        }
        driving.await.unwrap();
        assert!(record.finished.is_some(), "the run did not say that it ended");
        for host in record.hosts.keys() {
            assert_eq!(finished.get(host.as_str()), Some(&1), "outcomes of {host}");
        }
        record
    }
}

fn unit(name: &str) -> Device {
    Fleet::new(Fleet::CHARACTERS, Fleet::SEED).device(name).unwrap().clone()
}

fn play(tasks: &str) -> String {
    let tasks: String = tasks.lines().map(|line| format!("    {line}\n")).collect();
    format!("- hosts: all\n  tasks:\n{tasks}")
}

/// `status: message` of each task of a host.
fn told(record: &RunRecord, host: &str) -> Vec<String> {
    record.hosts[host]
        .tasks
        .iter()
        .map(|task| {
            let status = match task.outcome.status {
                TaskStatus::Ok => "ok",
                TaskStatus::Skipped => "skipped",
                TaskStatus::Failed => "failed",
                TaskStatus::Ignored => "ignored",
                TaskStatus::Rescued => "rescued",
                TaskStatus::Unreachable => "unreachable",
            };
            match &task.outcome.message {
                Some(message) => format!("{status}: {message}"),
                None => status.to_owned(),
            }
        })
        .collect()
}

async fn tell(tasks: &str) -> Vec<String> {
    told(&Bench::new().run(&play(tasks)).await, "fw1")
}

fn commands(record: &RunRecord, host: &str) -> Vec<String> {
    let place = |t: &Transcript| t.vdom.clone().unwrap_or_else(|| "-".to_owned());
    record.hosts[host].transcripts.iter().map(|t| format!("{} @ {}", t.command, place(t))).collect()
}

#[tokio::test]
async fn a_condition_decides_item_by_item_and_must_be_true_or_false() {
    assert_eq!(
        tell(
            "- debug: {msg: '{{ item }}'}\n  loop: [1, 2, 3]\n  when: item > 1\n\
             - debug: {msg: never}\n  when: [true, 1 > 2, undefined_thing]\n\
             - debug: {msg: text}\n  when: \"'text'\"\n  ignore_errors: true\n\
             - debug: {msg: '{{ no_such_thing }}'}\n  ignore_errors: true\n"
        )
        .await,
        [
            "ok: (item=2) 2\n(item=3) 3",
            "skipped",
            "ignored: `when: 'text'` is text, and a condition must be true or false",
            "ignored: `msg`: `no_such_thing` is undefined",
        ]
    );
}

#[tokio::test]
async fn a_loop_runs_every_item_and_then_fails() {
    let tasks = "- debug: {msg: '{{ item }}'}\n  loop: [1, 2, 3]\n  register: said\n  failed_when: item != 2\n  \
                 ignore_errors: true\n\
                 - debug: {msg: \"{{ said.results | map(attribute='failed') | list }}\"}\n";
    assert_eq!(
        tell(tasks).await,
        [
            "ignored: (item=1) `failed_when` holds: item != 2 (and 1 more items failed)",
            "ok: [True, False, True]",
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_looped_over_is_told_and_an_undefined_loop_may_be_skipped() {
    assert_eq!(
        tell(
            "- debug: {msg: x}\n  loop: '{{ nothing }}'\n  when: false\n\
             - debug: {msg: x}\n  loop: []\n\
             - debug: {msg: x}\n  loop: '{{ inventory_hostname }}'\n"
        )
        .await,
        [
            "skipped",
            "skipped",
            "failed: the loop cannot be made: it is text, where a list is needed"
        ]
    );
}

#[tokio::test]
async fn variables_follow_ansibles_precedence() {
    let text = "- hosts: all\n  vars: {a: play, b: play, c: play, d: play}\n  tasks:\n  \
                - set_fact: {c: fact, d: fact}\n  \
                - debug: {msg: '{{ a }} {{ b }} {{ c }} {{ d }} {{ e }}'}\n    vars: {b: task, c: task, e: '{{ b }}!'}\n\
                - hosts: all\n  tasks:\n  - debug: {msg: \"{{ c }} {{ a | default('gone') }}\"}\n";
    let record = Bench::new().extra("d=extra").run(text).await;
    assert_eq!(told(&record, "fw1")[1..], ["ok: play task fact extra task!", "ok: fact gone"]);
}

#[tokio::test]
async fn a_loop_variable_beats_what_the_command_line_sets() {
    let bench = Bench::new().extra("name=all").with("fw2", unit("fgt-fra-01"));
    let text = "- cli: {command: show user local, vdom: '{{ name }}'}\n  loop: [root, dmz]\n  \
                loop_control: {loop_var: name, label: 'VDOM {{ name }}'}\n  register: users\n\
                - debug: {msg: \"{{ users.results | map(attribute='vdom') | join(' ') }}\"}\n\
                - debug: {msg: '{{ item }}'}\n  loop: [a]\n  register: said\n  failed_when: said.msg != 'a'\n";
    let record = bench.extra("said=wrong").extra("item=wrong").run(&play(text)).await;
    assert_eq!(told(&record, "fw2")[1..], ["ok: root dmz", "ok: (item=a) a"]);
}

#[tokio::test]
async fn a_fact_that_failed_is_not_set() {
    let text = "- set_fact: {x: 1}\n  failed_when: true\n  ignore_errors: true\n\
                - debug: {msg: \"{{ x is defined }}\"}\n";
    assert_eq!(tell(text).await[1], "ok: False");
}

#[tokio::test]
async fn a_play_that_has_nothing_left_to_do_contacts_nobody() {
    let text = "- hosts: fw1\n  tasks: []\n- hosts: fw2\n  tasks: [{debug: {msg: hi}}]\n";
    let bench = Bench::new().with("fw2", unit("fgt-lon-02"));
    let record = bench.run(text).await;
    assert_eq!(record.hosts.keys().map(|host| host.as_str()).collect::<Vec<_>>(), ["fw2"]);
    assert_eq!(bench.connector.lines("fw1"), [""; 0]);
}

#[tokio::test]
async fn assertions_and_failures_end_the_host_unless_they_are_ignored() {
    let text = "- assert: {that: [1 == 1], quiet: true}\n\
                - assert: {that: [1 == 1, 1 == 2], fail_msg: 'no {{ inventory_hostname }}'}\n  ignore_errors: true\n\
                - assert: {that: 1 == 2}\n\
                - debug: {msg: never reached}\n";
    let record = Bench::new().run(&play(text)).await;
    assert_eq!(told(&record, "fw1"), ["ok", "ignored: no fw1", "failed: assertion failed: 1 == 2"]);
    let Some(HostOutcome::Failed { failure }) = &record.hosts["fw1"].outcome else { panic!() };
    assert_eq!(failure.message, "assertion failed: 1 == 2");
}

#[tokio::test]
async fn an_answer_is_registered_and_parsed() {
    let text = "- cli: {command: get system status, parse: system_status}\n  register: status\n\
                - debug: {msg: '{{ status.parsed.model }} {{ status.stdout_lines | length > 10 }}'}\n\
                - fortios_facts:\n  register: facts\n\
                - debug: {msg: '{{ facts.serial == status.parsed.serial }}'}\n";
    let record = Bench::new().run(&play(text)).await;
    assert_eq!(told(&record, "fw1")[1], "ok: FortiGate-60F True");
    assert_eq!(told(&record, "fw1")[3], "ok: True");
}

#[tokio::test]
async fn the_ways_of_ansible_to_send_a_command_go_through_the_same_gate() {
    let text = "- ansible.netcommon.cli_command: {command: get system status}\n  register: a\n\
                - ansible.builtin.raw: get system status\n  register: b\n\
                - action: cli_command command='get system status'\n  register: c\n\
                - local_action: {module: debug, msg: \"{{ a.stdout == b.stdout and b.stdout == c.stdout }} {{ b.rc }} {{ a.stdout_lines | length > 10 }}\"}\n\
                - raw: '{{ what }}'\n  ignore_errors: true\n\
                - debug: {msg: \"{{ 'Version' in a.stdout }}\"}\n";
    let bench = Bench::new().extra("what='execute reboot'");
    let record = bench.run(&play(text)).await;
    let told = told(&record, "fw1");
    assert_eq!(told[3], "ok: True 0 True");
    assert!(told[4].starts_with("ignored: `execute reboot` is not sent"), "{told:?}");
    assert_eq!(bench.connector.harm(), [""; 0]);
}

#[tokio::test]
async fn every_vdom_is_asked_and_each_answer_knows_its_own() {
    let text = "- fortitoken_info:\n  register: info\n\
                - cli: {command: diagnose fortitoken info, vdom: dmz}\n  register: one\n\
                - debug: {msg: \"{{ info.vdoms | join(' ') }}, {{ one.vdom }}\"}\n";
    let bench = Bench::new().with("fw2", unit("fgt-fra-01"));
    let record = bench.run(&play(text)).await;
    assert_eq!(told(&record, "fw2")[2], "ok: root dmz guest, dmz");
    assert_eq!(
        commands(&record, "fw2")[2..],
        [
            "diagnose fortitoken info @ root",
            "diagnose fortitoken info @ dmz",
            "diagnose fortitoken info @ guest",
            "diagnose fortitoken info @ dmz",
        ]
    );
    assert_eq!(bench.connector.harm(), [""; 0]);
}

#[tokio::test]
async fn a_vdom_that_the_device_did_not_list_is_never_entered() {
    let bench = Bench::new().with("fw2", unit("fgt-fra-01"));
    let text = play("- cli: {command: show user local, vdom: DMZ}\n");
    let record = bench.run(&text).await;
    assert!(told(&record, "fw2")[0].starts_with("failed: "), "{:?}", told(&record, "fw2"));
    assert!(bench.connector.lines("fw2").iter().all(|line| line != "edit DMZ"));
}

#[tokio::test]
async fn the_page_about_fortios_tells_what_each_action_asks() {
    let page = std::fs::read_to_string("docs/fortios.md").unwrap();
    for action in ["fortitoken_info", "fortios_facts", "fortitoken_owners", "fortitoken_config"] {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{action}` |"))).unwrap();
        let told: BTreeSet<String> = row.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        // Clusters with VDOMs: one that takes `sudo`, and one that does not.
        for name in ["fgt-syd-02", "fgt-fra-01"] {
            let bench = Bench::new().with("fw2", unit(name));
            let record = bench.run(&play(&format!("- {action}:\n"))).await;
            let by_session = ["get system status", "diagnose sys vd list"];
            let asked: BTreeSet<String> = record.hosts["fw2"]
                .transcripts
                .iter()
                .map(|transcript| transcript.command.clone())
                .filter(|command| !by_session.contains(&command.as_str()))
                .collect();
            assert_eq!(asked, told, "{action} on {name}");
        }
    }
}

#[tokio::test]
async fn what_a_template_makes_of_a_command_must_pass_the_gate() {
    let bench = Bench::new().extra("what='local | grep x; execute reboot'");
    let record = bench.run(&play("- cli: 'show user {{ what }}'\n")).await;
    let told = &told(&record, "fw1")[0];
    assert!(
        told.starts_with("failed: `show user local | grep x; execute reboot` is not sent"),
        "{told}"
    );
    assert!(bench.connector.lines("fw1").iter().all(|line| !line.contains("reboot")));
}

#[tokio::test]
async fn what_a_device_says_is_never_a_template() {
    let mut device = unit("fgt-lon-01");
    device.hostname = "{{ 7 * 7 }}".to_owned();
    let text = "- fortios_facts:\n  register: facts\n\
                - set_fact: {name: '{{ facts.hostname }}'}\n- debug: {msg: '{{ name }}'}\n";
    let record = Bench::new().with("fw2", device).run(&play(text)).await;
    assert_eq!(told(&record, "fw2")[2], "ok: {{ 7 * 7 }}");
}

#[tokio::test]
async fn secrets_of_the_connection_are_in_no_scope_and_in_no_event() {
    let mut device = unit("fgt-lon-01");
    device.hostname = "canary-password".to_owned();
    let text = "- debug: {msg: '{{ ansible_password }}'}\n  ignore_errors: true\n\
                - debug: {var: ansible_password}\n\
                - cli: get system status\n  register: status\n- debug: {msg: '{{ status.stdout }}'}\n";
    let record = Bench::new().with("fw2", device).run(&play(text)).await;
    assert_eq!(told(&record, "fw2")[0], "ignored: `msg`: `ansible_password` is undefined");
    assert!(!format!("{record:?}").contains("canary-password"));

    let text = "- debug: {msg: hi}\n  name: named {{ own }}\n  vars: {own: canary-password}\n\
                - cli: get system status | grep canary-password\n";
    let record = Bench::new().run(&play(text)).await;
    assert!(!format!("{record:?}").contains("canary-password"));
}

#[tokio::test]
async fn no_log_hides_answers_and_reasons() {
    let text = "- cli: show system admin\n  no_log: true\n  register: admins\n\
                - assert: {that: false, fail_msg: 'hide {{ inventory_hostname }}'}\n  no_log: true\n";
    let record = Bench::new().run(&play(text)).await;
    assert!(!format!("{record:?}").contains("hide fw1"));
    assert!(commands(&record, "fw1").iter().all(|command| !command.contains("admin")));
}

#[tokio::test]
async fn a_device_without_the_right_to_diagnose_fails_with_the_remedy() {
    let record = Bench::new()
        .with("fw2", unit("fgt-mnl-01"))
        .run(&play(
            "- fortitoken_info:\n  ignore_errors: true\n- fortitoken_owners:\n- fortitoken_info:\n",
        ))
        .await;
    let told = told(&record, "fw2");
    assert!(told[0].starts_with("ignored: the device refused the command"), "{told:?}");
    assert_eq!(told[1], "ok");
    let Some(HostOutcome::Failed { failure }) = &record.hosts["fw2"].outcome else { panic!() };
    assert!(failure.remedy.contains("cli-diagnose"), "{}", failure.remedy);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_hangs_costs_its_own_time_only() {
    let mut device = unit("fgt-lon-02");
    device.fault = Some(Fault::Hangs);
    let record = Bench::new().with("fw2", device).run(&play("- fortitoken_info:\n")).await;
    assert_eq!(record.hosts["fw1"].outcome, Some(HostOutcome::Examined));
    let Some(HostOutcome::Failed { failure }) = &record.hosts["fw2"].outcome else { panic!() };
    assert_eq!(failure.command.as_deref(), Some("diagnose fortitoken info"));
}

#[tokio::test(start_paused = true)]
async fn a_host_has_a_time_limit_of_its_own() {
    let mut bench = Bench::new();
    let mut device = unit("fgt-lon-02");
    device.fault = Some(Fault::Hangs);
    bench.add("fw2", device);
    bench.settings.host = Duration::from_secs(3);
    let record = bench.run(&play("- fortitoken_info:\n")).await;
    let Some(HostOutcome::Failed { failure }) = &record.hosts["fw2"].outcome else { panic!() };
    assert_eq!(failure.message, "the examination took longer than 3 seconds");
}

#[tokio::test]
async fn an_unreachable_host_is_a_row_and_no_error() {
    let mut bench = Bench::new();
    bench.inventory.push_str("fw3\n");
    let record = bench.run(&play("- fortitoken_info:\n")).await;
    assert!(matches!(record.hosts["fw3"].outcome, Some(HostOutcome::Unreachable { .. })));
    assert_eq!(record.hosts["fw1"].outcome, Some(HostOutcome::Examined));
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_leaves_every_host_with_one_outcome() {
    let mut bench = Bench::new();
    for number in 2..40 {
        let mut device = unit("fgt-lon-02");
        device.fault = Some(Fault::Hangs);
        bench.add(&format!("fw{number}"), device);
    }
    bench.settings.forks = 5;
    let (interrupter, interrupt) = Interrupter::new();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        interrupter.interrupt();
        std::future::pending::<()>().await;
    });
    let record = bench.run_until(&play("- fortitoken_info:\n"), interrupt).await;
    assert!(record.interrupted);
    let count = |state: &str| {
        let of =
            |host: &tokenfleet::model::HostRecord| host.outcome.as_ref().unwrap().as_str() == state;
        record.hosts.values().filter(|host| of(host)).count()
    };
    assert_eq!((count("examined"), count("interrupted"), count("not_attempted")), (1, 5, 33));
}

#[tokio::test(start_paused = true)]
async fn a_tenth_that_hangs_delays_the_others_by_nothing() {
    let audit = async |hangs: bool, forks: usize| {
        let mut bench = Bench::new();
        for number in 2..=40 {
            let mut device = unit("fgt-lon-01");
            device.fault = (hangs && number % 10 == 0).then_some(Fault::Hangs);
            bench.add(&format!("fw{number}"), device);
        }
        bench.settings.forks = forks;
        let record = bench.run(&play("- fortitoken_info:\n- fortitoken_owners:\n")).await;
        let hosts = record.hosts.into_iter().enumerate();
        hosts.map(|(at, (_, host))| ((at + 1) % 10 == 0, host)).collect::<Vec<_>>()
    };
    // As long as alone, to the millisecond.
    let (alone, beside) = (audit(false, 40).await, audit(true, 40).await);
    for ((_, alone), (is_stalled, beside)) in alone.iter().zip(&beside) {
        assert_eq!(*is_stalled, beside.outcome != Some(HostOutcome::Examined));
        assert!(*is_stalled || beside.finished == alone.finished, "{alone:?} {beside:?}");
    }
    // And where they hold places, none of the others waits for one of them to end.
    let few = audit(true, 8).await;
    let (stalled, healthy): (Vec<_>, Vec<_>) = few.iter().partition(|(stalled, _)| *stalled);
    let last = healthy.iter().filter_map(|(_, host)| host.finished).max();
    let first = stalled.iter().filter_map(|(_, host)| host.finished).min();
    assert!(last.is_some() && last < first, "{last:?} {first:?}");
}

#[tokio::test]
async fn an_interrupt_is_heard_in_the_midst_of_a_long_loop() {
    let (interrupter, interrupt) = Interrupter::new();
    let text = "- debug:\n  loop: '{{ range(0, 90000) | list }}'\n- debug: {msg: after}\n";
    let bench = Bench::new();
    let play = play(text);
    let (record, ()) = tokio::join!(bench.run_until(&play, interrupt), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        interrupter.interrupt();
    });
    assert_eq!(record.hosts["fw1"].outcome, Some(HostOutcome::Interrupted));
    assert_eq!(told(&record, "fw1"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_loop_knows_where_it_is_and_may_end_early() {
    let text = "- debug: {msg: '{{ ansible_loop.index }}/{{ ansible_loop.length }} {{ ansible_loop.nextitem | default(0) }} {{ i }}'}\n  \
                with_items: [[a, b], c]\n  \
                loop_control: {extended: true, index_var: i, pause: 30, label: 'L{{ item }}', break_when: \"item == 'b'\"}\n  register: r\n\
                - debug: {msg: '{{ r.msg }} {{ r.results | length }} {{ r.skipped }} {{ r.results[1].i }} {{ r.results[1].ansible_index_var }}'}\n\
                - debug: {msg: '{{ item.key }}{{ item.value }}'}\n  with_dict: {a: 1, b: 2}\n\
                - debug: {msg: '{{ item }}'}\n  with_items: '{{ nope }}'\n  ignore_errors: true\n\
                - debug: {msg: x}\n  loop: [1, 2]\n  when: false\n  register: r\n\
                - debug: {msg: '{{ r.msg }} {{ r.results[0].false_condition }}'}\n";
    let begun = tokio::time::Instant::now();
    assert_eq!(
        tell(text).await,
        [
            "ok: (item=La) 1/3 b 0\n(item=Lb) 2/3 c 1",
            "ok: All items completed 2 False 1 i",
            "ok: (item={'key': 'a', 'value': 1}) a1\n(item={'key': 'b', 'value': 2}) b2",
            "ignored: `loop`: `nope` is undefined",
            "skipped",
            "ok: All items skipped False",
        ]
    );
    assert_eq!(begun.elapsed().as_secs(), 30);
}

const BLOCKS: &str = "
- block:
    - block:
        - fail: {msg: inner}
      always:
        - debug: {msg: inner always}
    - debug: {msg: not reached}
  rescue:
    - debug: {msg: '{{ ansible_failed_task.action }}: {{ ansible_failed_result.msg }}'}
  always:
    - debug: {msg: always}
- debug: {msg: goes on}
- block:
    - fail:
  rescue:
    - fail: {msg: again}
  always:
    - debug: {msg: in any case}
- debug: {msg: not reached}
";

#[tokio::test]
async fn a_rescue_takes_over_and_an_always_runs_in_any_case() {
    assert_eq!(
        tell(BLOCKS).await,
        [
            "rescued: inner",
            "ok: inner always",
            "ok: fail: inner",
            "ok: always",
            "ok: goes on",
            "rescued: Failed as requested from task",
            "failed: again",
            "ok: in any case",
        ]
    );
}

#[tokio::test]
async fn what_a_block_says_holds_for_each_of_its_tasks() {
    let text = "- block:\n    - set_fact: {flag: false}\n    - debug: {msg: second}\n  when: flag | default(true)\n\
                - block:\n    - debug: {msg: '{{ a }} {{ b }}'}\n      vars: {b: task}\n    - fail: {msg: '{{ a }}'}\n  \
                vars: {a: block, b: block}\n  ignore_errors: true\n";
    assert_eq!(tell(text).await, ["ok", "skipped", "ok: block task", "ignored: block"]);
}

#[tokio::test]
async fn neither_rescue_nor_always_runs_for_a_host_that_is_not_reached() {
    let mut bench = Bench::new();
    bench.inventory.push_str("fw3\n");
    let text = "- hosts: fw3\n  gather_facts: false\n  tasks:\n    - debug: {msg: no device is needed}\n    - block:\n        - cli: get system status\n      \
                rescue:\n        - debug: {msg: rescue}\n      always:\n        - debug: {msg: always}\n";
    let record = bench.run(text).await;
    let told = told(&record, "fw3");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], "ok: no device is needed");
    assert!(matches!(record.hosts["fw3"].outcome, Some(HostOutcome::Unreachable { .. })));
}

#[tokio::test]
async fn a_device_that_was_not_reached_may_be_tried_again_by_the_next_task() {
    let bench = Bench::new();
    bench.connector.trouble(vec![trouble(Stage::Connect)]);
    let text = "- hosts: all\n  gather_facts: false\n  tasks:\n    - cli: get system status\n      ignore_unreachable: true\n      register: first\n    \
                - cli: get system status\n    - debug: {msg: '{{ first is unreachable }} {{ first.failed }}'}\n";
    let record = bench.run(text).await;
    assert_eq!(told(&record, "fw1"), ["ignored: no luck", "ok", "ok: True True"]);
    assert_eq!(record.hosts["fw1"].outcome, Some(HostOutcome::Examined));
}

#[tokio::test]
async fn a_host_that_was_not_reached_comes_back_when_its_errors_are_cleared() {
    let bench = Bench::new().with("fw2", unit("fgt-lon-02"));
    let text = "- hosts: all\n  gather_facts: false\n  tasks:\n    - cli: get system status\n    \
                - meta: clear_host_errors\n    - debug: {msg: back}\n";
    bench.connector.trouble(vec![trouble(Stage::Connect)]);
    let record = bench.run(text).await;
    let mut all = [told(&record, "fw1"), told(&record, "fw2")];
    all.sort();
    assert_eq!(all, [vec!["ok", "ok: back"], vec!["unreachable: no luck", "ok: back"]]);
    let text = text
        .replace("    - meta: clear_host_errors\n", "")
        .replace("all\n", "all\n  strategy: linear\n");
    bench.connector.trouble(vec![trouble(Stage::Connect)]);
    let record = bench.run(&text).await;
    let lost = |host: &str| record.hosts[host].outcome != Some(HostOutcome::Examined);
    assert_eq!(["fw1", "fw2"].map(lost).iter().filter(|lost| **lost).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_whose_line_dropped_comes_back_in_a_new_session() {
    let mut device = unit("fgt-lon-02");
    device.fault = Some(Fault::Drops);
    let bench = Bench::new().with("fw2", device);
    let text = "- hosts: all\n  max_fail_percentage: 50\n  tasks:\n    - fortitoken_info:\n    \
                - meta: clear_host_errors\n    - debug: {msg: '{{ ansible_play_hosts | length }}'}\n    \
                - cli: get system status\n    - fail:\n      when: inventory_hostname == 'fw1'\n    - debug: {msg: last}\n";
    let record = bench.run(text).await;
    let told = told(&record, "fw2");
    assert_eq!(told[1..], ["ok: 2", "ok", "skipped", "ok: last"], "{told:?}");
    assert_eq!(record.hosts["fw2"].outcome, Some(HostOutcome::Examined));
}

#[tokio::test]
async fn a_host_that_is_not_reached_before_the_first_task_is_fatal_too() {
    let bench = Bench::new().with("fw2", unit("fgt-lon-02"));
    let text = "- hosts: all\n  any_errors_fatal: true\n  gather_facts: true\n  tasks: [{debug: {msg: hi}}]\n";
    bench.connector.trouble(vec![trouble(Stage::Connect)]);
    let record = bench.run(text).await;
    assert!(record.hosts.values().all(|host| host.tasks.is_empty()));
    let outcomes = record.hosts.values().map(|host| host.outcome.as_ref().unwrap().as_str());
    let mut outcomes: Vec<_> = outcomes.collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["failed", "unreachable"]);
}

#[tokio::test]
async fn nobody_logs_in_for_tasks_that_need_no_device() {
    let bench = Bench::new();
    let record = bench.run(&play("- debug: {msg: hi}\n- meta: noop\n")).await;
    assert_eq!(told(&record, "fw1"), ["ok: hi"]);
    assert_eq!(bench.connector.lines("fw1"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_again_until_it_is_content() {
    let text = "- debug: {msg: x}\n  until: false\n  retries: 2\n  register: r\n  ignore_errors: true\n\
                - debug: {msg: '{{ r.attempts }} {{ r is failed }}'}\n\
                - fail: {msg: '{{ item }}'}\n  loop: [a, b]\n  retries: 1\n  delay: 60\n  register: r\n  ignore_errors: true\n\
                - debug: {msg: \"{{ r.results | map(attribute='attempts') | list }}\"}\n\
                - cli: get system status\n  until: \"'Version' in r.stdout\"\n  retries: '{{ 5 }}'\n  register: r\n\
                - debug: {msg: '{{ r.attempts }}'}\n\
                - fail:\n  until: false\n  retries: 0\n  register: r\n  ignore_errors: true\n\
                - debug: {msg: \"{{ r.attempts | default('none') }}\"}\n";
    let begun = tokio::time::Instant::now();
    assert_eq!(
        tell(text).await,
        [
            "ignored: `until: false` did not hold in 3 runs",
            "ok: 2 True",
            "ignored: (item=a) a (and 1 more items failed)",
            "ok: [1, 1]",
            "ok",
            "ok: 1",
            "ignored: Failed as requested from task",
            "ok: none",
        ]
    );
    // Twice five seconds, and a minute for each item.
    assert_eq!(begun.elapsed().as_secs(), 130);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_content_at_last_has_counted_each_attempt() {
    let text = "- debug:\n  until: r.attempts == 3\n  retries: 2\n  register: r\n\
                - debug: {msg: '{{ r.attempts }}'}\n\
                - debug:\n  failed_when: r.attempts < 2\n  retries: 2\n  register: r\n\
                - debug: {msg: '{{ r.attempts }}'}\n";
    assert_eq!(tell(text).await, ["ok: Hello world!", "ok: 3", "ok: Hello world!", "ok: 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_task_has_a_time_limit_of_its_own_and_the_next_one_a_new_session() {
    let mut bench = Bench::new();
    let mut device = unit("fgt-lon-02");
    device.fault = Some(Fault::Hangs);
    bench.add("fw2", device);
    let text =
        "- fortitoken_info:\n  timeout: 2\n  ignore_errors: true\n- cli: get system status\n";
    let record = bench.run(&play(text)).await;
    let told = told(&record, "fw2");
    assert_eq!(told, ["ignored: the task took longer than its `timeout` of 2 seconds", "ok"]);
    assert_eq!(record.hosts["fw2"].outcome, Some(HostOutcome::Examined));
}

#[tokio::test]
async fn a_host_may_leave_a_play_and_is_in_the_next_one() {
    let text = "- hosts: all\n  tasks:\n    - meta: end_host\n      when: inventory_hostname == 'fw1'\n    - debug: {msg: first}\n\
                - hosts: all\n  pre_tasks: [{debug: {msg: a}}]\n  post_tasks: [{debug: {msg: c}}]\n  tasks: [{debug: {msg: b}}]\n";
    let record = Bench::new().with("fw2", unit("fgt-lon-02")).run(text).await;
    assert_eq!(told(&record, "fw1"), ["ok: a", "ok: b", "ok: c"]);
    assert_eq!(told(&record, "fw2"), ["ok: first", "ok: a", "ok: b", "ok: c"]);
}

fn trouble(stage: Stage) -> HostFailure {
    HostFailure::new(stage, "no luck", "Try again.")
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_tried_again_with_growing_pauses_and_a_login_never() {
    let mut bench = Bench::new();
    bench.settings.retries = 2;
    bench.connector.trouble(vec![trouble(Stage::Handshake), trouble(Stage::Connect)]);
    let record = bench.run(&play("- fortios_facts:\n")).await;
    assert_eq!(record.hosts["fw1"].outcome, Some(HostOutcome::Examined));
    let at = bench.connector.attempts();
    assert_eq!(at.len(), 3);
    assert!((0.5..=1.0).contains(&at[1]) && (1.0..=2.0).contains(&(at[2] - at[1])), "{at:?}");

    bench.connector.trouble(vec![trouble(Stage::Connect); 3]);
    let record = bench.run(&play("- fortios_facts:\n")).await;
    let Some(HostOutcome::Unreachable { failure }) = &record.hosts["fw1"].outcome else { panic!() };
    assert_eq!(failure.message, "no luck, as in 2 attempts before");

    for stage in [Stage::HostKey, Stage::Authenticate, Stage::Login] {
        let before = bench.connector.attempts().len();
        bench.connector.trouble(vec![trouble(stage)]);
        bench.run(&play("- fortios_facts:\n")).await;
        assert_eq!(bench.connector.attempts().len(), before + 1, "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ramp_spreads_the_connections() {
    let mut bench = Bench::new();
    for number in 2..=5 {
        bench.add(&format!("fw{number}"), unit("fgt-lon-02"));
    }
    bench.settings.ramp = std::num::NonZeroU32::new(2);
    bench.run(&play("- fortios_facts:\n")).await;
    let at = bench.connector.attempts();
    assert_eq!(at.len(), 5);
    assert!(at.windows(2).all(|pair| pair[1] - pair[0] >= 0.49), "{at:?}");
}
