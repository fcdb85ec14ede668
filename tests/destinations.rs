//! Where reports may go, through the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

/// What `check` says of a play with these reports, and of one more.
fn told(reports: &str, more: &str) -> (i32, String) {
    let desk = Desk::new();
    let play = |reports: &str| {
        format!("- hosts: all\n  tasks:\n    - fortios_facts:\n  reports:\n{reports}")
    };
    let more = if more.is_empty() { String::new() } else { play(more) };
    let outcome = desk.run(&["check", &desk.file("p.yml", &(play(reports) + &more))]);
    (outcome.code, outcome.err.replace(desk.path("").to_str().unwrap(), ""))
}

#[test]
fn no_report_is_written_where_another_has_its_folder() {
    let (code, err) =
        told("    - {csv: findings, dest: a}\n    - {csv: tokens, dest: a/b.csv}\n", "");
    assert_eq!(code, 1);
    insta::assert_snapshot!(err, @"
    error: no report can be written to `a/b.csv`: `a` is another, and no folder
     --> p.yml:6:27
      |
    6 |     - {csv: tokens, dest: a/b.csv}
      |                           ^^^^^^^
      |
      = help: give each a `dest` of its own

    1 error
    ");
    let file = "    - {csv: findings, dest: tickets}\n";
    let folder = "    - {csv: tokens, dest: tickets/b.csv}\n";
    let tickets = "    - {template: ticket.txt, each: ticket}\n";
    for (reports, more, message) in [
        (format!("{folder}{file}"), "", "to `tickets`: it is the folder of another"),
        (folder.to_owned(), file, "to `tickets`: it is the folder of another"),
        (file.to_owned(), folder, "to `tickets/b.csv`: `tickets` is another, and no folder"),
        (format!("{tickets}{file}"), "", "to `tickets`: it is the folder of another"),
        (format!("{file}{tickets}"), "", ".txt`: `tickets` is another, and no folder"),
    ] {
        let (code, err) = told(&reports, more);
        assert_eq!(code, 1, "{reports}{more}");
        let first = err.lines().next().unwrap();
        assert!(first.starts_with("error: no report can be written "), "{err}");
        assert!(first.ends_with(message), "{err}");
    }
}

#[test]
fn what_no_system_takes_as_the_name_of_a_file_is_told_as_it_stands_there() {
    for (report, place, message) in [
        ("{csv: users, dest: ../x}", 26, "the destination `../x` leads out of the output folder"),
        ("{csv: users, dest: /x}", 26, "the destination `/x` leads out of the output folder"),
        (
            "{csv: users, dest: a/nul.txt}",
            26,
            "the destination `a/nul.txt` has a name that Windows does not take: `nul.txt`",
        ),
        (
            "{csv: users, dest: 'a?b'}",
            26,
            "the destination `a?b` holds `?`, which not every system takes in a file name",
        ),
        // Known once it is filled in.
        (
            "{template: ticket.txt, each: ticket, dest: '../{{ ticket.host }}'}",
            0,
            "leads out of the output folder",
        ),
    ] {
        let (code, err) = told(&format!("    - {report}\n"), "");
        assert_eq!(code, 1, "{report}");
        assert!(err.lines().next().unwrap().ends_with(message), "{err}");
        assert!(place == 0 || err.contains(&format!("p.yml:5:{place}\n")), "{err}");
    }
}
