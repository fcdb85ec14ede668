//! What is wrong with an input, shown where it stands.

use std::sync::LazyLock;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Snippet};
use regex::Regex;

use super::Look;
use crate::model::{InputIssue, Place, SourceFile, clean_line, is_unsafe};

/// Beyond this many issues nobody reads on.
const SHOWN: usize = 100;

/// The longest line that is shown, in characters; what the terminal has no room for is cut from
/// it. Of a longer one the place alone is told.
const LONGEST: usize = 10_000;

/// The value of a name that speaks of a secret: whatever is wrong with such a line, its excerpt is
/// looked over shoulders, pasted into tickets and kept in the logs of CI.
static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)[\w.-]*(?:pass|secret|private_key)[\w.-]*["']?\s*[:=]\s*(\S.*)"#).ok()
});

/// Renders issues in the order given, each with the line it is about, and ends with their count.
/// Issues without a place, or in a file that `sources` does not hold, come without a line.
///
/// Nothing in a file reaches the terminal but visible characters. No issues, no text.
pub fn render_issues(issues: &[InputIssue], sources: &[SourceFile], look: Look) -> String {
    if issues.is_empty() {
        return String::new();
    }
    let renderer = look.renderer();
    let mut text = String::new();
    for issue in issues.iter().take(SHOWN) {
        let level = if issue.is_error() { Level::ERROR } else { Level::WARNING };
        let mut group = Group::with_title(level.primary_title(clean_line(&issue.message)));
        if let Some(place) = &issue.place {
            let file = clean_line(&place.file);
            group = match Excerpt::of(place, issue.width, sources) {
                Some(excerpt) => group.element(
                    Snippet::source(excerpt.line)
                        .path(file)
                        .line_start(place.line as usize)
                        .annotation(AnnotationKind::Primary.span(excerpt.start..excerpt.end)),
                ),
                None => group.element(
                    Origin::path(file).line(place.line as usize).char_column(place.column as usize),
                ),
            };
        }
        if let Some(hint) = &issue.hint {
            group = group.element(Level::HELP.message(clean_line(hint)));
        }
        text.push_str(&renderer.render(&[group]));
        text.push_str("\n\n");
    }
    if let Some(more @ 1..) = issues.len().checked_sub(SHOWN) {
        text.push_str(&format!("and {more} more\n"));
    }
    text.push_str(&count(issues));
    text.push('\n');
    text
}

fn count(issues: &[InputIssue]) -> String {
    let errors = issues.iter().filter(|issue| issue.is_error()).count();
    let counts = [("error", errors), ("warning", issues.len() - errors)];
    let counts: Vec<_> = counts
        .iter()
        .filter(|(_, number)| *number > 0)
        .map(|(noun, number)| format!("{number} {noun}{}", if *number == 1 { "" } else { "s" }))
        .collect();
    counts.join(", ")
}

/// The line of a place, fit for a terminal.
struct Excerpt {
    line: String,
    /// What to underline, in bytes of `line`.
    start: usize,
    end: usize,
}

impl Excerpt {
    /// `None` where the sources do not hold the place, and for a line that is too long.
    fn of(place: &Place, width: u32, sources: &[SourceFile]) -> Option<Self> {
        let source = sources.iter().find(|source| source.name == place.file)?;
        let line = source.text.split('\n').nth((place.line as usize).checked_sub(1)?)?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let before = (place.column as usize).checked_sub(1)?;
        let length = line.chars().count();
        if length > LONGEST || before > length {
            return None;
        }
        // One character for each, so that columns stay true.
        let visible = |c| if c != '\t' && is_unsafe(c) { char::REPLACEMENT_CHARACTER } else { c };
        let line = concealed(line).chars().map(visible).collect::<String>();
        let offset = |column| line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte);
        let (start, end) = (offset(before), offset(before.saturating_add(width as usize)));
        Some(Self { line, start, end })
    }
}

