//! The summary on stdout.

use std::sync::LazyLock;

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use regex::{Captures, Regex};

use super::Look;
use crate::model::clean;

const HEADING: Style = Style::new().effects(Effects::BOLD);
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// Words that carry weight, with the number before them, if any.
static WEIGHTY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x) \b (?: (?<count> [0-9]+ ) \x20+ )?
          (?: (?<bad> critical | errors? | failed | unreachable )
            | (?<doubtful> warnings? | attention | interrupted | partial ) ) \b",
    )
    .ok()
});

/// Makes a rendered summary fit for stdout: cleaned, and with a little colour where `look` has
/// it. The text says the same without.
pub fn paint_summary(text: &str, look: Look) -> String {
    let text = clean(text);
    let (true, Some(weighty)) = (look.colour, WEIGHTY.as_ref()) else { return text.into_owned() };
    let mut painted = String::with_capacity(text.len() * 2);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let (body, end) = line.split_at(line.trim_end_matches('\n').len());
        if number == 0 {
            painted.push_str(&look.paint(HEADING, body));
        } else {
            painted.push_str(&weighty.replace_all(body, |found: &Captures<'_>| weigh(found, look)));
        }
        painted.push_str(end);
    }
    painted
}

/// `0 failed` is good news.
fn weigh(found: &Captures<'_>, look: Look) -> String {
    let none = found.name("count").is_some_and(|count| count.as_str().bytes().all(|c| c == b'0'));
    match (none, found.name("bad")) {
        (true, _) => found[0].to_owned(),
        (false, Some(_)) => look.paint(BAD, &found[0]),
        (false, None) => look.paint(DOUBTFUL, &found[0]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOUR: Look = Look { live: true, colour: true };
    const TEXT: &str = "Audit of 60 hosts\n57 examined, 3 failed, 0 unreachable\n2 warnings\n";

    #[test]
    fn colour_adds_nothing_but_colour() {
        let painted = paint_summary(TEXT, COLOUR);
        assert_eq!(clean(&painted), TEXT);
        assert_eq!(paint_summary(TEXT, Look::PLAIN), TEXT);
        assert!(
            painted.contains("\u{1b}[1m\u{1b}[31m3 failed\u{1b}[0m, 0 unreachable"),
            "{painted:?}"
        );
        assert!(painted.contains("\u{1b}[33m2 warnings"), "{painted:?}");
    }

    #[test]
    fn a_device_cannot_paint() {
        assert_eq!(paint_summary("a\u{1b}[31mb\u{1b}]0;x\u{7}\n", Look::PLAIN), "ab\n");
    }
}
