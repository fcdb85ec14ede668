//! Which hosts a play and a limit mean, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::{Desk, Outcome};

const HOSTS: &str = "\
bastion
[emea:children]
uk
fr
[uk]
fw-lon-[1:4]
[fr]
fw-par-1
fw-lon-1
";

/// What `run --list-hosts` says of a play with these keys, run in the home of a desk.
fn listed(desk: &Desk, play: &str, flags: &[&str]) -> Outcome {
    desk.file("hosts.ini", HOSTS);
    desk.file("play.yml", &format!("- {play}\n  tasks: [{{fortitoken_info: }}]\n"));
    let mut arguments = vec!["run", "play.yml", "-i", "hosts.ini", "--list-hosts"];
    arguments.extend(flags);
    desk.finish(desk.command(&arguments).current_dir(desk.path("")))
}

/// The hosts that are listed, in order.
fn hosts(play: &str, flags: &[&str]) -> String {
    let outcome = listed(&Desk::new(), play, flags);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let lines = outcome.out.lines().filter_map(|line| line.strip_prefix("      "));
    lines.collect::<Vec<_>>().join(" ")
}

/// What is said when there is nobody to be examined.
fn refusal(play: &str, flags: &[&str]) -> String {
    let outcome = listed(&Desk::new(), play, flags);
    assert_eq!((outcome.out.as_str(), outcome.code), ("", 1));
    outcome.err
}

#[test]
fn a_play_may_ask_for_an_order() {
    for (order, expected) in [
        ("inventory", "fw-par-1 fw-lon-1 fw-lon-2 fw-lon-3 fw-lon-4"),
        ("reverse_inventory", "fw-lon-4 fw-lon-3 fw-lon-2 fw-lon-1 fw-par-1"),
        ("sorted", "fw-lon-1 fw-lon-2 fw-lon-3 fw-lon-4 fw-par-1"),
        ("reverse_sorted", "fw-par-1 fw-lon-4 fw-lon-3 fw-lon-2 fw-lon-1"),
    ] {
        assert_eq!(hosts(&format!("hosts: fr,uk\n  order: {order}"), &[]), expected, "{order}");
    }
}

#[test]
fn an_order_that_is_none_is_told_with_the_nearest() {
    insta::assert_snapshot!(refusal("hosts: all\n  order: sort", &[]), @"
    error: `sort` is no order of hosts
     --> play.yml:2:10
      |
    2 |   order: sort
      |          ^^^^
      |
      = help: known are `inventory`, `reverse_inventory`, `sorted`, `reverse_sorted`, `shuffle`

    1 error
    ");
}

#[test]
fn limits_say_it_in_the_language_of_patterns() {
    assert_eq!(hosts("hosts: all", &["-l", "uk[1:2]"]), "fw-lon-2 fw-lon-3");
    assert_eq!(hosts("hosts: all", &["-l", "~.*-1$"]), "fw-lon-1 fw-par-1");
    assert_eq!(
        hosts("hosts: [uk, fr]", &["-l", "!fw-lon-1"]),
        "fw-lon-2 fw-lon-3 fw-lon-4 fw-par-1"
    );
    let desk = Desk::new();
    desk.file("again.txt", "# those that failed\nfw-par-1\n");
    let outcome = listed(&desk, "hosts: all", &["-l", "@again.txt"]);
    assert!(outcome.out.ends_with("hosts (1):\n      fw-par-1\n"), "{}", outcome.out);
}

#[test]
fn a_limit_that_says_nothing_never_means_all_hosts() {
    insta::assert_snapshot!(refusal("hosts: all", &["-l", ","]), @"
    error: the pattern `,` names no host and no group
     |
     = help: write `all` for every host, or names of hosts and groups with commas between them

    1 error
    ");
    let desk = Desk::new();
    desk.file("empty.txt", "# nobody\n");
    insta::assert_snapshot!(listed(&desk, "hosts: all", &["-l", "@empty.txt"]).err, @"
    error: the limit file `empty.txt` names no host
     |
     = help: write one host or group in each line

    1 error
    ");
    insta::assert_snapshot!(refusal("hosts: all", &["-l", "@gone.txt"]), @"
    error: cannot read `gone.txt`: there is no such file or folder
     |
     = help: check the path

    1 error
    ");
}

#[test]
fn a_pattern_that_says_nothing_or_finds_nobody_is_an_error() {
    insta::assert_snapshot!(refusal("hosts: '['", &[]), @"
    error: the pattern `[` names no host and no group
     --> play.yml:1:10
      |
    1 | - hosts: '['
      |          ^^^
      |
      = help: write `all` for every host, or names of hosts and groups with commas between them

    1 error
    ");
    insta::assert_snapshot!(refusal("hosts: ukk", &[]), @"
    warning: no host and no group matches `ukk`
     --> play.yml:1:10
      |
    1 | - hosts: ukk
      |          ^^^
      |
      = help: did you mean `uk`?

    error: no play matches any host
     --> play.yml:1:10
      |
    1 | - hosts: ukk
      |          ^^^
      |
      = help: see the names of hosts and groups with `tokenfleet inventory --graph`

    1 error, 1 warning
    ");
    insta::assert_snapshot!(refusal("hosts: uk", &["-l", "fr:!fw-lon-1"]), @"
    error: the limit `fr:!fw-lon-1` leaves no host
     |
     = help: see the names of hosts and groups with `tokenfleet inventory --graph`

    1 error
    ");
}
