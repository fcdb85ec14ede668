//! What a stream can show.

use annotate_snippets::renderer::{Renderer, Style};

/// What may be sent to a stream beyond plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Lines may be drawn over: a progress bar makes sense.
    pub live: bool,
    pub colour: bool,
}

impl Look {
    /// Plain text and nothing else.
    pub const PLAIN: Self = Self { live: false, colour: false };

    /// Decides by the stream and by `TERM` and `NO_COLOR`; `variable` looks into the environment.
    pub fn of(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        // Nobody knows what a terminal without a name can do, and what is shown live there is lost.
        let live = is_terminal && variable("TERM").is_some_and(|term| term != "dumb");
        // Set to nothing, it counts as not set (no-color.org).
        let colour = live && variable("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { live, colour }
    }

    pub(super) fn renderer(self) -> Renderer {
        if self.colour { Renderer::styled() } else { Renderer::plain() }
    }

    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(is_terminal: bool, variables: &[(&str, &str)]) -> (bool, bool) {
        let look = Look::of(is_terminal, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        });
        (look.live, look.colour)
    }

    #[test]
    fn a_terminal_has_colours_unless_somebody_objects() {
        assert_eq!(look(true, &[("TERM", "xterm")]), (true, true));
        let both = |value| look(true, &[("TERM", "xterm"), ("NO_COLOR", value)]);
        assert_eq!((both(""), both("1")), ((true, true), (true, false)));
        assert_eq!(look(true, &[]), (false, false));
        assert_eq!(look(true, &[("TERM", "dumb")]), (false, false));
        assert_eq!(look(false, &[("TERM", "xterm")]), (false, false));
    }
}
