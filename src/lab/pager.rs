//! `--More-- `

/// Cuts an answer into pages of the terminal's height.
#[derive(Debug)]
pub struct Pager {
    /// Lines still to be shown, the next one last.
    rest: Vec<String>,
    /// Rows of the terminal; `None` pages nothing.
    rows: Option<usize>,
    /// Rows used since the last stop.
    used: usize,
}

impl Pager {
    const MORE: &str = "--More-- ";
    /// What the unit sends to wipe `--More-- ` away.
    pub const WIPE: &str = "\r         \r";

    /// `used`: rows that the echo takes.
    pub fn new(answer: &str, rows: Option<usize>, used: usize) -> Self {
        Self {
            rest: answer.lines().rev().map(str::to_owned).collect(),
            rows: rows.map(|rows| rows.max(3)),
            used,
        }
    }

    /// One page of an answer that has no end.
    pub fn another() -> String {
        format!("{}{}", "one more line\r\n".repeat(22), Self::MORE)
    }

    /// The next page, and whether more is to come.
    pub fn page(&mut self) -> (String, bool) {
        let mut text = String::new();
        while let Some(line) = self.rest.pop() {
            if self.rows.is_some_and(|rows| self.used + 1 >= rows) {
                self.rest.push(line);
                self.used = 0;
                text.push_str(Self::MORE);
                return (text, true);
            }
            text.push_str(&line);
            text.push_str("\r\n");
            self.used += 1;
        }
        (text, false)
    }

    /// One line instead of a page, as Enter asks for.
    pub fn allow_one_line(&mut self) {
        self.used = self.rows.map_or(0, |rows| rows.saturating_sub(2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_of_24_rows_shows_echo_22_lines_and_more() {
        let answer: String = (1..=30).map(|line| format!("{line}\n")).collect();
        let mut pager = Pager::new(&answer, Some(24), 1);
        let (page, more) = pager.page();
        assert!(more);
        assert!(page.ends_with("22\r\n--More-- "), "{page:?}");
        let (page, more) = pager.page();
        assert!(!more);
        assert!(page.starts_with("23\r\n") && page.ends_with("30\r\n"), "{page:?}");
    }

    #[test]
    fn without_a_terminal_nothing_is_paged() {
        let answer = "line\n".repeat(500);
        assert!(!Pager::new(&answer, None, 1).page().1);
    }
}