/// The line with the value of a secret, if it holds one, as stars: one for each character, so that
/// columns stay true. A path to a key is no secret.
fn concealed(line: &str) -> String {
    let found = SECRET.as_ref().and_then(|secret| secret.captures(line));
    let name = found.as_ref().and_then(|found| found.get(0)).map_or("", |whole| whole.as_str());
    let value = found.as_ref().and_then(|found| found.get(1));
    match value.filter(|_| !name.to_ascii_lowercase().contains("private_key_file")) {
        Some(value) => {
            let stars = "*".repeat(value.as_str().chars().count());
            format!("{}{stars}{}", &line[..value.start()], &line[value.end()..])
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn at(line: u32, column: u32, width: u32) -> InputIssue {
        InputIssue::error("unknown key `whenn`")
            .at(Place::new("play.yml", line, column), width)
            .hint("did you mean `when`?")
    }

    fn rendered(issues: &[InputIssue], text: &str) -> String {
        render_issues(issues, &[SourceFile::new("play.yml", text)], Look::PLAIN)
    }

    #[test]
    fn an_issue_is_shown_where_it_stands() {
        let text = "- hosts: all\r\n  whenn: x == 1\r\n";
        assert_snapshot!(rendered(&[at(2, 3, 5), InputIssue::warning("no host matches")], text), @r"
        error: unknown key `whenn`
         --> play.yml:2:3
          |
        2 |   whenn: x == 1
          |   ^^^^^
          |
          = help: did you mean `when`?

        warning: no host matches

        1 error, 1 warning
        ");
    }

    #[test]
    fn a_secret_is_not_shown_with_what_is_wrong_about_it() {
        for line in [
            "      ansible_password: CANARY",
            "fw1 ansible_host=192.0.2.1 ansible_ssh_pass='CANARY x' port=y",
            "  vars: {\"ansible_password\": \"CANARY\"}",
            "vault_secret = CANARY",
        ] {
            let shown = rendered(&[at(1, 3, 5)], line);
            assert!(!shown.contains("CANARY") && shown.contains("***"), "{shown}");
        }
        let path = "ansible_ssh_private_key_file: ~/.ssh/audit";
        assert!(rendered(&[at(1, 3, 5)], path).contains("~/.ssh/audit"));
    }

    #[test]
    fn tabs_wide_and_control_characters_do_not_move_the_caret() {
        let text = "\tk: 表\u{1b}[31mé\u{202e} whenn";
        assert_snapshot!(rendered(&[at(1, 14, 5)], text), @r"
        error: unknown key `whenn`
         --> play.yml:1:14
          |
        1 |     k: 表�[31mé� whenn
          |                  ^^^^^
          |
          = help: did you mean `when`?

        1 error
        ");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}whenn{}", "a".repeat(5_000), "b".repeat(4_995));
        assert_snapshot!(rendered(&[at(1, 5_001, 5)], &text), @r"
        error: unknown key `whenn`
         --> play.yml:1:5001
          |
        1 | ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaawhennbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...
          |                                                                  ^^^^^
          |
          = help: did you mean `when`?

        1 error
        ");
        assert_eq!(rendered(&[at(1, 5_001, 5)], &text.repeat(2)).lines().count(), 5);
    }

    #[test]
    fn places_outside_the_text_are_shown_without_it() {
        for (line, column) in [(0, 0), (1, 99), (2, 1), (9, 9), (u32::MAX, u32::MAX)] {
            let text = rendered(&[at(line, column, u32::MAX)], "abc\n");
            assert!(text.contains(&format!("play.yml:{line}:{column}")), "{text}");
        }
        assert!(render_issues(&[at(1, 1, 1)], &[], Look::PLAIN).contains("did you mean"));
    }

    #[test]
    fn messages_cannot_steer_the_terminal() {
        let issue = InputIssue::error("no \u{1b}[2Jhost\nerror: fake").hint("a\rb");
        assert_snapshot!(render_issues(&[issue], &[], Look::PLAIN), @r"
        error: no host error: fake
         |
         = help: ab

        1 error
        ");
    }

    #[test]
    fn nobody_reads_thousands() {
        let text = rendered(&vec![at(1, 1, 1); 1_000], "abc");
        assert_eq!(text.matches("unknown key").count(), 100);
        assert!(text.ends_with("and 900 more\n1000 errors\n"), "{text}");
        assert_eq!(rendered(&[], "abc"), "");
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let source = [SourceFile::new("play.yml", "whenn: 1")];
        let colourful = render_issues(&[at(1, 1, 5)], &source, Look { live: true, colour: true });
        assert!(colourful.contains("\u{1b}["));
        assert_eq!(
            crate::model::clean(&colourful),
            render_issues(&[at(1, 1, 5)], &source, Look::PLAIN)
        );
    }
}
